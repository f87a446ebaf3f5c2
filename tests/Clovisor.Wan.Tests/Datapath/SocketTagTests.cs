using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Real sockets of a control group: their tags count, and their sessions are there before the SYN. The node's own routes lead to wan0.</summary>
public sealed class SocketTagTests : IDisposable
{
    private const byte Gold = 46;
    private const byte Bulk = 8;
    private const ushort UsedPort = 45_000;
    private static readonly PortRange GoldPorts = new(41000, 41099);
    private static readonly PortRange BulkPorts = new(42000, 42099);

    private readonly WanLab _lab = new();
    private readonly ControlGroup _group = ControlGroup.ForThreads();

    public static TheoryData<bool, string> Tags() => new()
    {
        { false, "dscp" }, { true, "dscp" }, { false, "ports" }, { true, "ports" }, { false, "cookie" }, { true, "cookie" },
    };

    public void Dispose()
    {
        _lab.Dispose();
        _group.Dispose();
    }

    [KernelTheory]
    [MemberData(nameof(Tags))]
    public void Enters_the_session_of_a_socket_that_connects(bool v6, string tag)
    {
        BpfWanDatapath datapath = Start();
        ProxySocket socket = ProxySocket.Make(_lab, _group, v6);
        Mark(datapath, socket, tag);

        socket.Echo();

        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(("gold", "wan1", ProtocolType.Tcp), (session.AssociationName, session.LinkName, session.Tuple.Protocol));
        Assert.Equal(WanLab.LinkSource(1, v6), session.TranslatedSource!.Address);
        Assert.Equal(1, datapath.Counters()[DatapathReason.SockEntered]);
        // The SYN found it: every packet of the connection went by the link.
        Assert.True(session.BytesOut >= 3 * 40 && session.BytesIn >= 2 * 40, $"{session}");
        Assert.InRange(datapath.Counters()[DatapathReason.OutRedirected], 3, session.BytesOut / 40);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_port_goes_before_the_DSCP_and_an_announcement_before_both(bool announced)
    {
        BpfWanDatapath datapath = Start();
        ProxySocket socket = ProxySocket.Make(_lab, _group).WithPorts(BulkPorts.First, BulkPorts.Last).WithDscp(Gold);
        if (announced)
        {
            datapath.Announce(socket.Cookie, 0);
        }

        socket.Echo();

        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(announced ? "gold" : "bulk", session.AssociationName);
        Assert.InRange(session.Tuple.Source.Port, BulkPorts.First, BulkPorts.Last);
    }

    [KernelTheory]
    [InlineData(ProtocolType.Tcp)]
    [InlineData(ProtocolType.Udp)]
    public void Tags_from_elsewhere_count_as_none(ProtocolType protocol)
    {
        BpfWanDatapath datapath = Start();
        ProxySocket.Make(_lab, group: null, protocol: protocol).WithDscp(Gold).Echo();
        ProxySocket.Make(_lab, group: null, protocol: protocol).WithPorts(GoldPorts.First, GoldPorts.Last).Echo();

        Assert.Empty(datapath.Sessions());
        Assert.True(datapath.Counters()[DatapathReason.OutTagUntrusted] >= 2);
        Assert.Equal(0, datapath.Counters()[DatapathReason.OutRedirected]);
    }

    [KernelTheory]
    [InlineData(ProtocolType.Udp, false)]
    [InlineData(ProtocolType.Tcp, true)]
    public void What_no_connect_shows_is_trusted_by_its_packets(ProtocolType protocol, bool dualMode)
    {
        BpfWanDatapath datapath = Start();

        ProxySocket.Make(_lab, _group, dualMode: dualMode, protocol: protocol).WithDscp(Gold).Echo();

        Assert.Equal("wan1", Assert.Single(datapath.Sessions()).LinkName);
        Assert.Equal(0, datapath.Counters()[DatapathReason.SockEntered]);
    }

    [KernelFact]
    public void Leaves_alone_what_is_not_tagged_or_stays_on_the_node()
    {
        BpfWanDatapath datapath = Start();

        ProxySocket.Make(_lab, _group).Echo();
        foreach (string address in new[] { "127.0.0.1", "10.9.0.1" })
        {
            ProxySocket.Make(_lab, _group).WithDscp(Gold).TryConnect(new IPEndPoint(IPAddress.Parse(address), 9));
        }

        ProxySocket.Make(_lab, _group, v6: true).WithDscp(Gold).TryConnect(new IPEndPoint(IPAddress.IPv6Loopback, 9));

        Assert.Empty(datapath.Sessions());
        IReadOnlyDictionary<DatapathReason, long> counters = datapath.Counters();
        Assert.Equal((1, 3), (counters[DatapathReason.SockUntagged], counters[DatapathReason.SockLocal]));
    }

    [KernelTheory]
    [InlineData(StickyKind.Destination)]
    [InlineData(StickyKind.User)]
    public void A_socket_goes_where_those_go_that_its_association_keeps_together(StickyKind kind)
    {
        BpfWanDatapath datapath = Start(sticky: kind);
        ProxySocket socket = ProxySocket.Make(_lab, _group).WithDscp(Gold);

        socket.Echo();

        SessionTuple tuple = Assert.Single(datapath.Sessions()).Tuple;
        var key = ClvTuple.From(in tuple);
        Assert.True(datapath.Maps.Sessions.TryGetValue(in key, out ClvSession session));
        Assert.Equal(kind == StickyKind.Destination ? new StickyKey(kind).SlotOf(new SessionFacts { Destination = tuple.Destination }) : key.Slot, session.Slot);
    }

    public static TheoryData<byte?, byte?, bool> Reused() => new()
    {
        { Gold, Bulk, false }, { Gold, Bulk, true }, { Bulk, Gold, false }, { Bulk, Gold, true }, { Gold, null, false }, { Gold, null, true },
    };

    [KernelTheory]
    [MemberData(nameof(Reused))]
    public void Takes_nothing_over_from_an_earlier_connection_of_the_same_port(byte? first, byte? second, bool unseen)
    {
        BpfWanDatapath datapath = Start();
        ProxySocket before = EchoFromUsedPort(first);
        Assert.Equal(LinkOf(first), _lab.Server.LastPeer.Address);
        before.End(unseen);
        DatapathReason formerWay = first == Gold ? DatapathReason.OutRedirected : DatapathReason.OutHome;
        long byTheFormerLink = datapath.Counters()[formerWay];

        EchoFromUsedPort(second);

        // Not the first SYN either, which a peer that knows the earlier connection would have refused.
        Assert.Equal(byTheFormerLink, datapath.Counters()[formerWay]);
        Assert.Equal(LinkOf(second), _lab.Server.LastPeer.Address);
        Assert.Equal(second is null ? [] : [second == Gold ? ("gold", "wan1") : ("bulk", "wan0")], datapath.Sessions().Select(session => (session.AssociationName!, session.LinkName!)));
    }

    [KernelTheory]
    [InlineData(null)]
    [InlineData(Bulk)]
    public void Takes_no_notice_of_a_report_that_came_after_its_connection_had_ended(byte? next)
    {
        BpfWanDatapath datapath = Start();
        ProxySocket before = EchoFromUsedPort(Bulk);
        SessionTuple tuple = Assert.Single(datapath.Sessions()).Tuple;
        before.End(unseen: false);
        datapath.Remove(tuple);
        datapath.Admit(tuple, 0);
        var key = ClvTuple.From(in tuple);
        Assert.True(datapath.Maps.Sessions.TryGetValue(in key, out ClvSession late));
        late.Out -= 2UL << 48;
        late.In = late.Out;
        Assert.True(datapath.Maps.Sessions.TryUpdate(in key, in late));

        EchoFromUsedPort(next);

        Assert.Equal(LinkOf(next), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Keeps_what_was_reported_for_a_port_that_is_used_again()
    {
        BpfWanDatapath datapath = Start();
        ProxySocket before = EchoFromUsedPort(Bulk);
        SessionTuple tuple = Assert.Single(datapath.Sessions()).Tuple;
        before.End(unseen: false);

        Assert.Equal(1, datapath.Admit(tuple, 0));
        EchoFromUsedPort(null);

        Assert.Equal(LinkOf(Gold), _lab.Server.LastPeer.Address);
        Assert.Equal("gold", Assert.Single(datapath.Sessions()).AssociationName);
    }

    [KernelFact]
    public void Counts_connections_for_which_the_table_has_no_room()
    {
        BpfWanDatapath datapath = Start(_lab.Settings() with { MaxSessions = 1, TrustedCgroup = _group.Path });
        try
        {
            for (int port = 1; port < 4096; port++)
            {
                datapath.Admit(new SessionTuple(ProtocolType.Udp, new IPEndPoint(WanLab.LinkSource(0, false), port), new IPEndPoint(WanLab.LinkSource(1, false), 1)), 0);
            }
        }
        catch (BpfException e) when (e.ErrnoName == "E2BIG")
        {
        }

        // Each CPU keeps a few elements of its own: some of these may still find one.
        for (int i = 0; i < 64; i++)
        {
            ProxySocket.Make(_lab, _group).WithDscp(Gold).TryConnect(new IPEndPoint(IPAddress.Parse(WanLab.ServerV4), EchoServer.Port));
        }

        Assert.NotEqual(0, datapath.Counters()[DatapathReason.SockTableFull]);
    }

    [KernelFact]
    public void Goes_on_without_its_process_and_is_adopted_by_the_next()
    {
        Start().Dispose();
        uint left = Assert.Single(Attached(_group));

        BpfWanDatapath next = _lab.Start(Settings());
        Assert.True(next.WasAdopted);
        Assert.NotEqual(left, Assert.Single(Attached(_group)));
        ProxySocket.Make(_lab, _group).WithDscp(Gold).Echo();

        Assert.Equal(1, next.Counters()[DatapathReason.SockEntered]);
        _lab.Edge.Run(next.Uninstall);
        Assert.Empty(Attached(_group));
    }

    [KernelFact]
    public void Moves_to_another_group_and_lets_go_of_the_one_before()
    {
        using var other = ControlGroup.ForThreads();
        Start().Dispose();

        BpfWanDatapath second = _lab.Start(Settings() with { TrustedCgroup = other.Path });
        Assert.Empty(Attached(_group));
        Assert.Single(Attached(other));
        ProxySocket.Make(_lab, _group).WithDscp(Gold).Echo();
        Assert.Empty(second.Sessions());
        second.Dispose();

        BpfWanDatapath third = _lab.Start(Settings() with { TrustedCgroup = null });
        Assert.Empty(Attached(other));
        ProxySocket.Make(_lab, group: null).WithDscp(Gold).Echo();
        Assert.Single(third.Sessions());
        Assert.Throws<InvalidOperationException>(() => third.Announce(1, 0));
    }

    [KernelFact]
    public void Uninstalls_from_a_group_whose_process_is_gone_and_from_one_that_is_gone_itself()
    {
        Start().Dispose();
        Assert.True(_lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory)));
        Assert.Empty(Attached(_group));

        using (var brief = ControlGroup.ForThreads())
        {
            Start(Settings() with { TrustedCgroup = brief.Path }).Dispose();
        }

        Assert.True(_lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory)));
        Assert.False(Directory.Exists(Path.Combine(_lab.PinDirectory, "hooks")));
    }

    [KernelFact]
    public void Refuses_a_directory_that_is_no_control_group_and_leaves_nothing()
    {
        BpfException refusal = Assert.Throws<BpfException>(() => _lab.Start(Settings() with { TrustedCgroup = "/tmp" }));

        Assert.Contains("not in a cgroup2 file system", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_lab.PinDirectory, "maps")));
    }

    private ProxySocket EchoFromUsedPort(byte? dscp)
    {
        long until = Environment.TickCount64 + 5000;
        while (true)
        {
            ProxySocket socket = ProxySocket.Make(_lab, _group).WithPorts(UsedPort, UsedPort);
            if (dscp is { } tag)
            {
                socket.WithDscp(tag);
            }

            try
            {
                socket.Echo();
                return socket;
            }
            catch (SocketException none) when (none.SocketErrorCode == SocketError.AddressNotAvailable && Environment.TickCount64 < until)
            {
                // The kernel may give the port of a socket that was closed free a little later. Nothing was sent, and no program has seen it.
                Thread.Sleep(1);
            }
        }
    }

    // The address that the server sees connections of a tag come from; untagged ones go by the node's routes.
    private static IPAddress LinkOf(byte? dscp) => WanLab.LinkSource(dscp == Gold ? 1 : 0, false);

    private static IEnumerable<uint> Attached(ControlGroup group) =>
        BpfAttachments.OfCgroup(group.Path, BpfAttachType.CgroupSocketOperations).Programs.Select(program => program.ProgramId);

    private static void Mark(BpfWanDatapath datapath, ProxySocket socket, string tag)
    {
        switch (tag)
        {
            case "dscp":
                socket.WithDscp(Gold);
                break;
            case "ports":
                socket.WithPorts(GoldPorts.First, GoldPorts.Last);
                break;
            default:
                datapath.Announce(socket.Cookie, 0);
                break;
        }
    }

    private WanDatapathSettings Settings() => _lab.Settings() with { TrustedCgroup = _group.Path };

    private BpfWanDatapath Start(WanDatapathSettings? settings = null, StickyKind sticky = StickyKind.None)
    {
        BpfWanDatapath datapath = _lab.Start(settings ?? Settings());
        DatapathPlan plan = _lab.Plan(associations: ["gold", "bulk"]) with
        {
            Tags = [new DscpTag(Gold, 0), new DscpTag(Bulk, 1)],
            PortTags = [new PortTag(GoldPorts, 0), new PortTag(BulkPorts, 1)],
        };
        _lab.Apply(datapath, plan with { Associations = [.. plan.Associations.Select(association => association with { Sticky = sticky })] }, WanLab.AllSlots(1, 0));
        return datapath;
    }
}
