using System.Collections.Immutable;

namespace Clovisor.Istio.Sources.Kubernetes.Objects;

/// <summary>The objects of a cluster at one moment, and how the reading goes. Immutable; may be shared between threads.</summary>
/// <param name="Revision">Grows by one with each snapshot; 0 is the state before the first.</param>
/// <param name="Objects">The objects, by the order in which their kinds were asked for, then by namespace and name.</param>
/// <param name="Cluster">How the reading goes. While <see cref="ClusterStatus.IsSynced"/> is false, <paramref name="Objects"/> may lack some.</param>
public sealed record KubernetesObjectSnapshot(long Revision, ImmutableArray<KubernetesObject> Objects, ClusterStatus Cluster);
