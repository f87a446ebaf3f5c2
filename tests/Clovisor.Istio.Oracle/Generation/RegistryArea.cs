using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Services in all forms: of Kubernetes (with an address, headless, standing for another name), entries of all resolutions, sniffed ports, the same host twice.</summary>
internal static class RegistryArea
{
    private static readonly string[] Tables =
    [
        "80", "80", "8080", "9080", "svc.app.svc.cluster.local:80", "svc.app.svc.cluster.local:8080", "svc.app.svc.cluster.local:9080", "web.other.svc.cluster.local:80", "ext.example.com:80", "ext.example.com:8080",
    ];

    public static JsonObject Case(Draw draw)
    {
        List<JsonObject> documents = [Service(draw, "svc", "app", "10.96.1.1")];
        if (draw.Chance(0.7))
        {
            documents.Add(Service(draw, "web", "other", "10.96.1.2"));
        }

        if (draw.Chance(0.4))
        {
            documents.Add(Service(draw, "svc", "other", "10.96.1.3"));
        }

        int entries = draw.Next(3);
        for (int i = 0; i < entries; i++)
        {
            documents.Add(Entry(draw, i));
        }

        int rules = draw.Next(3);
        for (int i = 0; i < rules; i++)
        {
            var http = new JsonArray(
                new JsonObject { ["match"] = new JsonArray(new JsonObject { ["uri"] = new JsonObject { ["prefix"] = "/a" } }), ["route"] = new JsonArray(Documents.Destination(draw.One("svc", "web.other.svc.cluster.local", "ext.example.com", "alias.app.svc.cluster.local"))) });
            if (draw.Chance(0.5))
            {
                http.Add(new JsonObject { ["name"] = "rest", ["route"] = new JsonArray(Documents.Destination(draw.One("svc", "web.other.svc.cluster.local"))) });
            }

            documents.Add(Documents.Document("VirtualService", $"v{i}", draw.One("app", "other"), new JsonObject { ["hosts"] = Documents.Array(draw.Some(1, 2, "svc", "web.other.svc.cluster.local", "ext.example.com", "*.example.com", "svc.app.svc.cluster.local", "alias.app.svc.cluster.local")), ["http"] = http }, Documents.Created(draw)));
        }

        var result = new JsonObject
        {
            ["config"] = Documents.Text(documents),
            ["proxy"] = CaseGenerator.Sidecar(draw.One("app", "app", "other")),
            ["requests"] = new RequestGenerator(draw).Requests(16, Tables, ["svc", "svc.app", "svc.app.svc.cluster.local", "web.other", "web.other.svc", "10.96.1.1", "10.96.1.2", "ext.example.com", "x.example.com", "alias", "a.svc.app", "nope", "pod-0.svc.app.svc.cluster.local", "web"], documents),
        };
        if (draw.Chance(0.3))
        {
            result["mesh"] = new JsonObject { ["outboundTrafficPolicy"] = new JsonObject { ["mode"] = draw.One("ALLOW_ANY", "REGISTRY_ONLY") } };
        }

        return result;
    }

    private static JsonObject Service(Draw draw, string name, string scope, string address)
    {
        var spec = new JsonObject { ["ports"] = Ports(draw) };
        switch (draw.Next(6))
        {
            case 0:
                spec["clusterIP"] = "None";
                break;
            case 1:
                spec["type"] = "ExternalName";
                spec["externalName"] = draw.One("ext.example.com", "web.other.svc.cluster.local", "a.b.c");
                break;
            default:
                spec["clusterIP"] = address;
                break;
        }

        return Documents.Kubernetes(name, scope, spec, draw.Chance(0.15) ? new JsonObject { ["networking.istio.io/exportTo"] = draw.One(".", "*", "other", "app,other") } : null);
    }

    private static JsonArray Ports(Draw draw)
    {
        var ports = new JsonArray();
        foreach (int number in draw.Some(1, 3, 80, 8080, 9080, 443))
        {
            var port = new JsonObject { ["port"] = number, ["name"] = draw.One("http", "http-web", "tcp", "tcp-x", "https", "grpc", "grpc-web", "web", "udp", "tls", "mysql", "http2", "Http", "httpx", "mongo") + (draw.Chance(0.6) ? $"-{number}" : "") };
            if (draw.Chance(0.25))
            {
                port["appProtocol"] = draw.One("http", "https", "tcp", "kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss", "grpc", "HTTP", "foo", "http2");
            }

            if (draw.Chance(0.08))
            {
                port["protocol"] = draw.One("UDP", "TCP");
            }

            ports.Add(port);
        }

        return ports;
    }

    private static JsonObject Entry(Draw draw, int index)
    {
        string resolution = draw.One("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN");
        var ports = new JsonArray();
        foreach (int number in draw.Some(1, 2, 80, 8080, 9080))
        {
            ports.Add(Documents.Port(number, draw.One("HTTP", "HTTP", "HTTP2", "GRPC", "HTTPS", "TLS", "TCP", "http", "GRPC-Web", "MONGO"), $"p{number}"));
        }

        var spec = new JsonObject
        {
            ["hosts"] = draw.One(Documents.Texts("ext.example.com"), Documents.Texts("svc.app.svc.cluster.local"), Documents.Texts("EXT.example.com"), Documents.Texts("ext.example.com", "b.example.com"), Documents.Texts("web.other.svc.cluster.local")),
            ["ports"] = ports,
            ["resolution"] = resolution,
            ["location"] = draw.One("MESH_EXTERNAL", "MESH_INTERNAL"),
        };
        // One address of one host: of several, and of an address of several hosts, istiod chooses one, another from run to run.
        if (draw.Chance(0.4) && spec["hosts"]!.AsArray().Count == 1)
        {
            spec["addresses"] = draw.One(Documents.Texts("10.97.0.1"), Documents.Texts("10.97.0.2"), Documents.Texts("2001:db8::1"));
        }

        if (resolution == "STATIC")
        {
            spec["endpoints"] = new JsonArray(new JsonObject { ["address"] = "10.1.0.7" });
        }

        if (draw.Chance(0.2))
        {
            spec["exportTo"] = draw.One(Documents.Texts("."), Documents.Texts("other"), Documents.Texts("*"));
        }

        return Documents.Document("ServiceEntry", $"e{index}", draw.One("app", "other"), spec, Documents.Created(draw));
    }
}
