using System.Collections.Immutable;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Makes one configuration of the objects of several clusters, the most important cluster first.</summary>
internal sealed class MeshAssembly
{
    private const string RevisionLabel = "istio.io/rev";
    private const string NetworkLabel = "topology.istio.io/network";

    private readonly string _revision;
    private readonly List<Resource> _resources = [];
    private readonly List<IgnoredDocument> _ignored = [];
    private readonly List<Own> _clusters = [];
    private readonly HashSet<(string Kind, ObjectKey Key)> _rules = [];
    private MeshSettings? _mesh;

    public MeshAssembly(string revision) => _revision = revision;

    public List<ConfigurationError> Errors { get; } = [];

    public List<ConfigurationError> Warnings { get; } = [];

    public void Add(ClusterWatcher cluster)
    {
        var own = new Own(cluster.Cluster.Name, []);
        _clusters.Add(own);
        foreach (TableFollower follower in cluster.Tables)
        {
            if (follower.Status is { State: ClusterKindState.Denied } status)
            {
                Errors.Add(new ConfigurationError(new SourceLocation($"cluster {cluster.Cluster.Name}", 0), status.Kind, "", $"may not be read: {status.Reason}"));
            }

            foreach ((ObjectKey _, DecodedObject item) in follower.Table.ToArray())
            {
                Add(item.Result, follower.Kind, own);
            }
        }
    }

    public IstioConfiguration Build() => DocumentReader.Assemble(_resources, _mesh, _ignored) with { RequestAuthentications = default };

    /// <summary>Makes the mesh of the clusters, each with its own objects, when it is asked for.</summary>
    public Lazy<MultiClusterMesh> Mesh()
    {
        MeshSettings mesh = _mesh ?? MeshSettings.Default;
        return new(() => new MultiClusterMesh(_clusters.Select(own => new MeshCluster(
            own.Name,
            own.Resources.OfType<KubernetesNamespace>().FirstOrDefault(n => n.Name == mesh.RootNamespace)?.Labels.GetValueOrDefault(NetworkLabel) ?? "",
            DocumentReader.Assemble(own.Resources, mesh, [])))));
    }

    private void Add(ObjectReadResult item, WatchedKind kind, Own own)
    {
        Errors.AddRange(item.Errors);
        Warnings.AddRange(item.Warnings);
        _mesh ??= item.Mesh;
        if (item.Ignored is { } ignored)
        {
            _ignored.Add(ignored);
        }

        // An object of another revision belongs to another control plane. A rule that two clusters have is the first one's; services are joined.
        if (item.Resource is { } resource && (!resource.Labels.TryGetValue(RevisionLabel, out string? revision) || revision == _revision || kind.IsOfServices))
        {
            own.Resources.Add(resource);
            if (kind.IsOfServices || _rules.Add((kind.Name, resource.Key)))
            {
                _resources.Add(resource);
            }
        }
    }

    private sealed record Own(string Name, List<Resource> Resources);
}
