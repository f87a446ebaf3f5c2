using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;
using k8s.Exceptions;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>The cluster that a pod runs in, as Kubernetes tells it.</summary>
internal static class ServiceAccount
{
    private const string HostVariable = "KUBERNETES_SERVICE_HOST";
    private const string PortVariable = "KUBERNETES_SERVICE_PORT";

    public static ClusterEndpoint Endpoint(string folder)
    {
        string? host = Environment.GetEnvironmentVariable(HostVariable);
        string? port = Environment.GetEnvironmentVariable(PortVariable);
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new KubeConfigException($"This process does not run in a cluster: {HostVariable} and {PortVariable} are not set. Name a kubeconfig.");
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(folder, "ca.crt"));
        string bracketed = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return new ClusterEndpoint
        {
            Server = new Uri($"https://{bracketed}:{port}"),
            Authorities = authorities,
            Credentials = new TokenCredentials(new TokenFile(Path.Combine(folder, "token"))),
        };
    }
}
