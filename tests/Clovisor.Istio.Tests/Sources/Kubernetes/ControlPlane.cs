using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.KubernetesLab;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>One API server for the tests of a collection, started by the first that needs it.</summary>
public sealed class ControlPlane : IAsyncLifetime
{
    private static int _namespaces;

    private ApiServer? _server;

    public ApiServer Server => _server ?? throw new InvalidOperationException(ApiServerPrograms.Missing);

    public async ValueTask InitializeAsync() => _server = ApiServerPrograms.Missing is null ? await ApiServer.StartAsync() : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Makes a namespace that no other test uses.</summary>
    public async Task<string> NewNamespaceAsync(string labels = "")
    {
        string name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await Server.CreateAsync("/api/v1/namespaces", $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}");
        return name;
    }
}

[CollectionDefinition(Name)]
public sealed class ControlPlaneCollection : ICollectionFixture<ControlPlane>
{
    public const string Name = "API server";
}

/// <summary>Short ways to what the tests of sources say again and again.</summary>
internal static class Cluster
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Settings that try again soon, so that a test of a failure does not last.</summary>
    public static KubernetesSourceSettings Settings(params KubernetesCluster[] clusters) => new()
    {
        Clusters = [.. clusters],
        InitialBackoff = TimeSpan.FromMilliseconds(50),
        MaxBackoff = TimeSpan.FromMilliseconds(400),
        AbsentKindInterval = TimeSpan.FromSeconds(2),
        Seed = 1,
    };

    /// <summary>Waits for a snapshot that fits.</summary>
    public static async Task<IstioSnapshot> UntilAsync(IIstioSource source, Func<IstioSnapshot, bool> fits, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        try
        {
            await foreach (IstioSnapshot snapshot in source.WatchAsync(patience.Token))
            {
                if (fits(snapshot))
                {
                    return snapshot;
                }
            }
        }
        catch (OperationCanceledException) when (!Stop.IsCancellationRequested)
        {
            // Said below.
        }

        throw new TimeoutException($"{what} did not happen; the last snapshot: {ObjectText.Of(source.Current.Clusters)}");
    }

    /// <summary>Waits for the first whole snapshot.</summary>
    public static Task<IstioSnapshot> SyncAsync(KubernetesSource source) => UntilAsync(source, static s => s.IsSynced, "the sync");

    public static string VirtualServicePath(string scope, string name) => $"/apis/networking.istio.io/v1/namespaces/{scope}/virtualservices/{name}";

    public static Task ApplyRuleAsync(ApiServer server, string scope, string name, string host, string rule = "one") => server.ApplyAsync(VirtualServicePath(scope, name), $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: {{name}}, namespace: {{scope}}}
        spec: {hosts: [{{host}}], http: [{name: {{rule}}, route: [{destination: {host: {{host}} } }]}]}
        """);

    public static Task ApplyServiceAsync(ApiServer server, string scope, string name) => server.ApplyAsync($"/api/v1/namespaces/{scope}/services/{name}", $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: {{scope}}}
        spec: {ports: [{name: http, port: 80}]}
        """);
}
