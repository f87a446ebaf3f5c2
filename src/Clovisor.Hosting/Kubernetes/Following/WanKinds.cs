using System.Collections.Immutable;
using Clovisor.Hosting.Kubernetes.Schema;
using Clovisor.Istio.Sources.Kubernetes.Objects;

namespace Clovisor.Hosting.Kubernetes.Following;

/// <summary>The kinds that a node follows in the cluster that has its WAN objects.</summary>
internal static class WanKinds
{
    internal static KubernetesKind Link { get; } = new(CustomResourceAttribute.Group, CustomResourceAttribute.Version, "WanLink", "wanlinks");

    internal static KubernetesKind SlaClass { get; } = new(CustomResourceAttribute.Group, CustomResourceAttribute.Version, "SlaClass", "slaclasses");

    internal static KubernetesKind Association { get; } = new(CustomResourceAttribute.Group, CustomResourceAttribute.Version, "WanAssociation", "wanassociations");

    internal static KubernetesKind Node { get; } = new("", "v1", "Node", "nodes");

    internal static ImmutableArray<KubernetesKind> All { get; } = [Link, SlaClass, Association];
}
