using Clovisor.Istio.Routing;
using Clovisor.ExplainTool.CommandLine;

namespace Clovisor.ExplainTool.Output;

/// <summary>Writes an explanation for people.</summary>
internal static class TextReport
{
    public static void Write(ExplainOptions options, RouteExplanation explanation, TextWriter output, Palette palette)
    {
        string[] lines = explanation.ToString().ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            output.WriteLine(
                i == 0 || i == lines.Length - 1 ? palette.Strong(line)
                : line.StartsWith("  yes", StringComparison.Ordinal) ? palette.Good(line)
                : line.StartsWith("  no", StringComparison.Ordinal) ? palette.Bad(line)
                : line);
        }

        RouteDecision decision = explanation.Decision;
        if (decision.Route is { } route && !route.Source.Equals(default))
        {
            output.WriteLine($"rule      {route.VirtualService} {(route.RuleName.Length > 0 ? $"\"{route.RuleName}\"" : $"number {route.RuleIndex}")}, {route.Source}");
        }

        if (decision.Status == 0 && decision.Route?.Action is ForwardAction forward)
        {
            RouteDestination? first = decision.PickDestination(0);
            output.WriteLine($"sent as   {options.Request.Method} {decision.GetForwardedAuthority(first)}{decision.GetForwardedPath()}");
            Setting(output, "timeout", forward.Timeout > TimeSpan.Zero ? forward.Timeout.ToString() : "");
            Setting(output, "mirrors", string.Join(", ", forward.Mirrors.Select(static m => $"{m.Destination.Cluster} ({m.Percentage} %)")));
        }

        IReadOnlyList<DroppedRule> dropped = DroppedRules.Of(explanation, options.All);
        if (dropped.Count > 0)
        {
            output.WriteLine("not in this table:");
            foreach (DroppedRule rule in dropped)
            {
                output.WriteLine(palette.Faint($"  {DroppedRules.Name(rule)}: {rule.Why} ({rule.Source})"));
            }
        }
    }

    private static void Setting(TextWriter output, string name, string value)
    {
        if (value.Length > 0)
        {
            output.WriteLine($"{name,-9} {value}");
        }
    }
}
