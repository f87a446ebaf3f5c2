using System.Text;
using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Regular expressions composed at random, valid and not, on a header and on the path.</summary>
internal static class RegexArea
{
    private static readonly string[] Atoms =
    [
        "a", "b", "o", "s", ".", @"\d", @"\D", @"\w", @"\W", @"\s", @"\S", "[a-c]", "[^a]", "[[:alpha:]]", "[[:^digit:]]", "[[:word:]x]", @"[\d-]", "[a-]", "[]a]", "[^]a]", @"\.", @"\x62", @"\x{e9}", @"\141", @"\pL", @"\p{Lu}", @"\PN", @"\p{Greek}",
        @"\p{^Lu}", "é", "α", "[é-ü]", @"\Qa.b\E", @"\b", @"\B", "^", "$", @"\A", @"\z", "(?i)", "(?s).", "(?m:^a$)", "(?-s:.)", "(?U)a+", @"\t", @"\n", @"[\x00-\x{10ffff}]", "[[:ascii:]]", @"\/", @"\-", @"\_", "-", "}", "]", "(?i:É)", "(?i:ſ)", "(?i:k)", @"[^\n]", @"[^\s\d]",
    ];

    private static readonly string[] Broken =
    [
        "(", ")", "[", "a**", "*a", "+", "?", "a{2,1}", "a{1001}", "(?=a)", "(?!a)", "(?<=a)", @"\1", "(?>a)", "a++", @"\Z", @"\G", @"\C", @"\p{Nope}", "[[:nope:]]", "[b-a]", @"\", "(?P<n>a)(?P<n>b)", "(?P<1a>x)", "(?<n>a)", "(?z)", @"\8", "a{,2}", "a{", "a{1", "x{1}{2}", "((((((((((a{100}){100}){100})))))))",
        @"\x{110000}", @"\xg", "(?i", "(?:", "[a", "(?P=n)", @"\k<n>", "(?#c)", @"\h", @"\R", @"\X", @"\uABCD", "a{2}{3}", "a{0,0}", "(a*)*", "(|a)*", "()", "(?i)(?s)a", "a|*", "|", "a||b", "(a{1000}){2}", @"[\Qa\E]", @"\cA", @"\e", @"\a", "[[=a=]]", "[[.a.]]",
    ];

    private static readonly string[] Texts = ["boss", "BOSS", "b", "a", "", "é", "éé", "É", "αβγ", "a.b", "aab", "bo ss", "1", "12", "a1", "_", "-", "abc", "oo", "sss", "K", "\u212a", "s", "\u017f", "a}", "]", "ab\tc", "boss,minion", "/", "É1", "日本"];

    public static JsonObject Case(Draw draw)
    {
        var http = new JsonArray();
        int count = 1 + draw.Next(3);
        for (int i = 0; i < count; i++)
        {
            string pattern = Pattern(draw, 2);
            var match = draw.Chance(0.75)
                ? new JsonObject { [draw.Chance(0.85) ? "headers" : "withoutHeaders"] = new JsonObject { ["x-user"] = new JsonObject { ["regex"] = pattern } } }
                : new JsonObject { ["uri"] = new JsonObject { ["regex"] = draw.Chance(0.7) ? "/" + pattern : pattern } };
            http.Add(new JsonObject { ["name"] = $"r{i}", ["match"] = new JsonArray(match), ["route"] = new JsonArray(Documents.Destination("httpbin")) });
        }

        if (draw.Chance(0.3))
        {
            ((JsonObject)http[0]!)["rewrite"] = new JsonObject { ["uriRegexRewrite"] = new JsonObject { ["match"] = Pattern(draw, 1), ["rewrite"] = draw.One("x", @"\0-", @"a\\b") } };
        }

        List<JsonObject> documents =
        [
            Documents.Service("httpbin", "app", "10.96.26.124", 80),
            Documents.Document("VirtualService", "httpbin", "app", new JsonObject { ["hosts"] = Documents.Texts("httpbin"), ["http"] = http }),
        ];
        var requests = new JsonArray();
        for (int i = 0; i < 16; i++)
        {
            string path = draw.One("/", "/a", "/boss", "/b", "/a.b", "/aab", "/%C3%A9", "/1", "/abc", "/oo", "/a1?x", "/-", "/BOSS");
            requests.Add(new JsonObject { ["table"] = "80", ["method"] = "GET", ["authority"] = "httpbin", ["path"] = path, ["headers"] = new JsonArray(new JsonObject { ["name"] = "x-user", ["value"] = draw.One(Texts) }) });
        }

        return new JsonObject { ["config"] = Documents.Text(documents), ["proxy"] = CaseGenerator.Sidecar(), ["requests"] = requests };
    }

    private static string Pattern(Draw draw, int depth)
    {
        var pattern = new StringBuilder();
        int parts = 1 + draw.Next(3);
        for (int i = 0; i < parts; i++)
        {
            string atom = depth > 0 && draw.Chance(0.3)
                ? draw.One("({0})", "(?:{0})", "(?i:{0})", "(?s:{0})").Replace("{0}", Pattern(draw, depth - 1), StringComparison.Ordinal)
                : draw.Chance(0.03) ? draw.One(Broken) : draw.One(Atoms);
            pattern.Append(atom).Append(draw.One("", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "{0,}", "+?"));
            if (i < parts - 1 && draw.Chance(0.15))
            {
                pattern.Append('|');
            }
        }

        return pattern.ToString();
    }
}
