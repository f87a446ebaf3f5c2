using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Routing;

public sealed class RouteExplainTests
{
    private const string Rules = """
        hosts: [httpbin]
        http:
        - {name: path, match: [{uri: {prefix: /x}}], route: [{destination: {host: httpbin}}]}
        - {name: header, match: [{headers: {user: {exact: boss}}}], route: [{destination: {host: httpbin}}]}
        - {name: query, match: [{queryParams: {q: {}}}], route: [{destination: {host: httpbin}}]}
        - {name: method, match: [{method: {exact: PUT}}], route: [{destination: {host: httpbin}}]}
        - {name: fits, match: [{uri: {prefix: /a}}], route: [{destination: {host: httpbin}}]}
        - {name: late, match: [{uri: {prefix: /a}, headers: {y: {}}}], route: [{destination: {host: httpbin}}]}
        """;

    [Fact]
    public void Each_route_before_the_one_taken_says_what_failed()
    {
        RouteExplanation explanation = RouteExplain.Explain(Mesh.Table(Mesh.Rule("v", Rules)), Mesh.Get("/a?z=1", headers: ("user", "minion")));
        Assert.Equal(
            [
                "path prefix \"/x\": the path is \"/a\"",
                "header user exact \"boss\": it is \"minion\"",
                "query parameter q present: the query is \"z=1\"",
                "header :method exact \"PUT\": it is \"GET\"",
                null,
            ],
            explanation.Candidates.Select(static c => c.FailedCondition));
        Assert.Equal("fits", explanation.Decision.Route!.Name);
    }

    [Fact]
    public void The_text_names_host_rule_and_outcome()
    {
        string text = RouteExplain.Explain(Mesh.Table(Mesh.Rule("v", Rules)), Mesh.Get("/b")).ToString();
        Assert.Contains("virtual host httpbin.app.svc.cluster.local:80 by its exact name", text, StringComparison.Ordinal);
        Assert.Contains("no   app/v rule 1 \"header\": header user exact \"boss\": it was not sent", text, StringComparison.Ordinal);
        Assert.EndsWith("404: no rule of the host matched", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", "/", "forwarded to PassthroughCluster")]
    [InlineData("httpbin", "bad", "400: refused before routing")]
    public void Every_outcome_has_words(string authority, string path, string outcome) =>
        Assert.EndsWith(outcome, RouteExplain.Explain(Mesh.Table(""), Mesh.Get(path, authority)).ToString(), StringComparison.Ordinal);
}
