namespace Clovisor.Wan.Model.Packets;

/// <summary>The Internet checksum (RFC 1071), and its change by differences (RFC 1624).</summary>
internal static class Checksums
{
    /// <summary>The sum of the words, the last padded with a zero byte; never complemented.</summary>
    internal static ushort Sum(ReadOnlySpan<byte> bytes, uint start = 0)
    {
        uint sum = start;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            sum += (uint)((bytes[i] << 8) | bytes[i + 1]);
        }

        if (bytes.Length % 2 == 1)
        {
            sum += (uint)bytes[^1] << 8;
        }

        return Fold(sum);
    }

    /// <summary>What a checksum becomes when bytes at an even place change. Never all ones: that zero is written as zero.</summary>
    internal static ushort Adjust(ushort checksum, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        uint sum = 0xffffu + (ushort)~checksum + (ushort)~Sum(from) + Sum(to);
        return (ushort)~Fold(sum);
    }

    /// <summary>The sum over the pseudo header of a transport protocol.</summary>
    internal static uint Pseudo(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, int protocol, int length) =>
        (uint)Sum(source) + Sum(destination) + (uint)protocol + (uint)(length >> 16) + (uint)(length & 0xffff);

    private static ushort Fold(uint sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
