using System.Diagnostics;

namespace Clovisor.Wan.Datapath;

/// <summary>Puts the kernel's times of events (CLOCK_MONOTONIC, as is <see cref="Stopwatch"/>) on the wall clock.</summary>
internal sealed class EventClock(TimeProvider provider)
{
    // Both clocks cannot be read at once. By less than this they stay as they were, so that events keep their order.
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(100);

    private DateTimeOffset _start;

    /// <summary>One caller at a time.</summary>
    internal DateTimeOffset At(ulong nanoseconds)
    {
        DateTimeOffset start = provider.GetUtcNow() - Stopwatch.GetElapsedTime(0);
        if ((start - _start).Duration() > Jitter)
        {
            _start = start;
        }

        return _start + TimeSpan.FromTicks((long)(nanoseconds / 100));
    }
}
