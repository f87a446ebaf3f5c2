using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Associations;

namespace Clovisor.Hosting.Classification;

/// <summary>
/// Says which association a request belongs to: evaluates the route rules as the mesh does, and finds who names the rule; else whose flow means what is known of the request and its session.
/// </summary>
/// <remarks>
/// Thread-safe. Allocates nothing for a route that was asked for before under the same snapshot, unless flows are held against it or its association keeps users or headers together.
/// </remarks>
public sealed class RequestClassifier
{
    private readonly SnapshotStore _store;
    private readonly ConditionalWeakTable<ClovisorSnapshot, ConcurrentDictionary<Route, ClassifiedRequest>> _known = [];

    /// <summary>Makes a classifier over the snapshot in force.</summary>
    public RequestClassifier(SnapshotStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <summary>Classifies a request by the snapshot in force.</summary>
    /// <param name="port">The port whose rules apply: at a sidecar the destination's, at a gateway the listener's.</param>
    /// <param name="request">The head of the request.</param>
    /// <returns>The class; without association when there is no snapshot, no table for the port, or nobody names the rule.</returns>
    public ClassifiedRequest Classify(int port, in RouteRequest request)
    {
        ClovisorSnapshot? snapshot = _store.Current;
        return snapshot is null ? default : Classify(snapshot, port, request);
    }

    internal ClassifiedRequest Classify(ClovisorSnapshot snapshot, int port, in RouteRequest request, RequestFacts facts = default)
    {
        ClassifiedRequest classified = ByRoute(snapshot, port, request);
        WanAssociation? association = classified.Position is { } position ? snapshot.Wan.Associations[position] : null;
        bool isKept = association?.Sticky.Kind is StickyKind.User or StickyKind.Header;
        return isKept || (association is null && snapshot.HasFlows) ? WithFacts(snapshot, classified, association, facts.With(request, snapshot.UserHeader)) : classified;
    }

    // What a rule's association has goes before every flow.
    private static ClassifiedRequest WithFacts(ClovisorSnapshot snapshot, in ClassifiedRequest classified, WanAssociation? association, SessionFacts facts)
    {
        ClassifiedRequest found = classified;
        if (association is null && snapshot.Wan.Classify(facts) is { Kind: MatchKind.Flow } match)
        {
            // A source port counts as the datapath sees it, from sockets that are trusted.
            association = match.Association;
            found = classified with { Association = association.Name, Position = match.Position, Dscp = association.TagDscp, IsByFlow = true };
        }

        return association?.Sticky is { Kind: StickyKind.User or StickyKind.Header } key ? found with { Slot = key.SlotOf(facts) } : found;
    }

    private ClassifiedRequest ByRoute(ClovisorSnapshot snapshot, int port, in RouteRequest request)
    {
        if (snapshot.FindTable(port)?.Evaluate(request).Route is not { } route)
        {
            return new ClassifiedRequest { Revision = snapshot.Revision };
        }

        // Routes are compared by reference and belong to the snapshot's tables, so the cache is as large as they are.
        ConcurrentDictionary<Route, ClassifiedRequest> known = _known.GetValue(snapshot, static _ => new());
        return known.TryGetValue(route, out ClassifiedRequest classified) ? classified : known.GetOrAdd(route, Find(snapshot, route));
    }

    internal static ClassifiedRequest Find(ClovisorSnapshot snapshot, Route route)
    {
        if (snapshot.Rules.Of(route) is not { } rule)
        {
            return new ClassifiedRequest { Revision = snapshot.Revision };
        }

        // A delegated rule is named by the object that the proxy reports, which is the root; else by the object that holds it.
        WanAssociation? association = snapshot.Wan.FindAssociation(rule)
            ?? (snapshot.Rules.OfDelegate(route) is { } held ? snapshot.Wan.FindAssociation(held) : null);
        int position = -1;
        return new ClassifiedRequest
        {
            Association = association?.Name,
            Position = association is not null && snapshot.Wan.TryFindAssociation(association.Name, out position) ? position : null,
            Dscp = association?.TagDscp,
            Route = TextOf(rule),
            Revision = snapshot.Revision,
        };
    }

    private static string TextOf(in MeshRoute rule)
    {
        string route = rule.RouteName ?? $"#{rule.RouteIndex}";
        string match = rule.MatchName is { } name ? $".{name}" : "";
        string kind = rule.Kind switch { MeshRouteKind.HttpRoute => "HTTPRoute:", MeshRouteKind.GrpcRoute => "GRPCRoute:", _ => "" };
        return $"{kind}{rule.Namespace}/{rule.Name}/{route}{match}";
    }
}
