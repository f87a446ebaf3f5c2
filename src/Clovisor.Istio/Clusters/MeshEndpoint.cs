namespace Clovisor.Istio.Clusters;

/// <summary>Where a client's proxy sends a connection for a service.</summary>
/// <param name="Address">The address of a pod on the client's network, or of a gateway into another one.</param>
/// <param name="Network">The network that it leads to.</param>
/// <param name="Cluster">The cluster of the pod, or of the gateway.</param>
/// <param name="Weight">The share of connections among all endpoints of the service.</param>
/// <param name="Gateway">The gateway, or null for a pod.</param>
public sealed record MeshEndpoint(string Address, string Network, string Cluster, int Weight, NetworkGateway? Gateway);
