using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests;

/// <summary>A small mesh to write rules against: httpbin and reviews in namespace app, a gateway, and what a test adds.</summary>
internal static class Mesh
{
    public const string Services = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin.app.svc.cluster.local]
          addresses: [10.96.1.1]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: 10.1.0.1}]
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: reviews, namespace: app}
        spec:
          hosts: [reviews.app.svc.cluster.local]
          ports: [{number: 80, name: http, protocol: HTTP}, {number: 9080, name: http-9080, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: 10.1.0.2}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: gw, namespace: app}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
        ---

        """;

    public static IstioProxy Sidecar { get; } = new() { Namespace = "app" };

    public static IstioProxy Ingress { get; } = new() { Kind = ProxyKind.Gateway, Namespace = "app", Labels = Sidecar.Labels.Add("istio", "ingressgateway") };

    public static IstioConfiguration Read(string rules, string? mesh = null) =>
        IstioYaml.Read([new NamedText("services.yaml", Services), new NamedText("rules.yaml", rules)], mesh).OrThrow();

    /// <summary>Makes a VirtualService of namespace app from its spec.</summary>
    public static string Rule(string name, string spec) =>
        $"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}, namespace: app}}\nspec:\n{Indented(spec)}\n";

    public static RouteTable Table(string rules, int port = 80) => RouteCompiler.Compile(Read(rules), Sidecar, port)!;

    public static RouteTable Gateway(string rules) => RouteCompiler.Compile(Read(rules), Ingress, 80)!;

    public static RouteRequest Get(string path, string authority = "httpbin", params (string Name, string Value)[] headers) =>
        new() { Authority = authority, Path = path, Headers = headers.Select(static h => new RouteHeader(h.Name, h.Value)).ToArray() };

    private static string Indented(string text) => string.Join('\n', text.Split('\n').Select(static l => "  " + l));
}
