using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Wan.Datapath.Interop;

/// <summary>
/// Asks the kernel to keep the next hops of links resolved. A packet that is redirected while its next hop is unresolved is lost: it
/// waits in the neighbour's queue, and is then sent as the route that it had before would have it.
/// </summary>
internal static partial class NeighbourTable
{
    private const int AddressFamilyNetlink = 16;
    private const int SocketRawCloseOnExec = 3 | 0x80000;
    private const ushort NewNeighbour = 28;
    private const ushort GetNeighbour = 30;
    private const ushort MessageError = 2;
    private const ushort Request = 1;
    private const ushort Acknowledge = 4;
    private const ushort Create = 0x400;
    private const ushort AttributeDestination = 1;
    private const ushort AttributeFlags = 15;
    private const byte FlagUse = 1;
    private const uint FlagManaged = 1;
    private const ushort StatePermanent = 0x80;
    private const int HeaderSize = 16;
    private const int NeighbourSize = 12;

    /// <summary>
    /// Has a neighbour resolved now and, from Linux 5.16, for good. An entry that an administrator made permanent is left alone.
    /// </summary>
    /// <returns>0, or the positive error number.</returns>
    internal static int Keep(int interfaceIndex, IPAddress address) => Change(interfaceIndex, address, FlagManaged);

    /// <summary>Takes <see cref="Keep"/> back. The entry stays, and ages as others do.</summary>
    /// <returns>0, or the positive error number.</returns>
    internal static int Release(int interfaceIndex, IPAddress address) => Change(interfaceIndex, address, 0);

    private static unsafe int Change(int interfaceIndex, IPAddress address, uint extendedFlags)
    {
        using SafeFileHandle socket = OpenSocket(AddressFamilyNetlink, SocketRawCloseOnExec, 0);
        if (socket.IsInvalid)
        {
            return Marshal.GetLastPInvokeError();
        }

        Span<byte> reply = stackalloc byte[8192];
        int length = Exchange(socket, Message(GetNeighbour, Request, interfaceIndex, address, 0, null), reply);
        if (length >= HeaderSize + NeighbourSize && MemoryMarshal.Read<ushort>(reply[4..]) == NewNeighbour
            && (MemoryMarshal.Read<ushort>(reply[(HeaderSize + 8)..]) & StatePermanent) != 0)
        {
            return 0;
        }

        length = Exchange(socket, Message(NewNeighbour, Request | Acknowledge | Create, interfaceIndex, address, FlagUse, extendedFlags), reply);
        return length < 0
            ? -length
            : length >= HeaderSize + sizeof(int) && MemoryMarshal.Read<ushort>(reply[4..]) == MessageError
                ? -MemoryMarshal.Read<int>(reply[HeaderSize..])
                : 0;
    }

    private static byte[] Message(ushort type, ushort flags, int interfaceIndex, IPAddress address, byte neighbourFlags, uint? extendedFlags)
    {
        byte[] destination = address.GetAddressBytes();
        int length = HeaderSize + NeighbourSize + 4 + destination.Length + (extendedFlags is null ? 0 : 8);
        byte[] message = new byte[length];
        Span<byte> span = message;
        MemoryMarshal.Write(span, length);
        MemoryMarshal.Write(span[4..], type);
        MemoryMarshal.Write(span[6..], flags);
        Span<byte> body = span[HeaderSize..];
        body[0] = (byte)(address.AddressFamily == AddressFamily.InterNetwork ? 2 : 10);
        MemoryMarshal.Write(body[4..], interfaceIndex);
        body[10] = neighbourFlags;
        Span<byte> attributes = body[NeighbourSize..];
        MemoryMarshal.Write(attributes, (ushort)(4 + destination.Length));
        MemoryMarshal.Write(attributes[2..], AttributeDestination);
        destination.CopyTo(attributes[4..]);
        if (extendedFlags is { } value)
        {
            attributes = attributes[(4 + destination.Length)..];
            MemoryMarshal.Write(attributes, (ushort)8);
            MemoryMarshal.Write(attributes[2..], AttributeFlags);
            MemoryMarshal.Write(attributes[4..], value);
        }

        return message;
    }

    private static unsafe int Exchange(SafeFileHandle socket, ReadOnlySpan<byte> message, Span<byte> reply)
    {
        fixed (byte* request = message, answer = reply)
        {
            if (Send(socket, request, message.Length, 0) < 0)
            {
                return -Marshal.GetLastPInvokeError();
            }

            nint length = Receive(socket, answer, reply.Length, 0);
            return length < 0 ? -Marshal.GetLastPInvokeError() : (int)length;
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial SafeFileHandle OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeFileHandle socket, byte* data, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Receive(SafeFileHandle socket, byte* data, nint length, int flags);
}
