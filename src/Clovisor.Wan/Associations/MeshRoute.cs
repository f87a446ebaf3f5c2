namespace Clovisor.Wan.Associations;

/// <summary>A mesh route rule that a request was matched by, in words that need no mesh types.</summary>
/// <param name="Kind">The kind of resource.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="RouteIndex">The position of the route in the resource, from 0.</param>
/// <param name="RouteName">The name of the route; null when it has none.</param>
/// <param name="MatchIndex">The position of the match inside the route, from 0; null when the route has no matches.</param>
/// <param name="MatchName">The name of the match; null when it has none.</param>
public readonly record struct MeshRoute(
    MeshRouteKind Kind,
    string Namespace,
    string Name,
    int RouteIndex,
    string? RouteName = null,
    int? MatchIndex = null,
    string? MatchName = null);
