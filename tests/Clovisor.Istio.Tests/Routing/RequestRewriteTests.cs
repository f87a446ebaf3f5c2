using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Routing;

public sealed class RequestRewriteTests
{
    [Theory]
    [InlineData("uri: {prefix: /common}", "uri: /", "/common/api?q=1", "//api?q=1")]
    [InlineData("uri: {exact: /b}", "uri: /new", "/b?q=1", "/new?q=1")]
    [InlineData("uri: {regex: '/c/.*'}", "uri: /new", "/c/d", "/new")]
    [InlineData("uri: {prefix: /P}, ignoreUriCase: true", "uri: /n", "/p/x", "/n/x")]
    [InlineData("uri: {prefix: /p}", @"uriRegexRewrite: {match: '^/p/(.*)$', rewrite: '/\1'}", "/p/x?q=/p/y", "/x?q=/p/y")]
    public void A_rewrite_replaces_what_was_matched_and_keeps_the_query(string match, string rewrite, string path, string expected)
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", $"hosts: [httpbin]\nhttp: [{{match: [{{{match}}}], rewrite: {{{rewrite}}}, route: [{{destination: {{host: httpbin}}}}]}}]"));
        Assert.Equal(expected, table.Evaluate(Mesh.Get(path)).GetForwardedPath());
    }

    [Theory]
    [InlineData("uri: /new", "httpbin", "http://httpbin/new?q=1")]
    [InlineData("uri: '/new?z=9'", "httpbin", "http://httpbin/new?z=9")]
    [InlineData("uri: relative", "httpbin", "http://httpbin/relative?q=1")]
    [InlineData("authority: other:1", "httpbin:8", "http://other:1/a/b?q=1")]
    [InlineData("scheme: https", "httpbin:80", "https://httpbin/a/b?q=1")]
    [InlineData("scheme: https", "httpbin:8080", "https://httpbin:8080/a/b?q=1")]
    [InlineData("port: 8443", "httpbin:80", "http://httpbin:8443/a/b?q=1")]
    [InlineData("port: 80", "httpbin:81", "http://httpbin:81/a/b?q=1")]
    [InlineData("scheme: https, derivePort: FROM_REQUEST_PORT", "httpbin", "https://httpbin:80/a/b?q=1")]
    [InlineData("authority: other, port: 8443, derivePort: FROM_REQUEST_PORT", "httpbin:81", "http://other/a/b?q=1")]
    [InlineData("scheme: https, port: 8443, derivePort: FROM_REQUEST_PORT", "httpbin", "https://httpbin:80/a/b?q=1")]
    [InlineData("authority: other, port: 8443, derivePort: FROM_PROTOCOL_DEFAULT", "httpbin", "http://other/a/b?q=1")]
    [InlineData("authority: other, port: 70000, derivePort: FROM_PROTOCOL_DEFAULT", "httpbin", "http://other/a/b?q=1")]
    [InlineData("port: 0", "httpbin:81", "http://httpbin:81/a/b?q=1")]
    [InlineData("prefixRewrite: /z", "httpbin", "http://httpbin/z/b?q=1")]
    public void A_redirect_changes_what_it_names(string redirect, string authority, string expected)
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", $"hosts: [httpbin]\nhttp: [{{match: [{{uri: {{prefix: /a}}}}], redirect: {{{redirect}}}}}]"));
        RouteDecision decision = table.Evaluate(Mesh.Get("/a/b?q=1", authority));
        Assert.Equal((expected, 301), (decision.GetLocation(), decision.Status));
    }

    [Fact]
    public void Headers_are_removed_then_set_then_added()
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", "hosts: [httpbin]\nhttp: [{headers: {request: {set: {x-a: new, x-p: '%REQ(:path)% %REQ(x-no?user)% 100%%'}, add: {x-b: two}, remove: [x-c]}}, route: [{destination: {host: httpbin}}]}]"));
        RouteDecision decision = table.Evaluate(Mesh.Get("/p", "httpbin", ("X-A", "old"), ("x-b", "one"), ("x-c", "gone"), ("user", "boss")));
        Assert.Equal(
            ["x-b: one", "user: boss", "x-a: new", "x-p: /p boss 100%", "x-b: two"],
            decision.GetForwardedHeaders(decision.PickDestination(0)).Select(static h => $"{h.Name}: {h.Value}"));
    }

    [Fact]
    public void The_routes_authority_goes_before_the_destinations()
    {
        const string Destination = "{destination: {host: httpbin, subset: SUBSET}, weight: 1, headers: {request: {set: {Host: by-destination}}}}";
        string both = $"[{Destination.Replace("SUBSET", "a", StringComparison.Ordinal)}, {Destination.Replace("SUBSET", "b", StringComparison.Ordinal)}]";
        RouteDecision plain = Mesh.Table(Mesh.Rule("v", $"hosts: [httpbin]\nhttp: [{{route: {both}}}]")).Evaluate(Mesh.Get("/"));
        Assert.Equal("by-destination", plain.GetForwardedAuthority(plain.PickDestination(0)));
        RouteDecision rewritten = Mesh.Table(Mesh.Rule("v", $"hosts: [httpbin]\nhttp: [{{rewrite: {{authority: by-route}}, route: {both}}}]")).Evaluate(Mesh.Get("/"));
        Assert.Equal("by-route", rewritten.GetForwardedAuthority(rewritten.PickDestination(0)));
    }
}
