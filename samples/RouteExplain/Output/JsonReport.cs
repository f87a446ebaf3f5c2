using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Clovisor.Istio.Routing;
using Clovisor.ExplainTool.CommandLine;

namespace Clovisor.ExplainTool.Output;

/// <summary>Writes an explanation for programs.</summary>
internal static class JsonReport
{
    public static string Write(ExplainOptions options, RouteExplanation explanation)
    {
        RouteDecision decision = explanation.Decision;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("table", decision.Table.Name);
            json.WriteString("reason", decision.Reason.ToString());
            json.WriteNumber("status", decision.Status);
            Optional(json, "virtualHost", decision.VirtualHost?.Name);
            json.WriteString("domain", decision.Domain.ToString());
            Optional(json, "location", decision.GetLocation());
            Rule(json, decision);
            Forward(json, options, decision);
            Candidates(json, explanation);
            Dropped(json, DroppedRules.Of(explanation, options.All));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Rule(Utf8JsonWriter json, in RouteDecision decision)
    {
        if (decision.Route is not { } route)
        {
            return;
        }

        json.WriteStartObject("rule");
        Optional(json, "virtualService", route.VirtualService?.ToString());
        json.WriteNumber("index", route.RuleIndex);
        json.WriteString("name", route.RuleName);
        json.WriteNumber("match", route.MatchIndex);
        json.WriteString("routeName", route.Name);
        json.WriteString("source", route.Source.ToString());
        json.WriteEndObject();
    }

    private static void Forward(Utf8JsonWriter json, ExplainOptions options, in RouteDecision decision)
    {
        if (decision.Status != 0 || decision.Route?.Action is not ForwardAction forward)
        {
            return;
        }

        json.WriteStartObject("forward");
        json.WriteStartArray("destinations");
        foreach (RouteDestination destination in forward.Destinations)
        {
            json.WriteStartObject();
            json.WriteString("cluster", destination.Cluster);
            json.WriteNumber("weight", destination.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("method", options.Request.Method);
        json.WriteString("authority", decision.GetForwardedAuthority(decision.PickDestination(0)));
        json.WriteString("path", decision.GetForwardedPath());
        json.WriteNumber("timeoutMs", forward.Timeout.TotalMilliseconds);
        json.WriteStartArray("mirrors");
        foreach (RouteMirror mirror in forward.Mirrors)
        {
            json.WriteStringValue(mirror.Destination.Cluster);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Candidates(Utf8JsonWriter json, RouteExplanation explanation)
    {
        json.WriteStartArray("candidates");
        foreach (RouteCandidate candidate in explanation.Candidates)
        {
            json.WriteStartObject();
            Optional(json, "virtualService", candidate.Route.VirtualService?.ToString());
            json.WriteNumber("rule", candidate.Route.RuleIndex);
            json.WriteString("routeName", candidate.Route.Name);
            json.WriteString("match", candidate.Route.DescribeMatch());
            Optional(json, "failed", candidate.FailedCondition);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Dropped(Utf8JsonWriter json, IReadOnlyList<DroppedRule> rules)
    {
        json.WriteStartArray("dropped");
        foreach (DroppedRule rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("virtualService", rule.VirtualService.ToString());
            json.WriteNumber("rule", rule.RuleIndex);
            json.WriteNumber("match", rule.MatchIndex);
            json.WriteString("why", rule.Why);
            json.WriteString("source", rule.Source.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
