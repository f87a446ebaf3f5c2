using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Tests.Envoy;

/// <summary>Rules for Envoy from a mesh as text.</summary>
internal static class MeshRules
{
    /// <summary>Every kind of match, in the rule that the association names.</summary>
    internal const string AllMatches = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin.app.svc.cluster.local]
          addresses: [10.96.1.1]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: 10.96.1.1}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin.app.svc.cluster.local]
          http:
          - name: boss
            match:
            - {uri: {exact: /A}, ignoreUriCase: true, method: {exact: GET}}
            - {uri: {prefix: /b}, headers: {user: {exact: boss}, team: {regex: "a+"}, seen: {}}, withoutHeaders: {x: {exact: "no"}, z: {}}}
            - {uri: {regex: "/c/[0-9]+"}, scheme: {exact: http}, authority: {prefix: httpbin}, queryParams: {q: {exact: "1"}, r: {regex: "2+"}}}
            route: [{destination: {host: httpbin.app.svc.cluster.local}}]
          - name: gone
            match: [{uri: {prefix: /old}}]
            redirect: {uri: /new}
          - name: rest
            route: [{destination: {host: httpbin.app.svc.cluster.local}}]
        """;

    /// <summary>Its routes, as Envoy reads them.</summary>
    internal static string[] AllMatchesWritten { get; } =
    [
        """{ { path, /A }, { case_sensitive, false }, { headers, [ { { name, :method }, { string_match, { { exact, GET } } } } ] } } > class-boss""",
        """{ { prefix, /b }, { headers, [ { { name, seen }, { present_match, true } }, { { name, team }, { string_match, { { safe_regex, { { regex, a+ } } } } } }, { { name, user }, { string_match, { { exact, boss } } } }, { { name, x }, { string_match, { { exact, no } } }, { invert_match, true }, { treat_missing_header_as_empty, true } }, { { name, z }, { present_match, true }, { invert_match, true } } ] } } > class-boss""",
        """{ { safe_regex, { { regex, /c/[0-9]+ } } }, { headers, [ { { name, :authority }, { string_match, { { prefix, httpbin } } } }, { { name, :scheme }, { string_match, { { exact, http } } } } ] }, { query_parameters, [ { { name, q }, { string_match, { { exact, 1 } } } }, { { name, r }, { string_match, { { safe_regex, { { regex, 2+ } } } } } } ] } } > class-boss""",
        """{ { prefix, / } } > unclassified""",
        """{ { prefix, / } } > unclassified""",
    ];

    /// <summary>The rules of a sidecar in namespace <c>app</c>; one class, DSCP 46, for <c>app/httpbin/boss</c>.</summary>
    internal static EnvoyRules Of(string mesh, string @class, ProxyKind kind = ProxyKind.Sidecar)
    {
        IstioReadResult read = IstioYaml.Read([new NamedText("mesh.yaml", mesh)], null);
        Assert.Empty(read.Errors);
        string wan = ConfigurationFolder.Wan.Replace("match: {meshRoute: app/httpbin/boss}", "match: {meshRoute: app/httpbin/boss}\n  tag: {dscp: ef}", StringComparison.Ordinal);
        ConfigurationResult links = WanConfigurationReader.Read([new ConfigurationText("wan.yaml", wan)]);
        Assert.Empty(links.Errors);
        EnvoyRules rules = EnvoyRules.Of(read.Configuration!, links.Configuration!, new IstioProxy { Kind = kind, Namespace = "app" }, 80);

        // The name that Envoy sees is the caller's, hostile ones too; the association's own must be a good one.
        return rules with
        {
            Classes = [.. rules.Classes.Select(Renamed)],
            Hosts = [.. rules.Hosts.Select(host => host with { Routes = [.. host.Routes.Select(route => route.Class is { } of ? route with { Class = Renamed(of) } : route)] })],
        };

        EnvoyClass Renamed(EnvoyClass one) => one.Name == "boss" ? one with { Name = @class } : one;
    }
}
