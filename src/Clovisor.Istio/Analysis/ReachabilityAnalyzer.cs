using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>IST0130: a rule that nothing reaches. IST0131: a match that an earlier one takes everything from.</summary>
/// <remarks>
/// A rule all of whose matches stand before it word for word is unreachable. A match that another covers, such as a prefix under a shorter one, has no effect.
/// </remarks>
internal static class ReachabilityAnalyzer
{
    public static void Analyze(VirtualService service, MessageList messages)
    {
        Rules(service, "http", service.Http, static r => r.Line, static r => r.Match, static m => m.Line, MatchCover.Covers, messages);
        Rules(service, "tls", service.Tls, static r => r.Line, static r => r.Match, static m => m.Line, MatchCover.Covers, messages);
        Rules(service, "tcp", service.Tcp, static r => r.Line, static r => r.Match, static m => m.Line, MatchCover.Covers, messages);
    }

    private static void Rules<TRule, TMatch>(
        VirtualService service,
        string kind,
        IReadOnlyList<TRule> rules,
        Func<TRule, int> lineOf,
        Func<TRule, IReadOnlyList<TMatch>> matchesOf,
        Func<TMatch, int> lineOfMatch,
        Func<TMatch, TMatch, bool, bool> covers,
        MessageList messages)
    {
        var earlier = new List<(TMatch Match, int Rule)>();
        int? open = null;
        for (int i = 0; i < rules.Count; i++)
        {
            if (open is { } before)
            {
                messages.Add("IST0130", AnalysisLevel.Warning, service, lineOf(rules[i]), $"spec.{kind}[{i}]", $"rule {before} before it takes everything; put it last");
                continue;
            }

            IReadOnlyList<TMatch> matches = matchesOf(rules[i]);
            var takers = new List<int>();
            for (int m = 0; m < matches.Count; m++)
            {
                TMatch match = matches[m];
                int by = earlier.FindIndex(e => covers(e.Match, match, e.Rule == i));
                if (by >= 0)
                {
                    messages.Add("IST0131", AnalysisLevel.Info, service, lineOfMatch(match), $"spec.{kind}[{i}].match[{m}]", $"has no effect: rule {earlier[by].Rule} takes all of it already");
                    takers.AddRange(covers(match, earlier[by].Match, true) ? [earlier[by].Rule] : []);
                }

                earlier.Add((match, i));
            }

            if (matches.Count > 0 && takers.Count == matches.Count)
            {
                messages.Add("IST0130", AnalysisLevel.Warning, service, lineOf(rules[i]), $"spec.{kind}[{i}]", $"its matches stand before it already (rule {string.Join(", ", takers.Distinct())})");
            }

            open = matches.Count == 0 ? i : null;
        }
    }
}
