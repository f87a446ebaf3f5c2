using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Draws what rules do with requests.</summary>
internal sealed class ActionGenerator(Draw draw, string[] hosts)
{
    private static readonly string[] HeaderNames = ["x-add", "x-set", "x-env", "x-version", "user", "X-Upper", "cookie"];

    private static readonly string[] Formats =
    [
        "added", "new", "", "%PROTOCOL%", "%REQ(:path)%", "%REQ(user)%", "%REQ(x-none?user)%", "%REQ(x-none)%", "%REQ(user)%%REQ(x-env)%", "100%%", "a%%b%PROTOCOL%", "%REQ(:METHOD)%-%REQ(:authority)%", "a b", "%REQ(host)%",
        "%REQ(:scheme)%", "%%", "x%REQ(x-none?:path)%y", "%PATH(NQ)%", "%QUERY_PARAM(x)%", "%UPSTREAM_CLUSTER%", "%ROUTE_NAME%", "%REQ(USER-AGENT)%",
    ];

    /// <summary>Adds destinations to a rule.</summary>
    public void Route(JsonObject rule)
    {
        int count = draw.Chance(0.6) ? 1 : draw.One(2, 3);
        var route = new JsonArray();
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            JsonObject destination = Documents.Destination(draw.One(hosts), draw.Chance(0.4) ? draw.One("v1", "v2", "v3") : null, draw.Chance(0.15) ? draw.One(80, 8080, 9080) : 0);
            if (count > 1 || draw.Chance(0.1))
            {
                int weight = i == count - 1 && total == 0 && count > 1 ? 5 : draw.One(0, 1, 10, 50, 100);
                total += weight;
                destination["weight"] = weight;
            }

            if (draw.Chance(0.12))
            {
                destination["headers"] = HeaderOperations(authority: draw.Chance(0.2));
            }

            route.Add(destination);
        }

        rule["route"] = route;
    }

    /// <summary>Adds everything that a rule may do besides forwarding, some of it contradictory: then it is to be refused.</summary>
    public void Extras(JsonObject rule)
    {
        bool forwards = rule.ContainsKey("route");
        if (forwards && draw.Chance(0.3))
        {
            rule["rewrite"] = Rewrite();
        }

        if (draw.Chance(0.3))
        {
            rule["headers"] = HeaderOperations(authority: draw.Chance(0.12));
        }

        if (forwards && draw.Chance(0.2))
        {
            rule["timeout"] = draw.One("3s", "1.5s", "100ms", "1m", "1h", "0.25s", "1m30s");
        }

        if (forwards && draw.Chance(0.15))
        {
            Mirror(rule);
        }

        if (draw.Chance(0.15))
        {
            rule["corsPolicy"] = Cors();
        }

        if (forwards && draw.Chance(0.1))
        {
            rule["retries"] = draw.One(new JsonObject { ["attempts"] = 3, ["perTryTimeout"] = "2s", ["retryOn"] = "5xx,503" }, new JsonObject { ["attempts"] = 0 });
        }

        if (forwards && draw.Chance(0.12))
        {
            rule["fault"] = draw.One(
                new JsonObject { ["abort"] = new JsonObject { ["httpStatus"] = draw.One(503, 500, 418, 200), ["percentage"] = new JsonObject { ["value"] = draw.One(100, 0) } } },
                new JsonObject { ["abort"] = new JsonObject { ["grpcStatus"] = draw.One("UNAVAILABLE", "NOT_FOUND", "INTERNAL"), ["percentage"] = new JsonObject { ["value"] = 100 } } },
                new JsonObject { ["delay"] = new JsonObject { ["fixedDelay"] = "2ms", ["percentage"] = new JsonObject { ["value"] = 100 } } },
                new JsonObject { ["abort"] = new JsonObject { ["httpStatus"] = 503 } });
        }
    }

    public JsonObject Redirect()
    {
        var redirect = new JsonObject();
        if (draw.Chance(0.5))
        {
            redirect[draw.Chance(0.75) ? "uri" : "prefixRewrite"] = draw.One("/new", "/new/", "/x/y", "/", "/new?z=9", "new", "/%20", "/n#f");
        }

        if (draw.Chance(0.4))
        {
            redirect["authority"] = draw.One("other.example.com", "other:8080", "OTHER", "[::1]:80");
        }

        if (draw.Chance(0.3))
        {
            redirect["scheme"] = draw.One("https", "http");
        }

        if (draw.Chance(0.25))
        {
            redirect["port"] = draw.One(80, 443, 8080);
        }

        if (draw.Chance(0.15))
        {
            redirect["derivePort"] = draw.One("FROM_REQUEST_PORT", "FROM_PROTOCOL_DEFAULT");
        }

        if (draw.Chance(0.5))
        {
            redirect["redirectCode"] = draw.One(301, 302, 303, 307, 308);
        }

        return redirect;
    }

    public JsonObject DirectResponse()
    {
        var response = new JsonObject { ["status"] = draw.One(200, 204, 301, 403, 404, 418, 503, 599) };
        if (draw.Chance(0.6))
        {
            response["body"] = draw.Chance(0.8) ? new JsonObject { ["string"] = draw.One("hello", "", "a\nb", "100%") } : new JsonObject { ["bytes"] = "aGVsbG8=" };
        }

        return response;
    }

    private JsonObject Rewrite() => draw.Next(8) switch
    {
        0 => new JsonObject { ["authority"] = draw.One("rewritten.example.com", "other:8080") },
        1 or 2 => new JsonObject
        {
            ["uriRegexRewrite"] = draw.One(
                new JsonObject { ["match"] = "/api/(v[0-9]+)", ["rewrite"] = @"/\1/api" },
                new JsonObject { ["match"] = "^/a(/.*)?$", ["rewrite"] = @"/z\1" },
                new JsonObject { ["match"] = "/", ["rewrite"] = "//" },
                new JsonObject { ["match"] = "a*", ["rewrite"] = "x" },
                new JsonObject { ["match"] = "([a-z])([a-z])", ["rewrite"] = @"\2\1" },
                new JsonObject { ["match"] = "b", ["rewrite"] = @"\0\0" },
                new JsonObject { ["match"] = "(?i)API", ["rewrite"] = @"\\" }),
        },
        3 => new JsonObject { ["uri"] = draw.One("/new", "/"), ["authority"] = "rewritten.example.com" },
        _ => new JsonObject { ["uri"] = draw.One("/new", "/new/", "/", "/x/y", "new", "/a?b=1", "/%20") },
    };

    private JsonObject HeaderOperations(bool authority)
    {
        var operations = new JsonObject();
        if (draw.Chance(0.7))
        {
            operations["request"] = Changes(authority);
        }

        if (draw.Chance(0.6))
        {
            operations["response"] = Changes(authority: false);
        }

        return operations;
    }

    private JsonObject Changes(bool authority)
    {
        var changes = new JsonObject();
        foreach (string kind in draw.Some(0, 2, "set", "add"))
        {
            var entries = new JsonObject();
            foreach (string name in draw.Some(1, 2, HeaderNames))
            {
                entries[name] = draw.One(Formats);
            }

            if (authority && draw.Chance(0.5))
            {
                entries[draw.One("host", ":authority", "Host")] = "by-header.example.com";
            }

            changes[kind] = entries;
        }

        if (draw.Chance(0.3))
        {
            changes["remove"] = Documents.Array(draw.Some(1, 2, HeaderNames));
        }

        return changes;
    }

    private void Mirror(JsonObject rule)
    {
        if (draw.Chance(0.3))
        {
            rule["mirrors"] = new JsonArray(Documents.Destination(draw.One(hosts), "v2"), Documents.Destination(draw.One(hosts)));
            return;
        }

        rule["mirror"] = Documents.Destination(draw.One(hosts), draw.Chance(0.5) ? "v2" : null)["destination"]!.DeepClone();
        if (draw.Chance(0.5))
        {
            rule["mirrorPercentage"] = draw.One(new JsonObject { ["value"] = 50 }, new JsonObject { ["value"] = 0 }, new JsonObject(), new JsonObject { ["value"] = 0.5 });
        }

        if (draw.Chance(0.2))
        {
            rule["mirrorPercent"] = draw.One(0, 10, 100);
        }
    }

    private JsonObject Cors()
    {
        var cors = new JsonObject
        {
            ["allowOrigins"] = new JsonArray(draw.One(
                new JsonObject { ["exact"] = "https://a.example.com" },
                new JsonObject { ["prefix"] = "https://" },
                new JsonObject { ["regex"] = "https://[ab]\\.example\\.com" },
                new JsonObject { ["exact"] = "*" },
                new JsonObject { ["regex"] = ".*" },
                new JsonObject { ["prefix"] = "*" })),
        };
        if (draw.Chance(0.5))
        {
            cors["allowMethods"] = Documents.Array(draw.Some(1, 3, "GET", "POST", "PUT"));
        }

        if (draw.Chance(0.4))
        {
            cors["allowHeaders"] = Documents.Texts("x-env", "x-user");
        }

        if (draw.Chance(0.4))
        {
            cors["exposeHeaders"] = Documents.Texts("x-version");
        }

        if (draw.Chance(0.4))
        {
            cors["maxAge"] = draw.One("24h", "1m", "0s", "600s");
        }

        if (draw.Chance(0.4))
        {
            cors["allowCredentials"] = draw.Chance(0.7);
        }

        if (draw.Chance(0.3))
        {
            cors["unmatchedPreflights"] = draw.One("FORWARD", "IGNORE", "UNSPECIFIED");
        }

        return cors;
    }
}
