using System.Buffers.Binary;
using System.Net;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Builds Ethernet frames with right checksums, and checks those of frames that it is given.</summary>
internal static class FrameBuilder
{
    internal const int Ethernet = 14;
    internal const byte Fin = 1;
    internal const byte Syn = 2;
    internal const byte Rst = 4;
    internal const byte Ack = 16;

    private const int Tcp = 6;
    private const int Udp = 17;

    internal static readonly byte[] EdgeMac = [2, 0, 0, 0, 0, 1];
    internal static readonly byte[] RouterMac = [2, 0, 0, 0, 0, 2];

    internal static byte[] TcpFrame(
        IPEndPoint source, IPEndPoint destination, byte flags, byte dscp = 0, uint sequence = 1000, uint acknowledgement = 2000, int payload = 0)
    {
        byte[] segment = new byte[20 + payload];
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), (flags & Ack) != 0 ? acknowledgement : 0);
        segment[12] = 5 << 4;
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 64000);
        return Transport(source, destination, Tcp, segment, dscp);
    }

    internal static byte[] UdpFrame(IPEndPoint source, IPEndPoint destination, byte dscp = 0, int payload = 8, bool noChecksum = false)
    {
        byte[] datagram = new byte[8 + payload];
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        byte[] frame = Transport(source, destination, Udp, datagram, dscp);
        if (noChecksum)
        {
            frame.AsSpan(TransportOffset(frame) + 6, 2).Clear();
        }

        return frame;
    }

    /// <summary>A segment that opens a connection and announces its segment size, after some options that do nothing.</summary>
    internal static byte[] TcpOpening(IPEndPoint source, IPEndPoint destination, byte flags, ushort size, int nothings)
    {
        byte[] segment = [.. new byte[20], .. Enumerable.Repeat((byte)1, nothings), 2, 4, (byte)(size >> 8), (byte)size, .. new byte[4 - nothings]];
        segment[12] = 7 << 4;
        segment[13] = flags;
        return Transport(source, destination, Tcp, segment, 0);
    }

    /// <summary>An echo, or the reply to one. The port is its identifier.</summary>
    internal static byte[] Echo(IPEndPoint source, IPAddress destination, bool reply, byte dscp = 0)
    {
        bool v6 = destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        byte type = (v6, reply) switch { (true, true) => 129, (true, false) => 128, (false, true) => 0, _ => 8 };
        byte[] message = [type, 0, 0, 0, (byte)(source.Port >> 8), (byte)source.Port, 0, 1, 10, 20, 30, 40];
        return Ip(source.Address, destination, (byte)(v6 ? 58 : 1), message, dscp, v6 ? 2 : -2, fromRouter: false);
    }

    /// <summary>A datagram whose header is laid out, but for ports and checksum.</summary>
    internal static byte[] Datagram(IPEndPoint source, IPEndPoint destination, byte[] datagram) =>
        Transport(source, destination, Udp, datagram, 0);

    /// <summary>An ICMP error of a router, quoting a frame up to the first eight bytes of its transport header.</summary>
    internal static byte[] IcmpError(IPAddress router, byte[] quoted, byte type, byte code, ushort mtu = 0)
    {
        bool v6 = IsV6(quoted);
        byte[] quote = quoted[Ethernet..(TransportOffset(quoted) + 8)];
        byte[] message = [type, code, 0, 0, 0, 0, 0, 0, .. quote];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), mtu);
        return Ip(router, SourceOf(quoted), (byte)(v6 ? 58 : 1), message, 0, v6 ? 2 : -2, fromRouter: true);
    }

    /// <summary>A frame with any protocol number and content.</summary>
    internal static byte[] Raw(IPAddress source, IPAddress destination, byte protocol, byte[] content) =>
        Ip(source, destination, protocol, content, 0, -1, fromRouter: false);

    internal static bool IsV6(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == 0x86dd;

    internal static int TransportOffset(ReadOnlySpan<byte> frame) => Ethernet + (IsV6(frame) ? 40 : 20);

    internal static IPAddress SourceOf(ReadOnlySpan<byte> frame) =>
        new(IsV6(frame) ? frame.Slice(Ethernet + 8, 16) : frame.Slice(Ethernet + 12, 4));

    internal static IPAddress DestinationOf(ReadOnlySpan<byte> frame) =>
        new(IsV6(frame) ? frame.Slice(Ethernet + 24, 16) : frame.Slice(Ethernet + 16, 4));

    internal static IPEndPoint SourceEnd(ReadOnlySpan<byte> frame) =>
        new(SourceOf(frame), BinaryPrimitives.ReadUInt16BigEndian(frame[TransportOffset(frame)..]));

    internal static IPEndPoint DestinationEnd(ReadOnlySpan<byte> frame) =>
        new(DestinationOf(frame), BinaryPrimitives.ReadUInt16BigEndian(frame[(TransportOffset(frame) + 2)..]));

    /// <summary>Whether the header's and the transport's checksums are right, each computed from nothing.</summary>
    internal static bool HasRightChecksums(ReadOnlySpan<byte> frame)
    {
        bool v6 = IsV6(frame);
        if (!v6 && Sum(frame.Slice(Ethernet, 20), 0) != 0xffff)
        {
            return false;
        }

        byte protocol = frame[Ethernet + (v6 ? 6 : 9)];
        int length = v6
            ? BinaryPrimitives.ReadUInt16BigEndian(frame[(Ethernet + 4)..])
            : BinaryPrimitives.ReadUInt16BigEndian(frame[(Ethernet + 2)..]) - 20;
        ReadOnlySpan<byte> content = frame.Slice(TransportOffset(frame), length);
        uint start = protocol == 1 ? 0 : PseudoSum(SourceOf(frame), DestinationOf(frame), protocol, length);
        return Sum(content, start) == 0xffff;
    }

    private static byte[] Transport(IPEndPoint source, IPEndPoint destination, byte protocol, byte[] content, byte dscp)
    {
        BinaryPrimitives.WriteUInt16BigEndian(content, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(2), (ushort)destination.Port);
        return Ip(source.Address, destination.Address, protocol, content, dscp, protocol == Tcp ? 16 : 6, fromRouter: false);
    }

    // The checksum's place is counted from the content's start. Negative: -1 none, -2 at 2 and without the pseudo header.
    private static byte[] Ip(IPAddress source, IPAddress destination, byte protocol, byte[] content, byte dscp, int checksum, bool fromRouter)
    {
        bool v6 = source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        if (checksum != -1)
        {
            int at = checksum == -2 ? 2 : checksum;
            uint start = checksum == -2 ? 0 : PseudoSum(source, destination, protocol, content.Length);
            ushort value = (ushort)~Sum(content, start);
            BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(at), value == 0 && protocol == Udp ? (ushort)0xffff : value);
        }

        byte[] header = new byte[v6 ? 40 : 20];
        if (v6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header, 0x60000000 | ((uint)dscp << 22));
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)content.Length);
            header[6] = protocol;
            header[7] = 64;
            source.GetAddressBytes().CopyTo(header, 8);
            destination.GetAddressBytes().CopyTo(header, 24);
        }
        else
        {
            header[0] = 0x45;
            header[1] = (byte)(dscp << 2);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + content.Length));
            header[6] = 0x40;
            header[8] = 64;
            header[9] = protocol;
            source.GetAddressBytes().CopyTo(header, 12);
            destination.GetAddressBytes().CopyTo(header, 16);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)~Sum(header, 0));
        }

        byte[] type = v6 ? [0x86, 0xdd] : [0x08, 0x00];
        return fromRouter
            ? [.. EdgeMac, .. RouterMac, .. type, .. header, .. content]
            : [.. RouterMac, .. EdgeMac, .. type, .. header, .. content];
    }

    private static uint PseudoSum(IPAddress source, IPAddress destination, int protocol, int length) =>
        Sum([.. source.GetAddressBytes(), .. destination.GetAddressBytes()], (uint)(protocol + length));

    private static uint Sum(ReadOnlySpan<byte> bytes, uint start)
    {
        uint sum = start;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (uint)bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return sum;
    }
}
