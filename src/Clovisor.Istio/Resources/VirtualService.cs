using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Istio's route rules for a set of hosts.</summary>
public sealed record VirtualService : Resource
{
    /// <inheritdoc/>
    public override string Kind => "VirtualService";

    /// <summary>Gets the hosts as written. Empty for a delegate, which acts only through the rule that names it.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Gets the gateways as written; empty means the mesh, that is, every sidecar.</summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    /// <summary>Gets the HTTP rules, in the order in which they are tried.</summary>
    public ImmutableArray<HttpRoute> Http { get; init; } = [];

    /// <summary>Gets the TLS rules, which route connections by the server name that the client asks for.</summary>
    public ImmutableArray<ConnectionRoute> Tls { get; init; } = [];

    /// <summary>Gets the TCP rules.</summary>
    public ImmutableArray<ConnectionRoute> Tcp { get; init; } = [];

    /// <summary>Gets the namespaces that see the object; empty means the mesh's default, which is all.</summary>
    public ImmutableArray<string> ExportTo { get; init; } = [];

    /// <summary>Gets a value indicating whether the object was made from routes of the Gateway API, which order and match by rules of their own.</summary>
    internal bool IsGatewayApi { get; init; }
}
