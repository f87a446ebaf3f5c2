using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Clusters;

/// <summary>
/// One mesh over several clusters, each with a control plane of its own. A control plane reads rules from its own cluster alone; from the others it takes services and endpoints.
/// So the answer to a request depends on the cluster that the client is in.
/// </summary>
/// <remarks>
/// Immutable; may be used from any thread. Endpoints of other networks are reached through the gateways of that network only by mutual TLS; that clients and services have it is taken for
/// granted, and all endpoints of a service count alike: locality and health are not looked at.
/// </remarks>
public sealed class MultiClusterMesh
{
    private const string NetworkLabel = "topology.istio.io/network";
    private const string PortLabel = "networking.istio.io/gatewayPort";
    private const int DefaultPort = 15443;

    private readonly ImmutableArray<MeshCluster> _clusters;

    /// <summary>Initializes a new instance of the <see cref="MultiClusterMesh"/> class.</summary>
    /// <param name="clusters">The clusters. Their names differ. The order decides which cluster's service counts where several have it and the client's has not.</param>
    /// <exception cref="ArgumentException">Two clusters have the same name.</exception>
    public MultiClusterMesh(IEnumerable<MeshCluster> clusters)
    {
        _clusters = [.. clusters];
        if (_clusters.GroupBy(static c => c.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"two clusters are named {twice.Key}; names tell them apart", nameof(clusters));
        }

        Gateways = [.. _clusters.SelectMany(FindGateways).Distinct()];
    }

    /// <summary>Gets the clusters.</summary>
    public ImmutableArray<MeshCluster> Clusters => _clusters;

    /// <summary>
    /// Gets the east-west gateways: Services, and Gateways of the Gateway API, that are labelled with <c>topology.istio.io/network</c>, at the addresses that load balancers gave them or that are
    /// listed as external.
    /// </summary>
    public ImmutableArray<NetworkGateway> Gateways { get; }

    /// <summary>Gets what the control plane of a cluster compiles from: its own objects, and the services and endpoints of the others.</summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <returns>The configuration for all proxies of the cluster. A service that several clusters have is one, as the cluster itself has it.</returns>
    /// <exception cref="ArgumentException">There is no such cluster.</exception>
    public IstioConfiguration ConfigurationOf(string cluster)
    {
        MeshCluster own = Find(cluster);
        var services = own.Configuration.Services.ToBuilder();
        var slices = own.Configuration.EndpointSlices.ToBuilder();
        HashSet<ObjectKey> known = [.. own.Configuration.Services.Select(static s => s.Key)];
        foreach (MeshCluster other in _clusters.Where(c => c.Name != cluster))
        {
            services.AddRange(other.Configuration.Services.Where(s => known.Add(s.Key)));
            slices.AddRange(other.Configuration.EndpointSlices);
        }

        return own.Configuration with { Services = services.ToImmutable(), EndpointSlices = slices.ToImmutable() };
    }

    /// <summary>Gets where proxies of a cluster send connections for a service.</summary>
    /// <param name="cluster">The clients' cluster.</param>
    /// <param name="service">The service.</param>
    /// <returns>
    /// The pods on the clients' network, and for each other network its gateways, which share the weight of the pods behind them. A network without a gateway is reached directly.
    /// </returns>
    /// <exception cref="ArgumentException">There is no such cluster.</exception>
    public ImmutableArray<MeshEndpoint> EndpointsOf(string cluster, ObjectKey service)
    {
        string network = Find(cluster).Network;
        List<(string Address, MeshCluster Cluster)> pods = [.. _clusters.SelectMany(c => c.Configuration.EndpointSlices
            .Where(s => s.Namespace == service.Namespace && s.ServiceName == service.Name)
            .SelectMany(static s => s.Addresses).Distinct().Select(a => (a, c)))];
        ILookup<string, NetworkGateway> gateways = Gateways.ToLookup(static g => g.Network, StringComparer.Ordinal);

        // Weights are whole numbers: each is taken so many times that every network's share divides by its gateways.
        int scale = gateways.Select(static g => g.Count()).Aggregate(1, LeastCommonMultiple);
        var endpoints = ImmutableArray.CreateBuilder<MeshEndpoint>();
        foreach (IGrouping<string, (string Address, MeshCluster Cluster)> on in pods.GroupBy(static p => p.Cluster.Network, StringComparer.Ordinal))
        {
            NetworkGateway[] ways = on.Key == network ? [] : [.. gateways[on.Key]];
            endpoints.AddRange(ways.Length == 0
                ? on.Select(p => new MeshEndpoint(p.Address, on.Key, p.Cluster.Name, scale, null))
                : ways.Select(w => new MeshEndpoint(w.Address, on.Key, w.Cluster, on.Count() * scale / ways.Length, w)));
        }

        return endpoints.DrainToImmutable();
    }

    private static int LeastCommonMultiple(int a, int b)
    {
        (int x, int y) = (a, b);
        while (y != 0)
        {
            (x, y) = (y, x % y);
        }

        return a / x * b;
    }

    private static IEnumerable<NetworkGateway> FindGateways(MeshCluster cluster)
    {
        foreach (KubernetesService service in cluster.Configuration.Services.Where(static s => s.Labels.ContainsKey(NetworkLabel)))
        {
            foreach (string address in service.ExternalAddresses)
            {
                yield return new NetworkGateway(service.Labels[NetworkLabel], cluster.Name, address, Port(service));
            }
        }

        foreach (GatewayApi.KubernetesGateway gateway in cluster.Configuration.KubernetesGateways.Where(static g => g.Labels.ContainsKey(NetworkLabel)))
        {
            foreach (string address in gateway.Addresses)
            {
                yield return new NetworkGateway(gateway.Labels[NetworkLabel], cluster.Name, address, Port(gateway));
            }
        }
    }

    private static int Port(Resource gateway) => int.TryParse(gateway.Labels.GetValueOrDefault(PortLabel), out int port) ? port : DefaultPort;

    private MeshCluster Find(string cluster) =>
        _clusters.FirstOrDefault(c => c.Name == cluster) ?? throw new ArgumentException($"there is no cluster {cluster}; known are {string.Join(", ", _clusters.Select(static c => c.Name))}", nameof(cluster));
}
