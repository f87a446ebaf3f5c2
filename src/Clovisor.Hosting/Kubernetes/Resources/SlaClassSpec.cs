using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>The fields of an SlaClass. Measured by the link's probes, over a sliding window.</summary>
[CelRule("has(self.loss) || has(self.latency) || has(self.jitter)", "the class asks nothing; give it loss, latency or jitter")]
public sealed record SlaClassSpec
{
    /// <summary>Lost probes by sent probes, as a percentage.</summary>
    public LossLimitSpec? Loss { get; init; }

    /// <summary>The mean round trip, above 0 and at most 1m.</summary>
    public DelayLimitSpec? Latency { get; init; }

    /// <summary>The mean difference of one round trip from the next, above 0 and at most 1m.</summary>
    public DelayLimitSpec? Jitter { get; init; }

    /// <summary>The length of the window. 1s to 10m; the default is 10s.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) >= duration('1s') && duration(self) <= duration('10m')", "choose from 1s to 10m")]
    public string? Window { get; init; }
}
