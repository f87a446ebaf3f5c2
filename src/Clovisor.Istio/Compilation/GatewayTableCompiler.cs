using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Compiles the table of a gateway's port. For each server, oldest gateway first, and each rule bound to its gateway: the hosts
/// that both have get the rule's routes, behind those that they have already. In the end routes that take everything move
/// behind the others of their host. A gateway has no default routes.
/// </summary>
internal sealed class GatewayTableCompiler(MeshModel model, IstioProxy proxy, TableMemo memo)
{
    public IEnumerable<string> TableNames() => Servers().Select(static s => s.Table).Distinct().Order(StringComparer.Ordinal);

    public RouteTable? Compile(string name)
    {
        List<BoundServer> servers = [.. Servers().Where(s => s.Table == name)];
        if (servers.Count == 0)
        {
            return null;
        }

        var dropped = new List<DroppedRule>(model.Dropped);
        var hosts = new Dictionary<string, HostRoutes>(StringComparer.Ordinal);
        var built = new Dictionary<(string Gateway, ObjectKey Rule), ImmutableArray<Route>>();
        foreach (BoundServer server in servers)
        {
            Serve(server, hosts, built, dropped);
        }

        int port = servers[0].Server.Port.Number;
        List<VirtualHost> virtualHosts = hosts.Count == 0
            ? [memo.Host($"blackhole:{port}", ["*"], [], false)]
            : Collapse(hosts);
        virtualHosts.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return memo.Table(name, port, [.. virtualHosts], new RouteTableSettings(model.Mesh.PathNormalization, proxy.StripsFragments, RoutePatches.For(model.Configuration, proxy, name, port, [.. servers.Select(static s => s.Gateway).Distinct()])), [.. dropped]);
    }

    private void Serve(BoundServer bound, Dictionary<string, HostRoutes> hosts, Dictionary<(string Gateway, ObjectKey Rule), ImmutableArray<Route>> built, List<DroppedRule> dropped)
    {
        int port = bound.Server.Port.Number;
        foreach (ResolvedService rule in model.RulesVisibleTo(proxy.Namespace, bound.Gateway))
        {
            List<string> common = HostName.Intersect(HostsFor(bound.Server, rule.Resource.Namespace), rule.Hosts);
            if (common.Count == 0)
            {
                dropped.Add(new DroppedRule(rule.Key, -1, -1, $"gateway {bound.Gateway} admits none of its hosts on port {port}", rule.Resource.Source));
                continue;
            }

            if (!built.TryGetValue((bound.Gateway, rule.Key), out ImmutableArray<Route> routes))
            {
                routes = built[(bound.Gateway, rule.Key)] = RouteListBuilder.Build(rule, new RouteContext
                {
                    Proxy = proxy,
                    Port = port,
                    Gateway = bound.Gateway,
                    IsTls = bound.Server.TlsMode is not null,
                    Lookup = host => model.Registry.Find(host, rule.Resource.Namespace, proxy.Namespace),
                    Dropped = dropped,
                    Memo = memo,
                });
            }

            if (routes.IsEmpty)
            {
                continue;
            }

            foreach (string host in common.Select(static h => h.ToLowerInvariant()))
            {
                HostRoutes entry = EntryFor(hosts, host, port);

                // A rule that names the gateway twice, by different forms of its name, is bound twice.
                for (int i = rule.Gateways.Count(g => g == bound.Gateway); i > 0; i--)
                {
                    entry.Routes.AddRange(routes);
                }

                entry.RequiresTls |= bound.Server.HttpsRedirect;
            }
        }

        if (bound.Server.HttpsRedirect)
        {
            foreach (string host in bound.Server.Hosts)
            {
                EntryFor(hosts, host.ToLowerInvariant(), port).RequiresTls = true;
            }
        }
    }

    private static HostRoutes EntryFor(Dictionary<string, HostRoutes> hosts, string host, int port)
    {
        if (!hosts.TryGetValue(host, out HostRoutes? entry))
        {
            hosts[host] = entry = new HostRoutes($"{host}:{port}");
        }

        return entry;
    }

    // Hosts with the very same routes share one virtual host, named after the most specific of them: but where one in between
    // redirects to https and they do not, or the other way round, they are parted.
    private List<VirtualHost> Collapse(Dictionary<string, HostRoutes> hosts)
    {
        var groups = new List<(HostRoutes Entry, List<string> Domains)>();
        foreach (string host in hosts.Keys.Order(Comparer<string>.Create(HostName.CompareSpecificity)))
        {
            HostRoutes entry = hosts[host];
            int same = groups.FindLastIndex(g => g.Entry.Routes.SequenceEqual(entry.Routes));
            if (same < 0 || groups[same].Entry.RequiresTls != entry.RequiresTls)
            {
                groups.Add((entry, [host]));
            }
            else
            {
                groups[same].Domains.Add(host);
            }
        }

        return [.. groups.Select(g => memo.Host(
            g.Entry.Name,
            [.. g.Domains],
            [.. g.Entry.Routes.Where(static r => !r.IsCatchAll), .. g.Entry.Routes.Where(static r => r.IsCatchAll)],
            g.Entry.RequiresTls))];
    }

    // "namespace/host" admits rules of that namespace alone; "./host" means the gateway's, "*/host" and "host" any.
    private static List<string> HostsFor(GatewayServer server, string ruleNamespace)
    {
        var result = new List<string>();
        foreach (string host in server.Hosts)
        {
            int slash = host.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || host[..slash] == ruleNamespace)
            {
                result.Add(host[(slash + 1)..]);
            }
        }

        return result;
    }

    private IEnumerable<BoundServer> Servers() => GatewayServers.Of(model, proxy).Where(static s => s.Role is ServerRole.Http or ServerRole.Https);

    private sealed class HostRoutes(string name)
    {
        public string Name { get; } = name;

        public List<Route> Routes { get; } = [];

        public bool RequiresTls { get; set; }
    }
}
