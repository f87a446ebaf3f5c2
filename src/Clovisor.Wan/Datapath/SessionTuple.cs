using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Clovisor.Wan.Datapath;

/// <summary>The five values that name a transport flow, from the node's side: source is the node, destination the peer.</summary>
/// <param name="Protocol">
/// TCP, UDP, ICMP (ICMPv6 with IPv6 addresses: echoes alone are sessions), or any other protocol that IP carries, by its number.
/// </param>
/// <param name="Source">Source address and port, before any translation. Of an echo the port is its identifier, which is not 0; of other protocols 0.</param>
/// <param name="Destination">Destination address and port; of the same family as the source. The port is 0 but for TCP and UDP.</param>
public readonly record struct SessionTuple(ProtocolType Protocol, IPEndPoint Source, IPEndPoint Destination)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string protocol = Protocol switch
        {
            ProtocolType.Tcp => "tcp",
            ProtocolType.Udp => "udp",
            ProtocolType.Icmp => "icmp",
            ProtocolType.IcmpV6 => "icmpv6",
            _ => ((int)Protocol).ToString(CultureInfo.InvariantCulture),
        };
        return $"{protocol} {Source} > {Destination}";
    }
}
