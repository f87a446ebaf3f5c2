using System.Collections.Immutable;
using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Sources.Kubernetes.Storage;

namespace Clovisor.Istio.Sources.Kubernetes.Objects;

/// <summary>
/// Follows kinds of one cluster that are not the mesh's own, as the server sends them, and writes their status. Lists, watches, waits and credentials
/// are those of <see cref="KubernetesSource"/>.
/// </summary>
/// <remarks>
/// <para>A cluster that is away keeps its last state and is reported as stale; a kind that is not installed has no objects until it is.</para>
/// <para>It needs the verbs <c>list</c> and <c>watch</c> on the kinds, <c>patch</c> on the <c>status</c> of those that are written, and, to notice at once that a
/// kind is installed, <c>list</c> and <c>watch</c> on CustomResourceDefinitions; without the last, it is noticed after <see cref="KubernetesSourceSettings.AbsentKindInterval"/>.</para>
/// <para>All members may be used from any thread. Dispose ends the watching and every <see cref="WatchAsync"/>.</para>
/// </remarks>
public sealed class KubernetesObjectSource : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly KubernetesCluster _cluster;
    private readonly ApiConnection _connection;
    private readonly Debouncer _debouncer;
    private readonly SnapshotPublisher<KubernetesObjectSnapshot> _publisher;
    private readonly ImmutableArray<ObjectFollower> _followers;
    private readonly ClusterStore? _store;
    private readonly Task _running;
    private int _disposed;

    /// <summary>Initializes a new instance of the <see cref="KubernetesObjectSource"/> class, and begins to read. Nothing is waited for.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="kinds">The kinds, each once, with a field selector (<c>metadata.name=one</c>) or null for all objects.</param>
    /// <param name="settings">Waits and page size; the clusters that it names have no part in this. Null for the defaults.</param>
    /// <param name="timeProvider">The clock of all waits, or null for the system's.</param>
    /// <exception cref="ArgumentException">No kind is named, or one twice.</exception>
    public KubernetesObjectSource(
        KubernetesCluster cluster,
        IEnumerable<(KubernetesKind Kind, string? FieldSelector)> kinds,
        KubernetesSourceSettings? settings = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(kinds);
        (KubernetesKind Kind, string? FieldSelector)[] asked = [.. kinds];
        if (asked.Length == 0 || asked.DistinctBy(static k => (k.Kind.Group, k.Kind.Plural)).Count() < asked.Length)
        {
            throw new ArgumentException("No kind is named, or one twice. Name at least one, each once.", nameof(kinds));
        }

        settings ??= new KubernetesSourceSettings { Clusters = [cluster] };
        TimeProvider time = timeProvider ?? TimeProvider.System;
        _cluster = cluster;
        _connection = new ApiConnection(cluster.Endpoint, settings.RequestTimeout, time);
        _publisher = new SnapshotPublisher<KubernetesObjectSnapshot>(
            new KubernetesObjectSnapshot(0, [], new ClusterStatus(cluster.Name, false, null, "", [])), static (snapshot, revision) => snapshot with { Revision = revision });
        _debouncer = new Debouncer(settings.QuietPeriod, settings.MaxDelay, time, Publish);
        _store = settings.StorageFolder is { } folder ? new ClusterStore(folder, $"{cluster.Name}.objects", settings.StorageLimit) : null;
        _followers = [.. asked.Select(kind => Follow(kind.Kind, kind.FieldSelector, time))];
        if (_store is { IsComplete: true })
        {
            foreach (ObjectFollower follower in _followers)
            {
                follower.Restore();
            }

            _debouncer.Touch();
        }

        int seed = settings.Seed ?? HashCode.Combine(Environment.MachineName, Environment.ProcessId, 1);
        Dictionary<string, Informer> byDefinition = new(StringComparer.Ordinal);
        var definitions = new DefinitionFollower(time, name => byDefinition.GetValueOrDefault(name)?.Wake());
        List<Informer> informers = [];
        foreach (KindFollower follower in _followers.AsEnumerable<KindFollower>().Append(definitions))
        {
            var informer = new Informer(_connection, follower.Kind, follower, settings, new Random(unchecked(seed + informers.Count)), time);
            informers.Add(informer);
            byDefinition[$"{follower.Kind.Plural}.{follower.Kind.Group}"] = informer;
        }

        _running = Task.WhenAll(informers.Select(informer => Task.Run(() => informer.RunAsync(_stop.Token))));
    }

    /// <summary>Gets what is known now. Never waits.</summary>
    public KubernetesObjectSnapshot Current => _publisher.Current;

    /// <summary>Gets the snapshots: the current one at once, then each new one. A reader that is slow skips to the latest.</summary>
    /// <param name="cancellationToken">Ends the sequence with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A sequence that ends when the source is disposed.</returns>
    public IAsyncEnumerable<KubernetesObjectSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _publisher.WatchAsync(cancellationToken);

    /// <summary>
    /// Applies fields to the status of an object that exists, by server-side apply: the fields that this manager applied before and are not in
    /// <paramref name="json"/> any more are removed, those of others stay.
    /// </summary>
    /// <param name="kind">The kind of the object.</param>
    /// <param name="scope">Its namespace; empty where the kind has none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="json">An object with <c>apiVersion</c>, <c>kind</c>, <c>metadata.name</c> and the fields of <c>status</c>, in UTF-8.</param>
    /// <param name="fieldManager">Whose fields they are: 1 to 128 printable characters.</param>
    /// <param name="cancellationToken">Ends the wait; whether it was written is not known then.</param>
    /// <exception cref="KubernetesWriteException">The cluster did not take it, or cannot be reached; the message says why.</exception>
    public async Task ApplyStatusAsync(
        KubernetesKind kind, string scope, string name, ReadOnlyMemory<byte> json, string fieldManager, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(fieldManager);
        string what = $"write the status of {kind.Kind} {name} to cluster {_cluster.Name}";
        try
        {
            // Forced: a field of ours that somebody else wrote by hand becomes ours again, instead of stopping every later write.
            string path = $"{kind.PathOf(scope, name)}/status?fieldManager={Uri.EscapeDataString(fieldManager)}&force=true";
            await _connection.ApplyAsync(path, json, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            throw new KubernetesWriteException($"{what}: {e.Message}", e.Status, e.RetryAfter, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new KubernetesWriteException($"{what}: {Reasons.Of(e)}", null, null, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _debouncer.Dispose();
        _publisher.End();
        _connection.Dispose();
        _store?.Dispose();
        _stop.Dispose();
    }

    private ObjectFollower Follow(KubernetesKind kind, string? fieldSelector, TimeProvider time)
    {
        WatchedKind watched = kind.Watched(fieldSelector);
        return new ObjectFollower(kind, watched, time, _debouncer.Touch, _store?.For(watched));
    }

    private void Publish()
    {
        bool settled = _followers.All(static f => f.IsSettled);
        if (settled)
        {
            _store?.Complete();
        }

        (DateTimeOffset Since, string Reason)? stale = _followers.Select(static f => f.Stale).Where(static s => s is not null).MinBy(static s => s!.Value.Since);
        _publisher.Publish(new KubernetesObjectSnapshot(
            0,
            [.. _followers.SelectMany(static f => f.ToArray())],
            new ClusterStatus(
                _cluster.Name,
                _followers.All(static f => f.IsSynced),
                stale?.Since,
                stale?.Reason ?? "",
                [.. _followers.Select(static f => f.Status).OrderBy(static s => s.Kind, StringComparer.Ordinal)])
            {
                IsRestored = _store is { IsComplete: true } && _followers.Any(static f => f.IsRestored),
                StorageError = _store?.Error ?? "",
            }));
    }
}
