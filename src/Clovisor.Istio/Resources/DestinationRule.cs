using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Subsets of a service. Traffic policies are carried by Istio and do not choose routes; they are not read.</summary>
public sealed record DestinationRule : Resource
{
    /// <inheritdoc/>
    public override string Kind => "DestinationRule";

    /// <summary>Gets the host as written.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the subsets.</summary>
    public ImmutableArray<DestinationSubset> Subsets { get; init; } = [];

    /// <summary>Gets the namespaces that see the object; empty means the mesh's default, which is all.</summary>
    public ImmutableArray<string> ExportTo { get; init; } = [];

    /// <summary>Gets the labels of the client workloads that are meant, or null for all.</summary>
    public ImmutableDictionary<string, string>? WorkloadSelector { get; init; }
}
