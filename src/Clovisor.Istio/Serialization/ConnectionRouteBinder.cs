using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>Reads the <c>tls</c> and <c>tcp</c> rules of a VirtualService.</summary>
internal static class ConnectionRouteBinder
{
    public static ConnectionRoute Tls(FieldReader r) => Bind(r, sni: true);

    public static ConnectionRoute Tcp(FieldReader r) => Bind(r, sni: false);

    private static ConnectionRoute Bind(FieldReader r, bool sni) => new()
    {
        Line = r.Line,
        Match = r.List("match", m => Match(m, sni)),
        Route = r.List("route", Destination),
    };

    private static ConnectionMatch Match(FieldReader r, bool sni)
    {
        if (!sni)
        {
            // Istio carries it and does nothing with it.
            r.Ignore("sourceSubnet");
        }

        return new ConnectionMatch
        {
            Line = r.Line,
            SniHosts = sni ? r.Texts("sniHosts") : [],
            DestinationSubnets = r.Texts("destinationSubnets"),
            Port = r.Integer("port", 1, 65535),
            SourceLabels = r.TextMap("sourceLabels"),
            SourceNamespace = r.Text("sourceNamespace"),
            Gateways = r.Texts("gateways"),
        };
    }

    private static ConnectionDestination Destination(FieldReader r)
    {
        Destination? destination = r.Object("destination", DestinationBinder.Bind);
        if (destination is null && !r.Has("destination"))
        {
            r.Error("destination", "is missing");
        }

        return new ConnectionDestination(destination ?? new Destination { Host = "" }, r.Integer("weight", 0, int.MaxValue));
    }
}
