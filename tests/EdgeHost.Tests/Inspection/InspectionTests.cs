using System.Text.Json;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Tests.Agent;
using Clovisor.Testing;

namespace Clovisor.EdgeHost.Tests.Inspection;

/// <summary>The built program, asking a running one; and what it says when there is none.</summary>
public sealed class InspectionTests
{
    [KernelFact]
    public async Task A_running_host_is_shown_as_it_is()
    {
        await using AgentLab lab = await AgentLab.StartAsync("run");
        await lab.ReportAsync("minion", 41_000);
        await lab.ReportAsync("boss", 41_001);

        (int code, string output, string error) = await lab.AskAsync("status");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches("(?m)^healthy +1 +2  authority, header user$", output);
        Assert.Matches(@"(?m)^wan0  Up +translated  10\.9\.0\.1", output);

        (code, output, _) = await lab.AskAsync("links");
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^wan0  wan0    Up .* translated  10\.9\.0\.2", output);
        Assert.Matches(@"(?m)^minion +wan1$", output);

        (code, output, _) = await lab.AskAsync("sessions");
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^tcp  10\.9\.0\.1:41000  10\.96\.1\.1:80  minion +wan1", output);
        Assert.DoesNotContain("boss", (await lab.AskAsync("sessions", "--link", "wan1")).Output, StringComparison.Ordinal);
        Assert.Equal("no session\n", (await lab.AskAsync("sessions", "--association", "none")).Output);

        (code, output, _) = await lab.AskAsync("explain", "--authority", LabAddresses.Authority, "--header", "user:minion");
        Assert.Equal(0, code);
        Assert.Contains("Association minion names app/httpbin/minion. Links now: wan1, translated (Tier).", output, StringComparison.Ordinal);
        (code, _, error) = await lab.AskAsync("explain", "--authority", LabAddresses.Authority, "--port", "x");
        Assert.Equal(2, code);
        Assert.Contains("port: 'x' is not a port from 1 to 65535", error, StringComparison.Ordinal);

        foreach (string question in (string[])["status", "links", "sessions"])
        {
            using JsonDocument json = JsonDocument.Parse((await lab.AskAsync(question, "--json")).Output);
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }

        await WatchAsync(lab);
        await FollowAsync(lab);
        await TerminalAsync(lab);
    }

    [KernelFact]
    public async Task Bad_news_have_exit_codes_and_a_stopped_host_is_uninstalled()
    {
        await using AgentLab lab = await AgentLab.StartAsync("run");
        (int code, _, string error) = await lab.AtEdgeAsync(AgentLab.Executable, "uninstall", "--pin", lab.PinDirectory);
        Assert.Equal(1, code);
        Assert.Contains($"cannot uninstall what is pinned in {lab.PinDirectory}", error, StringComparison.Ordinal);

        await lab.Faults.CutAsync(LabAddresses.Wan1, TestContext.Current.CancellationToken);
        await AgentLab.EventuallyAsync(async () => (await lab.AskAsync("status")).Code == 4, "status says degraded by its exit code");
        Assert.Contains("wan1 is NoCarrier", (await lab.AskAsync("status")).Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^minion +wan0$", (await lab.AskAsync("links")).Output);

        await lab.KillAgentAsync();
        (code, string output, error) = await lab.AskAsync("status");
        Assert.Equal((6, ""), (code, output));
        Assert.Contains($"cannot ask the agent at {lab.Names.AgentSocket}: Connection refused", error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(lab.PinDirectory));
        Assert.Equal(0, (await lab.AtEdgeAsync(AgentLab.Executable, "uninstall", "--pin", lab.PinDirectory)).Code);
        Assert.False(Directory.Exists(lab.PinDirectory));
        Assert.Contains("nothing to remove", (await lab.AtEdgeAsync(AgentLab.Executable, "uninstall", "--pin", lab.PinDirectory)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("links")]
    [InlineData("sessions")]
    [InlineData("events")]
    [InlineData("explain", "--authority", "x")]
    public async Task Without_a_host_the_socket_is_named(params string[] words)
    {
        (int code, string output, string error) = await Tool.TryRunAsync(AgentLab.Executable, [.. words, "--socket", "/nonexistent/s"], null, TestContext.Current.CancellationToken);

        Assert.Equal((6, ""), (code, output));
        Assert.Contains("cannot ask the agent at /nonexistent/s: there is no such socket. Is it running", error, StringComparison.Ordinal);
    }

    // What moves is shown again, with rates, until it is interrupted; that is no failure.
    private static async Task WatchAsync(AgentLab lab)
    {
        await using LabProcess watch = LabProcess.Start(
            lab.Names, lab.Names.Edge, "watch", [AgentLab.Executable, "sessions", "--watch", "--interval", "300ms", "--socket", lab.Names.AgentSocket]);
        int rounds = 0, withRates = 0;
        while (rounds < 4 || withRates < 2)
        {
            string line = await watch.Lines.ReadAsync(TestContext.Current.CancellationToken);
            rounds += line.Contains("ASSOCIATION  LINK", StringComparison.Ordinal) ? 1 : 0;
            withRates += line.Contains("PER SECOND", StringComparison.Ordinal) ? 1 : 0;
        }

        await watch.InterruptAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await watch.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, (await lab.AskAsync("sessions", "--watch", "--interval", "1ms")).Code);
    }

    // Connections are shown as they take their links, those of others not; until it is interrupted.
    private static async Task FollowAsync(AgentLab lab)
    {
        await using LabProcess events = LabProcess.Start(
            lab.Names, lab.Names.Edge, "events", [AgentLab.Executable, "events", "--association", "minion", "--socket", lab.Names.AgentSocket]);
        int port = 42_000;
        string? line;
        // It does not say from when on it reads.
        while (!events.Lines.TryRead(out line))
        {
            Assert.True(port < 42_100, "no event was shown of fifty connections");
            await ConnectAsync("boss", port++);
            await ConnectAsync("minion", port++);
        }

        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3}  bound +tcp  10\.9\.0\.1:42\d\d[13579]  10\.96\.1\.1:80  minion  wan1$", line);
        await events.InterruptAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await events.WaitAsync(TestContext.Current.CancellationToken));

        async Task ConnectAsync(string user, int from)
        {
            await lab.ReportAsync(user, from);
            await lab.AtEdgeAsync("curl", "-s", "-m", "0.2", "--interface", "10.9.0.1", "--local-port", $"{from}", "http://10.96.1.1/");
        }
    }

    // In a terminal tables are drawn; the program sees one that 'script' makes.
    private static async Task TerminalAsync(AgentLab lab)
    {
        if (Tool.Find("script") is null)
        {
            return;
        }

        (_, string output, _) = await lab.AtEdgeAsync("script", "-qec", $"{AgentLab.Executable} links --socket {lab.Names.AgentSocket}", "/dev/null");
        Assert.Contains("╭", output, StringComparison.Ordinal);
        Assert.Contains("\e[", output, StringComparison.Ordinal);
    }
}
