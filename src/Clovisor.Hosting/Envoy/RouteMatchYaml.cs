using Clovisor.Istio.Resources;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes a match of a route rule as Envoy's, as Istio's control plane would.</summary>
internal static class RouteMatchYaml
{
    // Envoy knows these only when another filter has checked a token.
    private const string ClaimPrefix = "@request.auth.claims";

    /// <summary>Why a match cannot be written; null when it can. What the compilation has decided already (ports, labels, gateways) is none.</summary>
    internal static string? Obstacle(HttpMatch match) =>
        match.Headers.Keys.Concat(match.WithoutHeaders.Keys).Any(name => name.StartsWith(ClaimPrefix, StringComparison.OrdinalIgnoreCase)) ? "looks at claims of a token" : null;

    /// <summary>The match in one line.</summary>
    internal static string Write(HttpMatch? match)
    {
        if (match is null)
        {
            return """{ prefix: "/" }""";
        }

        List<string> headers =
        [
            .. match.Headers.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => Header(header.Key, header.Value, inverted: false)),
            .. match.WithoutHeaders.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => Header(header.Key, header.Value, inverted: true)),
        ];
        Add(":method", match.Method);
        Add(":authority", match.Authority);
        Add(":scheme", match.Scheme);
        List<string> parts = [Path(match)];
        if (match.IgnoreUriCase)
        {
            parts.Add("case_sensitive: false");
        }

        if (headers.Count > 0)
        {
            parts.Add($"headers: [ {string.Join(", ", headers)} ]");
        }

        if (match.QueryParams.Count > 0)
        {
            IEnumerable<string> parameters = match.QueryParams.OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
                .Select(parameter => $"{{ name: {EnvoyYaml.Quoted(parameter.Key)}, {(IsPresence(parameter.Value) ? "present_match: true" : Text(parameter.Value))} }}");
            parts.Add($"query_parameters: [ {string.Join(", ", parameters)} ]");
        }

        return $"{{ {string.Join(", ", parts)} }}";

        void Add(string name, StringMatch? condition)
        {
            if (condition is not null)
            {
                headers.Add(Header(name, condition, inverted: false));
            }
        }
    }

    private static string Path(HttpMatch match) => match.Uri switch
    {
        { Kind: StringMatchKind.Exact } exact => $"path: {EnvoyYaml.Quoted(exact.Value)}",
        { Kind: StringMatchKind.Prefix } prefix => $"prefix: {EnvoyYaml.Quoted(prefix.Value)}",
        { Kind: StringMatchKind.Regex } regex => $"safe_regex: {{ regex: {EnvoyYaml.Quoted(regex.Value)} }}",
        _ => """prefix: "/" """.TrimEnd(),
    };

    // A header that is not there counts as empty where a value must not be, as Istio has it.
    private static string Header(string name, StringMatch condition, bool inverted)
    {
        bool presence = IsPresence(condition);
        string how = presence ? "present_match: true" : Text(condition);
        string invert = !inverted ? "" : presence ? ", invert_match: true" : ", invert_match: true, treat_missing_header_as_empty: true";
        return $"{{ name: {EnvoyYaml.Quoted(name)}, {how}{invert} }}";
    }

    private static bool IsPresence(StringMatch condition) => condition is { Kind: StringMatchKind.Present } or { Kind: StringMatchKind.Regex, Value: "*" };

    private static string Text(StringMatch condition) => condition.Kind switch
    {
        StringMatchKind.Exact => $"string_match: {{ exact: {EnvoyYaml.Quoted(condition.Value)} }}",
        StringMatchKind.Prefix => $"string_match: {{ prefix: {EnvoyYaml.Quoted(condition.Value)} }}",
        _ => $"string_match: {{ safe_regex: {{ regex: {EnvoyYaml.Quoted(condition.Value)} }} }}",
    };
}
