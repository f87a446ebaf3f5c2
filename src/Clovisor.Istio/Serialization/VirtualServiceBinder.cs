using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>Reads the spec of a VirtualService.</summary>
internal static class VirtualServiceBinder
{
    public static VirtualService Bind(FieldReader spec, ResourceHeader header)
    {
        return new VirtualService
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Hosts = spec.Texts("hosts"),
            Gateways = spec.Texts("gateways"),
            Http = spec.List("http", Route),
            ExportTo = spec.Texts("exportTo"),
            Tls = spec.List("tls", ConnectionRouteBinder.Tls),
            Tcp = spec.List("tcp", ConnectionRouteBinder.Tcp),
        };
    }

    private static HttpRoute Route(FieldReader r) => new()
    {
        Line = r.Line,
        Name = r.Text("name"),
        Match = r.List("match", HttpMatchBinder.Bind),
        Route = r.List("route", DestinationBinder.Weighted),
        Redirect = r.Object("redirect", HttpActionBinder.Redirect),
        DirectResponse = r.Object("directResponse", HttpActionBinder.DirectResponse),
        Delegate = r.Object("delegate", static d => new DelegateReference { Name = d.Text("name"), Namespace = d.Text("namespace") }),
        Rewrite = r.Object("rewrite", HttpActionBinder.Rewrite),
        Timeout = r.Duration("timeout"),
        Retries = r.Object("retries", HttpActionBinder.Retries),
        Fault = r.Object("fault", HttpFaultBinder.Bind),
        Mirrors = Mirrors(r),
        CorsPolicy = r.Object("corsPolicy", HttpCorsBinder.Bind),
        Headers = r.Object("headers", HeaderOperationsBinder.Bind),
    };

    private static ImmutableArray<HttpMirror> Mirrors(FieldReader r)
    {
        Destination? single = r.Object("mirror", DestinationBinder.Bind);
        double? percentage = r.Object("mirrorPercentage", PercentageBinder.Bind)?.Value;
        double? deprecated = r.Number("mirrorPercent") ?? r.Number("mirror_percent");
        ImmutableArray<HttpMirror> several = r.List("mirrors", static m => new HttpMirror(
            m.Object("destination", DestinationBinder.Bind) ?? Missing(m, "destination"),
            m.Object("percentage", PercentageBinder.Bind)?.Value ?? 100));
        if (single is null)
        {
            return several;
        }

        if (several.Length > 0)
        {
            r.Error("mirrors", "cannot stand beside mirror; put all into mirrors");
        }

        double share = percentage ?? deprecated ?? 100;
        if (share is < 0 or > 100)
        {
            r.Error("mirrorPercent", $"must be 0 to 100, not {share}");
        }

        return several.Insert(0, new HttpMirror(single, share));
    }

    private static Destination Missing(FieldReader r, string name)
    {
        if (!r.Has(name))
        {
            r.Error(name, "is missing");
        }

        return new Destination { Host = "" };
    }
}
