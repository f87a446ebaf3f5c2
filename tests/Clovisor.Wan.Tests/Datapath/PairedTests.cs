using System.Net;
using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Two sites with a datapath each, and two links between them: sessions move with the addresses of both ends.</summary>
public sealed class PairedTests : IDisposable
{
    private readonly PairedLab _site = new();
    private readonly WanLab _lab;
    private readonly EchoServer _server;
    private readonly BpfWanDatapath _edge;
    private readonly BpfWanDatapath _cloud;

    public PairedTests() => (_lab, _server, _edge, _cloud) = (_site.Lab, _site.Server, _site.Edge, _site.Cloud);

    public void Dispose() => _site.Dispose();

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Moves_a_live_session_with_the_addresses_of_both_ends(bool tcp, bool v6)
    {
        EchoClient client = _site.Client(tcp, v6);
        client.Echo();
        IPEndPoint seen = _server.LastPeer;
        int size = tcp ? 200_000 : 1200;

        for (byte link = 1; link < 4; link++)
        {
            _edge.SetSlots(0, WanLab.AllSlots((byte)(link % 2)));
            client.Echo();
            (long there, long back) = (_lab.CloudReceived(link % 2), EdgeReceived(link % 2));
            (long thereBefore, long backBefore) = (_lab.CloudReceived(1 - (link % 2)), EdgeReceived(1 - (link % 2)));
            client.Echo(size);
            Assert.True(_lab.CloudReceived(link % 2) - there > size, $"what was sent did not move to wan{link % 2}");
            Assert.True(EdgeReceived(link % 2) - back > size, $"what was answered did not move to wan{link % 2}");
            Assert.InRange(_lab.CloudReceived(1 - (link % 2)) - thereBefore + EdgeReceived(1 - (link % 2)) - backBefore, 0, 1000);
        }

        Assert.Equal(WanLab.LinkSource(0, v6), seen.Address);
        Assert.InRange(seen.Port, 61000, 65535);
        Assert.Equal(seen, _server.LastPeer);
        WanSession session = Assert.Single(_edge.Sessions());
        Assert.Equal(("wan1", new IPEndPoint(WanLab.LinkSource(1, v6), seen.Port)), (session.LinkName, session.TranslatedSource));
        Assert.Equal((AddressingKind.Paired, "cloud", "wan0"), (session.Addressing, session.Peer, session.HomeLink));
        Assert.Equal((PairedLab.PeerAddress(0, v6), new IPEndPoint(PairedLab.PeerAddress(1, v6), session.Tuple.Destination.Port)), (session.Tuple.Destination.Address, session.TranslatedDestination));
        WanSession answering = Assert.Single(_cloud.Sessions());
        Assert.Equal((AddressingKind.Paired, "edge", "c0"), (answering.Addressing, answering.Peer, answering.HomeLink));
        Assert.Equal(("c1", null), (answering.LinkName, answering.AssociationName));
        Assert.Equal((1L, 1L), (_edge.Maps.Reverse.CountEntries(), _cloud.Maps.Reverse.CountEntries()));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Has_the_home_addresses_of_the_link_that_it_begins_on(bool v6)
    {
        _edge.SetSlots(0, WanLab.AllSlots(1));
        EchoClient client = _site.Client(tcp: true, v6);
        client.Echo();

        _edge.SetSlots(0, WanLab.AllSlots(0));
        client.Echo(100_000);

        Assert.Equal(WanLab.LinkSource(1, v6), _server.LastPeer.Address);
        Assert.Equal("c0", Assert.Single(_cloud.Sessions()).LinkName);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Survives_a_link_that_is_cut(bool v6)
    {
        EchoClient client = _site.Client(tcp: true, v6);
        client.Echo();

        // Neither end's packets reach the other by it: below what the programs see.
        _lab.Cloud.Exec("tc", "qdisc", "add", "dev", "c0", "root", "blackhole");
        _lab.Edge.Exec("tc", "qdisc", "add", "dev", "wan0", "root", "blackhole");
        _edge.SetSlots(0, WanLab.AllSlots(1));
        _edge.SetLinkUsable(0, false);
        _cloud.SetLinkUsable(0, false);

        client.Echo(200_000);
    }

    [KernelFact]
    public void Answers_by_another_link_of_the_pair_when_the_one_it_was_asked_by_fails_at_its_end()
    {
        EchoClient client = _site.Client(tcp: true, v6: false);
        client.Echo();
        _cloud.SetLinkUsable(0, false);
        long before = EdgeReceived(1);

        client.Echo(100_000);

        Assert.True(EdgeReceived(1) - before > 100_000, "the answers did not leave by the link that works");
        Assert.Equal("wan0", Assert.Single(_edge.Sessions()).LinkName);
    }

    [KernelFact]
    public void Goes_on_when_its_last_report_is_of_no_association()
    {
        EchoClient client = _site.Client(tcp: true, v6: false);
        client.Echo();
        IPEndPoint seen = _server.LastPeer;

        Assert.True(_edge.Unclassify(client.Tuple, out int? link));
        client.Echo();

        Assert.Equal((0, seen), (link, _server.LastPeer));
    }

    [KernelFact]
    public void Leaves_what_is_no_session_alone()
    {
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(true, WanLab.LinkSource(0, false), PairedLab.PeerAddress(0, false), 0)));
        client.Echo();

        Assert.Equal(client.Source, _server.LastPeer);
        Assert.Empty(_cloud.Sessions());
        Assert.Empty(_edge.Sessions());
    }

    [KernelFact]
    public void Enters_no_session_for_what_nobody_answers()
    {
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(true, WanLab.LinkSource(0, false), PairedLab.PeerAddress(0, false), 0, port: 9)));
        _edge.Admit(client.Tuple, 0);

        Assert.Throws<SocketException>(client.Connect);

        Assert.Empty(_cloud.Sessions());
        Assert.Equal(0, _cloud.Maps.Reverse.CountEntries());
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Brings_errors_about_a_session_that_has_moved_home(bool v6)
    {
        EchoClient client = _site.Client(tcp: false, v6);
        client.Echo();
        _edge.SetSlots(0, WanLab.AllSlots(1));
        client.Echo();
        _server.Dispose();

        client.Send([1]);

        Assert.Equal(SocketError.ConnectionRefused, client.Failure());
        Assert.Equal(1, _cloud.Counters()[DatapathReason.OutIcmpError]);
        Assert.Equal(1, _edge.Counters()[DatapathReason.InIcmpError]);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Moves_echoes(bool v6)
    {
        _lab.Apply(_edge, _site.EdgePlan() with { Tags = [new DscpTag(46, 0)] }, WanLab.AllSlots(1));
        (long there, long back) = (_lab.CloudReceived(1), EdgeReceived(1));

        string said = _lab.Edge.Exec("ping", v6 ? "-6" : "-4", "-c", "4", "-i", "0.01", "-s", "1000", "-Q", "184", PairedLab.PeerAddress(0, v6).ToString());

        Assert.Contains(" 0% packet loss", said, StringComparison.Ordinal);
        Assert.InRange(_lab.CloudReceived(1) - there, 4000, 6000);
        Assert.InRange(EdgeReceived(1) - back, 4000, 6000);
    }

    [KernelFact]
    public void Is_reset_where_no_link_of_the_pair_is_left()
    {
        DatapathPlan plan = _site.EdgePlan();
        plan = plan with { Links = [plan.Links[0], _lab.Link(1)] };
        _lab.Apply(_edge, plan, WanLab.AllSlots(0));
        EchoClient client = _site.Client(tcp: true, v6: false);
        client.Echo();

        _edge.SetSlots(0, WanLab.AllSlots(1));
        client.Echo(50_000);
        _edge.SetLinkUsable(0, false);
        client.Send([1]);

        Assert.Equal(SocketError.ConnectionReset, client.Failure());
        Assert.Empty(_edge.Sessions());
        Assert.Equal(0, _edge.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void Keeps_sessions_through_restarts_of_both_ends()
    {
        EchoClient client = _site.Client(tcp: true, v6: false);
        client.Echo();
        _edge.SetSlots(0, WanLab.AllSlots(1));
        client.Echo();
        _edge.Dispose();
        client.Echo();
        BpfWanDatapath next = _lab.Start();
        client.Echo();
        _lab.Apply(next, _site.EdgePlan(), WanLab.AllSlots(0));
        client.Echo(50_000);

        next.Sweep();

        client.Echo();
        Assert.Equal("wan0", Assert.Single(next.Sessions()).LinkName);
        Assert.Equal(1, next.Maps.Reverse.CountEntries());
        Assert.True(next.Remove(client.Tuple));
        Assert.Equal(0, next.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void Gives_many_sessions_of_one_port_ports_of_their_own()
    {
        EchoClient[] clients = [.. Enumerable.Range(0, 40).Select(_ => _site.Client(tcp: true, v6: false))];
        _edge.SetSlots(0, WanLab.AllSlots(1));
        EchoClient[] others = [.. Enumerable.Range(0, 40).Select(_ => _site.Client(tcp: true, v6: false, link: 1))];
        foreach (EchoClient client in clients.Concat(others))
        {
            client.Echo();
        }

        _edge.SetSlots(0, WanLab.AllSlots(0));

        foreach (EchoClient client in clients.Concat(others))
        {
            client.Echo(3000);
        }

        Assert.Equal(80, _edge.Sessions().Select(session => session.TranslatedSource!.Port).Distinct().Count());
        Assert.All(_cloud.Sessions(), session => Assert.Equal("c0", session.LinkName));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_opens_with_what_fits_every_link_of_its_pair(bool v6)
    {
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        _lab.Apply(_edge, _site.EdgePlan() with { Associations = [new DatapathAssociation { Name = "minion", Links = [0, 1] }] }, WanLab.AllSlots(0));
        EchoClient client = _site.Client(tcp: true, v6);

        client.Echo();
        int size = 1300 - (v6 ? 60 : 40) - SegmentSize.TimeStamps;
        Assert.Equal((size, size), (client.SegmentSize, _server.LastSegmentSize));
        _edge.SetSlots(0, WanLab.AllSlots(1));
        client.Echo(100_000);

        Assert.Equal((0, "wan1"), (_edge.Counters()[DatapathReason.OutTooBig], Assert.Single(_edge.Sessions()).LinkName));
    }

    private long EdgeReceived(int link) => _lab.EdgeReceived(link);
}
