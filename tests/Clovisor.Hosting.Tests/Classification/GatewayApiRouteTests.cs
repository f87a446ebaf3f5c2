using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Tests.Classification;

/// <summary>Rules that were written for the Gateway API, named as they were written and not as Istio's control plane calls what it makes of them.</summary>
public sealed class GatewayApiRouteTests
{
    private const string Mesh = """
        apiVersion: v1
        kind: Service
        metadata: {name: shop, namespace: app}
        spec: {clusterIP: 10.96.1.2, ports: [{name: http, port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: stock, namespace: app}
        spec: {clusterIP: 10.96.1.3, ports: [{name: grpc, port: 80}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: shop, namespace: app}
        spec:
          parentRefs: [{group: "", kind: Service, name: shop, port: 80}]
          rules:
          - backendRefs: [{name: shop, port: 80}]
          - name: gold
            matches: [{headers: [{name: user, value: boss}]}]
            backendRefs: [{name: shop, port: 80}]
          - matches: [{path: {type: PathPrefix, value: /pay}}, {path: {type: Exact, value: /basket}}]
            backendRefs: [{name: shop, port: 80}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: GRPCRoute
        metadata: {name: stock, namespace: app}
        spec:
          parentRefs: [{group: "", kind: Service, name: stock, port: 80}]
          rules:
          - matches: [{method: {service: shop.Stock, method: Count}}]
            backendRefs: [{name: stock, port: 80}]
        """;

    [Theory]
    [InlineData("shop", "/", "boss", "named", "HTTPRoute:app/shop/gold")]
    [InlineData("shop", "/basket", "nobody", "indexed", "HTTPRoute:app/shop/#2")]
    [InlineData("shop", "/pay/now", "nobody", null, "HTTPRoute:app/shop/#2")] // its other match is named
    [InlineData("shop", "/", "nobody", null, "HTTPRoute:app/shop/#0")]
    [InlineData("stock", "/shop.Stock/Count", "nobody", "whole", "GRPCRoute:app/stock/#0")]
    public async Task The_route_that_matches_decides(string service, string path, string user, string? association, string route)
    {
        using ConfigurationFolder folder = Folder("HTTPRoute:app/shop/gold", "HTTPRoute:app/shop/#2.#1", "GRPCRoute:app/stock/*");
        await using TestHost host = await TestHost.StartAsync(folder);
        RouteRequest request = new()
        {
            Method = "POST",
            Scheme = "http",
            Authority = $"{service}.app.svc.cluster.local",
            Path = path,
            Headers = new RouteHeader[] { new("user", user), new("content-type", "application/grpc") },
        };

        ClassifiedRequest classified = host.Get<RequestClassifier>().Classify(80, request);

        Assert.Equal((association, route), (classified.Association, classified.Route));
    }

    [Fact]
    public async Task A_name_that_no_route_has_is_warned_of_and_one_that_there_is_is_not()
    {
        using ConfigurationFolder folder = Folder("HTTPRoute:app/shop/gold", "HTTPRoute:app/shop/#3", "GRPCRoute:app/stock/#0.#0");
        await using TestHost host = await TestHost.StartAsync(folder);

        string warning = Assert.Single(host.Get<SnapshotStore>().Current!.Warnings());

        Assert.Contains("'HTTPRoute:app/shop/#3' names no rule that is loaded", warning, StringComparison.Ordinal);
        Assert.Contains("against the HTTPRoutes", warning, StringComparison.Ordinal);
    }

    private static ConfigurationFolder Folder(string named, string indexed, string whole)
    {
        var folder = ConfigurationFolder.OfDemo();
        folder.Write("gateway-api.yaml", Mesh);
        folder.Write("more.yaml", string.Join("\n---\n", new[] { ("named", named), ("indexed", indexed), ("whole", whole) }.Select(static entry => $$"""
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanAssociation
            metadata: {name: {{entry.Item1}}}
            spec:
              match: {meshRoute: "{{entry.Item2}}"}
              tiers: [{links: [lte]}]
            """)));
        return folder;
    }
}
