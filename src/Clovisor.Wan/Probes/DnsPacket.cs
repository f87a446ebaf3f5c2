using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Wan.Probes;

/// <summary>Writes a DNS query for the name servers of a name, and judges the response (RFC 1035). Pure.</summary>
internal static class DnsPacket
{
    public const int MaxLength = 512;

    private const int Header = 12;
    private const int NameServers = 2;
    private const int Internet = 1;
    private const int NoSuchName = 3;

    /// <summary>Writes a query with recursion desired.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> packet, ushort id, string name)
    {
        packet[..Header].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet, id);
        packet[2] = 1;
        packet[5] = 1;
        int at = Header;
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            packet[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, packet[at..]);
        }

        packet[at++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], NameServers);
        BinaryPrimitives.WriteUInt16BigEndian(packet[(at + 2)..], Internet);
        return at + 4;
    }

    /// <summary>Whether a packet is the response to a query.</summary>
    /// <param name="packet">What came.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="failure">Why it is no answer; null when it is one.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> query, out string? failure)
    {
        failure = null;

        // The id, the response bit, and the question repeated: a forger has to know the id and the port.
        if (packet.Length < query.Length || !packet[..2].SequenceEqual(query[..2]) || (packet[2] & 0x80) == 0
            || !Ascii.EqualsIgnoreCase(packet[Header..query.Length], query[Header..]))
        {
            return false;
        }

        int code = packet[3] & 0xF;
        failure = code is 0 or NoSuchName ? null : $"answered with {code switch { 2 => "SERVFAIL", 5 => "REFUSED", _ => $"code {code}" }}";
        return true;
    }
}
