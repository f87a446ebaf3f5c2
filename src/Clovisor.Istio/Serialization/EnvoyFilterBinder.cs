using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>Reads which routes an EnvoyFilter touches; what it does to them is not read.</summary>
internal static class EnvoyFilterBinder
{
    public static EnvoyFilter Bind(FieldReader spec, ResourceHeader header)
    {
        spec.Ignore("priority", "targetRefs");
        ImmutableArray<EnvoyFilterPatch> patches = spec.List("configPatches", Patch);
        return new EnvoyFilter
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            WorkloadSelector = spec.Object("workloadSelector", static s => s.TextMap("labels")) ?? ImmutableDictionary<string, string>.Empty,
            RoutePatches = [.. patches.Where(static p => p.ApplyTo is "ROUTE_CONFIGURATION" or "VIRTUAL_HOST" or "HTTP_ROUTE")],
        };
    }

    private static EnvoyFilterPatch Patch(FieldReader r)
    {
        r.Ignore("patch");
        EnvoyFilterPatch match = r.Object("match", Match) ?? new EnvoyFilterPatch { ApplyTo = "" };
        return match with { ApplyTo = r.Text("applyTo") };
    }

    private static EnvoyFilterPatch Match(FieldReader r)
    {
        KubernetesBinder.IgnoreRest(r);
        EnvoyFilterPatch table = r.Object("routeConfiguration", Table) ?? new EnvoyFilterPatch { ApplyTo = "" };
        return table with { Context = r.OptionalText("context") ?? "ANY" };
    }

    private static EnvoyFilterPatch Table(FieldReader r)
    {
        KubernetesBinder.IgnoreRest(r);
        EnvoyFilterPatch host = r.Object("vhost", Host) ?? new EnvoyFilterPatch { ApplyTo = "" };
        return host with { Port = r.Integer("portNumber", 1, 65535), Table = r.Text("name"), Gateway = r.Text("gateway") };
    }

    private static EnvoyFilterPatch Host(FieldReader r)
    {
        KubernetesBinder.IgnoreRest(r);
        return new EnvoyFilterPatch { ApplyTo = "", VirtualHost = r.Text("name"), Route = r.Object("route", static x => Rest(x, x.Text("name"))) ?? "" };
    }

    private static string Rest(FieldReader r, string value)
    {
        KubernetesBinder.IgnoreRest(r);
        return value;
    }
}
