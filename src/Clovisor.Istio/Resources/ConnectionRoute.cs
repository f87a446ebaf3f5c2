using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>One <c>tls</c> or <c>tcp</c> rule of a <see cref="VirtualService"/>: when it applies to a connection and where that goes.</summary>
public sealed record ConnectionRoute
{
    /// <summary>Gets the matches; one that holds is enough. Empty, which only a <c>tcp</c> rule may be: every connection.</summary>
    public ImmutableArray<ConnectionMatch> Match { get; init; } = [];

    /// <summary>Gets the destinations, with weights where there are several.</summary>
    public ImmutableArray<ConnectionDestination> Route { get; init; } = [];

    /// <summary>Gets the line the rule starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
