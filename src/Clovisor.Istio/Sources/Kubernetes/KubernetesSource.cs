using System.Collections.Immutable;
using Clovisor.Istio.Validation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>
/// Reads the configuration of a mesh from Kubernetes clusters and follows it. Each kind is listed and watched; changes are gathered for a
/// moment and become a snapshot in which only what changed is decoded and compiled anew.
/// </summary>
/// <remarks>
/// <para>A cluster that is away keeps its last state and is reported as stale. An object that is refused, and a kind that may not be read, are
/// errors of the snapshot; everything else is in force. Kinds that a cluster does not have are left out until it does.</para>
/// <para>It needs the verbs <c>list</c> and <c>watch</c>, on the kinds that it reads in all namespaces, and on ConfigMaps and Secrets in the root namespace.</para>
/// <para>All members may be used from any thread. Dispose ends the watching and every <see cref="WatchAsync"/>.</para>
/// </remarks>
public sealed partial class KubernetesSource : IIstioSource, IAsyncDisposable
{
    private readonly KubernetesSourceSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SnapshotPublisher _publisher = new();
    private readonly Debouncer _debouncer;
    private readonly Lock _lock = new();
    private readonly List<ClusterWatcher> _configured;
    private readonly SortedDictionary<string, RemoteCluster> _remote = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _named = new(StringComparer.Ordinal);
    private readonly List<Task> _ending = [];
    private int _seed;
    private bool _objectsChanged = true;
    private bool _disposed;

    /// <summary>Initializes a new instance of the <see cref="KubernetesSource"/> class, and begins to read. Nothing is waited for.</summary>
    /// <param name="settings">Which clusters are read, and how.</param>
    /// <param name="timeProvider">The clock of all waits, or null for the system's.</param>
    /// <param name="logger">Where changes are logged, or null.</param>
    /// <exception cref="ArgumentException">The settings contradict themselves.</exception>
    public KubernetesSource(KubernetesSourceSettings settings, TimeProvider? timeProvider = null, ILogger<KubernetesSource>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(settings);
        _settings = settings;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<KubernetesSource>.Instance;
        _seed = settings.Seed ?? HashCode.Combine(Environment.MachineName, Environment.ProcessId);
        _debouncer = new Debouncer(settings.QuietPeriod, settings.MaxDelay, _time, Publish);
        lock (_lock)
        {
            _configured = [.. settings.Clusters.Select(cluster => Watch(cluster, settings.ReadsRemoteSecrets && cluster.Role == ClusterRole.Configuration))];
        }
    }

    /// <inheritdoc/>
    public IstioSnapshot Current => _publisher.Current;

    /// <inheritdoc/>
    public IAsyncEnumerable<IstioSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _publisher.WatchAsync(cancellationToken);

    /// <summary>Waits until the clusters have been read whole once.</summary>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The first snapshot that <see cref="IstioSnapshot.IsSynced"/> holds for, or a later one.</returns>
    /// <exception cref="ObjectDisposedException">The source was disposed before.</exception>
    public async Task<IstioSnapshot> WaitForSyncAsync(CancellationToken cancellationToken = default)
    {
        await foreach (IstioSnapshot snapshot in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (snapshot.IsSynced)
            {
                return snapshot;
            }
        }

        throw new ObjectDisposedException(nameof(KubernetesSource));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Task> ending;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            ending = [.. _ending, .. _configured.Select(static c => c.DisposeAsync().AsTask()), .. _remote.Values.Select(static r => r.Watcher.DisposeAsync().AsTask())];
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
        _debouncer.Dispose();
        _publisher.End();
    }

    private static void Check(KubernetesSourceSettings settings)
    {
        if (settings.Clusters.IsDefaultOrEmpty)
        {
            throw new ArgumentException("No cluster is named. Name at least one.", nameof(settings));
        }

        if (settings.Clusters.GroupBy(static c => c.Name).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two clusters have the name {twice.Key}. Names must differ.", nameof(settings));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(settings.PageSize, 1, nameof(settings));
        foreach (TimeSpan span in (TimeSpan[])[settings.InitialBackoff, settings.MaxBackoff, settings.AbsentKindInterval, settings.WatchTimeout, settings.RequestTimeout])
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(settings));
        }
    }

    private ClusterWatcher Watch(KubernetesCluster cluster, bool secrets) => new(
        cluster,
        _settings,
        _time,
        _seed += 100,
        () => _debouncer.Touch(),
        () =>
        {
            Volatile.Write(ref _objectsChanged, true);
            _debouncer.Touch();
        },
        secrets ? named => SecretsChanged(cluster.Name, named) : null);

    /// <summary>Brings the clusters of remote secrets to what the secrets say now: others start, and those that are gone or changed end.</summary>
    private void SecretsChanged(string from, IReadOnlyDictionary<string, string> named)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _named[from] = named;
            var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach ((string name, string kubeconfig) in _settings.Clusters.SelectMany(c => _named.GetValueOrDefault(c.Name) ?? new Dictionary<string, string>()))
            {
                if (!_settings.Clusters.Any(c => c.Name == name))
                {
                    wanted.TryAdd(name, kubeconfig);
                }
            }

            foreach (RemoteCluster gone in _remote.Values.Where(r => wanted.GetValueOrDefault(r.Watcher.Cluster.Name) != r.Kubeconfig).ToList())
            {
                LogClusterGone(gone.Watcher.Cluster.Name);
                _remote.Remove(gone.Watcher.Cluster.Name);
                _ending.RemoveAll(static task => task.IsCompleted);
                _ending.Add(gone.Watcher.DisposeAsync().AsTask());
            }

            foreach ((string name, string kubeconfig) in wanted.Where(w => !_remote.ContainsKey(w.Key)))
            {
                _remote[name] = new RemoteCluster(kubeconfig, Watch(KubernetesCluster.FromRemoteSecret(name, kubeconfig), secrets: false));
            }

            Volatile.Write(ref _objectsChanged, true);
        }

        _debouncer.Touch();
    }

    /// <summary>Makes a snapshot of what is known now. The debouncer sees to it that there is one at a time.</summary>
    private void Publish()
    {
        ClusterWatcher[] clusters;
        lock (_lock)
        {
            clusters = [.. _configured, .. _remote.Values.Select(static r => r.Watcher)];
        }

        IstioSnapshot before = _publisher.Current;
        bool objectsChanged = Interlocked.Exchange(ref _objectsChanged, false);
        ImmutableArray<ClusterStatus> status = [.. clusters.Select(static c => c.Status)];
        bool synced = before.IsSynced || IsSynced(clusters, status);
        bool restored = !synced && clusters.All(static c => c.Cluster.Role != ClusterRole.Configuration || c.IsSettled || c.HasStored);
        IstioSnapshot next = before with { Clusters = status, IsSynced = synced, IsRestored = restored };
        if ((synced || restored) && (objectsChanged || synced != before.IsSynced || restored != before.IsRestored || DeniedKinds(before.Clusters) != DeniedKinds(status)))
        {
            var assembly = new MeshAssembly(_settings.Revision);
            foreach (ClusterWatcher cluster in clusters)
            {
                assembly.Add(cluster);
            }

            IstioConfiguration configuration = assembly.Build();
            next = next with { Configuration = configuration, Tables = before.Tables.Next(configuration), LazyMesh = assembly.Mesh(), Errors = [.. assembly.Errors], Warnings = [.. assembly.Warnings] };
        }

        Log(before, _publisher.Publish(next));
    }

    // Configuration must be whole before it counts. Other clusters are not waited for once they are known to be away.
    private static bool IsSynced(ClusterWatcher[] clusters, ImmutableArray<ClusterStatus> status)
    {
        for (int i = 0; i < clusters.Length; i++)
        {
            if (!clusters[i].IsSettled && (clusters[i].Cluster.Role == ClusterRole.Configuration || !status[i].IsStale))
            {
                return false;
            }
        }

        return true;
    }

    private static int DeniedKinds(ImmutableArray<ClusterStatus> clusters) => clusters.Sum(static c => c.Kinds.Count(static k => k.State == ClusterKindState.Denied));

    private void Log(IstioSnapshot before, IstioSnapshot now)
    {
        foreach (ClusterStatus cluster in now.Clusters)
        {
            ClusterStatus? former = before.Clusters.FirstOrDefault(c => c.Name == cluster.Name);
            if (cluster.IsStale && former?.IsStale != true)
            {
                LogStale(cluster.Name, cluster.StaleSince!.Value, cluster.StaleReason);
            }
            else if (cluster is { IsStale: false, IsSynced: true } && (former is null || former.IsStale || !former.IsSynced))
            {
                LogFollowed(cluster.Name);
            }
        }

        if (!ReferenceEquals(before.Configuration, now.Configuration))
        {
            LogPublished(now.Clusters.Length, now.Revision, now.Configuration.VirtualServices.Length, now.Errors.Length);
            foreach (ConfigurationError error in now.Errors.Except(before.Errors))
            {
                LogRefused(error.ToString());
            }
        }
    }

    private sealed record RemoteCluster(string Kubeconfig, ClusterWatcher Watcher);
}
