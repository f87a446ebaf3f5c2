namespace Clovisor.KubernetesLab;

/// <summary>Where the programs of a Kubernetes control plane are: in <c>KUBEBUILDER_ASSETS</c> where that is set, else etcd of the system and the API server beside the repository.</summary>
public static class ApiServerPrograms
{
    /// <summary>The variable that names a file with Istio's custom resource definitions, where they are not beside the repository.</summary>
    public const string DefinitionsVariable = "CLOVISOR_ISTIO_CRDS";

    private static readonly string? Assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
    private static readonly Lazy<string?> Server = new(() => FromAssets("kube-apiserver") ?? SharedParts.Program("kube-apiserver"));

    /// <summary>The path of etcd; throws where there is none.</summary>
    public static string Etcd => FindEtcd() ?? throw new InvalidOperationException(Missing);

    /// <summary>The path of the API server; throws where there is none.</summary>
    public static string ApiServer => Server.Value ?? throw new InvalidOperationException(Missing);

    /// <summary>The files of the custom resource definitions of Istio and, where they are there, of the Gateway API.</summary>
    public static IEnumerable<string> Definitions =>
        FindIstio() is { } istio ? SharedParts.File("data/crds/gateway-api-experimental.yaml") is { } gateway ? [istio, gateway] : [istio] : throw new InvalidOperationException(Missing);

    /// <summary>Why no API server can be started, or null when one can.</summary>
    public static string? Missing { get; } =
        FindEtcd() is null ? "needs etcd: install etcd-server (eng/install.sh tests), or name a folder with etcd and kube-apiserver in KUBEBUILDER_ASSETS"
        : FromAssets("kube-apiserver") is null && SharedParts.File("bin/kube-apiserver.xz") is null ? "needs kube-apiserver: name a folder with etcd and kube-apiserver in KUBEBUILDER_ASSETS"
        : FindIstio() is null ? $"needs the custom resource definitions of Istio: name their file (crd-all.gen.yaml of a release) in {DefinitionsVariable}"
        : null;

    private static string? FindEtcd() => FromAssets("etcd") ?? ((string[])["/usr/bin/etcd", "/usr/local/bin/etcd"]).FirstOrDefault(File.Exists);

    private static string? FindIstio() =>
        Environment.GetEnvironmentVariable(DefinitionsVariable) is { Length: > 0 } named ? (File.Exists(named) ? named : null) : SharedParts.File("data/crds/istio.yaml");

    private static string? FromAssets(string name) =>
        !string.IsNullOrEmpty(Assets) && File.Exists(Path.Combine(Assets, name)) ? Path.Combine(Assets, name) : null;
}
