using System.Collections.Immutable;
using System.Net;
using Clovisor.EdgeHost.Clusters;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Sources;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Where a proxy of the first cluster reaches a service: a pod, or the east-west gateway of the network that its pods are on.</summary>
/// <param name="EndPoint">The address.</param>
/// <param name="Tls">What a gateway needs to know the service by; null for a pod.</param>
internal sealed record ServiceUpstream(IPEndPoint EndPoint, EnvoyUpstreamTls? Tls)
{
    private const string ClusterDomain = "svc.cluster.local";

    public static async Task<ServiceUpstream> FindAsync(string tried, Arguments arguments, IReadOnlyList<KubernetesClusterOptions> clusters, CancellationToken cancellationToken)
    {
        string text = arguments.Get("--service");
        if (text.Split('/') is not [{ Length: > 0 } scope, { Length: > 0 } name])
        {
            throw arguments.Bad("--service", text, "a namespace and a name such as app/httpbin");
        }

        IstioSnapshot snapshot = await ClusterReader.MeshAsync(tried, clusters, cancellationToken).ConfigureAwait(false);
        MeshEndpoint[] endpoints = [.. snapshot.Mesh!.EndpointsOf(clusters[0].Name, new ObjectKey(scope, name)).OrderByDescending(static end => end.Weight)];
        if (endpoints is not [{ } best, ..] || !IPAddress.TryParse(best.Address, out IPAddress? address))
        {
            throw new EdgeHostException(tried, $"service {text} has no endpoint in the clusters that were read", "Name the cluster that has its pods by --remote");
        }

        int port = arguments.Count("--port");
        return best.Gateway is { } gateway
            ? new ServiceUpstream(new IPEndPoint(address, gateway.Port), TlsOf(arguments, new ClusterName("outbound", port, "", $"{name}.{scope}.{ClusterDomain}")))
            : new ServiceUpstream(new IPEndPoint(address, port), null);
    }

    private static EnvoyUpstreamTls TlsOf(Arguments arguments, ClusterName cluster)
    {
        string folder = Path.GetFullPath(arguments.Find("--identity") ?? throw EdgeHostException.Usage(
            arguments.Role, "--identity is missing", "The service is behind an east-west gateway, which passes on mutual TLS alone: name the folder with the proxy's certificate"));
        return new EnvoyUpstreamTls
        {
            ServerName = cluster.ServerName,
            CertificateFile = Path.Combine(folder, MeshCertificates.ChainFile),
            KeyFile = Path.Combine(folder, MeshCertificates.KeyFile),
            AuthorityFile = Path.Combine(folder, MeshCertificates.RootFile),
            Identities = [.. arguments.All("--peer")],
        };
    }
}
