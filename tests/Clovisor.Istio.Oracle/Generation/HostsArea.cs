using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Services and rules of several namespaces that compete for hosts in a sidecar: wildcards, exports, Sidecar scopes, ports, outbound policy.</summary>
internal static class HostsArea
{
    private static readonly string[] Namespaces = ["app", "other", "infra"];

    private static readonly string[] Names = ["httpbin", "reviews", "ratings"];

    private static readonly string[] Hosts =
    [
        "httpbin", "reviews", "httpbin.app", "httpbin.app.svc.cluster.local", "reviews.other.svc.cluster.local", "ratings.infra.svc.cluster.local", "*.app.svc.cluster.local", "*.svc.cluster.local", "*.example.com", "api.example.com",
        "www.example.com", "*.b.example.com", "reviews.app.svc", "HTTPBIN.app.svc.cluster.local", "*.local", "httpbin.other.svc.cluster.local", "10.96.26.124", "*.com", "API.example.com",
    ];

    public static JsonObject Case(Draw draw)
    {
        var documents = new List<JsonObject>();
        int address = 1;
        foreach (string scope in Namespaces)
        {
            foreach (string name in Names)
            {
                if (draw.Chance(0.6) && (scope, name) != ("app", "httpbin"))
                {
                    int[] ports = draw.One<int[]>([80], [80, 8080], [9080], [80, 9080]);
                    JsonObject service = Documents.Service(name, scope, $"10.96.0.{address++}", ports);
                    Export(draw, service, 0.15);
                    documents.Add(service);
                }
            }
        }

        documents.Add(Documents.Service("httpbin", "app", "10.96.26.124", 80));
        if (draw.Chance(0.5))
        {
            documents.Add(External(draw));
        }

        int rules = 1 + draw.Next(5);
        for (int i = 0; i < rules; i++)
        {
            documents.Add(Rule(draw, i));
        }

        if (draw.Chance(0.3))
        {
            documents.Add(Scope(draw));
        }

        var mesh = new JsonObject { ["outboundTrafficPolicy"] = new JsonObject { ["mode"] = draw.One("ALLOW_ANY", "REGISTRY_ONLY") } };
        if (draw.Chance(0.15))
        {
            mesh[draw.One("defaultVirtualServiceExportTo", "defaultServiceExportTo")] = Documents.Texts(draw.One(".", "*"));
        }

        return new JsonObject
        {
            ["config"] = Documents.Text(documents),
            ["mesh"] = mesh,
            ["proxy"] = CaseGenerator.Sidecar(draw.One("app", "app", "other", "infra", "istio-system")),
            ["requests"] = new RequestGenerator(draw).Requests(24, ["80", "80", "9080", "8080"], [.. Hosts.Where(static h => h[0] != '*'), "httpbin.other", "x.example.com", "a.b.example.com", "nope", "b.example.com", "example.com", "ratings", "10.96.0.1", "10.96.0.3"], documents),
        };
    }

    private static void Export(Draw draw, JsonObject document, double share)
    {
        if (draw.Chance(share))
        {
            document["spec"]!["exportTo"] = draw.One(Documents.Texts("."), Documents.Texts("*"), Documents.Texts("other"), Documents.Texts(".", "istio-system"), Documents.Texts("infra", "other"));
        }
    }

    private static JsonObject External(Draw draw)
    {
        JsonObject entry = Documents.Document("ServiceEntry", "ext", draw.One(Namespaces), new JsonObject
        {
            ["hosts"] = draw.One(Documents.Texts("*.example.com"), Documents.Texts("api.example.com"), Documents.Texts("www.example.com", "api.example.com"), Documents.Texts("*.b.example.com", "WWW.example.com")),
            ["ports"] = new JsonArray(Documents.Port(draw.One(80, 8080, 9080), draw.One("HTTP", "HTTP2", "GRPC", "HTTP"), "http")),
            ["resolution"] = "NONE",
            ["location"] = draw.One("MESH_EXTERNAL", "MESH_INTERNAL"),
        }, Documents.Created(draw));
        Export(draw, entry, 0.3);
        return entry;
    }

    private static JsonObject Rule(Draw draw, int index)
    {
        var http = new JsonArray();
        if (draw.Chance(0.7))
        {
            var match = new JsonObject { ["uri"] = new JsonObject { ["prefix"] = draw.One("/a", "/api", "/") } };
            if (draw.Chance(0.25))
            {
                match["port"] = draw.One(80, 8080, 9080);
            }

            if (draw.Chance(0.15))
            {
                match["sourceLabels"] = new JsonObject { ["app"] = draw.One("sleep", "other") };
            }

            if (draw.Chance(0.15))
            {
                match["sourceNamespace"] = draw.One(Namespaces);
            }

            if (draw.Chance(0.2))
            {
                match["gateways"] = draw.One(Documents.Texts("mesh"), Documents.Texts("gw"), Documents.Texts("mesh", "gw"));
            }

            http.Add(new JsonObject { ["name"] = $"vs{index}-a", ["match"] = new JsonArray(match), ["route"] = new JsonArray(Documents.Destination(draw.One("reviews", "httpbin.app.svc.cluster.local", "ratings.infra", "api.example.com"))) });
        }

        if (http.Count == 0 || draw.Chance(0.7))
        {
            http.Add(new JsonObject { ["name"] = $"vs{index}-b", ["route"] = new JsonArray(Documents.Destination(draw.One("httpbin", "reviews.other.svc.cluster.local"), null, draw.Chance(0.2) ? 9080 : 0)) });
        }

        var spec = new JsonObject { ["hosts"] = Documents.Array(draw.Some(1, 3, Hosts)), ["http"] = http };
        if (draw.Chance(0.3))
        {
            spec["gateways"] = draw.One(Documents.Texts("mesh"), Documents.Texts("mesh", "gw"), Documents.Texts("gw"));
        }

        JsonObject rule = Documents.Document("VirtualService", draw.Chance(0.8) ? $"vs{index}" : draw.One("a", "z"), draw.One(Namespaces), spec, Documents.Created(draw));
        Export(draw, rule, 0.4);
        return rule;
    }

    private static JsonObject Scope(Draw draw)
    {
        var egress = new JsonArray();
        if (draw.Chance(0.25))
        {
            egress.Add(new JsonObject { ["port"] = Documents.Port(draw.One(80, 9080), "HTTP", "http"), ["hosts"] = Documents.Array(draw.Some(1, 2, "./*", "*/*", "other/*", "*/api.example.com")) });
        }

        egress.Add(new JsonObject { ["hosts"] = Documents.Array(draw.Some(1, 3, "./*", "other/*", "*/httpbin.app.svc.cluster.local", "*/*.example.com", "infra/ratings.infra.svc.cluster.local", "~/*", "app/*", "*/*")) });
        var spec = new JsonObject { ["egress"] = egress };
        if (draw.Chance(0.3))
        {
            spec["workloadSelector"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = draw.One("sleep", "other") } };
        }

        if (draw.Chance(0.3))
        {
            spec["outboundTrafficPolicy"] = new JsonObject { ["mode"] = draw.One("ALLOW_ANY", "REGISTRY_ONLY") };
        }

        return Documents.Document("Sidecar", "default", draw.One("app", "app", "other", "istio-system"), spec, Documents.Created(draw));
    }
}
