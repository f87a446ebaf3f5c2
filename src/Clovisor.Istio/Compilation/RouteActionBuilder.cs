using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>Builds what a rule does. A redirect goes before a direct response, and that before forwarding.</summary>
internal sealed class RouteActionBuilder
{
    private readonly RouteContext _context;
    private readonly PathMatcher _path;

    public RouteActionBuilder(HttpRoute rule, PathMatcher path, RouteContext context)
    {
        _context = context;
        _path = path;
        HeaderOperationsCompiler.Result own = HeaderOperationsCompiler.Compile(rule.Headers);
        Headers = own.Mutations;
        Action = rule switch
        {
            { Redirect: { } redirect } => Redirect(redirect),
            { DirectResponse: { } direct } => new DirectResponseAction(direct.Status, direct.Body ?? ""),
            _ => Forward(rule, own.Authority),
        };
    }

    public RouteAction Action { get; }

    public HeaderMutations Headers { get; private set; }

    /// <summary>Makes the destination that Envoy calls a cluster. The port is the destination's, else the service's only one, else the listener's.</summary>
    public static RouteDestination Destination(Destination destination, RouteContext context, int weight)
    {
        if (destination.Host.Length == 0)
        {
            // A backend that a Gateway API route may not refer to.
            return new RouteDestination { Cluster = "UnknownService", Weight = weight };
        }

        MeshService? service = context.Lookup(destination.Host);
        string host = service is { IsAlias: true } ? service.ExternalName : destination.Host;
        int port = destination.Port != 0 ? destination.Port
            : service is { Ports.Length: 1 } ? service.Ports[0].Number
            : context.Port;
        return new RouteDestination
        {
            Cluster = context.ClusterName?.Invoke(destination, service, port) ?? $"outbound|{port}|{destination.Subset}|{host}",
            Host = host,
            Port = port,
            Subset = destination.Subset,
            Weight = weight,
        };
    }

    private RedirectAction Redirect(HttpRedirect redirect)
    {
        string scheme = redirect.Scheme.Length > 0 ? redirect.Scheme : _context.IsTls ? "https" : "http";
        int port = redirect.DerivePort == RedirectPortSource.Request ? _context.Port : redirect.Port;
        bool isDefault = (port == 80 && scheme == "http") || (port == 443 && scheme == "https");
        return new RedirectAction
        {
            Status = redirect.Code == 0 ? 301 : redirect.Code,
            Path = redirect.Uri,
            PrefixRewrite = redirect.PrefixRewrite,
            Host = redirect.Authority,
            Scheme = redirect.Scheme,
            Port = isDefault ? 0 : port,
        };
    }

    private ForwardAction Forward(HttpRoute rule, string? headerAuthority)
    {
        string? authority = rule.Rewrite is { Authority.Length: > 0 } ? rule.Rewrite.Authority : headerAuthority;
        ImmutableArray<RouteDestination> destinations = rule.Route.Length == 1
            ? [Single(rule.Route[0], ref authority)]
            : [.. rule.Route.Where(static d => d.Weight > 0).Select(Weighted)];
        return new ForwardAction
        {
            Destinations = destinations,
            PathRewrite = Rewrite(rule.Rewrite),
            Authority = authority,
            Timeout = rule.Timeout ?? TimeSpan.Zero,
            Retries = rule.Retries,
            Mirrors = [.. rule.Mirrors.Where(static m => m.Percentage > 0).Select(m => new RouteMirror(Destination(m.Destination, _context, 100), m.Percentage))],
        };
    }

    // The changes of a single destination become the route's own, behind those that the route has.
    private RouteDestination Single(HttpDestination destination, ref string? authority)
    {
        HeaderOperationsCompiler.Result own = HeaderOperationsCompiler.Compile(destination.Headers);
        Headers = new HeaderMutations
        {
            RequestRemovals = Headers.RequestRemovals.AddRange(own.Mutations.RequestRemovals),
            RequestAdditions = Headers.RequestAdditions.AddRange(own.Mutations.RequestAdditions),
            ResponseRemovals = Headers.ResponseRemovals.AddRange(own.Mutations.ResponseRemovals),
            ResponseAdditions = Headers.ResponseAdditions.AddRange(own.Mutations.ResponseAdditions),
        };
        authority ??= own.Authority;
        return Destination(destination.Destination, _context, 100);
    }

    private RouteDestination Weighted(HttpDestination destination)
    {
        HeaderOperationsCompiler.Result own = HeaderOperationsCompiler.Compile(destination.Headers);
        return Destination(destination.Destination, _context, destination.Weight) with { Headers = own.Mutations, Authority = own.Authority };
    }

    private PathRewrite? Rewrite(HttpRewrite? rewrite) => rewrite switch
    {
        // The Gateway API takes a prefix away whole, and leaves one slash.
        { Uri: "/" } when _context.IsGatewayApi => new PathRewrite { Pattern = $"^{Re2Expression.Escape(_path.ElementPrefix)}(/?)(.*)", Substitution = "/\\2" },
        { RegexMatch: { } pattern } => new PathRewrite { Pattern = pattern, Substitution = rewrite.RegexSubstitution ?? "" },
        { Uri.Length: > 0 } => new PathRewrite { Prefix = rewrite.Uri },
        _ => null,
    };
}
