using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Clovisor.Hosting.Tests.Telemetry;

/// <summary>The table in the documents has every instrument, with its kind and unit, and none that does not exist.</summary>
public sealed class InstrumentTableTests
{
    [Fact]
    public async Task The_document_lists_every_instrument()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);
        using MeterReader reader = new(host);

        Assert.All(reader.Instruments, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name));
        Assert.Equal(
            reader.Instruments.Select(instrument => $"{instrument.Name} {KindOf(instrument)} {instrument.Unit}").Order(StringComparer.Ordinal),
            Rows().Select(row => $"{row[0]} {row[1]} {row[2]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Prometheus_names_follow_from_the_instruments() =>
        Assert.All(Rows(), row => Assert.Equal(PrometheusName(row[0], row[1], row[2]), row[3]));

    private static List<string[]> Rows() =>
    [
        .. File.ReadLines(Path.Combine(RepositoryRoot(), "docs/telemetry.md"))
            .Where(line => line.StartsWith("| `clovisor.", StringComparison.Ordinal) && line.Split('|').Length == 8)
            .Select(line => line.Split('|').Skip(1).Take(6).Select(cell => cell.Trim().Trim('`')).ToArray()),
    ];

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        var name when name.StartsWith("Histogram", StringComparison.Ordinal) => "histogram",
        var name when name.StartsWith("ObservableGauge", StringComparison.Ordinal) => "gauge",
        var name when name.StartsWith("ObservableUpDownCounter", StringComparison.Ordinal) => "up-down counter",
        var name when name.StartsWith("ObservableCounter", StringComparison.Ordinal) || name.StartsWith("Counter", StringComparison.Ordinal) => "counter",
        var name => name,
    };

    // As OpenTelemetry's exporter for Prometheus makes them: dots become underscores, seconds are spelt out, counters end in _total, {annotations} vanish.
    private static string PrometheusName(string name, string kind, string unit) =>
        name.Replace('.', '_') + (unit == "s" ? "_seconds" : "") + (kind == "counter" ? "_total" : "");

    private static string RepositoryRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
}
