using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Compilation;

public sealed class DroppedRuleTests
{
    [Theory]
    [InlineData("match: [{port: 81}]", "port 81")]
    [InlineData("match: [{sourceLabels: {app: other}}]", "app=other")]
    [InlineData("match: [{sourceNamespace: other}]", "namespace other")]
    [InlineData("match: [{gateways: [gw]}]", "app/gw")]
    public void A_match_for_others_is_dropped_with_its_reason(string match, string reason)
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", $"hosts: [httpbin]\nhttp:\n- {match}\n  route: [{{destination: {{host: httpbin}}}}]"));
        Assert.Contains(table.Dropped, d => d is { RuleIndex: 0, MatchIndex: 0 } && d.Why.Contains(reason, StringComparison.Ordinal));

        // With no rule left the object counts as absent.
        Assert.Equal(RouteReason.DefaultRoute, table.Evaluate(Mesh.Get("/")).Reason);
    }

    [Fact]
    public void Rules_behind_one_that_takes_everything_are_dropped()
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", "hosts: [httpbin]\nhttp: [{name: a, match: [{uri: {prefix: /}}, {uri: {prefix: /x}}], route: [{destination: {host: httpbin}}]}, {name: b, route: [{destination: {host: httpbin}}]}]"));
        Assert.Equal([(0, 1), (1, -1)], table.Dropped.Select(static d => (d.RuleIndex, d.MatchIndex)));
    }

    [Fact]
    public void A_second_object_for_a_host_is_dropped_whole_in_a_sidecar()
    {
        const string Spec = "hosts: [httpbin]\nhttp: [{route: [{destination: {host: httpbin}}]}]";
        RouteTable table = Mesh.Table(Mesh.Rule("a", Spec) + Mesh.Rule("b", Spec));
        DroppedRule dropped = Assert.Single(table.Dropped);
        Assert.Equal("b", dropped.VirtualService.Name);
        Assert.Contains("not merged", dropped.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_a_service_acts_on_port_80_alone()
    {
        string rules = Mesh.Rule("v", "hosts: [unknown.example.com]\nhttp: [{route: [{destination: {host: httpbin}}]}]");
        Assert.Equal(RouteReason.Matched, Mesh.Table(rules).Evaluate(Mesh.Get("/", "unknown.example.com")).Reason);
        Assert.Contains("port 80 alone", Assert.Single(Mesh.Table(rules, 9080).Dropped).Why, StringComparison.Ordinal);
    }
}
