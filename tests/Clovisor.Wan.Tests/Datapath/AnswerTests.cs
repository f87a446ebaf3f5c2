using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Microsoft.Extensions.Time.Testing;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What begins outside is answered by the link that it came by, though the node's own routes lead by the other.</summary>
public sealed class AnswerTests : IDisposable
{
    private const string OutsideV4 = "198.51.100.7";
    private const string OutsideV6 = "fd51::7";

    private readonly WanLab _lab = new();

    public AnswerTests()
    {
        // A strict filter would let in by wan1 nothing that the node's routes would not send out there.
        _lab.Edge.Exec("sysctl", "-qw", "net.ipv4.conf.wan1.rp_filter=2");
        _lab.Cloud.AddAddress("lo", OutsideV4 + "/32");
        _lab.Cloud.AddAddress("lo", OutsideV6 + "/128");
    }

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(true, false, AddressingKind.Translated)]
    [InlineData(true, true, AddressingKind.Translated)]
    [InlineData(false, false, AddressingKind.Translated)]
    [InlineData(false, true, AddressingKind.Translated)]
    [InlineData(true, false, AddressingKind.Preserved)]
    [InlineData(false, true, AddressingKind.Preserved)]
    public void A_request_from_outside_is_answered_by_the_link_it_came_by(bool tcp, bool v6, AddressingKind addressing)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(addressing));
        Serve(_lab.Edge, WanLab.LinkSource(1, v6));
        EchoClient caller = Caller(tcp, v6, WanLab.LinkSource(1, v6));
        int size = tcp ? 300_000 : 1200;
        long before = _lab.CloudReceived(0);

        caller.Echo(size);
        caller.Echo(size);

        Assert.True(_lab.CloudReceived(0) - before < 2000, "answers came by wan0");
        Assert.True(datapath.Counters()[DatapathReason.OutAnswered] > 1, "no answer was sent by wan1");
        Assert.Empty(datapath.Sessions());
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_ping_from_outside_is_answered_by_the_link_it_came_by(bool v6)
    {
        _lab.StartOnWan1();
        long before = _lab.CloudReceived(0);

        // In fragments, too. Fails when an answer is missing.
        _lab.Cloud.Exec("ping", "-c", "3", "-i", "0.2", "-W", "2", "-s", "3000", "-I", v6 ? OutsideV6 : OutsideV4, WanLab.LinkSource(1, v6).ToString());

        Assert.True(_lab.CloudReceived(0) - before < 2000, "answers came by wan0");
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_host_behind_the_node_answers_by_the_link_that_the_request_came_by(bool tcp, bool v6)
    {
        LanSide lan = _lab.AddLan();
        _lab.StartOnWan1(plan: lan.Plan(AddressingKind.Preserved));
        lan.RouteBack(1);
        Serve(lan.Host, LanSide.Address(v6));
        EchoClient caller = Caller(tcp, v6, LanSide.Address(v6));
        long before = _lab.CloudReceived(0);

        caller.Echo(tcp ? 300_000 : 1200);

        Assert.True(_lab.CloudReceived(0) - before < 2000, "answers came by wan0");
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_nobody_listens_for_is_refused_by_the_link_it_came_by(bool tcp)
    {
        _lab.StartOnWan1();
        EchoClient caller = Caller(tcp, v6: false, WanLab.LinkSource(1, v6: false));
        long before0 = _lab.CloudReceived(0);
        long before1 = _lab.CloudReceived(1);

        SocketException refused = Assert.Throws<SocketException>(() => caller.Echo());

        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.True(_lab.CloudReceived(1) - before1 >= 40 && _lab.CloudReceived(0) - before0 < 200, "the refusal came by wan0");
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_began_inside_follows_the_nodes_routes_whatever_a_stranger_sends(bool tcp)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6: false);
        client.Echo();
        long before = _lab.CloudReceived(1);

        // The very packet that would begin it, from outside and by the other link.
        byte[] forged = tcp
            ? FrameBuilder.TcpFrame(new IPEndPoint(IPAddress.Parse(WanLab.ServerV4), EchoServer.Port), client.Source, flags: 2)
            : FrameBuilder.UdpFrame(new IPEndPoint(IPAddress.Parse(WanLab.ServerV4), EchoServer.Port), client.Source);
        Arrive(datapath, link: 1, forged);
        client.Echo(1200);

        Assert.True(_lab.CloudReceived(1) - before < 600, "it was moved to wan1");
    }

    [KernelFact]
    public void A_flood_of_forged_syns_pushes_out_no_connection_and_takes_no_room_of_sessions()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        Serve(_lab.Edge, WanLab.LinkSource(1, v6: false));
        EchoClient caller = Caller(tcp: true, v6: false, WanLab.LinkSource(1, v6: false));
        caller.Echo();
        Assert.Equal(1, datapath.Maps.Inbound.CountEntries());

        Arrive(datapath, link: 1, Enumerable.Range(0, 20_000).Select(static i => FrameBuilder.TcpFrame(
            new IPEndPoint(new IPAddress([198, 18, (byte)(i >> 8), (byte)i]), 1024 + i), new IPEndPoint(WanLab.LinkSource(1, v6: false), EchoServer.Port), flags: 2)));

        Assert.Equal(1, datapath.Maps.Inbound.CountEntries());
        Assert.Empty(datapath.Sessions());
        long before = _lab.CloudReceived(0);
        caller.Echo(100_000);
        Assert.True(_lab.CloudReceived(0) - before < 2000, "the connection was forgotten");
    }

    [KernelFact]
    public void Connections_beyond_the_most_are_answered_by_the_nodes_routes_and_counted()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { MaxInbound = 2 });
        Serve(_lab.Edge, WanLab.LinkSource(1, v6: false));
        for (int i = 0; i < 3; i++)
        {
            Caller(tcp: true, v6: false, WanLab.LinkSource(1, v6: false)).Echo();
        }

        Assert.Equal(2, datapath.Maps.Inbound.CountEntries());
        Assert.True(datapath.Counters()[DatapathReason.InAnswersFull] > 0, "nothing was counted");
    }

    [KernelFact]
    public void A_connection_from_outside_is_forgotten_when_it_is_over_or_was_silent_for_too_long()
    {
        var time = new FakeTimeProvider();
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { TimeProvider = time });
        Serve(_lab.Edge, WanLab.LinkSource(1, v6: false));
        EchoClient stays = Caller(tcp: true, v6: false, WanLab.LinkSource(1, v6: false));
        EchoClient ends = Caller(tcp: true, v6: false, WanLab.LinkSource(1, v6: false));
        stays.Echo();
        ends.Echo();
        ends.Dispose();

        time.Advance(TimeSpan.FromSeconds(70));
        Assert.True(SpinWait.SpinUntil(() => Swept(datapath) == 1, TimeSpan.FromSeconds(10)), "one that is over stayed");
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, Swept(datapath));
    }

    [KernelFact]
    public void The_nodes_routes_answer_where_that_is_wanted_or_the_link_is_gone()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { AnswersByLink = false });
        Serve(_lab.Edge, WanLab.LinkSource(1, v6: false));
        long before = _lab.CloudReceived(0);
        Caller(tcp: false, v6: false, WanLab.LinkSource(1, v6: false)).Echo(1200);
        Assert.True(_lab.CloudReceived(0) - before > 1200, "answers came by wan1");
        Assert.Equal(0, datapath.Counters()[DatapathReason.InBegun]);
    }

    [KernelFact]
    public void An_answer_takes_the_nodes_routes_when_its_link_is_shut()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        Serve(_lab.Edge, WanLab.LinkSource(1, v6: false));
        EchoClient caller = Caller(tcp: false, v6: false, WanLab.LinkSource(1, v6: false));
        caller.Echo(1200);

        _lab.Edge.Run(() => datapath.SetLinkUsable(1, false));
        long before = _lab.CloudReceived(0);
        caller.Echo(1200);

        Assert.True(_lab.CloudReceived(0) - before > 1200, "the answer did not come by wan0");
    }

    private static long Swept(BpfWanDatapath datapath)
    {
        datapath.Sweep();
        return datapath.Maps.Inbound.CountEntries();
    }

    private void Arrive(BpfWanDatapath datapath, int link, params IEnumerable<byte[]> frames)
    {
        // As that device takes them: addressed to it.
        string mac = _lab.Edge.Exec("cat", $"/sys/class/net/{WanLab.Device(link)}/address").Trim();
        byte[] own = Convert.FromHexString(mac.Replace(":", string.Empty, StringComparison.Ordinal));
        var context = new BpfSkbContext { InterfaceIndex = (uint)_lab.Edge.IndexOf(WanLab.Device(link)) };
        byte[] output = new byte[2048];
        _lab.Edge.Run(() =>
        {
            foreach (byte[] frame in frames)
            {
                own.CopyTo(frame, 0);
                datapath.Maps.Ingress.TestRun(frame, output, ref context, 1);
            }
        });
    }

    private void Serve(NetworkNamespace side, IPAddress address) => _lab.Own(side.Run(() => new EchoServer([address])));

    private EchoClient Caller(bool tcp, bool v6, IPAddress server) =>
        _lab.Own(_lab.Cloud.Run(() => new EchoClient(tcp, IPAddress.Parse(v6 ? OutsideV6 : OutsideV4), server, dscp: 0)));
}
