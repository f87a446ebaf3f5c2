using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Status;

/// <summary>One link, at the moment of asking.</summary>
public sealed record LinkStatus
{
    /// <summary>The name of the link.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its device.</summary>
    public required string Device { get; init; }

    /// <summary>The index of the device; null when there is no such device.</summary>
    public int? InterfaceIndex { get; init; }

    /// <summary>The state.</summary>
    public required LinkState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why, in words for an operator.</summary>
    public required string Reason { get; init; }

    /// <summary>The router in use, IPv4; null where there is none.</summary>
    public IPAddress? NextHopV4 { get; init; }

    /// <summary>The router in use, IPv6; null where there is none.</summary>
    public IPAddress? NextHopV6 { get; init; }

    /// <summary>The link's own IPv4 address; null where there is none.</summary>
    public IPAddress? SourceV4 { get; init; }

    /// <summary>The link's own IPv6 address; null where there is none.</summary>
    public IPAddress? SourceV6 { get; init; }

    /// <summary>How the addresses of sessions relate to it.</summary>
    public AddressingKind Addressing { get; init; }

    /// <summary>The name of the far end where the link is paired; null for other links.</summary>
    public string? Peer { get; init; }

    /// <summary>When the link will be used again if it stays good; null when no hold-down runs.</summary>
    public DateTimeOffset? HoldDownEnds { get; init; }

    /// <summary>What is known of the SLA classes that associations ask of it.</summary>
    public ImmutableArray<ClassStatus> Classes { get; init; } = [];

    /// <summary>The mean round trip that its sessions last told; null when they told none.</summary>
    public TimeSpan? PassiveRoundTrip { get; init; }

    /// <summary>The targets of its probes.</summary>
    public required ImmutableArray<TargetStatus> Targets { get; init; }

    /// <summary>Whether sessions may be sent into the link.</summary>
    public bool IsUsable => State is LinkState.Up or LinkState.Degraded;
}
