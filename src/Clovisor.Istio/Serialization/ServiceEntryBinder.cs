using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class ServiceEntryBinder
{
    public static ServiceEntry Bind(FieldReader spec, ResourceHeader header)
    {
        spec.Ignore("subjectAltNames");
        return new ServiceEntry
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Hosts = spec.Texts("hosts"),
            Addresses = spec.Texts("addresses"),
            Ports = spec.List("ports", PortBinder.Bind),
            Resolution = spec.Text("resolution"),
            Location = spec.Text("location"),
            Endpoints = [.. spec.List("endpoints", static e => e.Ignore("labels", "locality", "network", "ports", "serviceAccount", "weight").Text("address"))],
            HasWorkloadSelector = spec.Ignore("workloadSelector").Has("workloadSelector"),
            ExportTo = spec.Texts("exportTo"),
        };
    }
}
