using System.Net;

namespace Clovisor.EdgeHost.Lab;

/// <summary>What one connection moved over one device, counted by the kernel on the cloud's side.</summary>
/// <param name="Device">The WAN device.</param>
/// <param name="Peer">The edge's end as the cloud sees it, after any translation.</param>
/// <param name="Service">The cloud's end.</param>
/// <param name="Up">Bytes from the edge, from the network header on.</param>
/// <param name="Down">Bytes to the edge, from the network header on.</param>
internal sealed record FlowBytes(string Device, IPEndPoint Peer, IPEndPoint Service, long Up, long Down);
