using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What the programs at both ends of a pair tell of its sessions.</summary>
public sealed class PairedEventTests : IDisposable
{
    private readonly PairedLab _site = new();

    public void Dispose() => _site.Dispose();

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_at_both_ends_of_a_session_that_moves(bool v6)
    {
        EventLog here = _site.Lab.Own(new EventLog(_site.Edge)), there = _site.Lab.Own(new EventLog(_site.Cloud));
        EchoClient client = _site.Client(tcp: true, v6);
        client.Echo();

        _site.Edge.SetSlots(0, WanLab.AllSlots(1));
        client.Echo();
        List<DatapathEvent> moved = await here.UntilAsync(DatapathEventKind.Moved), followed = await there.UntilAsync(DatapathEventKind.Moved);

        Assert.Equal([(DatapathEventKind.Bound, "wan0"), (DatapathEventKind.Moved, "wan1")], moved.Select(one => (one.Kind, one.LinkName)));
        Assert.Equal([(DatapathEventKind.EnteredByPeer, "c0"), (DatapathEventKind.Moved, "c1")], followed.Select(one => (one.Kind, one.LinkName)));
        Assert.All(moved, one => Assert.Equal((client.Tuple, _site.Server.LastPeer.Port), (one.Tuple, one.WirePort)));
        SessionTuple answering = Assert.Single(_site.Cloud.Sessions()).Tuple;
        Assert.All(followed, one => Assert.Equal((answering, null), (one.Tuple, one.AssociationName)));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_opens_anew_on_another_link_has_not_moved(bool v6)
    {
        EchoClient first = _site.Client(tcp: true, v6);
        first.Echo();
        first.Reset();
        EventLog events = _site.Lab.Own(new EventLog(_site.Edge));
        // The second link is of no pair any more, so that the connection cannot go on with what its tuple had before.
        _site.Lab.Apply(_site.Edge, _site.Lab.Plan() with { Links = [_site.Paired(0), _site.Lab.Link(1)] }, WanLab.AllSlots(1));

        EchoClient next = _site.Client(tcp: true, v6, sourcePort: first.Source.Port);
        next.Echo();
        DatapathEvent bound = Assert.Single(await events.UntilAsync(DatapathEventKind.Bound));

        Assert.Equal((first.Tuple, "wan1"), (bound.Tuple, bound.LinkName));
    }
}
