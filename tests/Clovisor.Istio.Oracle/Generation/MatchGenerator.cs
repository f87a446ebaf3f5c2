using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Draws conditions of rules.</summary>
internal sealed class MatchGenerator(Draw draw)
{
    public static readonly string[] Paths =
    [
        "/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/ab", "/api", "/api/v1", "/api/v2", "/Api/V1", "/a//b", "//", "//x", "/a/./b", "/a/../b", "/a%20b", "/a%2Fb", "/a%2fb", "/%C3%A9", "/a;v=1",
        "/index.html", "/status/200", "/*", "/a?x=1", "/a%", "/a%2", "/~u", "/a+b", "/a,b", "/a:b", "/a@b", "/a=b", "/a&b", "/a(b)", "/%7Eu", "/%61", "/a\\b", "/...", "/a/..", "/.", "/a/%2e%2e/b", "/a|b", "/a^b", "/a'b", "/a!b", "/a$b", "/%",
    ];

    public static readonly string[] Headers = ["user", "x-user", "end-user", "user-agent", "cookie", "x-env", "x-version"];

    public static readonly string[] Values =
    [
        "boss", "minion", "Boss", "BOSS", "bos", "bosss", "jason", "x", "b oss", "boss,minion", "minion,boss", "prod", "dev", "PROD", "prod-eu", "1", "10", "01", "1.0", "v1", "-1", "", "user=boss", "a=b; user=boss; c=d", "auser=boss",
        "curl/8.1", "Mozilla/5.0 (Android 14)", "*", "\u00e9", "a\"b", "100%", "a;b", "boss, minion",
    ];

    public static readonly string[] Regexes =
    [
        "boss", ".*", ".+", "boss|minion", "(boss|minion)", "(?i)boss", "b[a-z]+s", "^boss$", @"\Aboss\z", @"\d+", @"\w+", "[[:alpha:]]+", "bo.*", "boss?", ".*boss.*", @"v?[0-9]+(\.[0-9]+)?", "prod(-[a-z]{2})?", @"^(.*?;)?\s*(user=boss)(;.*)?$", "b.ss",
        @"[^,]+", @"\S+", "(?s).*", "a{0}", "x*", @"(?P<n>bo)ss", @"\bboss\b", @"\Qbo\Ess", "[b-d]oss", "(?:boss)+", @"\x62oss", "bo{1,2}ss", "(b|bo)(oss|ss)",
    ];

    public static readonly string[] PathRegexes =
    [
        "/a.*", "/api/v[0-9]+", ".*", "/.*", "/(a|api)(/.*)?", @"/a\?.*", "(?i)/api/.*", "/a/b/?", ".*/b", "/[a-z]+", "/api/(v1|v2).*", "/a%2[Ff]b", "^/a$", "/a/.*|/api", "[^?]*", @"/.*\.html", "/%C3%A9", "/a//?b", "/(?:a|b)*", @"/\w+/\w+",
    ];

    public JsonObject StringMatch(ReadOnlySpan<string> values, ReadOnlySpan<string> regexes) => draw.Next(10) switch
    {
        0 => [],
        < 5 => new JsonObject { ["exact"] = draw.One(values) },
        < 7 => new JsonObject { ["prefix"] = draw.Start(draw.One(values)) is { Length: > 0 } prefix ? prefix : "b" },
        _ => new JsonObject { ["regex"] = draw.One(regexes) },
    };

    public JsonObject Uri() => draw.Next(12) switch
    {
        0 => [],
        < 4 => new JsonObject { ["exact"] = draw.One(Paths) },
        < 9 => new JsonObject { ["prefix"] = draw.Chance(0.2) ? draw.Start(draw.One(Paths)) : draw.One(Paths) },
        _ => new JsonObject { ["regex"] = draw.One(PathRegexes) },
    };

    /// <summary>Draws one match of a rule. <paramref name="port"/> is whether it may name ports.</summary>
    public JsonObject Match(bool port = true)
    {
        var match = new JsonObject();
        if (draw.Chance(0.65))
        {
            match["uri"] = Uri();
        }

        if (draw.Chance(0.15))
        {
            match["ignoreUriCase"] = true;
        }

        Entries(match, "headers", 0.35, Headers);
        Entries(match, "withoutHeaders", 0.2, Headers);
        if (draw.Chance(0.2))
        {
            match["queryParams"] = new JsonObject(draw.Some<string>(1, 2, "x", "user", "c", "X", "").Select(n => KeyValuePair.Create<string, JsonNode?>(n.Length > 0 ? n : "y", StringMatch(["1", "boss", "d/e", "bo", "boss%20x", ""], [".*", "[0-9]+", "bo.*", ".+"]))));
        }

        Pseudo(match, "method", 0.15, ["GET", "POST", "PUT", "P", "get", "HEAD", "OPTIONS", "DELETE"], ["GET|HEAD", "P.*", "[A-Z]+"]);
        Pseudo(match, "authority", 0.12, ["httpbin", "httpbin:80", "httpbin.app.svc.cluster.local", "api.example.com", "API.example.com", "HTTPBIN", "h"], [".*app.*", "httpbin(:[0-9]+)?", ".*"]);
        Pseudo(match, "scheme", 0.08, ["http", "https", "HTTP"], ["https?", ".*"]);
        if (draw.Chance(0.08))
        {
            match["sourceLabels"] = new JsonObject { ["app"] = draw.One("sleep", "other") };
        }

        if (draw.Chance(0.06))
        {
            match["sourceNamespace"] = draw.One("app", "other", "istio-system");
        }

        if (port && draw.Chance(0.1))
        {
            match["port"] = draw.One(80, 8080, 443);
        }

        if (draw.Chance(0.15))
        {
            match["name"] = draw.One("m1", "m2", "m.x");
        }

        return match;
    }

    private void Entries(JsonObject match, string field, double share, ReadOnlySpan<string> names)
    {
        if (!draw.Chance(share))
        {
            return;
        }

        var entries = new JsonObject();
        foreach (string name in draw.Some(1, 2, names))
        {
            string written = draw.Chance(0.05) ? name.ToUpperInvariant() : draw.Chance(0.06) ? draw.One(":method", ":path", ":authority", "host", "x-forwarded-proto", ":scheme", "content-type") : name;
            entries[written] = StringMatch(Values, Regexes);
        }

        match[field] = entries;
    }

    private void Pseudo(JsonObject match, string field, double share, ReadOnlySpan<string> values, ReadOnlySpan<string> regexes)
    {
        if (draw.Chance(share))
        {
            match[field] = StringMatch(values, regexes);
        }
    }
}
