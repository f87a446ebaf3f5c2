namespace Clovisor.Istio.Routing;

/// <summary>What a route does: a <see cref="ForwardAction"/>, a <see cref="RedirectAction"/> or a <see cref="DirectResponseAction"/>.</summary>
public abstract record RouteAction;
