using System.Collections.Immutable;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>What is of an object. Written by Clovisor alone: each node writes its own entry, and what is said of all nodes follows from the entries.</summary>
public sealed record WanObjectStatus
{
    /// <summary>The generation of the object that the conditions are about.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>How many nodes have the object in use, of those that have it: 2/3.</summary>
    public string? Summary { get; init; }

    /// <summary>Accepted: no node refuses the object. Ready: it is in use on every node that has it.</summary>
    [ListKey("type")]
    public ImmutableArray<WanCondition>? Conditions { get; init; }

    /// <summary>The object on each node that has it.</summary>
    [ListKey("node")]
    public ImmutableArray<WanNodeStatus>? Nodes { get; init; }
}
