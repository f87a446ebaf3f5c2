using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Rules that delegate to VirtualServices without hosts: merged matches, contradictions, exports, missing delegates.</summary>
internal static class DelegateArea
{
    private static readonly string[] Namespaces = ["app", "other", "istio-system"];

    public static JsonObject Case(Draw draw)
    {
        bool gateway = draw.Chance(0.6);
        List<JsonObject> documents =
        [
            Documents.Service("httpbin", "app", "10.96.26.124", 80),
            Documents.Service("reviews", "other", "10.96.37.238", 80),
        ];
        if (gateway)
        {
            documents.Add(Documents.Gateway("gw", "istio-system", new JsonObject { ["port"] = Documents.Port(80, "HTTP", "http"), ["hosts"] = Documents.Texts("*") }));
        }

        var actions = new ActionGenerator(draw, ["httpbin.app.svc.cluster.local", "reviews", "reviews.other.svc.cluster.local"]);
        int children = 1 + draw.Next(3);
        var rules = new JsonArray();
        for (int i = 0; i < children; i++)
        {
            string scope = draw.One(Namespaces);
            var delegation = new JsonObject { ["name"] = draw.Chance(0.92) ? $"child{i}" : "missing" };
            if (draw.Chance(0.85))
            {
                delegation["namespace"] = scope;
            }

            JsonObject rule = Rule(draw, $"root{i}");
            rule["delegate"] = delegation;
            if (draw.Chance(0.4))
            {
                Settings(draw, rule);
            }

            rules.Add(rule);
            documents.Add(Child(draw, actions, i, scope));
        }

        if (draw.Chance(0.4))
        {
            JsonObject rule = Rule(draw, "own");
            actions.Route(rule);
            rules.Add(rule);
        }

        var spec = new JsonObject { ["hosts"] = Documents.Texts(gateway ? "api.example.com" : "httpbin.app.svc.cluster.local"), ["http"] = rules };
        if (gateway)
        {
            spec["gateways"] = Documents.Texts("gw");
        }

        documents.Insert(draw.Next(documents.Count), Documents.Document("VirtualService", "root", gateway ? "istio-system" : draw.One("app", "istio-system"), spec, Documents.Created(draw)));
        return new JsonObject
        {
            ["config"] = Documents.Text(documents),
            ["proxy"] = gateway ? CaseGenerator.Ingress() : CaseGenerator.Sidecar(),
            ["requests"] = new RequestGenerator(draw).Requests(24, [gateway ? "http.80" : "80"], [gateway ? "api.example.com" : "httpbin.app.svc.cluster.local"], documents),
        };
    }

    private static JsonObject Child(Draw draw, ActionGenerator actions, int index, string scope)
    {
        var http = new JsonArray();
        int count = 1 + draw.Next(3);
        for (int i = 0; i < count; i++)
        {
            JsonObject rule = Rule(draw, $"c{index}{i}");
            if (draw.Chance(0.1))
            {
                rule["redirect"] = new JsonObject { ["uri"] = "/new" };
            }
            else
            {
                actions.Route(rule);
                if (draw.Chance(0.4))
                {
                    Settings(draw, rule);
                }
            }

            http.Add(rule);
        }

        var spec = new JsonObject { ["http"] = http };
        if (draw.Chance(0.25))
        {
            spec["exportTo"] = draw.One(Documents.Texts("."), Documents.Texts("*"), Documents.Texts("istio-system"), Documents.Texts("app"));
        }

        return Documents.Document("VirtualService", $"child{index}", scope, spec, Documents.Created(draw));
    }

    private static JsonObject Rule(Draw draw, string name)
    {
        var rule = new JsonObject();
        if (draw.Chance(0.85))
        {
            rule["name"] = name;
        }

        if (draw.Chance(0.8))
        {
            var matches = new JsonArray();
            int count = draw.One(1, 1, 2, 3);
            for (int i = 0; i < count; i++)
            {
                matches.Add(Match(draw));
            }

            rule["match"] = matches;
        }

        return rule;
    }

    // Few values, so that root and leaf agree or contradict often.
    private static JsonObject Match(Draw draw)
    {
        var match = new JsonObject();
        if (draw.Chance(0.7))
        {
            match["uri"] = draw.Next(5) switch
            {
                0 => new JsonObject { ["exact"] = draw.One("/a/b", "/a", "/api/v1") },
                1 => new JsonObject { ["regex"] = draw.One("/api/.*", ".*") },
                2 when draw.Chance(0.2) => [],
                _ => new JsonObject { ["prefix"] = draw.One("/a", "/a/b", "/api", "/", "/A") },
            };
        }

        Values(draw, match, "headers");
        Values(draw, match, "withoutHeaders");
        Values(draw, match, "queryParams");
        if (draw.Chance(0.2))
        {
            match["method"] = draw.One(new JsonObject { ["exact"] = "GET" }, new JsonObject { ["exact"] = "POST" }, new JsonObject { ["prefix"] = "P" }, new JsonObject { ["regex"] = "GET|HEAD" });
        }

        if (draw.Chance(0.1))
        {
            match["ignoreUriCase"] = draw.Chance(0.8);
        }

        if (draw.Chance(0.1))
        {
            match["port"] = draw.One(80, 8080);
        }

        if (draw.Chance(0.1))
        {
            match["sourceNamespace"] = draw.One("app", "istio-system");
        }

        if (draw.Chance(0.1))
        {
            match["sourceLabels"] = new JsonObject { [draw.One("app", "istio")] = draw.One("sleep", "ingressgateway") };
        }

        if (draw.Chance(0.1))
        {
            match["gateways"] = draw.One(Documents.Texts("mesh"), Documents.Texts("gw"), Documents.Texts("istio-system/gw"), Documents.Texts("mesh", "istio-system/gw"));
        }

        if (draw.Chance(0.1))
        {
            match["authority"] = new JsonObject { [draw.One("exact", "prefix")] = draw.One("api.example.com", "api") };
        }

        if (draw.Chance(0.25))
        {
            match["name"] = draw.One("m1", "m2");
        }

        return match;
    }

    private static void Values(Draw draw, JsonObject match, string field)
    {
        if (draw.Chance(field == "headers" ? 0.3 : 0.12))
        {
            match[field] = new JsonObject
            {
                [draw.One("user", "x-env")] = draw.One(new JsonObject { ["exact"] = "boss" }, new JsonObject { ["prefix"] = "bo" }, new JsonObject { ["regex"] = "b.*" }, new JsonObject(), new JsonObject { ["exact"] = "minion" }),
            };
        }
    }

    private static void Settings(Draw draw, JsonObject rule)
    {
        string field = draw.One("timeout", "rewrite", "headers", "mirror", "fault", "corsPolicy", "retries");
        rule[field] = field switch
        {
            "timeout" => draw.One("3s", "5s"),
            "rewrite" => draw.One(new JsonObject { ["uri"] = "/root" }, new JsonObject { ["authority"] = "other.example.com" }),
            "headers" => new JsonObject { ["request"] = new JsonObject { ["set"] = new JsonObject { ["x-set"] = draw.One("a", "b") } } },
            "mirror" => new JsonObject { ["host"] = "reviews.other.svc.cluster.local" },
            "fault" => new JsonObject { ["abort"] = new JsonObject { ["httpStatus"] = 503, ["percentage"] = new JsonObject { ["value"] = 100 } } },
            "corsPolicy" => new JsonObject { ["allowOrigins"] = new JsonArray(new JsonObject { ["exact"] = "*" }) },
            _ => new JsonObject { ["attempts"] = 2 },
        };
    }
}
