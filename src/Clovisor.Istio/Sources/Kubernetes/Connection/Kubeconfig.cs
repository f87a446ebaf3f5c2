using System.Security.Cryptography.X509Certificates;
using System.Text;
using Clovisor.Istio.Serialization;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>Reads address and credentials from a kubeconfig.</summary>
internal static class Kubeconfig
{
    public static ClusterEndpoint FromFile(string path, string? context)
    {
        K8SConfiguration file = KubernetesClientConfiguration.LoadKubeConfig(path, useRelativePaths: true);
        return Endpoint(file, File.ReadAllText(path), Path.GetDirectoryName(Path.GetFullPath(path))!, context);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="context">The context, or null for the current one.</param>
    /// <param name="trusted">Whether it may name programs to run and files to read: whoever writes it does so with the rights of this process.</param>
    public static ClusterEndpoint FromText(string text, string? context, bool trusted)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        K8SConfiguration file = KubernetesClientConfiguration.LoadKubeConfig(stream);
        if (!trusted)
        {
            RefuseLocalAccess(file, text);
        }

        return Endpoint(file, text, Directory.GetCurrentDirectory(), context);
    }

    private static ClusterEndpoint Endpoint(K8SConfiguration file, string text, string folder, string? context)
    {
        string? tokenFile = TokenFileOf(file, text, context ?? file.CurrentContext);
        KubernetesClientConfiguration config = KubernetesClientConfiguration.BuildConfigFromConfigObject(file, context);
        string? cluster = file.Contexts.FirstOrDefault(c => c.Name == config.CurrentContext)?.ContextDetails?.Cluster;
        k8s.KubeConfigModels.ClusterEndpoint? written = file.Clusters.FirstOrDefault(c => c.Name == cluster)?.ClusterEndpoint;
        return new ClusterEndpoint
        {
            Server = new Uri(config.Host),
            Authorities = Authorities(written, folder),
            SkipsVerification = config.SkipTlsVerify,
            ServerName = string.IsNullOrEmpty(config.TlsServerName) ? null : config.TlsServerName,
            ClientCertificate = ClientCertificate(config),
            Credentials = tokenFile is not null
                ? new TokenCredentials(new TokenFile(Path.Combine(folder, tokenFile)))
                : k8s.Kubernetes.CreateCredentials(config),
        };
    }

    // All certificates of a bundle count; the client takes the first alone.
    private static X509Certificate2Collection Authorities(k8s.KubeConfigModels.ClusterEndpoint? cluster, string folder)
    {
        var authorities = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(cluster?.CertificateAuthorityData))
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData)));
        }
        else if (!string.IsNullOrEmpty(cluster?.CertificateAuthority))
        {
            authorities.ImportFromPemFile(Path.Combine(folder, cluster.CertificateAuthority));
        }

        return authorities;
    }

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration config)
    {
        string? certificate = TextOf(config.ClientCertificateData, config.ClientCertificateFilePath);
        string? key = TextOf(config.ClientCertificateKeyData, config.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? TextOf(string? base64, string? path) =>
        !string.IsNullOrEmpty(path) ? File.ReadAllText(path)
        : !string.IsNullOrEmpty(base64) ? Encoding.UTF8.GetString(Convert.FromBase64String(base64))
        : null;

    // The client's model has no tokenFile, which kubectl knows, and refuses a user who has nothing else: so he gets a token that is never sent.
    private static string? TokenFileOf(K8SConfiguration file, string text, string? context)
    {
        string? name = file.Contexts.FirstOrDefault(c => c.Name == context)?.ContextDetails?.User;
        string? path = Users(text).FirstOrDefault(u => u.Find("name")?.Text == name)?.Find("user")?.Find("tokenFile")?.Text;
        if (!string.IsNullOrEmpty(path) && file.Users.FirstOrDefault(u => u.Name == name) is { } user)
        {
            user.UserCredentials ??= new UserCredentials();
            user.UserCredentials.Token = "(tokenFile)";
            return path;
        }

        return null;
    }

    private static List<YamlNode> Users(string text) => YamlTree.Read(text, "kubeconfig", []).FirstOrDefault()?.Find("users")?.Items ?? [];

    private static void RefuseLocalAccess(K8SConfiguration file, string text)
    {
        foreach (User user in file.Users ?? [])
        {
            UserCredentials? credentials = user.UserCredentials;
            string? refused =
                credentials?.ExternalExecution is not null ? "exec"
                : credentials?.AuthProvider is not null ? "auth-provider"
                : !string.IsNullOrEmpty(credentials?.ClientCertificate) ? "client-certificate"
                : !string.IsNullOrEmpty(credentials?.ClientKey) ? "client-key"
                : Users(text).Exists(static u => u.Find("user")?.Find("tokenFile") is not null) ? "tokenFile"
                : null;
            if (refused is not null)
            {
                throw new KubeConfigException($"The user {user.Name} has {refused}. A kubeconfig from a secret may not run programs or read files; put the data into it.");
            }
        }

        if (file.Clusters?.FirstOrDefault(static c => !string.IsNullOrEmpty(c.ClusterEndpoint?.CertificateAuthority)) is { } cluster)
        {
            throw new KubeConfigException($"The cluster {cluster.Name} has certificate-authority. A kubeconfig from a secret may not read files; put the data into certificate-authority-data.");
        }
    }
}
