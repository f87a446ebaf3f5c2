using System.Collections.Immutable;
using Clovisor.Istio.GatewayApi;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Compilation;

/// <summary>Leaves out what a control plane does not look at: namespaces that its discovery selectors leave out, and objects that are labelled for another revision.</summary>
internal static class DiscoveryScope
{
    private const string RevisionLabel = "istio.io/rev";

    public static IstioConfiguration Apply(IstioConfiguration all)
    {
        MeshSettings mesh = all.Mesh;
        Dictionary<string, KubernetesNamespace> namespaces = all.Namespaces.GroupBy(static n => n.Name, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.First(), StringComparer.Ordinal);
        var discovered = new Dictionary<string, bool>(StringComparer.Ordinal);
        return all with
        {
            VirtualServices = Mine(all.VirtualServices),
            Gateways = Mine(all.Gateways),
            ServiceEntries = Mine(all.ServiceEntries),
            WorkloadEntries = Mine(all.WorkloadEntries),
            Sidecars = Mine(all.Sidecars),
            DestinationRules = Mine(all.DestinationRules),
            EnvoyFilters = Mine(all.EnvoyFilters),
            KubernetesGateways = Mine(all.KubernetesGateways),
            ListenerSets = Mine(all.ListenerSets),
            GatewayApiRoutes = Mine(all.GatewayApiRoutes),
            ReferenceGrants = Seen(all.ReferenceGrants),
            Services = Seen(all.Services),
            EndpointSlices = Seen(all.EndpointSlices),
            Pods = Seen(all.Pods),
        };

        ImmutableArray<T> Mine<T>(ImmutableArray<T> objects)
            where T : Resource => Keep(objects, o => IsDiscovered(o.Namespace) && IsMine(o.Labels));

        ImmutableArray<T> Seen<T>(ImmutableArray<T> objects)
            where T : Resource => Keep(objects, o => IsDiscovered(o.Namespace));

        bool IsMine(ImmutableDictionary<string, string> labels) =>
            !labels.TryGetValue(RevisionLabel, out string? revision) || revision.Length == 0 || revision == (mesh.Revision.Length == 0 ? "default" : mesh.Revision);

        bool IsDiscovered(string name)
        {
            if (mesh.DiscoverySelectors.IsEmpty || name == mesh.RootNamespace)
            {
                return true;
            }

            if (!discovered.TryGetValue(name, out bool found))
            {
                ImmutableDictionary<string, string> labels = (namespaces.GetValueOrDefault(name)?.Labels ?? ImmutableDictionary<string, string>.Empty).SetItem("kubernetes.io/metadata.name", name);
                discovered[name] = found = mesh.DiscoverySelectors.Any(s => s.IsMatch(labels));
            }

            return found;
        }
    }

    // The very array where nothing is left out.
    private static ImmutableArray<T> Keep<T>(ImmutableArray<T> objects, Func<T, bool> isKept)
    {
        foreach (T item in objects)
        {
            if (!isKept(item))
            {
                return [.. objects.Where(isKept)];
            }
        }

        return objects;
    }
}
