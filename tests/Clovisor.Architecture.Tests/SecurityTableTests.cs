using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>The table of <c>docs/security.md</c> names tests; they are there.</summary>
public sealed partial class SecurityTableTests
{
    [Fact]
    public void Every_row_names_a_test_method_and_all_that_it_names_exists()
    {
        string[][] rows =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
                .Select(row => row.Split('|', StringSplitOptions.TrimEntries)),
        ];
        Assert.True(rows.Length > 10, "the table is gone");
        HashSet<string> methods = [.. Repository.Files("tests", "*.cs").SelectMany(MethodsOf)];
        Assert.All(rows, row =>
        {
            Assert.Equal(6, row.Length);
            string[] named = [.. Named().Matches(row[4]).Select(match => match.Groups[1].Value)];

            // A script is no test by itself: nobody sees by its name what it would take to fail.
            Assert.True(named.Any(methods.Contains), $"the row '{row[2]}' names no test method: {row[4]}");
            Assert.All(named, name => Assert.True(methods.Contains(name) || File.Exists(Path.Combine(Repository.Root, name)), $"{name} of the row '{row[2]}' does not exist"));
        });
    }

    // As Class.Method, those that run alone.
    private static IEnumerable<string> MethodsOf(string path) =>
        TestMethod().Matches(File.ReadAllText(path)).Select(match => $"{Path.GetFileNameWithoutExtension(path)}.{match.Groups[1].Value}");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\[\w*(?:Fact|Theory)\b[^\n]*(?:\n\s*(?:\[[^\n]*|//[^\n]*))*\n\s*public (?:async Task|void|static void) (\w+)\(")]
    private static partial Regex TestMethod();
}
