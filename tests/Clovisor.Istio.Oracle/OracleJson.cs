using System.Text.Json;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Oracle;

/// <summary>Reads members of the oracle's objects, which leave out what is empty.</summary>
internal static class OracleJson
{
    public static string Text(this JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    public static long Number(this JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0;

    public static bool Flag(this JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    public static JsonElement.ArrayEnumerator List(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    public static IEnumerable<RouteHeader> Headers(this JsonElement element, string name) =>
        element.List(name).Select(static h => new RouteHeader(h.Text("name"), h.Text("value")));

    // The object behind a route as istiod writes it: /apis/networking.istio.io/v1/namespaces/app/virtual-service/httpbin.
    public static string Source(this JsonElement element)
    {
        string[] parts = element.Text("source").Split('/');
        int at = Array.IndexOf(parts, "namespaces");
        return at < 0 ? "" : $"{parts[at + 1]}/{parts[at + 3]}";
    }
}
