using System.Globalization;
using System.Text.Json;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Oracle;

/// <summary>Compares one answer, in all that it holds.</summary>
internal static class AnswerComparison
{
    public static void Compare(string name, int index, JsonElement request, RouteTable? table, List<OracleDifference> differences)
    {
        JsonElement answer = request.GetProperty("answer");
        string asked = Asked(request);
        bool noTable = answer.Flag("noTable");
        if (noTable || table is null)
        {
            new DifferenceCollector(name, index, asked, "compilation", differences).Same("no table", noTable.ToString(), (table is null).ToString());
            return;
        }

        RouteDecision decision = table.Evaluate(RequestOf(request));
        var collector = new DifferenceCollector(name, index, asked, Rule(decision), differences);
        if (decision.Route?.Action is RedirectAction && IsAborted(decision.Route, (int)answer.Number("status")))
        {
            // A delegated redirect with the fault of its root: the fault's answer bears no mark.
            return;
        }

        Routing(collector, answer, decision);
        Response(collector, answer, request, decision);
    }

    private static RouteRequest RequestOf(JsonElement request) => new()
    {
        Method = request.Text("method"),
        Authority = request.Text("authority"),
        Path = request.Text("path"),

        // White space around a value does not survive the wire.
        Headers = request.Headers("headers").Select(static h => h with { Value = h.Value.Trim() }).ToArray(),
    };

    private static string Asked(JsonElement request) =>
        $"table {request.Text("table")}: {request.Text("method")} {request.Text("authority")}{request.Text("path")} [{string.Join("; ", request.Headers("headers").Select(static h => $"{h.Name}: {h.Value}"))}]";

    private static string Rule(in RouteDecision decision) => decision.Route is { } route
        ? $"{decision.Reason}: {route.VirtualService?.ToString() ?? "default"} rule {route.RuleIndex} match {route.MatchIndex} ({route.DescribeMatch()}) of {decision.VirtualHost!.Name}"
        : $"{decision.Reason}{(decision.VirtualHost is { } host ? $" of {host.Name}" : "")}";

    private static void Routing(DifferenceCollector collector, JsonElement answer, in RouteDecision decision)
    {
        // A preflight that the proxy answers itself, and what is answered before a route is looked for, bear no mark of a route.
        bool unmarked = decision.Reason is RouteReason.HttpsRedirect or RouteReason.BadRequest || decision.IsPreflightAnswered;
        Route? route = unmarked ? null : decision.Route;
        var forward = route?.Action as ForwardAction;
        collector.Same("virtual host", answer.Text("virtualHost"), unmarked ? "" : decision.VirtualHost?.Name ?? "");
        collector.Same("matched", answer.Flag("matched").ToString(), (route is not null).ToString());
        collector.Same("route index", answer.Number("routeIndex").ToString(CultureInfo.InvariantCulture), (unmarked ? -1 : decision.RouteIndex).ToString(CultureInfo.InvariantCulture));
        collector.Same("route name", answer.Text("routeName"), route?.Name ?? "");
        collector.Same("source", answer.Source(), route?.VirtualService?.ToString() ?? "");
        collector.Same(
            "destinations",
            string.Join(",", answer.List("destinations").Select(static d => $"{d.Text("cluster")}={d.Number("weight")}")),
            string.Join(",", forward?.Destinations.Select(static d => $"{d.Cluster}={d.Weight}") ?? []));
        collector.Same("timeout", answer.Number("timeoutMs").ToString(CultureInfo.InvariantCulture), (forward?.Timeout.TotalMilliseconds ?? 0).ToString(CultureInfo.InvariantCulture));
        collector.Same(
            "mirrors",
            string.Join(",", answer.List("mirrors").Select(static m => m.GetString())),
            string.Join(",", forward?.Mirrors.Select(static m => m.Destination.Cluster) ?? []));
    }

    private static void Response(DifferenceCollector collector, JsonElement answer, JsonElement request, in RouteDecision decision)
    {
        int status = (int)answer.Number("status");
        bool forwarded = answer.TryGetProperty("upstreamPath", out _);
        if (!forwarded && IsAborted(decision.Route, status))
        {
            HeaderComparison.PickedAtRandom(collector, answer, decision, aborted: true);
            return;
        }

        // The echo server is the upstream: it refuses a path that it cannot parse itself, and that is all it then says.
        bool refusedByUpstream = status == 400 && decision.Status == 0 && answer.Text("upstreamPath").Length == 0 && IsNoPath(decision.GetForwardedPath());

        // The answer to HEAD has no body, in which the echo server would say what it received.
        bool unseen = status == 200 && decision.Status == 0 && request.Text("method") == "HEAD";
        collector.Same("status", forwarded || unseen || refusedByUpstream ? "forwarded" : status.ToString(CultureInfo.InvariantCulture), decision.Status == 0 ? "forwarded" : decision.Status.ToString(CultureInfo.InvariantCulture));
        collector.Same("location", answer.Text("location"), decision.GetLocation() ?? "");
        if (decision.Route?.Action is DirectResponseAction direct && !decision.IsPreflightAnswered && request.Text("method") != "HEAD" && direct.Status is not (204 or 304))
        {
            collector.Same("body", answer.Text("body"), direct.Body);
        }

        if (!refusedByUpstream)
        {
            HeaderComparison.Compare(collector, answer, request, decision, forwarded, unseen);
        }
    }

    // Whether a fault strikes is chance, unless it always does.
    private static bool IsAborted(Route? route, int status) => route?.Fault is { AbortPercentage: > 0 } fault && status == StatusOf(fault);

    // A gRPC status is told in a trailer; the response's own is 200.
    private static int StatusOf(HttpFault fault) => fault.AbortGrpcStatus.Length > 0 ? 200 : fault.AbortHttpStatus;

    private static bool IsNoPath(string target)
    {
        if (!target.StartsWith('/'))
        {
            return true;
        }

        for (int at = target.IndexOf('%', StringComparison.Ordinal); at >= 0; at = target.IndexOf('%', at + 1))
        {
            if (at + 2 >= target.Length || !char.IsAsciiHexDigit(target[at + 1]) || !char.IsAsciiHexDigit(target[at + 2]))
            {
                return true;
            }
        }

        return false;
    }
}
