using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a ServiceEntry.</summary>
internal static class ServiceEntryValidator
{
    public static void Validate(ServiceEntry entry, ErrorList errors)
    {
        int line = entry.Source.Line;
        if (entry.Hosts.IsEmpty)
        {
            errors.Add(line, "spec.hosts", "is missing; an entry has at least one host");
        }

        foreach (string host in entry.Hosts)
        {
            if (host == "*" || !NameRules.IsWildcardHost(host))
            {
                errors.Add(line, "spec.hosts", host == "*" ? "cannot be *: that would be every host there is" : $"\"{host}\" is not a host name; a star can only be the first label");
            }
        }

        Ports(entry, line, errors);
        Addresses(entry, line, errors);
        if (!entry.Endpoints.IsEmpty && entry.HasWorkloadSelector)
        {
            errors.Add(line, "spec.endpoints", "cannot stand beside workloadSelector");
        }

        if (entry.Location is not ("" or "MESH_EXTERNAL" or "MESH_INTERNAL"))
        {
            errors.Add(line, "spec.location", $"must be MESH_EXTERNAL or MESH_INTERNAL, not \"{entry.Location}\"");
        }

        Resolution(entry, line, errors);
        if (entry.Hosts.Length > 1 && entry.Resolution is not ("" or "NONE") && entry.Ports.Any(static p => MeshProtocols.Parse(p.Protocol) is not (MeshProtocol.Http or MeshProtocol.HttpProxy or MeshProtocol.Tls)))
        {
            errors.Add(line, "spec.hosts", "are several, which connections to a port that is neither HTTP nor TLS cannot be told apart by; use an entry for each");
        }

        CommonRules.ExportTo(entry.ExportTo, entry.Namespace, noneAllowed: true, line, errors);
    }

    private static void Ports(ServiceEntry entry, int line, ErrorList errors)
    {
        var numbers = new HashSet<int>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < entry.Ports.Length; i++)
        {
            ServicePort port = entry.Ports[i];
            if (port.Number == 0 || !numbers.Add(port.Number))
            {
                errors.Add(line, $"spec.ports[{i}].number", port.Number == 0 ? "is missing" : $"{port.Number} is given twice");
            }

            if (port.Name.Length > 0 && !NameRules.IsDnsLabel(port.Name))
            {
                errors.Add(line, $"spec.ports[{i}].name", $"\"{port.Name}\" must be a DNS label: letters, digits and dashes");
            }

            if (port.Protocol.Length > 0 && !MeshProtocols.IsKnown(port.Protocol))
            {
                errors.Add(line, $"spec.ports[{i}].protocol", $"\"{port.Protocol}\" is not a protocol; known are HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, UDP, MONGO, REDIS and MYSQL");
            }

            if (port.Name.Length == 0 || !names.Add(port.Name))
            {
                errors.Add(line, $"spec.ports[{i}].name", port.Name.Length == 0 ? "is missing" : $"\"{port.Name}\" is given twice");
            }
        }
    }

    private static void Addresses(ServiceEntry entry, int line, ErrorList errors)
    {
        foreach (string address in entry.Addresses)
        {
            if (!NameRules.IsAddressOrRange(address))
            {
                errors.Add(line, "spec.addresses", $"\"{address}\" is neither an address nor a range such as 10.0.0.0/8");
            }
            else if (address.Contains('/', StringComparison.Ordinal) && entry.Resolution is not ("" or "NONE" or "STATIC"))
            {
                errors.Add(line, "spec.addresses", $"\"{address}\" is a range, which resolution {entry.Resolution} does not take");
            }
        }
    }

    private static void Resolution(ServiceEntry entry, int line, ErrorList errors)
    {
        switch (entry.Resolution)
        {
            case "" or "NONE" when !entry.Endpoints.IsEmpty:
                errors.Add(line, "spec.endpoints", "has no effect where resolution is NONE; use STATIC");
                break;
            case "DNS_ROUND_ROBIN" when entry.Endpoints.Length > 1:
                errors.Add(line, "spec.endpoints", "can be one at most where resolution is DNS_ROUND_ROBIN");
                break;
            case "DNS" or "DNS_ROUND_ROBIN" when entry.Endpoints.IsEmpty && !entry.HasWorkloadSelector:
                foreach (string host in entry.Hosts.Where(static h => h.StartsWith('*')))
                {
                    errors.Add(line, "spec.hosts", $"\"{host}\" cannot be looked up by name; give endpoints, or another resolution");
                }

                break;
            case "DYNAMIC_DNS":
                Dynamic(entry, line, errors);
                break;
            case "" or "NONE" or "STATIC" or "DNS" or "DNS_ROUND_ROBIN":
                break;
            default:
                errors.Add(line, "spec.resolution", $"\"{entry.Resolution}\" must be NONE, STATIC, DNS, DNS_ROUND_ROBIN or DYNAMIC_DNS");
                break;
        }
    }

    // The proxy looks up the name that each request asks for: there must be one, and it must be in the wildcard.
    private static void Dynamic(ServiceEntry entry, int line, ErrorList errors)
    {
        foreach (string host in entry.Hosts.Where(static h => !h.StartsWith('*')))
        {
            errors.Add(line, "spec.hosts", $"\"{host}\" must start with a star where resolution is DYNAMIC_DNS; use DNS for a single name");
        }

        if (!entry.Addresses.IsEmpty || !entry.Endpoints.IsEmpty)
        {
            errors.Add(line, entry.Addresses.IsEmpty ? "spec.endpoints" : "spec.addresses", "has no effect where resolution is DYNAMIC_DNS");
        }

        for (int i = 0; i < entry.Ports.Length; i++)
        {
            if (entry.Ports[i].Protocol.ToUpperInvariant() is not ("HTTP" or "HTTP2" or "GRPC" or "TLS"))
            {
                errors.Add(line, $"spec.ports[{i}].protocol", $"\"{entry.Ports[i].Protocol}\" must be HTTP, HTTP2, GRPC or TLS where resolution is DYNAMIC_DNS");
            }
        }
    }
}
