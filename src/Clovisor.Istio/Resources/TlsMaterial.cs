namespace Clovisor.Istio.Resources;

/// <summary>What a TLS section names to prove and check identities with.</summary>
[Flags]
internal enum TlsMaterial
{
    None = 0,

    /// <summary>Certificate and key by the name of a secret.</summary>
    Credential = 1,

    ServerCertificate = 2,

    PrivateKey = 4,

    /// <summary>The authorities of clients.</summary>
    Authorities = 8,
}
