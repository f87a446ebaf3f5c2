using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Clovisor.EdgeHost.Clusters;

/// <summary>The certificates of a mesh with two workloads, made for one run: what a mesh's own authority would issue.</summary>
internal static class MeshCertificates
{
    public const string ChainFile = "cert-chain.pem";
    public const string KeyFile = "key.pem";
    public const string RootFile = "root-cert.pem";

    private static readonly TimeSpan Early = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <summary>Writes a folder for each workload, with its certificate, its key and the root, named as Istio names them.</summary>
    /// <param name="workloads">Folder and identity of each, such as <c>spiffe://cluster.local/ns/app/sa/httpbin</c>.</param>
    public static void Write(params IEnumerable<(string Folder, string Identity)> workloads)
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow() - Early;
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("O=cluster.local", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using X509Certificate2 root = rootRequest.CreateSelfSigned(from, from + Early + Lifetime);
        foreach ((string folder, string identity) in workloads)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(identity));
            request.CertificateExtensions.Add(names.Build(critical: true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
            using X509Certificate2 certificate = request.Create(root, from, from + Early + Lifetime, RandomNumberGenerator.GetBytes(16));
            Directory.CreateDirectory(folder);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            File.WriteAllText(Path.Combine(folder, ChainFile), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, KeyFile), key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(Path.Combine(folder, RootFile), root.ExportCertificatePem());
        }
    }

    /// <summary>The certificate of a folder, with its key.</summary>
    public static X509Certificate2 Load(string folder) => X509Certificate2.CreateFromPemFile(Path.Combine(folder, ChainFile), Path.Combine(folder, KeyFile));

    /// <summary>Whether a certificate leads to the root of a folder. Who it is for is another question.</summary>
    public static bool IsTrusted(string folder, X509Certificate? certificate)
    {
        if (certificate is null)
        {
            return false;
        }

        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, RootFile));
        using X509Certificate2 peer = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(peer);
    }

    /// <summary>The identities that a certificate is for.</summary>
    public static IEnumerable<string> IdentitiesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.Format(false).Split(", "))
            .Where(static name => name.StartsWith("URI:", StringComparison.Ordinal)).Select(static name => name[4..]);
}
