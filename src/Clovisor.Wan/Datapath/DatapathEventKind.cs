namespace Clovisor.Wan.Datapath;

/// <summary>What a <see cref="DatapathEvent"/> tells.</summary>
public enum DatapathEventKind
{
    /// <summary>A packet's tag, its DSCP or its source port, made the session.</summary>
    EnteredByTag = 1,

    /// <summary>A connect in the trusted control group, announced or tagged, made the session or made it anew.</summary>
    EnteredBySocket = 2,

    /// <summary>The far end of a pair opened the session, and the first answer leaves. It has its link already.</summary>
    EnteredByPeer = 3,

    /// <summary>The session's first packet took its link.</summary>
    Bound = 4,

    /// <summary>The session took another link, though the one before would carry it still: its slot, or the far end of its pair, says so.</summary>
    Moved = 5,

    /// <summary>The session took another link, since the one before failed it.</summary>
    Rebound = 6,

    /// <summary>The connection was ended by a reset to its sender, since its link failed and its peer knows it by that link's address.</summary>
    Reset = 7,

    /// <summary>The first FIN or RST of the connection was in a packet that left.</summary>
    ClosingOut = 8,

    /// <summary>The first FIN or RST of the connection was in a packet that came back.</summary>
    ClosingIn = 9,

    /// <summary>A packet was dropped, by <see cref="DatapathEvent.Reason"/>. At most one in some two seconds is told of each reason and CPU; <see cref="BpfWanDatapath.Counters"/> counts all.</summary>
    Dropped = 10,
}
