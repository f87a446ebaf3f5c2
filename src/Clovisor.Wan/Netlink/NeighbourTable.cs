using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;
using static Clovisor.Wan.Netlink.Rtnetlink;

namespace Clovisor.Wan.Netlink;

/// <summary>
/// Asks the kernel to keep the next hops of links resolved. A packet that is redirected while its next hop is unresolved is lost: it
/// waits in the neighbour's queue, and is then sent as the route that it had before would have it.
/// </summary>
internal static class NeighbourTable
{
    private const int NeighbourSize = 12;

    /// <summary>
    /// Has a neighbour resolved now and, from Linux 5.16, for good. An entry that an administrator made permanent is left alone.
    /// </summary>
    /// <returns>0, or the positive error number.</returns>
    internal static int Keep(int interfaceIndex, IPAddress address) => Change(interfaceIndex, address, NTF_EXT_MANAGED);

    /// <summary>Takes <see cref="Keep"/> back. The entry stays, and ages as others do.</summary>
    /// <returns>0, or the positive error number.</returns>
    internal static int Release(int interfaceIndex, IPAddress address) => Change(interfaceIndex, address, 0);

    private static int Change(int interfaceIndex, IPAddress address, uint extendedFlags)
    {
        using FileHandle socket = RtnetlinkRequest.OpenSocket();
        if (socket.IsInvalid)
        {
            return Marshal.GetLastPInvokeError();
        }

        Span<byte> reply = stackalloc byte[8192];
        int length = RtnetlinkRequest.Exchange(socket, Message(RTM_GETNEIGH, NLM_F_REQUEST, interfaceIndex, address, 0, null), reply);
        if (length >= NetlinkMessage.HeaderLength + NeighbourSize && MemoryMarshal.Read<ushort>(reply[4..]) == RTM_NEWNEIGH
            && (MemoryMarshal.Read<ushort>(reply[(NetlinkMessage.HeaderLength + 8)..]) & NUD_PERMANENT) != 0)
        {
            return 0;
        }

        length = RtnetlinkRequest.Exchange(socket, Message(RTM_NEWNEIGH, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, interfaceIndex, address, NTF_USE, extendedFlags), reply);
        return length < 0
            ? -length
            : length >= NetlinkMessage.HeaderLength + sizeof(int) && MemoryMarshal.Read<ushort>(reply[4..]) == NLMSG_ERROR
                ? -MemoryMarshal.Read<int>(reply[NetlinkMessage.HeaderLength..])
                : 0;
    }

    private static byte[] Message(ushort type, ushort flags, int interfaceIndex, IPAddress address, byte neighbourFlags, uint? extendedFlags)
    {
        byte[] destination = address.GetAddressBytes();
        int length = NetlinkMessage.HeaderLength + NeighbourSize + 4 + destination.Length + (extendedFlags is null ? 0 : 8);
        byte[] message = new byte[length];
        Span<byte> span = message;
        MemoryMarshal.Write(span, length);
        MemoryMarshal.Write(span[4..], type);
        MemoryMarshal.Write(span[6..], flags);
        Span<byte> body = span[NetlinkMessage.HeaderLength..];
        body[0] = (byte)(address.AddressFamily == AddressFamily.InterNetwork ? Libc.AF_INET : Libc.AF_INET6);
        MemoryMarshal.Write(body[4..], interfaceIndex);
        body[10] = neighbourFlags;
        Span<byte> attributes = body[NeighbourSize..];
        MemoryMarshal.Write(attributes, (ushort)(4 + destination.Length));
        MemoryMarshal.Write(attributes[2..], (ushort)NDA_DST);
        destination.CopyTo(attributes[4..]);
        if (extendedFlags is { } value)
        {
            attributes = attributes[(4 + destination.Length)..];
            MemoryMarshal.Write(attributes, (ushort)8);
            MemoryMarshal.Write(attributes[2..], NDA_FLAGS_EXT);
            MemoryMarshal.Write(attributes[4..], value);
        }

        return message;
    }
}
