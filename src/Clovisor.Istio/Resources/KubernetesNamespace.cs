namespace Clovisor.Istio.Resources;

/// <summary>A Kubernetes Namespace: its labels are what selectors see.</summary>
public sealed record KubernetesNamespace : Resource
{
    /// <inheritdoc/>
    public override string Kind => "Namespace";
}
