using System.Collections.Immutable;

namespace Clovisor.Istio.Sources;

/// <summary>How the reading of one cluster goes.</summary>
/// <param name="Name">The cluster's name.</param>
/// <param name="IsSynced">Whether every kind has been listed once, or is not there. While a kind is denied that never was listed, this is false.</param>
/// <param name="StaleSince">When the cluster was last known to be followed, where it is not now; null while it is. Its objects stay as they were.</param>
/// <param name="StaleReason">Why it is not followed, or an empty string.</param>
/// <param name="Kinds">Every kind that is read, by name.</param>
public sealed record ClusterStatus(string Name, bool IsSynced, DateTimeOffset? StaleSince, string StaleReason, ImmutableArray<ClusterKindStatus> Kinds)
{
    /// <summary>Gets a value indicating whether what is known of the cluster may be out of date.</summary>
    public bool IsStale => StaleSince is not null;

    /// <summary>Gets a value indicating whether what is known of some kind was stored by an earlier process, because the cluster has not told it since.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Gets why what is known is not stored, or an empty string where it is, or nobody asked for it.</summary>
    public string StorageError { get; init; } = "";
}
