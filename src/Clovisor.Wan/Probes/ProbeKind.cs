namespace Clovisor.Wan.Probes;

/// <summary>What a probe sends.</summary>
public enum ProbeKind
{
    /// <summary>An ICMP or ICMPv6 echo request. Needs CAP_NET_RAW, or a group inside <c>net.ipv4.ping_group_range</c>.</summary>
    Icmp,
}
