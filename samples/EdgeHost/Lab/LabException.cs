using System.Globalization;
using System.Text.RegularExpressions;

namespace Clovisor.EdgeHost.Lab;

/// <summary>A tool of the system refused: what was run, and what it said.</summary>
internal sealed partial class LabException(string command, int code, string said, string? input)
    : Exception($"'{command}' ended with exit code {code}: {(said.Length == 0 ? "it said nothing" : said)}{Line(said, input)}")
{
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
