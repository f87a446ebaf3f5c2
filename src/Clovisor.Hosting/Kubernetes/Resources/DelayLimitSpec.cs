using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>A limit of time with hysteresis: broken above enter, kept again only below leave.</summary>
[CelRule("!has(self.leave) || duration(self.leave) <= duration(self.enter)", "leave is above enter: the limit would be kept again before it is broken; make leave the smaller one")]
public sealed record DelayLimitSpec
{
    /// <summary>The value above which the limit counts as broken, such as 150ms.</summary>
    [Required]
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) > duration('0s') && duration(self) <= duration('1m')", "choose above 0 and at most 1m")]
    public string? Enter { get; init; }

    /// <summary>The value below which a broken limit counts as kept again. The default is 0.8 of enter.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) > duration('0s')", "choose above 0")]
    public string? Leave { get; init; }
}
