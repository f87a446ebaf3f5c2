using System.Globalization;
using System.Text.RegularExpressions;

namespace Clovisor.EdgeHost.Lab;

/// <summary>Something of the lab failed: a tool of the system refused, or a process of ours ended.</summary>
internal sealed partial class LabException : Exception
{
    /// <param name="what">What happened.</param>
    /// <param name="said">What the process said before.</param>
    public LabException(string what, string said)
        : base($"{what}: {said}")
    {
    }

    /// <param name="command">What was run.</param>
    /// <param name="code">Its exit code.</param>
    /// <param name="said">What it wrote to its error stream.</param>
    /// <param name="input">What it was given to read.</param>
    public LabException(string command, int code, string said, string? input)
        : base($"'{command}' ended with exit code {code}: {(said.Length == 0 ? "it said nothing" : said)}{Line(said, input)}")
    {
    }

    /// <summary>A batch names only the number of the line it stopped at; the line itself is what helps.</summary>
    private static string Line(string said, string? input)
    {
        if (input is null || FailedLine().Match(said) is not { Success: true } match)
        {
            return "";
        }

        string[] lines = input.Split('\n');
        int number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return number >= 1 && number <= lines.Length ? $" (that line: {lines[number - 1].Trim()})" : "";
    }

    [GeneratedRegex(@"Command failed -:(\d+)")]
    private static partial Regex FailedLine();
}
