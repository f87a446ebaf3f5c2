using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Matrix;

/// <summary>What a receiver asks of a frame: that its checksums are right, each summed from nothing.</summary>
internal static class ReceiverCheck
{
    /// <summary>What is wrong; null if nothing is. Of a fragment the header alone is looked at: see <see cref="Whole"/>.</summary>
    internal static string? Fault(byte[] frame)
    {
        if (Packet.Read(frame, out Packet packet) is { } reason && reason is not (Datapath.DatapathReason.Headers or Datapath.DatapathReason.Protocol))
        {
            return $"cannot be read: {reason}";
        }

        if (!packet.V6 && Checksums.Sum(frame.AsSpan(packet.Network, (frame[packet.Network] & 15) * 4)) != 0xffff)
        {
            return "the checksum of the IPv4 header is wrong";
        }

        if (packet.Part != Part.Whole || packet.Checksum is not { } at || packet.Transport == 0)
        {
            return null;
        }

        if (packet.Protocol == Packet.Udp && Bytes.Number(frame, at) == 0)
        {
            return packet.V6 ? "UDP over IPv6 without a checksum" : null;
        }

        int addresses = packet.Network + (packet.V6 ? 8 : 12);
        int length = packet.V6 ? 16 : 4;
        ReadOnlySpan<byte> content = frame.AsSpan(packet.Transport);
        uint pseudo = packet.Protocol == Packet.Icmp ? 0
            : Checksums.Pseudo(frame.AsSpan(addresses, length), frame.AsSpan(addresses + length, length), packet.Protocol, content.Length);
        return Checksums.Sum(content, pseudo) == 0xffff ? null : "the checksum of the transport is wrong";
    }

    /// <summary>The packet that a first and a last fragment make up.</summary>
    internal static byte[] Whole(byte[] first, byte[] last)
    {
        Packet.Read(first, out Packet packet);
        byte[] content = [.. first[packet.Transport..], .. last[packet.Transport..]];
        if (packet.V6)
        {
            byte[] joined = [.. first[..(packet.Network + 40)], .. content];
            joined[packet.Network + 6] = packet.Protocol;
            Bytes.Put(joined, packet.Network + 4, content.Length);
            return joined;
        }

        byte[] whole = [.. first[..packet.Transport], .. content];
        Bytes.Put(whole, packet.Network + 2, whole.Length - packet.Network);
        Bytes.Put(whole, packet.Network + 6, 0);
        Bytes.Put(whole, packet.Network + 10, 0);
        Bytes.Put(whole, packet.Network + 10, ~Checksums.Sum(whole.AsSpan(packet.Network, packet.Transport - packet.Network)));
        return whole;
    }
}
