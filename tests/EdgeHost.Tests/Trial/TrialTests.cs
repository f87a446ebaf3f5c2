using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Tests.Agent;
using Clovisor.EdgeHost.Trial;
using Clovisor.Wan.Simulation;

namespace Clovisor.EdgeHost.Tests.Trial;

/// <summary>What can be tried without a host: documents, and histories of links.</summary>
public sealed class TrialTests
{
    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "config");

    [Fact]
    public async Task Valid_documents_are_counted()
    {
        (int code, string output, string error) = await RunAsync("validate", Shipped);

        Assert.Equal((0, "valid: 1 VirtualServices, 2 links, 2 associations\n", ""), (code, output, error));
    }

    [Fact]
    public async Task Every_error_of_every_document_is_listed_with_its_line()
    {
        string broken = Path.Combine(Shipped, "edits/broken.yaml");
        (int code, string output, string error) = await RunAsync("validate", Shipped, broken);
        Assert.Equal(1, code);
        Assert.Contains("broken.yaml:10: VirtualService app/httpbin: spec.http[0].mach: is not a known field; did you mean \"match\"?", output, StringComparison.Ordinal);
        Assert.Contains("must be 1 to 65535, not 99999", output, StringComparison.Ordinal);
        Assert.Contains("an agent would refuse these documents", error, StringComparison.Ordinal);

        (code, output, _) = await RunAsync("validate", "--json", broken);
        Assert.Equal(1, code);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal(3, json.RootElement.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task What_is_probably_not_meant_is_noted_and_refuses_nothing()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file,
                """
                apiVersion: wan.clovisor.io/v1alpha1
                kind: WanLink
                metadata: { name: fibre }
                spec: { device: eth1 }
                ---
                apiVersion: wan.clovisor.io/v1alpha1
                kind: WanAssociation
                metadata: { name: calls }
                spec: { tag: { sourcePorts: 33000-34999 }, sticky: user, tiers: [{ links: [fibre] }] }
                """,
                TestContext.Current.CancellationToken);

            (int code, string output, _) = await RunAsync("validate", file);
            Assert.Equal(0, code);
            Assert.Matches(@"(?m)^note +.*:9: WanAssociation/calls: spec.sticky: sessions that a tag classifies show no user, .*\[CLV1121\]$", output);
            Assert.DoesNotContain("CLV1122", output, StringComparison.Ordinal);

            (code, output, _) = await RunAsync("validate", file, "--local-ports", "40000-50000", "--json");
            Assert.Equal(0, code);
            using JsonDocument json = JsonDocument.Parse(output);
            Assert.Equal(["CLV1121", "CLV1122"], json.RootElement.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()![^8..^1]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--local-ports 'x' is not FIRST-LAST", "validate", "CONFIG", "--local-ports", "x")]
    [InlineData("FILE is missing", "validate")]
    [InlineData("there is no /nonexistent, no /neither", "validate", "/nonexistent", "/neither")]
    [InlineData("'--jsn' is not one of its options. Did you mean '--json'?", "validate", "--jsn", "/")]
    [InlineData("an event for link 'wan9' at 00:05:00; did you mean 'wan0'?. Correct", "simulate", "--config", "CONFIG", "--event", "5m wan9 carrier=off")]
    [InlineData("'carier=off' is none of ok, carrier=on|off", "simulate", "--config", "CONFIG", "--event", "5m wan1 carier=off")]
    [InlineData("--length 'x' is not a time such as 90s", "simulate", "--config", "CONFIG", "--length", "x")]
    [InlineData("--history '/nonexistent' is not a file that exists", "simulate", "--config", "CONFIG", "--history", "/nonexistent")]
    public async Task Bad_input_is_explained(string message, params string[] words)
    {
        (int code, string output, string error) = await RunAsync([.. words.Select(word => word == "CONFIG" ? Shipped : word)]);

        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal((2, ""), (code, output));
    }

    [Fact]
    public async Task A_history_is_simulated_from_a_file_and_from_options()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "# the cable is out for two minutes\n5m wan1 carrier=off\n7m  wan1  ok\n", TestContext.Current.CancellationToken);
            (int code, string output, string error) = await RunAsync("simulate", "--config", Shipped, "--history", file, "--event", "9m wan0 loss=100%", "--json");
            Assert.Equal((0, ""), (code, error));

            using JsonDocument json = JsonDocument.Parse(output);
            string[] changes = [.. json.RootElement.EnumerateArray().Select(change =>
                $"{change.GetProperty("seconds").GetDouble():0} {change.GetProperty("name").GetString()} {change.GetProperty("to").GetString()}")];
            Assert.Contains("300 minion wan0", changes);
            Assert.Contains("422 minion wan1", changes);
            Assert.Contains("540 boss wan1", changes);

            Assert.Contains("00:05:00.000  association  minion  wan1", (await RunAsync("simulate", "--config", Shipped, "--history", file)).Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_line_says_all_of_how_a_link_behaves()
    {
        LinkEvent happening = Assert.Single(HistoryText.Read("simulate", [("x", "1.5h wan1 loss=20% rtt=80ms jitter=1s")]));

        Assert.Equal(TimeSpan.FromMinutes(90), happening.At);
        Assert.Equal(new LinkCondition { Loss = 0.2, RoundTrip = TimeSpan.FromMilliseconds(80), Jitter = TimeSpan.FromSeconds(1) }, happening.Condition);
        Assert.Equal(TimeSpan.FromDays(2), HistoryText.Time("2d"));
    }

    [Theory]
    [InlineData("5m wan1")]
    [InlineData("5 wan1 ok")]
    [InlineData("-5m wan1 ok")]
    [InlineData("5m wan1 loss=101%")]
    [InlineData("5m wan1 loss=-1%")]
    [InlineData("5m wan1 loss=0.5")]
    [InlineData("5m wan1 rtt=80")]
    [InlineData("5m wan1 ok=1")]
    [InlineData("99999999999999999999d wan1 ok")]
    public void A_line_that_is_none_is_refused_with_its_place(string line) =>
        Assert.Contains("history:7: ", Assert.Throws<EdgeHostException>(() => HistoryText.Read("simulate", [("history:7", line)])).Message, StringComparison.Ordinal);

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] words) =>
        Tool.TryRunAsync(AgentLab.Executable, words, null, TestContext.Current.CancellationToken);
}
