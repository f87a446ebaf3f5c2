using Clovisor.EdgeHost.CommandLine;
using Clovisor.Hosting;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;

namespace Clovisor.EdgeHost.Clusters;

/// <summary>Reads clusters once and whole: what a host would put in force, without a host that steers anything.</summary>
internal static class ClusterReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What a host of a node would put in force.</summary>
    /// <exception cref="EdgeHostException">Not within half a minute.</exception>
    public static async Task<ClovisorSnapshot> SnapshotAsync(string tried, IReadOnlyList<KubernetesClusterOptions> clusters, string? node, CancellationToken cancellationToken)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddClovisor().AddKubernetes(kubernetes =>
        {
            kubernetes.NodeName = node;
            kubernetes.StorageDirectory = "";
            kubernetes.WritesStatus = false;
            foreach (KubernetesClusterOptions cluster in clusters)
            {
                kubernetes.Clusters.Add(cluster);
            }
        });
        using IHost host = builder.Build();
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        SnapshotStore store = host.Services.GetRequiredService<SnapshotStore>();
        try
        {
            long started = TimeProvider.System.GetTimestamp();
            while (store.Current is null)
            {
                if (TimeProvider.System.GetElapsedTime(started) > Patience)
                {
                    IEnumerable<string> reasons = host.Services.GetRequiredService<HealthBoard>().Parts.SelectMany(part => part.Reasons);
                    throw new EdgeHostException(tried, $"nothing is in force after {Patience.TotalSeconds:0} s: {string.Join(" ", reasons)}", "See that the clusters are reached and their objects are valid");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }

            return store.Current;
        }
        finally
        {
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>The mesh's objects, of each cluster and together.</summary>
    /// <exception cref="EdgeHostException">Not within half a minute.</exception>
    public static async Task<IstioSnapshot> MeshAsync(string tried, IReadOnlyList<KubernetesClusterOptions> clusters, CancellationToken cancellationToken)
    {
        await using var source = new KubernetesSource(new KubernetesSourceSettings
        {
            Clusters = [.. clusters.Select(cluster => ClusterOf(cluster))],
            ReadsRemoteSecrets = false,
        });
        try
        {
            return await source.WaitForSyncAsync(cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            IEnumerable<string> reasons = source.Current.Clusters.Where(cluster => cluster.IsStale).Select(cluster => $"cluster {cluster.Name}: {cluster.StaleReason}");
            throw new EdgeHostException(tried, $"the clusters are not read after {Patience.TotalSeconds:0} s: {string.Join(" ", reasons)}", "See that they are reached");
        }
    }

    private static KubernetesCluster ClusterOf(KubernetesClusterOptions cluster)
    {
        ClusterRole role = cluster.ServicesOnly ? ClusterRole.Services : ClusterRole.Configuration;
        return cluster.Kubeconfig is { } file ? KubernetesCluster.FromKubeconfigFile(cluster.Name, file, cluster.Context, role) : KubernetesCluster.InCluster(cluster.Name, role);
    }
}
