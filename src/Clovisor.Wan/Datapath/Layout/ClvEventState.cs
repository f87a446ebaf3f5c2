using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_event_state</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvEventState
{
    internal ulong Lost;
    internal ClvToldDrops Drops;
}
