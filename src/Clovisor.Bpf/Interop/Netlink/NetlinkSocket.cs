using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Interop.Netlink;

/// <summary>A route netlink socket of the network namespace that the opening thread is in. One request at a time.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    internal const ushort FlagRequest = 0x1;
    internal const ushort FlagAcknowledge = 0x4;
    internal const ushort FlagDump = 0x300;
    internal const ushort FlagReplace = 0x100;
    internal const ushort FlagExclusive = 0x200;
    internal const ushort FlagCreate = 0x400;

    private const int SolNetlink = 270;
    private const int OptionCapAck = 10;
    private const int OptionExtendedAck = 11;
    private const ushort TypeError = 2;
    private const ushort TypeDone = 3;
    private const ushort FlagCapped = 0x100;
    private const ushort FlagAckAttributes = 0x200;
    private const ushort ErrorMessageAttribute = 1;
    private const int ReceiveBytes = 64 << 10;

    private readonly BpfHandle _handle;
    private uint _sequence;

    internal NetlinkSocket()
    {
        int descriptor = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        if (descriptor < 0)
        {
            throw BpfErrors.Create("open", "a route netlink socket", Marshal.GetLastPInvokeError());
        }

        _handle = new BpfHandle(descriptor);

        // Kernels before 4.12 know neither; then errors come without their text.
        int on = 1;
        _ = LibC.setsockopt(descriptor, SolNetlink, OptionCapAck, &on, sizeof(int));
        _ = LibC.setsockopt(descriptor, SolNetlink, OptionExtendedAck, &on, sizeof(int));
    }

    internal delegate void Visitor(ReadOnlySpan<byte> message);

    /// <summary>Sends a request and reads the answers. Returns 0 or minus errno; <paramref name="text"/> is the kernel's own explanation.</summary>
    internal int Exchange(in NetlinkRequest request, Visitor? visitor, out string? text)
    {
        text = null;
        uint sequence = ++_sequence;
        ReadOnlySpan<byte> bytes = request.Finish(sequence);
        using BpfHandle.FdLease lease = _handle.Lease();
        fixed (byte* pointer = bytes)
        {
            if (LibC.send(lease.Descriptor, pointer, (nuint)bytes.Length, 0) < 0)
            {
                return -Marshal.GetLastPInvokeError();
            }
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
        try
        {
            return Receive(lease.Descriptor, buffer, sequence, visitor, ref text);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static int Receive(int descriptor, byte[] buffer, uint sequence, Visitor? visitor, ref string? text)
    {
        while (true)
        {
            nint received;
            fixed (byte* pointer = buffer)
            {
                received = LibC.recv(descriptor, pointer, (nuint)buffer.Length, 0);
            }

            if (received < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EINTR)
                {
                    continue;
                }

                return -errno;
            }

            if (Read(buffer.AsSpan(0, (int)received), sequence, visitor, ref text) is { } result)
            {
                return result;
            }
        }
    }

    // Null means that more is to come.
    private static int? Read(ReadOnlySpan<byte> datagram, uint sequence, Visitor? visitor, ref string? text)
    {
        while (datagram.Length >= NetlinkRequest.HeaderSize)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(datagram);
            if (length < NetlinkRequest.HeaderSize || length > datagram.Length)
            {
                return -Errno.EINVAL;
            }

            ReadOnlySpan<byte> message = datagram[..length];
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(message[8..]) == sequence)
            {
                switch (type)
                {
                    case TypeDone:
                        return 0;
                    case TypeError:
                        text = ErrorText(message);
                        return BinaryPrimitives.ReadInt32LittleEndian(message[NetlinkRequest.HeaderSize..]);
                    default:
                        visitor?.Invoke(message);
                        break;
                }
            }

            datagram = datagram[Math.Min((length + 3) & ~3, datagram.Length)..];
        }

        return null;
    }

    private static string? ErrorText(ReadOnlySpan<byte> message)
    {
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]);
        int attributes = NetlinkRequest.HeaderSize + sizeof(int) + NetlinkRequest.HeaderSize;
        if ((flags & FlagAckAttributes) == 0 || (flags & FlagCapped) == 0 || message.Length <= attributes)
        {
            return null;
        }

        string text = NetlinkAttributes.FindText(message[attributes..], ErrorMessageAttribute);
        return text.Length == 0 ? null : text;
    }
}
