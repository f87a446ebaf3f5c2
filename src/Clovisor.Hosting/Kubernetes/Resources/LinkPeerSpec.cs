using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>The site at the far end of paired links.</summary>
public sealed record LinkPeerSpec
{
    /// <summary>A name for it, the same in all links that lead there; they are a pair.</summary>
    [Required]
    [StringLength(63)]
    public string? Name { get; init; }

    /// <summary>Its own addresses on this link, at most one a family; on no other link the same.</summary>
    [Required]
    [ItemCount(1, 2)]
    [StringLength(45)]
    [CelRule(TextForm.Unicast, TextForm.UnicastMessage, OfItems = true)]
    [CelRule(TextForm.OneEachFamily, "a far end has one address a family on a link; keep one IPv4 and one IPv6 address")]
    public ImmutableArray<string>? Addresses { get; init; }
}
