using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Envoy;

/// <summary>The verb as the shell sees it, on the documents of the demo.</summary>
public sealed class EnvoyRenderTests
{
    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "config");

    [Theory]
    [InlineData("class-minion", "--mode", "tag", "--upstream", "10.96.1.1:80")]
    [InlineData("envoy_on_request", "--mode", "report", "--upstream", "10.96.1.1:80")]
    [InlineData("upstream_log", "--mode", "report", "--access-log", "/run/log.sock", "--upstream", "10.96.1.1:80")]
    [InlineData("clv-minion", "--mode", "tag", "--for", "istio")]
    [InlineData("kind: EnvoyFilter", "--mode", "exact", "--for", "istio")]
    public async Task The_associations_of_a_folder_are_written(string expected, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(["--config", Shipped, "--namespace", "app", .. arguments]);

        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "Upstream is missing", "--config", "FOLDER", "--namespace", "app")]
    [InlineData(1, "there is no such folder", "--config", "/nonexistent")]
    [InlineData(2, "neither --config nor --cluster is given", "--namespace", "app")]
    [InlineData(2, "both --config and --cluster are given", "--config", "FOLDER", "--cluster", "edge=/nonexistent")]
    [InlineData(2, "--service is given without --cluster", "--config", "FOLDER", "--service", "app/httpbin")]
    [InlineData(2, "--remote is given without --cluster", "--remote", "cloud=/nonexistent")]
    [InlineData(2, "is not in-cluster, or a name and a kubeconfig", "--cluster", "edge")]
    [InlineData(1, "has no route table for port 81", "--config", "FOLDER", "--namespace", "app", "--port", "81", "--upstream", "10.96.1.1:80")]
    [InlineData(2, "--mode 'tagg' is not one of tag|report|exact", "--config", "FOLDER", "--mode", "tagg")]
    [InlineData(2, "is not a label such as app=shop", "--config", "FOLDER", "--label", "x")]
    public async Task What_cannot_be_written_is_explained(int code, string message, params string[] arguments)
    {
        (int actual, string output, string error) = await RunAsync([.. arguments.Select(word => word == "FOLDER" ? Shipped : word)]);

        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(code, actual);
        Assert.Empty(output);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(string[] arguments) =>
        Tool.TryRunAsync(Path.Combine(AppContext.BaseDirectory, "EdgeHost"), ["envoy", "render", .. arguments], null, TestContext.Current.CancellationToken);
}
