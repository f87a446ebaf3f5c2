using System.Net;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Datapath;

/// <summary>One link as the datapath sees it.</summary>
public sealed record DatapathLink
{
    /// <summary>The name of the <c>WanLink</c>; keeps its place in the maps over reloads and restarts. At most 63 bytes of UTF-8.</summary>
    public required string Name { get; init; }

    /// <summary>The index of the network device, in the network namespace of this process.</summary>
    public required int InterfaceIndex { get; init; }

    /// <summary>How addresses relate to this link.</summary>
    public required AddressingKind Addressing { get; init; }

    /// <summary>The IPv4 router on the link, or null when the link has none: IPv4 sessions are then never sent there.</summary>
    public IPAddress? NextHopV4 { get; init; }

    /// <summary>The IPv6 router on the link, or null when the link has none: IPv6 sessions are then never sent there.</summary>
    public IPAddress? NextHopV6 { get; init; }

    /// <summary>The link's own IPv4 address; needed where <see cref="Addressing"/> is not preserved and there is an IPv4 next hop.</summary>
    public IPAddress? SourceV4 { get; init; }

    /// <summary>The link's own IPv6 address; needed where <see cref="Addressing"/> is not preserved and there is an IPv6 next hop.</summary>
    public IPAddress? SourceV6 { get; init; }

    /// <summary>The name of the far end, where <see cref="Addressing"/> is paired: links with the same one are a pair. At most 63 bytes of UTF-8.</summary>
    public string? Peer { get; init; }

    /// <summary>The far end's IPv4 address on this link, where it is paired; null leaves IPv4 sessions translated. Of no other link.</summary>
    public IPAddress? PeerV4 { get; init; }

    /// <summary>The far end's IPv6 address on this link, where it is paired; null leaves IPv6 sessions translated. Of no other link.</summary>
    public IPAddress? PeerV6 { get; init; }

    /// <summary>The largest segment size, in bytes of TCP payload, that connections by the link may announce: 536 to 65495, and never more than its device carries; null,
    /// the default, what its device carries; 0 leaves what they announce as it is.</summary>
    public int? MssClamp { get; init; }

    /// <summary>Whether packets may be sent into the link now.</summary>
    public required bool Usable { get; init; }
}
