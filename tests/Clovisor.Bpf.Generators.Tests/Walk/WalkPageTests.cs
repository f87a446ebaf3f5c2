using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Clovisor.Bpf.Generators.Tests.Walk;

/// <summary>docs/bpf.md shows what <see cref="WalkTests"/> runs, word for word, and the program it runs on.</summary>
public sealed partial class WalkPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Folder(), "../../../docs/bpf.md")).ReplaceLineEndings("\n");

    [Fact]
    public void The_page_has_ten_examples_and_each_is_the_one_that_runs() => Assert.Equal(Examples(), Blocks("csharp"));

    [Fact]
    public void The_program_is_the_one_that_runs() => Assert.Equal(
        [File.ReadAllText(Path.Combine(Folder(), "../programs/walk.bpf.c")).ReplaceLineEndings("\n").TrimEnd()], Blocks("c"));

    [Fact]
    public void There_are_ten() => Assert.Equal(10, Examples().Count);

    private static List<string> Examples()
    {
        string source = File.ReadAllText(Path.Combine(Folder(), "WalkTests.cs")).ReplaceLineEndings("\n");
        return [.. Example().Matches(source).OrderBy(static match => int.Parse(match.Groups[2].Value)).Select(static match => Dedented(match))];
    }

    // The last line of each says what is printed.
    private static string Dedented(Match match)
    {
        string indentation = match.Groups[1].Value;
        string code = string.Join('\n', match.Groups[3].Value.Split('\n')
            .Select(line => line.StartsWith(indentation, StringComparison.Ordinal) ? line[indentation.Length..] : line)).Trim();
        return $"{code}\n// {match.Groups[4].Value}";
    }

    private static List<string> Blocks(string language) => [.. Regex.Matches(Page, $"```{language}\n(.*?)\n```", RegexOptions.Singleline).Select(static match => match.Groups[1].Value)];

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"^( +)// example (\d+)\n(.*?)\n +// end: ([^\n]*)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example();
}
