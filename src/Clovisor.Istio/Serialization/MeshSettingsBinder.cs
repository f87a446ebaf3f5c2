using System.Collections.Immutable;
using Clovisor.Istio.GatewayApi.Binding;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>Reads Istio's mesh config: the few fields that choose routes. It has a hundred others, which pass unread.</summary>
internal static class MeshSettingsBinder
{
    public static MeshSettings Bind(FieldReader r)
    {
        MeshSettings defaults = MeshSettings.Default;
        MeshSettings settings = defaults with
        {
            PathNormalization = r.Object("pathNormalization", Normalization)?.Value ?? defaults.PathNormalization,
            OutboundTrafficPolicy = r.Object("outboundTrafficPolicy", Policy)?.Value ?? defaults.OutboundTrafficPolicy,
            DefaultVirtualServiceExportTo = ExportTo(r, "defaultVirtualServiceExportTo"),
            DefaultServiceExportTo = ExportTo(r, "defaultServiceExportTo"),
            DefaultDestinationRuleExportTo = ExportTo(r, "defaultDestinationRuleExportTo"),
            DiscoverySelectors = r.List("discoverySelectors", GatewayApiBinder.Selector),
            RootNamespace = r.OptionalText("rootNamespace") ?? defaults.RootNamespace,
        };
        KubernetesBinder.IgnoreRest(r);
        return settings;
    }

    private static ImmutableArray<string> ExportTo(FieldReader r, string name) => r.Texts(name) is { Length: > 0 } given ? given : ["*"];

    private static Box<OutboundTrafficPolicy> Policy(FieldReader r) => new(SidecarBinder.Mode(r));

    private static Box<PathNormalization> Normalization(FieldReader r)
    {
        return new Box<PathNormalization>(r.Choice("normalization", "DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES") switch
        {
            "NONE" => PathNormalization.None,
            "MERGE_SLASHES" => PathNormalization.MergeSlashes,
            "DECODE_AND_MERGE_SLASHES" => PathNormalization.DecodeAndMergeSlashes,
            _ => PathNormalization.Base,
        });
    }

    private sealed record Box<T>(T Value);
}
