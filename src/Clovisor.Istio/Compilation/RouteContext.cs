using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>For whom, for which port and against which services routes are built.</summary>
internal sealed record RouteContext
{
    public required IstioProxy Proxy { get; init; }

    public required int Port { get; init; }

    /// <summary>Gets the gateway that routes are built for: <c>mesh</c> or <c>namespace/name</c>.</summary>
    public required string Gateway { get; init; }

    public bool IsTls { get; init; }

    /// <summary>Gets a value indicating whether the rule was made from a route of the Gateway API.</summary>
    public bool IsGatewayApi { get; init; }

    /// <summary>Gets the way to the service that a destination's host names; null where there is none.</summary>
    public required Func<string, MeshService?> Lookup { get; init; }

    public required List<DroppedRule> Dropped { get; init; }

    /// <summary>Gets a value indicating whether the proxy is a waypoint.</summary>
    public bool IsWaypoint => Proxy.Kind == ProxyKind.Waypoint;

    /// <summary>Gets the way to the name of a destination's cluster where it is not the usual one, or null.</summary>
    public Func<Destination, MeshService?, int, string>? ClusterName { get; init; }

    /// <summary>Gets what the last compilation of the table made.</summary>
    public required TableMemo Memo { get; init; }
}
