using System.Collections.Immutable;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Datapath;

/// <summary>One association as the datapath sees it.</summary>
public sealed record DatapathAssociation
{
    /// <summary>The name of the <c>WanAssociation</c>; keeps its place in the maps over reloads and restarts. At most 63 bytes of UTF-8.</summary>
    public required string Name { get; init; }

    /// <summary>What happens to a translated TCP session whose link is no longer usable.</summary>
    public LinkDownAction TcpOnLinkDown { get; init; } = LinkDownAction.Reset;

    /// <summary>What happens to a translated UDP session whose link is no longer usable.</summary>
    public LinkDownAction UdpOnLinkDown { get; init; } = LinkDownAction.Rebind;

    /// <summary>What happens to a packet whose slot names no link.</summary>
    public NoLinkAction OnNoLink { get; init; } = NoLinkAction.Pass;

    /// <summary>What the sessions have in common that take one slot, where nobody says which slot: of tags, announcements, and reports without one. No
    /// packet shows a user or a header: with these each session has its own. The default is <see cref="StickyKind.None"/>.</summary>
    public StickyKind Sticky { get; init; }

    /// <summary>Every link that its sessions may be moved to, by position in the plan, each once. A connection that can move opens with a segment size that fits
    /// all of those that it can move to. Empty, the default, leaves others than the one that it opens on out of account.</summary>
    public ImmutableArray<int> Links { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <inheritdoc/>
    public bool Equals(DatapathAssociation? other) =>
        other is not null
        && (Name, TcpOnLinkDown, UdpOnLinkDown, OnNoLink, Sticky) == (other.Name, other.TcpOnLinkDown, other.UdpOnLinkDown, other.OnNoLink, other.Sticky)
        && Links.AsSpan().SequenceEqual(other.Links.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, TcpOnLinkDown, UdpOnLinkDown, OnNoLink, Sticky, Links.Length);
}
