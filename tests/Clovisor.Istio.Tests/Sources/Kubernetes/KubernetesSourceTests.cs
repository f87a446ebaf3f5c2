using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>Following a real API server.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class KubernetesSourceTests(ControlPlane plane)
{
    private ApiServer Server => plane.Server;

    [ApiServerFact]
    public async Task Creating_changing_and_removing_a_rule_makes_snapshots()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyServiceAsync(Server, scope, "httpbin");
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));
        IstioSnapshot first = await Cluster.SyncAsync(source);
        Assert.Null(Rule(first, scope, "r"));
        Assert.Contains(first.Configuration.Services, s => s.Namespace == scope && s.Name == "httpbin" && s.Ports.Length == 1);

        await Cluster.ApplyRuleAsync(Server, scope, "r", "httpbin", "created");
        IstioSnapshot created = await Cluster.UntilAsync(source, s => Rule(s, scope, "r") is not null, "the rule");
        Assert.Equal("created", Decide(created, scope));
        Assert.True(created.Revision > first.Revision);

        await Cluster.ApplyRuleAsync(Server, scope, "r", "httpbin", "changed");
        IstioSnapshot changed = await Cluster.UntilAsync(source, s => Decide(s, scope) == "changed", "the change");
        KubernetesService untouched = first.Configuration.Services.Single(s => s.Namespace == scope);
        Assert.Same(untouched, changed.Configuration.Services.Single(s => s.Namespace == scope));
        Assert.Equal("created", Decide(created, scope));

        await Server.DeleteAsync(Cluster.VirtualServicePath(scope, "r"));
        IstioSnapshot removed = await Cluster.UntilAsync(source, s => Rule(s, scope, "r") is null, "the removal");
        Assert.Equal("", Decide(removed, scope));
        Assert.False(removed.IsStale);
    }

    [ApiServerFact]
    public async Task An_object_of_the_cluster_is_what_its_yaml_is()
    {
        string scope = await plane.NewNamespaceAsync();
        string spec = """
            hosts: [httpbin, "*.example.com"]
            exportTo: ["."]
            http:
            - name: "1"
              match:
              - uri: {prefix: /a}
                headers: {user: {exact: "true"}, on: {regex: "[0-9]+"}}
                withoutHeaders: {x: {}}
                ignoreUriCase: true
                port: 80
              timeout: 1.5s
              rewrite: {uri: /b}
              headers: {request: {set: {a: "1"}, remove: [b]}}
              fault: {abort: {httpStatus: 503, percentage: {value: 12.5}}}
              route:
              - {destination: {host: httpbin, subset: v1, port: {number: 80}}, weight: 25}
              - {destination: {host: httpbin, subset: v2}, weight: 75}
            """;
        string document = $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: r, namespace: {scope}, labels: {{a: \"1\"}}}}\nspec:\n{string.Join('\n', spec.Split('\n').Select(static l => "  " + l))}";
        await Server.ApplyAsync(Cluster.VirtualServicePath(scope, "r"), document);
        VirtualService expected = IstioYaml.Read(document).OrThrow().VirtualServices[0];
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));

        VirtualService actual = Rule(await Cluster.SyncAsync(source), scope, "r")!;

        Assert.NotNull(actual.Created);
        Assert.Equal(new SourceLocation("cluster one", 0), actual.Source);
        Assert.Equal(
            WithoutLines(ObjectText.Of(expected)),
            WithoutLines(ObjectText.Of(actual with { Created = null, Source = expected.Source })));
    }

    [ApiServerFact]
    public async Task A_change_that_does_not_matter_makes_no_snapshot()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyServiceAsync(Server, scope, "httpbin");
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));
        IstioSnapshot before = await Cluster.SyncAsync(source);

        // A managed field alone changes the version of the object and nothing in it; the rule after it shows that the change has come.
        await Server.ApplyAsync($"/api/v1/namespaces/{scope}/services/httpbin/status", $"{{apiVersion: v1, kind: Service, metadata: {{name: httpbin, namespace: {scope}}}, status: {{conditions: [{{type: T, status: 'True', reason: r, message: m, lastTransitionTime: '2026-01-01T00:00:00Z'}}]}}}}");
        await Cluster.ApplyRuleAsync(Server, scope, "r", "httpbin");
        IstioSnapshot after = await Cluster.UntilAsync(source, s => Rule(s, scope, "r") is not null, "the rule");

        Assert.Same(before.Configuration.Services.Single(s => s.Namespace == scope), after.Configuration.Services.Single(s => s.Namespace == scope));
    }

    [ApiServerFact]
    public async Task An_object_that_is_refused_is_left_out_with_its_reason_and_the_others_hold()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyRuleAsync(Server, scope, "good", "a.example.com");
        await Server.ApplyAsync(Cluster.VirtualServicePath(scope, "bad"), $"{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: bad, namespace: {scope}}}, spec: {{hosts: [b.example.com], http: [{{match: [{{uri: {{regex: '(unclosed'}}}}], route: [{{destination: {{host: b}}}}]}}]}}}}");
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));

        IstioSnapshot snapshot = await Cluster.SyncAsync(source);

        Assert.NotNull(Rule(snapshot, scope, "good"));
        Assert.Null(Rule(snapshot, scope, "bad"));
        Assert.Contains(snapshot.Errors, e => e.Subject == $"VirtualService {scope}/bad" && e.Source.File == "cluster one" && e.Field.Contains("uri", StringComparison.Ordinal));
        await Server.DeleteAsync(Cluster.VirtualServicePath(scope, "bad"));
        await Cluster.UntilAsync(source, s => !s.Errors.Any(e => e.Subject == $"VirtualService {scope}/bad"), "the end of the error");
    }

    [ApiServerFact]
    public async Task A_list_of_many_pages_is_read_whole()
    {
        string scope = await plane.NewNamespaceAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 23), async (i, _) => await Cluster.ApplyRuleAsync(Server, scope, $"r{i}", $"h{i}.example.com"));
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())) with { PageSize = 5 });

        IstioSnapshot snapshot = await Cluster.SyncAsync(source);

        Assert.Equal(23, snapshot.Configuration.VirtualServices.Where(v => v.Namespace == scope).Select(static v => v.Name).Distinct().Count());
        Assert.Equal(23, snapshot.Configuration.VirtualServices.Count(v => v.Namespace == scope));
    }

    [ApiServerFact]
    public async Task A_watch_that_the_server_ends_goes_on_where_it_ended()
    {
        string scope = await plane.NewNamespaceAsync();
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())) with { WatchTimeout = TimeSpan.FromSeconds(1) });
        await Cluster.SyncAsync(source);

        for (int i = 0; i < 12; i++)
        {
            await Cluster.ApplyRuleAsync(Server, scope, $"r{i}", $"h{i}.example.com");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, Cluster.Stop);
        }

        IstioSnapshot snapshot = await Cluster.UntilAsync(source, s => s.Configuration.VirtualServices.Count(v => v.Namespace == scope) == 12, "twelve rules");
        Assert.False(snapshot.IsStale);
    }

    [ApiServerFact]
    public async Task Objects_of_another_revision_are_left_aside()
    {
        string scope = await plane.NewNamespaceAsync();
        foreach ((string name, string labels) in ((string, string)[])[("all", ""), ("canary", "istio.io/rev: canary"), ("default", "istio.io/rev: default")])
        {
            await Server.ApplyAsync(Cluster.VirtualServicePath(scope, name), $"{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: {name}, namespace: {scope}, labels: {{{labels}}}}}, spec: {{hosts: [{name}.example.com], http: [{{directResponse: {{status: 200}}}}]}}}}");
        }

        await using var usual = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));
        await using var canary = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())) with { Revision = "canary" });

        Assert.Equal(["all", "default"], Names(await Cluster.SyncAsync(usual), scope));
        Assert.Equal(["all", "canary"], Names(await Cluster.SyncAsync(canary), scope));
    }

    [ApiServerFact]
    public async Task Disposing_ends_the_watching()
    {
        var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.Kubeconfig())));
        Assert.True((await source.WaitForSyncAsync(Cluster.Stop)).IsSynced);
        Task<int> watching = Task.Run(async () => await source.WatchAsync(Cluster.Stop).CountAsync(Cluster.Stop));

        await source.DisposeAsync();

        Assert.True(await watching > 0);
        await source.DisposeAsync();
    }

    private static string[] Names(IstioSnapshot snapshot, string scope) =>
        [.. snapshot.Configuration.VirtualServices.Where(v => v.Namespace == scope).Select(static v => v.Name).Order(StringComparer.Ordinal)];

    private static VirtualService? Rule(IstioSnapshot snapshot, string scope, string name) =>
        snapshot.Configuration.VirtualServices.FirstOrDefault(v => v.Namespace == scope && v.Name == name);

    private static string? Decide(IstioSnapshot snapshot, string scope) =>
        snapshot.Tables.GetTable(new IstioProxy { Namespace = scope }, 80)?.Evaluate(new RouteRequest { Authority = "httpbin", Path = "/" }).Route?.RuleName;

    private static string WithoutLines(string text) =>
        string.Join('\n', text.Split('\n').Where(static line => !line.TrimStart().StartsWith("Line = ", StringComparison.Ordinal)));
}
