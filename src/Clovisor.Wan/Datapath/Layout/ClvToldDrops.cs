using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_told_drops</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvToldDrops
{
    /// <summary>Mirror of <c>CLV_EVENT_REASONS</c>.</summary>
    internal const int Reasons = 64;

    internal Ticks Tick;

    [InlineArray(Reasons)]
    internal struct Ticks
    {
        private ushort _first;
    }
}
