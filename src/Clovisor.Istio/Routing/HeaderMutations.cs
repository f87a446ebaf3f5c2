using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>Header changes in the order in which they are made: removals before additions.</summary>
public sealed record HeaderMutations
{
    /// <summary>Gets the mutations that change nothing.</summary>
    public static HeaderMutations None { get; } = new();

    /// <summary>Gets the request headers that are taken out.</summary>
    public ImmutableArray<string> RequestRemovals { get; init; } = [];

    /// <summary>Gets the request headers that are put in.</summary>
    public ImmutableArray<HeaderAddition> RequestAdditions { get; init; } = [];

    /// <summary>Gets the response headers that are taken out.</summary>
    public ImmutableArray<string> ResponseRemovals { get; init; } = [];

    /// <summary>Gets the response headers that are put in.</summary>
    public ImmutableArray<HeaderAddition> ResponseAdditions { get; init; } = [];
}
