using System.Text.Json;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Oracle;

/// <summary>Compares what the upstream received and which headers came back.</summary>
internal static class HeaderComparison
{
    /// <summary>Compares a request that was forwarded or answered by its route.</summary>
    public static void Compare(DifferenceCollector collector, JsonElement answer, JsonElement request, in RouteDecision decision, bool forwarded, bool unseen)
    {
        if (unseen)
        {
            PickedAtRandom(collector, answer, decision, aborted: false);
            return;
        }

        if (!forwarded || decision.Route?.Action is not ForwardAction forward)
        {
            Response(collector, answer, decision.GetResponseHeaders(null, []));
            return;
        }

        collector.Same("upstream path", answer.Text("upstreamPath"), decision.GetForwardedPath());
        collector.Same("upstream method", answer.Text("upstreamMethod"), request.Text("method"));

        // Which destination was picked is chance: one of them must explain host and headers.
        List<OracleDifference>? best = null;
        foreach (RouteDestination destination in forward.Destinations)
        {
            List<OracleDifference> attempt = [];
            DifferenceCollector each = collector.Into(attempt);
            each.Same("upstream host", answer.Text("upstreamHost"), decision.GetForwardedAuthority(destination));
            Request(each, answer, request, decision.GetForwardedHeaders(destination));
            Response(each, answer, decision.GetResponseHeaders(destination, []));
            best = best is null || attempt.Count < best.Count ? attempt : best;
        }

        collector.Add(best ?? []);
    }

    /// <summary>Compares the headers of an answer whose destination was picked and is not known. An injected fault comes before the cross-origin policy.</summary>
    public static void PickedAtRandom(DifferenceCollector collector, JsonElement answer, in RouteDecision decision, bool aborted)
    {
        List<OracleDifference>? best = null;
        foreach (RouteDestination? destination in (decision.Route?.Action as ForwardAction)?.Destinations.Cast<RouteDestination?>() ?? [null])
        {
            List<OracleDifference> attempt = [];
            Response(collector.Into(attempt), answer, aborted ? decision.GetAbortHeaders(destination) : decision.GetResponseHeaders(destination, []));
            best = best is null || attempt.Count < best.Count ? attempt : best;
        }

        collector.Add(best ?? []);
    }

    private static void Request(DifferenceCollector collector, JsonElement answer, JsonElement request, IReadOnlyList<RouteHeader> forwarded)
    {
        ILookup<string, string> sent = Lookup(request.Headers("headers"));
        ILookup<string, string> got = Lookup(forwarded);
        IEnumerable<string> changed = got.Where(g => !g.SequenceEqual(sent[g.Key]) && !IsProxysOwn(g.Key)).SelectMany(static g => g.Select(v => $"{g.Key}: {v}"));
        IEnumerable<string> removed = sent.Select(static s => s.Key).Where(n => !got.Contains(n) && !IsProxysOwn(n));
        collector.Same("headers added", Lines(answer.Headers("headersAdded").Select(static h => $"{h.Name}: {h.Value}")), Lines(changed));
        collector.Same("headers removed", Lines(answer.List("headersRemoved").Select(static h => h.GetString()!)), Lines(removed));
    }

    private static void Response(DifferenceCollector collector, JsonElement answer, IReadOnlyList<RouteHeader> headers) => collector.Same(
        "response added",
        Lines(answer.Headers("responseAdded").Select(static h => $"{h.Name}: {h.Value}")),
        Lines(headers.Where(static h => !IsUsual(h.Name)).Select(static h => $"{h.Name}: {h.Value}")));

    private static string Lines(IEnumerable<string> lines) => string.Join("|", lines.Order(StringComparer.Ordinal));

    // What proxies and the echo server add or change in every request; the oracle leaves these out too.
    private static bool IsProxysOwn(string name) => name is "x-forwarded-proto" or "x-envoy-attempt-count" or "x-request-id" or "x-envoy-internal" or "x-forwarded-for"
        or "accept-encoding" or "user-agent" or "content-length" or "connection" or "host" or "transfer-encoding";

    private static bool IsUsual(string name) => name is "date" or "content-length" or "content-type" or "connection" or "location" or "transfer-encoding" or "server";

    private static ILookup<string, string> Lookup(IEnumerable<RouteHeader> headers) => headers.ToLookup(static h => h.Name.ToLowerInvariant(), static h => h.Value);
}
