using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Makes documents and parts of them.</summary>
internal static class Documents
{
    private const string Networking = "networking.istio.io/v1";

    public static JsonArray Array<T>(IEnumerable<T> items) => [.. items.Select(static i => JsonValue.Create(i))];

    public static JsonArray Texts(params ReadOnlySpan<string> items)
    {
        var array = new JsonArray();
        foreach (string item in items)
        {
            array.Add(item);
        }

        return array;
    }

    public static JsonObject Document(string kind, string name, string scope, JsonObject spec, string? created = null)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = scope };
        if (created is not null)
        {
            metadata["creationTimestamp"] = created;
        }

        return new JsonObject { ["apiVersion"] = Networking, ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    public static JsonObject Port(int number, string protocol, string? name = null) =>
        new() { ["number"] = number, ["name"] = name ?? $"{protocol.ToLowerInvariant()}-{number}", ["protocol"] = protocol };

    /// <summary>Makes a service of the mesh with HTTP ports.</summary>
    public static JsonObject Service(string name, string scope, string address, params ReadOnlySpan<int> ports)
    {
        var list = new JsonArray();
        foreach (int port in ports)
        {
            list.Add(Port(port, "HTTP"));
        }

        return Document("ServiceEntry", name, scope, new JsonObject
        {
            ["hosts"] = Texts($"{name}.{scope}.svc.cluster.local"),
            ["addresses"] = Texts(address),
            ["ports"] = list,
            ["resolution"] = "STATIC",
            ["location"] = "MESH_INTERNAL",
            ["endpoints"] = new JsonArray(new JsonObject { ["address"] = "10.1.0.1" }),
        });
    }

    public static JsonObject Kubernetes(string name, string scope, JsonObject spec, JsonObject? annotations = null)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = scope };
        if (annotations is not null)
        {
            metadata["annotations"] = annotations;
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Service", ["metadata"] = metadata, ["spec"] = spec };
    }

    public static JsonObject Gateway(string name, string scope, params ReadOnlySpan<JsonObject> servers)
    {
        var list = new JsonArray();
        foreach (JsonObject server in servers)
        {
            list.Add(server);
        }

        return Document("Gateway", name, scope, new JsonObject { ["selector"] = new JsonObject { ["istio"] = "ingressgateway" }, ["servers"] = list });
    }

    public static JsonObject Destination(string host, string? subset = null, int port = 0)
    {
        var destination = new JsonObject { ["host"] = host };
        if (subset is not null)
        {
            destination["subset"] = subset;
        }

        if (port != 0)
        {
            destination["port"] = new JsonObject { ["number"] = port };
        }

        return new JsonObject { ["destination"] = destination };
    }

    /// <summary>Draws a time of creation; often none.</summary>
    public static string? Created(Draw draw) => draw.Chance(0.4) ? null : draw.One("2026-01-15T00:00:00Z", "2026-01-10T08:00:00Z", "2026-01-20T00:00:00Z", "2026-01-15T00:00:01Z");

    public static string Text(IEnumerable<JsonObject> documents) => string.Join("\n---\n", documents.Select(static d => d.ToJsonString()));
}
