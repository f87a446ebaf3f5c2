using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Serialization;

/// <summary>What one object of a cluster became: a resource, mesh settings, something that has no part in routing, or nothing and the reasons.</summary>
internal sealed record ObjectReadResult(
    Resource? Resource,
    MeshSettings? Mesh,
    IgnoredDocument? Ignored,
    ImmutableArray<ConfigurationError> Errors,
    ImmutableArray<ConfigurationError> Warnings);
