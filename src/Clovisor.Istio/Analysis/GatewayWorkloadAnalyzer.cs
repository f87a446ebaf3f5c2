using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>
/// What a gateway needs of the pods that serve it. IST0162: no service leads to a port that it listens on. IST0149: a rule matches claims of
/// tokens, and nothing checks tokens there.
/// </summary>
internal static class GatewayWorkloadAnalyzer
{
    private const string Claims = "@request.auth.claims";

    public static void Analyze(IstioConfiguration configuration, MessageList messages)
    {
        foreach (Gateway gateway in configuration.Gateways)
        {
            Ports(configuration, gateway, [.. configuration.Pods.Where(p => p.Labels.HasAll(gateway.Selector))], messages);
        }

        if (configuration.RequestAuthentications.IsDefault)
        {
            return;
        }

        Dictionary<string, Gateway> gateways = configuration.Gateways.ToDictionary(static g => g.Key.ToString());
        foreach (VirtualService rule in configuration.VirtualServices)
        {
            int first = rule.Http.ToList().FindIndex(static h => h.Match.Any(static m => m.Headers.Keys.Concat(m.WithoutHeaders.Keys).Any(IsClaim)));
            for (int i = 0; first >= 0 && i < rule.Gateways.Length; i++)
            {
                string name = HostName.CompleteGateway(rule.Gateways[i], rule.Namespace);
                if (gateways.TryGetValue(name, out Gateway? gateway) && !IsChecked(configuration, gateway))
                {
                    messages.Add("IST0149", AnalysisLevel.Error, rule, rule.Http[first].Line, $"spec.http[{first}].match", $"asks for claims, and no RequestAuthentication checks tokens at gateway {name}: it never matches");
                }
            }
        }
    }

    private static void Ports(IstioConfiguration configuration, Gateway gateway, ImmutableArray<KubernetesPod> pods, MessageList messages)
    {
        ServicePort[] led = [.. configuration.Services
            .Where(s => !s.Selector.IsEmpty && pods.Any(p => p.Namespace == s.Namespace && p.Labels.HasAll(s.Selector)))
            .SelectMany(static s => s.Ports)];

        // Which number a name stands for, only the pod's containers say.
        if (led.Length == 0 || led.Any(static p => p.TargetPortName.Length > 0))
        {
            return;
        }

        for (int i = 0; i < gateway.Servers.Length; i++)
        {
            int port = gateway.Servers[i].Port.Number;
            if (!led.Any(p => p.Number == port || p.TargetPort == port))
            {
                messages.Add("IST0162", AnalysisLevel.Warning, gateway, gateway.Servers[i].Line, $"spec.servers[{i}].port.number", $"no service of the gateway's pods leads to port {port}; write the port of a service, or the one behind it: {string.Join(", ", led.SelectMany(static p => new[] { p.Number, p.TargetPort }).Where(static p => p > 0).Distinct().Order())}");
            }
        }
    }

    private static bool IsChecked(IstioConfiguration configuration, Gateway gateway)
    {
        KubernetesPod[] pods = [.. configuration.Pods.Where(p => p.Labels.HasAll(gateway.Selector))];
        return configuration.RequestAuthentications.Any(a => pods.Length == 0
            ? gateway.Selector.HasAll(a.Selector)
            : pods.Any(p => (a.Namespace == p.Namespace || a.Namespace == configuration.Mesh.RootNamespace) && p.Labels.HasAll(a.Selector)));
    }

    private static bool IsClaim(string header) => header.StartsWith(Claims, StringComparison.OrdinalIgnoreCase);
}
