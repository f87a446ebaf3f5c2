using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>Applies header mutations as Envoy does: those of the destination first, then those of the route; of each set removals first.</summary>
internal static class HeaderMutator
{
    public static List<RouteHeader> Request(in RouteDecision decision, RouteDestination? destination)
    {
        List<RouteHeader> headers = [.. decision.Request.Headers.Span];
        var formatter = new HeaderFormatter(decision.Request, headers, decision.Table.NormalizedTarget(decision.Request), decision.Table.AuthorityOf(decision.Request), decision.Route?.Name ?? "", ClusterOf(decision, destination));
        if (destination is not null)
        {
            Apply(headers, destination.Headers.RequestRemovals, destination.Headers.RequestAdditions, formatter);
        }

        if (decision.Route is { } route)
        {
            Apply(headers, route.Headers.RequestRemovals, route.Headers.RequestAdditions, formatter);
        }

        return headers;
    }

    public static List<RouteHeader> Response(in RouteDecision decision, RouteDestination? destination, IReadOnlyList<RouteHeader> response, bool aborted)
    {
        List<RouteHeader> headers = [.. response];
        if (!aborted && decision.Route?.CorsPolicy is { } cors)
        {
            bool answered = cors.Answers(decision.Request);
            cors.AddTo(headers, decision.Request, answered);
            if (answered)
            {
                // The answer does not pass the route: its own changes are not made.
                return headers;
            }
        }

        if (decision.Route is not { } route || (route.Headers.ResponseAdditions.IsEmpty && route.Headers.ResponseRemovals.IsEmpty && destination?.Headers is null or { ResponseAdditions.IsEmpty: true, ResponseRemovals.IsEmpty: true }))
        {
            return headers;
        }

        // What is asked of the request is asked of it as it went to the destination, where it went to one.
        bool forwarded = !aborted && route.Action is ForwardAction && destination is not null;
        List<RouteHeader> request = forwarded ? Request(decision, destination) : [.. decision.Request.Headers.Span];
        string target = forwarded ? decision.GetForwardedPath() : decision.Table.NormalizedTarget(decision.Request);
        string authority = forwarded ? decision.GetForwardedAuthority(destination) : decision.Table.AuthorityOf(decision.Request);
        var formatter = new HeaderFormatter(decision.Request, request, target, authority, route.Name, ClusterOf(decision, destination));
        if (destination is not null)
        {
            Apply(headers, destination.Headers.ResponseRemovals, destination.Headers.ResponseAdditions, formatter);
        }

        Apply(headers, route.Headers.ResponseRemovals, route.Headers.ResponseAdditions, formatter);
        return headers;
    }

    private static string ClusterOf(in RouteDecision decision, RouteDestination? destination) =>
        destination?.Cluster ?? (decision.Route?.Action is ForwardAction { Destinations: [var only] } ? only.Cluster : "");

    // All values are formed before any of them is put in. Those that overwrite go in first.
    private static void Apply(List<RouteHeader> headers, ImmutableArray<string> removals, ImmutableArray<HeaderAddition> additions, HeaderFormatter formatter)
    {
        foreach (string name in removals)
        {
            headers.RemoveAll(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        }

        var formed = new List<(HeaderAddition Addition, string Value)>();
        foreach (HeaderAddition addition in additions)
        {
            // What expands to nothing is left alone: it neither adds nor overwrites.
            string value = formatter.Expand(addition.Value);
            if (value.Length > 0)
            {
                formed.Add((addition, value));
            }
        }

        foreach ((HeaderAddition addition, string value) in formed.Where(static f => f.Addition.Overwrites))
        {
            headers.RemoveAll(h => h.Name.Equals(addition.Name, StringComparison.OrdinalIgnoreCase));
            headers.Add(new RouteHeader(addition.Name, value));
        }

        foreach ((HeaderAddition addition, string value) in formed.Where(static f => !f.Addition.Overwrites))
        {
            headers.Add(new RouteHeader(addition.Name, value));
        }
    }
}
