using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using YamlDotNet.RepresentationModel;

namespace Clovisor.Hosting.Tests.Envoy;

/// <summary>Whole configurations, and what the real Envoy says of them.</summary>
public sealed class EnvoyConfigurationTests : IDisposable
{
    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    private static RequestFields Fields => new() { Authority = true, Headers = ["user"] };

    public static TheoryData<EnvoyMode, bool, string, string> Written { get; } = new(
        from mode in Enum.GetValues<EnvoyMode>().Select(mode => (Mode: mode, Log: false)).Append((Mode: EnvoyMode.Report, Log: true))
        from host in new[] { ("10.0.0.1", "plain"), ("fd00::1", "quote\" } ] , evil: {"), ("fd00::1", "line\nfeed: ünïcode") }
        select (mode.Mode, mode.Log, host.Item1, host.Item2));

    [Theory]
    [MemberData(nameof(Written))]
    public void Envoy_accepts_what_is_written(EnvoyMode mode, bool log, string upstream, string name)
    {
        EnvoySettings settings = Settings with { Upstream = new IPEndPoint(IPAddress.Parse(upstream), 80), ConnectionLifetime = TimeSpan.FromSeconds(1.5), UpstreamHttp2 = mode == EnvoyMode.Report, AccessLogSocket = log ? "/run/\"log\".sock" : null };
        EnvoyRules rules = MeshRules.Of(MeshRules.AllMatches, $"{name}") with { Classes = [new(name, 46), new("ports", null, new PortRange(40_000, 40_999))], Fields = Fields with { Path = true, Method = true } };
        string yaml = EnvoyConfiguration.Render(mode, rules, settings);

        Assert.Contains("OK", Validate(yaml), StringComparison.Ordinal);
        Assert.Empty(EnvoyChecker.CheckYaml(yaml));
    }

    [Fact]
    public void In_tag_mode_routes_may_come_from_a_file_that_is_replaced()
    {
        EnvoySettings settings = Settings with { RoutesFile = Path.Combine(_folder.Path, "envoy", "routes.yaml") };
        EnvoyRules rules = MeshRules.Of(MeshRules.AllMatches, "boss");
        Directory.CreateDirectory(Path.GetDirectoryName(settings.RoutesFile)!);
        File.WriteAllText(settings.RoutesFile, EnvoyConfiguration.RenderRoutes(rules, settings));

        Assert.Contains("OK", Validate(EnvoyConfiguration.Render(EnvoyMode.Tag, rules, settings)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => EnvoyConfiguration.RenderRoutes(rules, settings with { RoutesFile = "routes.yaml" }));
    }

    [Fact]
    public void Every_class_has_a_cluster_of_its_own_with_its_tag_before_the_bind()
    {
        EnvoyRules rules = MeshRules.Of(ConfigurationFolder.Mesh, "boss");
        YamlNode clusters = Parse(EnvoyConfiguration.Render(EnvoyMode.Tag, rules with { Classes = [new("boss", 46), new("minion", 10, new PortRange(40_000, 40_999))] }, Settings))["static_resources"]["clusters"];

        Assert.Equal(
            ["class-boss 0/1=184 0/51=3997671464 | 41/67=184 0/51=3997671464", "class-minion 0/1=40 0/51=2686950464 | 41/67=40 0/51=2686950464", "unclassified 0/51=3997671464 | 0/51=3997671464"],
            ((YamlSequenceNode)clusters).Select(cluster => $"{cluster["name"]} {Options(cluster["upstream_bind_config"]["socket_options"])} | {Options(cluster["upstream_bind_config"]["extra_source_addresses"][0]["socket_options"]["socket_options"])}"));

        static string Options(YamlNode options) => string.Join(' ', ((YamlSequenceNode)options).Select(option =>
        {
            Assert.Equal("STATE_PREBIND", option["state"].ToString());
            return $"{option["level"]}/{option["name"]}={option["int_value"]}";
        }));
    }

    [Fact]
    public void Routes_are_tried_in_the_order_of_the_rules_and_every_kind_of_match_is_written()
    {
        YamlNode host = Parse(EnvoyConfiguration.Render(EnvoyMode.Tag, MeshRules.Of(MeshRules.AllMatches, "boss"), Settings))
            ["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"][0];

        Assert.Contains("httpbin.app.svc.cluster.local", ((YamlSequenceNode)host["domains"]).Select(domain => domain.ToString()));
        Assert.Equal(MeshRules.AllMatchesWritten, ((YamlSequenceNode)host["routes"]).Select(route => $"{route["match"]} > {route["route"]["cluster"]}"));
    }

    [Fact]
    public void Tag_mode_refuses_by_name_what_envoy_cannot_decide()
    {
        string mesh = ConfigurationFolder.Mesh.Replace("- name: boss\n    match: [{headers: {user: {exact: boss}}}]\n    route: [{destination: {host: httpbin.app.svc.cluster.local}}]", "- name: boss\n    match: [{headers: {user: {exact: boss}}}]\n    delegate: {name: leaf, namespace: app}", StringComparison.Ordinal)
            + "\n---\n" + """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: leaf, namespace: app}
            spec: {http: [{name: all, route: [{destination: {host: httpbin.app.svc.cluster.local}}]}]}
            """;
        EnvoyRules rules = MeshRules.Of(mesh, "boss");

        ArgumentException e = Assert.Throws<ArgumentException>(() => EnvoyConfiguration.Render(EnvoyMode.Tag, rules, Settings));
        Assert.Contains("app/httpbin, rule 0, is delegated to app/leaf", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(EnvoyConfiguration.Render(EnvoyMode.Report, rules, Settings));
    }

    [Fact]
    public void Only_what_the_rules_look_at_is_reported()
    {
        EnvoyRules rules = new() { Classes = [new("boss", 46)], Fields = Fields };

        Assert.DoesNotContain("get(\":path", EnvoyConfiguration.Render(EnvoyMode.Report, rules, Settings), StringComparison.Ordinal);
        Assert.Contains("get(\":path", EnvoyConfiguration.Render(EnvoyMode.Report, rules with { Fields = Fields with { Path = true } }, Settings), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => EnvoyConfiguration.Render(EnvoyMode.Report, rules with { Fields = Fields with { Headers = ["x\"] = 1; os.exit() --"] } }, Settings));
    }

    [Fact]
    public void With_an_access_log_report_mode_tags_nothing_and_no_client_shares_a_connection()
    {
        EnvoyRules rules = new() { Classes = [new("boss", 46)], Fields = Fields };
        EnvoySettings settings = Settings with { AccessLogSocket = "/run/log.sock" };
        YamlNode written = Parse(EnvoyConfiguration.Render(EnvoyMode.Report, rules, settings))["static_resources"];

        Assert.Equal(["clovisor_agent", "clovisor_log", "unclassified"], ((YamlSequenceNode)written["clusters"]).Select(cluster => cluster["name"].ToString()));
        Assert.Equal(("true", "1000000"), (written["clusters"][2]["connection_pool_per_downstream_connection"].ToString(), written["clusters"][2]["circuit_breakers"]["thresholds"][0]["max_connections"].ToString()));
        Assert.Equal(
            ["clovisor.report", "clovisor.class", "envoy.filters.http.router"],
            ((YamlSequenceNode)written["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]).Select(filter => filter["name"].ToString()));
    }

    [Theory]
    [InlineData(EnvoyMode.Exact, null)]
    [InlineData(EnvoyMode.Report, "/run/log.sock")]
    public void Connections_without_a_tag_keep_off_the_ports_of_classes(EnvoyMode mode, string? log)
    {
        EnvoyRules rules = new() { Classes = [new("minion", 10, new PortRange(40_000, 40_999))], Fields = Fields };
        YamlNode clusters = Parse(EnvoyConfiguration.Render(mode, rules, Settings with { AccessLogSocket = log }))["static_resources"]["clusters"];

        // 41,000 to 60,999, as the kernel takes it.
        Assert.Equal("3997671464", ((YamlSequenceNode)clusters).Last()["upstream_bind_config"]["socket_options"][0]["int_value"].ToString());
    }

    [Theory]
    [InlineData(EnvoyMode.Exact, "/run/log.sock", "of use in report mode alone, and this is Exact mode")]
    [InlineData(EnvoyMode.Tag, "/run/log.sock", "of use in report mode alone, and this is Tag mode")]
    [InlineData(EnvoyMode.Report, "/run/clovisor/clovisor.sock", "does not speak gRPC")]
    public void An_access_log_that_would_do_nothing_is_refused(EnvoyMode mode, string log, string reason)
    {
        EnvoySettings settings = new() { Upstream = new IPEndPoint(IPAddress.Loopback, 80), AccessLogSocket = log };

        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => EnvoyConfiguration.Render(mode, new EnvoyRules(), settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_may_be_mutual_tls_that_asks_for_a_name()
    {
        (string certificate, string key) = WriteCertificate();
        EnvoyUpstreamTls tls = new()
        {
            ServerName = "outbound_.80_._.httpbin.app.svc.cluster.local",
            CertificateFile = certificate,
            KeyFile = key,
            AuthorityFile = certificate,
            Identities = ["spiffe://cluster.local/ns/app/sa/httpbin", "quote\" } ] , evil: {"],
        };
        EnvoyRules rules = new() { Classes = [new("gold", 46)], Fields = Fields };
        string yaml = EnvoyConfiguration.Render(EnvoyMode.Report, rules, Settings with { UpstreamTls = tls });

        Assert.Contains("OK", Validate(yaml), StringComparison.Ordinal);
        YamlSequenceNode clusters = (YamlSequenceNode)Parse(yaml)["static_resources"]["clusters"];
        Assert.Equal(
            [null, tls.ServerName, tls.ServerName],
            clusters.Select(cluster => ((YamlMappingNode)cluster).Children.TryGetValue("transport_socket", out YamlNode? socket) ? ((YamlScalarNode)socket["typed_config"]["sni"]).Value : null));
        Assert.DoesNotContain("transport_socket", EnvoyConfiguration.Render(EnvoyMode.Report, rules, Settings), StringComparison.Ordinal);

        string message = Assert.Throws<ArgumentException>(() => EnvoyConfiguration.Render(EnvoyMode.Report, rules, Settings with { UpstreamTls = tls with { ServerName = "", KeyFile = "key.pem" } })).Message;
        Assert.Contains("UpstreamTls.ServerName ''", message, StringComparison.Ordinal);
        Assert.Contains("UpstreamTls.KeyFile 'key.pem' is not an absolute path", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_to_send_to_is_needed() =>
        Assert.Contains("Upstream is missing", Assert.Throws<ArgumentException>(() => EnvoyConfiguration.Render(EnvoyMode.Report, new EnvoyRules(), new EnvoySettings())).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private static EnvoySettings Settings { get; } = new() { Upstream = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 80) };

    private (string Certificate, string Key) WriteCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        (string Certificate, string Key) files = (Path.Combine(_folder.Path, "cert.pem"), Path.Combine(_folder.Path, "key.pem"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    private string Validate(string yaml)
    {
        string file = Path.Combine(_folder.Path, "envoy.yaml");
        File.WriteAllText(file, yaml);
        return Command.Run(RealEnvoy.Program, "--mode", "validate", "-c", file);
    }

    private static YamlNode Parse(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return stream.Documents[0].RootNode;
    }
}
