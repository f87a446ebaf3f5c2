using System.Text.Json.Nodes;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Tests.Kubernetes.Definitions;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clovisor.Hosting.Tests.Kubernetes;

/// <summary>Hosts that are configured by a real API server alone: what they put in force, what they say of it, and how they do without the server.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class FollowingTests(ControlPlane plane) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clvt-following-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (ApiServerPrograms.Missing is not null)
        {
            return;
        }

        await plane.Server.ApplyAsync("/api/v1/namespaces/app", "{apiVersion: v1, kind: Namespace, metadata: {name: app}}");
        foreach ((string path, string document) in Documents(ConfigurationFolder.Mesh + "\n---\n" + Listed(ConfigurationFolder.Wan)))
        {
            await plane.Server.ApplyAsync(path, document);
        }

        foreach (string node in (string[])["north", "south"])
        {
            await plane.Server.ApplyAsync($"/api/v1/nodes/{node}", $"{{apiVersion: v1, kind: Node, metadata: {{name: {node}, labels: {{site: {node}}}}}}}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        if (ApiServerPrograms.Missing is null)
        {
            foreach ((string path, _) in Documents(ConfigurationFolder.Mesh + "\n---\n" + ConfigurationFolder.Wan))
            {
                await plane.Server.DeleteAsync(path);
            }
        }
    }

    [ApiServerFact]
    public async Task The_plan_of_a_cluster_is_that_of_the_same_objects_in_a_folder()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost files = await TestHost.StartAsync(folder);
        await using ClusterHost cluster = await ClusterHost.StartAsync(plane, _folder, "north");
        await cluster.UntilAsync(static host => host.Snapshot is not null);

        ClovisorSnapshot expected = files.Snapshots.Current!;
        Assert.Equal(expected.Wan.Links.OrderBy(static link => link.Name, StringComparer.Ordinal), cluster.Snapshot!.Wan.Links);
        Assert.Equivalent(expected.Wan.Associations.OrderBy(static one => one.Name, StringComparer.Ordinal).ToArray(), cluster.Snapshot.Wan.Associations.ToArray(), strict: true);
        Assert.Equal(expected.Fields.Headers, cluster.Snapshot.Fields.Headers);
        Assert.Equal(
            expected.FindTable(80)!.VirtualHosts.SelectMany(static host => host.Routes).Select(static route => route.RuleName),
            cluster.Snapshot.FindTable(80)!.VirtualHosts.SelectMany(static host => host.Routes).Select(static route => route.RuleName));
        Assert.Equal(HealthLevel.Healthy, cluster.Part("kubernetes").Level);
    }

    [ApiServerFact]
    public async Task Each_node_says_what_it_took_and_the_conditions_are_of_all_nodes()
    {
        await plane.Server.ApplyAsync(ControlPlane.WanPath("wanlinks", "lte"), Link("lte", "{device: wan1, nextHop: [10.9.1.2], nodeSelector: {site: north}}"));
        await using ClusterHost north = await ClusterHost.StartAsync(plane, _folder, "north");
        await using ClusterHost south = await ClusterHost.StartAsync(plane, _folder, "south");
        await UntilStatusAsync("wanlinks", "fibre", static status => Nodes(status) == "north accepted 1, south accepted 1");
        JsonNode lte = await UntilStatusAsync("wanlinks", "lte", static status => Nodes(status) == "north accepted 2" && Condition(status, "Accepted") == "True Accepted");
        Assert.Equal(2, lte["observedGeneration"]!.GetValue<long>());

        // A label that goes takes the link with it, and the node takes back what it said of it.
        await plane.Server.ApplyAsync("/api/v1/nodes/north", "{apiVersion: v1, kind: Node, metadata: {name: north, labels: {site: elsewhere}}}");
        await UntilStatusAsync("wanlinks", "lte", static status => Nodes(status).Length == 0 && Condition(status, "Accepted") == "Unknown NoNode");
        await plane.Server.ApplyAsync("/api/v1/nodes/north", "{apiVersion: v1, kind: Node, metadata: {name: north, labels: {site: north}}}");
        await UntilStatusAsync("wanlinks", "lte", static status => Nodes(status) == "north accepted 2");

        // Settled: nobody writes any more.
        string version = await VersionAsync("wanlinks", "fibre");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Stop);
        Assert.Equal(version, await VersionAsync("wanlinks", "fibre"));
        await plane.Server.ApplyAsync(ControlPlane.WanPath("wanlinks", "lte"), Link("lte", "{device: wan1, nextHop: [10.9.1.2]}"));
    }

    [ApiServerFact]
    public async Task An_object_that_does_not_fit_the_others_is_refused_in_its_status_and_the_policy_stays()
    {
        await using ClusterHost host = await ClusterHost.StartAsync(plane, _folder, "north");
        await UntilStatusAsync("wanassociations", "boss", static status => Condition(status, "Accepted") == "True Accepted");
        long before = host.Snapshot!.Revision;

        await plane.Server.ApplyAsync(ControlPlane.WanPath("wanassociations", "lost"), Association("lost", "{match: {dscp: [ef]}, tiers: [{links: [nowhere]}]}"));
        JsonNode lost = await UntilStatusAsync("wanassociations", "lost", static status => Condition(status, "Accepted") == "False Refused");
        JsonNode boss = await UntilStatusAsync("wanassociations", "boss", static status => Condition(status, "Accepted") == "False Refused");

        Assert.Contains("'nowhere'", lost["nodes"]![0]!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("Held back", boss["nodes"]![0]!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("WanAssociation/lost", boss["nodes"]![0]!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(before, host.Snapshot!.Revision);
        Assert.Equal(HealthLevel.Degraded, host.Part("configuration").Level);
        Assert.True(host.Health.IsReady);

        await plane.Server.DeleteAsync(ControlPlane.WanPath("wanassociations", "lost"));
        await UntilStatusAsync("wanassociations", "boss", static status => Condition(status, "Accepted") == "True Accepted");
        Assert.Equal(HealthLevel.Healthy, host.Part("configuration").Level);
    }

    [ApiServerFact]
    public async Task A_node_that_starts_without_its_cluster_keeps_its_policy_and_says_so()
    {
        using var relay = new TcpRelay(plane.Server.Port);
        await using (ClusterHost first = await ClusterHost.StartAsync(plane, _folder, "north", port: relay.Port))
        {
            await first.UntilAsync(static host => host.Snapshot is not null);
        }

        relay.Cut();
        await plane.Server.ApplyAsync(ControlPlane.WanPath("wanassociations", "later"), Association("later", "{match: {dscp: [cs1]}, tiers: [{links: [lte]}]}"));
        await using ClusterHost second = await ClusterHost.StartAsync(plane, _folder, "north", port: relay.Port);
        await second.UntilAsync(static host => host.Snapshot is not null);
        Assert.Equal(["boss", "minion"], second.Snapshot!.Wan.Associations.Select(static one => one.Name));
        Assert.NotNull(second.Snapshot.FindTable(80));
        Assert.True(second.Health.IsReady);
        await second.UntilAsync(static host => host.Part("kubernetes").Reasons.Length == 2);
        Assert.Contains(second.Part("kubernetes").Reasons, static reason => reason.Contains("is not followed since", StringComparison.Ordinal));
        Assert.True(second.Staleness > TimeSpan.Zero);
        Assert.Contains(second.Part("kubernetes").Reasons, static reason => reason.Contains("what an earlier process stored is in force", StringComparison.Ordinal));

        relay.Mend();
        await second.UntilAsync(static host => host.Snapshot!.Wan.Associations.Length == 3);
        await second.UntilAsync(static host => host.Part("kubernetes").Level == HealthLevel.Healthy);
        Assert.Equal(TimeSpan.Zero, second.Staleness);
        await plane.Server.DeleteAsync(ControlPlane.WanPath("wanassociations", "later"));
    }

    [ApiServerFact]
    public async Task A_token_that_has_expired_is_a_reason_and_what_is_stored_is_in_force_at_once()
    {
        await using (ClusterHost first = await ClusterHost.StartAsync(plane, _folder, "north"))
        {
            await first.UntilAsync(static host => host.Snapshot is not null);
        }

        await using ClusterHost second = await ClusterHost.StartAsync(plane, _folder, "north", "expired-token", more: static options => options.StartPatience = TimeSpan.FromMinutes(10));
        await second.UntilAsync(static host => host.Snapshot is not null);
        Assert.Contains(second.Part("kubernetes").Reasons, static reason => reason.Contains("Unauthorized", StringComparison.OrdinalIgnoreCase));
    }

    [ApiServerFact]
    public async Task A_host_that_never_knew_its_cluster_starts_and_is_not_ready_until_it_does()
    {
        using var relay = new TcpRelay(plane.Server.Port);
        relay.Cut();
        await using ClusterHost host = await ClusterHost.StartAsync(plane, _folder, "north", port: relay.Port);
        await host.UntilAsync(static one => one.Health.Parts.Any(static part => part is { Name: "kubernetes", Level: HealthLevel.Degraded }));
        Assert.False(host.Health.IsReady);
        Assert.Null(host.Snapshot);
        Assert.Contains("Nothing is known yet of cluster edge", Assert.Single(host.Part("configuration").Reasons), StringComparison.Ordinal);

        relay.Mend();
        await host.UntilAsync(static one => one.Health.IsReady);
    }

    [ApiServerFact]
    public async Task A_damaged_store_is_said_and_counts_as_none()
    {
        await using (ClusterHost first = await ClusterHost.StartAsync(plane, _folder, "north"))
        {
            await first.UntilAsync(static host => host.Snapshot is not null);
        }

        string file = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "north.stored")), static file => file.Contains("wanlinks", StringComparison.Ordinal));
        byte[] bytes = await File.ReadAllBytesAsync(file, Stop);
        bytes[bytes.AsSpan().IndexOf("10.9.0.2"u8)] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Stop);
        await using ClusterHost second = await ClusterHost.StartAsync(plane, _folder, "north", "expired-token");
        await second.UntilAsync(static host => host.Part("kubernetes").Reasons.Any(static reason => reason.Contains("is damaged, and was passed over", StringComparison.Ordinal)));

        // A link is missing, so the association that names it is refused: half a policy is not put in force.
        Assert.Null(second.Snapshot);
    }

    [ApiServerFact]
    public async Task The_demo_s_configuration_is_taken_by_a_cluster()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "samples/EdgeHost/config"), "*.yaml"))
        {
            foreach ((string path, string document) in Documents(await File.ReadAllTextAsync(file, Stop)))
            {
                string name = path[(path.LastIndexOf('/') + 1)..];
                string dry = $"{path[..path.LastIndexOf('/')]}/dry-{name}";
                await plane.Server.ApplyAsync(dry, document.Replace($"name: {name}", $"name: dry-{name}", StringComparison.Ordinal));
                await plane.Server.DeleteAsync(dry);
            }
        }
    }

    private static string Listed(string wan) => wan
        .Replace("nextHop: 10.9.0.2", "nextHop: [10.9.0.2]", StringComparison.Ordinal).Replace("nextHop: 10.9.1.2", "nextHop: [10.9.1.2]", StringComparison.Ordinal)
        .Replace("meshRoute: app/httpbin/boss", "meshRoute: [app/httpbin/boss]", StringComparison.Ordinal).Replace("meshRoute: app/httpbin/minion", "meshRoute: [app/httpbin/minion]", StringComparison.Ordinal);

    private static string Link(string name, string spec) => $"{{apiVersion: wan.clovisor.io/v1alpha1, kind: WanLink, metadata: {{name: {name}}}, spec: {spec}}}";

    private static string Association(string name, string spec) => $"{{apiVersion: wan.clovisor.io/v1alpha1, kind: WanAssociation, metadata: {{name: {name}}}, spec: {spec}}}";

    private static IEnumerable<(string Path, string Document)> Documents(string text)
    {
        foreach (string document in text.Split("\n---\n"))
        {
            string[] head = [.. ((string[])["apiVersion: ", "kind: ", "name: "]).Select(field => document[(document.IndexOf(field, StringComparison.Ordinal) + field.Length)..].Split('\n', ',', '}')[0].Trim())];
            string plural = head[1] switch { "ServiceEntry" => "serviceentries", "SlaClass" => "slaclasses", _ => $"{head[1].ToLowerInvariant()}s" };
            yield return (head[0].StartsWith("wan.", StringComparison.Ordinal) ? $"/apis/{head[0]}/{plural}/{head[2]}" : $"/apis/{head[0]}/namespaces/app/{plural}/{head[2]}", document);
        }
    }

    private static string Nodes(JsonNode status) => string.Join(", ", (status["nodes"]?.AsArray() ?? []).Select(static node =>
        $"{node!["node"]} {(node["accepted"]!.GetValue<bool>() ? "accepted" : "refused")} {node["observedGeneration"]}").Order(StringComparer.Ordinal));

    private static string Condition(JsonNode status, string type) =>
        status["conditions"]?.AsArray().FirstOrDefault(condition => condition!["type"]!.GetValue<string>() == type) is { } condition ? $"{condition["status"]} {condition["reason"]}" : "";

    private async Task<string> VersionAsync(string plural, string name) => (await plane.Server.GetAsync(ControlPlane.WanPath(plural, name)))["metadata"]!["resourceVersion"]!.GetValue<string>();

    private async Task<JsonNode> UntilStatusAsync(string plural, string name, Func<JsonNode, bool> fits)
    {
        JsonNode? last = null;
        await ClusterHost.UntilAsync(
            async () => (last = (await plane.Server.GetAsync(ControlPlane.WanPath(plural, name)))["status"]) is { } status && fits(status),
            () => $"the status of {plural} {name} is {last?.ToJsonString()}; health: {ClusterHost.Reasons}");
        return last!;
    }
}
