using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>Applies header mutations as Envoy does: of each set removals first; sets from the most specific to the least.</summary>
internal static class HeaderMutator
{
    public static List<RouteHeader> Request(in RouteDecision decision, RouteDestination? destination)
    {
        var headers = new List<RouteHeader>(decision.Request.Headers.ToArray());
        if (destination is not null)
        {
            Apply(headers, destination.Headers.RequestRemovals, destination.Headers.RequestAdditions, decision.Request);
        }

        if (decision.Route is { } route)
        {
            Apply(headers, route.Headers.RequestRemovals, route.Headers.RequestAdditions, decision.Request);
        }

        return headers;
    }

    public static List<RouteHeader> Response(in RouteDecision decision, RouteDestination? destination, IReadOnlyList<RouteHeader> response)
    {
        var headers = new List<RouteHeader>(response);
        if (decision.Route?.CorsPolicy is { } cors)
        {
            bool answered = cors.Answers(decision.Request);
            cors.AddTo(headers, decision.Request, answered);
            if (answered)
            {
                // The answer does not pass the route: its own changes are not made.
                return headers;
            }
        }

        if (destination is not null)
        {
            Apply(headers, destination.Headers.ResponseRemovals, destination.Headers.ResponseAdditions, decision.Request);
        }

        if (decision.Route is { } route)
        {
            Apply(headers, route.Headers.ResponseRemovals, route.Headers.ResponseAdditions, decision.Request);
        }

        return headers;
    }

    private static void Apply(List<RouteHeader> headers, ImmutableArray<string> removals, ImmutableArray<HeaderAddition> additions, in RouteRequest request)
    {
        foreach (string name in removals)
        {
            headers.RemoveAll(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        }

        foreach (HeaderAddition addition in additions)
        {
            // What expands to nothing is left alone: it neither adds nor overwrites.
            string value = HeaderFormatter.Expand(addition.Value, request);
            if (value.Length == 0)
            {
                continue;
            }

            if (addition.Overwrites)
            {
                headers.RemoveAll(h => h.Name.Equals(addition.Name, StringComparison.OrdinalIgnoreCase));
            }

            headers.Add(new RouteHeader(addition.Name, value));
        }
    }
}
