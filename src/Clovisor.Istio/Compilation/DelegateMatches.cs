using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Compilation;

/// <summary>Joins the matches of a rule with those of the rule it delegates to.</summary>
internal static class DelegateMatches
{
    /// <summary>Gets every pair of leaf and root that does not contradict, or null when one leaf contradicts all roots: then the whole rule goes.</summary>
    public static ImmutableArray<HttpMatch>? Merge(ImmutableArray<HttpMatch> roots, ImmutableArray<HttpMatch> leaves)
    {
        if (roots.IsEmpty || leaves.IsEmpty)
        {
            return roots.IsEmpty ? leaves : roots;
        }

        var merged = ImmutableArray.CreateBuilder<HttpMatch>();
        foreach (HttpMatch leaf in leaves)
        {
            int before = merged.Count;
            foreach (HttpMatch root in roots)
            {
                if (!Contradicts(root, leaf))
                {
                    merged.Add(Merge(root, leaf));
                }
            }

            if (merged.Count == before)
            {
                return null;
            }
        }

        return merged.DrainToImmutable();
    }

    public static string Join(string root, string leaf) => root.Length > 0 && leaf.Length > 0 ? $"{root}-{leaf}" : root + leaf;

    /// <summary>Says whether a request cannot satisfy both, or where Istio does not look closely enough to know.</summary>
    public static bool Contradicts(HttpMatch root, HttpMatch leaf) =>
        root.IgnoreUriCase != leaf.IgnoreUriCase ||
        Contradicts(root.Uri, leaf.Uri) ||
        Contradicts(root.Scheme, leaf.Scheme) ||
        Contradicts(root.Method, leaf.Method) ||
        Contradicts(root.Authority, leaf.Authority) ||
        Contradicts(root.Headers, leaf.Headers) ||
        Contradicts(root.WithoutHeaders, leaf.WithoutHeaders) ||
        Contradicts(root.QueryParams, leaf.QueryParams) ||
        (root.Port != 0 && leaf.Port != 0 && root.Port != leaf.Port) ||

        // A leaf that does not repeat the root's namespace counts as contradicting.
        (root.SourceNamespace.Length > 0 && root.SourceNamespace != leaf.SourceNamespace) ||
        root.SourceLabels.Any(label => leaf.SourceLabels.TryGetValue(label.Key, out string? value) && value != label.Value) ||
        (!root.Gateways.IsEmpty && !leaf.Gateways.IsEmpty && leaf.Gateways.Any(g => !root.Gateways.Contains(g)));

    private static bool Contradicts(ImmutableDictionary<string, StringMatch> roots, ImmutableDictionary<string, StringMatch> leaves) =>
        roots.Any(root => leaves.TryGetValue(root.Key, out StringMatch? leaf) && Contradicts(root.Value, leaf));

    private static bool Contradicts(StringMatch? root, StringMatch? leaf) => (root?.Kind, leaf?.Kind) switch
    {
        (null, _) or (_, null) => false,
        (StringMatchKind.Exact, StringMatchKind.Exact) => root!.Value != leaf!.Value,
        (StringMatchKind.Prefix, StringMatchKind.Exact or StringMatchKind.Prefix) => !leaf!.Value.StartsWith(root!.Value, StringComparison.Ordinal),
        _ => true,
    };

    private static HttpMatch Merge(HttpMatch root, HttpMatch leaf) => leaf with
    {
        Name = Join(root.Name, leaf.Name),
        Uri = leaf.Uri ?? root.Uri,
        Scheme = leaf.Scheme ?? root.Scheme,
        Method = leaf.Method ?? root.Method,
        Authority = leaf.Authority ?? root.Authority,
        Headers = root.Headers.SetItems(leaf.Headers),
        WithoutHeaders = root.WithoutHeaders.SetItems(leaf.WithoutHeaders),
        QueryParams = root.QueryParams.SetItems(leaf.QueryParams),
        Port = leaf.Port != 0 ? leaf.Port : root.Port,
        SourceLabels = root.SourceLabels.SetItems(leaf.SourceLabels),
        SourceNamespace = leaf.SourceNamespace.Length > 0 ? leaf.SourceNamespace : root.SourceNamespace,
        Gateways = leaf.Gateways.IsEmpty ? root.Gateways : leaf.Gateways,
        StatPrefix = leaf.StatPrefix.Length > 0 ? leaf.StatPrefix : root.StatPrefix,
    };
}
