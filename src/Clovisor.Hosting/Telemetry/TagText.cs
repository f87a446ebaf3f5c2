using System.Collections.Frozen;
using System.Text.Json;

namespace Clovisor.Hosting.Telemetry;

/// <summary>The values of an enumeration as attributes say them: lower case, words joined by underscores. Made once.</summary>
internal static class TagText<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Texts =
        Enum.GetValues<T>().Distinct().ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    internal static IEnumerable<KeyValuePair<T, string>> All => Texts;

    internal static string Of(T value) => Texts[value];
}
