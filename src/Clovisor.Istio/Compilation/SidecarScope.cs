using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>What a sidecar sees: the Sidecar object that applies to it, and the services and rules of each egress listener.</summary>
internal sealed class SidecarScope
{
    private readonly MeshModel _model;
    private readonly IstioProxy _proxy;
    private readonly Sidecar? _sidecar;

    public SidecarScope(MeshModel model, IstioProxy proxy)
    {
        _model = model;
        _proxy = proxy;
        _sidecar = Choose(model, proxy);
        Policy = _sidecar?.OutboundTrafficPolicy ?? model.Mesh.OutboundTrafficPolicy;
        EgressProxy = _sidecar?.EgressProxy;
        Listeners = _sidecar is null || _sidecar.Egress.IsEmpty
            ? [Import(null)]
            : [.. _sidecar.Egress.Select(Import)];
    }

    public OutboundTrafficPolicy Policy { get; }

    public Destination? EgressProxy { get; }

    public ImmutableArray<ScopeListener> Listeners { get; }

    /// <summary>Gets the listener for a port: the first that has it, or that has none and so takes all.</summary>
    public ScopeListener? ListenerFor(int port) => Listeners.FirstOrDefault(l => l.Listener?.Port is null || l.Listener.Port.Number == port);

    // 1. one of the namespace that selects the workload, 2. one of the namespace for all, 3. one of the root namespace for all.
    private static Sidecar? Choose(MeshModel model, IstioProxy proxy)
    {
        IEnumerable<Sidecar> ordered = model.Configuration.Sidecars
            .OrderBy(static s => s.Created ?? DateTimeOffset.MinValue)
            .ThenBy(static s => s.Name, StringComparer.Ordinal);
        List<Sidecar> own = [.. ordered.Where(s => s.Namespace == proxy.Namespace)];
        return own.Find(s => s.WorkloadSelector is { IsEmpty: false } labels && proxy.HasLabels(labels))
            ?? own.Find(static s => s.WorkloadSelector is null or { IsEmpty: true })
            ?? ordered.FirstOrDefault(s => s.Namespace == model.Mesh.RootNamespace && s.WorkloadSelector is null or { IsEmpty: true });
    }

    private ScopeListener Import(EgressListener? listener)
    {
        List<MeshService> visible = [.. _model.Registry.All.Where(s => s.IsVisibleTo(_proxy.Namespace)).OrderBy(s => s.ExportRank(_proxy.Namespace))];
        List<ResolvedService> rules = _model.RulesVisibleTo(_proxy.Namespace, "mesh");
        if (listener is null)
        {
            return new ScopeListener(null, OneNamespacePerHost(visible), rules);
        }

        var imports = new EgressImports(listener.Hosts, _proxy.Namespace);
        IEnumerable<MeshService> services = visible.Where(s => imports.Includes(s.Namespace, s.Host));
        if (listener.Port is { } port && MeshProtocols.Parse(port.Protocol) != MeshProtocol.HttpProxy)
        {
            services = services
                .Select(s => s with { Ports = [.. s.Ports.Where(p => p.Number == port.Number)] })
                .Where(static s => !s.Ports.IsEmpty);
        }

        return new ScopeListener(listener, OneNamespacePerHost(services), rules.FindAll(imports.Includes));
    }

    // One namespace is chosen for a host: the proxy's own, else that of a Kubernetes service, else that of the first. All services that it has of the host stay.
    private List<MeshService> OneNamespacePerHost(IEnumerable<MeshService> services)
    {
        List<MeshService> all = [.. services];
        var chosen = new Dictionary<string, MeshService>(StringComparer.Ordinal);
        foreach (MeshService service in all)
        {
            if (!chosen.TryGetValue(service.WrittenHost, out MeshService? before) || Precedence(service) > Precedence(before))
            {
                chosen[service.WrittenHost] = service;
            }
        }

        return all.FindAll(s => s.Namespace == chosen[s.WrittenHost].Namespace);
    }

    private int Precedence(MeshService service) => service.Namespace == _proxy.Namespace ? 2 : service.IsKubernetes ? 1 : 0;
}

/// <summary>An egress listener with what it imports; a null listener is the one that a mesh without Sidecar objects has.</summary>
internal sealed record ScopeListener(EgressListener? Listener, List<MeshService> Services, List<ResolvedService> Rules);
