using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>An HTTPRoute, GRPCRoute, TLSRoute or TCPRoute of the Gateway API.</summary>
public sealed record GatewayApiRoute : Resource
{
    /// <summary>The kind of a route for HTTP.</summary>
    public const string Http = "HTTPRoute";

    /// <summary>The kind of a route for gRPC.</summary>
    public const string Grpc = "GRPCRoute";

    /// <summary>The kind of a route for TLS by server name.</summary>
    public const string Tls = "TLSRoute";

    /// <summary>The kind of a route for TCP.</summary>
    public const string Tcp = "TCPRoute";

    /// <inheritdoc/>
    public override string Kind => RouteKind;

    /// <summary>Gets the kind: one of the constants of this type.</summary>
    public required string RouteKind { get; init; }

    /// <summary>Gets what the route attaches to.</summary>
    public ImmutableArray<ParentReference> Parents { get; init; } = [];

    /// <summary>Gets the hosts; empty means all. A route attached to a service has that service's.</summary>
    public ImmutableArray<string> Hostnames { get; init; } = [];

    /// <summary>Gets the rules.</summary>
    public ImmutableArray<GatewayRouteRule> Rules { get; init; } = [];
}
