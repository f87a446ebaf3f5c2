using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>A named part of a service's endpoints.</summary>
/// <param name="Name">The name that destinations use.</param>
/// <param name="Labels">The labels of the endpoints.</param>
public sealed record DestinationSubset(string Name, ImmutableDictionary<string, string> Labels);
