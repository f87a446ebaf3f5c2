using System.Text.Json;

namespace Clovisor.Bpf.PeerReport;

/// <summary>What one peer gave for one workload: medians over the rounds.</summary>
/// <param name="P10">Nanoseconds an operation.</param>
/// <param name="P50">Nanoseconds an operation.</param>
/// <param name="Ratio">To the baseline, the median of the rounds' own ratios; NaN without a baseline.</param>
/// <param name="Allocated">Bytes an operation; null when the peer does not know.</param>
/// <param name="Skipped">Why it has no numbers.</param>
internal sealed record Result(double P10, double P50, double Ratio, double? Allocated, string? Skipped);

/// <summary>All results of a run, by workload and peer, in the order in which they came.</summary>
internal sealed class Results
{
    private readonly Dictionary<(string Operation, string Peer), Result> _all = [];

    private Results(IReadOnlyList<string> operations, IReadOnlyList<string> peers)
    {
        Operations = operations;
        Peers = peers;
    }

    internal IReadOnlyList<string> Operations { get; }

    /// <summary>Names with versions; the first is the baseline.</summary>
    internal IReadOnlyList<string> Peers { get; }

    internal Result? Find(string operation, string peer) => _all.GetValueOrDefault((operation, peer));

    internal static Results Read(IEnumerable<string> lines)
    {
        List<Line> all = [.. lines.Where(static line => line.StartsWith('{')).Select(Line.Parse)];
        var results = new Results([.. all.Select(static line => line.Operation).Distinct()], [.. all.Select(static line => line.Peer).Distinct()]);
        string baseline = results.Peers[0];
        Dictionary<(string, int), double> baselines = [];
        foreach (Line line in all.Where(line => line.Peer == baseline && line.Skipped is null))
        {
            baselines[(line.Operation, line.Round)] = line.P50;
        }

        foreach (IGrouping<(string Operation, string Peer), Line> group in all.GroupBy(static line => (line.Operation, line.Peer)))
        {
            List<Line> rounds = [.. group.Where(static line => line.Skipped is null)];
            List<double> ratios =
            [
                .. rounds.Where(line => baselines.ContainsKey((line.Operation, line.Round))).Select(line => line.P50 / baselines[(line.Operation, line.Round)]),
            ];
            results._all[group.Key] = new Result(
                Median(rounds.ConvertAll(static line => line.P10)),
                Median(rounds.ConvertAll(static line => line.P50)),
                Median(ratios),
                rounds.Count > 0 && rounds.TrueForAll(static line => line.Allocated is not null) ? Median(rounds.ConvertAll(static line => line.Allocated!.Value)) : null,
                rounds.Count > 0 ? null : group.First().Skipped);
        }

        return results;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? double.NaN
            : values.Count % 2 == 1 ? values[values.Count / 2]
            : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }

    private sealed record Line(string Peer, string Operation, int Round, double P10, double P50, double? Allocated, string? Skipped)
    {
        internal static Line Parse(string text)
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            double Number(string name) => root.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : double.NaN;
            return new Line(
                $"{root.GetProperty("peer").GetString()} {root.GetProperty("version").GetString()}",
                root.GetProperty("op").GetString()!,
                root.TryGetProperty("round", out JsonElement round) ? round.GetInt32() : 0,
                Number("ns_p10"),
                Number("ns_p50"),
                root.TryGetProperty("alloc_bytes_per_op", out JsonElement bytes) ? bytes.GetDouble() : null,
                root.TryGetProperty("skipped", out JsonElement skipped) ? skipped.GetString() : null);
        }
    }
}
