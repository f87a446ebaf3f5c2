using System.Buffers.Binary;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Networking;

namespace Clovisor.Bpf.Interop.Netlink;

/// <summary>The few requests that clsact filters need.</summary>
internal static class TrafficControl
{
    internal const string BpfKind = "bpf";

    private const string Clsact = "clsact";
    private const ushort NewQdisc = 36, DeleteQdisc = 37, GetQdisc = 38, NewFilter = 44, DeleteFilterType = 45, GetFilter = 46;
    private const ushort Kind = 1, Options = 2;
    private const ushort BpfDescriptor = 6, BpfName = 7, BpfFlags = 8, BpfId = 11;
    private const uint DirectAction = 1;
    private const uint ClsactParent = 0xFFFFFFF1;
    private const uint ClsactHandle = 0xFFFF0000;
    private const uint IngressParent = 0xFFFFFFF2;
    private const uint EgressParent = 0xFFFFFFF3;

    // ETH_P_ALL in network order.
    private const uint AllProtocols = 0x0300;
    private const int RequestBytes = 1024;

    /// <summary>The kind of what stands where clsact does: <c>clsact</c>, <c>ingress</c> (which has no egress side), or null.</summary>
    internal static string? FindQdisc(NetlinkSocket socket, int interfaceIndex)
    {
        string? found = null;
        var request = new NetlinkRequest(
            stackalloc byte[RequestBytes], GetQdisc, NetlinkSocket.FlagRequest | NetlinkSocket.FlagDump, interfaceIndex, 0, 0, 0);
        int result = socket.Exchange(request, message =>
        {
            if (TryReadHead(message, out Head head, out ReadOnlySpan<byte> attributes)
                && head.InterfaceIndex == interfaceIndex && head.Parent == ClsactParent)
            {
                found = NetlinkAttributes.FindText(attributes, Kind);
            }
        }, out string? text);
        Check(result, "list the queueing disciplines of", interfaceIndex, text);
        return found;
    }

    /// <summary>True when it was created, false when there was one.</summary>
    internal static bool AddClsact(NetlinkSocket socket, int interfaceIndex)
    {
        var request = new NetlinkRequest(
            stackalloc byte[RequestBytes],
            NewQdisc,
            NetlinkSocket.FlagRequest | NetlinkSocket.FlagAcknowledge | NetlinkSocket.FlagCreate | NetlinkSocket.FlagExclusive,
            interfaceIndex,
            ClsactHandle,
            ClsactParent,
            0);
        request.Add(Kind, Clsact);
        int result = socket.Exchange(request, null, out string? text);
        if (result == -Errno.EEXIST)
        {
            return false;
        }

        Check(result, "add clsact to", interfaceIndex, text);
        return true;
    }

    internal static void DeleteClsact(NetlinkSocket socket, int interfaceIndex)
    {
        var request = new NetlinkRequest(
            stackalloc byte[RequestBytes], DeleteQdisc, NetlinkSocket.FlagRequest | NetlinkSocket.FlagAcknowledge, interfaceIndex, ClsactHandle, ClsactParent, 0);
        int result = socket.Exchange(request, null, out string? text);
        if (result is not (-Errno.ENOENT or -Errno.EINVAL or -Errno.ENODEV))
        {
            Check(result, "remove clsact from", interfaceIndex, text);
        }
    }

    internal static List<TcFilter> ListFilters(NetlinkSocket socket, int interfaceIndex, TcDirection direction)
    {
        var filters = new List<TcFilter>();
        var request = new NetlinkRequest(
            stackalloc byte[RequestBytes], GetFilter, NetlinkSocket.FlagRequest | NetlinkSocket.FlagDump, interfaceIndex, 0, Parent(direction), 0);
        int result = socket.Exchange(request, message =>
        {
            // A classifier lists itself with handle 0 before its filters.
            if (TryReadHead(message, out Head head, out ReadOnlySpan<byte> attributes) && head.Handle != 0)
            {
                ReadOnlySpan<byte> options = NetlinkAttributes.Find(attributes, Options);
                filters.Add(new TcFilter(
                    (ushort)(head.Info >> 16),
                    head.Handle,
                    NetlinkAttributes.FindText(attributes, Kind),
                    NetlinkAttributes.FindText(options, BpfName),
                    NetlinkAttributes.FindNumber(options, BpfId)));
            }
        }, out string? text);
        Check(result, "list the filters of", interfaceIndex, text);
        return filters;
    }

    /// <summary>Adds the filter, or replaces the one of that priority and handle in one step.</summary>
    internal static void SetFilter(
        NetlinkSocket socket, int interfaceIndex, TcDirection direction, ushort priority, uint handle, string name, BpfHandle program, bool replace)
    {
        using BpfHandle.FdLease lease = program.Lease();
        var request = new NetlinkRequest(
            stackalloc byte[RequestBytes],
            NewFilter,
            (ushort)(NetlinkSocket.FlagRequest | NetlinkSocket.FlagAcknowledge | NetlinkSocket.FlagCreate
                | (replace ? NetlinkSocket.FlagReplace : NetlinkSocket.FlagExclusive)),
            interfaceIndex,
            handle,
            Parent(direction),
            ((uint)priority << 16) | AllProtocols);
        request.Add(Kind, BpfKind);
        int nest = request.BeginNest(Options);
        request.Add(BpfDescriptor, (uint)lease.Descriptor);
        request.Add(BpfName, name);
        request.Add(BpfFlags, DirectAction);
        request.EndNest(nest);
        int result = socket.Exchange(request, null, out string? text);
        Check(result, $"attach {name} by clsact to the {direction} side of", interfaceIndex, text);
    }

    internal static void DeleteFilter(NetlinkSocket socket, int interfaceIndex, TcDirection direction, ushort priority, uint handle)
    {
        var request = new NetlinkRequest(
            stackalloc byte[RequestBytes],
            DeleteFilterType,
            NetlinkSocket.FlagRequest | NetlinkSocket.FlagAcknowledge,
            interfaceIndex,
            handle,
            Parent(direction),
            ((uint)priority << 16) | AllProtocols);
        request.Add(Kind, BpfKind);
        int result = socket.Exchange(request, null, out string? text);

        // Gone already, with its device or by somebody's hand.
        if (result is not (-Errno.ENOENT or -Errno.ENODEV))
        {
            Check(result, "remove a filter from", interfaceIndex, text);
        }
    }

    private static uint Parent(TcDirection direction) => direction == TcDirection.Ingress ? IngressParent : EgressParent;

    private static void Check(int result, string operation, int interfaceIndex, string? text)
    {
        if (result < 0)
        {
            throw BpfErrors.Create(operation, $"interface {interfaceIndex}", -result, text is null ? null : $"The kernel says: {text}.");
        }
    }

    private static bool TryReadHead(ReadOnlySpan<byte> message, out Head head, out ReadOnlySpan<byte> attributes)
    {
        const int Size = NetlinkRequest.HeaderSize + NetlinkRequest.TrafficMessageSize;
        if (message.Length < Size)
        {
            head = default;
            attributes = default;
            return false;
        }

        head = new Head(
            BinaryPrimitives.ReadInt32LittleEndian(message[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(message[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(message[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(message[32..]));
        attributes = message[Size..];
        return true;
    }

    private readonly record struct Head(int InterfaceIndex, uint Handle, uint Parent, uint Info);
}
