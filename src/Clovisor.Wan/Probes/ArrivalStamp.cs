using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>When the kernel took a packet in: the time that this process takes to look at it is no part of a round trip.</summary>
internal static class ArrivalStamp
{
    // The stamp is of the kernel's wall clock, so it is compared with that one, whatever clock the probes run by.
    public static TimeSpan AgeOf(in Libc.TimeSpec stamp)
    {
        TimeSpan since = TimeSpan.FromSeconds(stamp.Seconds) + TimeSpan.FromTicks(stamp.Fraction / 100);
        TimeSpan age = TimeProvider.System.GetUtcNow() - (DateTimeOffset.UnixEpoch + since);
        return age > TimeSpan.Zero && age < TimeSpan.FromMinutes(1) ? age : TimeSpan.Zero;
    }
}
