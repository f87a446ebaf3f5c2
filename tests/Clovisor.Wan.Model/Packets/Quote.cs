using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Packets;

/// <summary>What an ICMP error quotes of the packet that it is about.</summary>
internal sealed class Quote
{
    /// <summary>As an answer to the quoted packet would look.</summary>
    internal ClvTuple Answer;

    /// <summary>Where the quoted IP header is.</summary>
    internal int Ip { get; private set; }

    /// <summary>Where the quoted transport header is.</summary>
    internal int Transport { get; private set; }

    /// <summary>Null: it quotes nothing that could be of a session.</summary>
    internal static Quote? Read(ReadOnlySpan<byte> frame, Packet error)
    {
        var quote = new Quote { Ip = error.Transport + 8 };
        ReadOnlySpan<byte> ip = frame[Math.Min(quote.Ip, frame.Length)..];
        int addresses = error.V6 ? 8 : 12;
        int length = error.V6 ? 16 : 4;
        if (ip.Length < addresses + (2 * length))
        {
            return null;
        }

        ClvTuple quoted = default;
        quoted.Saddr = Bytes.Address(ip.Slice(addresses, length));
        quoted.Daddr = Bytes.Address(ip.Slice(addresses + length, length));
        if (error.V6)
        {
            var walk = new PacketReader.ExtensionWalk { Next = ip[6], Offset = quote.Ip + 40 };
            if (quoted.Saddr.IsV4 || quoted.Daddr.IsV4 || walk.Go(frame) is not null || walk.Part == Part.Later)
            {
                return null;
            }

            quoted.Protocol = walk.Next;
            quote.Transport = walk.Offset;
        }
        else
        {
            if ((ip[0] & 15) < 5 || (Bytes.Number(ip, 6) & 0x1fff) != 0)
            {
                return null;
            }

            quoted.Protocol = ip[9];
            quote.Transport = quote.Ip + ((ip[0] & 15) * 4);
        }

        ReadOnlySpan<byte> transport = frame[Math.Min(quote.Transport, frame.Length)..];
        if (Packet.HasPorts(quoted.Protocol))
        {
            if (transport.Length < 4)
            {
                return null;
            }

            quoted.Sport = Bytes.Raw(transport, 0);
            quoted.Dport = Bytes.Raw(transport, 2);
        }
        else if (Packet.IsIcmp(quoted.Protocol)
            && (transport.Length < 8 || !PacketReader.ReadEcho(transport, quoted.Protocol == Packet.IcmpV6, ref quoted)))
        {
            return null;
        }

        quote.Answer = new ClvTuple
        {
            Saddr = quoted.Daddr,
            Daddr = quoted.Saddr,
            Sport = quoted.Dport,
            Dport = quoted.Sport,
            Protocol = quoted.Protocol,
        };
        return quote;
    }
}
