using System.Collections.Immutable;
using System.Text.Json;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>Compares what this library answers with what the oracle answered, field by field.</summary>
internal static class OracleComparison
{
    // What objects without a time of creation got when the oracle was asked.
    private static readonly DateTimeOffset Created = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);

    public static List<string> Differences(OracleCase question)
    {
        IstioReadResult read = IstioYaml.Read([new NamedText(question.Name, question.Config)], question.Mesh);
        if (question.IsRefused || read.Configuration is null)
        {
            return question.IsRefused == (read.Configuration is null)
                ? []
                : [$"refused: {read.Configuration is null}, oracle: {question.IsRefused} {string.Join(" | ", read.Errors)}"];
        }

        IstioConfiguration configuration = Dated(read.Configuration);
        IstioProxy proxy = Proxy(question.Proxy);
        var compiler = new RouteCompiler(configuration);
        var differences = new List<string>();
        Same(differences, "table names", string.Join(",", question.TableNames), string.Join(",", compiler.GetTableNames(proxy)));
        foreach (JsonElement expected in question.Tables)
        {
            Table(differences, expected, compiler.Compile(proxy, Text(expected, "name")));
        }

        foreach (JsonElement request in question.Requests)
        {
            Request(differences, request, compiler.Compile(proxy, Text(request, "table")));
        }

        return differences;
    }

    public static RouteRequest RequestOf(JsonElement request) => new()
    {
        Method = Text(request, "method"),
        Authority = Text(request, "authority"),
        Path = Text(request, "path"),

        // White space around a value does not survive the wire.
        Headers = Headers(request, "headers").Select(static h => h with { Value = h.Value.Trim() }).ToArray(),
    };

    private static IstioConfiguration Dated(IstioConfiguration configuration) => configuration with
    {
        VirtualServices = [.. configuration.VirtualServices.Select(static v => v with { Created = v.Created ?? Created })],
        Gateways = [.. configuration.Gateways.Select(static g => g with { Created = g.Created ?? Created })],
        ServiceEntries = [.. configuration.ServiceEntries.Select(static e => e with { Created = e.Created ?? Created })],
        Sidecars = [.. configuration.Sidecars.Select(static s => s with { Created = s.Created ?? Created })],
    };

    private static IstioProxy Proxy(JsonElement proxy) => new()
    {
        Kind = Text(proxy, "type") == "gateway" ? ProxyKind.Gateway : ProxyKind.Sidecar,
        Namespace = Text(proxy, "namespace"),
        Labels = proxy.TryGetProperty("labels", out JsonElement labels)
            ? labels.EnumerateObject().ToImmutableDictionary(static l => l.Name, static l => l.Value.GetString()!)
            : ImmutableDictionary<string, string>.Empty,
    };

    private static void Table(List<string> differences, JsonElement expected, RouteTable? table)
    {
        string name = Text(expected, "name");
        Same(
            differences,
            $"table {name}",
            string.Join("\n", List(expected, "virtualHosts").Select(Brief).Order(StringComparer.Ordinal)),
            table is null ? "(none)" : string.Join("\n", table.VirtualHosts.Select(Brief).Order(StringComparer.Ordinal)));
    }

    private static string Brief(JsonElement host) =>
        $"{Text(host, "name")} {string.Join(",", List(host, "domains").Select(static d => d.GetString()!).Order(StringComparer.Ordinal))} {Text(host, "requireTls")}: " +
        string.Join("; ", List(host, "routes").Select(static r => $"{Text(r, "name")} {Source(Text(r, "source"))} {Single(Text(r, "action"))}"));

    // One cluster left of several is a list of one to istiod; its weight says nothing.
    private static string Single(string action) => action.Contains(',', StringComparison.Ordinal) ? action : action.Split('=')[0];

    private static string Brief(VirtualHost host) =>
        $"{host.Name} {string.Join(",", host.Domains.Order(StringComparer.Ordinal))} {(host.RequiresTls ? "ALL" : "")}: " +
        string.Join("; ", host.Routes.Select(static r => $"{r.Name} {r.VirtualService} {Action(r.Action)}"));

    private static string Action(RouteAction action) => action switch
    {
        RedirectAction => "redirect",
        DirectResponseAction direct => $"direct:{direct.Status}",
        ForwardAction { Destinations.Length: 1 } forward => forward.Destinations[0].Cluster,
        ForwardAction forward => string.Join(",", forward.Destinations.Select(static d => $"{d.Cluster}={d.Weight}")),
        _ => "?",
    };

    // The object behind a route as istiod writes it: /apis/networking.istio.io/v1/namespaces/app/virtual-service/httpbin.
    private static string Source(string path)
    {
        string[] parts = path.Split('/');
        int at = Array.IndexOf(parts, "namespaces");
        return at < 0 ? "" : $"{parts[at + 1]}/{parts[at + 3]}";
    }

    private static void Request(List<string> differences, JsonElement request, RouteTable? table)
    {
        JsonElement answer = request.GetProperty("answer");
        string label = $"{Text(request, "table")} {Text(request, "method")} {Text(request, "authority")}{Text(request, "path")} [{string.Join("; ", Headers(request, "headers").Select(static h => $"{h.Name}: {h.Value}"))}]";
        var found = new List<string>();
        bool noTable = answer.TryGetProperty("noTable", out JsonElement none) && none.GetBoolean();
        if (noTable || table is null)
        {
            Same(found, "no table", noTable.ToString(), (table is null).ToString());
        }
        else
        {
            Answer(found, answer, request, table.Evaluate(RequestOf(request)));
        }

        differences.AddRange(found.Select(f => $"{label}: {f}"));
    }

    private static void Answer(List<string> found, JsonElement answer, JsonElement request, RouteDecision decision)
    {
        int status = answer.GetProperty("status").GetInt32();
        if (status == 200 && Text(answer, "virtualHost").Length == 0 && decision.Route?.Cors is not null && Text(request, "method") == "OPTIONS")
        {
            // A preflight: the cross-origin filter of the route answered, and left no mark of where.
            return;
        }

        bool beforeRouting = decision.Reason is RouteReason.HttpsRedirect or RouteReason.BadRequest;
        Same(found, "virtual host", Text(answer, "virtualHost"), beforeRouting ? "" : decision.VirtualHost?.Name ?? "");
        Same(found, "route index", answer.GetProperty("routeIndex").GetInt32().ToString(), decision.RouteIndex.ToString());
        Same(found, "route name", Text(answer, "routeName"), decision.Route?.Name ?? "");
        Same(found, "source", Source(Text(answer, "source")), decision.Route?.VirtualService?.ToString() ?? "");
        Same(found, "location", Text(answer, "location"), decision.GetLocation() ?? "");
        bool forwarded = answer.TryGetProperty("upstreamPath", out _);
        bool aborted = !forwarded && decision.Route?.Fault is { AbortPercentage: > 0 };

        // 200 without an upstream is a preflight that the proxy answered; 400 is the echo server's about a path that Go cannot parse.
        bool answeredForUpstream = !forwarded && decision.Route?.Action is ForwardAction && status is 200 or 400;
        if (!forwarded && !aborted && !answeredForUpstream)
        {
            Same(found, "status", status.ToString(), decision.Status.ToString());
        }
        else if (forwarded)
        {
            Same(found, "status", "0", decision.Status.ToString());
        }

        if (decision.Route?.Action is DirectResponseAction direct && !aborted && Text(request, "method") != "HEAD" && direct.Status != 204)
        {
            Same(found, "body", Text(answer, "body"), direct.Body);
        }

        Forward(found, answer, request, decision, forwarded);
    }

    private static void Forward(List<string> found, JsonElement answer, JsonElement request, RouteDecision decision, bool forwarded)
    {
        var forward = decision.Route?.Action as ForwardAction;
        Same(
            found,
            "destinations",
            string.Join(",", List(answer, "destinations").Select(static d => $"{Text(d, "cluster")}={d.GetProperty("weight").GetInt32()}")),
            string.Join(",", forward?.Destinations.Select(static d => $"{d.Cluster}={d.Weight}") ?? []));
        Same(found, "timeout", answer.TryGetProperty("timeoutMs", out JsonElement t) ? t.GetInt64().ToString() : "0", (forward?.Timeout.TotalMilliseconds ?? 0).ToString());
        Same(
            found,
            "mirrors",
            string.Join(",", List(answer, "mirrors").Select(static m => m.GetString())),
            string.Join(",", forward?.Mirrors.Select(static m => m.Destination.Cluster) ?? []));
        if (!forwarded || forward is null)
        {
            return;
        }

        Same(found, "upstream path", Text(answer, "upstreamPath"), decision.GetForwardedPath());
        Same(found, "upstream method", Text(answer, "upstreamMethod"), Text(request, "method"));

        // Which destination was picked is chance: one of them must explain host and headers.
        var attempts = new List<List<string>>();
        foreach (RouteDestination destination in forward.Destinations)
        {
            var attempt = new List<string>();
            Same(attempt, "upstream host", Text(answer, "upstreamHost"), decision.GetForwardedAuthority(destination));
            HeaderChanges(attempt, answer, request, decision, destination);
            attempts.Add(attempt);
        }

        found.AddRange(attempts.MinBy(static a => a.Count) ?? []);
    }

    private static void HeaderChanges(List<string> found, JsonElement answer, JsonElement request, RouteDecision decision, RouteDestination destination)
    {
        ILookup<string, string> sent = Lookup(Headers(request, "headers"));
        ILookup<string, string> got = Lookup(decision.GetForwardedHeaders(destination));
        IEnumerable<string> changed = got.Where(g => !g.SequenceEqual(sent[g.Key]) && !IsProxysOwn(g.Key)).SelectMany(static g => g.Select(v => $"{g.Key}: {v}"));
        IEnumerable<string> removed = sent.Select(static s => s.Key).Where(n => !got.Contains(n) && !IsProxysOwn(n));
        Same(found, "headers added", Lines(Headers(answer, "headersAdded").Select(static h => $"{h.Name}: {h.Value}")), Lines(changed));
        Same(found, "headers removed", Lines(List(answer, "headersRemoved").Select(static h => h.GetString()!)), Lines(removed));
        Same(
            found,
            "response added",
            Lines(Headers(answer, "responseAdded").Where(static h => !IsCors(h.Name)).Select(static h => $"{h.Name}: {h.Value}")),
            Lines(decision.GetResponseHeaders(destination, []).Where(static h => h.Name != "server").Select(static h => $"{h.Name}: {h.Value}")));
    }

    private static string Lines(IEnumerable<string> lines) => string.Join("|", lines.Order(StringComparer.Ordinal));

    private static bool IsCors(string name) => name.StartsWith("access-control-", StringComparison.Ordinal);

    // What proxies and the echo server add or change in every request; the oracle leaves these out too.
    private static bool IsProxysOwn(string name) => name is "x-forwarded-proto" or "user-agent" or "accept-encoding" or "host" or "content-length" or "connection";

    private static ILookup<string, string> Lookup(IEnumerable<RouteHeader> headers) => headers.ToLookup(static h => h.Name.ToLowerInvariant(), static h => h.Value);

    private static IEnumerable<RouteHeader> Headers(JsonElement element, string name) => List(element, name).Select(static h => new RouteHeader(Text(h, "name"), Text(h, "value")));

    private static JsonElement.ArrayEnumerator List(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static void Same(List<string> differences, string what, string expected, string actual)
    {
        if (expected != actual)
        {
            differences.Add($"{what}\n    oracle: {expected}\n    here:   {actual}");
        }
    }
}
