using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>A Kubernetes Pod: its labels and address say which proxy it has.</summary>
public sealed record KubernetesPod : Resource
{
    /// <inheritdoc/>
    public override string Kind => "Pod";

    /// <summary>Gets the addresses.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Gets the node the pod runs on, or an empty string.</summary>
    public string Node { get; init; } = "";
}
