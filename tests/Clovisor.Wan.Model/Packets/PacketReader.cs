using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Packets;

/// <summary>
/// Reads a frame by these rules. Up to two VLAN tags in the frame, IPv4 with options, IPv6 with up to six extension headers. What signs or redirects
/// (AH, a routing header that is not at its end), addresses that cannot be on a wire, and ICMP that is neither an echo with an identifier nor an error
/// are not followed. The frame's end is the packet's end: lengths in headers are not looked at.
/// </summary>
internal readonly ref struct PacketReader(ReadOnlySpan<byte> frame, Packet packet)
{
    private const int MaxTags = 2;
    private const int MaxExtensions = 6;
    private readonly ReadOnlySpan<byte> _frame = frame;

    internal DatapathReason? Read()
    {
        if (_frame.Length < Packet.Ethernet)
        {
            return DatapathReason.NotIp;
        }

        int type = Bytes.Number(_frame, 12);
        while (type is 0x8100 or 0x88a8)
        {
            if (packet.Tags == MaxTags)
            {
                return DatapathReason.Vlan;
            }

            if (!Has(packet.Network, 4))
            {
                return DatapathReason.Truncated;
            }

            type = Bytes.Number(_frame, packet.Network + 2);
            packet.Tags++;
            packet.Network += 4;
        }

        return type switch
        {
            0x0800 => ReadV4(),
            0x86dd => ReadV6(),
            _ => DatapathReason.NotIp,
        };
    }

    /// <summary>Of a device without hardware addresses: the first half byte says what it is.</summary>
    internal DatapathReason? ReadL3() => (_frame.IsEmpty ? 0 : _frame[0] >> 4) switch
    {
        4 => ReadV4(),
        6 => ReadV6(),
        _ => DatapathReason.NotIp,
    };

    private DatapathReason? ReadV4()
    {
        if (!Has(packet.Network, 20))
        {
            return DatapathReason.Truncated;
        }

        ReadOnlySpan<byte> ip = _frame[packet.Network..];
        int header = (ip[0] & 15) * 4;
        if (ip[0] >> 4 != 4)
        {
            return DatapathReason.NotIp;
        }

        if (header < 20 || ip[9] == Packet.Authentication)
        {
            return DatapathReason.Headers;
        }

        if (!Has(packet.Network, header))
        {
            return DatapathReason.Truncated;
        }

        packet.Tuple.Saddr = Bytes.Address(ip.Slice(12, 4));
        packet.Tuple.Daddr = Bytes.Address(ip.Slice(16, 4));
        packet.Tuple.Protocol = ip[9];
        packet.Dscp = (byte)(ip[1] >> 2);
        packet.Hops = ip[8];
        packet.Transport = packet.Network + header;
        int fragment = Bytes.Number(ip, 6);
        if ((fragment & 0x3fff) != 0)
        {
            packet.Part = (fragment & 0x1fff) != 0 ? Part.Later : Part.First;
            packet.FragmentId = Bytes.Raw(ip, 4);
        }

        return ReadTransport();
    }

    private DatapathReason? ReadV6()
    {
        if (!Has(packet.Network, 40))
        {
            return DatapathReason.Truncated;
        }

        ReadOnlySpan<byte> ip = _frame[packet.Network..];
        if (ip[0] >> 4 != 6)
        {
            return DatapathReason.NotIp;
        }

        packet.V6 = true;
        packet.Tuple.Saddr = Bytes.Address(ip.Slice(8, 16));
        packet.Tuple.Daddr = Bytes.Address(ip.Slice(24, 16));
        if (packet.Tuple.Saddr.IsV4 || packet.Tuple.Daddr.IsV4)
        {
            return DatapathReason.Headers;
        }

        packet.Dscp = (byte)((ip[0] << 4 | ip[1] >> 4) >> 2 & 63);
        packet.Hops = ip[7];
        var walk = new ExtensionWalk { Next = ip[6], Offset = packet.Network + 40 };
        if (walk.Go(_frame) is { } reason)
        {
            return reason;
        }

        packet.Tuple.Protocol = walk.Next;
        packet.Transport = walk.Offset;
        packet.Part = walk.Part;
        packet.FragmentId = walk.FragmentId;
        return ReadTransport();
    }

    private DatapathReason? ReadTransport()
    {
        if (packet.Part == Part.Later)
        {
            return null;
        }

        int needed = packet.Protocol switch
        {
            Packet.Tcp => 20,
            Packet.Udp or Packet.UdpLite or Packet.Dccp => 8,
            Packet.Icmp or Packet.IcmpV6 => 8,
            _ => 0,
        };
        if (Packet.IsIcmp(packet.Protocol) && packet.V6 != (packet.Protocol == Packet.IcmpV6))
        {
            return DatapathReason.Protocol;
        }

        if (!Has(packet.Transport, needed))
        {
            return DatapathReason.Truncated;
        }

        ReadOnlySpan<byte> transport = _frame[packet.Transport..];
        if (Packet.HasPorts(packet.Protocol))
        {
            packet.Tuple.Sport = Bytes.Raw(transport, 0);
            packet.Tuple.Dport = Bytes.Raw(transport, 2);
            packet.TcpFlags = packet.Protocol == Packet.Tcp ? transport[13] : (byte)0;
        }
        else if (Packet.IsIcmp(packet.Protocol))
        {
            packet.IsError = packet.V6 ? transport[0] is >= 1 and <= 4 : transport[0] is 3 or 11 or 12;
            if (!packet.IsError && !ReadEcho(transport, packet.V6, ref packet.Tuple))
            {
                return DatapathReason.Protocol;
            }
        }

        return null;
    }

    /// <summary>The identifier stands for the port of the asker. False: no echo, or one without an identifier.</summary>
    internal static bool ReadEcho(ReadOnlySpan<byte> message, bool v6, ref ClvTuple tuple)
    {
        ushort id = Bytes.Raw(message, 4);
        if (id != 0 && message[0] == (v6 ? 128 : 8))
        {
            tuple.Sport = id;
            return true;
        }

        if (id != 0 && message[0] == (v6 ? 129 : 0))
        {
            tuple.Dport = id;
            return true;
        }

        return false;
    }

    private bool Has(int at, int bytes) => at + bytes <= _frame.Length;

    /// <summary>The way past IPv6 extension headers.</summary>
    internal struct ExtensionWalk
    {
        internal int Offset;
        internal byte Next;
        internal Part Part;
        internal uint FragmentId;

        internal DatapathReason? Go(ReadOnlySpan<byte> frame)
        {
            for (int passed = 0; ; passed++)
            {
                if (Next == Packet.Authentication)
                {
                    return DatapathReason.Headers;
                }

                if (Next is not (0 or 43 or 44 or 60))
                {
                    return Offset <= frame.Length ? null : DatapathReason.Truncated;
                }

                if (passed == MaxExtensions)
                {
                    return DatapathReason.Headers;
                }

                if (Offset + 8 > frame.Length)
                {
                    return DatapathReason.Truncated;
                }

                ReadOnlySpan<byte> header = frame[Offset..];
                byte type = Next;
                Next = header[0];
                if (type == 44)
                {
                    FragmentId = System.Runtime.InteropServices.MemoryMarshal.Read<uint>(header[4..]);
                    Offset += 8;
                    int word = Bytes.Number(header, 2);
                    if (word >> 3 != 0)
                    {
                        Part = Part.Later;
                        return null;
                    }

                    Part = (word & 1) != 0 ? Part.First : Part;
                    continue;
                }

                if (type == 43 && header[3] != 0)
                {
                    return DatapathReason.Headers;
                }

                Offset += (header[1] + 1) * 8;
            }
        }
    }
}
