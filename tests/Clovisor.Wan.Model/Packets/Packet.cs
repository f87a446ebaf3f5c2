using System.Net.Sockets;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Packets;

/// <summary>What part of a packet a frame has.</summary>
internal enum Part
{
    Whole,
    First,
    Later,
}

/// <summary>A frame as the datapath's rules read it.</summary>
internal sealed class Packet
{
    internal const int Ethernet = 14;
    internal const byte Tcp = (byte)ProtocolType.Tcp;
    internal const byte Udp = (byte)ProtocolType.Udp;
    internal const byte Icmp = (byte)ProtocolType.Icmp;
    internal const byte IcmpV6 = (byte)ProtocolType.IcmpV6;
    internal const byte UdpLite = 136;
    internal const byte Dccp = 33;
    internal const byte Authentication = 51;
    internal const byte Fin = 1;
    internal const byte Syn = 2;
    internal const byte Rst = 4;
    internal const byte Ack = 16;

    /// <summary>Where the IP header is.</summary>
    internal int Network { get; set; } = Ethernet;

    /// <summary>Where the transport header is, or would be.</summary>
    internal int Transport { get; set; }

    /// <summary>VLAN tags in the frame.</summary>
    internal int Tags { get; set; }

    internal bool V6 { get; set; }

    /// <summary>An ICMP error: about another packet, and of no session itself.</summary>
    internal bool IsError { get; set; }

    internal Part Part { get; set; }

    /// <summary>The identification of a fragment, as it lies.</summary>
    internal uint FragmentId { get; set; }

    internal byte Dscp { get; set; }

    /// <summary>TTL or hop limit.</summary>
    internal byte Hops { get; set; }

    /// <summary>Whether routing is left out with a clear conscience: hops are left, and no options that a router must read.</summary>
    internal bool IsPlain => Hops > 1 && Transport - Network == (V6 ? 40 : 20);

    internal byte TcpFlags { get; set; }

    internal ClvTuple Tuple;

    internal byte Protocol => Tuple.Protocol;

    internal static bool HasPorts(byte protocol) => protocol is Tcp or Udp;

    internal static bool IsIcmp(byte protocol) => protocol is Icmp or IcmpV6;

    /// <summary>Whether it may be a session's first: only then can the session still choose its address.</summary>
    internal bool Opens => Protocol switch
    {
        Tcp => (TcpFlags & (Syn | Ack)) == Syn,
        Icmp or IcmpV6 => Tuple.Dport == 0,     // the asker's echo; an answer has its identifier at the other end
        _ => true,
    };

    /// <summary>Where the checksum that covers addresses and ports is; none in a later fragment, or for protocols without.</summary>
    internal int? Checksum => Part == Part.Later ? null : Protocol switch
    {
        Tcp => Transport + 16,
        Udp or UdpLite or Dccp => Transport + 6,
        Icmp or IcmpV6 => Transport + 2,
        _ => null,
    };

    internal ClvFragment FragmentKey => new()
    {
        Saddr = Tuple.Saddr,
        Daddr = Tuple.Daddr,
        Id = FragmentId,
        // That of IPv6 may be an extension, and differ between fragments; its identification is enough.
        Protocol = V6 ? (byte)0 : Protocol,
    };

    /// <summary>Sent to all, or to those on the same wire: no WAN link leads there.</summary>
    internal bool StaysLocal => IsLocal(in Tuple.Daddr, V6);

    /// <summary>Of all, or of those on the same wire.</summary>
    internal static bool IsLocal(in ClvAddress address, bool v6)
    {
        ReadOnlySpan<byte> bytes = address;
        return v6
            ? bytes[0] == 0xff || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
            : (bytes[12] & 0xf0) == 0xe0 || (bytes[12] == 169 && bytes[13] == 254) || bytes[12..].SequenceEqual<byte>([255, 255, 255, 255]);
    }

    /// <summary>The packet of a frame, or why it is not followed. What a later fragment does not show is not filled in.</summary>
    /// <param name="frame">All of it.</param>
    /// <param name="packet">What was read until then.</param>
    /// <param name="l3">Whether it begins with the IP header.</param>
    internal static DatapathReason? Read(ReadOnlySpan<byte> frame, out Packet packet, bool l3 = false) =>
        l3 ? new PacketReader(frame, packet = new Packet { Network = 0 }).ReadL3() : new PacketReader(frame, packet = new Packet()).Read();
}
