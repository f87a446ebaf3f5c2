using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>IST0109: several objects route the same host for sidecars. Rules are not merged there: one object wins, and says nothing about it.</summary>
internal static class MeshHostAnalyzer
{
    public static void Analyze(IstioConfiguration configuration, MessageList messages)
    {
        (string Host, VirtualService Rule)[] claims = [.. ExportRules.Ordered(configuration.VirtualServices)
            .Where(static v => v.Gateways.IsEmpty || v.Gateways.Contains("mesh"))
            .SelectMany(v => v.Hosts.Select(h => (HostName.Complete(h, v.Namespace, configuration.Mesh.ClusterDomain).ToLowerInvariant(), v)))];
        ILookup<string, VirtualService> byHost = claims.ToLookup(static c => c.Host, static c => c.Rule);
        string[] patterns = [.. claims.Select(static c => c.Host).Where(HostName.IsWildcard).Distinct()];
        foreach (IGrouping<string, VirtualService> host in byHost)
        {
            // A name under a pattern is an exception on purpose. Of patterns in each other, for a service under both, the first object wins, not the longer one.
            string[] overlapping = HostName.IsWildcard(host.Key)
                ? [.. patterns.Where(p => p != host.Key && (HostName.Matches(p, host.Key) || HostName.Matches(host.Key, p)))]
                : [];
            VirtualService[] rules = [.. host.Distinct()];
            VirtualService[] all = [.. rules.Concat(overlapping.SelectMany(p => byHost[p])).Distinct()];
            foreach (VirtualService rule in rules)
            {
                string[] others = [.. all.Where(o => o != rule && Meet(rule, o, configuration.Mesh)).Select(static o => o.Key.ToString())];
                if (others.Length > 0)
                {
                    messages.Add("IST0109", AnalysisLevel.Error, rule, 0, "spec.hosts", $"{string.Join(", ", others)} routes {string.Join(", ", overlapping.Prepend(host.Key))} for sidecars too; the first of them that a sidecar sees wins alone");
                }
            }
        }
    }

    // Two rules meet where some namespace sees both.
    private static bool Meet(VirtualService a, VirtualService b, MeshSettings mesh)
    {
        HashSet<string> seesA = Sees(a, mesh);
        HashSet<string> seesB = Sees(b, mesh);
        return seesA.Contains("*") ? seesB.Count > 0 : seesB.Contains("*") ? seesA.Count > 0 : seesA.Overlaps(seesB);
    }

    private static HashSet<string> Sees(VirtualService rule, MeshSettings mesh) =>
        [.. (rule.ExportTo.IsEmpty ? mesh.DefaultVirtualServiceExportTo : rule.ExportTo).Where(static e => e != "~").Select(e => e == "." ? rule.Namespace : e)];
}
