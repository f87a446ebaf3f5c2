using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>A class of gateways: says which controller serves them.</summary>
public sealed record GatewayClass : Resource
{
    /// <inheritdoc/>
    public override string Kind => "GatewayClass";

    /// <summary>Gets the controller's name, such as <c>istio.io/gateway-controller</c>.</summary>
    public required string ControllerName { get; init; }
}
