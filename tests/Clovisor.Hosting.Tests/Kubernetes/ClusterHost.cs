using System.Collections.Concurrent;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Kubernetes.Following;
using Clovisor.KubernetesLab;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.Tests.Kubernetes;

/// <summary>A host that reads its configuration from a real API server.</summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ClusterHost, bool> Live = new();

    private readonly IHost _host;

    private ClusterHost(IHost host)
    {
        _host = host;
        Live[this] = true;
    }

    /// <summary>What all hosts that run say of themselves, for messages of tests.</summary>
    internal static string Reasons => string.Join('\n', Live.Keys.SelectMany(static host => host.Health.Parts).SelectMany(static part => part.Reasons.Select(reason => $"{part.Name}: {reason}")));

    internal ClovisorSnapshot? Snapshot => _host.Services.GetRequiredService<SnapshotStore>().Current;

    /// <summary>For how long the one cluster has not been followed.</summary>
    internal TimeSpan Staleness => Assert.Single(_host.Services.GetRequiredService<KubernetesPart>().Staleness(), static one => one.Cluster == "edge").Staleness;

    internal HealthBoard Health => _host.Services.GetRequiredService<HealthBoard>();

    internal static async Task<ClusterHost> StartAsync(ControlPlane plane, string folder, string node, string token = ApiServer.AdminToken, int? port = null, Action<KubernetesOptions>? more = null)
    {
        string kubeconfig = Path.Combine(folder, $"{node}.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, plane.Server.Kubeconfig(token, port));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddClovisor(static options => options.ProxyNamespace = "app").AddKubernetes(options =>
        {
            options.Clusters.Add(new KubernetesClusterOptions { Name = "edge", Kubeconfig = kubeconfig });
            options.NodeName = node;
            options.StorageDirectory = Path.Combine(folder, $"{node}.stored");
            options.StatusInterval = TimeSpan.FromMilliseconds(100);
            options.StartPatience = TimeSpan.FromSeconds(2);
            more?.Invoke(options);
        });
        ClusterHost host = new(builder.Build());
        await host._host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    internal PartHealth Part(string name) => Assert.Single(Health.Parts, part => part.Name == name);

    /// <summary>Waits until something holds that happens on another thread; at most a minute.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> holds, Func<string> what)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(1), what());
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    internal Task UntilAsync(Func<ClusterHost, bool> holds) => UntilAsync(
        () => Task.FromResult(holds(this)),
        static () => $"did not happen; health: {Reasons}");

    public async ValueTask DisposeAsync()
    {
        Live.TryRemove(this, out _);
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
