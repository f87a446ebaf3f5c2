using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class WorkloadEntryBinder
{
    public static WorkloadEntry Bind(FieldReader spec, ResourceHeader header)
    {
        spec.Ignore("locality", "weight", "serviceAccount");
        return new WorkloadEntry
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Address = spec.Text("address"),
            Ports = spec.IntegerMap("ports", 1, 65535),
            WorkloadLabels = spec.TextMap("labels").SetItems(header.Labels),
            Network = spec.Text("network"),
        };
    }
}
