using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>Makes Istio rules from those of an HTTPRoute or GRPCRoute: one for each match.</summary>
internal sealed class HttpRuleConverter(BackendResolver backends)
{
    /// <summary>Converts a route, or says why nothing of it can be used.</summary>
    public List<HttpRoute>? Convert(GatewayApiRoute route, bool mesh, List<string> problems)
    {
        var rules = new List<HttpRoute>();
        for (int i = 0; i < route.Rules.Length; i++)
        {
            GatewayRouteRule rule = route.Rules[i];
            if (Actions(route, rule, i, mesh, problems) is not { } actions)
            {
                return null;
            }

            if (rule.Matches.IsEmpty)
            {
                rules.Add(actions with { Origin = Origin(route, rule, i, -1, rule.Line) });
            }

            for (int m = 0; m < rule.Matches.Length; m++)
            {
                rules.Add(actions with { Match = [Match(rule.Matches[m])], Origin = Origin(route, rule, i, m, rule.Matches[m].Line) });
            }
        }

        return rules;
    }

    private static RouteOrigin Origin(GatewayApiRoute route, GatewayRouteRule rule, int index, int match, int line) =>
        new(route.RouteKind, route.Key, index, match, route.Source with { Line = line > 0 ? line : rule.Line });

    private static HttpMatch Match(GatewayRouteMatch match) => new()
    {
        Line = match.Line,
        Uri = match.Path,
        Method = match.Method.Length > 0 ? new StringMatch(StringMatchKind.Exact, match.Method) : null,
        Headers = match.Headers,
        QueryParams = match.QueryParams,
    };

    private HttpRoute? Actions(GatewayApiRoute route, GatewayRouteRule rule, int index, bool mesh, List<string> problems)
    {
        var made = new HttpRoute
        {
            Line = rule.Line,

            // The place in its route names a rule that has no name.
            Name = rule.Name.Length > 0 ? rule.Name : $"{route.Namespace}.{route.Name}.{index}",
            Retries = rule.Retry is { } retry ? retry with { PerTryTimeout = NonZero(rule.BackendTimeout) } : null,
            Timeout = rule.Retry is null ? NonZero(rule.BackendTimeout) ?? NonZero(rule.RequestTimeout) : NonZero(rule.RequestTimeout),
        };
        foreach (GatewayRouteFilter filter in rule.Filters)
        {
            if (Apply(made, filter, route, mesh, problems) is not { } next)
            {
                return null;
            }

            made = next;
        }

        // Nothing to forward to is an error of the server.
        if (rule.Backends.Sum(static b => (long)b.Weight) == 0 && made.Redirect is null)
        {
            return made with { DirectResponse = new HttpDirectResponse { Status = 500 } };
        }

        return Destinations(route, rule, mesh, problems) is { } destinations ? made with { Route = destinations } : null;
    }

    private static TimeSpan? NonZero(TimeSpan? time) => time == TimeSpan.Zero ? null : time;

    private HttpRoute? Apply(HttpRoute rule, GatewayRouteFilter filter, GatewayApiRoute route, bool mesh, List<string> problems)
    {
        switch (filter.Type)
        {
            case "RequestHeaderModifier":
                return filter.Headers is null ? rule : rule with { Headers = (rule.Headers ?? new HeaderOperations()) with { Request = filter.Headers } };
            case "ResponseHeaderModifier":
                return filter.Headers is null ? rule : rule with { Headers = (rule.Headers ?? new HeaderOperations()) with { Response = filter.Headers } };
            case "RequestRedirect":
                return rule with { Redirect = filter.Redirect };
            case "URLRewrite":
                return rule with { Rewrite = filter.Rewrite is { Uri.Length: 0, RegexMatch: null, Authority.Length: 0 } ? null : filter.Rewrite };
            case "CORS":
                return rule with { CorsPolicy = filter.Cors };
            case "RequestMirror" when filter.Mirror is not null:
                Destination? mirror = backends.Resolve(filter.Mirror, route, !mesh, out string? error);
                if (error is null)
                {
                    return rule with { Mirrors = rule.Mirrors.Add(new HttpMirror(mirror!, filter.MirrorPercentage)) };
                }

                problems.Add($"its mirror: {error}");
                return route.RouteKind == GatewayApiRoute.Http ? rule : null;
            default:
                problems.Add($"a filter of type {filter.Type} is not supported, so the whole route falls out");
                return null;
        }
    }

    private ImmutableArray<HttpDestination>? Destinations(GatewayApiRoute route, GatewayRouteRule rule, bool mesh, List<string> problems)
    {
        List<BackendReference> weighted = [.. rule.Backends.Where(static b => b.Weight > 0)];
        var destinations = ImmutableArray.CreateBuilder<HttpDestination>();
        foreach (BackendReference backend in weighted)
        {
            Destination? destination = backends.Resolve(backend, route, !mesh, out string? error);
            if (error is not null)
            {
                problems.Add(error);
            }

            if (destination is null)
            {
                return null;
            }

            var made = new HttpDestination { Destination = destination, Weight = weighted.Count == 1 ? 0 : backend.Weight };
            foreach (GatewayRouteFilter filter in backend.Filters)
            {
                switch (filter.Type)
                {
                    case "RequestHeaderModifier":
                        made = made with { Headers = (made.Headers ?? new HeaderOperations()) with { Request = filter.Headers } };
                        break;
                    case "ResponseHeaderModifier":
                        made = made with { Headers = (made.Headers ?? new HeaderOperations()) with { Response = filter.Headers } };
                        break;
                    default:
                        problems.Add($"a filter of type {filter.Type} is not supported at a backend, so the whole route falls out");
                        return null;
                }
            }

            destinations.Add(made);
        }

        return destinations.DrainToImmutable();
    }
}
