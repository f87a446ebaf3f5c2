using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>An object on one node.</summary>
public sealed record WanNodeStatus
{
    /// <summary>The node.</summary>
    [Required]
    public string? Node { get; init; }

    /// <summary>The generation of the object that this is about.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Whether the node has taken the object as it is now.</summary>
    public bool? Accepted { get; init; }

    /// <summary>Whether it is in use: a link carries sessions, an association has a link.</summary>
    public bool? Ready { get; init; }

    /// <summary>A link's state (Up, Degraded, Probing, Down, NoCarrier, NoAddress, AdminDown, Absent), or why an association has the links that it has (Tier, Backup, BestOfWorst, NoLink).</summary>
    public string? State { get; init; }

    /// <summary>Why the state is what it is since its last transition, or why the object was refused.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when the state is what it is.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The links that carry an association here.</summary>
    public ImmutableArray<string>? Links { get; init; }

    /// <inheritdoc/>
    public bool Equals(WanNodeStatus? other) =>
        other is not null
        && (Node, ObservedGeneration, Accepted, Ready, State, Reason, Since) ==
           (other.Node, other.ObservedGeneration, other.Accepted, other.Ready, other.State, other.Reason, other.Since)
        && (Links ?? []).AsSpan().SequenceEqual((other.Links ?? []).AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Node, ObservedGeneration, Accepted, Ready, State, Reason, Since);
}
