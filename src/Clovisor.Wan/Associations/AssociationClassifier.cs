using System.Collections.Immutable;

namespace Clovisor.Wan.Associations;

/// <summary>Finds the association of a session.</summary>
/// <remarks>
/// <para>
/// 1. A mesh route: the closest reference (<see cref="RouteSpecificity"/>) has it. References are unique, so there is one.
/// 2. A flow: the one with more fields, then the one that asks for more bits of the addresses, then the earlier in the configuration.
/// 3. The DSCP of its packets; each belongs to one association.
/// A closer kind of match always goes before: what the mesh said of a session is more than what its packets show.
/// </para>
/// <para>Immutable; any thread. Cost is proportional to the number of routes and flows.</para>
/// </remarks>
public sealed class AssociationClassifier
{
    private readonly ImmutableArray<WanAssociation> _associations;

    /// <summary>Makes a classifier of the associations of a configuration, in their order.</summary>
    public AssociationClassifier(ImmutableArray<WanAssociation> associations) => _associations = associations.IsDefault ? [] : associations;

    /// <summary>Finds the association of a session; null when none means it.</summary>
    public AssociationMatch? Classify(SessionFacts session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return ByRoute(session) ?? ByFlow(session) ?? BySourcePort(session) ?? ByDscp(session);
    }

    private AssociationMatch? ByRoute(SessionFacts session)
    {
        if (session.Route is not { } route)
        {
            return null;
        }

        (RouteSpecificity Closeness, int Position, string Text) best = (RouteSpecificity.None, 0, "");
        for (int position = 0; position < _associations.Length; position++)
        {
            foreach (MeshRouteReference reference in _associations[position].MeshRoutes)
            {
                RouteSpecificity closeness = reference.Matches(in route);
                best = closeness > best.Closeness ? (closeness, position, reference.ToString()) : best;
            }
        }

        return best.Closeness == RouteSpecificity.None ? null : Match(best.Position, MatchKind.MeshRoute, best.Text);
    }

    private AssociationMatch? ByFlow(SessionFacts session)
    {
        ((int Fields, int Bits) Rank, int Position, FlowMatch Flow)? best = null;
        for (int position = 0; position < _associations.Length; position++)
        {
            foreach (FlowMatch flow in _associations[position].Flows)
            {
                if (flow.Matches(session, out int bits) && (best is not { } other || (flow.Fields, bits).CompareTo(other.Rank) > 0))
                {
                    best = ((flow.Fields, bits), position, flow);
                }
            }
        }

        return best is { } found ? Match(found.Position, MatchKind.Flow, found.Flow.ToString()) : null;
    }

    private AssociationMatch? BySourcePort(SessionFacts session)
    {
        for (int position = 0; session.Source is { Port: var port } && position < _associations.Length; position++)
        {
            if (_associations[position].TagSourcePorts is { } ports && ports.Contains(port))
            {
                return Match(position, MatchKind.SourcePort, $"source port {port}");
            }
        }

        return null;
    }

    private AssociationMatch? ByDscp(SessionFacts session)
    {
        for (int position = 0; session.Dscp is { } dscp && position < _associations.Length; position++)
        {
            if (_associations[position].Dscps.Contains(dscp) || _associations[position].TagDscp == dscp)
            {
                return Match(position, MatchKind.Dscp, $"DSCP {dscp}");
            }
        }

        return null;
    }

    private AssociationMatch Match(int position, MatchKind kind, string text) => new(_associations[position], position, kind, text);
}
