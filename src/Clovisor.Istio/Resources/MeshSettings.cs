using System.Collections.Immutable;
using Clovisor.Istio.GatewayApi;

namespace Clovisor.Istio.Resources;

/// <summary>The settings of the mesh that change which route a request takes. All have Istio's defaults.</summary>
public sealed record MeshSettings
{
    /// <summary>Gets the settings of a mesh that sets nothing.</summary>
    public static MeshSettings Default { get; } = new();

    /// <summary>Gets what is done to paths before matching. The default is <see cref="PathNormalization.Base"/>.</summary>
    public PathNormalization PathNormalization { get; init; } = PathNormalization.Base;

    /// <summary>Gets what sidecars do with unknown hosts. The default is <see cref="OutboundTrafficPolicy.AllowAny"/>.</summary>
    public OutboundTrafficPolicy OutboundTrafficPolicy { get; init; } = OutboundTrafficPolicy.AllowAny;

    /// <summary>Gets who sees a <see cref="VirtualService"/> that does not say. The default is everybody.</summary>
    public ImmutableArray<string> DefaultVirtualServiceExportTo { get; init; } = ["*"];

    /// <summary>Gets who sees a service that does not say. The default is everybody.</summary>
    public ImmutableArray<string> DefaultServiceExportTo { get; init; } = ["*"];

    /// <summary>Gets who sees a <see cref="DestinationRule"/> that does not say. The default is everybody.</summary>
    public ImmutableArray<string> DefaultDestinationRuleExportTo { get; init; } = ["*"];

    /// <summary>Gets the namespace whose objects apply to the whole mesh. The default is <c>istio-system</c>.</summary>
    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>Gets the labels of namespaces that the control plane looks at; one selector that fits is enough. Empty, the default, means all. The root namespace always counts.</summary>
    public ImmutableArray<LabelSelector> DiscoverySelectors { get; init; } = [];

    /// <summary>
    /// Gets the revision of the control plane; empty, the default, is the revision <c>default</c>. Objects that the label <c>istio.io/rev</c> gives to another revision are left out. Not part of the mesh config:
    /// set it with <c>with</c>.
    /// </summary>
    public string Revision { get; init; } = "";

    /// <summary>Gets the domain of the cluster's services. The default is <c>cluster.local</c>.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";
}
