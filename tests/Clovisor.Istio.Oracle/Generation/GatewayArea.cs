using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Several Gateways whose servers share ports, and rules bound to some of them: merging, conflicts, redirects to https, hosts by namespace.</summary>
internal static class GatewayArea
{
    private static readonly string[] Hosts = ["*", "*.example.com", "*/api.example.com", "./*", "a.b.example.com", "api.example.com", "app/*", "httpbin.org", "other/*.example.com", "www.example.com", "./api.example.com", "*/*.org", "API.example.com"];

    private static readonly string[] Namespaces = ["app", "other", "istio-system"];

    public static JsonObject Case(Draw draw)
    {
        List<JsonObject> documents =
        [
            Documents.Service("httpbin", "app", "10.96.26.124", 80),
            Documents.Service("reviews", "other", "10.96.37.238", draw.Chance(0.7) ? [80] : [80, 9080]),
        ];
        int gateways = 1 + draw.Next(3);
        for (int i = 0; i < gateways; i++)
        {
            documents.Add(Gateway(draw, i));
        }

        int rules = 1 + draw.Next(5);
        for (int i = 0; i < rules; i++)
        {
            documents.Add(Rule(draw, i));
        }

        var tables = new List<string> { "http.80", "http.80", "http.80", "http.8080", "http.443" };
        for (int i = 0; i < gateways; i++)
        {
            tables.AddRange(Namespaces.Select(n => $"https.443.p-{i}-0.gw{i}.{n}"));
        }

        return new JsonObject
        {
            ["config"] = Documents.Text(documents),
            ["proxy"] = CaseGenerator.Ingress(draw.One("istio-system", "istio-system", "app")),
            ["requests"] = new RequestGenerator(draw).Requests(24, [.. tables], ["api.example.com", "www.example.com", "a.b.example.com", "httpbin.org", "x.org", "example.com", "nope"], documents),
        };
    }

    private static JsonObject Gateway(Draw draw, int index)
    {
        var servers = new List<JsonObject>();
        int count = 1 + draw.Next(2);
        for (int s = 0; s < count; s++)
        {
            var server = new JsonObject { ["hosts"] = Documents.Array(draw.Some(1, 3, Hosts)) };
            switch (draw.Next(8))
            {
                case 0:
                    server["port"] = Documents.Port(443, "HTTPS", $"p-{index}-{s}");
                    server["tls"] = new JsonObject { ["mode"] = draw.One("SIMPLE", "SIMPLE", "MUTUAL", "PASSTHROUGH"), ["credentialName"] = $"cert{draw.Next(2)}" };
                    if (draw.Chance(0.15))
                    {
                        ((JsonObject)server["tls"]!).Remove("mode");
                    }

                    break;
                case 1:
                    server["port"] = Documents.Port(draw.One(80, 443), draw.One("HTTP2", "GRPC"), $"p-{index}-{s}");
                    break;
                case 2:
                    server["port"] = Documents.Port(80, "HTTP", $"p-{index}-{s}");
                    server["tls"] = new JsonObject { ["httpsRedirect"] = draw.Chance(0.8) };
                    break;
                case 3 when draw.Chance(0.3):
                    server["port"] = Documents.Port(draw.One(80, 9000), "TCP", $"p-{index}-{s}");
                    break;
                default:
                    server["port"] = Documents.Port(draw.One(80, 80, 8080), "HTTP", $"p-{index}-{s}");
                    break;
            }

            if (draw.Chance(0.05))
            {
                server["bind"] = draw.One("0.0.0.0", "10.0.0.9");
            }

            servers.Add(server);
        }

        JsonObject gateway = Documents.Gateway($"gw{index}", draw.One(Namespaces), [.. servers]);
        if (Documents.Created(draw) is { } created)
        {
            gateway["metadata"]!["creationTimestamp"] = created;
        }

        if (draw.Chance(0.1))
        {
            gateway["spec"]!["selector"] = draw.One(new JsonObject { ["istio"] = "other" }, new JsonObject { ["istio"] = "ingressgateway", ["x"] = "y" }, new JsonObject());
        }

        return gateway;
    }

    private static JsonObject Rule(Draw draw, int index)
    {
        var matches = new MatchGenerator(draw);
        var http = new JsonArray();
        int count = 1 + draw.Next(3);
        for (int i = 0; i < count; i++)
        {
            var rule = new JsonObject { ["name"] = $"v{index}-{i}", ["route"] = new JsonArray(Documents.Destination(draw.One("httpbin.app.svc.cluster.local", "reviews.other.svc.cluster.local", "httpbin", "reviews"), null, draw.Chance(0.1) ? 80 : 0)) };
            if (draw.Chance(0.75))
            {
                JsonObject match = matches.Match();
                if (draw.Chance(0.15))
                {
                    match["gateways"] = Documents.Array(draw.Some(1, 2, "mesh", "gw0", "app/gw0", "istio-system/gw0", "other/gw1"));
                }

                rule["match"] = new JsonArray(match);
            }

            http.Add(rule);
        }

        var spec = new JsonObject
        {
            ["hosts"] = Documents.Array(draw.One<string[]>(["*.example.com"], ["*.example.com", "httpbin.org"], ["*.org", "api.example.com"], [.. draw.Some(1, 3, "api.example.com", "www.example.com", "a.b.example.com", "httpbin.org")], ["API.example.com", "www.example.com"], ["*.org"], ["*.b.example.com", "api.example.com"])),
            ["gateways"] = Documents.Array(draw.Some(1, 4, "gw0", "gw1", "app/gw0", "other/gw0", "istio-system/gw0", "istio-system/gw1", "app/gw1", "mesh", "gw0.app", "gw2")),
            ["http"] = http,
        };
        if (draw.Chance(0.25))
        {
            spec["exportTo"] = draw.One(Documents.Texts("*"), Documents.Texts("."), Documents.Texts("istio-system"));
        }

        return Documents.Document("VirtualService", draw.Chance(0.8) ? $"v{index}" : "same", draw.One(Namespaces), spec, Documents.Created(draw));
    }
}
