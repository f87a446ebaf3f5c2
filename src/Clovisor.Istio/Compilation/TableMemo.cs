using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// What compiling a table of one proxy made, kept so that compiling the same table from a configuration that differs a little makes only
/// what differs. A part is taken over when everything it was made from is the same instance, or of equal content.
/// </summary>
/// <remarks>
/// Routes are made from the rules, the key below and what <see cref="RouteContext.Lookup"/> answered, and from nothing else: whoever lets
/// them depend on more adds it to the key. The property test of incremental against cold compiling finds what was forgotten.
/// Belongs to one compilation at a time; not thread-safe.
/// </remarks>
internal sealed class TableMemo(TableMemo? previous)
{
    private readonly Dictionary<RoutesKey, BuiltRoutes> _routes = [];
    private readonly Dictionary<(string Name, string Domain), VirtualHost> _hosts = [];
    private readonly Dictionary<(string Name, string Target), Route> _fixed = [];
    private readonly Dictionary<MeshService, MeshService> _onPort = new(ReferenceEqualityComparer.Instance);
    private TableMemo? _previous = previous;
    private RouteTable? _table;

    /// <summary>Gets a rule's routes, those of the last time where nothing that they come from changed.</summary>
    public ImmutableArray<Route> Routes(ResolvedService rule, RouteContext context, Func<ResolvedService, RouteContext, ImmutableArray<Route>> build)
    {
        var key = new RoutesKey(rule.Rules, rule.Resource, context.Port, context.Gateway, context.IsTls);
        if (!_routes.TryGetValue(key, out BuiltRoutes? built) || !built.HoldsFor(context))
        {
            if (_previous is null || !_previous._routes.TryGetValue(key, out built) || !built.HoldsFor(context))
            {
                built = BuiltRoutes.Build(rule, context, build);
            }

            _routes[key] = built;
        }

        context.Dropped.AddRange(built.Dropped);
        return built.Routes;
    }

    /// <summary>Gets a route that no rule made: a service's own, or that of all unknown hosts. It depends on its name and target alone.</summary>
    public Route Fixed(string name, string target, Func<Route> build)
    {
        (string, string) key = (name, target);
        if (!_fixed.TryGetValue(key, out Route? route))
        {
            _fixed[key] = route = _previous?._fixed.GetValueOrDefault(key) ?? build();
        }

        return route;
    }

    /// <summary>Gets a service with one of its ports alone.</summary>
    public MeshService OnPort(MeshService service, MeshPort port)
    {
        if (service.Ports.Length == 1)
        {
            return service;
        }

        if (!_onPort.TryGetValue(service, out MeshService? narrow))
        {
            narrow = _previous?._onPort.GetValueOrDefault(service);
            _onPort[service] = narrow = narrow?.Ports[0] == port ? narrow : service with { Ports = [port] };
        }

        return narrow;
    }

    public VirtualHost Host(string name, ImmutableArray<string> domains, ImmutableArray<Route> routes, bool requiresTls)
    {
        (string, string) key = (name, domains[0]);
        VirtualHost? before = _previous?._hosts.GetValueOrDefault(key);
        VirtualHost host = before is not null && before.RequiresTls == requiresTls && Same(before.Routes, routes) && before.Domains.AsSpan().SequenceEqual(domains.AsSpan())
            ? before
            : new VirtualHost(name, domains, routes, requiresTls);
        _hosts[key] = host;
        return host;
    }

    /// <summary>Ends the compilation with its table, which is the last one where both are the same in every part.</summary>
    public RouteTable Table(string name, int port, ImmutableArray<VirtualHost> hosts, RouteTableSettings settings, ImmutableArray<DroppedRule> dropped)
    {
        RouteTable? before = _previous?._table;
        _previous = null;
        _table = before is not null && before.Name == name && before.Port == port && before.Settings == settings
            && Same(before.VirtualHosts, hosts) && before.Dropped.AsSpan().SequenceEqual(dropped.AsSpan())
            ? before
            : new RouteTable(name, port, hosts, settings, dropped, before);
        return _table;
    }

    private static bool Same<T>(ImmutableArray<T> a, ImmutableArray<T> b)
        where T : class
    {
        if (a == b)
        {
            return true;
        }

        if (a.Length != b.Length)
        {
            return false;
        }

        for (int i = 0; i < a.Length; i++)
        {
            if (!ReferenceEquals(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private readonly struct RoutesKey(ImmutableArray<ResolvedRule> rules, VirtualService resource, int port, string gateway, bool isTls) : IEquatable<RoutesKey>
    {
        private readonly ImmutableArray<ResolvedRule> _rules = rules;
        private readonly VirtualService _resource = resource;
        private readonly int _port = port;
        private readonly string _gateway = gateway;
        private readonly bool _isTls = isTls;

        public bool Equals(RoutesKey other) =>
            ReferenceEquals(_resource, other._resource) && _rules == other._rules && _port == other._port && _isTls == other._isTls && _gateway == other._gateway;

        public override bool Equals(object? obj) => obj is RoutesKey other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_resource), _port, _gateway);
    }

    /// <summary>Routes with what they were made from besides the rule: the services that its destinations name.</summary>
    private sealed record BuiltRoutes(ImmutableArray<Route> Routes, ImmutableArray<DroppedRule> Dropped, List<(string Host, MeshService? Service)> Lookups)
    {
        public static BuiltRoutes Build(ResolvedService rule, RouteContext context, Func<ResolvedService, RouteContext, ImmutableArray<Route>> build)
        {
            var lookups = new List<(string, MeshService?)>();
            var dropped = new List<DroppedRule>();
            ImmutableArray<Route> routes = build(rule, context with
            {
                Dropped = dropped,
                Lookup = host =>
                {
                    MeshService? service = context.Lookup(host);
                    lookups.Add((host, service));
                    return service;
                },
            });
            return new BuiltRoutes(routes, [.. dropped], lookups);
        }

        public bool HoldsFor(RouteContext context)
        {
            foreach ((string host, MeshService? service) in Lookups)
            {
                if (!ReferenceEquals(context.Lookup(host), service))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
