using System.Collections.Immutable;
using Clovisor.Istio.Matching;

namespace Clovisor.Istio.Routing;

/// <summary>Says, route by route, why a request goes where it goes.</summary>
public static class RouteExplain
{
    /// <summary>Explains a decision.</summary>
    /// <param name="table">The table.</param>
    /// <param name="request">The request's head.</param>
    /// <returns>The decision with every route of the virtual host that was tried and the first condition each failed.</returns>
    public static RouteExplanation Explain(RouteTable table, in RouteRequest request)
    {
        RouteDecision decision = table.Evaluate(request);
        var candidates = ImmutableArray.CreateBuilder<RouteCandidate>();
        if (decision.VirtualHost is { } host && decision.Reason != RouteReason.HttpsRedirect)
        {
            var view = new RequestView(request, table.NormalizedTarget(request), table.AuthorityOf(request), RequestTarget.SchemeOf(request));
            foreach (Route route in host.Routes)
            {
                string? failed = FirstFailure(route, view);
                candidates.Add(new RouteCandidate(route, failed));
                if (failed is null)
                {
                    break;
                }
            }
        }

        return new RouteExplanation(decision, candidates.DrainToImmutable());
    }

    private static string? FirstFailure(Route route, in RequestView request)
    {
        if (!route.Path.IsMatch(request.Path))
        {
            return $"path {route.Path}: the path is \"{request.Path}\"";
        }

        foreach (HeaderMatcher header in route.HeaderMatchers)
        {
            if (!header.IsMatch(request))
            {
                return $"{header}: {Sent(header, request)}";
            }
        }

        foreach (QueryMatcher query in route.QueryMatchers)
        {
            if (!query.IsMatch(request.Query))
            {
                return $"{query}: the query is \"{request.Query}\"";
            }
        }

        foreach (ClaimMatcher claim in route.Claims)
        {
            if (!claim.IsMatch(request.Claims))
            {
                return request.Claims is null ? $"{claim}: the request has no verified token" : $"{claim}: the token has it otherwise, or not";
            }
        }

        return null;
    }

    private static string Sent(HeaderMatcher header, in RequestView request)
    {
        if (header.Field is not (HeaderField.Named or HeaderField.ForwardedProto))
        {
            return $"it is \"{request.ValueOf(header.Field)}\"";
        }

        var values = new List<string>();
        for (int at = request.Find(header.Name, 0); at >= 0; at = request.Find(header.Name, at + 1))
        {
            values.Add($"\"{request.ValueAt(at)}\"");
        }

        return values.Count == 0 ? "it was not sent" : $"it is {string.Join(" and ", values)}";
    }
}
