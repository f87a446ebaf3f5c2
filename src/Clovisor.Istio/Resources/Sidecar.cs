using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>What sidecars of a namespace, or of some of its workloads, may see.</summary>
public sealed record Sidecar : Resource
{
    /// <inheritdoc/>
    public override string Kind => "Sidecar";

    /// <summary>Gets the labels of the workloads that are meant, or null for all of the namespace.</summary>
    public ImmutableDictionary<string, string>? WorkloadSelector { get; init; }

    /// <summary>Gets the ingress listeners; empty means those of the workload's services.</summary>
    public ImmutableArray<IngressListener> Ingress { get; init; } = [];

    /// <summary>Gets the egress listeners in order; empty imports everything.</summary>
    public ImmutableArray<EgressListener> Egress { get; init; } = [];

    /// <summary>Gets what happens to traffic for unknown hosts, or null for the mesh's setting.</summary>
    public OutboundTrafficPolicy? OutboundTrafficPolicy { get; init; }

    /// <summary>Gets where traffic for unknown hosts goes under <see cref="OutboundTrafficPolicy.AllowAny"/>, or null for where the client addressed it.</summary>
    public Destination? EgressProxy { get; init; }
}
