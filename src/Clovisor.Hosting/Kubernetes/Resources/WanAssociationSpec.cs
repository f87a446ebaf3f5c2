using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>The fields of a WanAssociation.</summary>
[CelRule(
    "(has(self.match) && ((has(self.match.meshRoute) && self.match.meshRoute.size() > 0) || (has(self.match.flows) && self.match.flows.size() > 0) || (has(self.match.dscp) && self.match.dscp.size() > 0))) || (has(self.tag) && (has(self.tag.dscp) || has(self.tag.sourcePorts)))",
    "nothing is matched; give match.meshRoute, match.flows, match.dscp, tag.dscp or tag.sourcePorts")]
public sealed record WanAssociationSpec
{
    /// <summary>Which sessions are meant.</summary>
    public AssociationMatchSpec? Match { get; init; }

    /// <summary>What a proxy writes into the packets.</summary>
    public PacketTagSpec? Tag { get; init; }

    /// <summary>The links, best tier first.</summary>
    [Required]
    [ItemCount(1, 16)]
    [CelRule("self.all(t, t.links.all(l, self.exists_one(u, l in u.links)))", "a link stands in two tiers; keep it in the better one")]
    public ImmutableArray<LinkTierSpec>? Tiers { get; init; }

    /// <summary>The SlaClass that is asked of the links; without one, they only have to work.</summary>
    [StringLength(63)]
    public string? Sla { get; init; }

    /// <summary>What a link must be.</summary>
    public LinkCriteriaSpec? Criteria { get; init; }

    /// <summary>What happens when links work, and none keeps the limits. The default is best-of-worst.</summary>
    [AllowedValues("best-of-worst", "none")]
    public string? Fallback { get; init; }

    /// <summary>What happens when no link qualifies: the node's own routes (pass), nothing (drop), or ICMP to the sender (unreachable). The default is pass.</summary>
    [AllowedValues("pass", "drop", "unreachable")]
    public string? OnNoLink { get; init; }

    /// <summary>What happens to pinned sessions whose link fails.</summary>
    public OnLinkDownSpec? OnLinkDown { get; init; }

    /// <summary>What happens when a better tier works again.</summary>
    public FailbackSpec? Failback { get; init; }

    /// <summary>What happens to pinned sessions when their link no longer keeps the SlaClass and another one does. The default is new-sessions-only.</summary>
    [AllowedValues("new-sessions-only", "move")]
    public string? OnBrownout { get; init; }

    /// <summary>What keeps several sessions on one link: none, source, destination, user or header:NAME. The default is none.</summary>
    [StringLength(256)]
    [RegularExpression("^(none|source|destination|user|header:.*[^ ].*)$")]
    public string? Sticky { get; init; }
}
