using System.Text.Json;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Tests.Agent;

namespace Clovisor.EdgeHost.Tests.Telemetry;

/// <summary>A real Prometheus beside the agent, scraping it every second.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private const string Listen = "127.0.0.1:9090";

    private readonly AgentLab _lab;
    private readonly LabProcess _process;

    private Prometheus(AgentLab lab, LabProcess process)
    {
        _lab = lab;
        _process = process;
    }

    /// <summary>Where the program is: on the path, or where <c>eng/install.sh tests</c> unpacks it; null where it is nowhere.</summary>
    internal static string? Program { get; } = Find("prometheus");

    internal static async Task<Prometheus> StartAsync(AgentLab lab, string target)
    {
        string folder = Path.Combine(lab.Names.RunDirectory, "prometheus");
        Directory.CreateDirectory(folder);
        string configuration = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
            - job_name: clovisor
              static_configs: [{targets: ['{{target}}']}]
            """);
        Prometheus prometheus = new(lab, LabProcess.Start(
            lab.Names, lab.Names.Edge, "prometheus",
            [Program!, $"--config.file={configuration}", $"--storage.tsdb.path={folder}/data", $"--web.listen-address={Listen}", "--log.level=warn"]));
        await AgentLab.EventuallyAsync(async () =>
        {
            prometheus._process.ThrowIfEnded();
            return (await prometheus.TryQueryAsync("up")).Result is [var up] && up.Value == "1";
        }, "the first scrape");
        return prometheus;
    }

    /// <summary>The answer to an expression, labels and value of each series.</summary>
    internal async Task<IReadOnlyList<Series>> QueryAsync(string expression)
    {
        (IReadOnlyList<Series>? result, string error) = await TryQueryAsync(expression);
        Assert.True(result is not null, $"{expression}: {error}");
        return result;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<(IReadOnlyList<Series>? Result, string Error)> TryQueryAsync(string expression)
    {
        (int code, string output, string error) = await _lab.AtEdgeAsync(Find("promtool")!, "query", "instant", "--format=json", $"http://{Listen}", expression);
        if (code != 0)
        {
            return (null, error);
        }

        using JsonDocument document = JsonDocument.Parse(output);
        return (
            [
                .. document.RootElement.EnumerateArray().Select(series => new Series(
                    series.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!, StringComparer.Ordinal),
                    series.GetProperty("value")[1].GetString()!)),
            ],
            "");
    }

    private static string? Find(string program)
    {
        string unpacked = Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "clovisor/prometheus/usr/bin", program);
        return Tool.Find(program) ?? (File.Exists(unpacked) ? unpacked : null);
    }

    internal sealed record Series(IReadOnlyDictionary<string, string> Labels, string Value);
}
