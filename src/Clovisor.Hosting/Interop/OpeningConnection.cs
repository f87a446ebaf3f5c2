using System.Net;
using System.Runtime.InteropServices;

namespace Clovisor.Hosting.Interop;

/// <summary>A TCP connection that has sent its SYN and waits for the answer.</summary>
/// <param name="Address">The server's address as the kernel writes it: 16 bytes, one of IPv4 in the first four.</param>
/// <param name="Port">The server's port.</param>
/// <param name="LocalPort">The port at this end.</param>
internal readonly record struct OpeningConnection(UInt128 Address, ushort Port, ushort LocalPort)
{
    internal bool IsTo(IPEndPoint server)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        return server.Address.TryWriteBytes(bytes, out _) && Port == server.Port && Address == MemoryMarshal.Read<UInt128>(bytes);
    }
}
