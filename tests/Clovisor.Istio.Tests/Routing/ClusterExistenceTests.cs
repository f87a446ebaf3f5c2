using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Routing;

public sealed class ClusterExistenceTests
{
    private const string Rules = """
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: httpbin, namespace: app}
        spec: {host: httpbin.app.svc.cluster.local, subsets: [{name: v1, labels: {version: v1}}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews, namespace: app}
        spec: {host: "*.app.svc.cluster.local", exportTo: ["."], subsets: [{name: wide, labels: {version: v1}}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: root, namespace: istio-system}
        spec: {host: "*.local", subsets: [{name: root, labels: {version: v1}}]}
        """;

    private static readonly RouteCompiler Compiler = new(Mesh.Read(Rules));

    [Theory]
    [InlineData("app", "httpbin", 80, "", true)]
    [InlineData("app", "httpbin", 81, "", false)]
    [InlineData("app", "nowhere", 80, "", false)]
    [InlineData("app", "httpbin", 80, "v1", true)]
    [InlineData("app", "httpbin", 80, "v2", false)]

    // The exact host's rule hides the wildcard's, and the namespace's rules those of the root.
    [InlineData("app", "httpbin", 80, "wide", false)]
    [InlineData("app", "httpbin", 80, "root", false)]
    [InlineData("app", "reviews", 9080, "wide", true)]

    // To others the namespace's private rule is not there, so that the root's holds.
    [InlineData("other", "reviews", 9080, "wide", false)]
    [InlineData("other", "reviews", 9080, "root", true)]
    [InlineData("other", "httpbin", 80, "v1", true)]
    public void A_cluster_needs_service_port_and_subset(string scope, string service, int port, string subset, bool exists)
    {
        var destination = new RouteDestination { Cluster = $"outbound|{port}|{subset}|{service}.app.svc.cluster.local", Host = $"{service}.app.svc.cluster.local", Port = port, Subset = subset };
        Assert.Equal(exists, Compiler.HasCluster(new IstioProxy { Namespace = scope }, destination));
    }

    [Theory]
    [InlineData("PassthroughCluster", true)]
    [InlineData("BlackHoleCluster", true)]
    [InlineData("UnknownService", false)]
    public void Clusters_that_stand_for_no_service(string cluster, bool exists) => Assert.Equal(exists, Compiler.HasCluster(Mesh.Sidecar, new RouteDestination { Cluster = cluster }));
}
