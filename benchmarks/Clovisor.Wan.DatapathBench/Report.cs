using System.Globalization;
using System.Text;

namespace Clovisor.Wan.DatapathBench;

/// <summary>The promises, and the tables.</summary>
internal static class Report
{
    private const string Plain = "plain";

    internal static IEnumerable<Verdict> Verdicts(Results results)
    {
        yield return Cost(results, "LAN ingress, of a session, translated", "lan-10", Plain, 0, "not slower than plain forwarding");
        yield return Cost(results, "WAN egress, of a session, translated", "egress-10", Plain, 250, "≤ +250 ns");
        yield return Cost(results, "WAN egress, without a session", "miss", Plain, 120, "≤ +120 ns");
        yield return Flat(results, "LAN ingress, 1000 associations in place of 10", "lan-1000", "lan-10");
        yield return Flat(results, "WAN egress, 1000 associations in place of 10", "egress-1000", "egress-10");
        yield return Cost(results, "ip rule, 1000 in place of 10", "rules-1000", "rules-10", null, "grows");
        yield return Cost(results, "mark, ip rule, masquerade, against plain", "rules-10", Plain, null, "");
        yield return Cost(results, "… and the LAN path against that", "lan-10", "rules-10", null, "");
        foreach ((string what, string scenario) in new[] { ("TCP with TSO by the LAN path", "lan-10"), ("TCP with TSO by WAN egress", "egress-10") })
        {
            if (results.Has(scenario, Results.Tcp))
            {
                Middle ratio = results.Ratio(scenario, Plain, Results.Tcp);
                yield return new Verdict(what, "≥ 98 % of plain", Text($"{ratio.Median * 100:0.0} % ({ratio.Low * 100:0.0} to {ratio.High * 100:0.0})"), ratio.Median >= 0.98);
            }
        }
    }

    internal static string Write(Results results, IReadOnlyList<Verdict> verdicts)
    {
        var text = new StringBuilder("| what | promised | measured | kept |\n| --- | --: | --: | --- |\n");
        foreach ((string what, string promise, string measured, bool? kept) in verdicts)
        {
            string word = kept switch { true => "yes", false => "NO", null => "" };
            text.Append(CultureInfo.InvariantCulture, $"| {what} | {promise} | {measured} | {word} |\n");
        }

        text.Append("\n| path of a packet | ns a packet, p10 | p50 | TCP, Gbit/s |\n| --- | --: | --: | --: |\n");
        foreach (string scenario in results.Scenarios)
        {
            string tcp = results.Has(scenario, Results.Tcp) ? Text($"{results.Of(scenario, Results.Tcp).Median / 1e9:0.0}") : "";
            text.Append(CultureInfo.InvariantCulture, $"| {scenario} | {Spread(results.Of(scenario, Results.Fast))} | {Spread(results.Of(scenario, Results.Usual))} | {tcp} |\n");
        }

        text.Append("\n| program by itself | in | measured by | ns |\n| --- | --- | --- | --: |\n");
        foreach ((string scenario, string program, string how, double nanoseconds) in results.Programs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {program} | {scenario} | {how} | {nanoseconds:0} |\n");
        }

        return text.ToString();
    }

    private static Verdict Cost(Results results, string what, string scenario, string from, double? most, string promise)
    {
        Middle difference = results.Difference(scenario, from, Results.Fast);
        return new Verdict(what, promise, Signed(difference), most is { } limit ? difference.Median <= limit : null);
    }

    private static Verdict Flat(Results results, string what, string many, string few)
    {
        Middle difference = results.Difference(many, few, Results.Fast);
        return new Verdict(what, "≤ +20 ns", Signed(difference), difference.Median <= 20);
    }

    private static string Signed(Middle middle) => Text($"{middle.Median:+0;-0;0} ns ({middle.Low:+0;-0;0} to {middle.High:+0;-0;0})");

    private static string Spread(Middle middle) => Text($"{middle.Median:0} ({middle.Low:0} to {middle.High:0})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
