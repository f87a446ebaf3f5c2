using System.Diagnostics;
using Clovisor.Wan.Simulation.Report;

// Runs the scenarios of the simulation report and prints its table. Exit status: 0 all promises kept, 1 one is not, 2 bad arguments.
int runs = 200;
int days = 1;
int seed = 1;
for (int i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !int.TryParse(args[i + 1], out int value) || value < 1 || args[i] is not ("--runs" or "--days" or "--seed"))
    {
        Console.Error.WriteLine($"'{string.Join(' ', args[i..])}' is not understood. Usage: simulation-report.sh [--runs N] [--days N] [--seed N], each at least 1.");
        return 2;
    }

    (runs, days, seed) = args[i] switch
    {
        "--runs" => (value, days, seed),
        "--days" => (runs, value, seed),
        _ => (runs, days, value),
    };
}

var watch = Stopwatch.StartNew();
Line[] lines = [.. Scenarios.All(runs, days, seed)];
Console.WriteLine();
Console.WriteLine($"{lines.Count(static line => line.Kept)} of {lines.Length} promises kept; {runs} runs a detection, {days} virtual day(s) a count of false switches, seed {seed}, {watch.Elapsed.TotalSeconds:0} s.");
return lines.All(static line => line.Kept) ? 0 : 1;
