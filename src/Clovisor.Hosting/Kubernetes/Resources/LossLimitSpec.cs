using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>A limit of loss with hysteresis: broken above enter, kept again only below leave.</summary>
[CelRule("!has(self.leave) || double(self.leave.replace('%', '')) <= double(self.enter.replace('%', ''))", "leave is above enter: the limit would be kept again before it is broken; make leave the smaller one")]
public sealed record LossLimitSpec
{
    /// <summary>The value above which the limit counts as broken, such as 2%.</summary>
    [Required]
    [RegularExpression(TextForm.Percent)]
    [StringLength(16)]
    [CelRule("double(self.replace('%', '')) <= 100.0", "choose at most 100%")]
    public string? Enter { get; init; }

    /// <summary>The value below which a broken limit counts as kept again. The default is half of enter.</summary>
    [RegularExpression(TextForm.Percent)]
    [StringLength(16)]
    public string? Leave { get; init; }
}
