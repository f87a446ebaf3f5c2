using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Clovisor.Wan.Model.Packets;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Wan.Model.Matrix;

/// <summary>Sends and receives whole frames on one device, with what the kernel leaves to it: checksums and segments.</summary>
internal sealed unsafe partial class PacketSocket : IDisposable
{
    private const int HeaderBytes = 10;
    private const byte NeedsChecksum = 1;
    private const int Outgoing = 4;
    private const int DontWait = 0x40;
    private const int NoBufferSpace = 105;
    private readonly SafeFileHandle _socket;
    private readonly byte[] _buffer = new byte[HeaderBytes + 70_000];

    /// <summary>Must be made on a thread of the device's namespace.</summary>
    /// <param name="device">Its index.</param>
    internal PacketSocket(int device)
    {
        _socket = OpenSocket(17, 3, BinaryPrimitives.ReverseEndianness((ushort)3));
        int on = 1;
        byte* address = stackalloc byte[20];
        new Span<byte>(address, 20).Clear();
        BitConverter.TryWriteBytes(new Span<byte>(address, 2), (ushort)17);
        address[3] = 3;
        BitConverter.TryWriteBytes(new Span<byte>(address + 4, 4), device);
        if (_socket.IsInvalid || SetOption(_socket, 263, 15, &on, 4) != 0 || Bind(_socket, address, 20) != 0)
        {
            throw new InvalidOperationException($"Open a packet socket on device {device}: errno {Marshal.GetLastPInvokeError()}. It needs CAP_NET_RAW in the device's namespace.");
        }
    }

    /// <summary>Sends a frame. With a segment size, the kernel may cut it, and sums each piece.</summary>
    /// <param name="frame">With right checksums.</param>
    /// <param name="unfinished">Whether the transport checksum is left to the device: the frame is sent with the sum of its pseudo header.</param>
    /// <param name="segment">Bytes of payload in each piece; 0: one piece.</param>
    internal void Send(byte[] frame, bool unfinished, int segment = 0)
    {
        byte[] sent = [.. new byte[HeaderBytes], .. frame];
        if (unfinished)
        {
            Packet.Read(frame, out Packet packet);
            int checksum = packet.Checksum!.Value;
            int addresses = packet.Network + (packet.V6 ? 8 : 12);
            int length = packet.V6 ? 16 : 4;
            uint pseudo = Checksums.Pseudo(
                frame.AsSpan(addresses, length), frame.AsSpan(addresses + length, length), packet.Protocol, frame.Length - packet.Transport);
            Bytes.Put(sent, HeaderBytes + checksum, Checksums.Sum([], pseudo));
            sent[0] = NeedsChecksum;
            // 1 and 4: TCP over IPv4 and IPv6; 5: UDP.
            sent[1] = (byte)(segment == 0 ? 0 : packet.Protocol == Packet.Udp ? 5 : packet.V6 ? 4 : 1);
            int header = packet.Transport + (packet.Protocol == Packet.Udp ? 8 : 20);
            BitConverter.TryWriteBytes(sent.AsSpan(2), (ushort)header);
            BitConverter.TryWriteBytes(sent.AsSpan(4), (ushort)segment);
            BitConverter.TryWriteBytes(sent.AsSpan(6), (ushort)packet.Transport);
            BitConverter.TryWriteBytes(sent.AsSpan(8), (ushort)(checksum - packet.Transport));
        }

        fixed (byte* bytes = sent)
        {
            // A program that drops the packet shows here as a full buffer.
            if (Write(_socket, bytes, (nuint)sent.Length) != sent.Length && Marshal.GetLastPInvokeError() != NoBufferSpace)
            {
                throw new InvalidOperationException($"Send a frame of {frame.Length} bytes{(segment > 0 ? $" in segments of {segment}" : string.Empty)}: errno {Marshal.GetLastPInvokeError()}.");
            }
        }
    }

    /// <summary>A frame that arrived, its checksum finished if that was left to us; null if there is none now.</summary>
    internal byte[]? Receive()
    {
        byte* address = stackalloc byte[20];
        while (true)
        {
            uint length = 20;
            nint count;
            fixed (byte* bytes = _buffer)
            {
                count = ReceiveFrom(_socket, bytes, (nuint)_buffer.Length, DontWait, address, &length);
            }

            if (count < HeaderBytes)
            {
                return null;
            }

            if (address[10] == Outgoing)
            {
                continue;
            }

            byte[] frame = _buffer[HeaderBytes..(int)count];
            if ((_buffer[0] & NeedsChecksum) != 0)
            {
                int start = BitConverter.ToUInt16(_buffer, 6);
                int at = start + BitConverter.ToUInt16(_buffer, 8);
                ushort sum = (ushort)~Checksums.Sum(frame.AsSpan(start));
                Bytes.Put(frame, at, sum == 0 && at - start == 6 ? 0xffff : sum);
            }

            return frame;
        }
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(SafeFileHandle socket, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Bind(SafeFileHandle socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(SafeFileHandle socket, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReceiveFrom(SafeFileHandle socket, byte* bytes, nuint count, int flags, byte* address, uint* length);
}
