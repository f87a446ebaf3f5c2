namespace Clovisor.Istio.Routing;

/// <summary>A route that was tried for a request.</summary>
/// <param name="Route">The route.</param>
/// <param name="FailedCondition">The first condition that failed and what the request has instead, or null when the route matched.</param>
public sealed record RouteCandidate(Route Route, string? FailedCondition);
