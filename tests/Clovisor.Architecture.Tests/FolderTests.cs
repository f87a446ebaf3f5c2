using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>The documents speak of what is there.</summary>
public sealed partial class FolderTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/bpf.md")]
    [InlineData("docs/bpf-build.md")]
    [InlineData("docs/cli.md")]
    [InlineData("docs/telemetry.md")]
    [InlineData("docs/install-node.md")]
    [InlineData("docs/write-an-association.md")]
    [InlineData("docs/troubleshooting.md")]
    [InlineData("docs/releasing.md")]
    public void Every_path_that_a_document_names_exists(string document)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, document));

        IEnumerable<string> missing = NamedPath().Matches(text)
            .Select(match => match.Groups[1].Value)
            .Where(path => !Path.Exists(Path.Combine(Repository.Root, path)));

        Assert.Empty(missing);
    }

    [Fact]
    public void A_namespace_is_the_folder_it_lies_in()
    {
        foreach (string path in Repository.Files("src", "*.cs"))
        {
            Match declared = Namespace().Match(File.ReadAllText(path));
            if (!declared.Success || declared.Groups[1].Value.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)
                || declared.Groups[1].Value.StartsWith("OpenTelemetry", StringComparison.Ordinal))
            {
                continue; // assembly attributes, and extensions that live with what they extend
            }

            string folder = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), Path.GetDirectoryName(path)!);
            Assert.Equal(folder.Replace('/', '.'), declared.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"`((?:src|bpf|samples|benchmarks|tests|docs|eng)(?:/[\w.\-]+)*)/?`")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
