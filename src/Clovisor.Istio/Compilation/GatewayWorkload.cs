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

    /// <summary>
    /// Gets the ports that the proxy listens on for a server's port: those of the pods behind the service that has it. A gateway that is chosen by labels
    /// keeps its number where no service has it; one that is served by a service is then not served.
    /// </summary>
    public IEnumerable<int> ListenerPorts(Gateway gateway, int number)
    {
        IEnumerable<KubernetesService> services = gateway.Services.IsDefault ? _services : _services.Where(s => IsOf(gateway, s));
        int[] ports = [.. services.SelectMany(static s => s.Ports).Where(p => p.Number == number).Select(static p => p.TargetPort != 0 ? p.TargetPort : p.Number).Distinct().Order()];
        return ports.Length > 0 || !(gateway.Services.IsDefault || !services.Any()) ? ports : [number];
    }

    private bool IsOf(Gateway gateway, KubernetesService service) => gateway.Services.Contains($"{service.Name}.{service.Namespace}.svc.{_model.Mesh.ClusterDomain}");

    // By labels, or by a service in front of the proxy. The proxy that the control plane makes for a gateway is labelled with its name.
    private bool Serves(Gateway gateway) => gateway.Services.IsDefault
        ? _proxy.HasLabels(gateway.Selector)
        : _services.Exists(s => IsOf(gateway, s)) ||
          (gateway.ManagedBy is { } managed && managed.Namespace == _proxy.Namespace && _proxy.Labels.GetValueOrDefault("gateway.networking.k8s.io/gateway-name") == managed.Name);
}
