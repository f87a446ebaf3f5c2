using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class ServiceEntryBinder
{
    public static ServiceEntry Bind(FieldReader spec, ResourceHeader header)
    {
        spec.Ignore("subjectAltNames");
        ImmutableArray<ServicePort> ports = spec.List("ports", PortBinder.Bind);
        ImmutableDictionary<string, string> selector = ImmutableDictionary<string, string>.Empty;
        spec.Object("workloadSelector", s => selector = s.TextMap("labels"));
        return new ServiceEntry
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Hosts = spec.Texts("hosts"),
            Addresses = spec.Texts("addresses"),
            Ports = ports,
            Resolution = spec.Choice("resolution", "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"),
            Location = spec.Choice("location", "MESH_EXTERNAL", "MESH_INTERNAL"),
            Endpoints = [.. spec.List("endpoints", e => Endpoint(e, ports))],
            HasWorkloadSelector = spec.Has("workloadSelector"),
            WorkloadSelector = selector,
            ExportTo = spec.Texts("exportTo"),
        };
    }

    private static string Endpoint(FieldReader r, ImmutableArray<ServicePort> ports)
    {
        string address = r.Ignore("labels", "locality", "network", "serviceAccount", "weight").Text("address");
        foreach (string name in r.IntegerMap("ports", 1, 65535).Keys.Order(StringComparer.Ordinal))
        {
            if (address.StartsWith("unix://", StringComparison.Ordinal))
            {
                r.Error("ports", "cannot stand beside a unix socket");
            }
            else if (!ports.Any(p => p.Name == name))
            {
                r.Error("ports", $"\"{name}\" is not the name of a port of the entry");
            }
        }

        return address;
    }
}
