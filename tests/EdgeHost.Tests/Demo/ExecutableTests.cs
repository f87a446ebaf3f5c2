using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Demo;

/// <summary>The executable as the shell sees it.</summary>
[Collection(nameof(OneDemoAtATime))]
public sealed class ExecutableTests
{
    [Theory]
    [InlineData("--mode 'tagg' is not one of report|tag. Did you mean 'tag'?", "--mode", "tagg")]
    [InlineData("--proxy 'nginx' is not one of auto|envoy|yarp", "--proxy", "nginx")]
    [InlineData("--cluster goes with Envoy in report mode alone", "--cluster", "--mode", "tag")]
    [InlineData("--cluster goes with Envoy in report mode alone", "--cluster", "--proxy", "yarp")]
    public async Task Bad_input_is_explained_and_nothing_is_made(string message, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(["demo", .. arguments]);

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task An_agent_without_its_folder_says_so_without_a_stack_trace()
    {
        (int code, string output, string error) = await RunAsync(["agent", "--config", "/nonexistent"]);

        Assert.Equal(1, code);
        Assert.Contains("There is no folder '/nonexistent'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task Without_root_the_demo_says_so_and_makes_nothing()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Tool.Find("setpriv") is not null, "needs root, to give it up, and setpriv");
        (int code, _, string error) = await Tool.TryRunAsync(
            "setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", Executable, "demo"], null, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.Contains("not root", error, StringComparison.Ordinal);
        Assert.Contains("sudo", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_part_that_it_needs_the_demo_with_clusters_names_it_and_has_an_exit_code_of_its_own()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        (int code, _, string error) = await Tool.TryRunAsync(
            "env", ["CLOVISOR_ISTIO_CRDS=/nonexistent", $"CLOVISOR_ENVOY={Executable}", Executable, "demo", "--cluster"], null, TestContext.Current.CancellationToken);

        Assert.Equal(7, code);
        Assert.Contains("it needs ", error, StringComparison.Ordinal);
        Assert.Contains("Nothing was made", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(LabNames.Demo.RunDirectory) && File.Exists(Path.Combine(LabNames.Demo.RunDirectory, "edge.kubeconfig")));
    }

    private static string Executable => Path.Combine(AppContext.BaseDirectory, "EdgeHost");

    private static Task<(int Code, string Output, string Error)> RunAsync(string[] arguments) =>
        Tool.TryRunAsync(Executable, arguments, null, TestContext.Current.CancellationToken);
}
