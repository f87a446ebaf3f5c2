using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>A configuration prepared for compiling tables: services registered, names complete, delegates merged.</summary>
internal sealed class MeshModel
{
    private readonly Dictionary<ObjectKey, ResolvedService> _resolved = [];

    public MeshModel(IstioConfiguration configuration)
    {
        Configuration = configuration;
        Registry = new ServiceRegistry(configuration);
        var merger = new DelegateMerger(configuration, Dropped);
        foreach (VirtualService service in configuration.VirtualServices)
        {
            if (service.Hosts.IsEmpty)
            {
                continue;
            }

            var completer = new NameCompleter(service.Namespace, configuration.Mesh.ClusterDomain);
            _resolved[service.Key] = new ResolvedService(
                service,
                [.. service.Hosts.Select(completer.Host)],
                service.Gateways.IsEmpty ? ["mesh"] : completer.Gateways(service.Gateways),
                merger.Rules(service));
        }
    }

    public IstioConfiguration Configuration { get; }

    public MeshSettings Mesh => Configuration.Mesh;

    public ServiceRegistry Registry { get; }

    /// <summary>Gets the rules that fell out while delegates were merged.</summary>
    public List<DroppedRule> Dropped { get; } = [];

    /// <summary>Gets the rules bound to a gateway, or to <c>mesh</c>, in the order in which a namespace sees them.</summary>
    public List<ResolvedService> RulesVisibleTo(string scope, string gateway) =>
    [
        .. ExportRules.Visible(Configuration.VirtualServices, scope, Mesh.DefaultVirtualServiceExportTo)
            .Where(v => _resolved.ContainsKey(v.Key))
            .Select(v => _resolved[v.Key])
            .Where(v => v.Gateways.Contains(gateway)),
    ];
}
