using System.Collections.Immutable;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Compiles the listeners of a gateway's port. HTTP has a table; TCP has the first rule that fits the server; TLS that is passed on has a chain for
/// each match of each rule; between networks there is a chain for every service, port and subset.
/// </summary>
internal sealed class GatewayListenerCompiler(MeshModel model, IstioProxy proxy)
{
    private static readonly ImmutableArray<string> MeshProtocolNames = ["istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2"];

    private readonly List<BoundServer> _servers = GatewayServers.Of(model, proxy);

    public IEnumerable<int> Ports() => _servers.Select(static s => s.ListenerPort).Distinct().Order();

    public ConnectionTable Compile(int port)
    {
        var dropped = new List<DroppedRule>(model.Dropped);
        var listeners = new List<ConnectionListener>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (IGrouping<string, BoundServer> group in _servers.Where(s => s.ListenerPort == port).GroupBy(static s => s.Server.Bind.Length > 0 ? s.Server.Bind : "0.0.0.0", StringComparer.Ordinal))
        {
            var chains = new List<FilterChain>();
            foreach (BoundServer server in group.DistinctBy(static s => s.Role == ServerRole.Http ? s.Table : (object)s))
            {
                chains.AddRange(Chains(server, names, dropped));
            }

            if (chains.Count > 0)
            {
                listeners.Add(new ConnectionListener(group.Key, port, [.. chains], defaultsApart: false));
            }
        }

        return new ConnectionTable(port, [.. listeners], null, [.. dropped]);
    }

    private IEnumerable<FilterChain> Chains(BoundServer server, Dictionary<string, string> names, List<DroppedRule> dropped) => server.Role switch
    {
        ServerRole.Http => [new FilterChain { RouteTable = server.Table, Reason = ConnectionReason.Http }],
        ServerRole.Https => [new FilterChain { RouteTable = server.Table, ServerNames = server.ServerNames, Reason = ConnectionReason.Http }],
        ServerRole.Tcp => Tcp(server, dropped),
        ServerRole.AutoPassthrough => AutoPassthrough(server),
        _ => Tls(server, names, dropped),
    };

    // The first rule wins; hosts only say whether an object is for the server at all.
    private IEnumerable<FilterChain> Tcp(BoundServer server, List<DroppedRule> dropped)
    {
        foreach (ResolvedService rule in RulesFor(server, dropped))
        {
            for (int r = 0; r < rule.Tcp.Length; r++)
            {
                ConnectionRoute route = rule.Tcp[r];
                int match = route.Match.IsEmpty ? -1 : IndexOfFitting(route.Match, server);
                if (route.Match.IsEmpty || match >= 0)
                {
                    return [Chain(server, rule, route, r, match, server.ServerNames, dropped)];
                }
            }
        }

        return [];
    }

    private List<FilterChain> Tls(BoundServer server, Dictionary<string, string> names, List<DroppedRule> dropped)
    {
        var chains = new List<FilterChain>();
        foreach (ResolvedService rule in RulesFor(server, dropped))
        {
            for (int r = 0; r < rule.Tls.Length; r++)
            {
                ConnectionRoute route = rule.Tls[r];
                for (int m = 0; m < route.Match.Length; m++)
                {
                    ConnectionMatch match = route.Match[m];
                    if (!Fits(match, server))
                    {
                        continue;
                    }

                    if (match.SniHosts.Any(n => names.TryGetValue(n, out string? bind) && bind == server.Server.Bind))
                    {
                        dropped.Add(new DroppedRule(rule.Key, r, m, "an earlier match of the port has one of its server names", rule.Resource.Source with { Line = match.Line }));
                        continue;
                    }

                    foreach (string name in match.SniHosts)
                    {
                        names[name] = server.Server.Bind;
                    }

                    chains.Add(Chain(server, rule, route, r, m, ConnectionChainBuilder.ServerNames(match.SniHosts), dropped));
                }
            }
        }

        return chains;
    }

    private IEnumerable<FilterChain> AutoPassthrough(BoundServer server)
    {
        foreach (MeshService service in model.Registry.All.Where(s => !s.IsExternal && s.IsVisibleTo(proxy.Namespace) && server.Server.Hosts.Any(h => HostName.IsSubsetOf(s.Host, h[(h.IndexOf('/', StringComparison.Ordinal) + 1)..]))))
        {
            ImmutableArray<string> subsets = ["", .. model.SubsetsOf(service, proxy)];
            foreach (MeshPort port in service.Ports.Where(static p => p.Protocol != MeshProtocol.Udp))
            {
                foreach (string subset in subsets)
                {
                    string name = new ClusterName("outbound", port.Number, subset, service.Host).ServerName;
                    yield return new FilterChain
                    {
                        ServerNames = [name],
                        ApplicationProtocols = MeshProtocolNames,
                        Clusters = [new RouteDestination { Cluster = name, Host = service.Host, Port = port.Number, Subset = subset }],
                        Reason = ConnectionReason.AutoPassthrough,
                    };
                }
            }
        }
    }

    private IEnumerable<ResolvedService> RulesFor(BoundServer server, List<DroppedRule> dropped)
    {
        foreach (ResolvedService rule in model.RulesVisibleTo(proxy.Namespace, server.Gateway))
        {
            bool admitted = server.Server.Hosts.Any(h =>
            {
                int slash = h.IndexOf('/', StringComparison.Ordinal);
                return (slash < 0 || h[..slash] == rule.Resource.Namespace) && rule.Hosts.Any(host => HostName.Matches(h[(slash + 1)..], host));
            });
            if (admitted)
            {
                yield return rule;
            }
            else
            {
                dropped.Add(new DroppedRule(rule.Key, -1, -1, $"gateway {server.Gateway} admits none of its hosts on port {server.Server.Port.Number}", rule.Resource.Source));
            }
        }
    }

    private static int IndexOfFitting(ImmutableArray<ConnectionMatch> matches, BoundServer server)
    {
        for (int i = 0; i < matches.Length; i++)
        {
            if (Fits(matches[i], server))
            {
                return i;
            }
        }

        return -1;
    }

    // Labels, namespaces and ranges are not looked at here.
    private static bool Fits(ConnectionMatch match, BoundServer server) =>
        (match.Port == 0 || match.Port == server.Server.Port.Number) && (match.Gateways.IsEmpty || match.Gateways.Contains(server.Gateway));

    private FilterChain Chain(BoundServer server, ResolvedService rule, ConnectionRoute route, int index, int match, ImmutableArray<string> names, List<DroppedRule> dropped) => new()
    {
        ServerNames = names,
        Clusters = ConnectionChainBuilder.Clusters(route, new RouteContext
        {
            Proxy = proxy,
            Port = server.Server.Port.Number,
            Gateway = server.Gateway,
            Lookup = host => model.Registry.Find(host, rule.Resource.Namespace, proxy.Namespace),
            Dropped = dropped,
            Memo = new TableMemo(null),
        }),
        VirtualService = rule.Key,
        RuleIndex = index,
        MatchIndex = match,
        Source = rule.Resource.Source with { Line = route.Line },
        Reason = ConnectionReason.Matched,
    };
}
