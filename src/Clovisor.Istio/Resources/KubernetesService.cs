using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>A Kubernetes Service, as far as routing needs it.</summary>
public sealed record KubernetesService : Resource
{
    /// <inheritdoc/>
    public override string Kind => "Service";

    /// <summary>Gets the cluster addresses; empty for a headless service.</summary>
    public ImmutableArray<string> ClusterAddresses { get; init; } = [];

    /// <summary>Gets a value indicating whether the service is headless (<c>clusterIP: None</c>).</summary>
    public bool Headless { get; init; }

    /// <summary>Gets the name an ExternalName service stands for, or an empty string.</summary>
    public string ExternalName { get; init; } = "";

    /// <summary>Gets the ports. The protocol is <c>appProtocol</c> where given, else the part of the name before the first dash, else empty: detected by the proxy.</summary>
    public ImmutableArray<ServicePort> Ports { get; init; } = [];

    /// <summary>Gets the namespaces that see the service, from its annotation; empty means the mesh's default, which is all.</summary>
    public ImmutableArray<string> ExportTo { get; init; } = [];

    /// <summary>Gets the labels of the pods behind the service; empty when it selects none.</summary>
    public ImmutableDictionary<string, string> Selector { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the addresses and names at which the service is reached from outside: those of its load balancer, and its external ones.</summary>
    public ImmutableArray<string> ExternalAddresses { get; init; } = [];
}
