using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Hosts;

/// <summary>Which objects a namespace sees, and in which order.</summary>
internal static class ExportRules
{
    /// <summary>
    /// Gets the rules that a namespace sees. Precedence:
    /// 1. those private to the namespace itself, 2. those exported to it by name, 3. the public ones, its own Gateway API routes before others;
    /// within each the older first, then by name, then by namespace.
    /// </summary>
    public static List<VirtualService> Visible(IEnumerable<VirtualService> all, string scope, ImmutableArray<string> byDefault)
    {
        var mine = new List<VirtualService>();
        var given = new List<VirtualService>();
        var open = new List<VirtualService>();
        foreach (VirtualService rule in Ordered(all))
        {
            ImmutableArray<string> to = rule.ExportTo.Length > 0 ? rule.ExportTo : byDefault;
            if (to.Contains("*"))
            {
                open.Add(rule);
            }
            else if (to.Contains("~"))
            {
                continue;
            }
            else if (rule.Namespace == scope)
            {
                if (to.Contains(".") || to.Contains(scope))
                {
                    mine.Add(rule);
                }
            }
            else if (to.Contains(scope))
            {
                given.Add(rule);
            }
        }

        // Of the routes of the Gateway API those of the consumer's namespace go first.
        return [.. mine, .. given, .. open.Where(r => IsConsumers(r)), .. open.Where(r => !IsConsumers(r))];

        bool IsConsumers(VirtualService rule) => rule.IsGatewayApi && rule.Namespace == scope;
    }

    public static IEnumerable<VirtualService> Ordered(IEnumerable<VirtualService> all) => all
        .OrderBy(static r => r.Created ?? DateTimeOffset.MinValue)
        .ThenBy(static r => r.Name, StringComparer.Ordinal)
        .ThenBy(static r => r.Namespace, StringComparer.Ordinal);
}
