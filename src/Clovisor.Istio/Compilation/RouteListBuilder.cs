using System.Collections.Immutable;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Builds the routes of one VirtualService. Rules in order, their matches in order:
/// 1. a rule without matches is one route, and the last;
/// 2. a match that applies to the proxy and the port is one route;
/// 3. if that route takes everything, it is the last.
/// </summary>
internal static class RouteListBuilder
{
    public static ImmutableArray<Route> Build(ResolvedService service, RouteContext context) => context.Memo.Routes(service, context, BuildAnew);

    private static ImmutableArray<Route> BuildAnew(ResolvedService service, RouteContext context)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        for (int r = 0; r < service.Rules.Length; r++)
        {
            ResolvedRule rule = service.Rules[r];
            if (rule.Route.Match.IsEmpty)
            {
                routes.Add(Build(service, rule, null, -1, context));
                DropAfter(service, r, rule.Route.Match.Length, context);
                break;
            }

            for (int m = 0; m < rule.Route.Match.Length; m++)
            {
                HttpMatch match = rule.Route.Match[m];
                if (WhyNot(match, context) is { } why)
                {
                    context.Dropped.Add(new DroppedRule(service.Key, rule.Index, m, why, service.Resource.Source with { Line = match.Line }));
                    continue;
                }

                Route route = Build(service, rule, match, m, context);
                routes.Add(route);
                if (route.IsCatchAll)
                {
                    DropAfter(service, r, m + 1, context);
                    return routes.DrainToImmutable();
                }
            }
        }

        return routes.DrainToImmutable();
    }

    private static void DropAfter(ResolvedService service, int rule, int match, RouteContext context)
    {
        ResolvedRule last = service.Rules[rule];
        string why = $"rule {last.Index} before it takes every request";
        for (int m = match; m < last.Route.Match.Length; m++)
        {
            context.Dropped.Add(new DroppedRule(service.Key, last.Index, m, why, service.Resource.Source with { Line = last.Route.Match[m].Line }));
        }

        for (int r = rule + 1; r < service.Rules.Length; r++)
        {
            context.Dropped.Add(new DroppedRule(service.Key, service.Rules[r].Index, -1, why, service.Rules[r].Source));
        }
    }

    // Where a match names gateways, labels and namespace are not looked at: so Istio has it.
    private static string? WhyNot(HttpMatch match, RouteContext context)
    {
        if (match.Port != 0 && match.Port != context.Port)
        {
            return $"it is for port {match.Port}, not {context.Port}";
        }

        if (context.IsWaypoint && !match.SourceLabels.IsEmpty)
        {
            return "it is for proxies with labels, which a waypoint cannot tell of its clients";
        }

        if (!match.Gateways.IsEmpty)
        {
            return match.Gateways.Contains(context.Gateway) ? null : $"it is for the gateways {string.Join(", ", match.Gateways)}, not {context.Gateway}";
        }

        if (!context.Proxy.HasLabels(match.SourceLabels))
        {
            return $"it is for proxies with the labels {string.Join(", ", match.SourceLabels.Select(static l => $"{l.Key}={l.Value}"))}";
        }

        return match.SourceNamespace.Length == 0 || match.SourceNamespace == context.Proxy.Namespace ? null : $"it is for proxies in namespace {match.SourceNamespace}";
    }

    private static Route Build(ResolvedService service, ResolvedRule rule, HttpMatch? match, int matchIndex, RouteContext context)
    {
        HttpRoute route = rule.Route;
        string name = match is { Name.Length: > 0 } ? $"{route.Name}.{match.Name}" : route.Name;
        PathMatcher path = service.Resource.IsGatewayApi ? PathMatcher.FromGatewayApi(match?.Uri) : PathMatcher.From(match?.Uri, match?.IgnoreUriCase ?? false);
        var built = new RouteActionBuilder(route, path, context with { IsGatewayApi = service.Resource.IsGatewayApi });
        return new Route(name, path, Headers(match), Query(match), built.Action)
        {
            Claims = Claims(match),
            Origin = route.Origin,
            VirtualService = service.Key,
            RuleIndex = rule.Index,
            RuleName = route.Name,
            MatchIndex = matchIndex,
            MatchName = match?.Name ?? "",
            Delegate = rule.Delegate,
            DelegateRuleIndex = rule.DelegateIndex,
            Source = route.Origin?.Source ?? rule.Source,
            Headers = built.Headers,
            Fault = route.Fault,
            Cors = route.CorsPolicy,
        };
    }

    private static HeaderMatcher[] Headers(HttpMatch? match)
    {
        if (match is null)
        {
            return [];
        }

        var headers = new List<HeaderMatcher>();
        Pseudo(headers, ":method", match.Method);
        Pseudo(headers, ":authority", match.Authority);
        Pseudo(headers, ":scheme", match.Scheme);
        foreach ((string name, StringMatch value) in match.Headers.Where(static h => !NameRules.IsClaim(h.Key)).OrderBy(static h => h.Key, StringComparer.Ordinal))
        {
            headers.Add(new HeaderMatcher(name, StringMatcher.From(value), inverted: false));
        }

        foreach ((string name, StringMatch value) in match.WithoutHeaders.Where(static h => !NameRules.IsClaim(h.Key)).OrderBy(static h => h.Key, StringComparer.Ordinal))
        {
            headers.Add(new HeaderMatcher(name, StringMatcher.From(value), inverted: true));
        }

        return [.. headers];
    }

    private static ImmutableArray<ClaimMatcher> Claims(HttpMatch? match) => match is null
        ? []
        : [
            .. match.Headers.Where(static h => NameRules.IsClaim(h.Key)).OrderBy(static h => h.Key, StringComparer.Ordinal).Select(static h => new ClaimMatcher(h.Key, StringMatcher.From(h.Value), inverted: false)),
            .. match.WithoutHeaders.Where(static h => NameRules.IsClaim(h.Key)).OrderBy(static h => h.Key, StringComparer.Ordinal).Select(static h => new ClaimMatcher(h.Key, StringMatcher.From(h.Value), inverted: true)),
        ];

    private static void Pseudo(List<HeaderMatcher> headers, string name, StringMatch? match)
    {
        if (match is not null)
        {
            headers.Add(new HeaderMatcher(name, StringMatcher.From(match), inverted: false));
        }
    }

    private static QueryMatcher[] Query(HttpMatch? match) => match is null
        ? []
        : [.. match.QueryParams.OrderBy(static q => q.Key, StringComparer.Ordinal).Select(static q => new QueryMatcher(q.Key, StringMatcher.From(q.Value)))];
}
