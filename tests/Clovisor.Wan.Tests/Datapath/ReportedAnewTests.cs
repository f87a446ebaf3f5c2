using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Live sessions whose last report is of another association, or of none: what their peer knows them by is not taken from them.</summary>
public sealed class ReportedAnewTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_translated_one_of_no_association_any_more_goes_on_by_its_link(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        IPEndPoint seen = _lab.Server.LastPeer;

        Assert.True(datapath.Unclassify(client.Tuple, out int? link));
        client.Echo();

        Assert.Equal((1, seen), (link, _lab.Server.LastPeer));
        Assert.Equal("minion", Assert.Single(datapath.Sessions()).AssociationName);
        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void A_preserved_one_of_no_association_any_more_goes_on_by_the_node_s_routes()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(1));
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        long before = _lab.CloudReceived(1);

        Assert.False(datapath.Unclassify(client.Tuple, out int? link));
        client.Echo(100_000);

        Assert.Null(link);
        Assert.Empty(datapath.Sessions());
        Assert.InRange(_lab.CloudReceived(1) - before, 0, 2000);
    }

    [KernelFact]
    public void One_without_packets_is_forgotten()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);

        Assert.False(datapath.Unclassify(client.Tuple, out _));

        Assert.Empty(datapath.Sessions());
        Assert.False(datapath.Unclassify(client.Tuple, out _));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_is_ending_stays_for_what_still_comes_and_the_next_takes_nothing_over(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        client.Reset();

        Assert.True(datapath.Unclassify(client.Tuple, out _));
        Assert.Single(datapath.Sessions());

        EchoClient next = _lab.Client(tcp: true, v6, sourcePort: client.Source.Port);
        Assert.Equal(client.Tuple, next.Tuple);
        next.Echo();

        Assert.Equal(next.Source, _lab.Server.LastPeer);
        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void A_translated_one_of_another_association_keeps_its_link_and_shows_it()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(associations: ["boss", "minion"]), WanLab.AllSlots(0, 1));
        EchoClient client = _lab.Client(tcp: true, v6: false);
        Assert.Equal(1, datapath.Place(client.Tuple, 1, null, out bool keeps));
        Assert.False(keeps);
        client.Echo();
        Assert.False(Assert.Single(datapath.Sessions()).KeepsLink);
        IPEndPoint seen = _lab.Server.LastPeer;

        Assert.Equal(1, datapath.Place(client.Tuple, 0, null, out keeps));
        client.Echo();

        Assert.True(keeps);
        Assert.Equal(seen, _lab.Server.LastPeer);
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(("boss", "wan1", true), (session.AssociationName, session.LinkName, session.KeepsLink));
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_preserved_one_of_an_association_on_a_link_that_translates_stays_and_is_said_to(bool tcp)
    {
        BpfWanDatapath datapath = _lab.Start();
        DatapathPlan plan = _lab.Plan(associations: ["boss", "minion"]);
        _lab.Apply(datapath, plan with { Links = [_lab.Link(0, AddressingKind.Preserved), _lab.Link(1)] }, WanLab.AllSlots(0, 1));
        EchoClient client = _lab.Client(tcp, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        Assert.Equal(0, datapath.Place(client.Tuple, 1, null, out bool keeps));
        client.Echo();

        Assert.True(keeps);
        Assert.Equal(client.Source, _lab.Server.LastPeer);
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(("minion", "wan0", true), (session.AssociationName, session.LinkName, session.KeepsLink));
    }
}
