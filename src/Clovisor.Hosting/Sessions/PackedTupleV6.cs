using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Sessions;

/// <summary>The name of an IPv6 session in 48 bytes.</summary>
internal readonly record struct PackedTupleV6(UInt128 Source, UInt128 Destination, uint Ports, uint Protocol)
{
    internal static PackedTupleV6 Of(in SessionTuple tuple) => new(
        Word(tuple.Source.Address), Word(tuple.Destination.Address), ((uint)tuple.Source.Port << 16) | (uint)tuple.Destination.Port, (uint)tuple.Protocol);

    internal SessionTuple ToTuple() => new((ProtocolType)Protocol, EndPoint(Source, (int)(Ports >> 16)), EndPoint(Destination, (int)(Ports & 0xffff)));

    private static UInt128 Word(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _)
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes)
            : throw new ArgumentException($"{address} is no IPv6 address.", nameof(address));
    }

    private static IPEndPoint EndPoint(UInt128 address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPEndPoint(new IPAddress(bytes), port);
    }
}
