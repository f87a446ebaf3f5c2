using System.Net;
using System.Net.Sockets;

namespace Clovisor.Wan.Datapath;

/// <summary>The five values that name a transport flow, from the node's side: source is the node, destination the peer.</summary>
/// <param name="Protocol"><see cref="ProtocolType.Tcp"/> or <see cref="ProtocolType.Udp"/>.</param>
/// <param name="Source">Source address and port, before any translation.</param>
/// <param name="Destination">Destination address and port; of the same family as the source.</param>
public readonly record struct SessionTuple(ProtocolType Protocol, IPEndPoint Source, IPEndPoint Destination)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Protocol == ProtocolType.Tcp ? "tcp" : "udp")} {Source} > {Destination}";
}
