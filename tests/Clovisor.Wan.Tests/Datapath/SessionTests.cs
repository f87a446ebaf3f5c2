using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Microsoft.Extensions.Time.Testing;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class SessionTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Classifies_by_tag_without_a_report(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: 46));
        EchoClient tagged = _lab.Client(tcp, v6, dscp: 46);
        EchoClient plain = _lab.Client(tcp, v6, dscp: 10);

        tagged.Echo(1200);
        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        plain.Echo(1200);
        Assert.Equal(plain.Source, _lab.Server.LastPeer);

        Assert.Equal(tagged.Tuple, Assert.Single(datapath.Sessions()).Tuple);
    }

    [KernelFact]
    public void Is_entered_once_however_often_it_is_reported()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        Assert.Equal(1, datapath.Admit(client.Tuple, 0));
        client.Echo();

        Assert.True(Assert.Single(datapath.Sessions()).BytesOut > 4 * 52);
    }

    [KernelFact]
    public void Takes_the_link_of_the_association_it_was_last_given()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(associations: ["boss", "minion"]), WanLab.AllSlots(0, 1));
        EchoClient client = _lab.Client(tcp: true, v6: false);

        Assert.Equal(0, datapath.Admit(client.Tuple, 0));
        Assert.Equal(1, datapath.Admit(client.Tuple, 1));
        client.Echo();

        Assert.Equal(WanLab.LinkSource(1, false), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Goes_as_the_routes_say_once_it_is_removed()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        Assert.True(datapath.Remove(client.Tuple));
        client.Echo();

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.False(datapath.Remove(client.Tuple));
        Assert.Equal(0, datapath.Maps.Reverse.CountEntries());
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Takes_no_port_that_a_socket_of_the_node_has(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        using Socket other = _lab.Edge.Run(() =>
        {
            var socket = new Socket(client.Source.AddressFamily, tcp ? SocketType.Stream : SocketType.Dgram, client.Tuple.Protocol) { Blocking = !tcp };
            socket.Bind(new IPEndPoint(WanLab.LinkSource(1, v6), client.Source.Port));
            try
            {
                socket.Connect(client.Tuple.Destination);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // Opening is enough: the tuple is the socket's.
            }

            return socket;
        });

        datapath.Admit(client.Tuple, 0);
        client.Echo();

        IPEndPoint translated = Assert.Single(datapath.Sessions()).TranslatedSource!;
        Assert.InRange(translated.Port, 61000, 65535);
        Assert.Equal(translated, _lab.Server.LastPeer);
    }

    [KernelFact]
    public void Is_refused_when_the_table_is_full_and_harms_no_other()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { MaxSessions = 2 });
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        BpfException refusal = Assert.Throws<BpfException>(() =>
        {
            for (int port = 1; port < 4096; port++)
            {
                datapath.Admit(Tuple(port), 0);
            }
        });

        Assert.Contains("MaxSessions", refusal.Message, StringComparison.Ordinal);
        client.Echo();
    }

    [KernelFact]
    public void Is_forgotten_when_it_was_idle_for_too_long()
    {
        var time = new FakeTimeProvider();
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { TimeProvider = time });
        EchoClient tcp = _lab.Client(tcp: true, v6: false);
        EchoClient udp = _lab.Client(tcp: false, v6: false);
        EchoClient closing = _lab.Client(tcp: true, v6: false);
        EchoClient never = _lab.Client(tcp: true, v6: false);
        foreach (EchoClient client in new[] { tcp, udp, closing, never })
        {
            datapath.Admit(client.Tuple, 0);
        }

        tcp.Echo();
        udp.Echo();
        closing.Echo();
        closing.Dispose();

        Assert.Equal([], Forgotten(TimeSpan.FromSeconds(50)));
        Assert.Equal([closing.Tuple], Forgotten(TimeSpan.FromSeconds(70)));
        Assert.Equal([never.Tuple], Forgotten(TimeSpan.FromSeconds(130)));
        Assert.Equal([udp.Tuple], Forgotten(TimeSpan.FromSeconds(190)));
        Assert.Equal([], Forgotten(TimeSpan.FromMinutes(119)));
        // Still the address that its peer knows, after all these sweeps.
        tcp.Echo();
        Assert.Equal([tcp.Tuple], Forgotten(TimeSpan.FromMinutes(121)));
        Assert.Equal(0, datapath.Maps.Reverse.CountEntries());

        SessionTuple[] Forgotten(TimeSpan at)
        {
            SessionTuple[] before = [.. datapath.Sessions().Select(session => session.Tuple)];
            time.Advance(at - (time.GetUtcNow() - time.Start));
            int count = datapath.Sweep();
            SessionTuple[] gone = [.. before.Except(datapath.Sessions().Select(session => session.Tuple))];
            Assert.Equal(gone.Length, count);
            return gone;
        }
    }

    [KernelFact]
    public void Is_swept_by_itself()
    {
        var time = new FakeTimeProvider();
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { TimeProvider = time, SweepInterval = TimeSpan.FromSeconds(10) });
        datapath.Admit(Tuple(1), 0);

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Is_refused_when_there_can_be_no_such_session()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        SessionTuple good = Tuple(1);

        foreach (SessionTuple bad in new[]
        {
            good with { Protocol = ProtocolType.Icmp },
            good with { Source = new IPEndPoint(IPAddress.Any, 1) },
            good with { Source = new IPEndPoint(good.Source.Address, 0) },
            good with { Destination = new IPEndPoint(IPAddress.IPv6Loopback, 1) },
        })
        {
            Assert.Throws<ArgumentException>(() => datapath.Admit(bad, 0));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => datapath.Admit(good, 1));
        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Of_a_dual_stack_socket_is_the_ipv4_session_that_it_is()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        var mapped = new SessionTuple(
            ProtocolType.Tcp,
            new IPEndPoint(client.Source.Address.MapToIPv6(), client.Source.Port),
            new IPEndPoint(client.Tuple.Destination.Address.MapToIPv6(), client.Tuple.Destination.Port));

        datapath.Admit(mapped, 0);
        client.Echo();

        Assert.Equal(WanLab.LinkSource(1, false), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Keeps_its_association_over_a_reload_that_moves_it()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(associations: ["boss", "minion"]), WanLab.AllSlots(0, 1));
        datapath.Admit(Tuple(1), 1);

        _lab.Apply(datapath, _lab.Plan(associations: ["minion", "other"]), WanLab.AllSlots(1, 0));
        Assert.Equal("minion", Assert.Single(datapath.Sessions()).AssociationName);
        _lab.Apply(datapath, _lab.Plan(associations: ["other"]), WanLab.AllSlots(0));

        Assert.Null(Assert.Single(datapath.Sessions()).Association);
    }

    [KernelFact]
    public void Are_counted_by_association_and_link()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(associations: ["boss", "minion"]), WanLab.AllSlots(0, 1));
        for (int port = 1; port <= 5; port++)
        {
            datapath.Admit(Tuple(port), port <= 2 ? 0 : 1);
        }

        Assert.Equal(
            [new("boss", WanLab.Device(0), AddressFamily.InterNetwork, 2), new("minion", WanLab.Device(1), AddressFamily.InterNetwork, 3)],
            datapath.CountSessions().OrderBy(static count => count.Association, StringComparer.Ordinal));

        _lab.Apply(datapath, _lab.Plan(associations: ["boss"]), WanLab.AllSlots(255));
        Assert.Equal([new(null, null, AddressFamily.InterNetwork, 3), new("boss", null, AddressFamily.InterNetwork, 2)], datapath.CountSessions().OrderBy(static count => count.Association, StringComparer.Ordinal));
    }

    private static SessionTuple Tuple(int port) => new(
        ProtocolType.Udp, new IPEndPoint(IPAddress.Parse("10.9.0.1"), port), new IPEndPoint(IPAddress.Parse(WanLab.ServerV4), 53));
}
