using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>A Gateway of the Gateway API (<c>gateway.networking.k8s.io</c>): listeners that routes attach to.</summary>
public sealed record KubernetesGateway : Resource
{
    /// <inheritdoc/>
    public override string Kind => "Gateway";

    /// <summary>Gets the class, which says whose gateway it is.</summary>
    public required string GatewayClassName { get; init; }

    /// <summary>Gets the host names of the services that it is served by; empty where the control plane makes the service itself.</summary>
    public ImmutableArray<string> ServiceAddresses { get; init; } = [];

    /// <summary>Gets the addresses that it is to have, or has: those of its spec and of its status that are no services.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Gets a value indicating whether the control plane makes proxy and service: no host name is given as its address.</summary>
    public bool IsManaged { get; init; } = true;

    /// <summary>Gets the name that the annotation <c>gateway.istio.io/name-override</c> gives to the managed service, or an empty string.</summary>
    public string NameOverride { get; init; } = "";

    /// <summary>Gets the listeners in order.</summary>
    public ImmutableArray<GatewayListener> Listeners { get; init; } = [];

    /// <summary>Gets the namespaces that may add listeners by a <see cref="ListenerSet"/>. The default is none.</summary>
    public NamespaceSelection AllowedListeners { get; init; } = NamespaceSelection.None;
}
