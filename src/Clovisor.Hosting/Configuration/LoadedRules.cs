using System.Collections.Frozen;
using Clovisor.Istio;
using Clovisor.Istio.GatewayApi;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Associations;

namespace Clovisor.Hosting.Configuration;

/// <summary>The rules of a mesh as associations name them: those of VirtualServices, and those that were written for the Gateway API. Immutable.</summary>
internal sealed class LoadedRules
{
    private readonly FrozenDictionary<ObjectKey, VirtualService> _services;
    private readonly FrozenDictionary<(MeshRouteKind Kind, ObjectKey Key), GatewayApiRoute> _routes;

    internal LoadedRules(IstioConfiguration istio)
    {
        _services = istio.VirtualServices.DistinctBy(static service => service.Key).ToFrozenDictionary(static service => service.Key);
        _routes = istio.GatewayApiRoutes
            .Where(static route => KindOf(route.RouteKind) is not null)
            .DistinctBy(static route => (route.RouteKind, route.Key))
            .ToFrozenDictionary(static route => (KindOf(route.RouteKind)!.Value, route.Key));
    }

    internal VirtualService? Service(ObjectKey key) => _services.GetValueOrDefault(key);

    /// <summary>Every rule, and every match of it.</summary>
    internal IEnumerable<MeshRoute> All() => _services.Values.SelectMany(RulesOf).Concat(_routes.SelectMany(static route => RulesOf(route.Key.Kind, route.Value)));

    /// <summary>The rule that a route was made from, as it was written; null for a default route.</summary>
    internal MeshRoute? Of(Route route)
    {
        if (route.Origin is { } origin)
        {
            return KindOf(origin.Kind) is { } kind
                ? new MeshRoute(kind, origin.Route.Namespace, origin.Route.Name, origin.RuleIndex, NameOf(kind, origin), origin.MatchIndex < 0 ? null : origin.MatchIndex)
                : null;
        }

        return route.VirtualService is { } service
            ? new MeshRoute(
                MeshRouteKind.VirtualService,
                service.Namespace,
                service.Name,
                route.RuleIndex,
                NullIfEmpty(route.RuleName),
                route.MatchIndex < 0 ? null : route.MatchIndex,
                NullIfEmpty(route.MatchName))
            : null;
    }

    /// <summary>The same by the object that holds the rule, where another delegates to it; null where none does.</summary>
    internal MeshRoute? OfDelegate(Route route) =>
        route.Delegate is { } key && Service(key) is { } leaf && route.DelegateRuleIndex < leaf.Http.Length
            ? new MeshRoute(MeshRouteKind.VirtualService, key.Namespace, key.Name, route.DelegateRuleIndex, NullIfEmpty(leaf.Http[route.DelegateRuleIndex].Name))
            : null;

    private static MeshRouteKind? KindOf(string kind) => kind switch
    {
        GatewayApiRoute.Http => MeshRouteKind.HttpRoute,
        GatewayApiRoute.Grpc => MeshRouteKind.GrpcRoute,
        _ => null,
    };

    private string? NameOf(MeshRouteKind kind, RouteOrigin origin) =>
        _routes.TryGetValue((kind, origin.Route), out GatewayApiRoute? route) && origin.RuleIndex < route.Rules.Length ? NullIfEmpty(route.Rules[origin.RuleIndex].Name) : null;

    private static IEnumerable<MeshRoute> RulesOf(VirtualService service)
    {
        for (int rule = 0; rule < service.Http.Length; rule++)
        {
            HttpRoute route = service.Http[rule];
            MeshRoute whole = new(MeshRouteKind.VirtualService, service.Namespace, service.Name, rule, NullIfEmpty(route.Name));
            yield return whole;
            for (int match = 0; match < route.Match.Length; match++)
            {
                yield return whole with { MatchIndex = match, MatchName = NullIfEmpty(route.Match[match].Name) };
            }
        }
    }

    private static IEnumerable<MeshRoute> RulesOf(MeshRouteKind kind, GatewayApiRoute route)
    {
        for (int rule = 0; rule < route.Rules.Length; rule++)
        {
            MeshRoute whole = new(kind, route.Namespace, route.Name, rule, NullIfEmpty(route.Rules[rule].Name));
            yield return whole;
            for (int match = 0; match < route.Rules[rule].Matches.Length; match++)
            {
                yield return whole with { MatchIndex = match };
            }
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
