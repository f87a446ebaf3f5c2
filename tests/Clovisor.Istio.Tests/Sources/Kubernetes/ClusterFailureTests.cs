using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>Clusters that are away, forget, refuse, or lack kinds.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class ClusterFailureTests(ControlPlane plane)
{
    private ApiServer Server => plane.Server;

    [ApiServerFact]
    public async Task A_cluster_that_is_away_keeps_its_state_and_is_stale_until_it_is_back()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyRuleAsync(Server, scope, "r", "a.example.com");
        using var relay = new TcpRelay(Server.Port);
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("far", Server.Kubeconfig(port: relay.Port))));
        IstioSnapshot before = await Cluster.SyncAsync(source);
        DateTimeOffset cut = TimeProvider.System.GetUtcNow();

        relay.Cut();
        IstioSnapshot stale = await Cluster.UntilAsync(source, static s => s.IsStale, "the stale flag");

        ClusterStatus status = Assert.Single(stale.Clusters);
        Assert.Same(before.Configuration, stale.Configuration);
        Assert.Same(before.Tables, stale.Tables);
        Assert.InRange(status.StaleSince!.Value, cut - TimeSpan.FromSeconds(10), TimeProvider.System.GetUtcNow());
        Assert.NotEmpty(status.StaleReason);
        await Cluster.ApplyRuleAsync(Server, scope, "missed", "b.example.com");

        relay.Mend();
        IstioSnapshot back = await Cluster.UntilAsync(source, s => !s.IsStale && s.Configuration.VirtualServices.Any(v => v.Namespace == scope && v.Name == "missed"), "the return");

        Assert.Equal(2, back.Configuration.VirtualServices.Count(v => v.Namespace == scope));
        Assert.All(back.Clusters[0].Kinds, static kind => Assert.NotEqual(ClusterKindState.Failing, kind.State));
    }

    [ApiServerFact]
    public async Task After_a_restart_and_a_compaction_nothing_is_lost_and_nothing_doubled()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyRuleAsync(Server, scope, "kept", "a.example.com");
        await Cluster.ApplyRuleAsync(Server, scope, "removed", "b.example.com");
        await Cluster.ApplyRuleAsync(Server, scope, "changed", "c.example.com", "before");
        using var relay = new TcpRelay(Server.Port);
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig(port: relay.Port))));
        IstioSnapshot before = await Cluster.SyncAsync(source);

        // All of this happens out of sight, and then the server forgets that it did.
        relay.Cut();
        await Cluster.UntilAsync(source, static s => s.IsStale, "the stale flag");
        await Server.DeleteAsync(Cluster.VirtualServicePath(scope, "removed"));
        await Cluster.ApplyRuleAsync(Server, scope, "changed", "c.example.com", "after");
        await Cluster.ApplyRuleAsync(Server, scope, "new", "d.example.com");
        await Server.CompactAsync();
        await Server.RestartServerAsync();
        relay.Mend();

        IstioSnapshot after = await Cluster.UntilAsync(source, s => !s.IsStale && s.Configuration.VirtualServices.Any(v => v.Namespace == scope && v.Name == "new"), "the return");
        Assert.Equal(["changed", "kept", "new"], after.Configuration.VirtualServices.Where(v => v.Namespace == scope).Select(static v => v.Name));
        Assert.Equal("after", after.Configuration.VirtualServices.Single(v => v.Namespace == scope && v.Name == "changed").Http[0].Name);
        Assert.Same(
            before.Configuration.VirtualServices.Single(v => v.Namespace == scope && v.Name == "kept"),
            after.Configuration.VirtualServices.Single(v => v.Namespace == scope && v.Name == "kept"));

        await Cluster.ApplyRuleAsync(Server, scope, "later", "e.example.com");
        await Cluster.UntilAsync(source, s => s.Configuration.VirtualServices.Any(v => v.Namespace == scope && v.Name == "later"), "a change after the return");
    }

    [ApiServerFact]
    public async Task A_restart_of_the_server_sets_the_stale_flag_and_clears_it()
    {
        string scope = await plane.NewNamespaceAsync();
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));
        await Cluster.SyncAsync(source);

        Server.StopServer();
        await Cluster.UntilAsync(source, static s => s.IsStale, "the stale flag");
        await Server.StartServerAsync();
        await Cluster.ApplyRuleAsync(Server, scope, "r", "a.example.com");

        IstioSnapshot back = await Cluster.UntilAsync(source, s => !s.IsStale && s.Configuration.VirtualServices.Any(v => v.Namespace == scope), "the return");
        Assert.Null(back.Clusters[0].StaleSince);
        Assert.Empty(back.Clusters[0].StaleReason);
    }

    [ApiServerFact]
    public async Task A_kind_that_may_not_be_read_is_named_and_the_others_are_read()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyRuleAsync(Server, scope, "r", "a.example.com");
        await Cluster.ApplyServiceAsync(Server, scope, "httpbin");
        Server.AddToken("reader-token", "reader");
        await Server.RestartServerAsync();
        await Server.ApplyAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles/rules-only", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: rules-only}, rules: [{apiGroups: [networking.istio.io], resources: ['*'], verbs: [list, watch]}]}");
        await Server.ApplyAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/reader", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: reader}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: rules-only}, subjects: [{kind: User, name: reader, apiGroup: rbac.authorization.k8s.io}]}");
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig("reader-token"))));

        // A server that has just begun refuses what it will allow as soon as it has read its own roles.
        IstioSnapshot snapshot = await Cluster.UntilAsync(
            source, s => !s.IsStale && s.Configuration.VirtualServices.Any(v => v.Namespace == scope) && Kind(s, "Service").State == ClusterKindState.Denied, "the rules and the refusal");

        Assert.Empty(snapshot.Configuration.Services);
        Assert.False(snapshot.Clusters[0].IsSynced);
        Assert.Contains(snapshot.Errors, static e => e.Subject == "Service" && e.Message.Contains("reader", StringComparison.Ordinal) && e.Message.Contains("list and watch", StringComparison.Ordinal));

        await Server.ApplyAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles/rules-only", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: rules-only}, rules: [{apiGroups: [networking.istio.io, ''], resources: ['*'], verbs: [list, watch]}]}");
        IstioSnapshot allowed = await Cluster.UntilAsync(source, s => s.Configuration.Services.Any(v => v.Namespace == scope), "the services");
        Assert.DoesNotContain(allowed.Errors, static e => e.Subject == "Service");
    }

    [ApiServerFact]
    public async Task A_kind_without_a_definition_is_left_out_until_it_is_installed()
    {
        await using ApiServer bare = await ApiServer.StartAsync(definitions: false);
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("bare", bare.Kubeconfig())) with { AbsentKindInterval = TimeSpan.FromHours(1) });
        IstioSnapshot first = await Cluster.SyncAsync(source);
        Assert.Equal(ClusterKindState.Absent, Kind(first, "VirtualService.networking.istio.io").State);
        Assert.Equal(ClusterKindState.Watching, (await Cluster.UntilAsync(source, static s => s.Clusters.Length > 0 && Kind(s, "Namespace").State == ClusterKindState.Watching, "namespaces")).Clusters[0].Kinds.Single(static k => k.Kind == "Namespace").State);
        Assert.False(first.IsStale);

        await bare.InstallDefinitionsAsync();
        await Cluster.ApplyRuleAsync(bare, "default", "r", "a.example.com");

        IstioSnapshot snapshot = await Cluster.UntilAsync(source, static s => s.Configuration.VirtualServices.Length == 1, "the rule");
        Assert.Equal(ClusterKindState.Watching, (await Cluster.UntilAsync(source, static s => s.Clusters.Length > 0 && Kind(s, "VirtualService.networking.istio.io").State == ClusterKindState.Watching, "the watch")).Clusters[0].Kinds.Single(static k => k.Kind == "VirtualService.networking.istio.io").State);
        await bare.DeleteAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io");
        await Cluster.UntilAsync(source, static s => s.Configuration.VirtualServices.IsEmpty && Kind(s, "VirtualService.networking.istio.io").State == ClusterKindState.Absent, "the end of the kind");
        Assert.Single(snapshot.Configuration.VirtualServices);
    }

    [Fact]
    public async Task A_cluster_that_is_away_from_the_start_is_stale_and_nothing_counts_as_synced()
    {
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("gone", """
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{name: c, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
            users: [{name: u, user: {token: t}}]
            """)));

        IstioSnapshot snapshot = await Cluster.UntilAsync(source, static s => s.IsStale, "the stale flag");

        Assert.False(snapshot.IsSynced);
        Assert.Contains("refused", snapshot.Clusters[0].StaleReason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not: [a, kubeconfig")]
    [InlineData("{apiVersion: v1, kind: Config, current-context: other, contexts: [], clusters: [], users: []}")]
    public async Task A_kubeconfig_that_leads_nowhere_is_the_reason_of_the_cluster(string kubeconfig)
    {
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("bad", kubeconfig)));

        IstioSnapshot snapshot = await Cluster.UntilAsync(source, static s => s.IsStale, "the stale flag");

        Assert.Contains("address and credentials", snapshot.Clusters[0].StaleReason, StringComparison.Ordinal);
    }

    private static ClusterKindStatus Kind(IstioSnapshot snapshot, string kind) => snapshot.Clusters[0].Kinds.Single(k => k.Kind == kind);
}
