using System.Net;
using System.Net.Sockets;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>The address that the node's routes would give a packet to a destination.</summary>
internal static class SourceAddress
{
    /// <remarks>Connecting a datagram socket asks the kernel's routes and sends nothing.</remarks>
    public static IPAddress For(IPEndPoint destination)
    {
        using var question = new Socket(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        question.Connect(destination);
        return ((IPEndPoint)question.LocalEndPoint!).Address;
    }
}
