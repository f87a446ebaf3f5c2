using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>
/// IST0101: a rule is bound to a gateway that does not exist. IST0132: no server of its gateways admits a rule's host. IST0145: two
/// gateways for the same proxies serve one host at one port.
/// </summary>
internal static class GatewayAnalyzer
{
    public static void Analyze(IstioConfiguration configuration, MessageList messages)
    {
        Dictionary<string, Gateway> gateways = configuration.Gateways.ToDictionary(static g => g.Key.ToString());
        HashSet<string> known = [.. gateways.Keys, "mesh"];
        foreach (VirtualService rule in configuration.VirtualServices)
        {
            string[] names = [.. rule.Gateways.Select(g => HostName.CompleteGateway(g, rule.Namespace))];
            for (int i = 0; i < names.Length; i++)
            {
                if (!known.Contains(names[i]))
                {
                    messages.Add("IST0101", AnalysisLevel.Error, rule, 0, $"spec.gateways[{i}]", $"there is no gateway {names[i]}");
                }
            }

            Gateway[] bound = [.. names.Where(gateways.ContainsKey).Select(n => gateways[n])];
            for (int i = 0; bound.Length > 0 && !names.Contains("mesh") && i < rule.Hosts.Length; i++)
            {
                if (!bound.Any(g => g.Servers.Any(s => Admits(g, s, rule.Namespace, rule.Hosts[i]))))
                {
                    messages.Add("IST0132", AnalysisLevel.Warning, rule, 0, $"spec.hosts[{i}]", $"no server of {string.Join(", ", names)} admits {rule.Hosts[i]} for namespace {rule.Namespace}");
                }
            }
        }

        Conflicts(configuration.Gateways, messages);
    }

    private static bool Admits(Gateway gateway, GatewayServer server, string scope, string host) => server.Hosts.Any(written =>
    {
        int slash = written.IndexOf('/', StringComparison.Ordinal);
        string from = slash < 0 ? "*" : written[..slash];
        return (from == "*" || from == scope || (from == "." && gateway.Namespace == scope)) && HostName.Matches(host.ToLowerInvariant(), written[(slash + 1)..].ToLowerInvariant());
    });

    private static void Conflicts(ImmutableArray<Gateway> gateways, MessageList messages)
    {
        for (int i = 0; i < gateways.Length; i++)
        {
            foreach (Gateway other in gateways.Where(o => o.Key != gateways[i].Key && SharesProxies(gateways[i], o)))
            {
                Conflict(gateways[i], other, messages);
            }
        }
    }

    private static void Conflict(Gateway gateway, Gateway other, MessageList messages)
    {
        for (int s = 0; s < gateway.Servers.Length; s++)
        {
            GatewayServer server = gateway.Servers[s];
            string[] shared = [.. other.Servers.Where(o => o.Port.Number == server.Port.Number && o.Bind == server.Bind).SelectMany(static o => o.Hosts).Intersect(server.Hosts)];
            if (shared.Length > 0)
            {
                messages.Add("IST0145", AnalysisLevel.Error, gateway, server.Line, $"spec.servers[{s}].hosts", $"gateway {other.Key} serves {string.Join(", ", shared)} at port {server.Port.Number} of the same proxies too");
            }
        }
    }

    // One selector that asks for nothing that contradicts the other can select the same proxies.
    private static bool SharesProxies(Gateway a, Gateway b) =>
        b.Selector.HasAll(a.Selector) || a.Selector.HasAll(b.Selector);
}
