using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>Address and credentials of a cluster as they were when they were read.</summary>
internal sealed record ClusterEndpoint
{
    public required Uri Server { get; init; }

    /// <summary>Gets the authorities that the server's certificate is checked against; empty for those of the system.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>Gets a value indicating whether any certificate is taken.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>Gets the name that the certificate must bear, where it is not the address's.</summary>
    public string? ServerName { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gets what puts the credentials into a request, or null for none.</summary>
    public ServiceClientCredentials? Credentials { get; init; }
}
