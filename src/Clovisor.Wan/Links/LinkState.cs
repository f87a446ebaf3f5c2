namespace Clovisor.Wan.Links;

/// <summary>What is known of a link. Only <see cref="Up"/> and <see cref="Degraded"/> links carry sessions.</summary>
public enum LinkState
{
    /// <summary>There is no device of that name in this network namespace.</summary>
    Absent,

    /// <summary>The device is set down by the administrator.</summary>
    AdminDown,

    /// <summary>The device has no carrier: cable out, peer off.</summary>
    NoCarrier,

    /// <summary>The device has no address, or no next hop is known for it.</summary>
    NoAddress,

    /// <summary>The device is ready and its probes have not been answered yet, nor given up.</summary>
    Probing,

    /// <summary>The link works.</summary>
    Up,

    /// <summary>The link works, and breaks the limits of at least one SLA class that is asked of it.</summary>
    Degraded,

    /// <summary>The device is ready and the link does not work: probes unanswered, or the next hop does not resolve.</summary>
    Down,
}
