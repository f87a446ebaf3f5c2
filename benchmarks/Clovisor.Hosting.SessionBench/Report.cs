using System.Globalization;
using System.Text.Json;

namespace Clovisor.Hosting.SessionBench;

/// <summary>The table of promises and the table of peers, from the lines of a run.</summary>
internal static class Report
{
    private const string Host = "clovisor";
    private const double MostP50 = 100;
    private const double MostP99 = 1000;
    private const double LeastBatch = 100_000;

    /// <summary>Writes both tables.</summary>
    /// <returns>Whether every promise is kept by every build of the host.</returns>
    /// <exception cref="InvalidDataException">Nothing was measured.</exception>
    internal static bool Write(IEnumerable<string> lines, TextWriter output)
    {
        JsonElement[] all = [.. lines.Select(static line => JsonDocument.Parse(line).RootElement)];
        string[] peers = [.. all.Select(static line => line.GetProperty("peer").GetString()!).Distinct()];
        string[] hosts = [.. peers.Where(static peer => peer.StartsWith(Host, StringComparison.Ordinal))];
        if (hosts.Length == 0)
        {
            throw new InvalidDataException("Nothing was measured of the host.");
        }

        bool kept = true;
        output.WriteLine("| what | promised | build | measured | kept |\n| --- | --: | --- | --: | --- |");
        foreach (string host in hosts)
        {
            Promise("report to installed and answered, p50", "≤ 100 µs", host, Median(all, host, "paced", "us_p50"), MostP50, "µs", most: true);
            Promise("report to installed and answered, p99", "≤ 1000 µs", host, Median(all, host, "paced", "us_p99"), MostP99, "µs", most: true);
            Promise("sessions a second in batches", "≥ 100000", host, Median(all, host, "batch", "per_second"), LeastBatch, "", most: false);
            Promise("reports lost, misplaced or made up in the kernel's map", "0", host, Sum(all, host, "missing", "misplaced", "foreign"), 0, "", most: true);
            Promise("reports refused", "0", host, Sum(all, host, "bad"), 0, "", most: true);
        }

        output.WriteLine("\n| server | one report, p50 | p90 | p99 | p99.9 | largest | batches, sessions a second |\n| --- | --: | --: | --: | --: | --: | --: |");
        foreach (string peer in peers)
        {
            string[] cells = [.. ((string[])["us_p50", "us_p90", "us_p99", "us_p999", "us_max"]).Select(name => Text($"{Median(all, peer, "paced", name):0} µs"))];
            output.WriteLine($"| {peer} | {string.Join(" | ", cells)} | {Text($"{Median(all, peer, "batch", "per_second"):0}")} |");
        }

        return kept;

        void Promise(string what, string promised, string build, double measured, double limit, string unit, bool most)
        {
            bool holds = most ? measured <= limit : measured >= limit;
            kept &= holds;
            output.WriteLine(Text($"| {what} | {promised} | {build} | {measured:0} {unit} | {(holds ? "yes" : "NO")} |"));
        }
    }

    private static double Median(JsonElement[] lines, string peer, string kind, string name)
    {
        double[] values = [.. Of(lines, peer).Where(line => line.GetProperty("kind").GetString() == kind).Select(line => line.GetProperty(name).GetDouble()).Order()];
        return values.Length == 0 ? throw new InvalidDataException($"No line of kind {kind} for {peer}.") : values[values.Length / 2];
    }

    private static double Sum(JsonElement[] lines, string peer, params string[] names) =>
        Of(lines, peer).Sum(line => names.Sum(name => line.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : 0));

    private static IEnumerable<JsonElement> Of(JsonElement[] lines, string peer) => lines.Where(line => line.GetProperty("peer").GetString() == peer);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
