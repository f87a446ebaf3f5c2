using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Clusters;

/// <summary>Two real Envoys: the client's proxy at the edge, and the east-west gateway in the cloud. Both are configured by what their clusters say.</summary>
internal sealed class ClusterDemoProxy(string binary, ClusterConfiguration clusters) : IDemoProxy
{
    private static readonly TimeSpan ListenLimit = TimeSpan.FromSeconds(20);

    /// <summary>A line for every connection that the gateway took.</summary>
    public static string AccessLog(LabNames names) => Path.Combine(Folder(names), "gateway.log");

    public async Task<IReadOnlyList<LabProcess>> StartAsync(LabNames names, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder(names));
        Task<string> gateway = RenderAsync(
            names.Cloud,
            [
                "envoy gateway", "--cluster", $"cloud={clusters.Cloud.Kubeconfig}", "--listen", $"{LabAddresses.ServiceV4}:{LabAddresses.GatewayPort}", "--access-log", AccessLog(names),
            ],
            cancellationToken);

        // Links come and go within seconds, so connections are not kept, and requests that a cut link swallowed are sent again. The host shares
        // its machine with two API servers, so it has more time to answer than a proxy in the field would give it.
        Task<string> proxy = RenderAsync(
            names.Edge,
            [
                "envoy render", "--cluster", $"edge={clusters.Edge.Kubeconfig}", "--remote", $"cloud={clusters.Cloud.Kubeconfig}", "--node", ClusterConfiguration.NodeName,
                "--mode", "report", "--namespace", "app", "--listen", $"{LabAddresses.EdgeLan}:{LabAddresses.SidecarPort}", "--service", "app/httpbin",
                "--identity", clusters.ClientFolder, "--peer", ClusterConfiguration.ServiceIdentity, "--socket", names.AgentSocket,
                "--timeout", "250ms", "--remember", "500ms", "--lifetime", "1s", "--retries", "20",
            ],
            cancellationToken);
        LabProcess farSide = await StartAsync(names, names.Cloud, "gateway", await gateway.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        LabProcess nearSide = await StartAsync(names, names.Edge, "envoy", await proxy.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return [farSide, nearSide];
    }

    /// <summary>In report mode it asks the host.</summary>
    public Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Folder(LabNames names) => Path.Combine(names.RunDirectory, "envoy");

    private static async Task<string> RenderAsync(string space, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> command = SelfCommand.For(words[0].Split(' ')[0], [.. words[0].Split(' ').Skip(1), .. words.Skip(1)]);
        return await Tool.RunAsync("ip", ["netns", "exec", space, .. command], null, cancellationToken).WaitAsync(ListenLimit + ListenLimit, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    private async Task<LabProcess> StartAsync(LabNames names, string space, string name, string configuration, CancellationToken cancellationToken)
    {
        string bootstrap = Path.Combine(Folder(names), $"{name}.yaml");
        await File.WriteAllTextAsync(bootstrap, configuration, cancellationToken).ConfigureAwait(false);
        return LabProcess.Start(names, space, name, [binary, "-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warn", "--file-flush-interval-msec", "200"]);
    }
}
