using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What both ends of a connection are told of the size of segments, as their sockets have it.</summary>
public sealed class SegmentSizeTests : IDisposable
{
    private const string RoutedV4 = "198.51.100.1";
    private const string RoutedV6 = "fd51::1";

    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(null, false, 1460)]
    [InlineData(null, true, 1440)]
    [InlineData(1000, false, 1000)]
    [InlineData(1000, true, 1000)]
    [InlineData(9000, false, 1460)]
    public void A_connection_opens_with_what_its_link_is_to_carry(int? clamp, bool v6, int size)
    {
        DatapathPlan plan = _lab.Plan();
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: plan with { Links = [plan.Links[0], plan.Links[1] with { MssClamp = clamp }] });
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);

        client.Echo();

        Assert.Equal((size - SegmentSize.TimeStamps, size - SegmentSize.TimeStamps), (client.SegmentSize, _lab.Server.LastSegmentSize));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_that_is_told_to_leaves_what_is_announced(bool v6)
    {
        DatapathPlan plan = _lab.Plan();
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: plan with { Links = [plan.Links[0], plan.Links[1] with { MssClamp = 0 }] });
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);

        client.Echo();

        Assert.Equal(1500 - (v6 ? 60 : 40) - SegmentSize.TimeStamps, _lab.Server.LastSegmentSize);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_that_moves_to_a_smaller_link_opened_with_what_fits_there(bool v6)
    {
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (BpfWanDatapath datapath, EchoClient client) = Routed(v6, links: [0, 1]);
        int size = 1300 - (v6 ? 60 : 40) - SegmentSize.TimeStamps;

        client.Echo();
        Assert.Equal((size, size), (client.SegmentSize, _lab.Server.LastSegmentSize));
        datapath.SetSlots(0, WanLab.AllSlots(1));
        RouteBack(v6, link: 1);
        client.Echo(200_000);

        // The cloud's own device carries more: what it sends too large is lost on the way, and nobody says so. The edge said nothing either.
        Assert.Equal((0, 0), (datapath.Counters()[DatapathReason.OutTooBig], datapath.Counters()[DatapathReason.OutMtuDropped]));
        Assert.Equal(1, Assert.Single(datapath.Sessions()).Link);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Links_that_a_connection_cannot_take_do_not_count(bool v6)
    {
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (_, EchoClient client) = Routed(v6, links: [0]);

        client.Echo();

        int size = 1500 - (v6 ? 60 : 40) - SegmentSize.TimeStamps;
        Assert.Equal((size, size), (client.SegmentSize, _lab.Server.LastSegmentSize));
    }

    /// <summary>A connection on wan0, from an address that the cloud reaches by either link.</summary>
    private (BpfWanDatapath Datapath, EchoClient Client) Routed(bool v6, int[] links)
    {
        _lab.Edge.AddAddress("lo", v6 ? RoutedV6 + "/128" : RoutedV4 + "/32");
        RouteBack(v6, link: 0);
        BpfWanDatapath datapath = _lab.Start();
        DatapathPlan plan = _lab.Plan(AddressingKind.Preserved);
        _lab.Apply(datapath, plan with { Associations = [plan.Associations[0] with { Links = [.. links] }] }, WanLab.AllSlots(0));
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(
            tcp: true, IPAddress.Parse(v6 ? RoutedV6 : RoutedV4), IPAddress.Parse(v6 ? WanLab.ServerV6 : WanLab.ServerV4), 0)));
        datapath.Admit(client.Tuple, 0);
        return (datapath, client);
    }

    private void RouteBack(bool v6, int link)
    {
        if (v6)
        {
            _lab.Cloud.Ip("-6", "route", "replace", RoutedV6, "via", $"fd09:{link}::1");
        }
        else
        {
            _lab.Cloud.Ip("route", "replace", RoutedV4, "via", $"10.9.{link}.1");
        }
    }
}
