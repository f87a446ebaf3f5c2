using System.Collections.Immutable;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Sources;

/// <summary>What a source said at one moment: a whole configuration, and how much it can be trusted.</summary>
/// <remarks>Immutable; may be shared between threads.</remarks>
public sealed record IstioSnapshot
{
    /// <summary>Gets the number of the snapshot. It grows by one with each that the source publishes; 0 is the state before the first.</summary>
    public long Revision { get; init; }

    /// <summary>Gets a value indicating whether the source has been read whole at least once. Until then <see cref="Configuration"/> is empty, or <see cref="IsRestored"/>.</summary>
    public bool IsSynced { get; init; }

    /// <summary>Gets a value indicating whether the source has not been read whole, and <see cref="Configuration"/> is in part what an earlier process stored.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Gets the configuration. Objects that did not change since the former snapshot are the same instances.</summary>
    public IstioConfiguration Configuration { get; init; } = IstioConfiguration.Empty;

    /// <summary>Gets the route tables of <see cref="Configuration"/>, compiled when they are asked for, those of the former snapshot taken over as far as they hold.</summary>
    public RouteTableCache Tables { get; init; } = new(IstioConfiguration.Empty);

    /// <summary>Gets what is wrong: objects that were left out, kinds that may not be read. Everything else is in force all the same.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; init; } = [];

    /// <summary>Gets what is probably not meant and does no harm, such as fields that no one here knows.</summary>
    public ImmutableArray<ConfigurationError> Warnings { get; init; } = [];

    /// <summary>Gets the clusters that the source reads, by name; empty for a folder.</summary>
    public ImmutableArray<ClusterStatus> Clusters { get; init; } = [];

    /// <summary>
    /// Gets the clusters of <see cref="Clusters"/> as one mesh, each with its own objects: which endpoints a service has for clients of a cluster, and by which gateways it is reached. A cluster's network is the label
    /// <c>topology.istio.io/network</c> of its root namespace. Null for a source that reads no clusters. Made when it is first asked for.
    /// </summary>
    public MultiClusterMesh? Mesh => LazyMesh?.Value;

    /// <summary>Gets a value indicating whether a part of the configuration may be out of date, because its cluster is away.</summary>
    public bool IsStale => Clusters.Any(static c => c.IsStale);

    internal Lazy<MultiClusterMesh>? LazyMesh { get; init; }
}
