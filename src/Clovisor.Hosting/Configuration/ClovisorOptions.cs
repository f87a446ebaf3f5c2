using System.ComponentModel.DataAnnotations;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Configuration;

/// <summary>Which proxy's route rules are evaluated, on which node. A change while the host runs is put in force at once.</summary>
public sealed class ClovisorOptions
{
    /// <summary>The kind of proxy whose rules apply.</summary>
    /// <value>The default is <see cref="ProxyKind.Sidecar"/>.</value>
    [EnumDataType(typeof(ProxyKind))]
    public ProxyKind Proxy { get; set; } = ProxyKind.Sidecar;

    /// <summary>The Kubernetes namespace of the proxy: short host names, <c>exportTo</c> and Sidecar scopes are resolved from it.</summary>
    /// <value>The default is <c>default</c>.</value>
    [Required]
    public string ProxyNamespace { get; set; } = "default";

    /// <summary>The labels of the proxy's workload, as <c>sourceLabels</c> and Gateway selectors see them.</summary>
    /// <value>The default is none.</value>
    public IDictionary<string, string> ProxyLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Labels of this node, besides those that its Node object has where there is a cluster: a WanLink with a <c>nodeSelector</c> is this node's only
    /// if the node has every label of it. Of a label that both have, the value here counts.</summary>
    /// <value>The default is none.</value>
    public IDictionary<string, string> NodeLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The request header that names the user whom <c>match.flows</c> with <c>users</c> and <c>sticky: user</c> mean. Whoever may report may write anything
    /// there, as with every header: what is decided by it is which link, and no right.</summary>
    /// <value>The default is <c>user</c>; compared without case.</value>
    [Required]
    [RegularExpression("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
    public string UserHeader { get; set; } = "user";

    /// <summary>Options are made anew whenever any of a configuration's sources changes, most often with the same values.</summary>
    internal bool SaysTheSameAs(ClovisorOptions other) =>
        Proxy == other.Proxy && ProxyNamespace == other.ProxyNamespace && UserHeader == other.UserHeader && Same(ProxyLabels, other.ProxyLabels) && Same(NodeLabels, other.NodeLabels);

    private static bool Same(IDictionary<string, string> one, IDictionary<string, string> other) =>
        one.Count == other.Count && one.All(label => other.TryGetValue(label.Key, out string? value) && value == label.Value);
}
