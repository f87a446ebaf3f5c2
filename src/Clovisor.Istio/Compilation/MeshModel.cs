using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Clovisor.Istio.GatewayApi.Conversion;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>A configuration prepared for compiling tables: services registered, names complete, delegates merged.</summary>
internal sealed class MeshModel
{
    private readonly GatewayApiConversion _converted;
    private readonly DestinationRules _destinationRules;
    private readonly Dictionary<ObjectKey, Prepared> _prepared = [];
    private readonly Lazy<ILookup<(string Namespace, string Service), KubernetesEndpointSlice>> _slices;
    private readonly Lazy<ILookup<(string Namespace, string Host), ServiceEntry>> _entries;
    private readonly Lazy<ILookup<string, WorkloadEntry>> _workloads;
    private readonly Lazy<ILookup<string, KubernetesPod>> _pods;
    private readonly ConcurrentDictionary<string, List<VirtualService>> _visible = new(StringComparer.Ordinal);

    /// <summary>Initializes a new instance of the <see cref="MeshModel"/> class.</summary>
    /// <param name="source">The configuration.</param>
    /// <param name="previous">The model of an earlier configuration. What both have in common is taken over from it; it is not kept.</param>
    public MeshModel(IstioConfiguration source, MeshModel? previous = null)
    {
        previous = previous?.Mesh == source.Mesh ? previous : null;
        source = DiscoveryScope.Apply(source);
        _converted = GatewayApiConversion.Of(source, previous?._converted);
        IstioConfiguration configuration = _converted.Apply(source);
        Configuration = configuration;

        // Asked for by every port of every headless service, of every table.
        _slices = new(() => configuration.EndpointSlices.ToLookup(static s => (s.Namespace, s.ServiceName)));
        _workloads = new(() => configuration.WorkloadEntries.ToLookup(static w => w.Namespace));
        _pods = new(() => configuration.Pods.ToLookup(static p => p.Namespace));
        _entries = new(() => configuration.ServiceEntries
            .SelectMany(static e => e.Hosts.Distinct().Select(host => (Entry: e, Host: host)))
            .ToLookup(static pair => (pair.Entry.Namespace, pair.Host), static pair => pair.Entry));
        Dropped.AddRange(_converted.Dropped);
        _destinationRules = new DestinationRules(configuration);
        Registry = new ServiceRegistry(configuration, previous?.Registry);
        var merger = new DelegateMerger(configuration);
        foreach (VirtualService service in configuration.VirtualServices)
        {
            if (service.Hosts.IsEmpty)
            {
                continue;
            }

            Prepared? before = previous?._prepared.GetValueOrDefault(service.Key);
            Prepared prepared = before is not null && ReferenceEquals(before.Resolved.Resource, service) && before.Delegates.All(merger.IsUnchanged)
                ? before
                : Prepare(service, merger);
            _prepared[service.Key] = prepared;
            Dropped.AddRange(prepared.Dropped);
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
        .. _visible.GetOrAdd(scope, s => ExportRules.Visible(Configuration.VirtualServices, s, Mesh.DefaultVirtualServiceExportTo))
            .Where(v => _prepared.ContainsKey(v.Key))
            .Select(v => _prepared[v.Key].Resolved)
            .Where(v => v.Gateways.Contains(gateway)),
    ];

    /// <summary>Gets the subsets that a client has of a service.</summary>
    public ImmutableArray<string> SubsetsOf(MeshService service, IstioProxy client) => _destinationRules.SubsetsOf(service, client);

    /// <summary>
    /// Gets the addresses behind a port of a Kubernetes service: its pods, the workload entries that it selects, and what entries of its namespace list or select for the same host and port.
    /// </summary>
    public IEnumerable<string> EndpointsOf(MeshService service, int port)
    {
        IEnumerable<string> pods = _slices.Value[(service.Namespace, service.Name)].SelectMany(static s => s.Addresses);
        IEnumerable<string> workloads = service.Selector.IsEmpty ? [] : Workloads(service.Namespace, service.Selector);
        IEnumerable<string> listed = _entries.Value[(service.Namespace, service.WrittenHost)]
            .Where(e => e.Ports.Any(p => p.Number == port))
            .SelectMany(e => e.HasWorkloadSelector ? Workloads(e.Namespace, e.WorkloadSelector).Concat(Pods(e.Namespace, e.WorkloadSelector)) : e.Endpoints);
        return pods.Concat(workloads).Concat(listed).Where(static address => IPAddress.TryParse(address, out _)).Distinct();
    }

    private IEnumerable<string> Workloads(string scope, ImmutableDictionary<string, string> labels) =>
        _workloads.Value[scope].Where(w => w.WorkloadLabels.HasAll(labels)).Select(static w => w.Address);

    private IEnumerable<string> Pods(string scope, ImmutableDictionary<string, string> labels) =>
        _pods.Value[scope].Where(p => p.Labels.HasAll(labels)).SelectMany(static p => p.Addresses);

    private Prepared Prepare(VirtualService service, DelegateMerger merger)
    {
        var completer = new NameCompleter(service.Namespace, Mesh.ClusterDomain);
        var dropped = new List<DroppedRule>();
        var resolved = new ResolvedService(
            service,
            [.. service.Hosts.Select(completer.Host)],
            service.Gateways.IsEmpty ? ["mesh"] : completer.Gateways(service.Gateways),
            merger.Rules(service, dropped))
        {
            Tls = [.. service.Tls.Select(completer.Rule)],
            Tcp = [.. service.Tcp.Select(completer.Rule)],
        };
        return new Prepared(resolved, dropped, merger.DelegatesOf(service));
    }

    /// <summary>A prepared rule with what it was made from besides its own object.</summary>
    private sealed record Prepared(ResolvedService Resolved, List<DroppedRule> Dropped, ImmutableArray<DelegateUse> Delegates);
}
