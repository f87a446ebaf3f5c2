using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Each way out of the programs is taken by a test.</summary>
public sealed class ProgramReasonTests
{
    [Fact]
    public void Every_reason_has_a_test_that_provokes_it()
    {
        string source = string.Concat(Directory.GetFiles(Path.GetDirectoryName(SourcePath())!, "*Tests.cs")
            .Where(path => path != SourcePath())
            .Select(File.ReadAllText));

        Assert.All(
            Enum.GetValues<DatapathReason>(),
            reason => Assert.Matches($@"DatapathReason\.{reason}\b", source));
    }

    private static string SourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
