using System.Collections.Immutable;
using System.Net;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>Builds the filter chains of one service's port in a sidecar.</summary>
internal sealed class ConnectionChainBuilder(MeshModel model, IstioProxy proxy, int port, List<DroppedRule> dropped)
{
    /// <summary>
    /// Builds the chains of a TLS port. Every match of every rule is one, the first of those with the same names and ranges. Without any, the
    /// service's own: told apart by name where the listener has no address that says which service is meant.
    /// </summary>
    public List<FilterChain> Tls(MeshService service, MeshPort on, ImmutableArray<string> ranges, bool wildcard, List<ResolvedService> rules)
    {
        var chains = new List<FilterChain>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        ImmutableArray<string> current = ranges;
        foreach (ResolvedService rule in RulesFor(service, rules))
        {
            for (int r = 0; r < rule.Tls.Length; r++)
            {
                ConnectionRoute route = rule.Tls[r];
                for (int m = 0; m < route.Match.Length; m++)
                {
                    ConnectionMatch match = route.Match[m];
                    if (!Applies(rule, r, m, match))
                    {
                        continue;
                    }

                    // The ranges of a match hold for those that follow it, too: so Istio has it.
                    current = match.DestinationSubnets.IsEmpty ? current : match.DestinationSubnets;
                    if (seen.Add($"{string.Join(',', match.SniHosts)}|{string.Join(',', match.DestinationSubnets)}"))
                    {
                        chains.Add(Chain(rule, route, r, m, match.SniHosts, current));
                    }
                    else
                    {
                        dropped.Add(new DroppedRule(rule.Key, r, m, "an earlier match has the same server names and ranges", rule.Resource.Source with { Line = match.Line }));
                    }
                }
            }
        }

        if (chains.Count == 0)
        {
            chains.Add(Default(service, on, ranges, wildcard || !ranges.IsEmpty ? [service.Host] : []));
        }

        return chains;
    }

    /// <summary>
    /// Builds the chains of a TCP port. The first rule, or match, without ranges takes all that is left, and ends the list. Before it each rule
    /// whose matches have ranges is one chain. Without an end the service's own chain is it.
    /// </summary>
    public List<FilterChain> Tcp(MeshService service, MeshPort on, ImmutableArray<string> ranges, List<ResolvedService> rules)
    {
        var chains = new List<FilterChain>();
        foreach (ResolvedService rule in RulesFor(service, rules))
        {
            for (int r = 0; r < rule.Tcp.Length; r++)
            {
                ConnectionRoute route = rule.Tcp[r];
                if (route.Match.IsEmpty)
                {
                    chains.Add(Chain(rule, route, r, -1, [], ranges));
                    return chains;
                }

                var own = new List<string>();
                for (int m = 0; m < route.Match.Length; m++)
                {
                    if (!Applies(rule, r, m, route.Match[m]))
                    {
                        continue;
                    }

                    if (route.Match[m].DestinationSubnets.IsEmpty)
                    {
                        chains.Add(Chain(rule, route, r, m, [], ranges));
                        return chains;
                    }

                    own.AddRange(route.Match[m].DestinationSubnets);
                }

                if (own.Count > 0)
                {
                    chains.Add(Chain(rule, route, r, -1, [], [.. own]));
                    if (own.Order(StringComparer.Ordinal).SequenceEqual(ranges.Order(StringComparer.Ordinal)))
                    {
                        return chains;
                    }
                }
            }
        }

        chains.Add(Default(service, on, ranges, []));
        return chains;
    }

    /// <summary>Makes the clusters of a rule. Among several destinations those without weight get nothing.</summary>
    public static ImmutableArray<RouteDestination> Clusters(ConnectionRoute route, RouteContext context) => route.Route.Length == 1
        ? [RouteActionBuilder.Destination(route.Route[0].Destination, context, 100)]
        : [.. route.Route.Where(static d => d.Weight > 0).Select(d => RouteActionBuilder.Destination(d.Destination, context, d.Weight))];

    /// <summary>Makes the names of a chain. A star alone is every name, and then none is looked at.</summary>
    public static ImmutableArray<string> ServerNames(ImmutableArray<string> names) => names.Contains("*") ? [] : [.. names.Select(static n => n.ToLowerInvariant())];

    public static ImmutableArray<IPNetwork> Networks(ImmutableArray<string> ranges) =>
        [.. ranges.Select(static r => IPNetwork.TryParse(r, out IPNetwork network) ? network : IPAddress.TryParse(r, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : default)];

    private static IEnumerable<ResolvedService> RulesFor(MeshService service, List<ResolvedService> rules) =>
        rules.Where(rule => rule.Hosts.Any(host => HostName.Matches(host, service.Host)));

    private bool Applies(ResolvedService rule, int index, int matchIndex, ConnectionMatch match)
    {
        string? why =
            match.Port != 0 && match.Port != port ? $"it is for port {match.Port}, not {port}"
            : !match.Gateways.IsEmpty && !match.Gateways.Contains("mesh") ? $"it is for the gateways {string.Join(", ", match.Gateways)}"
            : !proxy.HasLabels(match.SourceLabels) ? $"it is for proxies with the labels {string.Join(", ", match.SourceLabels.Select(static l => $"{l.Key}={l.Value}"))}"
            : match.SourceNamespace.Length > 0 && match.SourceNamespace != proxy.Namespace ? $"it is for proxies in namespace {match.SourceNamespace}"
            : null;
        if (why is not null)
        {
            dropped.Add(new DroppedRule(rule.Key, index, matchIndex, why, rule.Resource.Source with { Line = match.Line }));
        }

        return why is null;
    }

    private FilterChain Chain(ResolvedService rule, ConnectionRoute route, int index, int match, ImmutableArray<string> names, ImmutableArray<string> ranges) => new()
    {
        ServerNames = ServerNames(names),
        Destinations = Networks(ranges),
        Clusters = Clusters(route, Context(rule)),
        VirtualService = rule.Key,
        RuleIndex = index,
        MatchIndex = match,
        Source = rule.Resource.Source with { Line = route.Line },
        Reason = ConnectionReason.Matched,
    };

    private static FilterChain Default(MeshService service, MeshPort on, ImmutableArray<string> ranges, ImmutableArray<string> names) => new()
    {
        ServerNames = ServerNames(names),
        Destinations = Networks(ranges),
        Clusters = [new RouteDestination { Cluster = $"outbound|{on.Number}||{service.Host}", Host = service.Host, Port = on.Number }],
        Reason = ConnectionReason.DefaultRoute,
    };

    private RouteContext Context(ResolvedService rule) => new()
    {
        Proxy = proxy,
        Port = port,
        Gateway = "mesh",
        Lookup = host => model.Registry.Find(host, rule.Resource.Namespace, proxy.Namespace),
        Dropped = dropped,
        Memo = new TableMemo(null),
    };
}
