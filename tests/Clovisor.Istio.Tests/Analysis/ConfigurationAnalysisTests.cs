using Clovisor.Istio.Analysis;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Tests.Conformance;

namespace Clovisor.Istio.Tests.Analysis;

public sealed class ConfigurationAnalysisTests
{
    private const string To = "route: [{destination: {host: httpbin}}]";

    [Theory]
    [InlineData("IST0101", "spec.http[0].route[0].destination.host", "hosts: [httpbin], http: [{route: [{destination: {host: nobody}}]}]")]
    [InlineData("IST0101", "spec.http[0].route[0].destination.subset", "hosts: [httpbin], http: [{route: [{destination: {host: httpbin, subset: v9}}]}]")]
    [InlineData("IST0101", "spec.http[0].mirrors[0].destination.host", "hosts: [httpbin], http: [{" + To + ", mirror: {host: nobody}}]")]
    [InlineData("IST0101", "spec.gateways[0]", "hosts: [a.com], gateways: [none], http: [{" + To + "}]")]
    [InlineData("IST0112", "spec.http[0].route[0].destination.port", "hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]")]
    [InlineData("IST0130", "spec.http[1]", "hosts: [httpbin], http: [{" + To + "}, {match: [{uri: {prefix: /a}}], " + To + "}]")]
    [InlineData("IST0131", "spec.http[1].match[0]", "hosts: [httpbin], http: [{match: [{uri: {prefix: /a}}], " + To + "}, {match: [{uri: {exact: /a/b}}], " + To + "}]")]
    [InlineData("IST0131", "spec.http[0].match[1]", "hosts: [httpbin], http: [{match: [{uri: {prefix: /a}}, {uri: {prefix: /ab}, method: {exact: GET}}], " + To + "}]")]
    [InlineData("IST0130", "spec.http[1]", "hosts: [httpbin], http: [{match: [{name: one, uri: {prefix: /a}}], " + To + "}, {match: [{uri: {prefix: /a}}], " + To + "}]")]
    [InlineData("IST0130", "spec.tcp[1]", "hosts: [httpbin], tcp: [{" + To + "}, {match: [{port: 80}], " + To + "}]")]
    [InlineData("IST0130", "spec.tls[1]", "hosts: [a.com], tls: [{match: [{port: 443, sniHosts: [a.com]}], " + To + "}, {match: [{port: 443, sniHosts: [a.com]}], " + To + "}]")]
    [InlineData("IST0131", "spec.tls[1].match[0]", "hosts: ['*.a.com'], tls: [{match: [{sniHosts: ['*.a.com']}], " + To + "}, {match: [{sniHosts: [b.a.com]}], " + To + "}]")]
    [InlineData("IST0131", "spec.http[1].match[0]", "hosts: [httpbin], http: [{match: [{uri: {prefix: /a}}], " + To + "}, {match: [{uri: {prefix: /ab}}, {uri: {prefix: /c}}], " + To + "}]")]
    public void Says_what_does_not_work_as_written(string code, string field, string spec)
    {
        AnalysisMessage message = Assert.Single(Run($"{{{spec}}}"), m => m.Code == code);
        Assert.Equal(("VirtualService app/v", field), (message.Subject, message.Field));
        Assert.Contains($": {code}: ", message.ToString().Replace("error ", ": ", StringComparison.Ordinal).Replace("warning ", ": ", StringComparison.Ordinal).Replace("info ", ": ", StringComparison.Ordinal).Replace(": : ", ": ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hosts: [httpbin], http: [{match: [{uri: {prefix: /a}, method: {exact: GET}}], " + To + "}, {match: [{uri: {prefix: /a/b}}], " + To + "}]")]
    [InlineData("hosts: [httpbin], http: [{match: [{uri: {prefix: /a}}], " + To + "}, {match: [{uri: {prefix: /A}, ignoreUriCase: true}], " + To + "}]")]
    [InlineData("hosts: [reviews], http: [{route: [{destination: {host: reviews, port: {number: 80}}}]}]")]
    [InlineData("hosts: [httpbin], http: [{match: [{uri: {prefix: /a}}, {uri: {exact: /ab}}], " + To + "}]")]
    [InlineData("hosts: ['*.a.com'], tls: [{match: [{sniHosts: [b.a.com]}], " + To + "}, {match: [{sniHosts: ['*.a.com']}], " + To + "}]")]
    [InlineData("hosts: [httpbin], tcp: [{match: [{port: 80}], " + To + "}, {match: [{port: 81}], " + To + "}]")]
    public void Says_nothing_of_what_works(string spec) => Assert.Empty(Run($"{{{spec}}}"));

    [Fact]
    public void Two_objects_for_one_host_of_the_mesh_are_said_where_a_sidecar_sees_both()
    {
        string Twice(string export) => Mesh.Rule("v", $"{{hosts: [httpbin], http: [{{{To}}}]}}") + Mesh.Rule("w", $"{{hosts: [httpbin.app.svc.cluster.local], exportTo: ['{export}'], http: [{{{To}}}]}}");
        Assert.Equal(2, ConfigurationAnalysis.Run(Mesh.Read(Twice("*"))).Count(static m => m.Code == "IST0109"));
        Assert.Equal(2, ConfigurationAnalysis.Run(Mesh.Read(Twice("."))).Count(static m => m.Code == "IST0109"));
        Assert.DoesNotContain(ConfigurationAnalysis.Run(Mesh.Read(Mesh.Rule("v", $"{{hosts: [httpbin], exportTo: [x], http: [{{{To}}}]}}") + Mesh.Rule("w", $"{{hosts: [httpbin], exportTo: [y1], http: [{{{To}}}]}}"))), static m => m.Code == "IST0109");
    }

    [Theory]
    [InlineData("*.b.com", "*.com", 2)]
    [InlineData("*.b.com", "*.c.com", 0)]
    [InlineData("a.b.com", "*.b.com", 0)]
    public void Patterns_in_each_other_meet_and_a_name_under_a_pattern_is_an_exception(string first, string second, int messages) =>
        Assert.Equal(messages, ConfigurationAnalysis.Run(Mesh.Read(Mesh.Rule("v", $"{{hosts: ['{first}'], http: [{{{To}}}]}}") + Mesh.Rule("w", $"{{hosts: ['{second}'], http: [{{{To}}}]}}"))).Count(static m => m.Code == "IST0109"));

    /// <summary>Source of the rule: the gateway analyzers of <c>istioctl analyze</c>.</summary>
    [Theory]
    [InlineData("port: 80, targetPort: 8080", 8080, false)]
    [InlineData("port: 80, targetPort: 8081", 80, false)]
    [InlineData("port: 80, targetPort: 8081", 8080, true)]
    [InlineData("port: 8080", 8080, false)]
    [InlineData("port: 80", 8080, true)]
    [InlineData("port: 80, targetPort: web", 8080, false)]
    public void A_gateway_listens_on_ports_that_a_service_leads_to(string port, int number, bool said)
    {
        string text = $$"""
            {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: app}, spec: {selector: {app: gw}, servers: [{port: {number: {{number}}, name: http, protocol: HTTP}, hosts: ['*']}] } }
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: app, labels: {app: gw, x: y1} } }
            ---
            {apiVersion: v1, kind: Service, metadata: {name: s, namespace: app}, spec: {selector: {app: gw}, ports: [{name: http, {{port}} }] } }
            ---
            {apiVersion: v1, kind: Service, metadata: {name: other, namespace: other}, spec: {selector: {app: gw}, ports: [{name: http, port: 8080}] } }
            """;
        Assert.Equal(said, ConfigurationAnalysis.Run(IstioYaml.Read(text).OrThrow()).Any(static m => m.Code == "IST0162"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("{name: r, namespace: istio-system}", false)]
    [InlineData("{name: r, namespace: app}", false)]
    [InlineData("{name: r, namespace: other}", true)]
    public void Claims_need_something_that_checks_tokens(string? authentication, bool said)
    {
        const string Text = """
            {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: app}, spec: {selector: {app: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: app, labels: {app: gw}}}
            ---
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: app}, spec: {hosts: [a.com], gateways: [g], http: [{match: [{headers: {'@request.auth.claims.sub': {exact: me}}}], route: [{destination: {host: a}}]}]}}
            """;
        string more = authentication is null ? "" : $"\n---\n{{apiVersion: security.istio.io/v1, kind: RequestAuthentication, metadata: {authentication}, spec: {{selector: {{matchLabels: {{app: gw}}}}, jwtRules: [{{issuer: i}}]}}}}";
        Assert.Equal(said, ConfigurationAnalysis.Run(IstioYaml.Read(Text + more).OrThrow()).Any(static m => m.Code == "IST0149"));
        Assert.DoesNotContain(ConfigurationAnalysis.Run(IstioYaml.Read(Text + more).OrThrow() with { RequestAuthentications = default }), static m => m.Code == "IST0149");
    }

    /// <summary>Source of the rule: the port name analyzer of <c>istioctl analyze</c>.</summary>
    [Theory]
    [InlineData("IST0118", "{name: s, namespace: app}", "", "foo")]
    [InlineData("IST0118", "{name: s, namespace: kube-app}", "", "foo")]
    [InlineData("", "{name: s, namespace: kube-system}", "", "foo")]
    [InlineData("", "{name: s, namespace: istio-system, labels: {istio: pilot}}", "", "foo")]
    [InlineData("", "{name: s, namespace: istio-system, labels: {release: istio}}", "", "foo")]
    [InlineData("IST0118", "{name: s, namespace: istio-system, labels: {release: other}}", "", "foo")]
    [InlineData("", "{name: s, namespace: app, labels: {gateway.istio.io/managed: istio.io-mesh-controller}}", "", "foo")]
    [InlineData("", "{name: s, namespace: app}", "", "tcp")]
    [InlineData("IST0150", "{name: s, namespace: app}", "type: ExternalName, externalName: a.com, ", "foo")]
    [InlineData("IST0150", "{name: s, namespace: app}", "type: ExternalName, externalName: a.com, ", "tcp")]
    [InlineData("", "{name: s, namespace: app}", "type: ExternalName, externalName: a.com, ", "tcp-a")]
    [InlineData("", "{name: s, namespace: app}", "type: ExternalName, externalName: a.com, ", "https")]
    public void A_port_of_a_service_says_what_it_speaks(string code, string metadata, string kind, string port) =>
        Assert.Equal(
            code,
            string.Join(",", ConfigurationAnalysis.Run(IstioYaml.Read($"{{apiVersion: v1, kind: Service, metadata: {metadata}, spec: {{{kind}ports: [{{name: {port}, port: 80}}]}}}}").OrThrow()).Select(static m => m.Code)));

    /// <summary>Istio's own examples, each with the code that its analyzer reports for it.</summary>
    [Theory]
    [InlineData("virtualservice_conflictingmeshgatewayhosts.yaml", "IST0109")]
    [InlineData("virtualservice_destinationrules.yaml", "IST0101")]
    [InlineData("conflicting-gateways.yaml", "IST0145")]
    [InlineData("destinationrule-with-fake-host.yaml", "IST0174")]
    [InlineData("incorrect-port-name-external-name-service-type.yaml", "IST0150")]
    [InlineData("service-no-port-name.yaml", "IST0118")]
    [InlineData("serviceentry-missing-addresses-protocol.yaml", "IST0134")]
    [InlineData("serviceentry-conflicting-protocol.yaml", "IST0177")]
    public void Reports_what_istioctl_reports(string file, string code)
    {
        string? folder = SharedData.Folder("data/istio/analyzers");
        Assert.SkipUnless(folder is not null, "no folder above has shared/data/istio/analyzers");
        IstioConfiguration configuration = IstioYaml.Read(File.ReadAllText(Path.Combine(folder!, file))).OrThrow();
        Assert.Contains(ConfigurationAnalysis.Run(configuration), m => m.Code == code);
    }

    /// <summary>Examples that hold what the webhook refuses: istioctl reads files that never went through it, we say what is wrong with them.</summary>
    [Theory]
    [InlineData("virtualservice_destinationhosts.yaml", "spec.hosts: cannot be *")]
    [InlineData("virtualservice_gateways.yaml", "spec.servers: is missing")]
    [InlineData("virtualservice_host_not_found_gateway.yaml", "\"http\" is the name of another server's port")]
    public void Examples_that_no_cluster_takes_are_refused_with_the_reason(string file, string reason)
    {
        string? folder = SharedData.Folder("data/istio/analyzers");
        Assert.SkipUnless(folder is not null, "no folder above has shared/data/istio/analyzers");
        IstioReadResult read = IstioYaml.Read(File.ReadAllText(Path.Combine(folder!, file)));
        Assert.Null(read.Configuration);
        Assert.Contains(read.Errors, error => error.ToString().Contains(reason, StringComparison.Ordinal));
    }

    private static IEnumerable<AnalysisMessage> Run(string spec) => ConfigurationAnalysis.Run(Mesh.Read(Mesh.Rule("v", spec))).Where(static m => m.Subject.StartsWith("VirtualService", StringComparison.Ordinal));
}
