using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>IST0130: a rule that no request reaches. IST0131: a match that an earlier one takes everything from.</summary>
internal static class ReachabilityAnalyzer
{
    public static void Analyze(VirtualService service, MessageList messages)
    {
        var earlier = new List<(HttpMatch Match, int Rule)>();
        int? open = null;
        for (int i = 0; i < service.Http.Length; i++)
        {
            HttpRoute rule = service.Http[i];
            if (open is { } before)
            {
                messages.Add("IST0130", AnalysisLevel.Warning, service, rule.Line, $"spec.http[{i}]", $"rule {before} before it takes every request; put it last");
                continue;
            }

            var covered = new List<(int Match, int By)>();
            for (int m = 0; m < rule.Match.Length; m++)
            {
                int by = earlier.FindIndex(e => Covers(e.Match, rule.Match[m]));
                if (by >= 0)
                {
                    covered.Add((m, earlier[by].Rule));
                }
            }

            if (rule.Match.Length > 0 && covered.Count == rule.Match.Length)
            {
                messages.Add("IST0130", AnalysisLevel.Warning, service, rule.Line, $"spec.http[{i}]", $"what its matches take, rules before it take already ({string.Join(", ", covered.Select(static c => c.By).Distinct())})");
            }
            else
            {
                foreach ((int match, int by) in covered)
                {
                    messages.Add("IST0131", AnalysisLevel.Info, service, rule.Match[match].Line, $"spec.http[{i}].match[{match}]", $"has no effect: rule {by} takes its requests already");
                }
            }

            earlier.AddRange(rule.Match.Select(match => (match, i)));
            open = rule.Match.IsEmpty ? i : null;
        }
    }

    // Every request that the second takes, the first takes: each condition of the first is one of the second, or a shorter prefix of it.
    private static bool Covers(HttpMatch first, HttpMatch second) =>
        (first.Uri is null || CoversUri(first, second)) &&
        (first.Scheme is null || first.Scheme == second.Scheme) &&
        (first.Method is null || first.Method == second.Method) &&
        (first.Authority is null || first.Authority == second.Authority) &&
        first.Headers.All(h => second.Headers.TryGetValue(h.Key, out StringMatch? value) && value == h.Value) &&
        first.WithoutHeaders.All(h => second.WithoutHeaders.TryGetValue(h.Key, out StringMatch? value) && value == h.Value) &&
        first.QueryParams.All(q => second.QueryParams.TryGetValue(q.Key, out StringMatch? value) && value == q.Value) &&
        (first.Port == 0 || first.Port == second.Port) &&
        first.SourceLabels.All(l => second.SourceLabels.TryGetValue(l.Key, out string? value) && value == l.Value) &&
        (first.SourceNamespace.Length == 0 || first.SourceNamespace == second.SourceNamespace) &&
        (first.Gateways.IsEmpty || (!second.Gateways.IsEmpty && second.Gateways.All(g => first.Gateways.Contains(g))));

    private static bool CoversUri(HttpMatch first, HttpMatch second) => first.Uri switch
    {
        { Kind: StringMatchKind.Prefix } prefix when second.Uri is { Kind: StringMatchKind.Prefix or StringMatchKind.Exact } other =>
            other.Value.StartsWith(prefix.Value, first.IgnoreUriCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal) && (first.IgnoreUriCase || !second.IgnoreUriCase),
        _ => first.Uri == second.Uri && (first.IgnoreUriCase || !second.IgnoreUriCase),
    };
}
