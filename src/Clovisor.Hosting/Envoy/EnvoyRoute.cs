using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>A route of the mesh's table, and the class of the requests that take it. Immutable.</summary>
public sealed record EnvoyRoute
{
    /// <summary>The route as the mesh compiles it.</summary>
    public required Route Source { get; init; }

    /// <summary>What the route asks of a request; null for a route that takes all.</summary>
    public HttpMatch? Match { get; init; }

    /// <summary>The class; null for requests of no association, or of one that does not tag.</summary>
    public EnvoyClass? Class { get; init; }

    /// <summary>Why the match cannot be written for a proxy that decides by itself; null when it can. The host evaluates such a route all the same.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Whether requests are sent on at all; redirects and direct responses open no connection.</summary>
    public bool Forwards => Source.Action is ForwardAction;
}
