using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>What documents point at is there.</summary>
public sealed partial class DocumentTests
{
    private const string Decisions = "docs/adr";

    [Fact]
    public void Links_and_names_of_documents_lead_somewhere()
    {
        string[] missing =
        [
            .. from path in Documents()
               let text = File.ReadAllText(path)
               let folder = Path.GetDirectoryName(path)!
               from target in Link().Matches(text).Select(link => Path.Combine(folder, link.Groups[1].Value))
                   .Concat(Name().Matches(text).Select(static name => Path.Combine(Repository.Root, name.Groups[1].Value)))
               where !Path.Exists(target)
               select $"{Path.GetRelativePath(Repository.Root, path)}: {Path.GetRelativePath(Repository.Root, target)}",
        ];

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_decision_is_listed_with_its_title()
    {
        string list = File.ReadAllText(Path.Combine(Repository.Root, Decisions, "README.md"));
        string[] files = [.. Repository.Files(Decisions, "0*.md").Order(StringComparer.Ordinal)];

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            string name = Path.GetFileName(file);
            string title = Title().Match(File.ReadLines(file).First()).Groups[1].Value.TrimEnd('.');
            Assert.Contains($"- [{name[..4]}]({name}) {title}\n", list, StringComparison.Ordinal);
        });
    }

    private static IEnumerable<string> Documents() =>
        new[] { "docs", "src", "samples", "benchmarks", "bpf", "tests", "deploy" }.SelectMany(static folder => Repository.Files(folder, "*.md"))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));

    // What is in the repository: no address, no place in the same document.
    [GeneratedRegex(@"\]\((?!\w+:|#)([^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex("`(docs/[\\w./-]+\\.md)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"^# (?:\d+\. )?(.*)$")]
    private static partial Regex Title();
}
