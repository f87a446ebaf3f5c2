using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>How the health of a link is asked for: what is sent to whom, how often, and what counts as a failure.</summary>
[CelRule("!has(self.quorum) || self.quorum <= self.targets.size()", "so many targets can never be alive; choose a quorum from 1 to the number of targets")]
public sealed record ProbeSpec
{
    /// <summary>What is sent. The default is icmp.</summary>
    [AllowedValues("icmp")]
    public string? Kind { get; init; }

    /// <summary>Who is asked: 1 to 8 addresses, none twice.</summary>
    [Required]
    [ItemCount(1, 8)]
    [StringLength(45)]
    [UniqueItems]
    [CelRule(TextForm.Unicast, TextForm.UnicastMessage, OfItems = true)]
    public ImmutableArray<string>? Targets { get; init; }

    /// <summary>The time from one probe of a target to the next. 20ms to 1m; the default is 250ms.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) >= duration('20ms') && duration(self) <= duration('1m')", "choose from 20ms to 1m")]
    public string? Interval { get; init; }

    /// <summary>The longest time that an answer is waited for. 10ms to 1m; the default is 1s.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) >= duration('10ms') && duration(self) <= duration('1m')", "choose from 10ms to 1m")]
    public string? Timeout { get; init; }

    /// <summary>How many probes in a row without an answer make a target dead. The default is 3.</summary>
    [Range(1, 100)]
    public int? Lost { get; init; }

    /// <summary>How many targets must be alive for the link to be. The default is 1.</summary>
    [Range(1, 8)]
    public int? Quorum { get; init; }
}
