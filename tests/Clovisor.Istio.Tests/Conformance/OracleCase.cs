using System.Text.Json;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>A question to istiod's generator and a real Envoy, with their answer.</summary>
public sealed record OracleCase(string Name, JsonElement Root)
{
    /// <summary>Gets a value indicating whether istiod or Envoy refused the configuration.</summary>
    public bool IsRefused => Root.TryGetProperty("error", out JsonElement error) && error.GetString()!.Length > 0;

    public string Config => Root.GetProperty("config").GetString()!;

    public string? Mesh => Root.TryGetProperty("mesh", out JsonElement mesh) ? mesh.GetRawText() : null;

    public JsonElement Proxy => Root.GetProperty("proxy");

    public IEnumerable<JsonElement> Requests => List("requests");

    public IEnumerable<JsonElement> Tables => List("tables");

    public IEnumerable<string> TableNames => List("tableNames").Select(static n => n.GetString()!);

    public static IEnumerable<OracleCase> Load(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            JsonElement root = JsonDocument.Parse(line).RootElement;
            yield return new OracleCase(root.GetProperty("name").GetString()!, root);
        }
    }

    private JsonElement.ArrayEnumerator List(string name) =>
        Root.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
