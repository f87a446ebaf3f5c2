using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>
/// Whether everything that one match takes, another takes: each condition of the wider one is one of the narrower, or wider than it.
/// Says no where it cannot tell.
/// </summary>
internal static class MatchCover
{
    /// <param name="wide">The match that would take all.</param>
    /// <param name="narrow">The match it would take it from.</param>
    /// <param name="sameRule">Both are of one rule. Then an exact path beside its prefix is not told: nothing goes elsewhere because of it.</param>
    public static bool Covers(HttpMatch wide, HttpMatch narrow, bool sameRule) =>
        (wide.Uri is null || CoversUri(wide, narrow, sameRule)) &&
        (wide.Scheme is null || wide.Scheme == narrow.Scheme) &&
        (wide.Method is null || wide.Method == narrow.Method) &&
        (wide.Authority is null || wide.Authority == narrow.Authority) &&
        Among(wide.Headers, narrow.Headers) &&
        Among(wide.WithoutHeaders, narrow.WithoutHeaders) &&
        Among(wide.QueryParams, narrow.QueryParams) &&
        (wide.Port == 0 || wide.Port == narrow.Port) &&
        Among(wide.SourceLabels, narrow.SourceLabels) &&
        (wide.SourceNamespace.Length == 0 || wide.SourceNamespace == narrow.SourceNamespace) &&
        All(wide.Gateways, narrow.Gateways, static (w, n) => w == n);

    /// <inheritdoc cref="Covers(HttpMatch, HttpMatch, bool)"/>
    public static bool Covers(ConnectionMatch wide, ConnectionMatch narrow, bool sameRule) =>
        All(wide.SniHosts, narrow.SniHosts, static (w, n) => HostName.IsSubsetOf(n.ToLowerInvariant(), w.ToLowerInvariant())) &&
        All(wide.DestinationSubnets, narrow.DestinationSubnets, static (w, n) => w == n) &&
        (wide.Port == 0 || wide.Port == narrow.Port) &&
        Among(wide.SourceLabels, narrow.SourceLabels) &&
        (wide.SourceNamespace.Length == 0 || wide.SourceNamespace == narrow.SourceNamespace) &&
        All(wide.Gateways, narrow.Gateways, static (w, n) => w == n);

    private static bool Among<T>(ImmutableDictionary<string, T> wide, ImmutableDictionary<string, T> narrow) =>
        wide.All(w => narrow.TryGetValue(w.Key, out T? value) && EqualityComparer<T>.Default.Equals(value, w.Value));

    // An empty list asks for nothing.
    private static bool All(ImmutableArray<string> wide, ImmutableArray<string> narrow, Func<string, string, bool> covers) =>
        wide.IsEmpty || (!narrow.IsEmpty && narrow.All(n => wide.Any(w => covers(w, n))));

    private static bool CoversUri(HttpMatch wide, HttpMatch narrow, bool sameRule) => wide.Uri switch
    {
        { Kind: StringMatchKind.Prefix } prefix when narrow.Uri is { Kind: StringMatchKind.Prefix } or { Kind: StringMatchKind.Exact } && !(sameRule && narrow.Uri.Kind == StringMatchKind.Exact) =>
            narrow.Uri.Value.StartsWith(prefix.Value, wide.IgnoreUriCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal) && (wide.IgnoreUriCase || !narrow.IgnoreUriCase),
        _ => wide.Uri == narrow.Uri && (wide.IgnoreUriCase || !narrow.IgnoreUriCase),
    };
}
