using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Configuration;

/// <summary>One cluster that configuration is read from.</summary>
public sealed class KubernetesClusterOptions
{
    /// <summary>The name of the cluster, as Istio calls it.</summary>
    /// <value>The default is <c>Kubernetes</c>, as Istio's is. Names must differ.</value>
    [Required]
    public string Name { get; set; } = "Kubernetes";

    /// <summary>A kubeconfig file.</summary>
    /// <value>The default is <see langword="null"/>: the cluster that this process runs in, as the service account of its pod.</value>
    public string? Kubeconfig { get; set; }

    /// <summary>The context in the kubeconfig.</summary>
    /// <value>The default is <see langword="null"/>: its current one.</value>
    public string? Context { get; set; }

    /// <summary>Whether services and what they consist of are read alone, as Istio does of the other clusters of a mesh.</summary>
    /// <value>The default is <see langword="false"/>: route rules are read too.</value>
    public bool ServicesOnly { get; set; }
}
