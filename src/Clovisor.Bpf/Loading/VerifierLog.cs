namespace Clovisor.Bpf.Loading;

/// <summary>Reads what matters out of a verifier log. Kernels differ in wording, so this looks for what is not the reason.</summary>
internal static class VerifierLog
{
    private const int TailLines = 12;

    /// <summary>The line that states the reason.</summary>
    internal static string Summarize(string log)
    {
        string[] lines = Lines(log);

        // Newer kernels name it.
        string? named = Array.Find(lines, static line => line.TrimStart().StartsWith("Reason:", StringComparison.Ordinal));
        if (named is not null)
        {
            return named.Trim()["Reason:".Length..].Trim();
        }

        return Array.FindLast(lines, static line => !IsStatistics(line))?.Trim() ?? "(the log is empty)";
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

    private static string[] Lines(string log) =>
        log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsStatistics(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal)
        || line.StartsWith("verification time", StringComparison.Ordinal)
        || line.StartsWith("stack depth", StringComparison.Ordinal)
        || line.StartsWith("mark_precise", StringComparison.Ordinal)
        || line.StartsWith("Suggestion:", StringComparison.Ordinal);
}
