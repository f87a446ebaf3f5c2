using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Programs;

/// <summary>What an XDP program knows of a packet besides its bytes: <c>struct xdp_md</c> as a test-run takes it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct BpfXdpContext
{
    /// <summary>How many of the first bytes are metadata and not packet: at most 32, a multiple of 4.</summary>
    [FieldOffset(0)]
    public uint MetadataLength;

    [FieldOffset(4)]
    internal uint PacketEnd;

    /// <summary>Index of the device that the packet comes in by; 0 leaves the loopback device.</summary>
    [FieldOffset(12)]
    public uint IngressInterfaceIndex;

    /// <summary>The receive queue of that device.</summary>
    [FieldOffset(16)]
    public uint ReceiveQueue;
}
