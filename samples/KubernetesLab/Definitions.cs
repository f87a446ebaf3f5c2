using System.Text.RegularExpressions;

namespace Clovisor.KubernetesLab;

/// <summary>Installs custom resource definitions.</summary>
internal static partial class Definitions
{
    private const string Path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    /// <summary>Installs those of Istio and, where they are there, of the Gateway API, and waits until they are served.</summary>
    public static async Task InstallAsync(ApiServer server, CancellationToken cancellationToken)
    {
        string[] files = [.. ApiServerPrograms.Definitions];
        string[] documents = [.. files.SelectMany(static file => Separator().Split(File.ReadAllText(file)))
            .Where(static text => text.Contains("\nkind: CustomResourceDefinition\n", StringComparison.Ordinal))];
        await Parallel.ForEachAsync(documents, cancellationToken, async (document, stop) => await server.CreateAsync(Path, document, stop).ConfigureAwait(false)).ConfigureAwait(false);
        string[] served = ["/apis/networking.istio.io/v1/virtualservices", "/apis/networking.istio.io/v1/sidecars", .. files.Length > 1 ? ["/apis/gateway.networking.k8s.io/v1/httproutes"] : Array.Empty<string>()];
        foreach (string path in served)
        {
            await server.UntilServedAsync(path, cancellationToken).ConfigureAwait(false);
        }
    }

    [GeneratedRegex(@"^---\s*$", RegexOptions.Multiline)]
    private static partial Regex Separator();
}
