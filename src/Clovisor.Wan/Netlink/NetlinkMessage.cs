using System.Runtime.InteropServices;

namespace Clovisor.Wan.Netlink;

/// <summary>One message of a netlink datagram: type, flags, fixed header and attributes. Lives on the buffer it was cut from.</summary>
internal readonly ref struct NetlinkMessage(ushort type, ushort flags, uint sequence, ReadOnlySpan<byte> payload)
{
    public const int HeaderLength = 16;

    public ushort Type { get; } = type;

    public ushort Flags { get; } = flags;

    public uint Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Cuts the first message off a datagram.</summary>
    /// <returns>False at the end, and where what is left is no message.</returns>
    public static bool TryCut(scoped ref ReadOnlySpan<byte> datagram, out NetlinkMessage message)
    {
        message = default;
        if (datagram.Length < HeaderLength)
        {
            return false;
        }

        int length = MemoryMarshal.Read<int>(datagram);
        if (length < HeaderLength || length > datagram.Length)
        {
            return false;
        }

        message = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(datagram[4..]),
            MemoryMarshal.Read<ushort>(datagram[6..]),
            MemoryMarshal.Read<uint>(datagram[8..]),
            datagram[HeaderLength..length]);
        datagram = datagram[Math.Min(Align(length), datagram.Length)..];
        return true;
    }

    /// <summary>Cuts the first attribute off a list of attributes.</summary>
    public static bool TryCutAttribute(scoped ref ReadOnlySpan<byte> attributes, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (attributes.Length < 4)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(attributes);
        if (length < 4 || length > attributes.Length)
        {
            return false;
        }

        // The two upper bits say "nested" and "network byte order".
        type = MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3FFF;
        value = attributes[4..length];
        attributes = attributes[Math.Min(Align(length), attributes.Length)..];
        return true;
    }

    public static int Align(int length) => (length + 3) & ~3;
}
