using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>IST0101: a destination, a mirror or a subset that does not exist. IST0112: a destination without port whose service has several.</summary>
internal static class DestinationAnalyzer
{
    public static void Analyze(IstioConfiguration configuration, ServiceRegistry services, MessageList messages)
    {
        foreach (VirtualService rule in configuration.VirtualServices)
        {
            for (int i = 0; i < rule.Http.Length; i++)
            {
                HttpRoute http = rule.Http[i];
                for (int r = 0; r < http.Route.Length; r++)
                {
                    Check(configuration, services, rule, http.Line, $"spec.http[{i}].route[{r}].destination", http.Route[r].Destination, messages);
                }

                for (int m = 0; m < http.Mirrors.Length; m++)
                {
                    Check(configuration, services, rule, http.Line, $"spec.http[{i}].mirrors[{m}].destination", http.Mirrors[m].Destination, messages);
                }
            }

            Connections(configuration, services, rule, "tls", rule.Tls, messages);
            Connections(configuration, services, rule, "tcp", rule.Tcp, messages);
        }
    }

    private static void Connections(IstioConfiguration configuration, ServiceRegistry services, VirtualService rule, string kind, IReadOnlyList<ConnectionRoute> routes, MessageList messages)
    {
        for (int i = 0; i < routes.Count; i++)
        {
            for (int r = 0; r < routes[i].Route.Length; r++)
            {
                Check(configuration, services, rule, routes[i].Line, $"spec.{kind}[{i}].route[{r}].destination", routes[i].Route[r].Destination, messages);
            }
        }
    }

    private static void Check(IstioConfiguration configuration, ServiceRegistry services, VirtualService rule, int line, string field, Destination destination, MessageList messages)
    {
        string host = HostName.Complete(destination.Host, rule.Namespace, configuration.Mesh.ClusterDomain).ToLowerInvariant();
        List<MeshService> found = [.. services.All.Where(s => s.Host == host || (HostName.IsWildcard(s.Host) && HostName.Matches(host, s.Host)))];
        if (!found.Exists(s => s.IsVisibleTo(rule.Namespace)))
        {
            messages.Add("IST0101", AnalysisLevel.Error, rule, line, $"{field}.host", found.Count == 0
                ? $"there is no service {host}; requests that come here are answered with 503"
                : $"the service {host} is not exported to namespace {rule.Namespace}");
            return;
        }

        if (destination.Port == 0 && found.Exists(static s => s.Ports.Length > 1) && !found.Exists(static s => s.Ports.Length == 1))
        {
            messages.Add("IST0112", AnalysisLevel.Error, rule, line, $"{field}.port", $"is missing, and the service {host} has the ports {string.Join(", ", found[0].Ports.Select(static p => p.Number))}: the listener's port is taken");
        }

        bool hasSubset = destination.Subset.Length == 0 || configuration.DestinationRules.Any(d =>
            HostName.Matches(HostName.Complete(d.Host, d.Namespace, configuration.Mesh.ClusterDomain).ToLowerInvariant(), host) && d.Subsets.Any(s => s.Name == destination.Subset));
        if (!hasSubset)
        {
            messages.Add("IST0101", AnalysisLevel.Error, rule, line, $"{field}.subset", $"no DestinationRule for {host} has a subset {destination.Subset}; requests that come here are answered with 503");
        }
    }
}
