using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Tests.Agent;

namespace Clovisor.EdgeHost.Tests.CommandLine;

/// <summary>What a shell completes, and that the document of the commands knows all of them.</summary>
public sealed partial class CompletionTests
{
    [Theory]
    [InlineData("EdgeHost sess", "sessions")]
    [InlineData("EdgeHost envoy ren", "render")]
    [InlineData("EdgeHost status --js", "--json")]
    [InlineData("EdgeHost envoy render --mode ", "exact", "report", "tag")]
    [InlineData("EdgeHost completion --shell z", "zsh")]
    public async Task Commands_options_and_values_are_completed(string line, params string[] expected) => Assert.Equal(expected, await SuggestAsync(line));

    [Fact]
    public async Task Parts_of_the_demo_are_not_offered() => Assert.DoesNotContain("sidecar", await SuggestAsync("EdgeHost "));

    [Fact]
    public async Task The_script_of_bash_completes()
    {
        Assert.SkipWhen(Tool.Find("bash") is null, "needs bash");
        string script = $$"""
            eval "$('{{AgentLab.Executable}}' completion)"
            COMP_LINE='EdgeHost uninst' COMP_POINT=15 COMP_CWORD=1 COMP_WORDS=(EdgeHost uninst)
            _edgehost '{{AgentLab.Executable}}'
            echo "${COMPREPLY[@]}"
            """;
        Assert.Equal("uninstall\n", await Tool.RunAsync("bash", ["-c", script], null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_document_has_every_command_and_every_option()
    {
        string document = await File.ReadAllTextAsync(Path.Combine(Root(), "docs/cli.md"), TestContext.Current.CancellationToken);
        string[] commands = [.. Command().Matches(await HelpAsync()).Select(match => match.Groups[1].Value)];
        Assert.True(commands.Length >= 12);
        foreach (string command in commands)
        {
            Assert.Contains($"### `{command}", document, StringComparison.Ordinal);
            string section = document[document.IndexOf($"### `{command}", StringComparison.Ordinal)..];
            int end = section.IndexOf("\n#", 1, StringComparison.Ordinal);
            section = end < 0 ? section : section[..end];
            string[] options = [.. OptionName().Matches(await HelpAsync(command.Split(' '))).Select(match => match.Groups[1].Value).Except(["--socket", "--json", "--watch", "--interval"])];
            Assert.All(options, option => Assert.Contains(option, section, StringComparison.Ordinal));
        }
    }

    private static async Task<string[]> SuggestAsync(string line) =>
        (await RunAsync($"[suggest:{line.Length}]", line)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<string> HelpAsync(params string[] command) => RunAsync([.. command, "--help"]);

    private static Task<string> RunAsync(params string[] words) => Tool.RunAsync(AgentLab.Executable, words, null, TestContext.Current.CancellationToken);

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));

    // The first block only: parts of the demo come after an empty line.
    [GeneratedRegex(@"(?<=\n\n(?:  .*\n)*)  (\w+(?: \w+)*?)  +\w")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?m)^  (--[a-z-]+)")]
    private static partial Regex OptionName();
}
