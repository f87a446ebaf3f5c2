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
}
