using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Sessions;

/// <summary>The name of an IPv4 session in 16 bytes: hundreds of thousands are kept.</summary>
internal readonly record struct PackedTuple(uint Source, uint Destination, uint Ports, uint Protocol)
{
    internal static PackedTuple Of(in SessionTuple tuple) => new(
        Word(tuple.Source.Address), Word(tuple.Destination.Address), ((uint)tuple.Source.Port << 16) | (uint)tuple.Destination.Port, (uint)tuple.Protocol);

    internal SessionTuple ToTuple() => new((ProtocolType)Protocol, EndPoint(Source, (int)(Ports >> 16)), EndPoint(Destination, (int)(Ports & 0xffff)));

    // One multiplication more than the record's own, whose sums of ports and addresses of neighbours meet.
    public override int GetHashCode()
    {
        ulong hash = ((((ulong)Source << 32) | Ports) * 0x9E3779B97F4A7C15) ^ ((((ulong)Destination << 32) | Protocol) * 0xC2B2AE3D27D4EB4F);
        return (int)((hash * 0x9E3779B97F4A7C15) >> 32);
    }

    private static uint Word(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : throw new ArgumentException($"{address} is no IPv4 address.", nameof(address));
    }

    private static IPEndPoint EndPoint(uint address, int port)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPEndPoint(new IPAddress(bytes), port);
    }
}
