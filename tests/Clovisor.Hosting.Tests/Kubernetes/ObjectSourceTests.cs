using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.Istio.Sources.Kubernetes.Objects;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Tests.Kubernetes;

/// <summary>The kinds followed in a real API server, and their status written to it.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class ObjectSourceTests(ControlPlane plane)
{
    private static readonly KubernetesKind Links = new("wan.clovisor.io", "v1alpha1", "WanLink", "wanlinks");
    private static readonly KubernetesKind Classes = new("wan.clovisor.io", "v1alpha1", "SlaClass", "slaclasses");
    private static readonly KubernetesKind Associations = new("wan.clovisor.io", "v1alpha1", "WanAssociation", "wanassociations");

    private static readonly (string Plural, string Name, string Document)[] Fleet =
    [
        Of(Links, "plan-fibre", "{device: eth0, nodeSelector: {site: north}, nextHop: [192.0.2.1], probes: [{targets: [192.0.2.1], interval: 100ms}]}"),
        Of(Links, "plan-lte", "{device: eth1, role: backup, capacity: {up: 10M, down: 50M}}"),
        Of(Links, "plan-south", "{device: eth0, nodeSelector: {site: south}}"),
        Of(Classes, "plan-voice", "{loss: {enter: 2%}, latency: {enter: 150ms, leave: 100ms}}"),
        Of(Associations, "plan-calls", "{match: {meshRoute: [app/httpbin/boss], dscp: [ef, 10], flows: [{ports: [443]}]}, sla: plan-voice, tiers: [{links: [plan-south, plan-fibre], weights: {plan-fibre: 2}}, {links: [plan-lte]}]}"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [ApiServerFact]
    public async Task The_same_objects_give_the_same_plan_from_a_cluster_and_from_a_folder()
    {
        await using KubernetesObjectSource source = Follow(ApiServer.AdminToken);
        foreach ((string plural, string name, string document) in Fleet)
        {
            await plane.Server.ApplyAsync(ControlPlane.WanPath(plural, name), document);
        }

        KubernetesObjectSnapshot snapshot = await UntilAsync(source, static s => s.Cluster.IsSynced && s.Objects.Count(static o => o.Name.StartsWith("plan-", StringComparison.Ordinal)) == Fleet.Length);
        Dictionary<string, string> labels = new() { ["site"] = "north" };
        WanConfiguration cluster = WanConfigurationReader.Read(
            snapshot.Objects.Where(static o => o.Name.StartsWith("plan-", StringComparison.Ordinal)).Select(static o => new ConfigurationText(o.Name, Encoding.UTF8.GetString(o.Json.Span))), labels).Configuration!;
        WanConfiguration folder = WanConfigurationReader.Read(Fleet.Select(static o => new ConfigurationText(o.Name, o.Document)), labels).Configuration!;

        Assert.Equal(["plan-fibre", "plan-lte"], cluster.Links.Select(static link => link.Name));
        Assert.Equal(folder.Links, cluster.Links);
        Assert.Equal(folder.SlaClasses, cluster.SlaClasses);
        Assert.Equivalent(folder.Associations.ToArray(), cluster.Associations.ToArray(), strict: true);

        foreach ((string plural, string name, _) in Fleet)
        {
            await plane.Server.DeleteAsync(ControlPlane.WanPath(plural, name));
        }

        await UntilAsync(source, static s => !s.Objects.Any(static o => o.Name.StartsWith("plan-", StringComparison.Ordinal)));
    }

    [ApiServerFact]
    public async Task Each_node_owns_its_entry_of_the_status_and_takes_it_back_alone()
    {
        (string plural, string name, string document) = Of(Links, "shared", "{device: eth7}");
        await plane.Server.ApplyAsync(ControlPlane.WanPath(plural, name), document);
        await using KubernetesObjectSource source = Follow(ApiServer.AdminToken);
        await UntilAsync(source, static s => s.Objects.Any(static o => o.Name == "shared"));

        await Task.WhenAll(WriteAsync(source, "a", "Up"), WriteAsync(source, "b", "Down"));
        Assert.Equal(["a: Up", "b: Down"], await NodesAsync(source, 2));

        await WriteAsync(source, "b", "Up");
        Assert.Equal(["a: Up", "b: Up"], await NodesAsync(source, 2, "b: Up"));

        await source.ApplyStatusAsync(Links, "", "shared", Status(""), "clovisor-a", Stop);
        Assert.Equal(["b: Up"], await NodesAsync(source, 1));
        await plane.Server.DeleteAsync(ControlPlane.WanPath(plural, name));
    }

    [ApiServerFact]
    public async Task A_write_that_is_refused_says_what_was_tried_and_what_the_server_said()
    {
        await using KubernetesObjectSource source = Follow(ApiServer.AdminToken);
        KubernetesWriteException gone = await Assert.ThrowsAsync<KubernetesWriteException>(() => source.ApplyStatusAsync(Links, "", "nowhere", Status("", "nowhere"), "clovisor-a", Stop));
        await using KubernetesObjectSource stranger = Follow("no-such-token");
        KubernetesWriteException unknown = await Assert.ThrowsAsync<KubernetesWriteException>(() => stranger.ApplyStatusAsync(Links, "", "nowhere", Status("", "nowhere"), "clovisor-a", Stop));
        KubernetesObjectSnapshot stale = await UntilAsync(stranger, static s => s.Cluster.IsStale);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Unauthorized), (gone.Status, unknown.Status));
        Assert.StartsWith("write the status of WanLink nowhere to cluster edge: ", gone.Message, StringComparison.Ordinal);
        Assert.False(stale.Cluster.IsSynced);
    }

    private static (string Plural, string Name, string Document) Of(KubernetesKind kind, string name, string spec) =>
        (kind.Plural, name, $"{{apiVersion: {kind.ApiVersion}, kind: {kind.Kind}, metadata: {{name: {name}}}, spec: {spec}}}");

    private static byte[] Status(string nodes, string name = "shared") =>
        Encoding.UTF8.GetBytes($$$"""{"apiVersion":"wan.clovisor.io/v1alpha1","kind":"WanLink","metadata":{"name":"{{{name}}}"},"status":{"nodes":[{{{nodes}}}]}}""");

    private static Task WriteAsync(KubernetesObjectSource source, string node, string state) =>
        source.ApplyStatusAsync(Links, "", "shared", Status($$$"""{"node":"{{{node}}}","state":"{{{state}}}"}"""), $"clovisor-{node}", Stop);

    private static async Task<string[]> NodesAsync(KubernetesObjectSource source, int count, string? last = null)
    {
        KubernetesObjectSnapshot snapshot = await UntilAsync(source, s => Nodes(s) is { } nodes && nodes.Length == count && (last is null || nodes[^1] == last));
        return Nodes(snapshot)!;
    }

    private static string[]? Nodes(KubernetesObjectSnapshot snapshot) =>
        snapshot.Objects.FirstOrDefault(static o => o.Name == "shared") is { } link && JsonNode.Parse(link.Json.Span)?["status"]?["nodes"] is JsonArray nodes
            ? [.. nodes.Select(static node => $"{node!["node"]}: {node["state"]}").Order(StringComparer.Ordinal)]
            : null;

    private static async Task<KubernetesObjectSnapshot> UntilAsync(KubernetesObjectSource source, Func<KubernetesObjectSnapshot, bool> fits)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await foreach (KubernetesObjectSnapshot snapshot in source.WatchAsync(patience.Token))
        {
            if (fits(snapshot))
            {
                return snapshot;
            }
        }

        throw new InvalidOperationException("The source ended.");
    }

    private KubernetesObjectSource Follow(string token)
    {
        KubernetesCluster cluster = KubernetesCluster.FromKubeconfig("edge", plane.Server.Kubeconfig(token));
        return new KubernetesObjectSource(cluster, [(Links, null), (Classes, null), (Associations, null)], new KubernetesSourceSettings
        {
            Clusters = [cluster],
            InitialBackoff = TimeSpan.FromMilliseconds(50),
            MaxBackoff = TimeSpan.FromMilliseconds(400),
            Seed = 1,
        });
    }
}
