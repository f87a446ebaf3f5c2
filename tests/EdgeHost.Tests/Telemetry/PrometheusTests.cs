using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Tests.Agent;
using Clovisor.Testing;

namespace Clovisor.EdgeHost.Tests.Telemetry;

/// <summary>A real Prometheus finds what the documents promise, and the dashboard asks for nothing else.</summary>
public sealed partial class PrometheusTests
{
    private const string Sla = """
        apiVersion: wan.clovisor.io/v1alpha1
        kind: SlaClass
        metadata: { name: calls }
        spec: { latency: { enter: 150ms, leave: 120ms } }
        """;

    [KernelFact]
    public async Task Every_metric_of_the_table_is_scraped_and_every_query_of_the_dashboard_runs()
    {
        Assert.SkipWhen(Prometheus.Program is null, "needs prometheus: 'eng/install.sh tests' unpacks it");
        await using AgentLab lab = await AgentLab.StartAsync("agent", AskForCalls, "--metrics", "127.0.0.1:9464");
        Assert.Equal("wan1", (await lab.ReportAsync("minion", 41_000)).Link);
        await using Prometheus prometheus = await Prometheus.StartAsync(lab, "127.0.0.1:9464");

        string[][] rows = Rows();
        Assert.NotEmpty(rows);
        await lab.Faults.CutAsync(LabAddresses.Wan1, TestContext.Current.CancellationToken);
        await AgentLab.EventuallyAsync(
            async () => (await prometheus.QueryAsync("clovisor_link_status{clovisor_link_name=\"wan1\",clovisor_link_state=\"no_carrier\"}")) is [{ Value: "1" }], "the cut is scraped");
        foreach (string[] row in rows.Where(row => !row[0].StartsWith("clovisor.cluster.", StringComparison.Ordinal)))
        {
            // The lab's agent has its configuration from a folder alone.
            string name = row[1] == "histogram" ? $"{row[3]}_bucket" : row[3];
            Assert.True((await prometheus.QueryAsync(name)).Count > 0, $"{name} is not there");
        }

        await lab.ReportAsync("minion", 41_001);
        await Shows("sum(clovisor_session_count{clovisor_association_name=\"minion\"})", "2");
        await Shows("clovisor_report_duration_seconds_count{clovisor_report_outcome=\"installed\"}", "2");
        Assert.Equal("1", Assert.Single(await prometheus.QueryAsync("clovisor_link_transitions_total{clovisor_link_name=\"wan1\",clovisor_link_state=\"no_carrier\"}")).Value);
        Assert.Equal("clovisor", Assert.Single(await prometheus.QueryAsync("target_info")).Labels["service_name"]);

        foreach (string expression in DashboardQueries())
        {
            await prometheus.QueryAsync(expression
                .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                .Replace("$instance", ".*", StringComparison.Ordinal)
                .Replace("$link", ".*", StringComparison.Ordinal));
        }

        foreach (string alert in Alerts())
        {
            await prometheus.QueryAsync(alert);
        }

        Task Shows(string query, string value) =>
            AgentLab.EventuallyAsync(async () => await prometheus.QueryAsync(query) is [{ } series] && series.Value == value, $"{query} is {value}");
    }

    [Fact]
    public void The_dashboard_and_the_alerts_ask_for_metrics_of_the_table_only()
    {
        HashSet<string> known = [.. Rows().SelectMany(row => row[1] == "histogram" ? [$"{row[3]}_bucket", $"{row[3]}_count", $"{row[3]}_sum"] : (string[])[row[3]])];
        string[] labels = ["clovisor_link_name", "clovisor_link_state", "clovisor_association_name", "clovisor_selection_reason", "clovisor_sla_name", "clovisor_sla_verdict",
            "clovisor_probe_state", "clovisor_datapath_reason", "clovisor_report_outcome", "clovisor_rejection_reason", "clovisor_part_name", "clovisor_health_level", "clovisor_cluster_name",
            "clovisor_reload_outcome", "clovisor_event_buffer"];

        string[] asked = [.. DashboardQueries().Concat(Alerts()).SelectMany(query => MetricOrLabel().Matches(query)).Select(match => match.Value).Distinct().Except(labels)];

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(known));
        Assert.Empty(Rows().Select(row => row[1] == "histogram" ? $"{row[3]}_bucket" : row[3]).Except(asked));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_said_before_anything_is_touched()
    {
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        string folder = Path.Combine(AppContext.BaseDirectory, "config");
        string socket = Path.Combine(Path.GetTempPath(), $"clvt-{Guid.NewGuid():N}.sock");

        (int code, _, string error) = await Tool.TryRunAsync(
            AgentLab.Executable, ["agent", "--config", folder, "--socket", socket, "--pin", "/sys/fs/bpf/clvt-none", "--metrics", taken.LocalEndpoint.ToString()!], null, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.Contains($"cannot serve metrics on {taken.LocalEndpoint}", error, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", error, StringComparison.Ordinal);
        Assert.False(File.Exists(socket));
        Assert.False(Directory.Exists("/sys/fs/bpf/clvt-none"));
    }

    private static void AskForCalls(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "sla.yaml"), Sla);
        string associations = Path.Combine(folder, "associations.yaml");
        File.WriteAllText(associations, File.ReadAllText(associations).Replace("  tag: { dscp: af11 }", "  sla: calls\n  tag: { dscp: af11 }", StringComparison.Ordinal));
    }

    private static string[][] Rows() =>
    [
        .. Document().Where(line => line.StartsWith("| `clovisor.", StringComparison.Ordinal) && line.Split('|').Length == 8)
            .Select(line => line.Split('|').Skip(1).Take(4).Select(cell => cell.Trim().Trim('`')).ToArray()),
    ];

    private static IEnumerable<string> Alerts() => Document()
        .SkipWhile(line => !line.StartsWith("## Alerts", StringComparison.Ordinal))
        .Select(line => Expression().Match(line))
        .Where(match => match.Success)
        .Select(match => match.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal));

    private static string[] DashboardQueries()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "deploy/grafana/clovisor.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!),
        ];
    }

    private static IEnumerable<string> Document() => File.ReadLines(Path.Combine(Root(), "docs/telemetry.md"));

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));

    [GeneratedRegex(@"^\| [^|]*\| `(.+)`")]
    private static partial Regex Expression();

    [GeneratedRegex("clovisor_[a-z_]+")]
    private static partial Regex MetricOrLabel();
}
