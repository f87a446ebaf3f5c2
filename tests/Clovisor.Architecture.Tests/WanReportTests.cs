using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>The table of public reports has every row, and names tests that are there.</summary>
public sealed partial class WanReportTests
{
    private static readonly string Table = File.ReadAllText(Path.Combine(Repository.Root, "docs/wan-reports.md"));

    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        HashSet<string> there = [.. Repository.Files("tests", "*.cs").SelectMany(static path => TestMethod().Matches(File.ReadAllText(path)))
            .Select(static match => match.Groups[1].Value)];

        Assert.All(TestName().Matches(Table).Select(static match => match.Groups[1].Value), name => Assert.Contains(name, there));
    }

    [Fact]
    public void Every_report_has_a_row_that_says_what_holds_it()
    {
        string[] wanted = [.. Enumerable.Range(1, 10).Select(static i => $"C{i}"), .. Enumerable.Range(1, 55).Select(static i => $"{i}")];
        (string Number, string HeldBy)[] rows = [.. Row().Matches(Table).Select(static match => (match.Groups[1].Value, match.Groups[2].Value))];

        Assert.Equal(wanted, rows.Select(static row => row.Number));
        Assert.All(rows, static row => Assert.True(row.HeldBy.Contains("**open**", StringComparison.Ordinal) || TestName().IsMatch(row.HeldBy), row.Number));
    }

    [GeneratedRegex(@"`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,})`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\[(?:Kernel)?(?:Fact|Theory)[^\n]*(?:\n\s*(?:\[[^\n]*|//[^\n]*))*\n\s*public (?:async Task|void|static void) (\w+)")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"^\| (C?\d+) \|[^|\n]*\|[^|\n]*\| ([^|\n]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
