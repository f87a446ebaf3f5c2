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
            Material = tls?.Material ?? TlsMaterial.None,
        };
    }

    private static Tls TlsSection(FieldReader r)
    {
        r.Ignore("caCertCredentialName", "caCrl", "cipherSuites", "insecureSkipVerify", "maxProtocolVersion",
            "minProtocolVersion", "subjectAltNames", "verifyCertificateHash", "verifyCertificateSpki");
        string mode = r.Choice("mode", "PASSTHROUGH", "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL");
        TlsMaterial material =
            (r.Has("credentialName") | r.Has("credentialNames") ? TlsMaterial.Credential : 0)
            | (r.Has("serverCertificate") ? TlsMaterial.ServerCertificate : 0)
            | (r.Has("privateKey") ? TlsMaterial.PrivateKey : 0)
            | (r.Has("caCertificates") ? TlsMaterial.Authorities : 0)
            | (r.Has("tlsCertificates") ? TlsMaterial.ServerCertificate | TlsMaterial.PrivateKey : 0);
        return new Tls(mode, r.Flag("httpsRedirect"), (material & (TlsMaterial.Credential | TlsMaterial.ServerCertificate)) != 0, material);
    }

    private sealed record Tls(string Mode, bool Redirect, bool Certificate, TlsMaterial Material);
}
