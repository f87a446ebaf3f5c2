using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>Links of equal rank, which share the sessions of an association by weight.</summary>
[CelRule("!has(self.weights) || self.weights.all(l, l in self.links)", "a weight is given to a link that is not in this tier; remove it or add the link")]
public sealed record LinkTierSpec
{
    /// <summary>The names of WanLinks, none twice.</summary>
    [Required]
    [ItemCount(1, 16)]
    [StringLength(63)]
    [UniqueItems]
    public ImmutableArray<string>? Links { get; init; }

    /// <summary>How the links share. Always weighted.</summary>
    [AllowedValues("weighted")]
    public string? Share { get; init; }

    /// <summary>The share of a link against the others. 1 to 1000; the default is 1.</summary>
    [ItemCount(0, 16)]
    [Range(1, 1000)]
    public ImmutableDictionary<string, int>? Weights { get; init; }
}
