using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Services that Istio is told of by hand.</summary>
public sealed record ServiceEntry : Resource
{
    /// <inheritdoc/>
    public override string Kind => "ServiceEntry";

    /// <summary>Gets the hosts; each is a service with all ports.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Gets the virtual addresses.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Gets the ports.</summary>
    public ImmutableArray<ServicePort> Ports { get; init; } = [];

    /// <summary>Gets how endpoints are found, as written; an empty string means <c>NONE</c>.</summary>
    public string Resolution { get; init; } = "";

    /// <summary>Gets where the service is, as written; an empty string means <c>MESH_EXTERNAL</c>.</summary>
    public string Location { get; init; } = "";

    /// <summary>Gets the addresses of the endpoints that are listed.</summary>
    public ImmutableArray<string> Endpoints { get; init; } = [];

    /// <summary>Gets a value indicating whether endpoints are chosen by labels.</summary>
    public bool HasWorkloadSelector { get; init; }

    /// <summary>Gets the labels of the pods and workload entries of the namespace that are endpoints; empty where <see cref="HasWorkloadSelector"/> is false, or for all.</summary>
    public ImmutableDictionary<string, string> WorkloadSelector { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the namespaces that see the object; empty means the mesh's default, which is all.</summary>
    public ImmutableArray<string> ExportTo { get; init; } = [];
}
