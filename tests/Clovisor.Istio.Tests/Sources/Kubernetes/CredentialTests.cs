using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.KubernetesLab;
using Clovisor.Testing.Kubernetes;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>Credentials that are rotated, run from a program, or wrong.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class CredentialTests(ControlPlane plane) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clovisor-credentials-").FullName;

    private ApiServer Server => plane.Server;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ApiServerFact]
    public async Task A_rotated_token_file_is_read_again()
    {
        string token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "first-token\n", Cluster.Stop);
        await File.WriteAllTextAsync(Path.Combine(_folder, "config"), Server.KubeconfigOf("tokenFile: token"), Cluster.Stop);
        Server.AddToken("first-token", "first", "system:masters");
        await Server.RestartServerAsync();
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfigFile("one", Path.Combine(_folder, "config"))));
        await Cluster.SyncAsync(source);

        Server.RemoveToken("first-token");
        Server.AddToken("second-token", "second", "system:masters");
        await Server.RestartServerAsync();
        IstioSnapshot refused = await Cluster.UntilAsync(source, static s => s.Clusters.Any(static c => c.StaleReason.Contains("Unauthorized", StringComparison.Ordinal)), "the refusal");
        Assert.True(refused.IsStale);
        await File.WriteAllTextAsync(token, "second-token\n", Cluster.Stop);

        await Cluster.UntilAsync(source, static s => !s.IsStale, "the return");
        Server.RemoveToken("second-token");
    }

    [ApiServerFact]
    public async Task An_exec_plugin_gives_the_token_and_runs_again_when_it_is_refused()
    {
        string answer = Path.Combine(_folder, "answer.json");
        await File.WriteAllTextAsync(answer, Answer("wrong-token"), Cluster.Stop);
        string exec = $"exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: cat\n  args: [{answer}]\n  interactiveMode: Never";
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", Server.KubeconfigOf(exec))));
        await Cluster.UntilAsync(source, static s => s.Clusters.Any(static c => c.StaleReason.Contains("Unauthorized", StringComparison.Ordinal)), "the refusal");

        await File.WriteAllTextAsync(answer, Answer(ApiServer.AdminToken), Cluster.Stop);

        Assert.True((await Cluster.SyncAsync(source)).IsSynced);
    }

    [ApiServerFact]
    public async Task A_service_account_is_read_from_its_folder()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), ApiServer.AdminToken, Cluster.Stop);
        File.Copy(Server.AuthorityFile, Path.Combine(_folder, "ca.crt"));
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", $"{Server.Port}");
        try
        {
            await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.InCluster("here", serviceAccountFolder: _folder)));
            Assert.True((await Cluster.SyncAsync(source)).IsSynced);
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", null);
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", null);
        }
    }

    [ApiServerFact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        // The same server by a name that its certificate does not bear.
        string kubeconfig = Server.Kubeconfig().Replace("certificate-authority-data:", "tls-server-name: another.example.com\n    certificate-authority-data:", StringComparison.Ordinal);
        await using var source = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("one", kubeconfig)));

        IstioSnapshot snapshot = await Cluster.UntilAsync(source, static s => s.IsStale, "the refusal");

        Assert.Contains("certificate", snapshot.Clusters[0].StaleReason, StringComparison.OrdinalIgnoreCase);
        Assert.False(snapshot.IsSynced);
    }

    private static string Answer(string token) => $$$"""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{},"status":{"token":"{{{token}}}"}}""";
}
