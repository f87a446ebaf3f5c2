using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Draws requests, mostly from what the rules mention, so that they match now and then.</summary>
internal sealed class RequestGenerator(Draw draw)
{
    private static readonly string[] Queries = ["", "", "", "?x=1", "?user=boss", "?x=1&user=boss", "?user=boss%20x", "?X=1", "?x=", "?x", "?x=1&x=2", "?c=d/e", "?c=d%2Fe", "?", "??x=1", "?&x=1", "?x=1?c=d/e", "?x=/../a", "?user=bo;x=1", "?y=", "?=1", "?x==1"];

    private static readonly string[] Suffixes = ["", "", "", "", "x", "/", "/x", "/../a", "/./", "//", "?x=1", "/%2e%2e/a", "%20"];

    /// <summary>Draws requests to some tables.</summary>
    /// <param name="count">How many.</param>
    /// <param name="tables">The names of tables.</param>
    /// <param name="authorities">The hosts.</param>
    /// <param name="config">The documents, whose texts are drawn from.</param>
    public JsonArray Requests(int count, string[] tables, string[] authorities, IEnumerable<JsonObject> config)
    {
        List<string> paths = [], values = [];
        foreach (JsonObject document in config)
        {
            Collect(document, paths, values);
        }

        var requests = new JsonArray();
        for (int i = 0; i < count; i++)
        {
            requests.Add(Request(draw.One(tables), draw.One(authorities), paths, values));
        }

        return requests;
    }

    private JsonObject Request(string table, string authority, List<string> paths, List<string> values)
    {
        string path = paths.Count > 0 && draw.Chance(0.6) ? paths[draw.Next(paths.Count)] + draw.One(Suffixes) : draw.One(MatchGenerator.Paths);
        if (!path.Contains('?', StringComparison.Ordinal))
        {
            path += draw.One(Queries);
        }

        var headers = new JsonArray();
        foreach (string name in draw.Some(0, 3, MatchGenerator.Headers))
        {
            Add(headers, name, values);
            if (draw.Chance(0.15))
            {
                Add(headers, name, values);
            }
        }

        if (draw.Chance(0.1))
        {
            headers.Add(Header("x-forwarded-proto", draw.One("https", "http", "HTTPS", "ftp")));
        }

        if (draw.Chance(0.1))
        {
            headers.Add(Header("origin", draw.One("https://a.example.com", "https://b.example.com", "null", "http://x")));
            if (draw.Chance(0.7))
            {
                headers.Add(Header("access-control-request-method", draw.One("PUT", "GET")));
            }
        }

        var request = new JsonObject
        {
            ["table"] = table,
            ["method"] = draw.Chance(0.6) ? "GET" : draw.One("POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"),
            ["authority"] = Authority(authority),
            ["path"] = path,
        };
        if (headers.Count > 0)
        {
            request["headers"] = headers;
        }

        return request;
    }

    private void Add(JsonArray headers, string name, List<string> values) => headers.Add(Header(
        draw.Chance(0.15) ? name.ToUpperInvariant() : name,
        values.Count > 0 && draw.Chance(0.6) ? values[draw.Next(values.Count)] : draw.One(MatchGenerator.Values)));

    private string Authority(string host) => draw.Next(14) switch
    {
        0 => host.ToUpperInvariant(),
        1 => $"{host}.",
        2 => $"{host}:80",
        3 => $"{host}:8080",
        4 => $"{host}:x",
        5 => $"{host}.:80",
        _ => host,
    };

    private static JsonObject Header(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private void Collect(JsonNode? node, List<string> paths, List<string> values)
    {
        switch (node)
        {
            case JsonObject item:
                foreach ((string key, JsonNode? value) in item)
                {
                    if (key is "exact" or "prefix" && value is JsonValue text)
                    {
                        string content = text.GetValue<string>();
                        if (content.StartsWith('/'))
                        {
                            paths.Add(content);
                        }
                        else
                        {
                            values.Add(content);
                        }
                    }
                    else
                    {
                        Collect(value, paths, values);
                    }
                }

                break;
            case JsonArray list:
                foreach (JsonNode? value in list)
                {
                    Collect(value, paths, values);
                }

                break;
        }
    }
}
