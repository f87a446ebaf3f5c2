using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>How a link that flaps is kept out for longer each time.</summary>
public sealed record LinkDampeningSpec
{
    /// <summary>In what time the penalty of a failure halves. 1s to 24h; the default is 60s.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) >= duration('1s') && duration(self) <= duration('24h')", "choose from 1s to 24h")]
    public string? HalfLife { get; init; }

    /// <summary>The longest hold-down. From holdDown to 24h; the default is 10m.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) <= duration('24h')", "choose at most 24h")]
    public string? Max { get; init; }
}
