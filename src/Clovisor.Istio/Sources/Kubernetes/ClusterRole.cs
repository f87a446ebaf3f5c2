namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>What is read from a cluster.</summary>
public enum ClusterRole
{
    /// <summary>Everything: route rules, gateways, mesh config, services and what they consist of.</summary>
    Configuration,

    /// <summary>Services and what they consist of, as Istio reads of the other clusters of a mesh. Its route rules are its own.</summary>
    Services,
}
