using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>The table of <c>docs/security.md</c> names tests; they are there.</summary>
public sealed partial class SecurityTableTests
{
    [Fact]
    public void Every_row_names_tests_and_all_of_them_exist()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        Assert.True(rows.Length > 10, "the table is gone");
        Dictionary<string, string> sources = Repository.Files("tests", "*.cs").GroupBy(path => Path.GetFileNameWithoutExtension(path)).ToDictionary(same => same.Key, same => string.Concat(same.Select(File.ReadAllText)));
        foreach (string row in rows)
        {
            string[] cells = row.Split('|', StringSplitOptions.TrimEntries);
            Assert.Equal(6, cells.Length);
            string[] named = [.. Named().Matches(cells[4]).Select(match => match.Groups[1].Value)];
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.True(Exists(name, sources), $"{name} of the row '{cells[2]}' does not exist"));
        }
    }

    private static bool Exists(string name, Dictionary<string, string> sources)
    {
        if (Path.Exists(Path.Combine(Repository.Root, name)) || Path.Exists(Path.Combine(Repository.Root, "tests", name)))
        {
            return true;
        }

        string[] parts = name.Split('.');
        return sources.TryGetValue(parts[0], out string? text) && (parts.Length == 1 || text.Contains($" {parts[1]}(", StringComparison.Ordinal));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Named();
}
