using System.Collections.Immutable;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Which clusters are read, and how.</summary>
public sealed record KubernetesSourceSettings
{
    /// <summary>Gets the clusters, the most important first: where two have a route rule of one name, the first has it. At least one; names must differ.</summary>
    public required ImmutableArray<KubernetesCluster> Clusters { get; init; }

    /// <summary>Gets the namespace of the mesh config and of remote secrets. The default is <c>istio-system</c>.</summary>
    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>
    /// Gets the revision of Istio whose configuration is read: objects with the label <c>istio.io/rev</c> of another are left aside, those without
    /// count for all. The default is <c>default</c>.
    /// </summary>
    public string Revision { get; init; } = "default";

    /// <summary>
    /// Gets a value indicating whether further clusters are taken from the remote secrets in <see cref="RootNamespace"/> of the configuration clusters:
    /// those with the label <c>istio/multiCluster=true</c>, each key a cluster's name and its value a kubeconfig. The default is true.
    /// </summary>
    public bool ReadsRemoteSecrets { get; init; } = true;

    /// <summary>Gets how long changes must pause before a snapshot is made of them. The default is 50 ms; Istio's control plane has 100 ms.</summary>
    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets the longest that a change waits for such a pause. The default is 200 ms; Istio's control plane has 10 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets how many objects are listed in one answer, from 1. The default is 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Gets the first wait after a failure. It doubles with each further one, and each is stretched at random by up to its length again. The default is 800 ms.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Gets the longest wait after a failure, before it is stretched. The default is 30 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how often a kind that is absent or denied is looked for again. The default is 30 s.</summary>
    public TimeSpan AbsentKindInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long a watch lasts before it is renewed; each is stretched at random by up to its length again. The default is 5 minutes.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the longest wait for a connection, and for one page of a list. The default is 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets the folder that what is known is stored in, so that a process that starts while its cluster is away works on with it; null to store nothing. The default is null.
    /// </summary>
    /// <remarks>
    /// Files are readable for this user alone, checked when they are read, and replaced whole. Secrets are never stored, and so clusters that remote secrets name are
    /// not known before their secrets are read again. One process a folder.
    /// </remarks>
    public string? StorageFolder { get; init; }

    /// <summary>Gets how many bytes the objects of one kind may take in <see cref="StorageFolder"/>; a kind that takes more is not stored, which the cluster's status says. The default is 64 MiB.</summary>
    public long StorageLimit { get; init; } = 64 << 20;

    /// <summary>Gets the seed of the random waits, or null for one of its own. The default is null.</summary>
    public int? Seed { get; init; }
}
