using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Generation;

/// <summary>A frame to be built, with right checksums unless it says otherwise.</summary>
internal sealed record FrameSpec
{
    internal required IPAddress Source { get; init; }

    internal required IPAddress Destination { get; init; }

    internal required byte Protocol { get; init; }

    /// <summary>Of TCP and UDP.</summary>
    internal int SourcePort { get; init; }

    internal int DestinationPort { get; init; }

    /// <summary>The identifier of an echo.</summary>
    internal int Identifier { get; init; }

    /// <summary>The type and code of ICMP.</summary>
    internal (byte Type, byte Code) Message { get; init; }

    /// <summary>What an ICMP error quotes, from the IP header on.</summary>
    internal byte[] Quote { get; init; } = [];

    internal byte TcpFlags { get; init; } = Packet.Ack;

    internal uint Acknowledgement { get; init; } = 0x0a0b0c0d;

    /// <summary>Options of TCP; a multiple of four bytes.</summary>
    internal byte[] TcpOptions { get; init; } = [];

    internal byte[] Payload { get; init; } = [];

    internal byte Dscp { get; init; }

    internal byte Congestion { get; init; }

    internal byte Hops { get; init; } = 64;

    internal bool MayFragment { get; init; }

    /// <summary>Whether a UDP datagram says that it has no checksum.</summary>
    internal bool Unsummed { get; init; }

    /// <summary>A value that the transport checksum is wrong by.</summary>
    internal ushort Damage { get; init; }

    internal ushort[] Vlans { get; init; } = [];

    /// <summary>Options of IPv4; a multiple of four bytes, at most 40.</summary>
    internal byte[] Options { get; init; } = [];

    /// <summary>Extension headers of IPv6 by number, in this order.</summary>
    internal byte[] Extensions { get; init; } = [];

    /// <summary>Length of each extension header, in units of eight bytes beyond the first.</summary>
    internal byte ExtensionUnits { get; init; }

    /// <summary>The bytes of the transport that this fragment has, and whether more follow; null for a whole packet.</summary>
    internal (int Start, int Length, bool More, ushort Id)? Fragment { get; init; }

    internal byte[] SourceMac { get; init; } = [2, 0, 0, 0, 0, 1];

    internal byte[] DestinationMac { get; init; } = [2, 0, 0, 0, 0, 2];

    internal bool V6 => Source.AddressFamily == AddressFamily.InterNetworkV6;

    internal byte[] Build()
    {
        byte[] transport = BuildTransport();
        byte[] content = Fragment is { } part
            ? transport.AsSpan(Math.Min(part.Start, transport.Length), Math.Min(part.Length, Math.Max(0, transport.Length - part.Start))).ToArray()
            : transport;
        byte[] packet = V6 ? BuildV6(content) : BuildV4(content);
        List<byte> frame = [.. DestinationMac, .. SourceMac];
        foreach (ushort tag in Vlans)
        {
            frame.AddRange([0x81, 0, (byte)(tag >> 8), (byte)tag]);
        }

        frame.AddRange(V6 ? [0x86, 0xdd] : [0x08, 0x00]);
        frame.AddRange(packet);
        return [.. frame];
    }

    private byte[] BuildTransport()
    {
        byte[] transport;
        int? checksum;
        switch (Protocol)
        {
            case Packet.Tcp:
                transport = [.. new byte[20], .. TcpOptions, .. Payload];
                Bytes.PutLong(transport, 4, 0x01020304);
                Bytes.PutLong(transport, 8, (TcpFlags & Packet.Ack) != 0 ? Acknowledgement : 0);
                transport[12] = (byte)((5 + (TcpOptions.Length / 4)) << 4);
                transport[13] = TcpFlags;
                Bytes.Put(transport, 14, 64000);
                checksum = 16;
                break;
            case Packet.Udp or Packet.UdpLite or Packet.Dccp:
                transport = [.. new byte[8], .. Payload];
                Bytes.Put(transport, 4, transport.Length);
                checksum = Unsummed ? null : 6;
                break;
            case Packet.Icmp or Packet.IcmpV6:
                transport = [Message.Type, Message.Code, 0, 0, (byte)(Identifier >> 8), (byte)Identifier, 5, 0x14, .. Quote, .. Payload];
                checksum = 2;
                break;
            default:
                return Payload;
        }

        if (!Packet.IsIcmp(Protocol))
        {
            Bytes.Put(transport, 0, SourcePort);
            Bytes.Put(transport, 2, DestinationPort);
        }

        if (checksum is { } at)
        {
            uint pseudo = Protocol == Packet.Icmp ? 0 : Checksums.Pseudo(Source.GetAddressBytes(), Destination.GetAddressBytes(), Protocol, transport.Length);
            ushort value = (ushort)~Checksums.Sum(transport, pseudo);
            value = Protocol == Packet.Udp && value == 0 ? (ushort)0xffff : value;
            Bytes.Put(transport, at, value ^ Damage);
        }

        return transport;
    }

    private byte[] BuildV4(byte[] content)
    {
        byte[] header = [.. new byte[20], .. Options];
        header[0] = (byte)(0x40 | (header.Length / 4));
        header[1] = (byte)((Dscp << 2) | Congestion);
        Bytes.Put(header, 2, header.Length + content.Length);
        Bytes.Put(header, 6, MayFragment || Fragment is not null ? 0 : 0x4000);
        if (Fragment is { } part)
        {
            Bytes.Put(header, 4, part.Id);
            Bytes.Put(header, 6, (part.More ? 0x2000 : 0) | (part.Start / 8));
        }

        header[8] = Hops;
        header[9] = Protocol;
        Source.GetAddressBytes().CopyTo(header, 12);
        Destination.GetAddressBytes().CopyTo(header, 16);
        Bytes.Put(header, 10, ~Checksums.Sum(header));
        return [.. header, .. content];
    }

    private byte[] BuildV6(byte[] content)
    {
        byte[] kinds = Fragment is null ? Extensions : [.. Extensions, 44];
        List<byte> extensions = [];
        for (int i = 0; i < kinds.Length; i++)
        {
            byte next = i + 1 < kinds.Length ? kinds[i + 1] : Protocol;
            if (kinds[i] == 44)
            {
                var (start, _, more, id) = Fragment ?? (0, 0, false, (ushort)7);
                int word = start | (more ? 1 : 0);
                extensions.AddRange([next, 0, (byte)(word >> 8), (byte)word, 0, 0, (byte)(id >> 8), (byte)id]);
                continue;
            }

            // Of options: one that pads the rest. Of routing: a kind without a stop left.
            byte[] header = new byte[8 * (ExtensionUnits + 1)];
            header[0] = next;
            header[1] = ExtensionUnits;
            header[2] = (byte)(kinds[i] == 43 ? 4 : 1);
            header[3] = (byte)(kinds[i] == 43 ? 0 : Math.Min(255, header.Length - 4));
            extensions.AddRange(header);
        }

        byte[] result = [.. new byte[40], .. extensions, .. content];
        Bytes.PutLong(result, 0, 0x60000000 | ((uint)Dscp << 22) | ((uint)Congestion << 20) | 0x12345);
        Bytes.Put(result, 4, result.Length - 40);
        result[6] = kinds.Length > 0 ? kinds[0] : Protocol;
        result[7] = Hops;
        Source.GetAddressBytes().CopyTo(result, 8);
        Destination.GetAddressBytes().CopyTo(result, 24);
        return result;
    }
}
