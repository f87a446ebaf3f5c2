using System.Globalization;
using System.Text;

namespace Clovisor.Wan.DatapathBench;

/// <summary>The promises, and the tables.</summary>
internal static class Report
{
    private const string Plain = "plain";
    private const string Usual = "rules-10";

    // What the usual practice cost on the machine that the promised nanoseconds come from. On others its share says more than they do.
    private const int UsualThere = 518;

    internal static IEnumerable<Verdict> Verdicts(Results results)
    {
        yield return Cost(results, "LAN ingress, of a session, translated", "lan-10", Plain, 0, "not slower than plain forwarding");
        foreach ((string what, string scenario, int most) in new[] { ("WAN egress, of a session, translated", "egress-10", 250), ("WAN egress, without a session", "miss", 120) })
        {
            yield return Cost(results, what, scenario, Plain, most, Text($"≤ +{most} ns"));
            yield return Share(results, scenario, most);
        }

        yield return Flat(results, "LAN ingress, 1000 associations in place of 10", "lan-1000", "lan-10");
        yield return Flat(results, "WAN egress, 1000 associations in place of 10", "egress-1000", "egress-10");
        yield return Cost(results, "ip rule, 1000 in place of 10", "rules-1000", Usual, null, "grows");
        yield return Cost(results, "mark, ip rule, masquerade, against plain", Usual, Plain, null, "");
        yield return Cost(results, "… and the LAN path against that", "lan-10", Usual, null, "");
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

        text.Append(CultureInfo.InvariantCulture, $"\n{results.Quiet.Count} of {results.Quiet.Of} rounds count: those in which plain forwarding, at both ends of them, took at most a tenth longer than in the fastest.\n");
        text.Append("\n| path of a packet | ns a packet, p10 | p50 | sent by sockets, p10 | more than plain | TCP, Gbit/s |\n| --- | --: | --: | --: | --: | --: |\n");
        foreach (string scenario in results.Scenarios)
        {
            string tcp = results.Has(scenario, Results.Tcp) ? Text($"{results.Of(scenario, Results.Tcp).Median / 1e9:0.0}") : "";
            bool sent = results.Has(scenario, Results.Sockets);
            string sockets = sent ? Spread(results.Of(scenario, Results.Sockets)) : "";
            string more = sent && scenario != Plain ? Signed(results.Difference(scenario, Plain, Results.Sockets)) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {scenario} | {Spread(results.Of(scenario, Results.Fast))} | {Spread(results.Of(scenario, Results.Usual))} | {sockets} | {more} | {tcp} |\n");
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

    private static Verdict Share(Results results, string scenario, int most)
    {
        Middle share = results.Share(scenario, Usual, Plain, Results.Fast);
        double limit = (double)most / UsualThere;
        return new Verdict(
            "… as a share of mark, ip rule, masquerade", Text($"≤ {limit * 100:0} % ({most} of {UsualThere} ns)"),
            Text($"{share.Median * 100:0} % ({share.Low * 100:0} to {share.High * 100:0})"), share.Median <= limit);
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
