using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>A Kubernetes EndpointSlice: the addresses behind a service, which decide where the service itself has none.</summary>
public sealed record KubernetesEndpointSlice : Resource
{
    /// <inheritdoc/>
    public override string Kind => "EndpointSlice";

    /// <summary>Gets the name of the service, in the slice's namespace.</summary>
    public required string ServiceName { get; init; }

    /// <summary>Gets the addresses of the endpoints that are ready.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];
}
