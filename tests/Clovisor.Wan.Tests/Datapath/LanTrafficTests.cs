using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Networking;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Real hosts behind a LAN device: sessions that are taken before routing.</summary>
public sealed class LanTrafficTests : IDisposable
{
    private readonly WanLab _lab = new();
    private readonly LanSide _lan;

    public LanTrafficTests() => _lan = _lab.AddLan();

    public static TheoryData<bool, bool> Kinds() => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    public void Dispose()
    {
        _lab.Dispose();
        _lan.Dispose();
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Sends_a_reported_session_by_its_link_past_routing_and_back(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan());
        EchoClient client = _lan.Client(tcp, v6);
        int size = tcp ? 300_000 : 1200;
        datapath.Admit(client.Tuple, 0);
        long before = _lab.CloudReceived(0);
        long forwarded = Forwarded(v6);

        client.Echo(size);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.True(session.BytesOut > size && session.BytesIn > size, $"{session}");
        IReadOnlyDictionary<DatapathReason, long> counters = datapath.Counters();
        Assert.True(counters[DatapathReason.LanRedirected] > 0 && counters[DatapathReason.InDelivered] > 0, "the session was not taken");
        Assert.Equal((0, 0), (counters[DatapathReason.OutRedirected], counters[DatapathReason.InReturned]));
        Assert.Equal(0, Forwarded(v6) - forwarded);
        Assert.True(_lab.CloudReceived(0) - before < 2000, "bytes came by wan0 too");
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keeps_checksums_right_without_offloads(bool v6)
    {
        Offloads.Disable(_lab.Edge, LanSide.Device);
        Offloads.Disable(_lan.Host, "host0");
        Offloads.Disable(_lab.Edge, "wan1");
        Offloads.Disable(_lab.Cloud, "c1");
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan());
        foreach (bool tcp in new[] { true, false })
        {
            EchoClient client = _lan.Client(tcp, v6);
            datapath.Admit(client.Tuple, 0);
            client.Echo(tcp ? 100_000 : 1200);
        }

        Assert.True(datapath.Counters()[DatapathReason.LanRedirected] > 0);
        Assert.DoesNotContain(
            _lan.Host.Exec("cat", "/proc/net/snmp6").Split('\n').Concat(_lab.Cloud.Exec("cat", "/proc/net/snmp6").Split('\n')),
            line => line.Contains("CsumErrors", StringComparison.Ordinal) && !line.TrimEnd().EndsWith("\t0", StringComparison.Ordinal));
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Takes_a_tagged_session_from_its_second_packet_on(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan(tag: 46));
        EchoClient client = _lan.Client(tcp, v6, dscp: 46);

        client.Echo(1000);
        client.Echo(1000);

        IReadOnlyDictionary<DatapathReason, long> counters = datapath.Counters();
        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        Assert.Equal((1, 1), (counters[DatapathReason.OutRedirected], counters[DatapathReason.InReturned]));
        Assert.True(counters[DatapathReason.LanRedirected] > 0 && counters[DatapathReason.InDelivered] > 0, "the session was not taken");
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Leaves_what_is_no_session_to_routing(bool tcp, bool v6)
    {
        _lan.RouteBack(0);
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan());
        EchoClient client = _lan.Client(tcp, v6);

        client.Echo(1000);

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.Equal(0, datapath.Counters()[DatapathReason.LanRedirected]);
        Assert.True(datapath.Counters()[DatapathReason.LanNoSession] > 0);
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Moves_sessions_that_keep_their_addresses_without_a_loss(bool tcp, bool v6)
    {
        _lan.RouteBack(1);
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan(AddressingKind.Preserved));
        EchoClient client = _lan.Client(tcp, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo(1000);
        long before = _lab.CloudReceived(0);

        datapath.SetSlots(0, WanLab.AllSlots(0));
        client.Echo(1000);

        Assert.True(_lab.CloudReceived(0) - before > 1000, "the bytes did not come by wan0");
        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.Equal(0, datapath.Counters()[DatapathReason.OutRedirected]);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resets_a_translated_connection_of_the_host_when_its_link_is_gone(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan());
        EchoClient client = _lan.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo(1000);

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Send([1]);

        Assert.Equal(SocketError.ConnectionReset, client.Failure());
        EchoClient next = _lan.Client(tcp: true, v6);
        Assert.Equal(0, datapath.Admit(next.Tuple, 0));
        next.Echo();
        Assert.Equal(WanLab.LinkSource(0, v6), _lab.Server.LastPeer.Address);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Goes_on_by_the_next_link_though_the_node_has_no_route_left(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan());
        EchoClient client = _lan.Client(tcp: false, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        _lab.Edge.Ip(v6 ? "-6" : "-4", "route", "del", "default");

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Echo();

        Assert.Equal(WanLab.LinkSource(0, v6), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Tells_the_host_how_much_fits_the_link()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan(tag: 46));
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        _lan.Host.Exec("ping", "-c", "1", "-W", "2", "-Q", "184", WanLab.ServerV4);

        // Of the same echo session: two packets, of which the first is answered by the datapath and the second is not sent any more.
        string output = _lan.Host.Exec("sh", "-c", $"ping -c 3 -i 0.2 -W 1 -M do -s 1400 -Q 184 {WanLab.ServerV4} 2>&1; true");

        Assert.Contains("mtu = 1300", output.Replace("mtu=", "mtu = ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("mtu 1300", _lan.Host.Ip("route", "get", WanLab.ServerV4), StringComparison.Ordinal);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tells_the_peer_how_much_fits_the_lan(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan());
        _lab.Edge.Ip("link", "set", LanSide.Device, "mtu", "1300");
        EchoClient client = _lan.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);

        // The host still announces segments of 1460 bytes, and the server believes it.
        client.Echo(100_000);

        Assert.True(datapath.Counters()[DatapathReason.InTooBig] > 0, "the server sent nothing that was too large");
        Assert.Contains("mtu 1300", _lab.Cloud.Ip("route", "get", WanLab.LinkSource(1, v6).ToString()), StringComparison.Ordinal);
    }

    [KernelFact]
    public void Adopts_its_place_on_the_lan_and_leaves_nothing_there()
    {
        foreach (TcAttachmentKind hook in new[] { TcAttachmentKind.Tcx, TcAttachmentKind.Clsact })
        {
            BpfWanDatapath first = _lab.StartOnWan1(_lab.Settings(hook), _lan.Plan());
            EchoClient client = _lan.Client(tcp: true, v6: false);
            first.Admit(client.Tuple, 0);
            client.Echo();
            first.Dispose();
            client.Echo();

            BpfWanDatapath second = _lab.Start(_lab.Settings(hook));
            client.Echo();
            _lab.Apply(second, _lan.Plan(), WanLab.AllSlots(1));
            long taken = second.Counters()[DatapathReason.LanRedirected];
            client.Echo();
            Assert.True(second.Counters()[DatapathReason.LanRedirected] > taken, "the LAN's packets are not taken any more");

            second.Dispose();
            Assert.True(_lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory)));
            Assert.DoesNotContain("clsact", _lab.Edge.Exec("tc", "qdisc", "show", "dev", LanSide.Device), StringComparison.Ordinal);
            Assert.False(Directory.Exists(_lab.PinDirectory), "the pin directory is left");
        }
    }

    [KernelFact]
    public void Lets_go_of_a_lan_that_the_plan_has_no_more()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lan.Plan(tag: 46));
        EchoClient client = _lan.Client(tcp: true, v6: false, dscp: 46);
        client.Echo();

        _lab.Apply(datapath, _lab.Plan(tag: 46), WanLab.AllSlots(1));
        long taken = datapath.Counters()[DatapathReason.LanRedirected];
        client.Echo();

        Assert.Equal(taken, datapath.Counters()[DatapathReason.LanRedirected]);
        Assert.True(datapath.Counters()[DatapathReason.InReturned] > 1, "the replies did not come by routing");
    }

    /// <summary>How many packets the edge has routed for others.</summary>
    private long Forwarded(bool v6)
    {
        if (v6)
        {
            string line = _lab.Edge.Exec("cat", "/proc/net/snmp6").Split('\n').First(line => line.StartsWith("Ip6OutForwDatagrams", StringComparison.Ordinal));
            return long.Parse(line[19..], System.Globalization.CultureInfo.InvariantCulture);
        }

        string[][] pair = [.. _lab.Edge.Exec("cat", "/proc/net/snmp").Split('\n').Where(line => line.StartsWith("Ip:", StringComparison.Ordinal)).Select(line => line.Split(' '))];
        return long.Parse(pair[1][Array.IndexOf(pair[0], "ForwDatagrams")], System.Globalization.CultureInfo.InvariantCulture);
    }
}
