using System.Collections.Immutable;

namespace Clovisor.Wan.Associations;

/// <summary>Says which sessions are meant, and which links carry them.</summary>
/// <remarks>Immutable. Needs at least one mesh route, flow or DSCP, and at least one tier.</remarks>
public sealed record WanAssociation
{
    /// <summary>The name. Lower-case letters, digits, '-' and '.', at most 63 bytes; unique in a configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The mesh route rules whose sessions are meant. No two associations hold the same reference.</summary>
    public ImmutableArray<MeshRouteReference> MeshRoutes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Sessions by what is known of them beside their mesh route; one of the list is enough. No two associations hold the same one.
    /// Which association has a session that several mean, <see cref="AssociationClassifier"/> says.</summary>
    public ImmutableArray<FlowMatch> Flows { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The code points whose packets are meant, 1 to 63. No two associations hold the same one.</summary>
    public ImmutableArray<byte> Dscps { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The code point that a proxy writes into the packets of this association, 1 to 63; null when it writes none. Packets
    /// that carry it are meant, as if it stood in <see cref="Dscps"/>.</summary>
    public byte? TagDscp { get; init; }

    /// <summary>The source ports that a proxy sends this association's connections from, 64 or more within 1024 to 60999; null when it keeps to none.
    /// Packets from them are meant, whatever their DSCP. No two associations' ranges overlap.</summary>
    /// <remarks>The kernel keeps a socket's range within <c>net.ipv4.ip_local_port_range</c> (32768 to 60999 by default) and, without an error, ignores an
    /// end that lies outside: choose a range within. Other processes get ports from there too, so their connections are meant as well unless
    /// tags count only from the proxy's control group.</remarks>
    public PortRange? TagSourcePorts { get; init; }

    /// <summary>The links, best tier first. 1 to 16 tiers.</summary>
    public required ImmutableArray<LinkTier> Tiers { get; init => field = value.IsDefault ? [] : value; }

    /// <summary>The SLA class that is asked of the links; null asks only that they work.</summary>
    public string? Sla { get; init; }

    /// <summary>What a link must be.</summary>
    public LinkCriteria Criteria { get; init; } = new();

    /// <summary>What happens when links work, and none keeps the limits. The default is <see cref="SlaFallback.BestOfWorst"/>.</summary>
    public SlaFallback Fallback { get; init; }

    /// <summary>What happens when no link qualifies. The default is <see cref="NoLinkAction.Pass"/>.</summary>
    public NoLinkAction OnNoLink { get; init; }

    /// <summary>What happens to a pinned TCP session whose link fails. The default is <see cref="LinkDownAction.Reset"/>.</summary>
    public LinkDownAction TcpOnLinkDown { get; init; } = LinkDownAction.Reset;

    /// <summary>What happens to a pinned UDP session whose link fails; never a reset. The default is <see cref="LinkDownAction.Rebind"/>.</summary>
    public LinkDownAction UdpOnLinkDown { get; init; } = LinkDownAction.Rebind;

    /// <summary>What happens when a better tier works again. The default is <see cref="FailbackMode.Drain"/>.</summary>
    public FailbackMode Failback { get; init; }

    /// <summary>How long after a failback sessions that are still pinned to the worse link are settled by the action for their protocol; null,
    /// the default, lets them end there. 0 to 1 day; only with <see cref="FailbackMode.Drain"/>.</summary>
    public TimeSpan? ResetAfter { get; init; }

    /// <summary>What happens to pinned sessions when their link no longer keeps the SLA class and another one does. The default is
    /// <see cref="BrownoutAction.NewSessionsOnly"/>.</summary>
    public BrownoutAction OnBrownout { get; init; }

    /// <summary>What keeps several sessions on one link. The default is nothing.</summary>
    public StickyKey Sticky { get; init; }
}
