using System.Collections.Immutable;
using Clovisor.Istio;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>
/// Finds where a DestinationRule with more subsets must lie: Istio joins rules for one host in one namespace, and lets the first namespace that has any (the client's, the service's,
/// the root's) hide the others. One beside the rule that counts adds to it; anywhere else it would take its subsets and policies away.
/// </summary>
internal static class HostRules
{
    internal static (string Namespace, ImmutableDictionary<string, string> Labels) Of(IstioConfiguration mesh, string client, RouteDestination to, List<string> faults)
    {
        string service = ServiceNamespace(mesh, to.Host);
        foreach (string space in new[] { client, service, mesh.Mesh.RootNamespace })
        {
            DestinationRule[] rules = [.. mesh.DestinationRules.Where(rule => rule.Namespace == space && Names(mesh, rule, to.Host))];
            DestinationRule[] same = [.. rules.Where(rule => !rule.Host.StartsWith('*'))];
            if (rules.Length > 0 && same.Length == 0)
            {
                faults.Add($"{rules[0]} for {rules[0].Host} holds the policies of {to.Host}, and a rule for that host alone would hide them. Write such a rule with what the other says, and render again.");
            }

            if (same.Length > 0)
            {
                DestinationSubset? subset = same.SelectMany(rule => rule.Subsets).FirstOrDefault(one => one.Name == to.Subset);
                return (space, subset?.Labels ?? ImmutableDictionary<string, string>.Empty);
            }
        }

        return (client, ImmutableDictionary<string, string>.Empty);
    }

    private static bool Names(IstioConfiguration mesh, DestinationRule rule, string host)
    {
        if (rule.Host.StartsWith('*'))
        {
            return host.EndsWith(rule.Host[1..], StringComparison.Ordinal);
        }

        // A short name means a service of the rule's own namespace.
        return rule.Host == host || (!rule.Host.Contains('.', StringComparison.Ordinal) && host == $"{rule.Host}.{rule.Namespace}.svc.{mesh.Mesh.ClusterDomain}");
    }

    private static string ServiceNamespace(IstioConfiguration mesh, string host) =>
        mesh.ServiceEntries.FirstOrDefault(entry => entry.Hosts.Contains(host))?.Namespace
        ?? mesh.Services.FirstOrDefault(service => host == $"{service.Name}.{service.Namespace}.svc.{mesh.Mesh.ClusterDomain}")?.Namespace
        ?? "";
}
