using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>The table of what the BPF library can do names tests that are there.</summary>
public sealed partial class FeatureTableTests
{
    private const string Table = "docs/bpf-features.md";

    [Fact]
    public void Every_test_class_that_the_table_names_exists()
    {
        HashSet<string> there = [.. Repository.Files("tests", "*.cs").Select(path => Path.GetFileNameWithoutExtension(path))];

        IEnumerable<string> missing = TestClass().Matches(File.ReadAllText(Path.Combine(Repository.Root, Table)))
            .Select(match => match.Groups[1].Value)
            .Where(name => !there.Contains(name));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_row_of_the_table_names_a_test_or_says_why_there_is_none()
    {
        IEnumerable<string> unproven = File.ReadLines(Path.Combine(Repository.Root, Table))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| capability", StringComparison.Ordinal))
            .Where(line => !TestClass().IsMatch(line) && !line.Contains("not run here", StringComparison.Ordinal));

        Assert.Empty(unproven);
    }

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex TestClass();
}
