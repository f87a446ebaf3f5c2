using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>IST0109: several objects route the same host for sidecars. Rules are not merged there: one object wins, and says nothing about it.</summary>
internal static class MeshHostAnalyzer
{
    public static void Analyze(IstioConfiguration configuration, MessageList messages)
    {
        IEnumerable<(string Host, VirtualService Rule)> claims = ExportRules.Ordered(configuration.VirtualServices)
            .Where(static v => v.Gateways.IsEmpty || v.Gateways.Contains("mesh"))
            .SelectMany(v => v.Hosts.Select(h => (HostName.Complete(h, v.Namespace, configuration.Mesh.ClusterDomain).ToLowerInvariant(), v)));
        foreach (IGrouping<string, (string Host, VirtualService Rule)> host in claims.GroupBy(static c => c.Host))
        {
            VirtualService[] rules = [.. host.Select(static c => c.Rule).Distinct()];
            foreach (VirtualService rule in rules)
            {
                string[] others = [.. rules.Where(o => o != rule && Meet(rule, o, configuration.Mesh)).Select(static o => o.Key.ToString())];
                if (others.Length > 0)
                {
                    messages.Add("IST0109", AnalysisLevel.Error, rule, 0, "spec.hosts", $"{string.Join(", ", others)} routes {host.Key} for sidecars too; of {string.Join(", ", rules.Select(static r => r.Key))} the first that a sidecar sees wins alone");
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
