using System.Buffers.Binary;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Makes of a plain frame the same packet in other shapes: with options, extension headers, VLAN tags, or in fragments.</summary>
internal static class FrameShapes
{
    private const int MoreFragments = 0x2000;

    /// <summary>Options of an IPv4 header that do nothing; a multiple of four bytes.</summary>
    internal static byte[] WithOptions(byte[] frame, int bytes = 8)
    {
        byte[] result = [.. frame[..34], .. Enumerable.Repeat((byte)1, bytes), .. frame[34..]];
        result[14] = (byte)(0x40 | (5 + (bytes / 4)));
        Bump(result, 16, bytes);
        return Summed(result);
    }

    /// <summary>Extension headers by number, eight bytes each, in this order after the IPv6 header.</summary>
    internal static byte[] WithExtensions(byte[] frame, params byte[] types)
    {
        List<byte> chain = [];
        for (int i = 0; i < types.Length; i++)
        {
            byte next = i + 1 < types.Length ? types[i + 1] : frame[20];
            // Of hop-by-hop and destination options: one that pads. Of routing: none left.
            chain.AddRange(types[i] is 43 ? [next, 0, 4, 0, 0, 0, 0, 0] : [next, 0, 1, 4, 0, 0, 0, 0]);
        }

        byte[] result = [.. frame[..54], .. chain, .. frame[54..]];
        result[20] = types[0];
        Bump(result, 18, chain.Count);
        return result;
    }

    internal static byte[] WithVlans(byte[] frame, params int[] tags) =>
        [.. frame[..12], .. tags.SelectMany(tag => new byte[] { 0x81, 0, (byte)(tag >> 8), (byte)tag }), .. frame[12..]];

    /// <summary>The packet in fragments, the first with this many bytes behind the IP header: a multiple of eight.</summary>
    internal static byte[][] Fragments(byte[] frame, int first, ushort id = 4711)
    {
        byte[] head = frame[14..54];
        return FrameBuilder.IsV6(frame)
            ? [Fragment6(frame, head, 0, frame[54..(54 + first)], id, more: true), Fragment6(frame, head, first, frame[(54 + first)..], id, more: false)]
            : [Fragment4(frame, 0, frame[34..(34 + first)], id, more: true), Fragment4(frame, first, frame[(34 + first)..], id, more: false)];
    }

    /// <summary>The packet that two fragments make up; of IPv6 without its fragment header.</summary>
    internal static byte[] Reassemble(byte[] first, byte[] later)
    {
        if (FrameBuilder.IsV6(first))
        {
            byte[] whole = [.. first[..54], .. first[62..], .. later[62..]];
            whole[20] = first[54];
            BinaryPrimitives.WriteUInt16BigEndian(whole.AsSpan(18), (ushort)(whole.Length - 54));
            return whole;
        }

        byte[] result = [.. first, .. later[34..]];
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(16), (ushort)(result.Length - 14));
        result[20] = 0;
        return Summed(result);
    }

    /// <summary>Whether the checksum of an IPv4 header is right, whatever its options. True for IPv6, which has none.</summary>
    internal static bool HasRightHeader(byte[] frame) => FrameBuilder.IsV6(frame) || Sum(frame.AsSpan(14, (frame[14] & 15) * 4)) == 0xffff;

    /// <summary>The frame without options or extension headers: what <see cref="FrameBuilder"/> reads.</summary>
    internal static byte[] Plain(byte[] frame)
    {
        if (!FrameBuilder.IsV6(frame))
        {
            int extra = ((frame[14] & 15) - 5) * 4;
            byte[] plain = [.. frame[..34], .. frame[(34 + extra)..]];
            plain[14] = 0x45;
            Bump(plain, 16, -extra);
            return Summed(plain);
        }

        byte next = frame[20];
        int offset = 54;
        while (next is 0 or 43 or 60)
        {
            next = frame[offset];
            offset += (frame[offset + 1] + 1) * 8;
        }

        byte[] result = [.. frame[..54], .. frame[offset..]];
        result[20] = next;
        Bump(result, 18, 54 - offset);
        return result;
    }

    private static byte[] Fragment4(byte[] frame, int offset, byte[] content, ushort id, bool more)
    {
        byte[] fragment = [.. frame[..34], .. content];
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(16), (ushort)(20 + content.Length));
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(18), id);
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(20), (ushort)((more ? MoreFragments : 0) | (offset / 8)));
        return Summed(fragment);
    }

    private static byte[] Fragment6(byte[] frame, byte[] head, int offset, byte[] content, ushort id, bool more)
    {
        byte[] header = [frame[20], 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(offset | (more ? 1 : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), id);
        byte[] fragment = [.. frame[..14], .. head, .. header, .. content];
        fragment[20] = 44;
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(18), (ushort)(8 + content.Length));
        return fragment;
    }

    private static void Bump(byte[] frame, int at, int by) => BinaryPrimitives.WriteUInt16BigEndian(
        frame.AsSpan(at), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at)) + by));

    private static byte[] Summed(byte[] frame)
    {
        frame.AsSpan(24, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), (ushort)~Sum(frame.AsSpan(14, (frame[14] & 15) * 4)));
        return frame;
    }

    private static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return (ushort)((sum & 0xffff) + (sum >> 16) + ((((sum & 0xffff) + (sum >> 16)) >> 16) & 1));
    }
}
