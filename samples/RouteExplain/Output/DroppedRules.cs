using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.ExplainTool.Output;

/// <summary>Which of the rules that do not reach the table are worth a line: those of objects whose other rules were looked at, or all.</summary>
internal static class DroppedRules
{
    public static IReadOnlyList<DroppedRule> Of(RouteExplanation explanation, bool all)
    {
        HashSet<ObjectKey> seen = [.. explanation.Decision.VirtualHost?.Routes.Where(static r => r.VirtualService is not null).Select(static r => r.VirtualService!.Value) ?? []];
        return [.. explanation.Decision.Table.Dropped.Where(d => all || seen.Contains(d.VirtualService)).Distinct()];
    }

    public static string Name(DroppedRule rule) => rule switch
    {
        { RuleIndex: < 0 } => $"{rule.VirtualService}",
        { MatchIndex: < 0 } => $"{rule.VirtualService} rule {rule.RuleIndex}",
        _ => $"{rule.VirtualService} rule {rule.RuleIndex} match {rule.MatchIndex}",
    };
}
