using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Configuration.Sources;
using Clovisor.Hosting.Health;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.Istio.Sources.Kubernetes.Objects;
using Clovisor.Wan.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Kubernetes.Following;

/// <summary>Clusters as a source of configuration: the mesh's objects of all, the WAN objects and the Node of the first.</summary>
internal sealed class KubernetesPart(IOptions<KubernetesOptions> options, HealthBoard health, TimeProvider time, ILoggerFactory loggers) : IClovisorSource
{
    internal const string Part = "kubernetes";

    private readonly KubernetesOptions _options = options.Value;
    private readonly Lock _lock = new();
    private KubernetesSource? _mesh;
    private KubernetesObjectSource? _objects;
    private long _started;
    private Known _known = new(-1, [], FrozenDictionary<string, string>.Empty, null);
    private volatile Settlement? _settlement;

    public string Name => string.Join(" and ", Clusters.Select(cluster => $"cluster {cluster.Name}"));

    public bool MayBeLate => true;

    /// <summary>What became of the contents that were looked at last; null until any were.</summary>
    internal Settlement? Settlement => _settlement;

    internal KubernetesObjectSource? Objects => _objects;

    private IList<KubernetesClusterOptions> Clusters => _options.Clusters.Count > 0 ? _options.Clusters : [new KubernetesClusterOptions()];

    public SourceContents Current
    {
        get
        {
            IstioSnapshot mesh = _mesh!.Current;
            KubernetesObjectSnapshot objects = _objects!.Current;
            lock (_lock)
            {
                // What was known once stays so: a kind that is listed anew is no reason to take a policy back.
                if (_known.Contents is null && !(IsUsable(mesh.IsSynced, mesh.IsRestored, mesh.IsStale) && IsUsable(objects.Cluster.IsSynced, objects.Cluster.IsRestored, objects.Cluster.IsStale)))
                {
                    return SourceContents.Unknown;
                }

                _known = Next(_known, mesh, objects);
                return _known.Contents!;
            }
        }
    }

    /// <summary>The WAN objects and the labels of this node as they are now.</summary>
    internal (ImmutableArray<WanObject> Objects, FrozenDictionary<string, string> Labels, ClusterStatus Cluster) Look()
    {
        KubernetesObjectSnapshot objects = _objects!.Current;
        lock (_lock)
        {
            if (_known.Revision != objects.Revision)
            {
                _known = _known with { Revision = objects.Revision, Objects = Read(objects), Labels = LabelsOf(objects) };
            }

            return (_known.Objects, _known.Labels, objects.Cluster);
        }
    }

    /// <summary>For how long each cluster has not been followed; zero of one that is. None before the start.</summary>
    internal IEnumerable<(string Cluster, TimeSpan Staleness)> Staleness()
    {
        if (_mesh is not { } mesh || _objects is not { } objects)
        {
            return [];
        }

        DateTimeOffset now = time.GetUtcNow();
        return mesh.Current.Clusters.Append(objects.Current.Cluster)
            .GroupBy(static status => status.Name, StringComparer.Ordinal)
            .Select(cluster => (cluster.Key, cluster.Min(static status => status.StaleSince) is { } since && now > since ? now - since : TimeSpan.Zero));
    }

    public void Start()
    {
        if (_mesh is not null)
        {
            return;
        }

        _started = time.GetTimestamp();
        ImmutableArray<KubernetesCluster> clusters = [.. Clusters.Select(ClusterOf)];
        KubernetesSourceSettings settings = new()
        {
            Clusters = clusters,
            RootNamespace = _options.RootNamespace,
            Revision = _options.Revision,
            ReadsRemoteSecrets = _options.ReadsRemoteSecrets,
            StorageFolder = _options.StorageDirectory is { Length: > 0 } folder ? folder : null,
        };
        _mesh = new KubernetesSource(settings, time, loggers.CreateLogger<KubernetesSource>());
        _objects = new KubernetesObjectSource(clusters[0], [.. WanKinds.All.Select(kind => (kind, (string?)null)), (WanKinds.Node, $"metadata.name={_options.Node}")], settings, time);
        health.Ask(Part, Describe);
    }

    public async Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        using ITimer patience = time.CreateTimer(static changed => ((Action)changed!)(), changed, _options.StartPatience, Timeout.InfiniteTimeSpan);
        await Task.WhenAll(WatchAsync(_mesh!.WatchAsync(cancellationToken), changed), WatchAsync(_objects!.WatchAsync(cancellationToken), changed)).ConfigureAwait(false);
    }

    public void Settled(SourceContents contents, ClovisorSnapshot? inForce, IReadOnlyList<CandidateError> errors) => _settlement = new Settlement((ClusterContents)contents, errors);

    public async ValueTask DisposeAsync()
    {
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync().ConfigureAwait(false);
            await _objects!.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task WatchAsync<T>(IAsyncEnumerable<T> snapshots, Action changed)
    {
        await foreach (T _ in snapshots.ConfigureAwait(false))
        {
            changed();
        }
    }

    private static KubernetesCluster ClusterOf(KubernetesClusterOptions options)
    {
        ClusterRole role = options.ServicesOnly ? ClusterRole.Services : ClusterRole.Configuration;
        return options.Kubeconfig is { } file ? KubernetesCluster.FromKubeconfigFile(options.Name, file, options.Context, role) : KubernetesCluster.InCluster(options.Name, role);
    }

    private static ImmutableArray<WanObject> Read(KubernetesObjectSnapshot objects) => [.. objects.Objects.Where(item => item.Kind != WanKinds.Node).Select(WanObject.Read)];

    private static FrozenDictionary<string, string> LabelsOf(KubernetesObjectSnapshot objects) =>
        objects.Objects.FirstOrDefault(item => item.Kind == WanKinds.Node) is { } node ? WanObject.LabelsOf(node) : FrozenDictionary<string, string>.Empty;

    private bool IsUsable(bool synced, bool restored, bool stale) => synced || (restored && (stale || time.GetElapsedTime(_started) >= _options.StartPatience));

    private static Known Next(Known known, IstioSnapshot mesh, KubernetesObjectSnapshot objects)
    {
        ImmutableArray<WanObject> items = known.Revision == objects.Revision ? known.Objects : Read(objects);
        FrozenDictionary<string, string> labels = known.Revision == objects.Revision ? known.Labels : LabelsOf(objects);
        string prefix = $"cluster {objects.Cluster.Name} ";
        ImmutableArray<ConfigurationText> texts = [.. items.Select(item => new ConfigurationText(prefix + item.Subject, item.Text))];
        FrozenDictionary<string, long> generations = items.ToFrozenDictionary(item => item.Subject, item => item.Generation, StringComparer.Ordinal);

        // A status that was written, by this node too, makes a new version of an object and no new policy.
        ClusterContents? former = known.Contents;
        bool same = former is not null
            && ReferenceEquals(former.Istio, mesh.Configuration)
            && former.Wan.AsSpan().SequenceEqual(texts.AsSpan())
            && Same(former.NodeLabels, labels)
            && Same(former.Generations, generations);
        return new Known(objects.Revision, items, labels, same ? former : new ClusterContents { IsKnown = true, Istio = mesh.Configuration, Wan = texts, NodeLabels = labels, Generations = generations });
    }

    private static bool Same<T>(FrozenDictionary<string, T> one, FrozenDictionary<string, T> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out T? value) && EqualityComparer<T>.Default.Equals(pair.Value, value));

    private PartHealth Describe()
    {
        IstioSnapshot mesh = _mesh!.Current;
        KubernetesObjectSnapshot objects = _objects!.Current;
        return KubernetesHealth.Describe(Part, mesh, objects, _options.Node, time.GetUtcNow());
    }

    private sealed record Known(long Revision, ImmutableArray<WanObject> Objects, FrozenDictionary<string, string> Labels, ClusterContents? Contents);
}
