using System.Globalization;
using CsCheck;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Routing;

/// <summary>What must hold of the order of rules whatever they are: the first that matches decides, and no other has a say.</summary>
public sealed class RuleOrderLawTests
{
    private static readonly Gen<string> Uris = Choice.Of("{exact: /a}", "{prefix: /a}", "{prefix: /}", "{prefix: /a/b}", "{exact: /a/b/c}", "{regex: '/a.*'}", "{regex: '/[ab]'}");

    private static readonly Gen<string> Conditions = Choice.Of("", "", ", method: {exact: POST}", ", headers: {user: {exact: boss}}", ", withoutHeaders: {user: {}}", ", queryParams: {q: {exact: '1'}}", ", ignoreUriCase: true");

    private static readonly Gen<string> Matches = Gen.Select(Uris, Conditions, static (uri, condition) => $"{{uri: {uri}{condition}}}");

    private static readonly Gen<string[]> Rules = Gen.Select(Matches.Array[1, 3], Gen.Int[0, 9], static (matches, open) => open == 0 ? [] : matches).Array[1, 20]
        .Select(static rules => rules.Select(static matches => matches.Length == 0 ? "" : $"match: [{string.Join(", ", matches)}], ").ToArray());

    private static readonly Gen<RouteRequest> Requests = Gen.Select(
        Choice.Of("/", "/a", "/A", "/a/b", "/a/b/c", "/b", "/c", "/a?q=1"),
        Choice.Of("GET", "POST"),
        Gen.Bool,
        static (path, method, boss) => Mesh.Get(path, "httpbin", boss ? [("user", "boss")] : []) with { Method = method });

    private static readonly Gen<(string[] Rules, RouteRequest Request)> Cases = Gen.Select(Rules, Requests);

    [Fact]
    public void A_rule_at_the_end_changes_nothing_that_a_rule_before_it_decides() => Gen.Select(Cases, Rules).Sample(
        static (of, more) =>
        {
            int? before = Answer(Numbered(of.Rules), of.Request);
            int? after = Answer(Numbered([.. of.Rules, .. more]), of.Request);
            Assert.True(before is null || before == after);
        },
        iter: 300);

    [Fact]
    public void Rules_that_do_not_decide_may_go() => Gen.Select(Cases, Gen.Int).Sample(
        static (of, seed) =>
        {
            (string Rule, int Status)[] all = Numbered(of.Rules);
            int? answer = Answer(all, of.Request);
            var random = new Random(seed);
            (string Rule, int Status)[] some = [.. all.Where(r => r.Status == answer || random.Next(2) == 0)];
            Assert.True(some.Length == 0 || Answer(some, of.Request) == answer);
        },
        iter: 300);

    [Fact]
    public void Of_two_rules_that_match_the_first_decides_when_they_change_places() => Cases.Sample(
        static of =>
        {
            (string Rule, int Status)[] all = Numbered(of.Rules);
            int[] matching = [.. all.Where(r => Answer([r], of.Request) is not null).Select(static r => r.Status)];
            Assert.Equal(matching.Length == 0 ? null : matching[0], Answer(all, of.Request));
            Assert.Equal(matching.Length == 0 ? null : matching[^1], Answer([.. all.Reverse()], of.Request));
        },
        iter: 200);

    [Fact]
    public void Alternatives_of_one_rule_are_as_rules_one_after_the_other() => Gen.Select(Gen.Select(Matches.Array[1, 4], Gen.Int[0, 5]).Array[1, 6], Requests).Sample(
        static (rules, request) =>
        {
            var together = rules.Select(static (r, i) => ($"match: [{string.Join(", ", r.Item1)}], ", 200 + i));
            var apart = rules.SelectMany(static (r, i) => r.Item1.Select(m => ($"match: [{m}], ", 200 + i)));
            Assert.Equal(Answer([.. together], request), Answer([.. apart], request));
        },
        iter: 300);

    /// <summary>Source of the rule: istiod sorts by creation time, then by name and namespace, before it merges what gateways serve for one host.</summary>
    [Fact]
    public void Objects_are_merged_by_age_wherever_they_stand() => Gen.Select(Rules.Array[2, 4], Requests, Gen.Int).Sample(
        static (objects, request, seed) =>
        {
            string[] texts = [.. objects.Select(static (rules, o) => Object(o, Numbered(rules, 200 + (o * 50))))];
            var random = new Random(seed);
            string[] shuffled = [.. texts];
            random.Shuffle(shuffled);
            RouteRequest asked = request with { Authority = "a.com" };
            Assert.Equal(Mesh.Gateway(string.Concat(texts)).Evaluate(asked).Status, Mesh.Gateway(string.Concat(shuffled)).Evaluate(asked).Status);
        },
        iter: 150);

    private static string Object(int age, (string Rule, int Status)[] rules) =>
        Mesh.Rule($"v{9 - age}", $"{{hosts: [a.com], gateways: [gw], http: [{Http(rules)}]}}")
            .Replace("namespace: app}", string.Create(CultureInfo.InvariantCulture, $"namespace: app, creationTimestamp: '2026-01-0{age + 1}T00:00:00Z'}}"), StringComparison.Ordinal);

    private static (string Rule, int Status)[] Numbered(IEnumerable<string> rules, int from = 200) => [.. rules.Select((r, i) => (r, from + i))];

    private static string Http((string Rule, int Status)[] rules) => string.Join(", ", rules.Select(static r => $"{{{r.Rule}directResponse: {{status: {r.Status}}}}}"));

    // The status names the rule; null where none matched.
    private static int? Answer((string Rule, int Status)[] rules, RouteRequest request)
    {
        RouteDecision decision = Mesh.Table(Mesh.Rule("v", $"{{hosts: [httpbin], http: [{Http(rules)}]}}")).Evaluate(request);
        return decision.Route is null ? null : decision.Status;
    }
}
