using System.Globalization;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Peers;

/// <summary>Key <c>i</c> of the hash maps.</summary>
internal record struct Key(ulong A, ulong B)
{
    internal static Key Of(uint i) => new(unchecked(i * 0x9E3779B97F4A7C15UL), i);
}

/// <summary>Value <c>i</c>.</summary>
internal record struct Value(ulong A, ulong B, ulong C, ulong D)
{
    internal static Value Of(ulong i) => new(i, ~i, i ^ 0x5555, 0xA5A5A5A5A5A5A5A5);
}

/// <summary>A record of the ring.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingRecord
{
    internal ulong Sequence;
    internal ulong Pad0, Pad1, Pad2, Pad3, Pad4, Pad5;
    internal ulong Complement;
}

/// <summary>The data that all peers share.</summary>
internal sealed class Elements
{
    internal Elements(int count)
    {
        Count = count;
        Order = Shuffle(count);
        Keys = Array.ConvertAll(Order, static i => Key.Of(i));
        Values = Array.ConvertAll(Order, static i => Value.Of(i));
    }

    internal int Count { get; }

    /// <summary>The order in which elements are visited: the kernel sees them shuffled.</summary>
    internal uint[] Order { get; }

    /// <summary>Keys in that order, so that the program itself reads memory in a row.</summary>
    internal Key[] Keys { get; }

    internal Value[] Values { get; }

    /// <summary>Fisher-Yates by xorshift64.</summary>
    internal static uint[] Shuffle(int count)
    {
        var order = new uint[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = (uint)i;
        }

        ulong x = 0x9E3779B97F4A7C15;
        for (int i = count - 1; i >= 1; i--)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            int j = (int)(x % ((ulong)i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary>The first four indices, and FNV-1a over all.</summary>
    internal static string SelfCheck(int count)
    {
        uint[] order = Shuffle(count);
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in MemoryMarshal.AsBytes(order.AsSpan()))
        {
            hash = unchecked((hash ^ b) * 0x100000001B3);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{order[0]} {order[1]} {order[2]} {order[3]} {hash:x16}");
    }
}
