using System.Collections.Immutable;
using Clovisor.Wan.Selection;

namespace Clovisor.Wan.Status;

/// <summary>One association, at the moment of asking.</summary>
public sealed record AssociationStatus
{
    /// <summary>The name of the association.</summary>
    public required string Name { get; init; }

    /// <summary>Why its sessions take the links that they take.</summary>
    public required SelectionReason Reason { get; init; }

    /// <summary>The position of the tier in use, from 0; null when no link qualifies.</summary>
    public int? Tier { get; init; }

    /// <summary>The links in use; empty when no link qualifies.</summary>
    public required ImmutableArray<LinkShare> Links { get; init; }

    /// <summary>The link of each of its 64 slots, by its position in the configuration; 255 for none. A session's slot is
    /// <see cref="Datapath.DatapathPlan.SlotOf"/>, or that of its sticky key.</summary>
    public required ImmutableArray<byte> Slots { get; init; }

    /// <summary>What an operator should know of these links: one of them cannot carry a family that another one carries.</summary>
    public required ImmutableArray<string> Warnings { get; init; }
}
