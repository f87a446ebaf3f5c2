namespace Clovisor.Wan.Datapath;

/// <summary>Something that the programs saw happen to a session or a packet. Names are those of the plan in force when it is read.</summary>
public sealed record DatapathEvent
{
    /// <summary>When it happened: the kernel's monotonic clock, put on the wall clock. Of one reading in the order of the kernel's times, unless the wall clock is set meanwhile.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    public required DatapathEventKind Kind { get; init; }

    /// <summary>The session, by its name; of a packet that was dropped, its ends as it came to the program: on arrival that is the peer first.</summary>
    public required SessionTuple Tuple { get; init; }

    /// <summary>The name of the session's association; null where the plan no longer has it, and for packets that are of none.</summary>
    public string? AssociationName { get; init; }

    /// <summary>The name of the link that the session has taken; null before it has, and where the plan no longer has that link.</summary>
    public string? LinkName { get; init; }

    /// <summary>The source port on the wire, 1 to 65535, or the identifier of an echo; null before the session has a link, and for protocols without ports.</summary>
    public int? WirePort { get; init; }

    /// <summary>Why the packet was dropped; null for other kinds.</summary>
    public DatapathReason? Reason { get; init; }

    /// <summary>The index of the device whose program saw it; null where a socket was seen.</summary>
    public int? InterfaceIndex { get; init; }
}
