using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Routing;

public sealed class RouteTableTests
{
    private const string UserRules = "hosts: [httpbin]\nhttp: [{name: boss, match: [{headers: {user: {exact: boss}}}], route: [{destination: {host: httpbin, subset: v1}}]}, {name: rest, route: [{destination: {host: httpbin}}]}]";

    [Fact]
    public void A_port_without_a_service_has_no_table() => Assert.Null(RouteCompiler.Compile(Mesh.Read(""), Mesh.Sidecar, 12345));

    [Fact]
    public void Table_names_are_those_of_the_ports()
    {
        var compiler = new RouteCompiler(Mesh.Read(""));
        Assert.Equal(["80", "9080"], compiler.GetTableNames(Mesh.Sidecar));
        Assert.Equal(["http.80"], compiler.GetTableNames(Mesh.Ingress));
    }

    [Fact]
    public void A_decision_names_the_rule_and_where_it_is_written()
    {
        RouteDecision decision = Mesh.Table(Mesh.Rule("httpbin", UserRules)).Evaluate(Mesh.Get("/", headers: ("user", "boss")));
        Route route = decision.Route!;
        Assert.Equal((new ObjectKey("app", "httpbin"), 0, "boss", 0, RouteReason.Matched), (route.VirtualService!.Value, route.RuleIndex, route.RuleName, route.MatchIndex, decision.Reason));
        Assert.Equal("rules.yaml", route.Source.File);
        Assert.Equal("outbound|80|v1|httpbin.app.svc.cluster.local", decision.PickDestination(7)!.Cluster);
    }

    [Theory]
    [InlineData("relative", "httpbin")]
    [InlineData("\\adm", "httpbin")]
    [InlineData("", "httpbin")]
    [InlineData("/a#b", "httpbin")]
    [InlineData("/", "")]
    public void What_no_proxy_would_route_is_refused(string path, string authority)
    {
        RouteDecision decision = Mesh.Table("").Evaluate(Mesh.Get(path, authority));
        Assert.Equal((RouteReason.BadRequest, 400), (decision.Reason, decision.Status));
    }

    [Fact]
    public void A_fragment_is_cut_off_where_the_proxy_is_told_so()
    {
        RouteTable table = RouteCompiler.Compile(Mesh.Read(""), Mesh.Sidecar with { StripsFragments = true }, 80)!;
        Assert.Equal("/a?b", table.Evaluate(Mesh.Get("/a?b#c")).GetForwardedPath());
    }

    [Fact]
    public void An_absolute_target_brings_its_own_authority()
    {
        RouteDecision decision = Mesh.Table("").Evaluate(Mesh.Get("http://reviews:80/a?b", "httpbin"));
        Assert.Equal("reviews.app.svc.cluster.local:80", decision.VirtualHost!.Name);
        Assert.Equal(("/a?b", "reviews:80"), (decision.GetForwardedPath(), decision.GetForwardedAuthority(null)));
    }

    [Theory]
    [InlineData("httpbin", DomainKind.Exact)]
    [InlineData("HTTPBIN:8080", DomainKind.Exact)]
    [InlineData("a.b.wild.com", DomainKind.Suffix)]
    [InlineData("wild.com", DomainKind.Any)]
    [InlineData("[::1]:80", DomainKind.Any)]
    public void A_virtual_host_is_selected_by_the_closest_domain(string authority, DomainKind kind)
    {
        RouteTable table = Mesh.Table(Mesh.Rule("w", "hosts: ['*.wild.com']\nhttp: [{route: [{destination: {host: httpbin}}]}]"));
        Assert.Equal(kind, table.Evaluate(Mesh.Get("/", authority)).Domain);
    }

    [Fact]
    public void Unknown_hosts_pass_or_are_blocked_as_the_mesh_says()
    {
        Assert.Equal(RouteReason.Passthrough, Mesh.Table("").Evaluate(Mesh.Get("/", "nobody")).Reason);
        RouteTable closed = RouteCompiler.Compile(Mesh.Read("", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"), Mesh.Sidecar, 80)!;
        Assert.Equal((RouteReason.Blocked, 502), (closed.Evaluate(Mesh.Get("/", "nobody")).Reason, closed.Evaluate(Mesh.Get("/", "nobody")).Status));
    }

    [Fact]
    public void Weights_share_the_numbers_in_order()
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", "hosts: [httpbin]\nhttp: [{route: [{destination: {host: httpbin, subset: a}, weight: 1}, {destination: {host: httpbin, subset: b}}, {destination: {host: httpbin, subset: c}, weight: 2}]}]"));
        RouteDecision decision = table.Evaluate(Mesh.Get("/"));
        Assert.Equal(["a", "c", "c", "a"], new ulong[] { 0, 1, 2, 3 }.Select(n => decision.PickDestination(n)!.Subset));
    }

    [Fact]
    public void A_table_says_which_parts_of_a_request_it_looks_at()
    {
        RequestFields fields = Mesh.Table(Mesh.Rule("v", "hosts: [httpbin]\nhttp: [{match: [{uri: {prefix: /a}, method: {exact: GET}, headers: {User: {}}, withoutHeaders: {x-b: {}}, queryParams: {q: {}}}], route: [{destination: {host: httpbin}}]}]")).Fields;
        Assert.Equal((true, true, false, false), (fields.Path, fields.Method, fields.Authority, fields.Scheme));
        Assert.Equal(["user", "x-b"], fields.Headers);
        Assert.Equal(["q"], fields.QueryParameters);
        RequestFields none = Mesh.Table("").Fields;
        Assert.Equal((false, false, false, false), (none.Path, none.Method, none.Authority, none.Scheme));
        Assert.Empty(none.Headers);
    }

    [Fact]
    public void A_detected_port_has_a_table_for_its_service_whatever_the_host()
    {
        IstioConfiguration configuration = IstioYaml.Read("apiVersion: v1\nkind: Service\nmetadata: {name: raw, namespace: app}\nspec: {clusterIP: 10.0.0.1, ports: [{port: 99}]}").OrThrow();
        RouteTable table = RouteCompiler.Compile(configuration, Mesh.Sidecar, "raw.app.svc.cluster.local:99")!;
        Assert.Equal("outbound|99||raw.app.svc.cluster.local", table.Evaluate(Mesh.Get("/", "any.host")).PickDestination(0)!.Cluster);
    }
}
