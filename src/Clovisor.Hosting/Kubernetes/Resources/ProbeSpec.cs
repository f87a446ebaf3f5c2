using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>How the health of a link is asked for: what is sent to whom, how often, and what counts as a failure.</summary>
[CelRule("!has(self.quorum) || self.quorum <= self.targets.size()", "so many targets can never be alive; choose a quorum from 1 to the number of targets")]
[CelRule("!has(self.kind) || self.kind != 'tcp' || has(self.port)", "a tcp probe needs a port")]
[CelRule("!has(self.kind) || self.kind != 'https' || has(self.host)", "an https probe needs the name that the certificate bears; write host")]
[CelRule("!has(self.port) || (has(self.kind) && self.kind != 'icmp')", "an icmp probe has no port; remove it or choose another kind")]
[CelRule(
    "(!has(self.host) && !has(self.path) && !has(self.status) && !has(self.body)) || (has(self.kind) && self.kind in ['http', 'https'])",
    "host, path, status and body are of http and https probes; remove them or choose another kind")]
[CelRule("!has(self.query) || (has(self.kind) && self.kind == 'dns')", "query is of dns probes; remove it or choose another kind")]
[CelRule("!has(self.verifyCertificate) || (has(self.kind) && self.kind == 'https')", "verifyCertificate is of https probes; remove it or choose another kind")]
public sealed record ProbeSpec
{
    /// <summary>What is sent. The default is icmp.</summary>
    [AllowedValues("icmp", "tcp", "http", "https", "dns")]
    public string? Kind { get; init; }

    /// <summary>Who is asked: 1 to 8 addresses, none twice.</summary>
    [Required]
    [ItemCount(1, 8)]
    [StringLength(45)]
    [UniqueItems]
    [CelRule(TextForm.Unicast, TextForm.UnicastMessage, OfItems = true)]
    public ImmutableArray<string>? Targets { get; init; }

    /// <summary>The time from one probe of a target to the next. 20ms to 1m; the default is 250ms for icmp and 5s for the others.</summary>
    [RegularExpression(TextForm.Duration)]
    [StringLength(16)]
    [CelRule("duration(self) >= duration('20ms') && duration(self) <= duration('1m')", "choose from 20ms to 1m")]
    public string? Interval { get; init; }

    /// <summary>The longest time that an answer is waited for. 10ms to 1m; the default is 1s for icmp and 3s for the others.</summary>
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

    /// <summary>The port. By default 80 for http, 443 for https, 53 for dns; tcp needs it.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>The code point of what is sent, by number from 1 to 63 or by name; none by default. Never taken for a tag.</summary>
    [CelRule(TextForm.Dscp, TextForm.DscpMessage)]
    public NumberOrName? Dscp { get; init; }

    /// <summary>For http the Host field, by default the address of the target; for https, which needs it, also the name that the certificate bears.</summary>
    [RegularExpression("^[!-~]+$")]
    [StringLength(253)]
    public string? Host { get; init; }

    /// <summary>What http and https ask for. The default is /.</summary>
    [RegularExpression("^/[!-~]*$")]
    [StringLength(1024)]
    public string? Path { get; init; }

    /// <summary>The status that a response must have. By default any from 200 to 399.</summary>
    [Range(100, 599)]
    public int? Status { get; init; }

    /// <summary>A text that the first 64 KiB of the body of a response must contain.</summary>
    [StringLength(1024, MinimumLength = 1)]
    public string? Body { get; init; }

    /// <summary>The domain name whose name servers dns asks for. By default the root.</summary>
    [RegularExpression(@"^(\.|([!-\-/-~]{1,63}\.)*[!-\-/-~]{1,63}\.?)$")]
    [StringLength(253)]
    public string? Query { get; init; }

    /// <summary>Whether https asks for a certificate that the node trusts. The default is "yes", which YAML wants in quotes.</summary>
    [AllowedValues("yes", "no")]
    public string? VerifyCertificate { get; init; }
}
