using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>Listeners that are added to a <see cref="KubernetesGateway"/> which allows it.</summary>
public sealed record ListenerSet : Resource
{
    /// <inheritdoc/>
    public override string Kind => "ListenerSet";

    /// <summary>Gets the gateway.</summary>
    public required ObjectKey Parent { get; init; }

    /// <summary>Gets the listeners in order.</summary>
    public ImmutableArray<GatewayListener> Listeners { get; init; } = [];
}
