using System.Text.Json;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;
using Clovisor.KubernetesLab;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.Envoy;

/// <summary>Manifests, and what istiod's own generator makes of them.</summary>
public sealed class IstioManifestsTests : IDisposable
{
    private const string Subset = "outbound|80|clv-boss|httpbin.app.svc.cluster.local";
    private static readonly IstioWorkload Workload = new() { Namespace = "app" };
    private static readonly EnvoySettings Settings = new();
    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    [Fact]
    public void In_tag_mode_the_mesh_s_own_route_goes_to_a_cluster_that_tags()
    {
        using JsonDocument sent = Dump(EnvoyMode.Tag, ConfigurationFolder.Mesh);

        AssertTagged(sent);
        Assert.Equal(["boss > " + Subset, "minion > outbound|80|clv-minion|httpbin.app.svc.cluster.local", "rest > outbound|80||httpbin.app.svc.cluster.local"], Routes(sent));
        Assert.Equal(["user"], Route(sent, 0).GetProperty("match").GetProperty("headers").EnumerateArray().Select(header => header.GetProperty("name").GetString()));
    }

    [Fact]
    public void In_report_mode_a_route_by_the_answered_class_comes_first_and_a_filter_asks_for_it()
    {
        using JsonDocument sent = Dump(EnvoyMode.Report, ConfigurationFolder.Mesh);

        AssertTagged(sent);
        Assert.Equal(["clovisor-minion > outbound|80|clv-minion|httpbin.app.svc.cluster.local", "clovisor-boss > " + Subset, "boss > outbound|80||httpbin.app.svc.cluster.local"], Routes(sent).Take(3));
        Assert.Equal("x-clv-class", Route(sent, 0).GetProperty("match").GetProperty("headers")[0].GetProperty("name").GetString());
        Assert.Equal(["x-clv-class"], Route(sent, 0).GetProperty("requestHeadersToRemove").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(["clovisor.report", "envoy.filters.http.router"], Filters(sent).Select(filter => filter.GetProperty("name").GetString()).TakeLast(2));
        Assert.Contains("envoy_on_request", Filters(sent)[^2].GetProperty("typedConfig").GetProperty("defaultSourceCode").GetProperty("inlineString").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"/run/clovisor/clovisor.sock\"", Cluster(sent, "clovisor_agent").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void In_exact_mode_pools_are_kept_apart_and_the_upstream_chain_ends_in_the_codec()
    {
        using JsonDocument sent = Dump(EnvoyMode.Exact, ConfigurationFolder.Mesh);

        Assert.Equal(["clovisor.report", "clovisor.class", "envoy.filters.http.router"], Filters(sent).Select(filter => filter.GetProperty("name").GetString()).TakeLast(3));
        Assert.Equal(
            ["clovisor.opening", "clovisor.hold", "clovisor.tuple", "clovisor.exact", "envoy.filters.http.upstream_codec"],
            Filters(sent)[^1].GetProperty("typedConfig").GetProperty("upstreamHttpFilters").EnumerateArray().Select(filter => filter.GetProperty("name").GetString()));
    }

    [Fact]
    public void With_an_access_log_the_mesh_s_router_logs_upstream_requests_and_takes_the_class_away()
    {
        using JsonDocument sent = Dump(EnvoyMode.Report, ConfigurationFolder.Mesh, Settings with { AccessLogSocket = "/run/log.sock" });

        Assert.Equal(["clovisor.report", "clovisor.class", "envoy.filters.http.router"], Filters(sent).Select(filter => filter.GetProperty("name").GetString()).TakeLast(3));
        JsonElement router = Filters(sent)[^1].GetProperty("typedConfig");
        Assert.Equal("envoy.access_loggers.http_grpc", router.GetProperty("upstreamLog")[0].GetProperty("name").GetString());
        Assert.Equal(["clovisor.unnamed", "envoy.filters.http.upstream_codec"], router.GetProperty("upstreamHttpFilters").EnumerateArray().Select(filter => filter.GetProperty("name").GetString()));
        Cluster(sent, EnvoySettings.AccessLogCluster);
    }

    [Fact]
    public void A_subset_is_added_beside_the_rule_that_counts_with_the_labels_of_the_one_it_stands_for()
    {
        string mesh = ConfigurationFolder.Mesh.Replace("    match: [{headers: {user: {exact: boss}}}]\n    route: [{destination: {host: httpbin.app.svc.cluster.local}}]", "    match: [{headers: {user: {exact: boss}}}]\n    route: [{destination: {host: httpbin.app.svc.cluster.local, subset: v1}}]", StringComparison.Ordinal)
            + "\n---\n" + """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: theirs, namespace: app}
            spec: {host: httpbin.app.svc.cluster.local, trafficPolicy: {connectionPool: {tcp: {maxConnections: 77}}}, subsets: [{name: v1, labels: {version: one}}]}
            """;
        using JsonDocument sent = Dump(EnvoyMode.Tag, mesh);

        Assert.Equal("boss > outbound|80|clv-boss-v1|httpbin.app.svc.cluster.local", Routes(sent)[0]);
        Assert.Contains("\"version\": \"one\"", IstioManifests.Render(EnvoyMode.Tag, MeshRules.Of(mesh, "boss"), Workload, Settings), StringComparison.Ordinal);
        foreach (string name in new[] { "outbound|80|v1|httpbin.app.svc.cluster.local", "outbound|80|clv-boss-v1|httpbin.app.svc.cluster.local" })
        {
            Assert.Equal(77, Cluster(sent, name).GetProperty("circuitBreakers").GetProperty("thresholds")[0].GetProperty("maxConnections").GetInt32());
        }
    }

    [Theory]
    [InlineData(EnvoyMode.Tag, "route: [{destination: {host: httpbin.app.svc.cluster.local}, weight: 90}, {destination: {host: httpbin.app.svc.cluster.local, port: {number: 80}, subset: v2}, weight: 10}]", "2 weighted destinations")]
    [InlineData(EnvoyMode.Report, "rewrite: {uri: /x}\n    route: [{destination: {host: httpbin.app.svc.cluster.local}}]", "rewrites, mirrors, injects faults or changes headers")]
    public void What_a_patch_cannot_carry_is_refused_by_name(EnvoyMode mode, string route, string reason)
    {
        string mesh = ConfigurationFolder.Mesh.Replace("    match: [{headers: {user: {exact: boss}}}]\n    route: [{destination: {host: httpbin.app.svc.cluster.local}}]", "    match: [{headers: {user: {exact: boss}}}]\n    " + route, StringComparison.Ordinal);

        ArgumentException e = Assert.Throws<ArgumentException>(() => IstioManifests.Render(mode, MeshRules.Of(mesh, "boss"), Workload, Settings));

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains("VirtualService app/httpbin", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_without_a_name_and_a_wildcard_rule_that_would_be_hidden_are_refused()
    {
        string unnamed = ConfigurationFolder.Mesh.Replace("- name: boss\n    match", "- match", StringComparison.Ordinal);
        EnvoyRules rules = MeshRules.Of(unnamed, "boss");
        EnvoyVirtualHost host = rules.Hosts[0] with { Routes = [.. rules.Hosts[0].Routes.Select(route => route with { Class = rules.Classes[0] })] };
        Assert.Contains("Give the rule a name", Assert.Throws<ArgumentException>(() => IstioManifests.Render(EnvoyMode.Tag, rules with { Hosts = [host] }, Workload, Settings)).Message, StringComparison.Ordinal);

        string wildcard = ConfigurationFolder.Mesh + "\n---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: all, namespace: app}\nspec: {host: \"*.app.svc.cluster.local\"}\n";
        ArgumentException e = Assert.Throws<ArgumentException>(() => IstioManifests.Render(EnvoyMode.Tag, MeshRules.Of(wildcard, "boss"), Workload, Settings));
        Assert.Contains("DestinationRule app/all", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_select_the_pods_and_what_is_written_is_harmless()
    {
        foreach (EnvoyMode mode in Enum.GetValues<EnvoyMode>())
        {
            string yaml = IstioManifests.Render(mode, MeshRules.Of(ConfigurationFolder.Mesh, "boss"), Workload with { Labels = Workload.Labels.Add("app", "shop") }, Settings);

            Assert.Contains("""workloadSelector: { labels: { "app": "shop" } }""", yaml, StringComparison.Ordinal);
            Assert.Empty(EnvoyChecker.CheckYaml(yaml));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertTagged(JsonDocument sent)
    {
        JsonElement bind = Cluster(sent, Subset).GetProperty("upstreamBindConfig");
        JsonElement option = bind.GetProperty("socketOptions")[0];
        Assert.Equal("0.0.0.0", bind.GetProperty("sourceAddress").GetProperty("address").GetString());
        Assert.Equal(("1", "184"), (option.GetProperty("name").ToString(), option.GetProperty("intValue").ToString()));
        Assert.Equal("67", bind.GetProperty("extraSourceAddresses")[0].GetProperty("socketOptions").GetProperty("socketOptions")[0].GetProperty("name").ToString());
        Assert.False(Cluster(sent, "outbound|80||httpbin.app.svc.cluster.local").TryGetProperty("upstreamBindConfig", out _));
    }

    private JsonDocument Dump(EnvoyMode mode, string mesh, EnvoySettings? settings = null)
    {
        string? oracle = SharedParts.Program("istio-oracle");
        Assert.SkipUnless(oracle is not null, "There is no istio-oracle: the folder 'shared' beside the repository holds none.");
        string manifests = IstioManifests.Render(mode, MeshRules.Of(mesh, "boss"), Workload, settings ?? Settings);
        string asked = Path.Combine(_folder.Path, "case.jsonl");
        string answered = Path.Combine(_folder.Path, "dump.jsonl");
        using (FileStream file = File.Create(asked))
        using (Utf8JsonWriter json = new(file))
        {
            json.WriteStartObject();
            json.WriteString("name", "manifests");
            json.WriteString("config", mesh + "\n---\n" + manifests);
            json.WriteStartObject("proxy");
            json.WriteString("type", "sidecar");
            json.WriteString("namespace", "app");
            json.WriteString("ip", "10.0.0.1");
            json.WriteStartObject("labels");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("requests");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        Command.Run(oracle, "-dump", "-in", asked, "-out", answered);
        JsonDocument sent = JsonDocument.Parse(File.ReadAllText(answered));
        Assert.False(sent.RootElement.TryGetProperty("error", out JsonElement error) && error.GetString()!.Length > 0, error.ToString());
        return sent;
    }

    private static JsonElement Cluster(JsonDocument sent, string name) => sent.RootElement.GetProperty("clusters").EnumerateArray().Single(cluster => cluster.GetProperty("name").GetString() == name);

    private static JsonElement Route(JsonDocument sent, int index) => Host(sent).GetProperty("routes")[index];

    private static string[] Routes(JsonDocument sent) =>
        [.. Host(sent).GetProperty("routes").EnumerateArray().Select(route => $"{route.GetProperty("name").GetString()} > {route.GetProperty("route").GetProperty("cluster").GetString()}")];

    private static JsonElement Host(JsonDocument sent) => sent.RootElement.GetProperty("routes").EnumerateArray().Single(table => table.GetProperty("name").GetString() == "80")
        .GetProperty("virtualHosts").EnumerateArray().Single(host => host.GetProperty("name").GetString() == "httpbin.app.svc.cluster.local:80");

    private static JsonElement[] Filters(JsonDocument sent) =>
    [
        .. sent.RootElement.GetProperty("listeners").EnumerateArray().First(listener => listener.GetRawText().Contains("\"routeConfigName\":\"80\"", StringComparison.Ordinal))
            .GetProperty("filterChains").EnumerateArray().SelectMany(chain => chain.GetProperty("filters").EnumerateArray())
            .First(filter => filter.GetProperty("name").GetString() == "envoy.filters.network.http_connection_manager")
            .GetProperty("typedConfig").GetProperty("httpFilters").EnumerateArray(),
    ];
}
