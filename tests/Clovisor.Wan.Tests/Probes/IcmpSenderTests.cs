using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Probes;
using CsCheck;

namespace Clovisor.Wan.Tests.Probes;

public sealed class IcmpSenderTests
{
    [KernelTheory]
    [InlineData("10.9.0.1/24", "10.9.0.2/24")]
    [InlineData("fd09::1/64", "fd09::2/64")]
    public void A_probe_is_answered_by_its_target(string here, string there)
    {
        using var site = new NetworkNamespace("icmp");
        using var far = new NetworkNamespace("icmp");
        site.AddVeth("wan0", far, "isp0");
        site.AddAddress("wan0", here);
        far.AddAddress("isp0", there);
        IPAddress target = Host(there);

        site.Run(() =>
        {
            using var sender = new IcmpSender(static () => TimeSpan.Zero);
            var origin = new ProbeOrigin("wan0", site.IndexOf("wan0"), Host(here));

            Assert.Null(sender.Send(origin, 0, target, 7, out _));
            Assert.Null(sender.Send(origin, 0, target, 0xFFFE, out _));

            Assert.Equal((target, 7), Receive(sender));
            Assert.Equal((target, 0xFFFE), Receive(sender));
        });
    }

    // The default route leads elsewhere: a probe that followed it would be answered, and a dead link would look alive.
    [KernelFact]
    public void A_probe_leaves_by_its_own_link_and_no_other()
    {
        using var site = new NetworkNamespace("icmp");
        using var far = new NetworkNamespace("icmp");
        site.AddVeth("wan0", far, "isp0");
        site.AddVeth("wan1", far, "isp1");
        site.AddAddress("wan0", "10.9.0.1/24");
        site.AddAddress("wan1", "10.9.1.1/24");
        far.AddAddress("isp0", "10.9.0.2/24");
        far.AddAddress("isp1", "10.9.1.2/24");
        far.AddAddress("lo", "192.0.2.9/32");
        site.Ip("route", "add", "default", "via", "10.9.0.2", "metric", "1");
        site.Ip("route", "add", "default", "via", "10.9.1.2", "metric", "2");

        site.Run(() =>
        {
            using var sender = new IcmpSender(static () => TimeSpan.Zero);
            (long before0, long before1) = (Transmitted(site, "wan0"), Transmitted(site, "wan1"));
            for (ushort i = 0; i < 50; i++)
            {
                Assert.Null(sender.Send(new ProbeOrigin("wan1", site.IndexOf("wan1"), IPAddress.Parse("10.9.1.1")), 0, IPAddress.Parse("192.0.2.9"), i, out _));
                Assert.Equal((IPAddress.Parse("192.0.2.9"), i), Receive(sender));
            }

            Assert.InRange(Transmitted(site, "wan1") - before1, 50, 70);
            Assert.InRange(Transmitted(site, "wan0") - before0, 0, 10);
        });
    }

    [KernelFact]
    public void A_probe_that_cannot_be_sent_says_why()
    {
        using var site = new NetworkNamespace("icmp");
        site.Run(() =>
        {
            using var sender = new IcmpSender(static () => TimeSpan.Zero);

            string? error = sender.Send(new ProbeOrigin("wan7", 99, null), 0, IPAddress.Parse("192.0.2.9"), 1, out _);

            Assert.Equal("Cannot bind an ICMP socket to 'wan7': No such device (errno 19).", error);
        });
    }

    [KernelFact]
    public void A_new_source_address_is_taken_up_by_the_next_probe()
    {
        using var site = new NetworkNamespace("icmp");
        using var far = new NetworkNamespace("icmp");
        site.AddVeth("wan0", far, "isp0");
        site.AddAddress("wan0", "10.9.0.1/24");
        far.AddAddress("isp0", "10.9.0.2/24");

        site.Run(() =>
        {
            using var sender = new IcmpSender(static () => TimeSpan.Zero);
            var origin = new ProbeOrigin("wan0", site.IndexOf("wan0"), IPAddress.Parse("10.9.0.1"));
            Assert.Null(sender.Send(origin, 0, IPAddress.Parse("10.9.0.2"), 1, out _));
            Receive(sender);
            site.Ip("addr", "flush", "dev", "wan0");
            site.AddAddress("wan0", "10.9.0.5/24");

            Assert.Null(sender.Send(origin with { Source = IPAddress.Parse("10.9.0.5") }, 0, IPAddress.Parse("10.9.0.2"), 2, out _));
            Assert.Equal((IPAddress.Parse("10.9.0.2"), 2), Receive(sender));
            Assert.Single(sender.Sockets);
        });
    }

    [Fact]
    public void An_answer_is_read_only_with_our_id_and_cookie()
    {
        byte[] packet = new byte[EchoPacket.Length];
        EchoPacket.Write(packet, v6: false, id: 5, sequence: 9, cookie: 77);
        Assert.Equal(0, EchoPacket.Checksum(packet));
        packet[0] = 0;

        Assert.True(EchoPacket.TryRead(packet, false, false, 5, 77, out ushort sequence));
        Assert.Equal(9, sequence);
        Assert.True(EchoPacket.TryRead(packet, false, false, null, 77, out _));
        Assert.False(EchoPacket.TryRead(packet, false, false, 6, 77, out _));
        Assert.False(EchoPacket.TryRead(packet, false, false, 5, 78, out _));
        Assert.False(EchoPacket.TryRead(packet, true, false, 5, 77, out _));
        packet[0] = 8;
        Assert.False(EchoPacket.TryRead(packet, false, false, 5, 77, out _));
    }

    [Fact]
    public void Any_bytes_are_no_answer_and_no_exception() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Bool, Gen.Bool).Sample((bytes, v6, header) =>
            EchoPacket.TryRead(bytes, v6, header, 5, 0x1234_5678_9ABC_DEF0, out _) ? throw new InvalidOperationException("forged") : true);

    private static (IPAddress From, int Sequence) Receive(IcmpSender sender)
    {
        (IPAddress From, int Sequence)? answer = null;
        SpinWait.SpinUntil(
            () =>
            {
                foreach (EchoSocket socket in sender.Sockets)
                {
                    if (socket.TryReceive(out IPAddress from, out ushort sequence, out _))
                    {
                        answer = (from, sequence);
                        return true;
                    }
                }

                return false;
            },
            TimeSpan.FromSeconds(5));
        return answer ?? throw new InvalidOperationException("no answer within 5 seconds");
    }

    private static IPAddress Host(string addressAndPrefix) => IPAddress.Parse(addressAndPrefix[..addressAndPrefix.IndexOf('/', StringComparison.Ordinal)]);

    private static long Transmitted(NetworkNamespace site, string device) =>
        long.Parse(site.Exec("cat", $"/sys/class/net/{device}/statistics/tx_packets").Trim());
}
