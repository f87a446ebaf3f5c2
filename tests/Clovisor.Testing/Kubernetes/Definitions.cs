using System.Text.RegularExpressions;

namespace Clovisor.Testing.Kubernetes;

/// <summary>Installs custom resource definitions.</summary>
internal static partial class Definitions
{
    private const string Path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    /// <summary>Installs those of Istio and of the Gateway API, and waits until each kind is served.</summary>
    public static async Task InstallAsync(ApiServer server)
    {
        string[] documents = [.. ApiServerPrograms.Definitions.SelectMany(static file => Separator().Split(File.ReadAllText(file)))
            .Where(static text => text.Contains("\nkind: CustomResourceDefinition\n", StringComparison.Ordinal))];
        await Parallel.ForEachAsync(documents, async (document, _) => await server.CreateAsync(Path, document));
        foreach (string served in (string[])["/apis/networking.istio.io/v1/virtualservices", "/apis/networking.istio.io/v1/sidecars", "/apis/gateway.networking.k8s.io/v1/httproutes"])
        {
            await ApiServer.UntilAsync($"{served} is not served", static () => "", () => server.ServesAsync(served));
        }
    }

    [GeneratedRegex(@"^---\s*$", RegexOptions.Multiline)]
    private static partial Regex Separator();
}
