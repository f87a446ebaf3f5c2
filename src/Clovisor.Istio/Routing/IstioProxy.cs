using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>The proxy whose routes are compiled: what rules can tell proxies apart by.</summary>
public sealed record IstioProxy
{
    /// <summary>Gets what the proxy is. The default is a sidecar.</summary>
    public ProxyKind Kind { get; init; } = ProxyKind.Sidecar;

    /// <summary>Gets the namespace of the proxy's workload.</summary>
    public required string Namespace { get; init; }

    /// <summary>Gets the labels of the proxy's workload. Empty by default.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Gets a value indicating whether a fragment is cut off a request's path. The default is false: Envoy answers 400, as
    /// no client may send one. Istio's bootstrap can tell its proxies to cut it off.
    /// </summary>
    public bool StripsFragments { get; init; }

    /// <summary>Says whether the workload has all of the labels.</summary>
    internal bool HasLabels(ImmutableDictionary<string, string> labels) =>
        Labels.HasAll(labels);
}
