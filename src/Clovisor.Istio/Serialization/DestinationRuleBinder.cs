using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class DestinationRuleBinder
{
    public static DestinationRule Bind(FieldReader spec, ResourceHeader header)
    {
        spec.Ignore("trafficPolicy");
        return new DestinationRule
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Host = spec.RequiredText("host"),
            Subsets = spec.List("subsets", static s =>
            {
                s.Ignore("trafficPolicy");
                return new DestinationSubset(s.RequiredText("name"), s.TextMap("labels"));
            }),
            ExportTo = spec.Texts("exportTo"),
            WorkloadSelector = spec.Object("workloadSelector", static s => s.TextMap("matchLabels")),
        };
    }
}
