using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>A cluster to read, and how to reach it. Nothing is opened before a <see cref="KubernetesSource"/> starts.</summary>
/// <remarks>Immutable. The credentials are read anew whenever the cluster refuses them: a rotated token or certificate file needs no restart.</remarks>
public sealed class KubernetesCluster
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private KubernetesCluster(string name, ClusterRole role, Func<ClusterEndpoint> endpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Role = role;
        Endpoint = endpoint;
    }

    /// <summary>Gets the name: what Istio calls the cluster's id. Names the cluster in errors and in the status.</summary>
    public string Name { get; }

    /// <summary>Gets what is read from it.</summary>
    public ClusterRole Role { get; }

    /// <summary>Gets the way to address and credentials as they are now.</summary>
    internal Func<ClusterEndpoint> Endpoint { get; }

    /// <summary>Makes a cluster that a kubeconfig file leads to. Tokens, token files, client certificates, basic authentication and exec plugins are understood.</summary>
    /// <param name="name">The cluster's name.</param>
    /// <param name="path">The file.</param>
    /// <param name="context">The context in it, or null for its current one.</param>
    /// <param name="role">What is read.</param>
    /// <returns>The cluster.</returns>
    public static KubernetesCluster FromKubeconfigFile(string name, string path, string? context = null, ClusterRole role = ClusterRole.Configuration)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new KubernetesCluster(name, role, () => Kubeconfig.FromFile(path, context));
    }

    /// <summary>Makes a cluster that the text of a kubeconfig leads to.</summary>
    /// <param name="name">The cluster's name.</param>
    /// <param name="kubeconfig">The YAML. Paths in it are taken from the working directory.</param>
    /// <param name="context">The context in it, or null for its current one.</param>
    /// <param name="role">What is read.</param>
    /// <returns>The cluster.</returns>
    public static KubernetesCluster FromKubeconfig(string name, string kubeconfig, string? context = null, ClusterRole role = ClusterRole.Configuration)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        return new KubernetesCluster(name, role, () => Kubeconfig.FromText(kubeconfig, context, trusted: true));
    }

    /// <summary>Makes the cluster that this process runs in, reached as the service account of its pod.</summary>
    /// <param name="name">The cluster's name.</param>
    /// <param name="role">What is read.</param>
    /// <param name="serviceAccountFolder">The folder with <c>token</c> and <c>ca.crt</c>, or null for the one Kubernetes mounts. The token is read again when its file changes.</param>
    /// <returns>The cluster.</returns>
    public static KubernetesCluster InCluster(string name, ClusterRole role = ClusterRole.Configuration, string? serviceAccountFolder = null) =>
        new(name, role, () => ServiceAccount.Endpoint(serviceAccountFolder ?? ServiceAccountFolder));

    /// <summary>Makes a cluster of a remote secret. Its kubeconfig comes from within a cluster, and so may neither run programs nor read files here.</summary>
    internal static KubernetesCluster FromRemoteSecret(string name, string kubeconfig) =>
        new(name, ClusterRole.Services, () => Kubeconfig.FromText(kubeconfig, null, trusted: false));
}
