using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Connections;
using Clovisor.Istio.GatewayApi.Conversion;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Compiles what a waypoint does for the services bound to it. Each HTTP port of a service has a table in which the host is not looked at. The rules of the service's and the
/// waypoint's namespaces follow each other in their order, and nothing is sorted: one that takes everything hides those behind it. Without any rule requests go to the service.
/// </summary>
internal sealed class WaypointCompiler
{
    private const string NameLabel = "gateway.networking.k8s.io/gateway-name";

    private readonly MeshModel _model;
    private readonly IstioProxy _proxy;
    private readonly Dictionary<string, MeshService> _services;

    public WaypointCompiler(MeshModel model, IstioProxy proxy)
    {
        _model = model;
        _proxy = proxy;
        var self = new ObjectKey(proxy.Namespace, proxy.Labels.GetValueOrDefault(NameLabel, ""));
        IEnumerable<string> hosts = model.Configuration.Services.Where(s => WaypointReference.Of(s, model.Configuration) == self).Select(s => $"{s.Name}.{s.Namespace}.svc.{model.Mesh.ClusterDomain}")
            .Concat(model.Configuration.ServiceEntries.Where(e => WaypointReference.Of(e, model.Configuration) == self).SelectMany(static e => e.Hosts).Select(static h => h.ToLowerInvariant()));
        HashSet<string> bound = [.. hosts];
        _services = model.Registry.All.Where(s => bound.Contains(s.Host) && !s.IsAlias).OrderByDescending(static s => s.IsKubernetes).GroupBy(static s => s.Host, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.First(), StringComparer.Ordinal);
    }

    /// <summary>Gets the names of the tables: <c>inbound-vip|port|http|host</c>.</summary>
    public IEnumerable<string> TableNames() => _services.Values
        .SelectMany(static s => s.Ports.Where(static p => p.Protocol.IsHttpOrDetected()).Select(p => TableName(s, p.Number)))
        .Order(StringComparer.Ordinal);

    /// <summary>Gets the ports that any of the services has.</summary>
    public IEnumerable<int> Ports() => _services.Values.SelectMany(static s => s.Ports).Where(static p => p.Protocol != MeshProtocol.Udp).Select(static p => p.Number).Distinct().Order();

    public RouteTable? Compile(string name)
    {
        if (!ClusterName.TryParse(name, out ClusterName table) || !_services.TryGetValue(table.Host, out MeshService? service) || service.PortAt(table.Port) is not { } port || !TableNames().Contains(name))
        {
            return null;
        }

        var dropped = new List<DroppedRule>(_model.Dropped);
        var context = Context(port.Number, dropped);
        ImmutableArray<Route> routes = [.. RulesFor(service).Where(static r => !r.Rules.IsEmpty).SelectMany(r => RouteListBuilder.Build(r, context))];
        if (routes.IsEmpty)
        {
            var destination = new RouteDestination { Cluster = name, Host = service.Host, Port = port.Number };
            routes = [new Route("default", PathMatcher.From(null, false), [], [], new ForwardAction { Destinations = [destination] }) { Reason = RouteReason.DefaultRoute }];
        }

        var host = new VirtualHost($"inbound|http|{port.Number.ToString(CultureInfo.InvariantCulture)}", ["*"], routes, false);
        var settings = new RouteTableSettings(_model.Mesh.PathNormalization, _proxy.StripsFragments, RoutePatches.For(_model.Configuration, _proxy, name, port.Number, []));
        return new RouteTable(name, port.Number, [host], settings, [.. dropped]);
    }

    /// <summary>Compiles what becomes of connections to a port of the services' addresses.</summary>
    public ConnectionTable CompileConnections(int port)
    {
        var dropped = new List<DroppedRule>(_model.Dropped);
        var listeners = new List<ConnectionListener>();
        foreach (MeshService service in _services.Values.OrderBy(static s => s.Host, StringComparer.Ordinal))
        {
            if (service.PortAt(port) is { Protocol: not MeshProtocol.Udp } on)
            {
                ImmutableArray<FilterChain> chains = [.. Chains(service, on, dropped)];
                listeners.AddRange(service.Addresses.Select(a => new ConnectionListener(a, port, chains, defaultsApart: true)));
            }
        }

        return new ConnectionTable(port, [.. listeners], null, [.. dropped]);
    }

    private static string TableName(MeshService service, int port) => $"inbound-vip|{port}|http|{service.Host}";

    private IEnumerable<FilterChain> Chains(MeshService service, MeshPort port, List<DroppedRule> dropped)
    {
        var http = new FilterChain { RouteTable = TableName(service, port.Number), Reason = ConnectionReason.Http };
        return port.Protocol switch
        {
            MeshProtocol.Http or MeshProtocol.HttpProxy => [http],
            MeshProtocol.Detected => [new FilterChain { IsPlainHttp = true, RouteTable = http.RouteTable, Reason = ConnectionReason.Http }, Bytes(service, port, dropped)],
            _ => [Bytes(service, port, dropped)],
        };
    }

    // TLS rules go before TCP rules. A server name is looked at only so far as it must be the service's.
    private FilterChain Bytes(MeshService service, MeshPort port, List<DroppedRule> dropped)
    {
        RouteContext context = Context(port.Number, dropped);
        List<ResolvedService> rules = [.. RulesFor(service)];
        foreach ((ResolvedService rule, ImmutableArray<ConnectionRoute> routes, bool tls) in rules.Select(static r => (r, r.Tls, true)).Concat(rules.Select(static r => (r, r.Tcp, false))))
        {
            for (int i = 0; i < routes.Length; i++)
            {
                int match = -1;
                for (int m = 0; m < routes[i].Match.Length && match < 0; m++)
                {
                    match = Applies(routes[i].Match[m], port.Number) && (!tls || (routes[i].Match[m].SniHosts is [{ } name] && name == service.Host)) ? m : -1;
                }

                if (routes[i].Match.IsEmpty || match >= 0)
                {
                    return new FilterChain
                    {
                        Clusters = ConnectionChainBuilder.Clusters(routes[i], context),
                        VirtualService = rule.Key,
                        RuleIndex = i,
                        MatchIndex = match,
                        Source = rule.Resource.Source with { Line = routes[i].Line },
                        Reason = ConnectionReason.Matched,
                    };
                }
            }
        }

        return new FilterChain
        {
            Clusters = [new RouteDestination { Cluster = $"inbound-vip|{port.Number}|tcp|{service.Host}", Host = service.Host, Port = port.Number }],
            Reason = ConnectionReason.DefaultRoute,
        };
    }

    // What a client is, a waypoint does not know: conditions on it do not hold.
    private static bool Applies(ConnectionMatch match, int port) =>
        (match.Port == 0 || match.Port == port) && match.SourceLabels.IsEmpty && match.SourceNamespace.Length == 0 && (match.Gateways.IsEmpty || match.Gateways.Contains("mesh"));

    private IEnumerable<ResolvedService> RulesFor(MeshService service) => _model.RulesVisibleTo(_proxy.Namespace, "mesh")
        .Where(r => (r.Resource.Namespace == _proxy.Namespace || r.Resource.Namespace == service.Namespace) && r.Hosts.Any(h => HostName.Matches(h, service.Host)));

    private RouteContext Context(int port, List<DroppedRule> dropped) => new()
    {
        Proxy = _proxy,
        Port = port,
        Gateway = "mesh",
        Lookup = host => _services.GetValueOrDefault(host) ?? _model.Registry.Find(host, _proxy.Namespace, _proxy.Namespace),
        ClusterName = Cluster,
        Dropped = dropped,
        Memo = new TableMemo(null),
    };

    // The waypoint's own services, and those that nobody knows, are reached from inside; others through their own proxies.
    private string Cluster(Destination destination, MeshService? service, int port)
    {
        if (service is not null && !_services.ContainsKey(service.Host))
        {
            return $"outbound|{port}|{destination.Subset}|{destination.Host}";
        }

        string kind = service?.PortAt(port) is { } on && !on.Protocol.IsHttpOrDetected() ? "tcp" : "http";
        return $"inbound-vip|{port}|{kind}{(destination.Subset.Length > 0 ? $"/{destination.Subset}" : "")}|{destination.Host}";
    }
}
