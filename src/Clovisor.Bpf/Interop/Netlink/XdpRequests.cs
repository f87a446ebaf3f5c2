using System.Buffers.Binary;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Networking;

namespace Clovisor.Bpf.Interop.Netlink;

/// <summary>The two requests about a device's XDP program.</summary>
internal static class XdpRequests
{
    private const ushort GetLink = 18, SetLink = 19;
    private const ushort Xdp = 43, Nested = 0x8000;
    private const ushort XdpDescriptor = 1, XdpAttached = 2, XdpFlags = 3, XdpDriverId = 5, XdpGenericId = 6, XdpOffloadId = 7, XdpExpectedDescriptor = 8;
    private const uint OnlyIfNone = 1 << 0, Replace = 1 << 4;
    private const byte Several = 4;
    private const int RequestBytes = 256;

    internal static uint Flag(XdpMode mode) => mode switch
    {
        XdpMode.Native => 1 << 2,
        XdpMode.Generic => 1 << 1,
        XdpMode.Offload => 1 << 3,
        _ => 0,
    };

    /// <summary>What the device runs; where several modes are in use, the one nearest to the wire. Minus errno when the kernel refuses.</summary>
    internal static int TryGet(NetlinkSocket socket, int interfaceIndex, out XdpState? state)
    {
        XdpState? found = null;
        var request = NetlinkRequest.ForDevice(stackalloc byte[RequestBytes], GetLink, NetlinkSocket.FlagRequest | NetlinkSocket.FlagAcknowledge, interfaceIndex);
        int result = socket.Exchange(request, message =>
        {
            ReadOnlySpan<byte> nest = NetlinkAttributes.Find(message[NetlinkRequest.DeviceAttributes..], Xdp);
            ReadOnlySpan<byte> attached = NetlinkAttributes.Find(nest, XdpAttached);
            if (attached.Length > 0 && attached[0] != 0)
            {
                found = Newest(nest, attached[0]);
            }
        }, out _);
        state = found;
        return result;
    }

    /// <summary>Attaches where nothing is attached in that mode. Minus errno when the kernel refuses.</summary>
    internal static int TryAttach(NetlinkSocket socket, int interfaceIndex, BpfHandle program, XdpMode mode, out string? text)
    {
        using BpfHandle.FdLease lease = program.Lease();
        return Set(socket, interfaceIndex, lease.Descriptor, Flag(mode) | OnlyIfNone, expected: null, out text);
    }

    /// <summary>Puts a program, or nothing, in the place of an expected one: EEXIST when another one is there. From Linux 5.7.</summary>
    internal static int TryReplace(NetlinkSocket socket, int interfaceIndex, BpfHandle? program, BpfHandle expected, XdpMode mode, out string? text)
    {
        using BpfHandle.FdLease old = expected.Lease();
        if (program is null)
        {
            return Set(socket, interfaceIndex, -1, Flag(mode) | Replace, old.Descriptor, out text);
        }

        using BpfHandle.FdLease lease = program.Lease();
        return Set(socket, interfaceIndex, lease.Descriptor, Flag(mode) | Replace, old.Descriptor, out text);
    }

    private static int Set(NetlinkSocket socket, int interfaceIndex, int descriptor, uint flags, int? expected, out string? text)
    {
        var request = NetlinkRequest.ForDevice(stackalloc byte[RequestBytes], SetLink, NetlinkSocket.FlagRequest | NetlinkSocket.FlagAcknowledge, interfaceIndex);
        int nest = request.BeginNest(Xdp | Nested);
        request.Add(XdpDescriptor, (uint)descriptor);
        request.Add(XdpFlags, flags);
        if (expected is { } old)
        {
            request.Add(XdpExpectedDescriptor, (uint)old);
        }

        request.EndNest(nest);
        return socket.Exchange(request, null, out text);
    }

    private static XdpState Newest(ReadOnlySpan<byte> nest, byte attached)
    {
        (XdpMode Mode, ushort Attribute, byte Number)[] modes =
        [
            (XdpMode.Offload, XdpOffloadId, 3), (XdpMode.Native, XdpDriverId, 1), (XdpMode.Generic, XdpGenericId, 2),
        ];
        foreach ((XdpMode mode, ushort attribute, byte number) in modes)
        {
            ReadOnlySpan<byte> id = NetlinkAttributes.Find(nest, attribute);
            if ((attached == number || attached == Several) && id.Length >= sizeof(uint))
            {
                return new XdpState(mode, BinaryPrimitives.ReadUInt32LittleEndian(id));
            }
        }

        return new XdpState(XdpMode.Generic, 0);
    }
}
