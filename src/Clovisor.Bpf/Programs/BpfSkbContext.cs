using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Programs;

/// <summary>
/// The packet's metadata that a test-run sets and reads back: those members of <c>struct __sk_buff</c> that the kernel lets a
/// test-run choose. All others must be zero, and are.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public struct BpfSkbContext
{
    /// <summary>The firewall mark.</summary>
    [FieldOffset(8)]
    public uint Mark;

    /// <summary>The queueing priority.</summary>
    [FieldOffset(32)]
    public uint Priority;

    /// <summary>Index of the device that the packet came in by; 0 leaves the loopback device.</summary>
    [FieldOffset(36)]
    public uint IngressInterfaceIndex;

    /// <summary>Index of the device that the packet is on; 0 leaves the loopback device. It must exist.</summary>
    [FieldOffset(40)]
    public uint InterfaceIndex;

    /// <summary>The control buffer that programs of one hook share.</summary>
    [FieldOffset(48)]
    public ControlBuffer Control;

    /// <summary>The transmission time in nanoseconds.</summary>
    [FieldOffset(152)]
    public ulong Timestamp;

    /// <summary>Length on the wire in bytes; 0 leaves the packet's.</summary>
    [FieldOffset(160)]
    public uint WireLength;

    /// <summary>The number of segments of a large packet.</summary>
    [FieldOffset(164)]
    public uint SegmentCount;

    /// <summary>The size of a large packet's segments in bytes.</summary>
    [FieldOffset(176)]
    public uint SegmentSize;

    /// <summary>Five words.</summary>
    [InlineArray(5)]
    public struct ControlBuffer
    {
        private uint _first;
    }
}
