using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Hosts;

/// <summary>All services of a configuration, oldest first.</summary>
internal sealed class ServiceRegistry
{
    private readonly Dictionary<string, List<MeshService>> _byHost = new(StringComparer.Ordinal);
    private readonly Dictionary<Resource, ImmutableArray<MeshService>> _made = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<MeshService, MeshService> _named = new(ReferenceEqualityComparer.Instance);

    /// <summary>Initializes a new instance of the <see cref="ServiceRegistry"/> class.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="previous">A registry of the same mesh settings; the services of objects that did not change are taken over from it, the very instances.</param>
    public ServiceRegistry(IstioConfiguration configuration, ServiceRegistry? previous = null)
    {
        MeshSettings mesh = configuration.Mesh;
        var all = new List<MeshService>();
        foreach (KubernetesService service in configuration.Services)
        {
            all.AddRange(Made(service, previous, s => [FromKubernetes(s, mesh)]));
        }

        foreach (ServiceEntry entry in configuration.ServiceEntries)
        {
            all.AddRange(Made(entry, previous, e => [.. e.Hosts.Select(host => FromEntry(e, host, mesh))]));
        }

        // Among equally old ones name, then namespace decide.
        All = ServiceAliases.Resolve([.. all
            .OrderBy(static s => s.Created)
            .ThenBy(static s => s.Name, StringComparer.Ordinal)
            .ThenBy(static s => s.Namespace, StringComparer.Ordinal)], previous?._named, _named);
        foreach (MeshService service in All)
        {
            if (!_byHost.TryGetValue(service.Host, out List<MeshService>? list))
            {
                _byHost[service.Host] = list = [];
            }

            list.Add(service);
        }
    }

    public ImmutableArray<MeshService> All { get; }

    /// <summary>Finds the service a rule means: the visible one of the rule's own namespace, else the proxy's, else the first by namespace. Of two in one namespace it is that of Kubernetes.</summary>
    public MeshService? Find(string host, string ruleNamespace, string proxyNamespace)
    {
        if (!_byHost.TryGetValue(host, out List<MeshService>? list))
        {
            return null;
        }

        List<MeshService> visible = [.. list.Where(s => s.IsVisibleTo(proxyNamespace)).OrderByDescending(static s => s.IsKubernetes)];
        return visible.Find(s => s.Namespace == ruleNamespace)
            ?? visible.Find(s => s.Namespace == proxyNamespace)
            ?? visible.MinBy(static s => s.Namespace, StringComparer.Ordinal);
    }

    private ImmutableArray<MeshService> Made<T>(T resource, ServiceRegistry? previous, Func<T, ImmutableArray<MeshService>> make)
        where T : Resource
    {
        ImmutableArray<MeshService> made = default;
        if (previous?._made.TryGetValue(resource, out made) != true)
        {
            made = make(resource);
        }

        return _made[resource] = made;
    }

    private static MeshService FromKubernetes(KubernetesService service, MeshSettings mesh) => new()
    {
        Host = $"{service.Name}.{service.Namespace}.svc.{mesh.ClusterDomain}",
        WrittenHost = $"{service.Name}.{service.Namespace}.svc.{mesh.ClusterDomain}",
        Name = service.Name,
        Namespace = service.Namespace,
        IsKubernetes = true,
        IsHeadless = service.Headless,
        ExternalName = service.ExternalName,
        IsExternal = service.ExternalName.Length > 0,
        Selector = service.Selector,
        Addresses = service.ClusterAddresses,
        Ports = [.. service.Ports.Select(MeshPort.From)],
        ExportTo = service.ExportTo.Length > 0 ? service.ExportTo : mesh.DefaultServiceExportTo,
        Created = service.Created ?? DateTimeOffset.MinValue,
    };

    private static MeshService FromEntry(ServiceEntry entry, string host, MeshSettings mesh) => new()
    {
        Host = host.ToLowerInvariant(),
        WrittenHost = host,

        // Among equally old ones Istio orders by the host, not by the object's name.
        Name = host,
        Namespace = entry.Namespace,
        Addresses = [.. entry.Addresses.Where(static a => !a.Contains('/', StringComparison.Ordinal) || a.EndsWith("/32", StringComparison.Ordinal)).Select(static a => a.EndsWith("/32", StringComparison.Ordinal) ? a[..^3] : a)],
        Ranges = [.. entry.Addresses.Where(static a => a.Contains('/', StringComparison.Ordinal) && !a.EndsWith("/32", StringComparison.Ordinal))],
        IsExternal = entry.Location != "MESH_INTERNAL",
        Ports = [.. entry.Ports.Select(MeshPort.From)],
        ExportTo = entry.ExportTo.Length > 0 ? entry.ExportTo : mesh.DefaultServiceExportTo,
        Created = entry.Created ?? DateTimeOffset.MinValue,
    };
}
