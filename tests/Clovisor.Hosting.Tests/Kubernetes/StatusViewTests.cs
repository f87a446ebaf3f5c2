using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Kubernetes.Following;
using Clovisor.Hosting.Kubernetes.Status;
using Clovisor.Wan.Links;
using Clovisor.Wan.Selection;
using Clovisor.Wan.Status;

namespace Clovisor.Hosting.Tests.Kubernetes;

/// <summary>What a node says of an object, and what follows from what all nodes say.</summary>
public sealed class StatusViewTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, 250, TimeSpan.Zero);

    private static readonly FrozenDictionary<string, WanObject> Links = new[] { Link("fibre"), Link("lte", ("site", "south")) }.ToFrozenDictionary(static link => link.Name);

    [Fact]
    public void A_link_s_state_is_that_of_the_engine_with_the_reason_of_its_last_transition()
    {
        WanObject link = Links["fibre"];
        WanNodeStatus up = View(Start, LinkState.Up, "8 probes in a row were answered").EntryOf(link, Links)!;
        Assert.Equal(("a", 3L, true, true, "Up", "8 probes in a row were answered", Start.AddMilliseconds(-250)), (up.Node, up.ObservedGeneration, up.Accepted, up.Ready, up.State, up.Reason, up.Since));

        // The same state with other words, after a restart of the engine: nothing that is worth a write.
        WanObject written = link with { Status = new WanObjectStatus { Nodes = [up] } };
        Assert.Equal(up, View(Start.AddHours(1), LinkState.Up, "9 probes in a row were answered").EntryOf(written, Links));

        WanNodeStatus down = View(Start.AddHours(2), LinkState.Down, "3 probes in a row were lost").EntryOf(written, Links)!;
        Assert.Equal((false, "Down", "3 probes in a row were lost", Start.AddHours(2).AddMilliseconds(-250)), (down.Ready, down.State, down.Reason, down.Since));
    }

    [Fact]
    public void Without_an_engine_an_object_is_taken_and_not_known_to_be_in_use()
    {
        WanNodeStatus entry = (View(Start, LinkState.Up, "") with { Wan = null }).EntryOf(Links["fibre"], Links)!;
        Assert.Equal((true, null, null), (entry.Accepted, entry.Ready, entry.State));
    }

    [Fact]
    public void Objects_that_no_link_of_this_node_has_a_part_in_are_not_its_own()
    {
        NodeView view = View(Start, LinkState.Up, "");
        Assert.Null(view.EntryOf(Links["lte"], Links));
        Assert.Null(view.EntryOf(Association("away", "lte"), Links));
        WanNodeStatus entry = view.EntryOf(Association("calls", "lte", "fibre"), Links)!;
        Assert.Equal((true, "Tier"), (entry.Ready, entry.State));
        Assert.Equal(["fibre"], entry.Links!.Value);
    }

    [Fact]
    public void What_was_not_looked_at_yet_keeps_what_was_said_of_it()
    {
        WanNodeStatus former = new() { Node = "a", ObservedGeneration = 3, Accepted = true };
        WanObject changed = Links["fibre"] with { Generation = 4, Status = new WanObjectStatus { Nodes = [former] } };
        Assert.Same(former, View(Start, LinkState.Down, "x").EntryOf(changed, Links));
    }

    [Fact]
    public void Conditions_follow_from_the_entries_and_keep_the_time_of_their_transition()
    {
        WanNodeStatus up = new() { Node = "b", ObservedGeneration = 3, Accepted = true, Ready = true, State = "Up", Reason = "fine" };
        WanNodeStatus down = new() { Node = "a", ObservedGeneration = 2, Accepted = true, Ready = false, State = "Down", Reason = "3 probes were lost" };
        WanObjectStatus one = FleetView.Of(Links["fibre"], [up], Start);
        Assert.Equal(["Accepted True Accepted", "Ready True Up"], Conditions(one));
        Assert.Equal("1/1", one.Summary);

        WanObject written = Links["fibre"] with { Status = one };
        WanObjectStatus both = FleetView.Of(written, [down, up], Start.AddHours(1));
        Assert.Equal(["Accepted True Accepted", "Ready False Down"], Conditions(both));
        Assert.Equal(("1/2", 2L, "a: Down: 3 probes were lost"), (both.Summary, both.ObservedGeneration, both.Conditions!.Value[1].Message));
        Assert.Equal([Start.AddMilliseconds(-250), Start.AddHours(1).AddMilliseconds(-250)], both.Conditions.Value.Select(static condition => condition.LastTransitionTime!.Value));

        Assert.True(FleetView.Same(both, FleetView.Of(Links["fibre"] with { Status = both }, [down, up], Start.AddHours(9))));
        Assert.Equal(["Accepted Unknown NoNode", "Ready Unknown NoNode"], Conditions(FleetView.Of(written, [], Start)));
        Assert.Equal(["Accepted False Refused", "Ready False Down"], Conditions(FleetView.Of(written, [down with { Accepted = false, Reason = "no such link" }, up], Start)));
    }

    private static IEnumerable<string> Conditions(WanObjectStatus status) => status.Conditions!.Value.Select(static condition => $"{condition.Type} {condition.Status} {condition.Reason}");

    private static WanObject Link(string name, params (string Key, string Value)[] selector) => new()
    {
        Kind = WanKinds.Link,
        Name = name,
        Generation = 3,
        Text = "",
        NodeSelector = selector.ToFrozenDictionary(static label => label.Key, static label => label.Value),
    };

    private static WanObject Association(string name, params string[] links) => new() { Kind = WanKinds.Association, Name = name, Generation = 3, Text = "", Links = [.. links] };

    private static NodeView View(DateTimeOffset now, LinkState state, string reason) => new(
        "a",
        new Dictionary<string, string> { ["site"] = "north" }.ToFrozenDictionary(),
        new Settlement(
            new ClusterContents { Generations = ((string[])["WanLink/fibre", "WanLink/lte", "WanAssociation/away", "WanAssociation/calls"]).ToFrozenDictionary(static subject => subject, static _ => 3L) },
            ImmutableArray<CandidateError>.Empty),
        new WanStatus
        {
            Links = [new LinkStatus { Name = "fibre", Device = "wan0", State = state, Since = now, Reason = reason, Targets = [] }],
            Associations = [new AssociationStatus { Name = "calls", Reason = SelectionReason.Tier, Tier = 0, Links = [new LinkShare("fibre", 64)], Slots = [], Warnings = [] }],
            TargetsSuspect = false,
        },
        now);
}
