using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>The fields of a WanLink.</summary>
public sealed record WanLinkSpec
{
    /// <summary>The labels that a node must have for the link to be there. Without any, the link is on every node.</summary>
    [ItemCount(0, 16)]
    public ImmutableDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>The network device, such as eth1; at most 15 bytes. One link a device on a node.</summary>
    [Required]
    [RegularExpression(TextForm.Device)]
    [CelRule("!(self in ['lo', '.', '..'])", "name the device of an uplink; 'ip -br link' lists them")]
    public string? Device { get; init; }

    /// <summary>The routers on the link, at most one a family. Without any, the default routes of the device are followed.</summary>
    [ItemCount(0, 2)]
    [StringLength(45)]
    [CelRule(TextForm.Unicast, TextForm.UnicastMessage, OfItems = true)]
    [CelRule(TextForm.OneEachFamily, "a link has one next hop a family; keep one IPv4 and one IPv6 address")]
    public ImmutableArray<string>? NextHop { get; init; }

    /// <summary>The link's own source addresses, at most one a family. Without any, the addresses of the device are followed.</summary>
    [ItemCount(0, 2)]
    [StringLength(45)]
    [CelRule(TextForm.Unicast, TextForm.UnicastMessage, OfItems = true)]
    [CelRule(TextForm.OneEachFamily, "a link has one address a family; keep one IPv4 and one IPv6 address")]
    public ImmutableArray<string>? Addresses { get; init; }

    /// <summary>How the addresses of sessions relate to the link. The default is translated.</summary>
    [AllowedValues("translated", "preserved", "paired")]
    public string? Addressing { get; init; }

    /// <summary>The site at the far end of a link that is paired, which has Clovisor too. Of no other link.</summary>
    public LinkPeerSpec? Peer { get; init; }

    /// <summary>The largest segment size, in bytes of TCP payload, that connections by the link may announce, 536 to 65495; auto: what the device carries; "off", which YAML wants in quotes: what they like. The default is auto.</summary>
    [CelRule(TextForm.Mss, TextForm.MssMessage)]
    public NumberOrName? MssClamp { get; init; }

    /// <summary>When the link may be chosen. The default is normal.</summary>
    [AllowedValues("normal", "backup")]
    public string? Role { get; init; }

    /// <summary>Who else uses the network behind it. The default is public.</summary>
    [AllowedValues("public", "private")]
    public string? Transport { get; init; }

    /// <summary>How it is paid for. The default is flat.</summary>
    [AllowedValues("flat", "usage")]
    public string? Billing { get; init; }

    /// <summary>Whether it encrypts what it carries, as a tunnel does. The default is "no", which YAML wants in quotes.</summary>
    [AllowedValues("yes", "no")]
    public string? Encrypted { get; init; }

    /// <summary>Whether it leads to the Internet directly; YAML wants the word in quotes. By default public links do.</summary>
    [AllowedValues("yes", "no")]
    public string? InternetBreakout { get; init; }

    /// <summary>The WanLink that carries this one, a tunnel.</summary>
    [StringLength(63)]
    public string? Over { get; init; }

    /// <summary>What it carries.</summary>
    public LinkCapacitySpec? Capacity { get; init; }

    /// <summary>How its health is asked for. Without any, carrier, address and neighbour alone count.</summary>
    [ItemCount(0, 8)]
    public ImmutableArray<ProbeSpec>? Probes { get; init; }

    /// <summary>What the link must show after a failure before it is used again.</summary>
    public LinkRecoverySpec? Recovery { get; init; }
}
