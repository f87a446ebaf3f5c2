namespace Clovisor.Istio.Routing;

/// <summary>A cluster that gets copies of requests.</summary>
/// <param name="Destination">The cluster.</param>
/// <param name="Percentage">The share of requests, above 0 and up to 100.</param>
public sealed record RouteMirror(RouteDestination Destination, double Percentage);
