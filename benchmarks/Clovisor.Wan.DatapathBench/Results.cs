using System.Text.Json;

namespace Clovisor.Wan.DatapathBench;

/// <summary>A median, and where the middle half of what it is of lies.</summary>
internal readonly record struct Middle(double Low, double Median, double High, int Count)
{
    internal static Middle Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? throw new InvalidDataException("Nothing was measured.")
            : new Middle(At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75), sorted.Length);
    }

    private static double At(double[] sorted, double part)
    {
        double place = (sorted.Length - 1) * part;
        int below = (int)place;
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((place - below) * (above - sorted[below]));
    }
}

/// <summary>The lines of one run.</summary>
internal sealed class Results
{
    /// <summary>Nanoseconds of a packet that nothing disturbed: the tenth percentile of a round's samples. Promises are about this.</summary>
    internal const string Fast = "p10";

    /// <summary>The same at the median: what other work on the machine does to caches is in it.</summary>
    internal const string Usual = "p50";

    /// <summary>As <see cref="Fast"/>, of packets that sockets sent, a call each: where calls empty the buffers of page addresses, every page of memory that a packet needs is looked up anew.</summary>
    internal const string Sockets = "sockets";

    /// <summary>Bits a second.</summary>
    internal const string Tcp = "tcp";

    private readonly Dictionary<(string Scenario, string Kind), Dictionary<int, double>> _values = [];

    // Plain forwarding at the end of a round, of which the beginning is Fast.
    private const string Again = "again";

    // A round does not count when plain forwarding, at either end of it, took longer than the fastest by more than this.
    private const double Busy = 1.1;
    private const int FewestRounds = 5;

    /// <summary>The scenarios, in the order in which they came.</summary>
    internal List<string> Scenarios { get; } = [];

    /// <summary>What programs cost by themselves: scenario, program, how it was measured, nanoseconds.</summary>
    internal List<(string Scenario, string Program, string How, double Nanoseconds)> Programs { get; } = [];

    /// <exception cref="InvalidDataException">A line is none, or packets got lost, so that its time is of something else.</exception>
    internal static Results Read(IEnumerable<string> lines)
    {
        var results = new Results();
        foreach (string line in lines)
        {
            using var parsed = JsonDocument.Parse(line);
            results.Add(parsed.RootElement);
        }

        results.LeaveOutBusyRounds();
        return results;
    }

    /// <summary>How many rounds count, of how many.</summary>
    internal (int Count, int Of) Quiet { get; private set; }

    private void LeaveOutBusyRounds()
    {
        Dictionary<int, double> begin = Rounds("plain", Fast), end = Rounds("plain", Again);
        double most = Math.Min(begin.Values.Min(), end.Values.Min()) * Busy;
        int[] busy = [.. begin.Keys.Where(round => begin[round] > most || !end.TryGetValue(round, out double again) || again > most)];
        Quiet = (begin.Count - busy.Length, begin.Count);
        if (Quiet.Count < FewestRounds)
        {
            Quiet = (begin.Count, begin.Count);
            return;
        }

        foreach (((_, string kind), Dictionary<int, double> rounds) in _values)
        {
            if (kind is Fast or Usual)
            {
                Array.ForEach(busy, round => rounds.Remove(round));
            }
        }
    }

    internal bool Has(string scenario, string kind) => _values.ContainsKey((scenario, kind));

    internal Middle Of(string scenario, string kind) => Middle.Of(Rounds(scenario, kind).Values);

    /// <summary>How much more one scenario costs than another, by rounds in which both were measured one after the other.</summary>
    internal Middle Difference(string scenario, string from, string kind) => Paired(scenario, from, kind, (one, other) => one - other);

    /// <summary>What part of another scenario's one scenario reaches, the same.</summary>
    internal Middle Ratio(string scenario, string to, string kind) => Paired(scenario, to, kind, (one, other) => one / other);

    /// <summary>What part of another scenario's extra cost, both above a third's, one scenario has, the same.</summary>
    internal Middle Share(string scenario, string other, string above, string kind)
    {
        Dictionary<int, double> others = Rounds(other, kind), bases = Rounds(above, kind);
        return Middle.Of(
            from round in Rounds(scenario, kind)
            where others.ContainsKey(round.Key) && bases.ContainsKey(round.Key)
            select (round.Value - bases[round.Key]) / (others[round.Key] - bases[round.Key]));
    }

    private Middle Paired(string scenario, string other, string kind, Func<double, double, double> compare)
    {
        Dictionary<int, double> others = Rounds(other, kind);
        return Middle.Of(Rounds(scenario, kind).Where(round => others.ContainsKey(round.Key)).Select(round => compare(round.Value, others[round.Key])));
    }

    private Dictionary<int, double> Rounds(string scenario, string kind) => _values.TryGetValue((scenario, kind), out Dictionary<int, double>? rounds)
        ? rounds
        : throw new InvalidDataException($"There is no line of {kind} for {scenario}.");

    private void Add(JsonElement line)
    {
        string scenario = line.GetProperty("scenario").GetString()!;
        string kind = line.GetProperty("kind").GetString()!;
        int round = line.GetProperty("round").GetInt32();
        if (!Scenarios.Contains(scenario))
        {
            Scenarios.Add(scenario);
        }

        if (kind == "program")
        {
            Programs.Add((scenario, line.GetProperty("program").GetString()!, line.GetProperty("how").GetString()!, line.GetProperty("ns").GetDouble()));
            return;
        }

        if (kind == Tcp)
        {
            Put(scenario, Tcp, round, line.GetProperty("bits_per_second").GetDouble());
            return;
        }

        long sent = line.GetProperty("packets").GetInt64();
        long received = line.GetProperty("received").GetInt64();
        if (received < sent * 0.999)
        {
            throw new InvalidDataException($"{scenario}, round {round}: of {sent} packets {received} arrived by the link that they were to take. Its time is worth nothing; look at the routes and neighbours of its namespaces.");
        }

        double fast = line.GetProperty("own_p10").GetDouble();
        if (kind is Sockets or Again)
        {
            Put(scenario, kind, round, fast);
            return;
        }

        Put(scenario, Fast, round, fast);
        Put(scenario, Usual, round, line.GetProperty("own_p50").GetDouble());
    }

    private void Put(string scenario, string kind, int round, double value)
    {
        if (!_values.TryGetValue((scenario, kind), out Dictionary<int, double>? rounds))
        {
            _values[(scenario, kind)] = rounds = [];
        }

        rounds[round] = value;
    }
}
