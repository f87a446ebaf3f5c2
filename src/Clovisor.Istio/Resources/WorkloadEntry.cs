using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>A workload outside of Kubernetes, such as a virtual machine. Services and entries choose it by its labels, as they choose pods.</summary>
public sealed record WorkloadEntry : Resource
{
    /// <inheritdoc/>
    public override string Kind => "WorkloadEntry";

    /// <summary>Gets the address, a name, or <c>unix://</c> and a path; empty where only the network's gateway is known.</summary>
    public string Address { get; init; } = "";

    /// <summary>Gets the ports that the workload listens on, by the name of the service's port.</summary>
    public ImmutableDictionary<string, int> Ports { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Gets the labels by which it is chosen: those of the specification, and those of the object, which come first.</summary>
    public ImmutableDictionary<string, string> WorkloadLabels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the network that the address is on, or an empty string.</summary>
    public string Network { get; init; } = "";
}
