using System.Diagnostics;

namespace Clovisor.Wan.Datapath;

/// <summary>The kernel's clock of sessions (CLOCK_MONOTONIC, as is <see cref="Stopwatch"/>), moved on by a <see cref="TimeProvider"/>.</summary>
internal sealed class SessionClock
{
    // Mirror of CLV_TICK_BITS.
    private const int TickBits = 31;

    // Times ahead of now by less than this are those of CPUs that brought them to now together.
    private const ushort LargestAge = 0xff00;

    private readonly TimeProvider _provider;
    private readonly long _start;
    private readonly ulong _startNanoseconds;

    internal SessionClock(TimeProvider provider)
    {
        _provider = provider;
        _start = provider.GetTimestamp();
        _startNanoseconds = (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));
    }

    /// <summary>Now, in ticks of 2^31 ns, which come round after 39 hours.</summary>
    internal ushort Tick => (ushort)((_startNanoseconds + ((ulong)_provider.GetElapsedTime(_start).Ticks * 100)) >> TickBits);

    /// <summary>How many ticks ago a tick was; 0 for one that is just ahead, as that of a CPU that looked later may be.</summary>
    internal static int Since(ushort tick, ushort now)
    {
        ushort age = (ushort)(now - tick);
        return age > LargestAge ? 0 : age;
    }

    internal static TimeSpan Of(int ticks) => TimeSpan.FromTicks((((long)ticks) << TickBits) / 100);
}
