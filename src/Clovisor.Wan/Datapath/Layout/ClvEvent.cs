using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_event</c>. The port is in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvEvent
{
    internal ulong Time;
    internal ClvTuple Tuple;
    internal uint Ifindex;
    internal ushort Place;
    internal ushort Port;
    internal byte Kind;
    internal byte Reason;
    internal byte Link;
    internal byte Reserved;
    internal uint Reserved2;

    internal readonly int Association => Place / DatapathPlan.SlotsPerAssociation;

    /// <summary>The index of the link, or -1 where there is none.</summary>
    internal readonly int LinkIndex => Link - 1;
}
