using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class SidecarBinder
{
    public static Sidecar Bind(FieldReader spec, ResourceHeader header)
    {
        bool inbound = spec.Ignore("inboundConnectionPool").Has("inboundConnectionPool");
        bool anything = inbound | spec.Node.Find("egress") is { Items.Count: > 0 } | spec.Node.Find("ingress") is { Items.Count: > 0 } | spec.Has("outboundTrafficPolicy");
        if (!anything)
        {
            spec.Errors.Add(spec.Line, spec.Path, "says nothing; give at least one of egress, ingress, outboundTrafficPolicy and inboundConnectionPool");
        }

        Policy? policy = spec.Object("outboundTrafficPolicy", BindPolicy);
        return new Sidecar
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            WorkloadSelector = spec.Object("workloadSelector", static s => s.TextMap("labels")),
            Egress = spec.List("egress", Listener),
            Ingress = spec.List("ingress", Ingress),
            OutboundTrafficPolicy = policy?.Mode,
            EgressProxy = policy?.Proxy,
        };
    }

    // Protobuf's default of the enumeration is REGISTRY_ONLY: an empty policy means that.
    public static OutboundTrafficPolicy Mode(FieldReader r) =>
        r.Choice("mode", "REGISTRY_ONLY", "ALLOW_ANY") == "ALLOW_ANY" ? OutboundTrafficPolicy.AllowAny : OutboundTrafficPolicy.RegistryOnly;

    private static Policy BindPolicy(FieldReader r) => new(Mode(r), r.Object("egressProxy", DestinationBinder.Bind));

    private static EgressListener Listener(FieldReader r)
    {
        r.Ignore("captureMode");
        return new EgressListener { Port = r.Object("port", PortBinder.Bind), Bind = r.Text("bind"), Hosts = r.Texts("hosts") };
    }

    private static IngressListener Ingress(FieldReader r)
    {
        r.Ignore("captureMode", "tls", "connectionPool");
        return new IngressListener { Port = r.Object("port", PortBinder.Bind), Bind = r.Text("bind"), DefaultEndpoint = r.Text("defaultEndpoint") };
    }

    private sealed record Policy(OutboundTrafficPolicy Mode, Destination? Proxy);
}
