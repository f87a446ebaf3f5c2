using System.Diagnostics;

namespace Clovisor.Bpf.Peers;

/// <summary>The samples of one workload. The storage is made once and kept, since freeing a large block changes how the C allocator works.</summary>
internal sealed class Samples(double[] storage)
{
    internal const int Maximum = 1 << 20;

    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private int _count;
    private long _chunks;
    private double _nanoseconds;

    internal long Operations { get; private set; }

    internal long Allocated { get; private set; }

    internal long Count => _chunks;

    internal double Mean => _nanoseconds / Operations;

    internal void Add(long ticks, int operations, long allocated)
    {
        double nanoseconds = ticks * NanosecondsPerTick;
        if (_count < storage.Length)
        {
            storage[_count++] = nanoseconds / operations;
        }

        _chunks++;
        _nanoseconds += nanoseconds;
        Operations += operations;
        Allocated += allocated;
    }

    /// <summary>Sorts; call when all is measured.</summary>
    internal (double P10, double P50, double P99) Percentiles()
    {
        Array.Sort(storage, 0, _count);
        double At(double p) => storage[Math.Min(_count - 1, (int)(p * _count))];
        return (At(0.10), At(0.50), At(0.99));
    }
}
