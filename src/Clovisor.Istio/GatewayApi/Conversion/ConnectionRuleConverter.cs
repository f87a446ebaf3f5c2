using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>Makes Istio rules from those of a TLSRoute or TCPRoute.</summary>
internal sealed class ConnectionRuleConverter(BackendResolver backends)
{
    // Connections cannot be answered with an error: they go to a cluster that does not exist.
    private static readonly ConnectionDestination Nowhere = new(new Destination { Host = "internal.cluster.local", Subset = "zero-weight", Port = 65535 }, 0);

    public List<ConnectionRoute>? Convert(GatewayApiRoute route, bool mesh, List<string> problems)
    {
        var rules = new List<ConnectionRoute>();
        foreach (GatewayRouteRule rule in route.Rules)
        {
            bool hasTarget = rule.Backends.Any(static b => b.Weight > 0);
            ImmutableArray<ConnectionDestination>? destinations = hasTarget ? Destinations(route, rule, mesh, problems) : [Nowhere];
            if (destinations is null)
            {
                return null;
            }

            // A TLS rule without backends at all has no match either: so Istio writes it.
            bool matches = route.RouteKind == GatewayApiRoute.Tls && hasTarget;
            rules.Add(new ConnectionRoute
            {
                Line = rule.Line,
                Match = matches ? [new ConnectionMatch { SniHosts = route.Hostnames.IsEmpty ? ["*"] : route.Hostnames, Line = rule.Line }] : [],
                Route = destinations.Value,
            });
        }

        return rules;
    }

    private ImmutableArray<ConnectionDestination>? Destinations(GatewayApiRoute route, GatewayRouteRule rule, bool mesh, List<string> problems)
    {
        List<BackendReference> weighted = [.. rule.Backends.Where(static b => b.Weight > 0)];
        var destinations = ImmutableArray.CreateBuilder<ConnectionDestination>();
        foreach (BackendReference backend in weighted)
        {
            Destination? destination = backends.Resolve(backend, route, !mesh, out string? error);
            if (error is not null)
            {
                problems.Add(error);
            }

            if (destination is null)
            {
                return null;
            }

            destinations.Add(new ConnectionDestination(destination, weighted.Count == 1 ? 0 : backend.Weight));
        }

        return destinations.DrainToImmutable();
    }
}
