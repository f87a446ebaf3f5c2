using System.Net;
using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Tests.Netlink;

public sealed class RtnetlinkSocketTests
{
    [KernelFact]
    public void A_dump_shows_devices_addresses_and_default_routes_of_both_families()
    {
        using var site = new NetworkNamespace("nl");
        using var far = new NetworkNamespace("nl");
        site.AddVeth("wan0", far, "isp0");
        site.AddAddress("wan0", "10.9.0.1/24");
        site.AddAddress("wan0", "fd09::1/64");
        site.Ip("route", "add", "default", "via", "10.9.0.2");
        site.Ip("-6", "route", "add", "default", "via", "fd09::2");

        site.Run(() =>
        {
            using var socket = new RtnetlinkSocket();
            var table = new NetworkTable();
            socket.Dump(table);

            NetworkDevice device = table.FindDevice("wan0")!;
            Assert.Equal((site.IndexOf("wan0"), true, true), (device.Index, device.IsUp, device.HasCarrier));
            Assert.Null(table.FindDevice("isp0"));
            Assert.Equal(IPAddress.Parse("10.9.0.1"), table.SourceOn(device.Index, AddressFamily.InterNetwork));
            Assert.Equal(IPAddress.Parse("fd09::1"), table.SourceOn(device.Index, AddressFamily.InterNetworkV6));
            Assert.Equal(IPAddress.Parse("10.9.0.2"), table.DefaultRouterOn(device.Index, AddressFamily.InterNetwork));
            Assert.Equal(IPAddress.Parse("fd09::2"), table.DefaultRouterOn(device.Index, AddressFamily.InterNetworkV6));
        });
    }

    [KernelFact]
    public void Everything_that_happens_after_the_dump_is_followed()
    {
        using var site = new NetworkNamespace("nl");
        using var far = new NetworkNamespace("nl");
        site.AddVeth("wan0", far, "isp0");

        site.Run(() =>
        {
            using var socket = new RtnetlinkSocket();
            var table = new NetworkTable();
            socket.Dump(table);
            int index = table.FindDevice("wan0")!.Index;

            site.AddAddress("wan0", "10.9.0.1/24");
            site.Ip("route", "add", "default", "via", "10.9.0.2");
            Assert.True(socket.Drain(table));
            Assert.Equal(IPAddress.Parse("10.9.0.2"), table.DefaultRouterOn(index, AddressFamily.InterNetwork));
            Assert.False(socket.Drain(table));

            site.Ip("route", "replace", "default", "via", "10.9.0.3");
            socket.Drain(table);
            Assert.Equal(IPAddress.Parse("10.9.0.3"), table.DefaultRouterOn(index, AddressFamily.InterNetwork));

            far.Ip("link", "set", "isp0", "down");
            Assert.True(SpinWait.SpinUntil(() => socket.Drain(table) && !table.FindDevice("wan0")!.HasCarrier, TimeSpan.FromSeconds(5)));

            // The kernel drops IPv4 routes of a device that is set down without a word.
            site.Ip("link", "set", "wan0", "down");
            socket.Drain(table);
            Assert.Null(table.DefaultRouterOn(index, AddressFamily.InterNetwork));

            site.Ip("link", "del", "wan0");
            socket.Drain(table);
            Assert.Null(table.FindDevice("wan0"));
        });
    }

    [KernelFact]
    public void After_an_overrun_of_the_queue_the_table_is_right_again()
    {
        using var site = new NetworkNamespace("nl");
        using var far = new NetworkNamespace("nl");
        site.AddVeth("wan0", far, "isp0");

        site.Run(() =>
        {
            using var socket = new RtnetlinkSocket(receiveBuffer: 4096);
            var table = new NetworkTable();
            socket.Dump(table);
            string commands = Path.GetTempFileName();
            try
            {
                File.WriteAllLines(
                    commands,
                    Enumerable.Range(1, 500).Select(static i => $"addr add 10.8.{i / 250}.{i % 250}/32 dev wan0").Append("route add default via 10.7.7.7 dev wan0 onlink"));
                site.Ip("-batch", commands);
            }
            finally
            {
                File.Delete(commands);
            }

            socket.Drain(table);

            Assert.True(socket.Overruns > 0, "the queue was not overrun: the test tests nothing");
            Assert.True(table.HasAddress(table.FindDevice("wan0")!.Index, IPAddress.Parse("10.8.1.249")));
            Assert.Equal(IPAddress.Parse("10.7.7.7"), table.DefaultRouterOn(table.FindDevice("wan0")!.Index, AddressFamily.InterNetwork));
        });
    }

    [KernelFact]
    public void A_next_hop_that_nobody_answers_for_fails()
    {
        using var site = new NetworkNamespace("nl");
        using var far = new NetworkNamespace("nl");
        site.AddVeth("wan0", far, "isp0");
        site.AddAddress("wan0", "10.9.0.1/24");

        site.Run(() =>
        {
            using var socket = new RtnetlinkSocket();
            var table = new NetworkTable();
            socket.Dump(table);
            int index = table.FindDevice("wan0")!.Index;
            var hop = IPAddress.Parse("10.9.0.2");
            var keeper = new NeighbourKeeper();

            keeper.Keep([(index, hop)], table);

            Assert.Equal(0, keeper.LastError);
            Assert.True(SpinWait.SpinUntil(() => socket.Drain(table) && table.NeighbourFailed(index, hop), TimeSpan.FromSeconds(10)));
        });
    }
}
