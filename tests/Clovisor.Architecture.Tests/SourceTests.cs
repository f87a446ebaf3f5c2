using System.Text.RegularExpressions;

namespace Clovisor.Architecture.Tests;

/// <summary>What holds for every source file.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void No_source_file_is_longer_than_400_lines_and_few_are_longer_than_300()
    {
        List<(string Path, int Lines)> files =
        [
            .. Repository.Files("src", "*.cs").Concat(Repository.Files("bpf", "*.c")).Concat(Repository.Files("bpf", "*.h")).Select(path => (path, File.ReadLines(path).Count())),
        ];

        Assert.DoesNotContain(files, file => file.Lines > 400);
        Assert.True(files.Count(file => file.Lines > 300) <= files.Count / 20, "more than one file in twenty is longer than 300 lines: "
            + string.Join(", ", files.Where(file => file.Lines > 300).Select(file => Path.GetFileName(file.Path))));
    }

    [Fact]
    public void Native_imports_are_LibraryImports_under_Interop_only()
    {
        foreach (string path in Repository.Files("src", "*.cs"))
        {
            string text = File.ReadAllText(path);

            Assert.DoesNotContain("[DllImport", text, StringComparison.Ordinal);
            Assert.True(!text.Contains("[LibraryImport", StringComparison.Ordinal) || path.Contains("/Interop/", StringComparison.Ordinal), path);
        }
    }

    [Fact]
    public void No_native_import_returns_text_that_the_runtime_would_free()
    {
        Assert.DoesNotContain(Repository.Files("src", "*.cs"), path => StringImport().IsMatch(File.ReadAllText(path)));
    }

    [Fact]
    public void Every_safe_handle_is_internal_and_sealed()
    {
        foreach (string path in Repository.Files("src", "*.cs"))
        {
            foreach (Match match in HandleClass().Matches(File.ReadAllText(path)))
            {
                Assert.True(match.Value.Contains("internal", StringComparison.Ordinal)
                    && (match.Value.Contains("sealed", StringComparison.Ordinal) || match.Value.Contains("abstract", StringComparison.Ordinal)), $"{path}: {match.Value}");
            }
        }
    }

    [Fact]
    public void Log_event_ids_are_unique()
    {
        IEnumerable<IGrouping<string, string>> repeated = Repository.Files("src", "*.cs")
            .SelectMany(path => EventId().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value))
            .GroupBy(id => id)
            .Where(group => group.Count() > 1);

        Assert.Empty(repeated);
    }

    [GeneratedRegex(@"static partial string\??\s+\w+\([^)]*\);")]
    private static partial Regex StringImport();

    [GeneratedRegex(@"[\w ]*class \w+[^{\n]*:\s*Safe\w*Handle\w*")]
    private static partial Regex HandleClass();

    [GeneratedRegex(@"LoggerMessage\((?:EventId\s*=\s*)?(\d+)")]
    private static partial Regex EventId();
}
