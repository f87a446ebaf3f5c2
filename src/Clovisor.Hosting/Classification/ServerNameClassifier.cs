using System.Collections.Frozen;
using System.Net;
using System.Runtime.CompilerServices;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Associations;

namespace Clovisor.Hosting.Classification;

/// <summary>
/// Says which association a connection belongs to of which no request is seen, but the server name that its client asks for: an east-west gateway with AUTO_PASSTHROUGH hands TLS on.
/// The mesh's own names say service, port and subset: <c>outbound_.80_.v1_.httpbin.app.svc.cluster.local</c>. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// 1. The rules that lead to that port and subset of the service: the association that all of them belong to. Where they belong to several, or some to none, they say nothing.
/// 2. The closest flow that has the connection: one that names the whole server name, then the one with more fields, then the one that asks for more bits of addresses, then the earlier.
/// Of a name of the mesh the service's name and port are what a flow's server names and ports are held against, as well as the whole.
/// </para>
/// <para>Cost is proportional to the number of flows; the rules are gone through once for each snapshot. Nothing is remembered of names.</para>
/// </remarks>
internal sealed class ServerNameClassifier
{
    private readonly ConditionalWeakTable<ClovisorSnapshot, FrozenDictionary<string, ClassifiedRequest>> _clusters = [];

    /// <summary>Classifies a connection.</summary>
    /// <param name="snapshot">Whose rules apply.</param>
    /// <param name="facts">Its ends and protocol; the destination is known.</param>
    /// <param name="serverName">The server name, with or without a dot at its end; compared without case.</param>
    internal ClassifiedRequest Classify(ClovisorSnapshot snapshot, RequestFacts facts, string serverName)
    {
        string name = serverName.TrimEnd('.');
        FrozenDictionary<string, ClassifiedRequest> clusters = _clusters.GetValue(snapshot, static snapshot => ByCluster(snapshot));
        if (clusters.TryGetValue(name, out ClassifiedRequest classified))
        {
            return classified;
        }

        SessionFacts asked = new() { Protocol = facts.Protocol, Source = facts.Source, Destination = facts.Destination, ServerName = name };
        SessionFacts? meant = ClusterName.TryParse(name, out ClusterName cluster)
            ? asked with { ServerName = cluster.Host, Destination = new IPEndPoint(facts.Destination!.Address, cluster.Port) }
            : null;
        return ByFlow(snapshot, asked, meant);
    }

    private static ClassifiedRequest ByFlow(ClovisorSnapshot snapshot, SessionFacts asked, SessionFacts? meant)
    {
        ((int Whole, int Fields, int Bits) Rank, int Position)? best = null;
        for (int position = 0; position < snapshot.Wan.Associations.Length; position++)
        {
            foreach (FlowMatch flow in snapshot.Wan.Associations[position].Flows)
            {
                if (!flow.Matches(asked, out int bits) && (meant is null || !flow.Matches(meant, out bits)))
                {
                    continue;
                }

                int whole = flow.ServerNames.Contains(asked.ServerName!, StringComparer.OrdinalIgnoreCase) ? 1 : 0;
                if (best is not { } other || (whole, flow.Fields, bits).CompareTo(other.Rank) > 0)
                {
                    best = ((whole, flow.Fields, bits), position);
                }
            }
        }

        WanAssociation? association = best is { } found ? snapshot.Wan.Associations[found.Position] : null;
        return new ClassifiedRequest { Association = association?.Name, Position = best?.Position, Dscp = association?.TagDscp, Revision = snapshot.Revision };
    }

    // By the server name of each cluster that rules of one association lead to.
    private static FrozenDictionary<string, ClassifiedRequest> ByCluster(ClovisorSnapshot snapshot) => (
        from table in snapshot.Tables
        from host in table.VirtualHosts
        from route in host.Routes
        where route.Action is ForwardAction
        let classified = RequestClassifier.Find(snapshot, route)
        from destination in ((ForwardAction)route.Action).Destinations
        where destination is { Host.Length: > 0, Weight: > 0 }
        group classified by new ClusterName("outbound", destination.Port, destination.Subset, destination.Host).ServerName.ToUpperInvariant() into cluster
        where cluster.First().Association is { } first && cluster.All(one => one.Association == first)
        select cluster).ToFrozenDictionary(
            static cluster => cluster.Key,
            static cluster => cluster.DistinctBy(static one => one.Route).Count() == 1 ? cluster.First() : cluster.First() with { Route = null },
            StringComparer.OrdinalIgnoreCase);
}
