using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Generates cases of an area, without answers.</summary>
internal static class CaseGenerator
{
    private static readonly Dictionary<string, Func<Draw, JsonObject>> Generators = new(StringComparer.Ordinal)
    {
        ["match"] = MatchArea.Case,
        ["actions"] = MatchArea.WithActions,
        ["hosts"] = HostsArea.Case,
        ["registry"] = RegistryArea.Case,
        ["gateway"] = GatewayArea.Case,
        ["delegate"] = DelegateArea.Case,
        ["regex"] = RegexArea.Case,
        ["invalid"] = InvalidArea.Case,
    };

    /// <summary>Gets the areas.</summary>
    public static IEnumerable<string> Areas => Generators.Keys;

    /// <summary>Generates cases.</summary>
    /// <param name="area">One of <see cref="Areas"/>.</param>
    /// <param name="seed">The seed: the same one gives the same cases.</param>
    /// <param name="count">How many.</param>
    public static IEnumerable<JsonObject> Generate(string area, int seed, int count)
    {
        Func<Draw, JsonObject> generate = Generators[area];
        for (int i = 0; i < count; i++)
        {
            JsonObject made = generate(new Draw(unchecked((seed * 1_000_003) + i)));
            made["name"] = $"{area}-{seed}-{i}";
            yield return made;
        }
    }

    public static JsonObject Sidecar(string scope = "app") =>
        new() { ["type"] = "sidecar", ["namespace"] = scope, ["labels"] = new JsonObject { ["app"] = "sleep" } };

    public static JsonObject Ingress(string scope = "istio-system") =>
        new() { ["type"] = "gateway", ["namespace"] = scope, ["labels"] = new JsonObject { ["istio"] = "ingressgateway" } };
}
