using Clovisor.Istio.Compilation;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Compilation;

public sealed class DelegateTests
{
    private static readonly StringMatch PrefixA = new(StringMatchKind.Prefix, "/a");

    public static TheoryData<StringMatch?, StringMatch?, bool> Uris => new()
    {
        { null, PrefixA, false },
        { PrefixA, null, false },
        { PrefixA, new StringMatch(StringMatchKind.Prefix, "/a/b"), false },
        { PrefixA, new StringMatch(StringMatchKind.Exact, "/ab"), false },
        { PrefixA, new StringMatch(StringMatchKind.Prefix, "/b"), true },
        { PrefixA, new StringMatch(StringMatchKind.Regex, "/a.*"), true },
        { new StringMatch(StringMatchKind.Exact, "/a"), new StringMatch(StringMatchKind.Exact, "/a"), false },
        { new StringMatch(StringMatchKind.Exact, "/a"), PrefixA, true },
        { new StringMatch(StringMatchKind.Present, ""), PrefixA, true },
    };

    [Theory]
    [MemberData(nameof(Uris))]
    public void A_leaf_must_stay_within_its_root(StringMatch? root, StringMatch? leaf, bool contradicts) =>
        Assert.Equal(contradicts, DelegateMatches.Contradicts(new HttpMatch { Uri = root }, new HttpMatch { Uri = leaf }));

    [Fact]
    public void A_leaf_must_repeat_the_namespace_and_case_rule_of_its_root()
    {
        Assert.True(DelegateMatches.Contradicts(new HttpMatch { SourceNamespace = "a" }, new HttpMatch()));
        Assert.True(DelegateMatches.Contradicts(new HttpMatch { IgnoreUriCase = true }, new HttpMatch()));
        Assert.True(DelegateMatches.Contradicts(new HttpMatch { Port = 1 }, new HttpMatch { Port = 2 }));
        Assert.False(DelegateMatches.Contradicts(new HttpMatch { Port = 1 }, new HttpMatch()));
    }

    [Fact]
    public void Every_pair_that_fits_becomes_a_match_leaf_by_leaf()
    {
        HttpMatch[] roots = [new() { Name = "r1", Uri = PrefixA }, new() { Name = "r2", Port = 80 }];
        HttpMatch[] leaves = [new() { Name = "l1", Uri = new StringMatch(StringMatchKind.Prefix, "/b") }, new() { Name = "l2" }];
        Assert.Equal(["r2-l1", "r1-l2", "r2-l2"], DelegateMatches.Merge([.. roots], [.. leaves])!.Value.Select(static m => m.Name));
    }

    [Fact]
    public void One_leaf_without_a_fitting_root_drops_the_whole_rule_and_says_so()
    {
        RouteTable table = Mesh.Gateway(
            Mesh.Rule("root", "hosts: [api.example.com]\ngateways: [gw]\nhttp: [{name: r, match: [{uri: {exact: /a}}], delegate: {name: child}}]") +
            Mesh.Rule("child", "http: [{name: c, match: [{uri: {exact: /a}}, {uri: {prefix: /z}}], route: [{destination: {host: httpbin}}]}, {name: d, route: [{destination: {host: reviews, port: {number: 80}}}]}]"));
        Route route = Assert.Single(Assert.Single(table.VirtualHosts).Routes);
        Assert.Equal("r-d", route.Name);
        Assert.Equal(new ObjectKey("app", "child"), route.Delegate);
        Assert.Equal(1, route.DelegateRuleIndex);
        Assert.Contains("contradicts", Assert.Single(table.Dropped).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_delegate_takes_its_rule_along_and_no_other()
    {
        RouteTable table = Mesh.Table(Mesh.Rule("root", "hosts: [httpbin]\nhttp: [{name: a, match: [{uri: {prefix: /a}}], delegate: {name: none}}, {name: b, route: [{destination: {host: httpbin}}]}]"));
        Assert.Equal("b", table.Evaluate(Mesh.Get("/a")).Route!.Name);
        Assert.Contains(table.Dropped, static d => d.Why.Contains("app/none", StringComparison.Ordinal));
    }
}
