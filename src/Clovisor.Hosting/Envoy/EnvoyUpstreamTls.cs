using System.Collections.Immutable;

namespace Clovisor.Hosting.Envoy;

/// <summary>The mutual TLS of Envoy's connections to the upstream, as proxies of a mesh speak it. Immutable.</summary>
public sealed record EnvoyUpstreamTls
{
    /// <summary>The server name that is asked for, such as <c>outbound_.80_._.httpbin.app.svc.cluster.local</c>: by it an east-west gateway knows the service.</summary>
    public required string ServerName { get; init; }

    /// <summary>The file with Envoy's certificate, and those between it and the root, in PEM. An absolute path; Envoy reads it.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>The file with the certificate's key, in PEM. An absolute path; Envoy reads it.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The file with the roots that the server's certificate must lead to, in PEM. An absolute path; Envoy reads it.</summary>
    public required string AuthorityFile { get; init; }

    /// <summary>URIs, one of which the server's certificate must be for, such as <c>spiffe://cluster.local/ns/app/sa/httpbin</c>.</summary>
    /// <value>The default is none: whoever has a certificate of the roots is believed.</value>
    public ImmutableArray<string> Identities { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The application protocols that are offered.</summary>
    /// <value>The default is those that Istio's proxies offer each other for HTTP/1.1: <c>istio-http/1.1</c>, <c>istio</c>, <c>http/1.1</c>.</value>
    public ImmutableArray<string> ApplicationProtocols { get; init => field = value.IsDefault ? [] : value; } = ["istio-http/1.1", "istio", "http/1.1"];

    internal IEnumerable<string> Faults()
    {
        if (ServerName.Length is 0 or > 255)
        {
            yield return $"UpstreamTls.ServerName '{ServerName}' has not 1 to 255 characters.";
        }

        foreach ((string name, string file) in ((string, string)[])[(nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile), (nameof(AuthorityFile), AuthorityFile)])
        {
            if (!Path.IsPathRooted(file))
            {
                yield return $"UpstreamTls.{name} '{file}' is not an absolute path.";
            }
        }
    }

    internal string Write()
    {
        string identities = Identities.IsEmpty
            ? ""
            : $"        match_typed_subject_alt_names: [ {string.Join(", ", Identities.Select(static identity => $"{{ san_type: URI, matcher: {{ exact: {EnvoyYaml.Quoted(identity)} }} }}"))} ]\n";
        return $$"""
            transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                sni: {{EnvoyYaml.Quoted(ServerName)}}
                common_tls_context:
                  alpn_protocols: [ {{string.Join(", ", ApplicationProtocols.Select(EnvoyYaml.Quoted))}} ]
                  tls_certificates: [ { certificate_chain: { filename: {{EnvoyYaml.Quoted(CertificateFile)}} }, private_key: { filename: {{EnvoyYaml.Quoted(KeyFile)}} } } ]
                  validation_context:
                    trusted_ca: { filename: {{EnvoyYaml.Quoted(AuthorityFile)}} }

            """.ReplaceLineEndings("\n") + identities;
    }
}
