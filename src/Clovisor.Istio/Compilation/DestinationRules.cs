using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Finds the subsets that a client has of a service: 1. by rules of the client's namespace, 2. of the service's, 3. of the root namespace, each as far as they are
/// exported. The first namespace with a rule for the host decides; in it the exact host goes before the longest wildcard, and rules for the same host are joined.
/// </summary>
internal sealed class DestinationRules
{
    private readonly MeshSettings _mesh;
    private readonly ILookup<string, (DestinationRule Rule, string Host)> _byNamespace;

    public DestinationRules(IstioConfiguration configuration)
    {
        _mesh = configuration.Mesh;
        _byNamespace = configuration.DestinationRules
            .OrderBy(static r => r.Created ?? DateTimeOffset.MinValue)
            .ThenBy(static r => r.Name, StringComparer.Ordinal)
            .ThenBy(static r => r.Namespace, StringComparer.Ordinal)
            .ToLookup(static r => r.Namespace, r => (r, HostName.Complete(r.Host, r.Namespace, configuration.Mesh.ClusterDomain)), StringComparer.Ordinal);
    }

    public ImmutableArray<string> SubsetsOf(MeshService service, IstioProxy proxy) =>
        Rules(service.Host, service.Namespace, proxy) is { } rules ? [.. rules.SelectMany(static r => r.Subsets).Select(static s => s.Name).Distinct()] : [];

    private List<DestinationRule>? Rules(string host, string serviceNamespace, IstioProxy proxy)
    {
        // Rules of the root namespace are defaults for others: a client there looks for its own private ones alone.
        bool inRoot = proxy.Namespace == _mesh.RootNamespace;
        return Matching(host, _byNamespace[proxy.Namespace].Where(r => !inRoot || IsPrivate(r.Rule)), proxy)
            ?? (serviceNamespace.Length == 0 ? null : Matching(host, _byNamespace[serviceNamespace].Where(r => IsVisible(r.Rule, proxy.Namespace)), proxy))
            ?? Matching(host, _byNamespace[_mesh.RootNamespace].Where(r => IsVisible(r.Rule, proxy.Namespace)), proxy);
    }

    private static List<DestinationRule>? Matching(string host, IEnumerable<(DestinationRule Rule, string Host)> rules, IstioProxy proxy)
    {
        List<(DestinationRule Rule, string Host)> fitting = [.. rules.Where(r => HostName.IsSubsetOf(host, r.Host))];
        string? best = fitting.Select(static r => r.Host).Order(Comparer<string>.Create(HostName.CompareSpecificity)).FirstOrDefault();
        List<DestinationRule> of = [.. fitting.Where(r => r.Host == best).Select(static r => r.Rule)];
        if (of.Count == 0)
        {
            return null;
        }

        // One that selects workloads goes before those for all, for clients of its own namespace that it selects.
        DestinationRule? selected = of.Find(r => r.WorkloadSelector is not null && r.Namespace == proxy.Namespace && proxy.HasLabels(r.WorkloadSelector));
        List<DestinationRule> general = of.FindAll(static r => r.WorkloadSelector is null);
        return selected is not null ? [selected] : general.Count == 0 ? null : general;
    }

    private static bool IsPrivate(DestinationRule rule) => rule.ExportTo is ["."] || (rule.ExportTo.Length == 1 && rule.ExportTo[0] == rule.Namespace);

    private bool IsVisible(DestinationRule rule, string scope)
    {
        ImmutableArray<string> to = rule.ExportTo.IsEmpty ? _mesh.DefaultDestinationRuleExportTo : rule.ExportTo;
        return to.Contains("*") || to.Contains(scope) || (to.Contains(".") && rule.Namespace == scope);
    }
}
