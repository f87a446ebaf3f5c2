using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_home</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvHome
{
    /// <summary>Mirror of <c>CLV_MAX_HOMES</c>.</summary>
    internal const int Most = 256;

    internal uint Ifindex;
    internal HardwareAddress Mac;
    internal ClvHomeFlag Flags;
    internal byte Reserved;

    [InlineArray(6)]
    internal struct HardwareAddress
    {
        private byte _first;
    }
}
