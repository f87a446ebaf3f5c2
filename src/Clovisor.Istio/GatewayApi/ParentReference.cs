namespace Clovisor.Istio.GatewayApi;

/// <summary>What a route attaches to: a listener of a gateway, or, in the mesh, a service.</summary>
public sealed record ParentReference
{
    /// <summary>Gets the group. The default is that of the Gateway API.</summary>
    public string Group { get; init; } = "gateway.networking.k8s.io";

    /// <summary>Gets the kind: <c>Gateway</c>, which is the default, <c>ListenerSet</c>, <c>Service</c> or <c>ServiceEntry</c>.</summary>
    public string Kind { get; init; } = "Gateway";

    /// <summary>Gets the namespace, or an empty string for the route's.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the listener's name, or an empty string for all listeners.</summary>
    public string SectionName { get; init; } = "";

    /// <summary>Gets the port; 0 for all.</summary>
    public int Port { get; init; }
}
