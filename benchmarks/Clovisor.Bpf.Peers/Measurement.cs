using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Peers;

/// <summary>Warms up and measures.</summary>
internal sealed class Measurement(double seconds)
{
    private const double WarmUpFraction = 0.2;

    // The just-in-time compiler may replace code of the framework in the background, on the same CPU, about half a second after it first ran.
    private const double JitWarmUpSeconds = 0.8;

    private readonly double[] _storage = new double[Samples.Maximum];
    private readonly double[] _secondStorage = new double[Samples.Maximum];

    private static bool IsJit => RuntimeFeature.IsDynamicCodeSupported;

    internal static string? Note => IsJit ? $"warm-up at least {JitWarmUpSeconds} s" : null;

    internal double Seconds => seconds;

    internal double WarmUpSeconds => IsJit ? Math.Max(WarmUpFraction * seconds, JitWarmUpSeconds) : WarmUpFraction * seconds;

    internal Samples NewSamples() => new(_storage);

    internal Samples NewSecondSamples() => new(_secondStorage);

    internal Samples Run(Workload workload, bool once = false)
    {
        int position = 0;
        if (!once)
        {
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds;)
            {
                workload.Prepare();
                workload.Run(position);
                workload.Finish();
                position = Next(workload, position);
            }
        }

        Samples samples = NewSamples();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            workload.Prepare();
            Sample(workload, position, samples);
            workload.Finish();
            position = Next(workload, position);
        }
        while (!once && Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds);
        workload.Verify();
        return samples;
    }

    /// <summary>One chunk, timed.</summary>
    internal static void Sample(Workload workload, int position, Samples samples)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        int operations = workload.Run(position);
        long end = Stopwatch.GetTimestamp();
        samples.Add(end - start, operations, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static int Next(Workload workload, int position)
    {
        position += workload.Chunk;
        return position + workload.Chunk > workload.Length ? 0 : position;
    }
}
