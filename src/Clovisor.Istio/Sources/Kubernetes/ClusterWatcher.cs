using System.Collections.Immutable;
using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Sources.Kubernetes.Storage;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Follows all kinds of one cluster. Starts when it is made; ends when it is disposed.</summary>
internal sealed class ClusterWatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ApiConnection _connection;
    private readonly Dictionary<string, Informer> _byDefinition = new(StringComparer.Ordinal);
    private readonly List<KindFollower> _followers = [];
    private readonly ClusterStore? _store;
    private readonly Task _running;

    /// <summary>Initializes a new instance of the <see cref="ClusterWatcher"/> class.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="settings">How it is read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="seed">Seeds its random waits.</param>
    /// <param name="stateChanged">Called when the reading goes better or worse.</param>
    /// <param name="objectsChanged">Called when an object changed.</param>
    /// <param name="secretsChanged">Called with all clusters that remote secrets name, or null where they are not read.</param>
    public ClusterWatcher(
        KubernetesCluster cluster,
        KubernetesSourceSettings settings,
        TimeProvider time,
        int seed,
        Action stateChanged,
        Action objectsChanged,
        Action<IReadOnlyDictionary<string, string>>? secretsChanged)
    {
        Cluster = cluster;
        _connection = new ApiConnection(cluster.Endpoint, settings.RequestTimeout, time);
        _store = settings.StorageFolder is { } folder ? new ClusterStore(folder, $"{cluster.Name}.mesh", settings.StorageLimit) : null;
        Tables = [.. WatchedKinds.Of(cluster.Role, settings.RootNamespace).Select(kind => new TableFollower(kind, $"cluster {cluster.Name}", time, stateChanged, objectsChanged, _store?.For(kind)))];
        _followers.AddRange(Tables);
        if (secretsChanged is not null)
        {
            _followers.Add(new RemoteSecretFollower(settings.RootNamespace, time, stateChanged, secretsChanged));
        }

        if (_store is { IsComplete: true })
        {
            _followers.ForEach(static follower => follower.Restore());
            stateChanged();
        }

        var definitions = new DefinitionFollower(time, Installed);
        List<Informer> informers = [];
        foreach (KindFollower follower in _followers.Append(definitions))
        {
            var informer = new Informer(_connection, follower.Kind, follower, settings, new Random(unchecked(seed + informers.Count)), time);
            informers.Add(informer);
            _byDefinition[$"{follower.Kind.Plural}.{follower.Kind.Group}"] = informer;
        }

        // On the pool: reading credentials may run a program, and nobody is to wait for that here.
        _running = Task.WhenAll(informers.Select(informer => Task.Run(() => informer.RunAsync(_stop.Token))));
    }

    /// <summary>Gets the cluster.</summary>
    public KubernetesCluster Cluster { get; }

    /// <summary>Gets the objects by kind.</summary>
    public ImmutableArray<TableFollower> Tables { get; }

    /// <summary>Gets how the reading goes.</summary>
    public ClusterStatus Status
    {
        get
        {
            (DateTimeOffset Since, string Reason)? stale = _followers.Select(static f => f.Stale).Where(static s => s is not null).MinBy(static s => s!.Value.Since);
            return new ClusterStatus(
                Cluster.Name,
                _followers.TrueForAll(static f => f.IsSynced),
                stale?.Since,
                stale?.Reason ?? "",
                [.. _followers.Select(static f => f.Status).OrderBy(static s => s.Kind, StringComparer.Ordinal)])
            {
                IsRestored = HasStored && _followers.Exists(static f => f.IsRestored),
                StorageError = _store?.Error ?? "",
            };
        }
    }

    /// <summary>Gets a value indicating whether waiting longer is of no use: every kind was read whole once, is not there, or is denied.</summary>
    public bool IsSettled
    {
        get
        {
            bool settled = _followers.TrueForAll(static f => f.IsSettled);
            if (settled)
            {
                _store?.Complete();
            }

            return settled;
        }
    }

    /// <summary>Gets a value indicating whether all kinds were known to an earlier process that stored them.</summary>
    public bool HasStored => _store is { IsComplete: true };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        finally
        {
            _connection.Dispose();
            _store?.Dispose();
            _stop.Dispose();
        }
    }

    private void Installed(string definition)
    {
        if (_byDefinition.GetValueOrDefault(definition) is { } informer)
        {
            informer.Wake();
        }
    }
}
