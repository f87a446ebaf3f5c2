using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio;
using Clovisor.Istio.GatewayApi;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Configuration;

/// <summary>Route rules and WAN configuration that belong together. Immutable; swapped whole; safe to share between threads.</summary>
public sealed class ClovisorSnapshot
{
    private const string GatewayTablePrefix = "http.";

    private readonly FrozenDictionary<int, RouteTable> _tables;

    /// <param name="revision">Its number.</param>
    /// <param name="istio">The mesh's objects.</param>
    /// <param name="wan">Links, SLA classes and associations.</param>
    /// <param name="proxy">Whose rules apply.</param>
    /// <param name="former">The snapshot before, whose tables are taken over as far as their objects are the same.</param>
    /// <param name="userHeader">The header that names the user.</param>
    internal ClovisorSnapshot(
        long revision, IstioConfiguration istio, WanConfiguration wan, IstioProxy proxy, ClovisorSnapshot? former = null, string userHeader = "user")
    {
        Revision = revision;
        Istio = istio;
        Wan = wan;
        Cache = former?.Cache.Next(istio) ?? new RouteTableCache(istio);
        _tables = Cache.GetTableNames(proxy)
            .Select(name => (Port: PortOf(name), Table: Cache.GetTable(proxy, name)))
            .Where(entry => entry.Port is not null && entry.Table is not null)
            .ToFrozenDictionary(entry => entry.Port!.Value, entry => entry.Table!);
        UserHeader = userHeader;
        HasFlows = wan.Associations.Any(static association => !association.Flows.IsEmpty);
        Fields = Union(_tables.Values, HeadersOf(wan, userHeader));
        Rules = new LoadedRules(istio);
    }

    /// <summary>Grows by one with every snapshot that is put in force, from 1.</summary>
    public long Revision { get; }

    /// <summary>The mesh's objects.</summary>
    public IstioConfiguration Istio { get; }

    /// <summary>Links, SLA classes and associations.</summary>
    public WanConfiguration Wan { get; }

    /// <summary>Which parts of a request any table's rules, and the associations' flows and sticky keys, look at.</summary>
    public RequestFields Fields { get; }

    internal string UserHeader { get; }

    /// <summary>Whether an association means sessions without a rule of the mesh.</summary>
    internal bool HasFlows { get; }

    internal LoadedRules Rules { get; }

    private RouteTableCache Cache { get; }

    internal IEnumerable<RouteTable> Tables => _tables.Values;

    /// <summary>Finds the route table of a port.</summary>
    /// <param name="port">At a sidecar the destination's port, at a gateway the listener's.</param>
    /// <returns>The table, or null when the proxy has none for plain HTTP on that port.</returns>
    public RouteTable? FindTable(int port) => _tables.GetValueOrDefault(port);

    /// <summary>What is probably not meant: references of associations that name no rule, what the validator warns of, ports that do not fit this node.</summary>
    internal IEnumerable<string> Warnings()
    {
        ImmutableArray<MeshRoute> routes = [.. Rules.All()];
        IEnumerable<ConfigurationError> ports = NodePorts.Read() is { } local ? NodePorts.Check(Wan, local) : [];
        IEnumerable<string> unnamed =
            from association in Wan.Associations
            from reference in association.MeshRoutes
            where !routes.Any(route => reference.Matches(route) != RouteSpecificity.None)
            select $"WanAssociation {association.Name}: meshRoute '{reference}' names no rule that is loaded, so it carries nothing. "
                + $"Check namespace, name and route against the {KindOf(reference.Kind)}s.";
        return unnamed.Concat(Wan.Warnings.Concat(ports).Select(warning => warning.ToString()));
    }

    private static string KindOf(MeshRouteKind kind) => kind switch
    {
        MeshRouteKind.HttpRoute => GatewayApiRoute.Http,
        MeshRouteKind.GrpcRoute => GatewayApiRoute.Grpc,
        _ => nameof(VirtualService),
    };

    // "80" at a sidecar, "http.80" at a gateway. Tables of one sniffed service and of terminated TLS have other names.
    private static int? PortOf(string table) =>
        int.TryParse(table.StartsWith(GatewayTablePrefix, StringComparison.Ordinal) ? table.AsSpan(GatewayTablePrefix.Length) : table, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? port
            : null;

    private static IEnumerable<string> HeadersOf(WanConfiguration wan, string userHeader)
    {
        foreach (WanAssociation association in wan.Associations)
        {
            if (association.Sticky.Kind == StickyKind.User || association.Flows.Any(static flow => !flow.Users.IsEmpty))
            {
                yield return userHeader;
            }

            if (association.Sticky is { Kind: StickyKind.Header, Header: { } key })
            {
                yield return key;
            }

            foreach (HeaderMatch header in association.Flows.SelectMany(static flow => flow.Headers))
            {
                yield return header.Name;
            }
        }
    }

    private static RequestFields Union(IEnumerable<RouteTable> tables, IEnumerable<string> headers)
    {
        List<RequestFields> all = [.. tables.Select(table => table.Fields)];
        return new RequestFields
        {
            Method = all.Exists(fields => fields.Method),
            // The authority selects the virtual host of every table.
            Authority = all.Count > 0,
            Path = all.Exists(fields => fields.Path),
            Scheme = all.Exists(fields => fields.Scheme),
            Headers = [.. all.SelectMany(fields => fields.Headers).Concat(headers.Select(static name => name.ToLowerInvariant())).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            QueryParameters = [.. all.SelectMany(fields => fields.QueryParameters).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
    }
}
