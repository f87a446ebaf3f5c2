using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_quality</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvQuality
{
    internal ulong Packets;
    internal ulong Lost;
    internal ulong RoundTrips;
    internal ulong RoundTripUs;

    /// <summary>What was counted since an earlier time.</summary>
    internal readonly ClvQuality Since(in ClvQuality before) => new()
    {
        Packets = Packets - before.Packets,
        Lost = Lost - before.Lost,
        RoundTrips = RoundTrips - before.RoundTrips,
        RoundTripUs = RoundTripUs - before.RoundTripUs,
    };

    internal void Add(in ClvQuality other)
    {
        Packets += other.Packets;
        Lost += other.Lost;
        RoundTrips += other.RoundTrips;
        RoundTripUs += other.RoundTripUs;
    }
}
