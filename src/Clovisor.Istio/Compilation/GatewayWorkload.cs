using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>Which gateways a proxy serves, and by which ports of its services it is reached.</summary>
internal sealed class GatewayWorkload
{
    private readonly IstioProxy _proxy;
    private readonly MeshModel _model;
    private readonly List<KubernetesService> _services;

    public GatewayWorkload(MeshModel model, IstioProxy proxy)
    {
        _proxy = proxy;
        _model = model;
        _services = [.. model.Configuration.Services.Where(s => s.Namespace == proxy.Namespace && !s.Selector.IsEmpty && proxy.HasLabels(s.Selector))];
    }

    /// <summary>Gets the gateways, oldest first.</summary>
    public IEnumerable<Gateway> Gateways() => _model.Configuration.Gateways
        .Where(Serves)
        .OrderBy(static g => g.Created ?? DateTimeOffset.MinValue)
        .ThenBy(static g => g.Name, StringComparer.Ordinal)
        .ThenBy(static g => g.Namespace, StringComparer.Ordinal);

    // By labels, or by a service in front of the proxy. The proxy that the control plane makes for a gateway is labelled with its name.
    private bool Serves(Gateway gateway) => gateway.Services.IsDefault
        ? _proxy.HasLabels(gateway.Selector)
        : _services.Exists(s => gateway.Services.Contains($"{s.Name}.{s.Namespace}.svc.{_model.Mesh.ClusterDomain}")) ||
          (gateway.ManagedBy is { } managed && managed.Namespace == _proxy.Namespace && _proxy.Labels.GetValueOrDefault("gateway.networking.k8s.io/gateway-name") == managed.Name);
}
