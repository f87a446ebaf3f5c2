using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Changes to what Istio compiles for its proxies. They are not carried out here: where they touch routes, decisions are marked.</summary>
public sealed record EnvoyFilter : Resource
{
    /// <inheritdoc/>
    public override string Kind => "EnvoyFilter";

    /// <summary>Gets the labels of the proxies that are meant; empty means all of the namespace, or of the mesh from the root namespace.</summary>
    public ImmutableDictionary<string, string> WorkloadSelector { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the changes to routes.</summary>
    public ImmutableArray<EnvoyFilterPatch> RoutePatches { get; init; } = [];
}

/// <summary>A change to routes, virtual hosts or whole tables. Empty fields and a port of 0 do not limit it.</summary>
public sealed record EnvoyFilterPatch
{
    /// <summary>Gets what is changed: <c>ROUTE_CONFIGURATION</c>, <c>VIRTUAL_HOST</c> or <c>HTTP_ROUTE</c>.</summary>
    public required string ApplyTo { get; init; }

    /// <summary>Gets where: <c>ANY</c>, <c>SIDECAR_INBOUND</c>, <c>SIDECAR_OUTBOUND</c>, <c>GATEWAY</c> or <c>WAYPOINT</c>.</summary>
    public string Context { get; init; } = "ANY";

    /// <summary>Gets the port of the table.</summary>
    public int Port { get; init; }

    /// <summary>Gets the name of the table.</summary>
    public string Table { get; init; } = "";

    /// <summary>Gets the gateway, as <c>namespace/name</c>.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>Gets the name of the virtual host.</summary>
    public string VirtualHost { get; init; } = "";

    /// <summary>Gets the name of the route.</summary>
    public string Route { get; init; } = "";
}
