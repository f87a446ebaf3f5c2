using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What happens when a better tier works again.</summary>
[CelRule("!has(self.resetAfter) || !has(self.mode) || self.mode == 'drain'", "with mode never there is no failback to wait after; remove resetAfter")]
public sealed record FailbackSpec
{
    /// <summary>The default is drain: it is taken at once, and sessions that are pinned to a link end there.</summary>
    [AllowedValues("drain", "never")]
    public string? Mode { get; init; }

    /// <summary>How long after a failback sessions that are still pinned to the worse link are settled by onLinkDown. 0s to 24h; without it they end there.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) <= duration('24h')", "choose from 0s to 24h")]
    public string? ResetAfter { get; init; }
}
