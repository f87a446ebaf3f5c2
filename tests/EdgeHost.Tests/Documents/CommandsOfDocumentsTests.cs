using System.Diagnostics;
using System.Runtime.CompilerServices;
using Clovisor.EdgeHost.Lab;
using Clovisor.Testing;

namespace Clovisor.EdgeHost.Tests.Documents;

/// <summary>The commands that documents tell their readers to type, typed.</summary>
public sealed class CommandsOfDocumentsTests
{
    [KernelTheory]
    [InlineData("install-node")]
    [InlineData("install-cluster")]
    [InlineData("write-an-association")]
    [InlineData("troubleshooting")]
    public async Task Do_what_the_document_says(string document)
    {
        Assert.SkipWhen(Tool.Find("unshare") is null || Tool.Find("ping") is null, "needs unshare and ping: 'eng/install.sh tests' installs them");
        var start = new ProcessStartInfo(Path.Combine(TestsFolder(), "docs-commands.sh"), [document]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CLOVISOR_EDGEHOST"] = AppContext.BaseDirectory;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await errors);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }

    private static string TestsFolder([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../.."));
}
