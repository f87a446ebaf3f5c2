using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;
using static Clovisor.Wan.Netlink.Rtnetlink;

namespace Clovisor.Wan.Netlink;

/// <summary>What stands before the IP header on a device.</summary>
internal static class LinkLayer
{
    // struct ifinfomsg: u8 family, u8 padding, u16 type, s32 index, u32 flags, u32 change.
    private const int InfoSize = 16;

    /// <summary>Whether packets of a device begin with their IP header, as those of TUN, WireGuard and IP tunnels do.</summary>
    /// <returns>False too for a device that is not there: whoever uses it is told so.</returns>
    internal static bool IsNone(int interfaceIndex)
    {
        using FileHandle socket = RtnetlinkRequest.OpenSocket();
        if (socket.IsInvalid)
        {
            return false;
        }

        byte[] message = new byte[NetlinkMessage.HeaderLength + InfoSize];
        Span<byte> span = message;
        MemoryMarshal.Write(span, message.Length);
        MemoryMarshal.Write(span[4..], RTM_GETLINK);
        MemoryMarshal.Write(span[6..], NLM_F_REQUEST);
        MemoryMarshal.Write(span[(NetlinkMessage.HeaderLength + 4)..], interfaceIndex);
        byte[] reply = new byte[16384];
        int length = RtnetlinkRequest.Exchange(socket, message, reply);
        return length >= NetlinkMessage.HeaderLength + InfoSize && MemoryMarshal.Read<ushort>(reply.AsSpan(4)) == RTM_NEWLINK
            && IsNone(MemoryMarshal.Read<ushort>(reply.AsSpan(NetlinkMessage.HeaderLength + 2)));
    }

    // The kernel's own list (dev_is_mac_header_xmit), by which its redirects judge.
    private static bool IsNone(ushort type) => type is ARPHRD_PPP or ARPHRD_RAWIP or ARPHRD_TUNNEL or ARPHRD_TUNNEL6 or ARPHRD_SIT or ARPHRD_IPGRE
        or ARPHRD_IP6GRE or ARPHRD_NONE or ARPHRD_VOID;
}
