using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>One VirtualService with many conditions, and with all kinds of actions: in a sidecar or at a gateway.</summary>
internal static class MatchArea
{
    public static JsonObject Case(Draw draw) => Case(draw, false);

    public static JsonObject WithActions(Draw draw) => Case(draw, true);

    private static JsonObject Case(Draw draw, bool actions)
    {
        bool gateway = draw.Chance(0.25);
        var matches = new MatchGenerator(draw);
        var forward = new ActionGenerator(draw, ["httpbin", "httpbin.app.svc.cluster.local", "reviews.other.svc.cluster.local", "unknown.example.com", "reviews"]);
        var rules = new JsonArray();
        int count = 1 + draw.Next(6);
        for (int i = 0; i < count; i++)
        {
            var rule = new JsonObject();
            if (draw.Chance(0.85))
            {
                rule["name"] = $"r{i}";
            }

            if (i < count - 1 || draw.Chance(0.7))
            {
                var list = new JsonArray();
                int alternatives = draw.One(1, 1, 1, 2, 3);
                for (int m = 0; m < alternatives; m++)
                {
                    list.Add(matches.Match());
                }

                rule["match"] = list;
            }

            Act(draw, rule, forward, actions);
            rules.Add(rule);
        }

        var spec = new JsonObject { ["hosts"] = Documents.Texts(gateway ? draw.One("api.example.com", "*.example.com", "httpbin") : draw.One("httpbin", "httpbin.app.svc.cluster.local")), ["http"] = rules };
        List<JsonObject> documents =
        [
            Documents.Service("httpbin", "app", "10.96.26.124", draw.Chance(0.5) ? [80] : [80, 8080]),
            Documents.Service("reviews", "other", "10.96.37.238", 9080),
        ];
        if (gateway)
        {
            documents.Add(Documents.Gateway("gw", "app", new JsonObject { ["port"] = Documents.Port(draw.One(80, 8080), "HTTP", "http"), ["hosts"] = Documents.Texts("*") }));
            spec["gateways"] = Documents.Texts("gw");
        }

        documents.Add(Documents.Document("VirtualService", "httpbin", "app", spec));
        var result = new JsonObject
        {
            ["config"] = Documents.Text(documents),
            ["proxy"] = gateway ? CaseGenerator.Ingress(draw.One("istio-system", "app")) : CaseGenerator.Sidecar(),
        };
        if (draw.Chance(0.5))
        {
            result["mesh"] = new JsonObject { ["pathNormalization"] = new JsonObject { ["normalization"] = draw.One("BASE", "NONE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES", "DEFAULT") } };
        }

        result["requests"] = new RequestGenerator(draw).Requests(
            24,
            gateway ? ["http.80", "http.80", "http.8080"] : ["80", "80", "80", "8080"],
            gateway ? ["api.example.com", "httpbin", "x.api.example.com"] : ["httpbin", "httpbin.app", "httpbin.app.svc.cluster.local", "10.96.26.124"],
            documents);
        return result;
    }

    private static void Act(Draw draw, JsonObject rule, ActionGenerator forward, bool actions)
    {
        if (actions && draw.Chance(0.2))
        {
            rule["redirect"] = forward.Redirect();
        }
        else if (actions && draw.Chance(0.15))
        {
            rule["directResponse"] = forward.DirectResponse();
        }
        else
        {
            forward.Route(rule);
        }

        if (actions)
        {
            forward.Extras(rule);
        }
    }
}
