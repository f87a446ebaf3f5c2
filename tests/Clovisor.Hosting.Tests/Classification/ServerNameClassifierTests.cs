using System.Net;
using Clovisor.Hosting.Classification;

namespace Clovisor.Hosting.Tests.Classification;

/// <summary>Connections of which an east-west gateway knows the server name alone.</summary>
public sealed class ServerNameClassifierTests
{
    private const string Subsets = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin.app.svc.cluster.local]
          http:
          - name: boss
            match: [{headers: {user: {exact: boss}}}]
            route: [{destination: {host: httpbin.app.svc.cluster.local, subset: gold}}]
          - name: minion
            match: [{headers: {user: {exact: minion}}}]
            route: [{destination: {host: httpbin.app.svc.cluster.local, subset: shared}, weight: 60}, {destination: {host: httpbin.app.svc.cluster.local, subset: bulk}, weight: 40}]
          - name: rest
            route: [{destination: {host: httpbin.app.svc.cluster.local, subset: shared}}]
        """;

    private const string Flows = """
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: {name: anything}
        spec:
          match: {flows: [{sni: ["*.svc.cluster.local"]}]}
          tiers: [{links: [fibre]}]
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: {name: files}
        spec:
          match: {flows: [{sni: [files.app.svc.cluster.local], ports: [80]}, {sni: [www.example.org]}]}
          tiers: [{links: [lte]}]
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: {name: canary}
        spec:
          match: {flows: [{sni: [outbound_.80_.v2_.files.app.svc.cluster.local]}]}
          tiers: [{links: [lte]}]
        """;

    [Theory]
    // By the rules that lead there: all of one association, and of several.
    [InlineData("outbound_.80_.gold_.httpbin.app.svc.cluster.local", "boss", "app/httpbin/boss")]
    [InlineData("OUTBOUND_.80_.gold_.httpbin.APP.svc.cluster.local.", "boss", "app/httpbin/boss")]
    [InlineData("outbound_.80_.bulk_.httpbin.app.svc.cluster.local", "minion", "app/httpbin/minion")]
    [InlineData("outbound_.80_.shared_.httpbin.app.svc.cluster.local", "anything", null)]
    [InlineData("outbound_.81_.gold_.httpbin.app.svc.cluster.local", "anything", null)]
    // By flows: subset, service and port, service.
    [InlineData("outbound_.80_.v2_.files.app.svc.cluster.local", "canary", null)]
    [InlineData("outbound_.80_.v1_.files.app.svc.cluster.local", "files", null)]
    [InlineData("outbound_.80_._.files.app.svc.cluster.local", "files", null)]
    [InlineData("outbound_.8080_.v2_.files.app.svc.cluster.local", "anything", null)]
    // Of no mesh.
    [InlineData("www.example.org", "files", null)]
    [InlineData("example.org", null, null)]
    [InlineData("outbound_.80_.v1_.files.example.org", null, null)]
    public async Task A_server_name_says_service_port_and_subset(string serverName, string? association, string? route)
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        string mesh = ConfigurationFolder.Mesh;
        folder.Write("mesh.yaml", mesh[..mesh.IndexOf("---", StringComparison.Ordinal)] + "---\n" + Subsets);
        folder.Write("flows.yaml", Flows);
        await using TestHost host = await TestHost.StartAsync(folder);

        ClassifiedRequest classified = host.Get<ServerNameClassifier>().Classify(
            host.Snapshots.Current!, new RequestFacts(6, IPEndPoint.Parse("10.9.0.1:41000"), IPEndPoint.Parse("10.9.0.2:15443")), serverName);

        Assert.Equal((association, route, 1), (classified.Association, classified.Route, classified.Revision));
    }
}
