using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Istio's description of ports that a gateway proxy opens.</summary>
public sealed record Gateway : Resource
{
    /// <inheritdoc/>
    public override string Kind => "Gateway";

    /// <summary>Gets the labels of the proxies that serve it; empty selects all gateway proxies.</summary>
    public ImmutableDictionary<string, string> Selector { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the servers in order.</summary>
    public ImmutableArray<GatewayServer> Servers { get; init; } = [];

    /// <summary>Gets the host names of the services whose proxies serve it; default where <see cref="Selector"/> says who does.</summary>
    internal ImmutableArray<string> Services { get; init; }

    /// <summary>Gets the Gateway API object whose proxy the control plane makes, or null.</summary>
    internal ObjectKey? ManagedBy { get; init; }
}
