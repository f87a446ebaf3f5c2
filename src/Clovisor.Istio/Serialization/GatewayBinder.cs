using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class GatewayBinder
{
    public static Gateway Bind(FieldReader spec, ResourceHeader header) => new()
    {
        Name = header.Name,
        Namespace = header.Namespace,
        Created = header.Created,
        Labels = header.Labels,
        Source = header.Source,
        Selector = spec.TextMap("selector"),
        Servers = spec.List("servers", Server),
    };

    private static GatewayServer Server(FieldReader r)
    {
        ServicePort? port = r.Object("port", PortBinder.Bind);
        if (port is null && !r.Has("port"))
        {
            r.Error("port", "is missing");
        }

        Tls? tls = r.Ignore("defaultEndpoint").Object("tls", TlsSection);
        return new GatewayServer
        {
            Line = r.Line,
            Port = port ?? new ServicePort(),
            Hosts = r.Texts("hosts"),
            Bind = r.Text("bind"),
            Name = r.Text("name"),
            TlsMode = tls?.Mode,
            HttpsRedirect = tls?.Redirect ?? false,
            HasCertificate = tls?.Certificate ?? false,
            HasOtherTlsSettings = tls?.Other ?? false,
        };
    }

    private static Tls TlsSection(FieldReader r)
    {
        r.Ignore("caCertCredentialName", "caCertificates", "caCrl", "cipherSuites", "insecureSkipVerify", "maxProtocolVersion",
            "minProtocolVersion", "privateKey", "subjectAltNames", "verifyCertificateHash", "verifyCertificateSpki");
        string mode = r.Text("mode");
        if (mode is not ("" or "PASSTHROUGH" or "SIMPLE" or "MUTUAL" or "AUTO_PASSTHROUGH" or "ISTIO_MUTUAL" or "OPTIONAL_MUTUAL"))
        {
            r.Error("mode", $"\"{mode}\" is not a TLS mode; known are PASSTHROUGH, SIMPLE, MUTUAL, OPTIONAL_MUTUAL, AUTO_PASSTHROUGH and ISTIO_MUTUAL");
        }

        bool other = r.Node.Fields.Any(static f => f.Name is not ("httpsRedirect" or "mode")) || mode is not ("" or "PASSTHROUGH");
        bool certificate = r.Has("credentialName") | r.Has("credentialNames") | r.Has("serverCertificate") | r.Has("tlsCertificates");
        return new Tls(mode, r.Flag("httpsRedirect"), certificate, other);
    }

    private sealed record Tls(string Mode, bool Redirect, bool Certificate, bool Other);
}
