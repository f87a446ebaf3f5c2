using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_session</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvSession
{
    private const int ByteBits = 48;

    internal ulong Out;
    internal ulong In;
    internal ClvBinding Binding;
    internal ushort Place;
    internal ClvSessionState State;
    internal byte Home;

    internal readonly int Association => Place / DatapathPlan.SlotsPerAssociation;

    internal readonly byte Slot => (byte)(Place % DatapathPlan.SlotsPerAssociation);

    internal readonly long BytesOut => Bytes(Out);

    internal readonly long BytesIn => Bytes(In);

    /// <summary>A session of no packets.</summary>
    internal static ClvSession New(int association, byte slot, ushort tick) => new()
    {
        Out = (ulong)tick << ByteBits,
        In = (ulong)tick << ByteBits,
        Place = PlaceOf(association, slot),
    };

    /// <summary>The same in another place, and seen now.</summary>
    internal readonly ClvSession MovedTo(int association, byte slot, ushort tick) => this with
    {
        Out = (ulong)BytesOut | ((ulong)tick << ByteBits),
        Place = PlaceOf(association, slot),
    };

    /// <summary>How many ticks ago its last packet was, in either direction.</summary>
    internal readonly int Age(ushort tick) => Math.Min(Since(Out, tick), Since(In, tick));

    private static ushort PlaceOf(int association, byte slot) => (ushort)((association * DatapathPlan.SlotsPerAssociation) + slot);

    private static long Bytes(ulong traffic) => (long)(traffic & ((1UL << ByteBits) - 1));

    private static int Since(ulong traffic, ushort tick) => SessionClock.Since((ushort)(traffic >> ByteBits), tick);
}
