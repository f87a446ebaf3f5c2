using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Clovisor.Wan.Status;

namespace Clovisor.Wan.Simulation;

/// <summary>What a configuration does over a history of its links.</summary>
public sealed record SimulationResult
{
    /// <summary>Every change of a link's state, in order.</summary>
    public required ImmutableArray<SimulatedTransition> Transitions { get; init; }

    /// <summary>Every time an association took other links after its first ones, in order.</summary>
    public required ImmutableArray<SimulatedSwitch> Switches { get; init; }

    /// <summary>All that the engine knows at the end of the history; its times count from the Unix epoch.</summary>
    public required WanStatus End { get; init; }

    /// <summary>How many probes were sent.</summary>
    public required long Probes { get; init; }

    /// <summary>One line a change, by time.</summary>
    public override string ToString()
    {
        var lines = new List<(TimeSpan At, int Order, string Text)>();
        lines.AddRange(Transitions.Select(static change => (change.At, 0, $"link {change.Link}: {change.From} to {change.To}: {change.Reason}")));
        lines.AddRange(Switches.Select(static change =>
            (change.At, 1, $"association {change.Association}: {Show(change.From)} to {Show(change.To)} ({change.Reason})")));
        var text = new StringBuilder();
        foreach ((TimeSpan at, _, string line) in lines.OrderBy(static line => line.At).ThenBy(static line => line.Order))
        {
            text.Append(CultureInfo.InvariantCulture, $"{at:d\\.hh\\:mm\\:ss\\.fff}  {line}\n");
        }

        return text.Length == 0 ? "nothing changed\n" : text.ToString();
    }

    private static string Show(ImmutableArray<LinkShare> shares) =>
        shares.IsEmpty ? "no link" : string.Join(" + ", shares.Select(static share => ShowShare(share)));

    private static string ShowShare(LinkShare share) => share.Slots == 64 ? share.Link : $"{share.Link} {share.Slots}/64";
}
