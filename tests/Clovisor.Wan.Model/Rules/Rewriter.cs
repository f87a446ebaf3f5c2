using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>Which end of a packet.</summary>
internal enum End
{
    Source,
    Destination,
}

/// <summary>
/// Changes a frame, and its checksums by the difference: one that was right stays right, and one that was wrong stays as wrong, so that
/// the receiver still notices.
/// </summary>
internal static class Rewriter
{
    /// <summary>Gives one end another address and port.</summary>
    internal static void Translate(Span<byte> frame, Packet packet, End end, in ClvAddress address, ushort port)
    {
        byte[] to = Bytes.Wire(in address, packet.V6);
        int at = AddressAt(packet.Network, packet.V6, end);
        bool pseudo = packet.Protocol != Packet.Icmp;
        if (packet.Checksum is { } checksum && pseudo)
        {
            AdjustTransport(frame, packet.Protocol, checksum, frame.Slice(at, to.Length), to);
        }

        PutAddress(frame, packet.Network, packet.V6, end, to);
        ushort from = end == End.Source ? packet.Tuple.Sport : packet.Tuple.Dport;
        bool named = Packet.HasPorts(packet.Protocol) || Packet.IsIcmp(packet.Protocol);
        if (!named || packet.Part == Part.Later || from == port)
        {
            return;
        }

        int place = packet.Transport + (Packet.IsIcmp(packet.Protocol) ? 4 : end == End.Source ? 0 : 2);
        AdjustTransport(frame, packet.Protocol, packet.Checksum!.Value, Bytes.OfPort(in from), Bytes.OfPort(in port));
        Bytes.OfPort(in port).CopyTo(frame[place..]);
    }

    /// <summary>Gives one end of an ICMP error, and the other end of what it quotes, another address and port.</summary>
    internal static void TranslateError(Span<byte> frame, Packet error, Quote quote, End end, in ClvAddress address, ushort port)
    {
        byte[] to = Bytes.Wire(in address, error.V6);
        End other = end == End.Source ? End.Destination : End.Source;
        int checksum = error.Transport + 2;
        int quotedAt = AddressAt(quote.Ip, error.V6, other);
        if (error.V6)
        {
            // ICMPv6 sums what it quotes, and both ends. In IPv4 the quoted header's own checksum evens its address out.
            Adjust(frame, checksum, frame.Slice(quotedAt, 16), to);
            Adjust(frame, checksum, frame.Slice(AddressAt(error.Network, true, end), 16), to);
        }

        PutAddress(frame, quote.Ip, error.V6, other, to);
        PutAddress(frame, error.Network, error.V6, end, to);
        ushort from = end == End.Source ? quote.Answer.Sport : quote.Answer.Dport;
        if (from != port)
        {
            int place = quote.Transport + (Packet.IsIcmp(quote.Answer.Protocol) ? 4 : other == End.Source ? 0 : 2);
            Adjust(frame, checksum, Bytes.OfPort(in from), Bytes.OfPort(in port));
            Bytes.OfPort(in port).CopyTo(frame[place..]);
        }
    }

    /// <summary>Gives the other end of a pair another address: an end of what an ICMP error quotes, and of the error itself where that is the same host.</summary>
    internal static void TranslateFarEnd(Span<byte> frame, Packet error, Quote quote, End end, in ClvAddress address)
    {
        byte[] to = Bytes.Wire(in address, error.V6);
        int quotedAt = AddressAt(quote.Ip, error.V6, end == End.Source ? End.Destination : End.Source);
        int outerAt = AddressAt(error.Network, error.V6, end);
        ClvAddress quoted = end == End.Source ? quote.Answer.Saddr : quote.Answer.Daddr;
        bool sameHost = quoted.Equals(end == End.Source ? error.Tuple.Saddr : error.Tuple.Daddr);
        if (quoted.Equals(in address))
        {
            return;
        }

        if (error.V6)
        {
            Adjust(frame, error.Transport + 2, frame.Slice(quotedAt, 16), to);
        }

        PutAddress(frame, quote.Ip, error.V6, end == End.Source ? End.Destination : End.Source, to);
        if (!sameHost)
        {
            return;
        }

        if (error.V6)
        {
            Adjust(frame, error.Transport + 2, frame.Slice(outerAt, 16), to);
        }

        PutAddress(frame, error.Network, error.V6, end, to);
    }

    /// <summary>Takes bits out of the DSCP.</summary>
    internal static void ClearDscp(Span<byte> frame, Packet packet, int bits)
    {
        Span<byte> ip = frame[packet.Network..];
        byte[] before = ip[..2].ToArray();
        if (packet.V6)
        {
            Bytes.Put(ip, 0, Bytes.Number(ip, 0) & ~(bits << 6));
            return;
        }

        ip[1] = (byte)(ip[1] & ~(bits << 2));
        Adjust(ip, 10, before, ip[..2]);
    }

    /// <summary>What routing does: one hop less.</summary>
    internal static void TakeHop(Span<byte> frame, Packet packet)
    {
        Span<byte> ip = frame[packet.Network..];
        if (packet.V6)
        {
            ip[7]--;
            return;
        }

        byte[] before = ip.Slice(8, 2).ToArray();
        ip[8]--;
        Adjust(ip, 10, before, ip.Slice(8, 2));
    }

    /// <summary>Takes the VLAN tags out; the packet is read anew.</summary>
    internal static byte[] Untag(byte[] frame, Packet packet)
    {
        if (packet.Tags == 0)
        {
            return frame;
        }

        byte[] plain = [.. frame[..12], .. frame[(packet.Network - 2)..]];
        packet.Network -= packet.Tags * 4;
        packet.Transport -= packet.Tags * 4;
        packet.Tags = 0;
        return plain;
    }

    /// <summary>Lowers the segment size that a SYN announces; null leaves it.</summary>
    internal static void Clamp(Span<byte> frame, Packet packet, int? least)
    {
        if ((packet.TcpFlags & Packet.Syn) == 0 || least is not { } most)
        {
            return;
        }

        int tcp = packet.Transport;
        int end = Math.Min(tcp + ((frame[tcp + 12] >> 4) * 4), frame.Length);
        for (int at = tcp + 20; at + 4 <= end;)
        {
            int kind = frame[at];
            int length = kind == 1 ? 1 : frame[at + 1];
            if (kind == 0 || length < 1 || (kind > 1 && length < 2))
            {
                return;
            }

            if (kind == 2)
            {
                if (length == 4 && Bytes.Number(frame, at + 2) > most)
                {
                    // Summed by pairs from the header's start, wherever the option lies.
                    int pair = tcp + ((at + 2 - tcp) & ~1);
                    Span<byte> pairs = frame.Slice(pair, Math.Min(4, frame.Length - pair));
                    byte[] before = pairs.ToArray();
                    Bytes.Put(frame, at + 2, most);
                    Adjust(frame, tcp + 16, before, pairs);
                }

                return;
            }

            at += length;
        }
    }

    /// <summary>Turns a segment into the reset that its sender takes: from the peer, numbered as the sender expects.</summary>
    internal static void TurnRound(Span<byte> frame, Packet packet)
    {
        Span<byte> tcp = frame[packet.Transport..];
        byte[] before = tcp[..20].ToArray();
        before.AsSpan(8, 4).CopyTo(tcp[4..]);
        tcp.Slice(8, 4).Clear();
        tcp[12] &= 0xf0;
        tcp[13] = Packet.Rst;
        before.AsSpan(2, 2).CopyTo(tcp);
        before.AsSpan(0, 2).CopyTo(tcp[2..]);
        Adjust(tcp, 16, before.AsSpan(0, 16), tcp[..16]);
        SwapEnds(frame, packet);
        SwapHardware(frame, packet);
    }

    private static int AddressAt(int network, bool v6, End end) => network + (v6 ? 8 : 12) + (end == End.Source ? 0 : v6 ? 16 : 4);

    private static void PutAddress(Span<byte> frame, int network, bool v6, End end, byte[] to)
    {
        Span<byte> place = frame.Slice(AddressAt(network, v6, end), to.Length);
        if (!v6)
        {
            Adjust(frame, network + 10, place, to);
        }

        to.CopyTo(place);
    }

    // UDP alone can say that there is no checksum: that stays so, and a sum that comes out so is sent as its other form.
    private static void AdjustTransport(Span<byte> frame, byte protocol, int at, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        if (protocol == Packet.Udp && Bytes.Number(frame, at) == 0)
        {
            return;
        }

        Adjust(frame, at, from, to);
        if (protocol == Packet.Udp && Bytes.Number(frame, at) == 0)
        {
            Bytes.Put(frame, at, 0xffff);
        }
    }

    private static void Adjust(Span<byte> frame, int at, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        Bytes.Put(frame, at, Checksums.Adjust(Bytes.Number(frame, at), from, to));

    private static void SwapEnds(Span<byte> frame, Packet packet)
    {
        int length = packet.V6 ? 16 : 4;
        Span<byte> ends = frame.Slice(AddressAt(packet.Network, packet.V6, End.Source), 2 * length);
        byte[] source = ends[..length].ToArray();
        ends[length..].CopyTo(ends);
        source.CopyTo(ends[length..]);
    }

    // Of a device without hardware addresses there is nothing to swap.
    internal static void SwapHardware(Span<byte> frame, Packet packet)
    {
        if (packet.Network == 0)
        {
            return;
        }

        byte[] destination = frame[..6].ToArray();
        frame.Slice(6, 6).CopyTo(frame);
        destination.CopyTo(frame[6..]);
    }
}
