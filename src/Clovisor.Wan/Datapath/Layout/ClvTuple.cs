using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_tuple</c>, and a tuple of either family. Ports are in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvTuple : IEquatable<ClvTuple>
{
    internal ClvAddress Saddr;
    internal ClvAddress Daddr;
    internal ushort Sport;
    internal ushort Dport;
    internal byte Protocol;
    internal byte Reserved;
    internal ushort Pair;

    internal readonly bool IsV4 => Saddr.IsV4;

    internal readonly bool IsTcp => Protocol == (byte)ProtocolType.Tcp;

    /// <summary>Which slot the tuple falls into; the program computes the same.</summary>
    internal readonly byte Slot
    {
        get
        {
            uint hash = 0x9e3779b9;
            foreach (uint word in MemoryMarshal.Cast<ClvTuple, uint>(new ReadOnlySpan<ClvTuple>(in this)))
            {
                hash = (hash ^ word) * 0x85ebca6b;
                hash ^= hash >> 15;
            }

            hash *= 0xc2b2ae35;
            hash ^= hash >> 16;
            return (byte)(hash % DatapathPlan.SlotsPerAssociation);
        }
    }

    /// <summary>Which slot it falls into where sessions share one by a part of their tuples; the program computes the same.</summary>
    internal readonly byte SlotBy(ClvStickyKind sticky) => sticky switch
    {
        ClvStickyKind.Source => new ClvTuple { Saddr = Saddr }.Slot,
        ClvStickyKind.Destination => new ClvTuple { Daddr = Daddr }.Slot,
        _ => Slot,
    };

    internal static ClvTuple From(in SessionTuple tuple) => new()
    {
        Saddr = ClvAddress.From(tuple.Source.Address),
        Daddr = ClvAddress.From(tuple.Destination.Address),
        Sport = NetworkPort(tuple.Source.Port),
        Dport = NetworkPort(tuple.Destination.Port),
        Protocol = (byte)tuple.Protocol,
    };

    /// <summary>What the peer's packets look like when this session leaves from an address and a port.</summary>
    internal readonly ClvTuple Reverse(in ClvAddress address, ushort port) => new()
    {
        Saddr = Daddr,
        Daddr = address,
        Sport = Dport,
        Dport = port,
        Protocol = Protocol,
    };

    /// <summary>The same in a pair: by any of its links.</summary>
    internal readonly ClvTuple ReverseInPair(ushort pair, ushort port) => new()
    {
        Saddr = IsV4 ? ClvAddress.FromRawV4(0) : default,
        Daddr = IsV4 ? ClvAddress.FromRawV4(0) : default,
        Sport = Dport,
        Dport = port,
        Protocol = Protocol,
        Pair = pair,
    };

    internal readonly SessionTuple ToSession() =>
        new((ProtocolType)Protocol, EndPoint(Saddr, Sport), EndPoint(Daddr, Dport));

    internal static IPEndPoint EndPoint(in ClvAddress address, ushort port) =>
        new(address.ToAddress(), BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port);

    private static ushort NetworkPort(int port) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)port) : (ushort)port;

    public readonly bool Equals(ClvTuple other) => Bytes(in this).SequenceEqual(Bytes(in other));

    public override readonly bool Equals(object? obj) => obj is ClvTuple other && Equals(other);

    public override readonly int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes(in this));
        return hash.ToHashCode();
    }

    private static ReadOnlySpan<byte> Bytes(in ClvTuple tuple) => LayoutBytes.Of(in tuple);

    [InlineArray(3)]
    internal struct Padding
    {
        private byte _first;
    }
}
