using System.Collections.Frozen;
using System.Text.Json;

namespace Clovisor.Istio.Routing;

/// <summary>The claims of a token that was verified, for rules of gateways that look at them.</summary>
/// <remarks>
/// Immutable; may be shared between threads. Nothing is verified here: give claims only of tokens that a RequestAuthentication has accepted. Texts and lists of
/// texts can be matched; numbers and booleans cannot. <c>scope</c> and <c>permission</c> are split at spaces, as Istio's proxies do.
/// </remarks>
public sealed class RequestClaims
{
    internal const char Separator = '\0';

    private readonly FrozenDictionary<string, string[]> _values;

    private RequestClaims(Dictionary<string, string[]> values) => _values = values.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads the payload of a token.</summary>
    /// <param name="payload">A JSON object, such as <c>{"sub": "boss", "groups": ["a", "b"]}</c>.</param>
    /// <returns>The claims.</returns>
    /// <exception cref="FormatException">The text is not a JSON object.</exception>
    public static RequestClaims Parse(string payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"the claims of a token are a JSON object, not {document.RootElement.ValueKind}");
            }

            var values = new Dictionary<string, string[]>(StringComparer.Ordinal);
            Collect(values, "", document.RootElement);
            return new RequestClaims(values);
        }
        catch (JsonException e)
        {
            throw new FormatException($"the claims are not JSON: {e.Message}", e);
        }
    }

    internal string[] At(string path) => _values.GetValueOrDefault(path) ?? [];

    private static void Collect(Dictionary<string, string[]> values, string prefix, JsonElement element)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string path = prefix.Length == 0 ? property.Name : prefix + Separator + property.Name;
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    Collect(values, path, property.Value);
                    break;
                case JsonValueKind.String when path is "scope" or "permission":
                    values[path] = property.Value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    break;
                case JsonValueKind.String:
                    values[path] = [property.Value.GetString()!];
                    break;
                case JsonValueKind.Array:
                    values[path] = [.. property.Value.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!)];
                    break;
            }
        }
    }
}
