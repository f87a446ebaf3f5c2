using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Tests.Kubernetes;
using Clovisor.Hosting.Tests.Kubernetes.Definitions;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;

namespace Clovisor.Hosting.Tests.Deploy;

/// <summary>The shipped permissions against a real API server: all of them suffice, and each is needed.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class PermissionTests(ControlPlane plane) : IDisposable
{
    private const string Account = "system:serviceaccount:clovisor-system:clovisor";

    private readonly string _folder = Directory.CreateTempSubdirectory("clvt-permissions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ApiServerFact]
    public async Task The_shipped_permissions_suffice_and_each_that_is_taken_away_breaks_something_that_health_names()
    {
        Assert.SkipWhen(Manifests.Missing is not null, Manifests.Missing ?? "");
        ApiServer server = plane.Server;
        JsonNode[] rules = await ApplyAsync(server);
        (string Group, string Resource, string Verb)[] permissions = [.. rules.SelectMany(static rule =>
            from verb in Texts(rule, "verbs")
            from resource in Texts(rule, "resources")
            select (Texts(rule, "apiGroups").Single(), resource, verb))];
        Assert.True(permissions.Length > 40, "fewer permissions than there are kinds to read");

        // A user for each permission, who has all but that one; the server learns of them at its next start.
        server.AddToken("shipped", Account);
        for (int i = 0; i < permissions.Length; i++)
        {
            server.AddToken($"without-{i}", $"without-{i}");
        }

        await server.RestartServerAsync();
        await server.ApplyAsync("/api/v1/nodes/permission", "{apiVersion: v1, kind: Node, metadata: {name: permission}}");
        await server.ApplyAsync(ControlPlane.WanPath("wanlinks", "permission-link"), "{apiVersion: wan.clovisor.io/v1alpha1, kind: WanLink, metadata: {name: permission-link}, spec: {device: wan7}}");
        await server.ApplyAsync(ControlPlane.WanPath("slaclasses", "permission-class"), "{apiVersion: wan.clovisor.io/v1alpha1, kind: SlaClass, metadata: {name: permission-class}, spec: {loss: {enter: 1%}}}");
        await server.ApplyAsync(ControlPlane.WanPath("wanassociations", "permission"), "{apiVersion: wan.clovisor.io/v1alpha1, kind: WanAssociation, metadata: {name: permission}, spec: {match: {dscp: [cs7]}, tiers: [{links: [permission-link]}]}}");
        try
        {
            await using (ClusterHost shipped = await ClusterHost.StartAsync(plane, _folder, "permission", "shipped"))
            {
                await shipped.UntilAsync(static host => host.Health.IsReady && host.Part("kubernetes").Level == HealthLevel.Healthy);
                foreach ((string plural, string name) in ((string, string)[])[("wanlinks", "permission-link"), ("slaclasses", "permission-class"), ("wanassociations", "permission")])
                {
                    await ClusterHost.UntilAsync(
                        async () => (await server.GetAsync(ControlPlane.WanPath(plural, name)))["status"]?["conditions"] is not null,
                        () => $"no status of {plural} {name}; health: {ClusterHost.Reasons}");
                }

                Assert.Equal(HealthLevel.Healthy, shipped.Part("status").Level);
            }

            ConcurrentBag<string> unneeded = [];
            await Parallel.ForAsync(0, permissions.Length, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
            {
                if (!await BreaksAsync(i, permissions))
                {
                    unneeded.Add($"{permissions[i].Verb} on {permissions[i].Resource}.{permissions[i].Group}");
                }
            });
            Assert.Empty(unneeded);
        }
        finally
        {
            await server.DeleteAsync(ControlPlane.WanPath("wanassociations", "permission"));
            await server.DeleteAsync(ControlPlane.WanPath("slaclasses", "permission-class"));
            await server.DeleteAsync(ControlPlane.WanPath("wanlinks", "permission-link"));
        }
    }

    private static IEnumerable<string> Texts(JsonNode rule, string field) => rule[field]!.AsArray().Select(static text => text!.GetValue<string>());

    /// <summary>Applies the base as it is shipped, the DaemonSet too, and gives the rules of its roles.</summary>
    private static async Task<JsonNode[]> ApplyAsync(ApiServer server)
    {
        await server.ApplyAsync("/api/v1/namespaces/istio-system", "{apiVersion: v1, kind: Namespace, metadata: {name: istio-system}}");
        List<JsonNode> rules = [];
        foreach (string document in Manifests.DocumentsOf(await Manifests.RenderAsync()).Where(static document => !document.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal)))
        {
            JsonNode item = await Manifests.ReadAsync(document);
            await server.ApplyAsync(Manifests.PathOf(item), document);
            rules.AddRange((item["rules"]?.AsArray() ?? []).OfType<JsonNode>());
        }

        return [.. rules];
    }

    private async Task<bool> BreaksAsync(int without, (string Group, string Resource, string Verb)[] permissions)
    {
        string name = $"without-{without}";
        string resource = permissions[without].Resource;
        string rules = string.Join(", ", permissions.Where((_, i) => i != without).Select(static one => $"{{apiGroups: ['{one.Group}'], resources: [{one.Resource}], verbs: [{one.Verb}]}}"));
        string subject = $"subjects: [{{kind: User, name: {name}, apiGroup: rbac.authorization.k8s.io}}]";
        await plane.Server.ApplyAsync($"/apis/rbac.authorization.k8s.io/v1/clusterroles/{name}", $"{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: {name}}}, rules: [{rules}]}}");
        await plane.Server.ApplyAsync($"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{name}", $"{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: {name}}}, roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {name}}}, {subject}}}");
        bool writes = resource.EndsWith("/status", StringComparison.Ordinal);
        string node = writes ? $"writer-{without}" : "permission";
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        await using ClusterHost host = await ClusterHost.StartAsync(plane, folder, node, name, more: options => options.WritesStatus = writes);
        string part = writes ? "status" : "kubernetes";
        string named = resource.Split('/')[0];

        // Longer than the longest wait between two tries, so that one that was slow at first comes again.
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(120))
        {
            if (host.Health.Parts.Where(one => one.Name == part).SelectMany(static one => one.Reasons).Any(reason => reason.Contains("forbidden", StringComparison.Ordinal) && reason.Contains(named, StringComparison.Ordinal)))
            {
                return true;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return false;
    }

    [Fact]
    public void The_container_asks_for_what_the_capability_report_runs_with_and_no_more()
    {
        string daemon = File.ReadAllText(Path.Combine(Repository.Root, "deploy/kustomize/base/daemon-set.yaml"));
        string unit = File.ReadAllText(Path.Combine(Repository.Root, "deploy/systemd/clovisor.service"));
        string report = File.ReadAllText(Path.Combine(Repository.Root, "tests/capability-report.sh"));

        Assert.Contains("add: [BPF, PERFMON, NET_ADMIN, NET_RAW]", daemon, StringComparison.Ordinal);
        Assert.Contains("CapabilityBoundingSet=CAP_BPF CAP_PERFMON CAP_NET_ADMIN CAP_NET_RAW", unit, StringComparison.Ordinal);
        Assert.Contains("shipped='bpf perfmon net_admin net_raw'", report, StringComparison.Ordinal);
        foreach (string word in (string[])["readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]", "type: RuntimeDefault"])
        {
            Assert.Contains(word, daemon, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hostPID", daemon, StringComparison.Ordinal);
        Assert.DoesNotContain("privileged: true", daemon, StringComparison.Ordinal);
    }
}
