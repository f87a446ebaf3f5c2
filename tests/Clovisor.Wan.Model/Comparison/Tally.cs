using Clovisor.Wan.Datapath;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Comparison;

/// <summary>How often each reason came up.</summary>
internal sealed class Tally
{
    internal static DatapathReason[] Reasons { get; } = Enum.GetValues<DatapathReason>();

    internal Dictionary<DatapathReason, long> Packets { get; } = Reasons.ToDictionary(static reason => reason, static _ => 0L);

    internal long Total { get; private set; }

    internal void Add(Outcome outcome) => Count([outcome.Reason]);

    internal void Add(Tally other)
    {
        foreach ((DatapathReason reason, long count) in other.Packets)
        {
            Packets[reason] += count;
        }

        Total += other.Total;
    }

    internal void Count(ReadOnlySpan<DatapathReason> reasons)
    {
        foreach (DatapathReason reason in reasons)
        {
            Packets[reason]++;
        }

        Total++;
    }
}
