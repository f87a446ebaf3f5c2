using System.Net.Sockets;
using System.Text.Json.Nodes;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Demo.Steps;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Clusters;

/// <summary>Two real API servers, one at each site, from which alone everything is read; and the edits that the demo makes to their objects.</summary>
internal sealed class ClusterConfiguration(LabNames names, IDemoView view) : IDemoConfiguration
{
    public const string WanPath = "/apis/wan.clovisor.io/v1alpha1";
    public const string NodeName = "edge-1";
    public const string ServiceIdentity = "spiffe://cluster.local/ns/app/sa/httpbin";
    private const string ClientIdentity = "spiffe://cluster.local/ns/app/sa/sleep";

    private ClusterSite? _edge;
    private ClusterSite? _cloud;

    /// <summary>The words that the refusal of the host must not lack: which object, and what is wrong with it.</summary>
    public static IReadOnlyList<string> Mistakes { get; } = ["WanAssociation/minion", "wan9"];

    /// <summary>What the API server answered to the object that it has to refuse by itself; null when it took it.</summary>
    public string? Refusal { get; private set; }

    public ClusterSite Edge => _edge ?? throw new InvalidOperationException("the clusters are not installed");

    public ClusterSite Cloud => _cloud ?? throw new InvalidOperationException("the clusters are not installed");

    public string Authority => "httpbin.app.svc.cluster.local";

    public string EditName => "VirtualService changed by the API server";

    public IReadOnlyList<string> HostArguments => ["--cluster", $"edge={Edge.Kubeconfig}", "--remote", $"cloud={Cloud.Kubeconfig}", "--node", NodeName, "--storage", Path.Combine(names.RunDirectory, "storage")];

    public IReadOnlyList<string> ServerArguments => ["--mesh", ServiceFolder];

    /// <summary>The certificate of the edge's proxy.</summary>
    public string ClientFolder => Path.Combine(names.RunDirectory, "identity-sleep");

    private string ServiceFolder => Path.Combine(names.RunDirectory, "identity-httpbin");

    private static string Source => Path.Combine(AppContext.BaseDirectory, "config", "cluster");

    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        MeshCertificates.Write((ClientFolder, ClientIdentity), (ServiceFolder, ServiceIdentity));
        await GuardAsync("start the API servers", async () =>
        {
            Task<ClusterSite> edge = ClusterSite.StartAsync(names, "edge", names.Edge, LabAddresses.EdgeLan, cancellationToken);
            Task<ClusterSite> cloud = ClusterSite.StartAsync(names, "cloud", names.Cloud, LabAddresses.CloudApi, cancellationToken);
            try
            {
                await Task.WhenAll(edge, cloud).ConfigureAwait(false);
            }
            finally
            {
                // The one that did start is to be ended, whatever became of the other.
                _edge = edge.IsCompletedSuccessfully ? await edge.ConfigureAwait(false) : null;
                _cloud = cloud.IsCompletedSuccessfully ? await cloud.ConfigureAwait(false) : null;
            }
        }).ConfigureAwait(false);
        await GuardAsync("install the objects", () => Task.WhenAll(
            InstallAsync(Edge, "edge.yaml", definitions: true, cancellationToken), InstallAsync(Cloud, "cloud.yaml", definitions: false, cancellationToken))).ConfigureAwait(false);
        await ApplyAsync("rules.yaml", cancellationToken).ConfigureAwait(false);
        view.Note($"two API servers with their objects are there after {Words.Seconds(TimeProvider.System.GetElapsedTime(started))}");
    }

    public Task SwapAsync(CancellationToken cancellationToken) => ApplyAsync("edits/swapped.yaml", cancellationToken);

    /// <summary>Two objects: one that the API server itself must refuse, and one that only a host can.</summary>
    public async Task BreakAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Edge.Server.ApplyAllAsync(await ReadAsync("edits/refused.yaml", cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            Refusal = null;
        }
        catch (InvalidOperationException e)
        {
            Refusal = e.Message;
        }

        await ApplyAsync("edits/unknown-link.yaml", cancellationToken).ConfigureAwait(false);
    }

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await ApplyAsync("rules.yaml", cancellationToken).ConfigureAwait(false);
        await ApplyAsync("edge.yaml", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A condition of a WAN object as the edge's API server has it: True, False or Unknown, and the message.</summary>
    public async Task<(string Status, string Message)> ConditionAsync(string plural, string name, string type, CancellationToken cancellationToken)
    {
        JsonNode? item = null;
        await GuardAsync($"read {plural} {name}", async () => item = await Edge.Server.GetAsync($"{WanPath}/{plural}/{name}", cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        JsonNode? condition = (item?["status"]?["conditions"] as JsonArray)?.FirstOrDefault(one => one?["type"]?.GetValue<string>() == type);
        return (condition?["status"]?.GetValue<string>() ?? "Unknown", condition?["message"]?.GetValue<string>() ?? "");
    }

    /// <summary>The lines of <c>kubectl get wanlinks</c>, printed by kubectl where it is installed, else from the API server's own table.</summary>
    public async Task<IReadOnlyList<string>> LinksAsync(CancellationToken cancellationToken)
    {
        if (Tool.Find("kubectl") is { } kubectl)
        {
            string[] command = ["netns", "exec", Edge.Space, kubectl, "--kubeconfig", Edge.AdminKubeconfig, "--cache-dir", Path.Combine(names.RunDirectory, "kubectl"), "get", "wanlinks"];
            return (await Tool.RunAsync("ip", command, null, cancellationToken).ConfigureAwait(false)).TrimEnd('\n').Split('\n');
        }

        IReadOnlyList<IReadOnlyList<string>> rows = [];
        await GuardAsync("list wanlinks", async () => rows = await Edge.Server.GetTableAsync($"{WanPath}/wanlinks", cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        int[] widths = [.. Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length) + 3)];
        return [.. rows.Select(row => string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd())];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterSite site in new[] { _edge, _cloud }.OfType<ClusterSite>())
        {
            await site.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Task<string> ReadAsync(string file, CancellationToken cancellationToken) => File.ReadAllTextAsync(Path.Combine(Source, file), cancellationToken);

    private static async Task InstallAsync(ClusterSite site, string file, bool definitions, CancellationToken cancellationToken) =>
        await site.InstallAsync(await ReadAsync(file, cancellationToken).ConfigureAwait(false), definitions, cancellationToken).ConfigureAwait(false);

    /// <summary>What an API server, or the way to it, says is the lab's failure.</summary>
    private static async Task GuardAsync(string what, Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or HttpRequestException or IOException or SocketException)
        {
            throw new LabException($"cannot {what}", e.Message);
        }
    }

    private Task ApplyAsync(string file, CancellationToken cancellationToken) => GuardAsync(
        $"apply {file}", async () => await Edge.Server.ApplyAllAsync(await ReadAsync(file, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
}
