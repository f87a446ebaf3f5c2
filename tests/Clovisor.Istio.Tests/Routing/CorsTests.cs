using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Routing;

public sealed class CorsTests
{
    private static readonly (string, string) Preflight = ("access-control-request-method", "PUT");

    [Fact]
    public void A_preflight_of_an_allowed_origin_is_answered_with_the_policy()
    {
        RouteDecision decision = Ask("OPTIONS", "allowOrigins: [{exact: https://a.example.com}], allowMethods: [GET, PUT], allowHeaders: [x-a, x-b], exposeHeaders: [x-c], maxAge: 24h, allowCredentials: true", ("Origin", "https://a.example.com"), Preflight);
        Assert.True(decision.IsPreflightAnswered);
        Assert.Equal(200, decision.Status);
        Assert.Equal(
            [
                new("access-control-allow-origin", "https://a.example.com"),
                new("access-control-allow-credentials", "true"),
                new("access-control-allow-methods", "GET,PUT"),
                new("access-control-allow-headers", "x-a,x-b"),
                new("access-control-max-age", "86400"),
            ],
            decision.GetResponseHeaders(null, []));
    }

    [Fact]
    public void Another_request_of_an_allowed_origin_goes_on_and_its_response_says_so()
    {
        RouteDecision decision = Ask("GET", "allowOrigins: [{prefix: https://a.}], allowMethods: [GET], exposeHeaders: [x-c, x-d]", ("origin", "https://a.example.com"));
        Assert.Equal(0, decision.Status);
        Assert.Equal([new("access-control-allow-origin", "https://a.example.com"), new("access-control-expose-headers", "x-c,x-d"), new("x-route", "1")], decision.GetResponseHeaders(null, []));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(", unmatchedPreflights: FORWARD", 0)]
    [InlineData(", unmatchedPreflights: IGNORE", 200)]
    public void A_preflight_of_another_origin_goes_on_unless_it_is_to_be_ignored(string unmatched, int status)
    {
        RouteDecision decision = Ask("OPTIONS", $"allowOrigins: [{{exact: https://a.example.com}}]{unmatched}", ("origin", "https://b.example.com"), Preflight);
        Assert.Equal(status, decision.Status);
        Assert.DoesNotContain(decision.GetResponseHeaders(null, []), static h => h.Name.StartsWith("access-control-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("exact: '*'", "https://any.org", true)]
    [InlineData("regex: '.*'", "https://any.org", true)]
    [InlineData("exact: https://A.org", "https://a.org", false)]
    [InlineData("regex: 'https://.*[.]org'", "https://x.org", true)]
    [InlineData("regex: 'https://.*[.]org'", "https://x.org:8080", false)]
    public void Origins_are_compared_as_they_are_written(string condition, string origin, bool allowed) =>
        Assert.Equal(allowed, Ask("OPTIONS", $"allowOrigins: [{{{condition}}}]", ("origin", origin), Preflight).IsPreflightAnswered);

    [Fact]
    public void Without_origin_or_asked_method_it_is_no_preflight()
    {
        const string Policy = "allowOrigins: [{exact: '*'}]";
        Assert.False(Ask("OPTIONS", Policy, Preflight).IsPreflightAnswered);
        Assert.False(Ask("OPTIONS", Policy, ("origin", "https://a.org")).IsPreflightAnswered);
        Assert.False(Ask("PUT", Policy, ("origin", "https://a.org"), Preflight).IsPreflightAnswered);
    }

    private static RouteDecision Ask(string method, string policy, params (string, string)[] headers)
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", $"hosts: [httpbin]\nhttp: [{{corsPolicy: {{{policy}}}, headers: {{response: {{add: {{x-route: '1'}}}}}}, route: [{{destination: {{host: httpbin}}}}]}}]"));
        return table.Evaluate(Mesh.Get("/", "httpbin", headers) with { Method = method });
    }
}
