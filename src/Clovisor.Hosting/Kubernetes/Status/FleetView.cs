using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Hosting.Kubernetes.Following;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>What follows from the entries of all nodes. Pure: whichever node makes it, it comes out the same, but for the time of a transition that it notices.</summary>
internal static class FleetView
{
    private const int MostNamed = 3;

    internal static WanObjectStatus Of(WanObject item, ImmutableArray<WanNodeStatus> nodes, DateTimeOffset now)
    {
        bool canBeReady = item.Kind != WanKinds.SlaClass;
        WanNodeStatus[] refusing = [.. nodes.Where(static node => node.Accepted == false)];
        WanNodeStatus[] idle = [.. nodes.Where(static node => node.Ready != true)];
        ImmutableArray<WanCondition> former = item.Status?.Conditions ?? [];
        long? generation = nodes.IsEmpty ? item.Generation : nodes.Min(static node => node.ObservedGeneration);
        WanCondition accepted = nodes.IsEmpty
            ? Condition("Accepted", "Unknown", "NoNode", "No node has it.")
            : refusing.Length == 0
                ? Condition("Accepted", "True", "Accepted", Count("Every node has taken it", nodes.Length))
                : Condition("Accepted", "False", "Refused", Named(refusing));
        WanCondition ready = nodes.IsEmpty
            ? Condition("Ready", "Unknown", "NoNode", "No node has it.")
            : idle.Length == 0
                ? Condition("Ready", "True", nodes.Select(static node => node.State).Distinct().Count() == 1 ? nodes[0].State ?? "InUse" : "InUse", Count("In use on every node that has it", nodes.Length))
                : Condition("Ready", "False", idle.Select(static node => node.State).Distinct().Count() == 1 ? idle[0].State ?? "NotRunning" : "NotOnEveryNode", Named(idle));
        return new WanObjectStatus
        {
            ObservedGeneration = generation,
            Summary = canBeReady ? string.Create(CultureInfo.InvariantCulture, $"{nodes.Length - idle.Length}/{nodes.Length}") : null,
            Conditions = canBeReady ? [Settle(accepted), Settle(ready)] : [Settle(accepted)],
        };

        WanCondition Condition(string type, string status, string reason, string message) => new() { Type = type, Status = status, Reason = reason, Message = message, ObservedGeneration = generation };

        WanCondition Settle(WanCondition condition)
        {
            WanCondition? before = former.FirstOrDefault(one => one.Type == condition.Type);
            return condition with { LastTransitionTime = before is not null && before.Status == condition.Status ? before.LastTransitionTime : new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), now.Offset) };
        }
    }

    /// <summary>Whether two say the same; lists of records are compared by what they hold.</summary>
    internal static bool Same(WanObjectStatus? one, WanObjectStatus other) =>
        one is not null && one.ObservedGeneration == other.ObservedGeneration && one.Summary == other.Summary
        && (one.Conditions ?? []).OrderBy(static c => c.Type, StringComparer.Ordinal).SequenceEqual((other.Conditions ?? []).OrderBy(static c => c.Type, StringComparer.Ordinal));

    private static string Count(string text, int nodes) => string.Create(CultureInfo.InvariantCulture, $"{text} ({nodes}).");

    private static string Named(WanNodeStatus[] nodes)
    {
        string named = string.Join('\n', nodes.OrderBy(static node => node.Node, StringComparer.Ordinal).Take(MostNamed).Select(static node => $"{node.Node}: {(node.State is null ? "" : $"{node.State}: ")}{node.Reason ?? "not running"}"));
        return nodes.Length <= MostNamed ? named : string.Create(CultureInfo.InvariantCulture, $"{named}\nand {nodes.Length - MostNamed} more");
    }
}
