namespace Clovisor.Wan.Links;

/// <summary>How the addresses of a session relate to the link it leaves by.</summary>
public enum AddressingKind
{
    /// <summary>Routed: packets keep the same addresses on every link, so a live session can move between such links.</summary>
    Preserved,

    /// <summary>
    /// The link has its own source address. Sessions from another address are translated to it (SNAT), and a TCP session is
    /// pinned to its link: the peer knows it by that address.
    /// </summary>
    Translated,

    /// <summary>
    /// Both ends run Clovisor, and all links with the same <see cref="WanLink.Peer"/> are a pair. A session with one of the peer's addresses
    /// has on the wire those of the link that it takes, at both ends, and its own where it arrives: a live session moves between the links
    /// of the pair. Towards everybody else the link is <see cref="Translated"/>.
    /// </summary>
    Paired,
}
