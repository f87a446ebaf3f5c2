using System.ComponentModel.DataAnnotations;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Configuration;

/// <summary>Where the configuration comes from, and which proxy's route rules are evaluated.</summary>
public sealed class ClovisorOptions
{
    /// <summary>The folder of YAML documents: Istio and Kubernetes kinds, and the <c>wan.clovisor.io</c> kinds. It is watched.</summary>
    /// <value>The default is <c>/etc/clovisor</c>. Must exist when the host starts.</value>
    [Required]
    public string ConfigurationDirectory { get; set; } = "/etc/clovisor";

    /// <summary>The kind of proxy whose rules apply.</summary>
    /// <value>The default is <see cref="ProxyKind.Sidecar"/>.</value>
    public ProxyKind Proxy { get; set; } = ProxyKind.Sidecar;

    /// <summary>The Kubernetes namespace of the proxy: short host names, <c>exportTo</c> and Sidecar scopes are resolved from it.</summary>
    /// <value>The default is <c>default</c>.</value>
    [Required]
    public string ProxyNamespace { get; set; } = "default";

    /// <summary>The labels of the proxy's workload, as <c>sourceLabels</c> and Gateway selectors see them.</summary>
    /// <value>The default is none.</value>
    public IDictionary<string, string> ProxyLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
