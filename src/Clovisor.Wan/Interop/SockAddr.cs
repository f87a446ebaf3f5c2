using System.Net;
using System.Net.Sockets;

namespace Clovisor.Wan.Interop;

/// <summary>Writes <c>sockaddr_in</c> and <c>sockaddr_in6</c>, and reads the address of one.</summary>
internal static class SockAddr
{
    public const int MaxLength = 28;

    public static int Write(IPAddress address, int interfaceIndex, Span<byte> buffer)
    {
        buffer.Clear();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            BitConverter.TryWriteBytes(buffer, (ushort)Libc.AF_INET);
            address.TryWriteBytes(buffer[4..], out _);
            return 16;
        }

        BitConverter.TryWriteBytes(buffer, (ushort)Libc.AF_INET6);
        address.TryWriteBytes(buffer[8..], out _);
        if (address.IsIPv6LinkLocal)
        {
            BitConverter.TryWriteBytes(buffer[24..], interfaceIndex);
        }

        return 28;
    }

    /// <summary>Sets the port of an address that was written.</summary>
    public static void SetPort(Span<byte> buffer, int port) => System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], (ushort)port);

    public static IPAddress Read(ReadOnlySpan<byte> buffer) =>
        BitConverter.ToUInt16(buffer) == Libc.AF_INET ? new IPAddress(buffer.Slice(4, 4)) : new IPAddress(buffer.Slice(8, 16));
}
