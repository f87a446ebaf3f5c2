using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Compiles the table of a sidecar's outbound port:
/// 1. the services of the port; 2. the rules, oldest first: each claims its services, and its other hosts where it has a service
/// on the port or the port is 80; 3. services without a rule get a default route; 4. the first claim of a host or domain wins;
/// 5. last, what is done with all other hosts.
/// </summary>
internal sealed class SidecarTableCompiler(MeshModel model, IstioProxy proxy, TableMemo memo)
{
    private readonly SidecarScope _scope = new(model, proxy);

    /// <summary>Gets the names of the tables that the sidecar has.</summary>
    public IEnumerable<string> TableNames()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var listeners = new ListenerPorts(model);
        foreach (ScopeListener listener in _scope.Listeners)
        {
            foreach (MeshService service in listener.Services.Where(static s => !s.IsAlias))
            {
                foreach (MeshPort port in service.Ports)
                {
                    names.UnionWith(listener.Listener?.Port is null ? listeners.Tables(service, port) : ListenerPorts.TablesOfOwnListener(service, port));
                }
            }
        }

        return names;
    }

    public RouteTable? Compile(string name)
    {
        if (!TableNames().Contains(name))
        {
            return null;
        }

        int colon = name.LastIndexOf(':');
        int port = int.Parse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        var dropped = new List<DroppedRule>(model.Dropped);
        List<VirtualHost> hosts = [.. Hosts(port, dropped)];
        if (colon >= 0)
        {
            // A port whose protocol is detected has a listener for the one service: any host leads to it.
            string service = name[..colon];
            hosts = [.. hosts.Where(h => h.Domains.Contains(service)).Take(1).Select(h => memo.Host(h.Name, ["*"], h.Routes, false))];
        }
        else
        {
            hosts.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            hosts.Add(CatchAll());
        }

        return memo.Table(name, port, [.. hosts], new RouteTableSettings(model.Mesh.PathNormalization, proxy.StripsFragments, RoutePatches.For(model.Configuration, proxy, name, port, [])), [.. dropped]);
    }

    private List<VirtualHost> Hosts(int port, List<DroppedRule> dropped)
    {
        ScopeListener? listener = _scope.ListenerFor(port);
        var services = new Dictionary<string, MeshService>(StringComparer.Ordinal);
        foreach (MeshService service in listener?.Services ?? [])
        {
            // Only the port in question: the destination of a rule that names no port is then this one. Of two services of one host the later has it.
            if (service.PortAt(port) is { Protocol: not MeshProtocol.Udp } found)
            {
                services[service.Host] = memo.OnPort(service, found);
            }
        }

        var context = new RouteContext { Proxy = proxy, Port = port, Gateway = "mesh", Lookup = services.GetValueOrDefault, Dropped = dropped, Memo = memo };
        // A wildcard takes a service by its lower-case name, and only services that are written so make that name known, on whatever port.
        HashSet<string> lowerCase = listener is null ? [] : [.. listener.Services.Where(static s => !s.HasUpperCaseHost).Select(static s => s.Host)];
        List<Claim> claims = Claims(listener?.Rules ?? [], services, lowerCase, port, context);
        HashSet<string> claimed = [.. claims.SelectMany(static c => c.Services).Select(static s => s.Host)];
        foreach (MeshService service in services.Values.Where(s => !claimed.Contains(s.Host) && !s.IsAlias && HasRoutes(s)).OrderBy(static s => s.Host, StringComparer.Ordinal))
        {
            claims.Add(new Claim(null, [], [service], [memo.Fixed("default", $"{port}|{service.Host}", () => DefaultRoute(service, port))]));
        }

        return new DomainClaims(proxy, model.Mesh, port, memo, dropped).Assign(claims);
    }

    private List<Claim> Claims(List<ResolvedService> rules, Dictionary<string, MeshService> services, HashSet<string> lowerCase, int port, RouteContext context)
    {
        var wildcards = new WildcardOwners(rules);
        var claims = new List<Claim>();
        foreach (ResolvedService written in rules)
        {
            // Services are found by lower-case names. Who owns a service by wildcard is decided by hosts as they are written.
            ResolvedService rule = written.Hosts.Any(static h => h.Any(char.IsUpper)) ? written with { Hosts = [.. written.Hosts.Select(static h => h.ToLowerInvariant())] } : written;
            if (port != 80 && !rule.Hosts.Any(host => services.ContainsKey(host) || services.Keys.Any(s => (HostName.IsWildcard(host) || HostName.IsWildcard(s)) && HostName.Matches(host, s))))
            {
                context.Dropped.Add(new DroppedRule(rule.Key, -1, -1, $"none of its hosts is a service with port {port}; other hosts are routed on port 80 alone", rule.Resource.Source));
                continue;
            }

            ImmutableArray<Route> routes = RouteListBuilder.Build(rule, context);
            if (routes.IsEmpty)
            {
                context.Dropped.Add(new DroppedRule(rule.Key, -1, -1, "no rule of it applies to this proxy and port: the next claim for its hosts, or their default route, holds", rule.Resource.Source));
                continue;
            }

            (List<string> others, List<MeshService> own) = Split(rule, services, wildcards, lowerCase);

            // Such a route holds in the namespace of its service, and for the clients of its own.
            if (rule.Resource.IsGatewayApi && !own.Exists(s => s.Namespace == rule.Resource.Namespace || proxy.Namespace == rule.Resource.Namespace))
            {
                context.Dropped.Add(new DroppedRule(rule.Key, -1, -1, "it is neither in the namespace of its service nor in that of this proxy", rule.Resource.Source));
                continue;
            }

            if (own.Count > 0 || port == 80)
            {
                claims.Add(new Claim(rule, others, own, routes));
            }
        }

        return claims;
    }

    private static (List<string> Others, List<MeshService> Own) Split(ResolvedService rule, Dictionary<string, MeshService> services, WildcardOwners wildcards, HashSet<string> lowerCase)
    {
        var others = new List<string>();
        var own = new List<MeshService>();
        foreach (string host in rule.Hosts.Where(static h => !HostName.IsWildcard(h)))
        {
            if (!services.TryGetValue(host, out MeshService? service))
            {
                others.Add(host);
            }
            else if (HasRoutes(service))
            {
                own.Add(service);
            }
        }

        foreach (string host in rule.Hosts.Where(HostName.IsWildcard))
        {
            if (rule.Resource.IsGatewayApi)
            {
                others.Add(host);
                continue;
            }

            // A wildcard that covers any service stands for those services alone, and only where no rule is more specific.
            List<MeshService> covered = [.. services.Values.Where(s => HostName.Matches(host, s.Host)).OrderBy(static s => s.Host, StringComparer.Ordinal)];
            own.AddRange(covered.Where(s => HasRoutes(s) && lowerCase.Contains(s.Host) && wildcards.OwnerOf(s.Host) == rule.Key));
            if (covered.Count == 0)
            {
                others.Add(host);
            }
        }

        return (others, own);
    }

    // A service here has the table's port alone.
    private static bool HasRoutes(MeshService service) => service.Ports[0].Protocol.IsHttpOrDetected();

    private static Route DefaultRoute(MeshService service, int port)
    {
        var destination = new RouteDestination { Cluster = $"outbound|{port}||{service.Host}", Host = service.Host, Port = port };
        return new Route("default", PathMatcher.From(null, false), [], [], new ForwardAction { Destinations = [destination] }) { Reason = RouteReason.DefaultRoute };
    }

    private VirtualHost CatchAll()
    {
        PathMatcher any = PathMatcher.From(null, false);
        if (_scope.Policy == OutboundTrafficPolicy.RegistryOnly)
        {
            Route blocked = memo.Fixed("block_all", "", () => new Route("block_all", any, [], [], new DirectResponseAction(502, "")) { Reason = RouteReason.Blocked });
            return memo.Host("block_all", ["*"], [blocked], false);
        }

        string cluster = _scope.EgressProxy is { } egress ? $"outbound|{egress.Port}|{egress.Subset}|{egress.Host}" : "PassthroughCluster";
        var destination = new RouteDestination { Cluster = cluster, Host = _scope.EgressProxy?.Host ?? "", Port = _scope.EgressProxy?.Port ?? 0 };
        Route passed = memo.Fixed("allow_any", cluster, () => new Route("allow_any", any, [], [], new ForwardAction { Destinations = [destination] }) { Reason = RouteReason.Passthrough });
        return memo.Host("allow_any", ["*"], [passed], false);
    }
}
