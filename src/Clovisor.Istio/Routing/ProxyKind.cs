namespace Clovisor.Istio.Routing;

/// <summary>What a proxy is to the mesh.</summary>
public enum ProxyKind
{
    /// <summary>Beside a workload, for the requests that the workload sends.</summary>
    Sidecar,

    /// <summary>At an edge of the mesh, serving the ports of <see cref="Resources.Gateway"/> objects.</summary>
    Gateway,
}
