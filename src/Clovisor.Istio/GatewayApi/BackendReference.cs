using System.Collections.Immutable;

namespace Clovisor.Istio.GatewayApi;

/// <summary>What a rule forwards to.</summary>
public sealed record BackendReference
{
    /// <summary>Gets the group; empty, the default, is the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>Gets the kind: <c>Service</c>, which is the default, Istio's <c>Hostname</c> or <c>ServiceImport</c>.</summary>
    public string Kind { get; init; } = "Service";

    /// <summary>Gets the namespace, or an empty string for the route's.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the port; 0 when missing, which is an error for a service.</summary>
    public int Port { get; init; }

    /// <summary>Gets the weight, 0 to 1,000,000. The default is 1; 0 gets nothing.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Gets the header changes for requests that go here.</summary>
    public ImmutableArray<GatewayRouteFilter> Filters { get; init; } = [];
}
