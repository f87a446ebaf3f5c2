using System.Collections.Immutable;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>The proxies of a mesh that manifests are for. Immutable.</summary>
public sealed record IstioWorkload
{
    /// <summary>The namespace of the proxies, and of the objects that are written.</summary>
    public required string Namespace { get; init; }

    /// <summary>The labels that the proxies' pods have.</summary>
    /// <value>The default is none: all proxies of the namespace.</value>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Sidecars or gateways.</summary>
    /// <value>The default is <see cref="ProxyKind.Sidecar"/>.</value>
    public ProxyKind Kind { get; init; }

    /// <summary>What the names of the objects begin with.</summary>
    /// <value>The default is <c>clovisor</c>.</value>
    public string Name { get; init; } = "clovisor";

    /// <summary>
    /// Whether classes get their source ports beside their DSCP. Connections of the proxy's other clusters are given ports from anywhere in <c>ip_local_port_range</c>, so some of them
    /// will count as of a class: only for proxies that talk to hosts of classes alone.
    /// </summary>
    /// <value>The default is <see langword="false"/>: DSCP alone, which every class must then have.</value>
    public bool UseSourcePorts { get; init; }
}
