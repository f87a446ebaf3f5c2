using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Programs;

/// <summary>The packet or connection that a socket is looked up for: <c>struct bpf_sk_lookup</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
public struct BpfSocketLookupContext
{
    /// <summary>The cookie of the socket that the program chose; 0 for none. Must be 0 on the way in.</summary>
    [FieldOffset(0)]
    public ulong SocketCookie;

    /// <summary>The kernel's number of the address family: 2 IPv4, 10 IPv6.</summary>
    [FieldOffset(8)]
    public uint Family;

    /// <summary>The number of the transport protocol: 6 TCP, 17 UDP.</summary>
    [FieldOffset(12)]
    public uint Protocol;

    /// <summary>The sender's IPv4 address in network byte order.</summary>
    [FieldOffset(16)]
    public uint RemoteIPv4;

    /// <summary>The sender's IPv6 address in network byte order.</summary>
    [FieldOffset(20)]
    public IPv6Address RemoteIPv6;

    /// <summary>The sender's port in network byte order.</summary>
    [FieldOffset(36)]
    public ushort RemotePort;

    /// <summary>The receiver's IPv4 address in network byte order.</summary>
    [FieldOffset(40)]
    public uint LocalIPv4;

    /// <summary>The receiver's IPv6 address in network byte order.</summary>
    [FieldOffset(44)]
    public IPv6Address LocalIPv6;

    /// <summary>The receiver's port in the machine's byte order.</summary>
    [FieldOffset(60)]
    public uint LocalPort;

    /// <summary>Four words in network byte order.</summary>
    [InlineArray(4)]
    public struct IPv6Address
    {
        private uint _first;
    }
}
