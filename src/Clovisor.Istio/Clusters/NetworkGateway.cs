namespace Clovisor.Istio.Clusters;

/// <summary>An east-west gateway: the way into a network from others.</summary>
/// <param name="Network">The network behind it.</param>
/// <param name="Cluster">The cluster that it was found in.</param>
/// <param name="Address">Its address, or name, outside the network.</param>
/// <param name="Port">Its port, which is 15443 unless the label <c>networking.istio.io/gatewayPort</c> says otherwise.</param>
public sealed record NetworkGateway(string Network, string Cluster, string Address, int Port);
