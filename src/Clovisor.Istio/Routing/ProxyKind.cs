namespace Clovisor.Istio.Routing;

/// <summary>What a proxy is to the mesh.</summary>
public enum ProxyKind
{
    /// <summary>Beside a workload, for the requests that the workload sends.</summary>
    Sidecar,

    /// <summary>At an edge of the mesh, serving the ports of <see cref="Resources.Gateway"/> objects.</summary>
    Gateway,

    /// <summary>Before the services of an ambient mesh that are bound to it by the label <c>istio.io/use-waypoint</c>. Its name is in the label <c>gateway.networking.k8s.io/gateway-name</c> of its workload.</summary>
    Waypoint,
}
