using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a VirtualService.</summary>
internal static class VirtualServiceValidator
{
    public static void Validate(VirtualService service, ErrorList errors)
    {
        int line = service.Source.Line;
        bool isDelegate = service.Hosts.IsEmpty;
        if (isDelegate && (!service.Gateways.IsEmpty || !service.Tls.IsEmpty || !service.Tcp.IsEmpty))
        {
            errors.Add(line, "spec.hosts", "is missing; only a delegate has no hosts, and a delegate has http rules alone");
        }

        if (service.Http.IsEmpty && service.Tls.IsEmpty && service.Tcp.IsEmpty)
        {
            errors.Add(line, "spec", "has no rule; give at least one of http, tls and tcp");
        }

        bool mesh = service.Gateways.IsEmpty || service.Gateways.Contains("mesh");
        Hosts(service, mesh && !isDelegate, line, errors);
        CommonRules.Gateways(service.Gateways, line, "spec.gateways", errors);
        CommonRules.ExportTo(service.ExportTo, service.Namespace, noneAllowed: false, line, errors);
        for (int i = 0; i < service.Http.Length; i++)
        {
            HttpRouteValidator.Validate(service.Http[i], $"spec.http[{i}]", isDelegate, mesh, errors);
        }

        ConnectionRouteValidator.Validate(service, errors);
    }

    private static void Hosts(VirtualService service, bool mesh, int line, ErrorList errors)
    {
        bool valid = true;
        foreach (string host in service.Hosts)
        {
            if (!NameRules.IsAddress(host) && !NameRules.IsWildcardHost(host))
            {
                errors.Add(line, "spec.hosts", $"\"{host}\" is neither a host name nor an address; a star can only be the first label");
                valid = false;
            }
            else if (host == "*" && mesh)
            {
                errors.Add(line, "spec.hosts", "cannot be * for sidecars; name hosts, or bind the object to gateways alone");
            }
        }

        for (int i = 0; valid && i < service.Hosts.Length; i++)
        {
            for (int j = i + 1; j < service.Hosts.Length; j++)
            {
                if (HostName.Matches(service.Hosts[i], service.Hosts[j]))
                {
                    errors.Add(line, "spec.hosts", $"\"{service.Hosts[i]}\" and \"{service.Hosts[j]}\" overlap; keep the wider one");
                }
            }
        }
    }
}
