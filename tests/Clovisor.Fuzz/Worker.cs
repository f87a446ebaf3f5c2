using System.Diagnostics;

namespace Clovisor.Fuzz;

/// <summary>Runs cases until its time is over. What kills the process is for <see cref="Supervisor"/> to tell.</summary>
internal static class Worker
{
    /// <summary>Exit codes by which a worker says what the case under way did.</summary>
    internal const int Hangs = 97, TooMuchMemory = 98;

    private const int CaseSeconds = 10;
    private const long MostAllocated = 512L << 20;
    private const long MostResident = 2L << 30;
    private const int CasesBetweenLooks = 500;

    internal static int Run(FuzzOptions options)
    {
        using var state = new FuzzState(options);
        var clock = Stopwatch.StartNew();
        HashSet<string> known = [];
        StartWatching(state);
        try
        {
            for (long iteration = state.Iteration; clock.Elapsed.TotalSeconds < options.Seconds; iteration++)
            {
                state.Iteration = iteration;
                FuzzCase next = FuzzCase.Create(options, iteration);
                if (Try(next) is { } failure && known.Add(Kind(failure)))
                {
                    Findings.Keep(options, iteration, next, failure);
                }

                if (iteration % CasesBetweenLooks == 0 && Environment.WorkingSet > MostResident)
                {
                    return TooMuchMemory;
                }
            }

            state.Iteration++;
            return 0;
        }
        finally
        {
            GeneratorTarget.RemoveFolder();
        }
    }

    /// <summary>Runs one case again and prints what it does.</summary>
    internal static int RunOne(FuzzOptions options, long iteration)
    {
        FuzzCase again = FuzzCase.Create(options, iteration);
        Console.WriteLine($"Case {iteration} of seed {options.Seed}: {again.Target.Name}, {again.Input.Length} bytes");
        string? failure = Try(again);
        GeneratorTarget.RemoveFolder();
        Console.WriteLine(failure ?? "It is read, or refused as documented.");
        return failure is null ? 0 : 1;
    }

    private static string? Try(FuzzCase next)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            next.Target.Run(next.Input);
        }
        catch (Exception e) when (next.Target.Refuses(e))
        {
            // That is how it says no.
        }
        catch (Exception e)
        {
            return e.ToString();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated > MostAllocated ? $"It allocated {allocated >> 20} MB for {next.Input.Length} bytes of input." : null;
    }

    // One of a kind is enough: the exception, and where it came from.
    private static string Kind(string failure)
    {
        string[] lines = failure.Split('\n');
        string type = lines[0].Split(':')[0];
        return $"{type} {lines.FirstOrDefault(static line => line.TrimStart().StartsWith("at Clovisor.Bpf", StringComparison.Ordinal))}";
    }

    private static void StartWatching(FuzzState state)
    {
        var watch = new Thread(() =>
        {
            long last = -1;
            var since = Stopwatch.StartNew();
            for (; ; )
            {
                Thread.Sleep(500);
                long now = state.Iteration;
                if (now != last)
                {
                    last = now;
                    since.Restart();
                }
                else if (since.Elapsed.TotalSeconds > CaseSeconds)
                {
                    Environment.Exit(Hangs);
                }
            }
        })
        { IsBackground = true, Name = "watch" };
        watch.Start();
    }
}
