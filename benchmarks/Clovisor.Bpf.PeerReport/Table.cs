using System.Globalization;
using System.Text;

namespace Clovisor.Bpf.PeerReport;

/// <summary>The results as a table in Markdown.</summary>
internal static class Table
{
    internal static string Write(Results results)
    {
        var text = new StringBuilder();
        Row(text, ["workload", "promised", .. results.Peers]);
        Row(text, ["---", .. Enumerable.Repeat("--:", results.Peers.Count + 1)]);
        foreach (string operation in results.Operations)
        {
            string promise = Limits.Of(operation) is { } limit ? $"≤ {limit.ToString("0.00", CultureInfo.InvariantCulture)}" : "";
            Row(text, [operation, promise, .. results.Peers.Select((peer, index) => Cell(results.Find(operation, peer), index == 0))]);
        }

        return text.ToString();
    }

    /// <summary>A time in the unit in which it reads best.</summary>
    internal static string Time(double nanoseconds) => nanoseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0.00} ns"),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.00} ms"),
    };

    private static string Cell(Result? result, bool isBaseline)
    {
        if (result is null || result.Skipped is not null)
        {
            return result is null ? "-" : "n/a";
        }

        string times = $"{Time(result.P50)} ({Time(result.P10)})";
        string ratio = isBaseline || double.IsNaN(result.Ratio) ? "" : string.Create(CultureInfo.InvariantCulture, $" x{result.Ratio:0.00}");
        string bytes = result.Allocated >= 1 ? string.Create(CultureInfo.InvariantCulture, $" {result.Allocated:0} B") : "";
        return times + ratio + bytes;
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
