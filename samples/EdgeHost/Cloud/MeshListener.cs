using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Clovisor.EdgeHost.Clusters;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Clovisor.EdgeHost.Cloud;

/// <summary>How a pod of the mesh listens behind an east-west gateway: the gateway says whom it passes on, and inside comes the client's own mutual TLS.</summary>
internal static class MeshListener
{
    // What Istio's proxies offer each other; a server that knows none of them would end the handshake.
    private static readonly List<SslApplicationProtocol> Protocols = [new("istio-http/1.1"), new("istio"), SslApplicationProtocol.Http11];

    /// <param name="folder">The folder of the pod's certificate.</param>
    public static void Configure(ListenOptions listen, string folder)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(ProxyHeader.Before);
        X509Certificate2 certificate = MeshCertificates.Load(folder);
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => MeshCertificates.IsTrusted(folder, client);
            https.OnAuthenticate = (_, options) => options.ApplicationProtocols = Protocols;
        });
    }
}
