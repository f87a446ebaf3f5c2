using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>
/// IST0118: a port whose protocol neither name nor appProtocol tells. IST0134: an entry for TCP without addresses. IST0150: a port of a service
/// that stands for another name has no HTTP-like protocol. IST0174: a DestinationRule for a host that no service has. IST0177: entries
/// that disagree about a port's protocol.
/// </summary>
internal static class ServiceAnalyzer
{
    private static readonly string[] Prefixes = ["http", "http2", "https", "tcp", "tls", "grpc", "grpc-web", "mongo", "mysql", "redis", "udp"];

    public static void Analyze(IstioConfiguration configuration, ServiceRegistry services, MessageList messages)
    {
        foreach (KubernetesService service in configuration.Services.Where(static s => !IsOfThePlatform(s)))
        {
            for (int i = 0; i < service.Ports.Length; i++)
            {
                Port(service, service.Ports[i], $"spec.ports[{i}].name", messages);
            }
        }

        foreach (ServiceEntry entry in configuration.ServiceEntries.Where(static e => e.Addresses.IsEmpty))
        {
            for (int i = 0; i < entry.Ports.Length; i++)
            {
                if (MeshProtocols.Parse(entry.Ports[i].Protocol) is MeshProtocol.Tcp or MeshProtocol.Detected)
                {
                    messages.Add("IST0134", AnalysisLevel.Warning, entry, 0, "spec.addresses", $"is missing, and port {entry.Ports[i].Number} speaks no HTTP or TLS: connections to other hosts at that port cannot be told apart");
                }
            }
        }

        foreach (DestinationRule rule in configuration.DestinationRules)
        {
            string host = HostName.Complete(rule.Host, rule.Namespace, configuration.Mesh.ClusterDomain).ToLowerInvariant();
            if (!services.All.Any(s => HostName.Matches(host, s.Host)))
            {
                messages.Add("IST0174", AnalysisLevel.Warning, rule, 0, "spec.host", $"there is no service {host}");
            }
        }

        Protocols(configuration, messages);
    }

    // What a cluster and Istio bring along is not its user's to name: system namespaces, the control plane by its labels, and gateways and waypoints that Istio made.
    private static bool IsOfThePlatform(KubernetesService service) =>
        service.Namespace is "kube-system" or "kube-public" or "kube-node-lease" or "local-path-storage"
        || service.Labels.ContainsKey("istio") || service.Labels.GetValueOrDefault("release") == "istio" || service.Labels.ContainsKey("gateway.istio.io/managed");

    private static void Port(KubernetesService service, ServicePort port, string field, MessageList messages)
    {
        bool unsaid = MeshProtocols.Parse(port.Protocol) == MeshProtocol.Detected && !Prefixes.Any(p => port.Name == p || port.Name.StartsWith($"{p}-", StringComparison.Ordinal));
        if (service.ExternalName.Length > 0 && (unsaid || port.Name == "tcp"))
        {
            messages.Add("IST0150", AnalysisLevel.Warning, service, 0, field, $"\"{port.Name}\" takes all TCP of port {port.Number}, since the service stands for {service.ExternalName}; give it a protocol that tells hosts apart");
        }
        else if (unsaid)
        {
            messages.Add("IST0118", AnalysisLevel.Info, service, 0, field, $"\"{port.Name}\" does not say what port {port.Number} speaks: the proxy looks at the first bytes; begin it with {string.Join(", ", Prefixes)}");
        }
    }

    private static void Protocols(IstioConfiguration configuration, MessageList messages)
    {
        var ports = configuration.ServiceEntries.SelectMany(static e => e.Hosts.SelectMany(h => e.Ports.Select(p => (Host: h.ToLowerInvariant(), Entry: e, Port: p))));
        foreach (var group in ports.GroupBy(static p => (p.Host, p.Port.Number)))
        {
            string[] spoken = [.. group.Select(static p => p.Port.Protocol.ToUpperInvariant()).Distinct()];
            if (spoken.Length > 1)
            {
                foreach (ServiceEntry entry in group.Select(static p => p.Entry).Distinct())
                {
                    messages.Add("IST0177", AnalysisLevel.Warning, entry, 0, "spec.ports", $"entries disagree about port {group.Key.Number} of {group.Key.Host}: {string.Join(", ", spoken)}");
                }
            }
        }
    }
}
