using System.Collections.Immutable;

namespace Clovisor.Wan.Status;

/// <summary>All that the engine knows, at the moment of asking. Immutable.</summary>
public sealed record WanStatus
{
    /// <summary>The links, in the order of the configuration.</summary>
    public required ImmutableArray<LinkStatus> Links { get; init; }

    /// <summary>The associations, in the order of the configuration.</summary>
    public required ImmutableArray<AssociationStatus> Associations { get; init; }

    /// <summary>Whether the probes of every link went silent at one moment: their targets are suspected then, and the links stay in use.</summary>
    public required bool TargetsSuspect { get; init; }

    /// <summary>What on the node goes round the datapath, a sentence each with the remedy; looked for every 30 seconds.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Why the kernel refused the last change of plan, which is tried again; null when it did not. What was in force before still is.</summary>
    public string? DatapathError { get; init; }
}
