using Clovisor.Hosting.Tests.Kubernetes.Definitions;
using Clovisor.KubernetesLab;

namespace Clovisor.Hosting.Tests.Kubernetes;

/// <summary>One real API server with the definitions installed, for all tests of the collection.</summary>
public sealed class ControlPlane : IAsyncLifetime
{
    internal const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private ApiServer? _server;

    public ApiServer Server => _server ?? throw new InvalidOperationException(ApiServerPrograms.Missing);

    public async ValueTask InitializeAsync()
    {
        if (ApiServerPrograms.Missing is null)
        {
            _server = await ApiServer.StartAsync();
            await InstallAsync(_server);
        }
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal static async Task InstallAsync(ApiServer server)
    {
        foreach (Type kind in CustomResourceDefinition.Kinds)
        {
            await server.ApplyAsync($"{Definitions}/{Path.GetFileNameWithoutExtension(CustomResourceDefinition.FileOf(kind)).Split('_')[1]}.wan.clovisor.io", await File.ReadAllTextAsync(CustomResourceDefinition.FileOf(kind)));
        }

        foreach (string plural in (string[])["wanlinks", "slaclasses", "wanassociations"])
        {
            while (!await server.ServesAsync(WanPath(plural)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    internal static string WanPath(string plural, string name = "") => $"/apis/wan.clovisor.io/v1alpha1/{plural}{(name.Length > 0 ? "/" : "")}{name}";
}

[CollectionDefinition(Name)]
public sealed class ControlPlaneCollection : ICollectionFixture<ControlPlane>
{
    public const string Name = "API server";
}
