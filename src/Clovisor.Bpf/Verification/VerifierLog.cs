using System.Globalization;
using System.Text.RegularExpressions;

namespace Clovisor.Bpf.Verification;

/// <summary>Reads what matters out of a verifier log. Kernels differ in wording, so this looks for what is not the reason.</summary>
internal static partial class VerifierLog
{
    private const string ReasonMark = "Reason:";
    private const string SuggestionMark = "Suggestion:";
    private const string Empty = "(the log is empty)";
    private const int TailLines = 12;

    // Logs run to many megabytes and their end says it all: what is looked for lies within this many characters of it.
    private const int Window = 256 << 10;

    internal static BpfVerifierReport Parse(string log)
    {
        string[] lines = Lines(log.Length > Window ? log[^Window..] : log);
        int at = ReasonLine(lines);
        string reason = at < 0 ? Empty : Strip(lines[at], ReasonMark);
        (int? index, string? text) = InstructionBefore(lines, at);
        (string? source, string? file, int? line) = SourceBefore(lines, at);
        string? suggestion = Array.Find(lines, static line => line.StartsWith(SuggestionMark, StringComparison.Ordinal)) is { } given
            ? Strip(given, SuggestionMark)
            : VerifierAdvice.For(reason, lines);
        return new BpfVerifierReport(reason, suggestion, index, text, source, file, line, Statistics(lines));
    }

    /// <summary>The last lines, and how many were left out.</summary>
    internal static string Tail(string log)
    {
        string[] lines = Lines(log);
        int skipped = lines.Length - TailLines;
        return skipped <= 0
            ? string.Join(Environment.NewLine, lines)
            : $"({skipped} more lines in Log){Environment.NewLine}{string.Join(Environment.NewLine, lines[skipped..])}";
    }

    // Newer kernels name the reason; in all others it is the last line that is nothing else.
    private static int ReasonLine(string[] lines)
    {
        int named = Array.FindIndex(lines, static line => line.StartsWith(ReasonMark, StringComparison.Ordinal));
        return named >= 0 ? named : Array.FindLastIndex(lines, static line => !IsStatistics(line));
    }

    private static (int?, string?) InstructionBefore(string[] lines, int end)
    {
        for (int i = end; i >= 0; i--)
        {
            if (InstructionLine().Match(lines[i]) is { Success: true } match
                && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                return (index, match.Groups[2].Value);
            }
        }

        return (null, null);
    }

    private static (string?, string?, int?) SourceBefore(string[] lines, int end)
    {
        for (int i = end; i >= 0; i--)
        {
            if (!lines[i].StartsWith("; ", StringComparison.Ordinal))
            {
                continue;
            }

            string text = lines[i][2..].Trim();
            return SourcePlace().Match(text) is { Success: true } place
                && int.TryParse(place.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int line)
                ? (place.Groups[1].Length == 0 ? null : place.Groups[1].Value, place.Groups[2].Value, line)
                : (text, null, null);
        }

        return (null, null, null);
    }

    private static BpfVerifierStatistics? Statistics(string[] lines)
    {
        Match? match = lines.Select(static line => ProcessedLine().Match(line)).LastOrDefault(static match => match.Success);
        if (match is null)
        {
            return null;
        }

        string? depth = Array.FindLast(lines, static line => line.StartsWith("stack depth ", StringComparison.Ordinal));
        List<int> depths = [];
        foreach (string part in depth?["stack depth ".Length..].Split('+') ?? [])
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes))
            {
                depths.Add(bytes);
            }
        }

        return new BpfVerifierStatistics(Number(match, 1), Number(match, 2), Number(match, 3), Number(match, 4), depths);
    }

    private static long Number(Match match, int group) =>
        long.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static string Strip(string line, string mark) =>
        line.StartsWith(mark, StringComparison.Ordinal) ? line[mark.Length..].Trim() : line;

    private static string[] Lines(string log) =>
        log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsStatistics(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal)
        || line.StartsWith("verification time", StringComparison.Ordinal)
        || line.StartsWith("stack depth", StringComparison.Ordinal)
        || line.StartsWith("mark_precise", StringComparison.Ordinal)
        || line.StartsWith("arg#", StringComparison.Ordinal)
        || line.StartsWith(SuggestionMark, StringComparison.Ordinal);

    [GeneratedRegex(@"^(\d+): (\([0-9a-f]{2}\) .+?)\s*(?:;.*)?$")]
    private static partial Regex InstructionLine();

    [GeneratedRegex(@"^(.*?)\s*@ ([^@\s][^@]*):(\d+)$")]
    private static partial Regex SourcePlace();

    [GeneratedRegex(@"^processed (\d+) insns \(limit (\d+)\)(?:.*total_states (\d+))?(?:.*peak_states (\d+))?")]
    private static partial Regex ProcessedLine();
}
