using System.Buffers.Binary;

namespace Clovisor.Wan.Probes;

/// <summary>Writes ICMP and ICMPv6 echo requests and reads the answers. A cookie in the payload keeps forged answers out.</summary>
internal static class EchoPacket
{
    public const int Length = 16;

    private const byte RequestV4 = 8;
    private const byte ReplyV4 = 0;
    private const byte RequestV6 = 128;
    private const byte ReplyV6 = 129;

    /// <summary>Writes a request. The ICMPv6 checksum is left to the kernel, which knows the source address.</summary>
    public static void Write(Span<byte> packet, bool v6, ushort id, ushort sequence, ulong cookie)
    {
        packet[..Length].Clear();
        packet[0] = v6 ? RequestV6 : RequestV4;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], id);
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], sequence);
        BinaryPrimitives.WriteUInt64BigEndian(packet[8..], cookie);
        if (!v6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], Checksum(packet[..Length]));
        }
    }

    /// <summary>Reads an answer to one of our requests.</summary>
    /// <param name="packet">What the socket gave.</param>
    /// <param name="v6">Whether it is ICMPv6.</param>
    /// <param name="hasIpHeader">Whether an IPv4 header precedes it, as on raw sockets.</param>
    /// <param name="id">Our id; null where the kernel has matched it already, as on ping sockets.</param>
    /// <param name="cookie">Our cookie.</param>
    /// <param name="sequence">The number of the request.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, bool v6, bool hasIpHeader, ushort? id, ulong cookie, out ushort sequence)
    {
        sequence = 0;
        if (hasIpHeader)
        {
            int header = packet.IsEmpty ? 0 : (packet[0] & 0xF) * 4;
            packet = header <= packet.Length ? packet[header..] : default;
        }

        if (packet.Length < Length || packet[0] != (v6 ? ReplyV6 : ReplyV4)
            || (id is { } wanted && BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) != wanted)
            || BinaryPrimitives.ReadUInt64BigEndian(packet[8..]) != cookie)
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        return true;
    }

    /// <summary>The one's complement of the one's complement sum (RFC 1071).</summary>
    public static ushort Checksum(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (int i = 0; i + 1 < data.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(data[i..]);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
