namespace Clovisor.Istio.Routing;

/// <summary>Where a request goes, and why.</summary>
/// <remarks>
/// Small, made without allocation. Holds on to the request; the methods compute what a rewrite or a redirect makes of it
/// and allocate the result.
/// </remarks>
public readonly struct RouteDecision
{
    private readonly RouteRequest _request;

    internal RouteDecision(RouteTable table, in RouteRequest request, VirtualHost? virtualHost, Route? route, RouteReason reason, DomainKind domain)
    {
        Table = table;
        _request = request;
        VirtualHost = virtualHost;
        Route = route;
        Reason = reason;
        Domain = domain;
    }

    /// <summary>Gets the table that decided.</summary>
    public RouteTable Table { get; }

    /// <summary>Gets the request.</summary>
    public RouteRequest Request => _request;

    /// <summary>Gets the virtual host, or null when none has the authority.</summary>
    public VirtualHost? VirtualHost { get; }

    /// <summary>Gets the form of domain that selected <see cref="VirtualHost"/>.</summary>
    public DomainKind Domain { get; }

    /// <summary>Gets the route, or null when none matched.</summary>
    public Route? Route { get; }

    /// <summary>Gets why.</summary>
    public RouteReason Reason { get; }

    /// <summary>Gets the index of <see cref="Route"/> in its virtual host, or -1.</summary>
    public int RouteIndex => Route is null ? -1 : VirtualHost!.Routes.IndexOf(Route);

    /// <summary>
    /// Gets a value indicating whether the route's cross-origin policy answers the request: an <c>OPTIONS</c> with an origin and
    /// <c>access-control-request-method</c>. The answer is 200, and <see cref="GetResponseHeaders"/> has its headers.
    /// </summary>
    public bool IsPreflightAnswered => Route?.CorsPolicy?.Answers(_request) == true;

    /// <summary>Gets the status that the proxy answers with itself, or 0 when the request is forwarded.</summary>
    public int Status => Reason switch
    {
        RouteReason.BadRequest => 400,
        RouteReason.NoRuleMatched or RouteReason.NoVirtualHost => 404,
        RouteReason.HttpsRedirect => 301,
        _ when IsPreflightAnswered => 200,
        _ => Route?.Action switch
        {
            RedirectAction redirect => redirect.Status,
            DirectResponseAction direct => direct.Status,
            _ => 0,
        },
    };

    /// <summary>Gets a value indicating whether an EnvoyFilter changes the table, the virtual host or the route, so that the proxy may do otherwise.</summary>
    public bool IsPatched => Table.Settings.Patches.Touch(VirtualHost, Route);

    /// <summary>Picks one of the destinations.</summary>
    /// <param name="random">Any number; each weight is taken for its share of the numbers' remainders.</param>
    /// <returns>The destination, or null when the request is not forwarded.</returns>
    public RouteDestination? PickDestination(ulong random) => Route?.Action is ForwardAction forward ? WeightedChoice.Pick(forward.Destinations, random) : null;

    /// <summary>Gets path and query as the destination receives them.</summary>
    /// <returns>The normalised path, rewritten if the route says so.</returns>
    public string GetForwardedPath() => Route?.Action is ForwardAction { PathRewrite: { } rewrite }
        ? RequestRewriter.RewritePath(Table.NormalizedTarget(_request), Route.Path, rewrite)
        : Table.NormalizedTarget(_request);

    /// <summary>Gets the authority as the destination receives it.</summary>
    /// <param name="destination">The destination that was picked.</param>
    /// <returns>The route's authority, else the destination's, else the request's.</returns>
    public string GetForwardedAuthority(RouteDestination? destination) =>
        (Route?.Action as ForwardAction)?.Authority ?? destination?.Authority ?? Table.AuthorityOf(_request);

    /// <summary>Gets the request headers as the destination receives them: changed by the destination first, then by the route.</summary>
    /// <param name="destination">The destination that was picked.</param>
    /// <returns>The headers, changed names in lower case.</returns>
    public IReadOnlyList<RouteHeader> GetForwardedHeaders(RouteDestination? destination) => HeaderMutator.Request(this, destination);

    /// <summary>Gets response headers as the client receives them.</summary>
    /// <param name="destination">The destination that was picked, or null when the proxy answered itself.</param>
    /// <param name="response">The headers of the destination's response.</param>
    /// <returns>The headers, changed names in lower case.</returns>
    public IReadOnlyList<RouteHeader> GetResponseHeaders(RouteDestination? destination, IReadOnlyList<RouteHeader> response) =>
        HeaderMutator.Response(this, destination, response, aborted: false);

    /// <summary>Gets the headers of the response when the route's <see cref="Route.Fault"/> answers in place of the destination.</summary>
    /// <param name="destination">The destination that was picked, which is before faults are.</param>
    /// <returns>The headers that route and destination put in. A fault comes before the cross-origin policy, which adds none.</returns>
    public IReadOnlyList<RouteHeader> GetAbortHeaders(RouteDestination? destination) => HeaderMutator.Response(this, destination, [], aborted: true);

    /// <summary>Gets the location that the client is redirected to.</summary>
    /// <returns>An absolute URL, or null when the response has no location.</returns>
    public string? GetLocation() => Reason == RouteReason.HttpsRedirect
        ? $"https://{Table.AuthorityOf(_request)}{Table.NormalizedTarget(_request)}"
        : Redirection() is { } redirect
            ? RequestRewriter.Location(_request, Table.AuthorityOf(_request), Table.NormalizedTarget(_request), Route!.Path, redirect)
            : null;

    // A direct response with a status that wants a location gets the one the request came to.
    private RedirectAction? Redirection() => IsPreflightAnswered ? null : Route?.Action switch
    {
        RedirectAction redirect => redirect,
        DirectResponseAction { Status: 201 or (>= 300 and < 400) } direct => new RedirectAction { Status = direct.Status },
        _ => null,
    };
}
