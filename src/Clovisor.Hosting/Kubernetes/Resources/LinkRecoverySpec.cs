using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What a link that failed must show before it is used again.</summary>
[CelRule(
    "duration(has(self.dampening) && has(self.dampening.max) ? self.dampening.max : '10m') >= duration(has(self.holdDown) ? self.holdDown : '10s')",
    "the longest hold-down (dampening.max, 10m by default) is shorter than the shortest (holdDown, 10s by default); raise it or lower holdDown")]
public sealed record LinkRecoverySpec
{
    /// <summary>How many probes in a row a quorum of the targets must answer. The default is 8.</summary>
    [Range(1, 1000)]
    public int? Good { get; init; }

    /// <summary>How long the link must have been good without a break. 0s to 1h; the default is 10s.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) <= duration('1h')", "choose from 0s to 1h")]
    public string? HoldDown { get; init; }

    /// <summary>How a link that flaps is kept out for longer each time.</summary>
    public LinkDampeningSpec? Dampening { get; init; }
}
