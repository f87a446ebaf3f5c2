using System.Collections.Immutable;
using System.Globalization;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.Wan.Simulation;

namespace Clovisor.EdgeHost.Trial;

/// <summary>What happens to links, a line each: <c>5m wan1 carrier=off</c>, <c>10m wan1 loss=20% rtt=80ms jitter=10ms</c>, <c>20m wan1 ok</c>.</summary>
/// <remarks>A line says all of how the link behaves from then on: what it does not name is as of a link that works.</remarks>
internal static class HistoryText
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

    /// <summary>Reads lines; empty ones and those that begin with <c>#</c> say nothing.</summary>
    /// <exception cref="EdgeHostException">A line is not understood; all that are not, with what was expected.</exception>
    public static ImmutableArray<LinkEvent> Read(string role, IEnumerable<(string Place, string Text)> lines)
    {
        List<string> complaints = [];
        List<LinkEvent> events = [];
        foreach ((string place, string text) in lines)
        {
            string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            if (words.Length < 3 || Time(words[0]) is not { } at)
            {
                complaints.Add($"{place}: '{text}' is not TIME LINK and what happens, such as '5m wan1 carrier=off' or '90s wan0 loss=5% rtt=80ms'");
                continue;
            }

            LinkCondition condition = new();
            foreach (string word in words[2..])
            {
                if (With(condition, word) is { } next)
                {
                    condition = next;
                }
                else
                {
                    complaints.Add($"{place}: '{word}' is none of ok, carrier=on|off, loss=0%…100%, rtt=TIME, jitter=TIME");
                }
            }

            events.Add(new LinkEvent(at, words[1], condition));
        }

        return complaints.Count == 0 ? [.. events] : throw EdgeHostException.Usage(role, string.Join("; ", complaints), "Correct the history");
    }

    /// <summary>A length of time: <c>250ms</c>, <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>; null for anything else.</summary>
    public static TimeSpan? Time(string text)
    {
        foreach ((string unit, double seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                && number * seconds < TimeSpan.MaxValue.TotalSeconds)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        return null;
    }

    private static LinkCondition? With(LinkCondition condition, string word)
    {
        string[] parts = word.Split('=', 2);
        string value = parts.Length == 2 ? parts[1] : "";
        return parts[0] switch
        {
            "ok" when parts.Length == 1 => condition,
            "carrier" when value is "on" or "off" => condition with { Carrier = value == "on" },
            "loss" when value.EndsWith('%') && double.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent <= 100 =>
                condition with { Loss = percent / 100 },
            "rtt" when Time(value) is { } time => condition with { RoundTrip = time },
            "jitter" when Time(value) is { } time => condition with { Jitter = time },
            _ => null,
        };
    }
}
