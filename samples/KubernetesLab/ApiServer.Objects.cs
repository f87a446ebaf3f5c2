using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Clovisor.KubernetesLab;

/// <summary>What the admin does with objects.</summary>
public sealed partial class ApiServer
{
    /// <summary>Creates an object, or changes it to what is given.</summary>
    /// <param name="path">The object's path, such as <c>/api/v1/namespaces/app/services/one</c>.</param>
    /// <param name="document">The object, as YAML or JSON.</param>
    /// <param name="cancellationToken">Ends the wait; whether it was written is not known then.</param>
    /// <exception cref="InvalidOperationException">The server refuses it; the message has its reasons.</exception>
    public async Task ApplyAsync(string path, string document, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri($"{path}?fieldManager=lab&force=true", UriKind.Relative))
        {
            Content = new StringContent(document, Encoding.UTF8, "application/apply-patch+yaml"),
        };
        using HttpResponseMessage answer = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await ThrowUnlessGoodAsync(answer, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates every object of a text of YAML documents, or changes it to what is given, in their order.</summary>
    /// <param name="documents">Documents of kinds that the server has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The server has no such kind, or refuses an object; the message has its reasons.</exception>
    public async Task ApplyAllAsync(string documents, CancellationToken cancellationToken = default)
    {
        foreach (ObjectDocument document in ObjectDocument.Read(documents))
        {
            await ApplyAsync(await PathOfAsync(document, cancellationToken).ConfigureAwait(false), document.Text, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Creates an object from a document.</summary>
    /// <param name="path">The path of its kind.</param>
    /// <param name="document">The object, as YAML or JSON.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The server refuses it; the message has its reasons.</exception>
    public async Task CreateAsync(string path, string document, CancellationToken cancellationToken = default)
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/yaml");
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken).ConfigureAwait(false);
        await ThrowUnlessGoodAsync(answer, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an object.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(answer, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes an object.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage answer = await _client.DeleteAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        await ThrowUnlessGoodAsync(answer, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Installs the custom resource definitions of Istio and of the Gateway API.</summary>
    public Task InstallDefinitionsAsync(CancellationToken cancellationToken = default) => Definitions.InstallAsync(this, cancellationToken);

    /// <summary>Says whether a path is served.</summary>
    public async Task<bool> ServesAsync(string path, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Waits until a path is served, as that of a kind whose definition was just created.</summary>
    /// <exception cref="TimeoutException">It is not within two minutes.</exception>
    public Task UntilServedAsync(string path, CancellationToken cancellationToken = default) =>
        UntilAsync($"{path} is not served", static () => "", () => ServesAsync(path, cancellationToken), cancellationToken);

    /// <summary>Gets what <c>kubectl get</c> prints of a kind: the server itself says which columns that has.</summary>
    /// <param name="path">The path of the kind.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The titles, then a row for each object.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> GetTableAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io" } } };
        using HttpResponseMessage answer = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        JsonNode table = await ReadAsync(answer, path, cancellationToken).ConfigureAwait(false);
        JsonNode[] columns = [.. table["columnDefinitions"]!.AsArray().OfType<JsonNode>()];
        int[] shown = [.. Enumerable.Range(0, columns.Length).Where(i => columns[i]["priority"]?.GetValue<int>() is null or 0)];
        return
        [
            [.. shown.Select(i => columns[i]["name"]!.GetValue<string>().ToUpperInvariant())],
            .. (table["rows"]?.AsArray() ?? []).Select(row => (IReadOnlyList<string>)[.. shown.Select(i => row!["cells"]![i]?.ToString() ?? "")]),
        ];
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, string path, CancellationToken cancellationToken)
    {
        await ThrowUnlessGoodAsync(answer, path, cancellationToken).ConfigureAwait(false);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task ThrowUnlessGoodAsync(HttpResponseMessage answer, string path, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)}");
        }
    }

    /// <summary>Asks the server how it calls the kind.</summary>
    private async Task<string> PathOfAsync(ObjectDocument document, CancellationToken cancellationToken)
    {
        string root = document.ApiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{document.ApiVersion}" : $"/api/{document.ApiVersion}";
        JsonNode kinds = await GetAsync(root, cancellationToken).ConfigureAwait(false);
        JsonNode kind = kinds["resources"]!.AsArray().FirstOrDefault(one => one!["kind"]!.GetValue<string>() == document.Kind && !one["name"]!.GetValue<string>().Contains('/', StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{root}: the server has no kind {document.Kind}");
        string place = kind["namespaced"]!.GetValue<bool>() ? $"/namespaces/{WebUtility.UrlEncode(document.Namespace)}" : "";
        return $"{root}{place}/{kind["name"]!.GetValue<string>()}/{WebUtility.UrlEncode(document.Name)}";
    }
}
