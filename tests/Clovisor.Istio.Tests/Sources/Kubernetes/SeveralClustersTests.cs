using System.Text;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>One mesh over two clusters, each with an API server of its own.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class SeveralClustersTests(ControlPlane plane) : IAsyncLifetime
{
    private ApiServer? _other;

    private ApiServer Near => plane.Server;

    private ApiServer Far => _other!;

    public async ValueTask InitializeAsync() => _other = ApiServerPrograms.Missing is null ? await ApiServer.StartAsync() : null;

    public ValueTask DisposeAsync() => _other?.DisposeAsync() ?? ValueTask.CompletedTask;

    [ApiServerFact]
    public async Task Two_clusters_are_one_mesh_and_the_first_has_the_rules_that_both_have()
    {
        string scope = await plane.NewNamespaceAsync();
        await Far.CreateAsync("/api/v1/namespaces", $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {scope}}}}}");
        await Cluster.ApplyRuleAsync(Near, scope, "both", "a.example.com", "near");
        await Cluster.ApplyRuleAsync(Far, scope, "both", "a.example.com", "far");
        await Cluster.ApplyRuleAsync(Far, scope, "far-alone", "b.example.com");
        await Cluster.ApplyServiceAsync(Near, scope, "near");
        await Cluster.ApplyServiceAsync(Far, scope, "far");
        await using var both = new KubernetesSource(Cluster.Settings(
            KubernetesCluster.FromKubeconfig("near", Near.Kubeconfig()),
            KubernetesCluster.FromKubeconfig("far", Far.Kubeconfig())));
        await using var servicesOnly = new KubernetesSource(Cluster.Settings(
            KubernetesCluster.FromKubeconfig("near", Near.Kubeconfig()),
            KubernetesCluster.FromKubeconfig("far", Far.Kubeconfig(), role: ClusterRole.Services)));

        IstioSnapshot merged = await Cluster.SyncAsync(both);
        IstioSnapshot services = await Cluster.SyncAsync(servicesOnly);

        Assert.Equal("near", Assert.Single(merged.Configuration.VirtualServices, v => v.Namespace == scope && v.Name == "both").Http[0].Name);
        Assert.Single(merged.Configuration.VirtualServices, v => v.Namespace == scope && v.Name == "far-alone");
        Assert.DoesNotContain(services.Configuration.VirtualServices, v => v.Name == "far-alone");
        Assert.Equal(["far", "near"], services.Configuration.Services.Where(s => s.Namespace == scope).Select(static s => s.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["near", "far"], merged.Clusters.Select(static c => c.Name));

        await Near.DeleteAsync(Cluster.VirtualServicePath(scope, "both"));
        IstioSnapshot after = await Cluster.UntilAsync(both, s => s.Configuration.VirtualServices.Any(v => v.Namespace == scope && v.Name == "both" && v.Http[0].Name == "far"), "the other cluster's rule");
        Assert.Equal(2, after.Configuration.VirtualServices.Count(v => v.Namespace == scope));
    }

    [ApiServerFact]
    public async Task Clients_reach_the_pods_of_another_network_by_its_gateway()
    {
        string scope = await plane.NewNamespaceAsync();
        await Near.ApplyAsync("/api/v1/namespaces/istio-system", "{apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: net-near}}}");
        await Far.ApplyAsync("/api/v1/namespaces/istio-system", "{apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: net-far}}}");
        await Far.CreateAsync("/api/v1/namespaces", $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {scope}}}}}");
        await Far.ApplyAsync("/api/v1/namespaces/istio-system/services/eastwest", "{apiVersion: v1, kind: Service, metadata: {name: eastwest, namespace: istio-system, labels: {topology.istio.io/network: net-far}}, spec: {externalIPs: [192.0.2.7], ports: [{name: tls, port: 15443}]}}");
        foreach ((ApiServer server, string address) in new[] { (Near, "10.1.0.1"), (Far, "10.2.0.1") })
        {
            await Cluster.ApplyServiceAsync(server, scope, "web");
            await server.ApplyAsync($"/apis/discovery.k8s.io/v1/namespaces/{scope}/endpointslices/web", $"{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: web, namespace: {scope}, labels: {{kubernetes.io/service-name: web}}}}, addressType: IPv4, endpoints: [{{addresses: [{address}]}}], ports: []}}");
        }

        await using var source = new KubernetesSource(Cluster.Settings(
            KubernetesCluster.FromKubeconfig("near", Near.Kubeconfig()),
            KubernetesCluster.FromKubeconfig("far", Far.Kubeconfig(), role: ClusterRole.Services)));
        MultiClusterMesh mesh = (await Cluster.SyncAsync(source)).Mesh!;

        Assert.Equal(["net-near", "net-far"], mesh.Clusters.Select(static c => c.Network));
        Assert.Equal(
            [("10.1.0.1", "net-near", 0), ("192.0.2.7", "net-far", 15443)],
            mesh.EndpointsOf("near", new ObjectKey(scope, "web")).Select(static e => (e.Address, e.Network, e.Gateway?.Port ?? 0)));
        Assert.Equal(["10.1.0.1", "10.2.0.1"], mesh.EndpointsOf("far", new ObjectKey(scope, "web")).Select(static e => e.Address).Order(StringComparer.Ordinal));
    }

    [ApiServerFact]
    public async Task One_cluster_that_is_away_makes_the_other_no_worse()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyServiceAsync(Far, "default", "far");
        await using var source = new KubernetesSource(Cluster.Settings(
            KubernetesCluster.FromKubeconfig("near", Near.Kubeconfig()),
            KubernetesCluster.FromKubeconfig("far", Far.Kubeconfig(), role: ClusterRole.Services)));
        await Cluster.SyncAsync(source);

        Far.StopServer();
        IstioSnapshot stale = await Cluster.UntilAsync(source, static s => s.IsStale, "the stale flag");
        await Cluster.ApplyRuleAsync(Near, scope, "r", "a.example.com");
        IstioSnapshot next = await Cluster.UntilAsync(source, s => s.Configuration.VirtualServices.Any(v => v.Namespace == scope), "the near rule");

        Assert.Equal("far", Assert.Single(stale.Clusters, static c => c.IsStale).Name);
        Assert.Contains(next.Configuration.Services, static s => s.Name == "far");
        Assert.True(next.IsStale);
        await Far.StartServerAsync();
        await Cluster.UntilAsync(source, static s => !s.IsStale, "the return");
    }

    [ApiServerFact]
    public async Task Clusters_of_remote_secrets_come_and_go()
    {
        await Near.ApplyAsync("/api/v1/namespaces/istio-system", "{apiVersion: v1, kind: Namespace, metadata: {name: istio-system}}");
        await Cluster.ApplyServiceAsync(Far, "default", "far");
        await Cluster.ApplyRuleAsync(Far, "default", "its-own", "a.example.com");
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("near", Near.Kubeconfig())));
        Assert.Single((await Cluster.SyncAsync(source)).Clusters);

        await ApplySecretAsync("remote", Far.Kubeconfig());
        IstioSnapshot joined = await Cluster.UntilAsync(source, static s => s.Configuration.Services.Any(static v => v.Name == "far"), "the far service");
        Assert.Equal(["near", "remote"], joined.Clusters.Select(static c => c.Name));
        Assert.DoesNotContain(joined.Configuration.VirtualServices, static v => v.Name == "its-own");

        await ApplySecretAsync("remote", Far.KubeconfigOf("exec: {apiVersion: client.authentication.k8s.io/v1, command: touch, args: [/nowhere/at-all], interactiveMode: Never}"));
        IstioSnapshot refused = await Cluster.UntilAsync(source, static s => s.Clusters.Any(static c => c.StaleReason.Contains("may not run programs", StringComparison.Ordinal)), "the refusal");
        Assert.DoesNotContain(refused.Configuration.Services, static v => v.Name == "far");

        await Near.DeleteAsync("/api/v1/namespaces/istio-system/secrets/remote");
        await Cluster.UntilAsync(source, static s => s.Clusters.Length == 1 && !s.IsStale, "the end of the cluster");
    }

    private Task ApplySecretAsync(string cluster, string kubeconfig) => Near.ApplyAsync($"/api/v1/namespaces/istio-system/secrets/{cluster}", $$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: {{cluster}}, namespace: istio-system, labels: {istio/multiCluster: "true"} }
        data:
          {{cluster}}: {{Convert.ToBase64String(Encoding.UTF8.GetBytes(kubeconfig))}}
        """);
}
