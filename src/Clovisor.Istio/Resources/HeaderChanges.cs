using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Header changes in one direction.</summary>
public sealed record HeaderChanges
{
    /// <summary>Gets the headers that are overwritten.</summary>
    public ImmutableDictionary<string, string> Set { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the values that are appended.</summary>
    public ImmutableDictionary<string, string> Add { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the headers that are taken out, before the others are put in.</summary>
    public ImmutableArray<string> Remove { get; init; } = [];
}
