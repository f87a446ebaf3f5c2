using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Netlink;

/// <summary>Asks the kernel for the flow tables of the network namespace. They are only looked at.</summary>
internal static unsafe class FlowTableList
{
    // Of linux/netfilter/nfnetlink.h and nf_tables.h.
    private const ushort NewFlowTable = (10 << 8) | 22;
    private const ushort GetFlowTable = (10 << 8) | 23;
    private const int FamilyHeader = 4;

    /// <summary>All of them; none where the kernel has no nftables, or tells this process nothing of them.</summary>
    internal static ImmutableArray<FlowTable> Read()
    {
        using FileHandle socket = FileHandle.TryBlockingSocket(Libc.AF_NETLINK, Libc.SOCK_RAW, Libc.NETLINK_NETFILTER);
        if (socket.IsInvalid)
        {
            return [];
        }

        const int Length = NetlinkMessage.HeaderLength + FamilyHeader;
        Span<byte> request = stackalloc byte[Length];
        request.Clear();
        MemoryMarshal.Write(request, Length);
        MemoryMarshal.Write(request[4..], GetFlowTable);
        MemoryMarshal.Write(request[6..], (ushort)(Rtnetlink.NLM_F_REQUEST | Rtnetlink.NLM_F_DUMP));
        fixed (byte* data = request)
        {
            if (Libc.sendto(socket, data, Length, 0, null, 0) < 0)
            {
                return [];
            }
        }

        ImmutableArray<FlowTable>.Builder found = ImmutableArray.CreateBuilder<FlowTable>();
        byte[] buffer = new byte[32 << 10];
        while (true)
        {
            ReadOnlySpan<byte> datagram = Receive(socket, buffer);
            if (!Take(datagram, found))
            {
                return found.ToImmutable();
            }
        }
    }

    /// <summary>Takes what one answer of the kernel lists.</summary>
    /// <returns>Whether more are to come.</returns>
    internal static bool Take(ReadOnlySpan<byte> datagram, ImmutableArray<FlowTable>.Builder found)
    {
        bool any = false;
        while (NetlinkMessage.TryCut(ref datagram, out NetlinkMessage message))
        {
            any = true;
            if (message.Type is Rtnetlink.NLMSG_DONE or Rtnetlink.NLMSG_ERROR)
            {
                return false;
            }

            if (message.Type == NewFlowTable)
            {
                found.Add(FlowTable.Parse(message.Payload));
            }
        }

        return any;
    }

    private static ReadOnlySpan<byte> Receive(FileHandle socket, byte[] buffer)
    {
        fixed (byte* data = buffer)
        {
            nint length = Libc.recvfrom(socket, data, (nuint)buffer.Length, 0, null, null);
            return length > 0 ? buffer.AsSpan(0, (int)length) : default;
        }
    }
}
