namespace Clovisor.Istio.Routing;

/// <summary>A cluster that a route forwards to.</summary>
public sealed record RouteDestination
{
    /// <summary>Gets Envoy's name of the cluster, such as <c>outbound|80|v1|httpbin.app.svc.cluster.local</c>.</summary>
    public required string Cluster { get; init; }

    /// <summary>Gets the host of the service, or an empty string where the cluster stands for no service.</summary>
    public string Host { get; init; } = "";

    /// <summary>Gets the port of the service.</summary>
    public int Port { get; init; }

    /// <summary>Gets the subset, or an empty string.</summary>
    public string Subset { get; init; } = "";

    /// <summary>Gets the weight among the route's destinations. A single one has 100.</summary>
    public int Weight { get; init; } = 100;

    /// <summary>Gets the authority for requests that go here, or null. A route's own wins.</summary>
    public string? Authority { get; init; }

    /// <summary>Gets the header changes for requests that go here.</summary>
    public HeaderMutations Headers { get; init; } = HeaderMutations.None;
}
