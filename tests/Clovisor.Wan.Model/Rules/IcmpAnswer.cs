using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>ICMP errors about a packet, from its peer to its sender.</summary>
internal static class IcmpAnswer
{
    private const byte Ttl = 64;
    private const int Quoted = 8;
    private const int MaxQuote = 96;

    /// <summary>The one that says how much fits; null where there is none to send.</summary>
    internal static byte[]? TooBig(byte[] frame, Packet packet, int mtu)
    {
        bool mayFragment = !packet.V6 && (frame[packet.Network + 6] & 0x40) == 0;
        return mayFragment ? null : About(frame, packet, packet.V6 ? ((byte)2, (byte)0) : ((byte)3, (byte)4), (uint)mtu);
    }

    /// <summary>The one of an unreachable route; null where there is none to send.</summary>
    internal static byte[]? Unreachable(byte[] frame, Packet packet) => About(frame, packet, packet.V6 ? ((byte)1, (byte)0) : ((byte)3, (byte)1), 0);

    private static byte[]? About(byte[] frame, Packet packet, (byte Type, byte Code) kind, uint value)
    {
        int quoted = packet.Transport + Quoted - packet.Network;
        if (packet.IsError || quoted > MaxQuote || packet.Network + quoted > frame.Length)
        {
            return null;
        }

        byte[] message = [kind.Type, kind.Code, 0, 0, 0, 0, 0, 0, .. frame.AsSpan(packet.Network, quoted)];
        Bytes.PutLong(message, 4, value);
        ReadOnlySpan<byte> ip = frame.AsSpan(packet.Network);
        byte[] header;
        if (packet.V6)
        {
            header = [0x60, 0, 0, 0, 0, 0, Packet.IcmpV6, Ttl, .. ip.Slice(24, 16), .. ip.Slice(8, 16)];
            Bytes.Put(header, 4, message.Length);
            uint pseudo = Checksums.Pseudo(ip.Slice(24, 16), ip.Slice(8, 16), Packet.IcmpV6, message.Length);
            Bytes.Put(message, 2, ~Checksums.Sum(message, pseudo));
        }
        else
        {
            header = [0x45, 0, 0, 0, 0, 0, 0, 0, Ttl, Packet.Icmp, 0, 0, .. ip.Slice(16, 4), .. ip.Slice(12, 4)];
            Bytes.Put(header, 2, header.Length + message.Length);
            Bytes.Put(header, 10, ~Checksums.Sum(header));
            Bytes.Put(message, 2, ~Checksums.Sum(message));
        }

        byte[] error = [.. frame[..packet.Network], .. header, .. message];
        Rewriter.SwapHardware(error, packet);
        return error;
    }
}
