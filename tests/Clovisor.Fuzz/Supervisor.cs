using System.Diagnostics;
using System.Globalization;

namespace Clovisor.Fuzz;

/// <summary>Keeps a worker running for the whole time; when one dies, the case it died of is kept and the next goes on behind it.</summary>
internal static class Supervisor
{
    private const int GraceSeconds = 60;

    internal static int Run(FuzzOptions options, Stopwatch clock)
    {
        using var state = new FuzzState(options);
        long first = state.Iteration;
        _ = FuzzCase.Create(options, first); // Compiles the seeds, so that a missing compiler shows here and not in every worker.
        int before = Findings.Count(options);
        Console.WriteLine($"Fuzzing for {options.Seconds} s, seed {options.Seed}, from case {first}. State and findings: {options.StateFolder}");
        while (clock.Elapsed.TotalSeconds < options.Seconds)
        {
            int left = Math.Max(1, options.Seconds - (int)clock.Elapsed.TotalSeconds);
            int exit = RunWorker(options, left);
            if (exit == 0)
            {
                continue;
            }

            string what = exit switch
            {
                Worker.Hangs => "It hangs.",
                Worker.TooMuchMemory => "The process grew beyond measure. The case may not be the cause: it is the last of many.",
                _ => $"The process died with exit code {exit}.",
            };
            long iteration = state.Iteration;
            Findings.Keep(options, iteration, FuzzCase.Create(options, iteration), what);
            state.Iteration = iteration + 1;
        }

        int found = Findings.Count(options) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{state.Iteration - first} cases, {found} findings"));
        return found == 0 ? 0 : 1;
    }

    private static int RunWorker(FuzzOptions options, int seconds)
    {
        List<string> arguments =
        [
            "--worker", "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--seed", options.Seed.ToString(CultureInfo.InvariantCulture), "--state", options.StateFolder,
        ];
        if (options.Target is { } target)
        {
            arguments.AddRange(["--target", target]);
        }

        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments);

        // A native crash would otherwise wait for a dump to be written.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process worker = Process.Start(start)!;
        if (!worker.WaitForExit(TimeSpan.FromSeconds(seconds + GraceSeconds)))
        {
            worker.Kill();
            worker.WaitForExit();
            return Worker.Hangs;
        }

        return worker.ExitCode;
    }
}
