namespace Clovisor.Istio.Routing;

/// <summary>The proxy answers itself.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body; empty for none.</param>
public sealed record DirectResponseAction(int Status, string Body) : RouteAction;
