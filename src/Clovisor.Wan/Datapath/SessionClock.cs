using System.Diagnostics;

namespace Clovisor.Wan.Datapath;

/// <summary>The kernel's clock of sessions (CLOCK_MONOTONIC, as is <see cref="Stopwatch"/>), moved on by a <see cref="TimeProvider"/>.</summary>
internal sealed class SessionClock
{
    private readonly TimeProvider _provider;
    private readonly long _start;
    private readonly ulong _startNanoseconds;

    internal SessionClock(TimeProvider provider)
    {
        _provider = provider;
        _start = provider.GetTimestamp();
        _startNanoseconds = (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));
    }

    internal ulong Nanoseconds => _startNanoseconds + ((ulong)_provider.GetElapsedTime(_start).Ticks * 100);
}
