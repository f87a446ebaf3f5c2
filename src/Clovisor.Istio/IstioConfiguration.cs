using System.Collections.Immutable;
using Clovisor.Istio.GatewayApi;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio;

/// <summary>A consistent set of objects and mesh settings, from which route tables are compiled.</summary>
/// <remarks>Immutable: a change is a new snapshot. May be shared between threads.</remarks>
public sealed record IstioConfiguration
{
    /// <summary>Gets a configuration without any object.</summary>
    public static IstioConfiguration Empty { get; } = new();

    /// <summary>Gets the settings of the mesh.</summary>
    public MeshSettings Mesh { get; init; } = MeshSettings.Default;

    /// <summary>Gets the route rules.</summary>
    public ImmutableArray<VirtualService> VirtualServices { get; init; } = [];

    /// <summary>Gets the gateways.</summary>
    public ImmutableArray<Gateway> Gateways { get; init; } = [];

    /// <summary>Gets the services that are named by hand.</summary>
    public ImmutableArray<ServiceEntry> ServiceEntries { get; init; } = [];

    /// <summary>Gets the workloads outside of Kubernetes.</summary>
    public ImmutableArray<WorkloadEntry> WorkloadEntries { get; init; } = [];

    /// <summary>Gets the scopes of sidecars.</summary>
    public ImmutableArray<Sidecar> Sidecars { get; init; } = [];

    /// <summary>Gets the subsets of services.</summary>
    public ImmutableArray<DestinationRule> DestinationRules { get; init; } = [];

    /// <summary>Gets the Kubernetes services.</summary>
    public ImmutableArray<KubernetesService> Services { get; init; } = [];

    /// <summary>Gets the Kubernetes pods.</summary>
    public ImmutableArray<KubernetesPod> Pods { get; init; } = [];

    /// <summary>Gets the Kubernetes namespaces.</summary>
    public ImmutableArray<KubernetesNamespace> Namespaces { get; init; } = [];

    /// <summary>Gets the filters that change what Istio compiles.</summary>
    public ImmutableArray<EnvoyFilter> EnvoyFilters { get; init; } = [];

    /// <summary>Gets the endpoints of Kubernetes services.</summary>
    public ImmutableArray<KubernetesEndpointSlice> EndpointSlices { get; init; } = [];

    /// <summary>Gets the gateways of the Gateway API.</summary>
    public ImmutableArray<KubernetesGateway> KubernetesGateways { get; init; } = [];

    /// <summary>Gets the classes of such gateways. Istio's own need no object.</summary>
    public ImmutableArray<GatewayClass> GatewayClasses { get; init; } = [];

    /// <summary>Gets the listeners that are added to such gateways.</summary>
    public ImmutableArray<ListenerSet> ListenerSets { get; init; } = [];

    /// <summary>Gets the routes of the Gateway API, of all kinds.</summary>
    public ImmutableArray<GatewayApiRoute> GatewayApiRoutes { get; init; } = [];

    /// <summary>Gets what namespaces allow others to refer to.</summary>
    public ImmutableArray<ReferenceGrant> ReferenceGrants { get; init; } = [];

    /// <summary>Gets what checks tokens; default where it is not known, as when the objects come from a cluster, where they are not watched.</summary>
    public ImmutableArray<RequestAuthentication> RequestAuthentications { get; init; }

    /// <summary>Gets the documents that were read and have no part in routing here, such as an EnvoyFilter or a Deployment.</summary>
    public ImmutableArray<IgnoredDocument> Ignored { get; init; } = [];

    /// <summary>Gets the objects of all kinds, kind by kind.</summary>
    internal IEnumerable<Resource> Resources =>
    [
        .. VirtualServices, .. Gateways, .. ServiceEntries, .. WorkloadEntries, .. Sidecars, .. DestinationRules, .. Services, .. Pods, .. Namespaces, .. EnvoyFilters, .. EndpointSlices,
        .. KubernetesGateways, .. GatewayClasses, .. ListenerSets, .. GatewayApiRoutes, .. ReferenceGrants, .. RequestAuthentications.IsDefault ? [] : RequestAuthentications,
    ];

    /// <summary>
    /// Joins configurations, the most important first: where two have a rule of one kind, namespace and name, the first has it; services, endpoints, pods and
    /// namespaces of all are joined; the mesh settings are those of the first that has some.
    /// </summary>
    /// <param name="configurations">The configurations.</param>
    /// <returns>One of the same objects; the only one itself, and an empty one for none.</returns>
    public static IstioConfiguration Join(params IEnumerable<IstioConfiguration> configurations)
    {
        ArgumentNullException.ThrowIfNull(configurations);
        ImmutableArray<IstioConfiguration> all = [.. configurations];
        if (all.Length <= 1)
        {
            return all.IsEmpty ? Empty : all[0];
        }

        var resources = new List<Resource>();
        var rules = new HashSet<(Type Type, string Kind, ObjectKey Key)>();
        foreach (Resource resource in all.SelectMany(static c => c.Resources))
        {
            if (resource is KubernetesService or KubernetesPod or KubernetesNamespace or KubernetesEndpointSlice || rules.Add((resource.GetType(), resource.Kind, resource.Key)))
            {
                resources.Add(resource);
            }
        }

        MeshSettings? mesh = all.Select(static c => c.Mesh).FirstOrDefault(static m => !ReferenceEquals(m, MeshSettings.Default));
        IstioConfiguration merged = DocumentReader.Assemble(resources, mesh, all.SelectMany(static c => c.Ignored));

        // What one of them does not know, the whole does not.
        return all.Any(static c => c.RequestAuthentications.IsDefault) ? merged with { RequestAuthentications = default } : merged;
    }
}
