namespace Clovisor.Istio.Clusters;

/// <summary>One Kubernetes cluster of a mesh.</summary>
/// <param name="Name">The cluster's name, as Istio has it.</param>
/// <param name="Network">The network that its pods are on; pods of the same network reach each other directly.</param>
/// <param name="Configuration">The cluster's own objects.</param>
public sealed record MeshCluster(string Name, string Network, IstioConfiguration Configuration);
