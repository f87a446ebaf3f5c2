using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Clovisor.Istio.Routing;

/// <summary>A decision with the way to it.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Candidates">The routes in the order they were tried. The last one matched, if any did.</param>
public sealed record RouteExplanation(RouteDecision Decision, ImmutableArray<RouteCandidate> Candidates)
{
    /// <summary>Writes the explanation for people: the request, the virtual host, a line for each route, the outcome.</summary>
    /// <returns>Text of several lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        RouteRequest request = Decision.Request;
        text.AppendLine(CultureInfo.InvariantCulture, $"{request.Method} {request.Authority}{request.Path}");
        text.AppendLine(Decision.VirtualHost is { } host
            ? $"virtual host {host.Name} by {Domain()} of table {Decision.Table.Name}"
            : $"table {Decision.Table.Name} has no virtual host for the authority");
        foreach (RouteCandidate candidate in Candidates)
        {
            Route route = candidate.Route;
            string name = route.VirtualService is { } service ? $"{service} rule {route.RuleIndex} \"{route.Name}\"" : $"\"{route.Name}\"";
            text.AppendLine(candidate.FailedCondition is { } failed ? $"  no   {name}: {failed}" : $"  yes  {name}: {route.DescribeMatch()}");
        }

        return text.Append(Outcome()).ToString();
    }

    private string Domain() => Decision.Domain switch
    {
        DomainKind.Exact => "its exact name",
        DomainKind.Suffix => "wildcard",
        _ => "the domain *",
    };

    private string Outcome() => Decision.Reason switch
    {
        RouteReason.Matched or RouteReason.DefaultRoute or RouteReason.Passthrough or RouteReason.Blocked => Decision.Route!.Action switch
        {
            ForwardAction forward => $"forwarded to {string.Join(", ", forward.Destinations.Select(d => forward.Destinations.Length > 1 ? $"{d.Cluster} ({d.Weight})" : d.Cluster))}",
            RedirectAction => $"redirected to {Decision.GetLocation()} with {Decision.Status}",
            _ => $"answered with {Decision.Status}",
        },
        RouteReason.HttpsRedirect => $"redirected to {Decision.GetLocation()} before any rule",
        RouteReason.NoRuleMatched => "404: no rule of the host matched",
        RouteReason.NoVirtualHost => "404: nothing is known of the host",
        _ => "400: refused before routing",
    };
}
