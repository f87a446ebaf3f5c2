using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Links;

/// <summary>An uplink of this site: a network device, how packets leave by it, and how its health is told.</summary>
/// <remarks>Immutable. Two links are equal when all their values are, lists element by element.</remarks>
public sealed record WanLink
{
    /// <summary>The name that associations use. Lower-case letters, digits, '-' and '.', at most 63 bytes; unique in a configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The network device, such as <c>eth1</c>; at most 15 bytes. One link a device.</summary>
    public required string Device { get; init; }

    /// <summary>The routers on the link, at most one a family. Empty, the default, follows the device's default routes. A list that
    /// names one family alone leaves the link without the other: sessions of that family are never sent there.</summary>
    public ImmutableArray<IPAddress> NextHops { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The link's own source addresses, at most one a family. Empty, the default, follows the addresses of the device
    /// (DHCP, router advertisements).</summary>
    public ImmutableArray<IPAddress> Addresses { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>How the addresses of sessions relate to this link. The default is <see cref="AddressingKind.Translated"/>.</summary>
    public AddressingKind Addressing { get; init; } = AddressingKind.Translated;

    /// <summary>The site at the far end of a link that is <see cref="AddressingKind.Paired"/>, which has Clovisor too; null for other links. The name is
    /// this site's own: all links with the same one are a pair. Lower-case letters, digits, '-' and '.', at most 63 bytes.</summary>
    public string? Peer { get; init; }

    /// <summary>The far end's own addresses on such a link, at most one a family; each is that of one link alone.</summary>
    public ImmutableArray<IPAddress> PeerAddresses { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The least number of <see cref="MssClamp"/>: what every host takes.</summary>
    public const int LeastMss = 536;

    /// <summary>The largest number of <see cref="MssClamp"/>: what the largest IPv4 packet carries.</summary>
    public const int MostMss = 65495;

    /// <summary>The largest segment size, in bytes of TCP payload, that either end of a connection may announce to the other by this link: <see cref="LeastMss"/> to
    /// <see cref="MostMss"/>, and never more than the device's MTU carries. Null, the default, lowers it to what the MTU carries; 0 leaves what is announced as it is.</summary>
    public int? MssClamp { get; init; }

    /// <summary>When the link may be chosen. The default is <see cref="LinkRole.Normal"/>.</summary>
    public LinkRole Role { get; init; }

    /// <summary>Who else uses the network behind it. The default is <see cref="LinkTransport.Public"/>.</summary>
    public LinkTransport Transport { get; init; }

    /// <summary>How it is paid for. The default is <see cref="LinkBilling.Flat"/>.</summary>
    public LinkBilling Billing { get; init; }

    /// <summary>Whether it encrypts what it carries, as a tunnel does. The default is false.</summary>
    public bool Encrypted { get; init; }

    /// <summary>Whether it leads to the Internet directly; null, the default, takes that of public links for true.</summary>
    public bool? InternetBreakout { get; init; }

    /// <summary>Whether it leads to the Internet directly, stated or not.</summary>
    public bool LeadsToInternet => InternetBreakout ?? Transport == LinkTransport.Public;

    /// <summary>The link that this one, a tunnel, is carried by; null for a link that stands by itself. While the link beneath is not
    /// usable, neither is this one, at once and without a penalty of its own. No cycles.</summary>
    public string? Over { get; init; }

    /// <summary>What it carries; null when not stated.</summary>
    public LinkCapacity? Capacity { get; init; }

    /// <summary>How its health is asked for. Empty, the default, trusts carrier, address and neighbour alone: a failure behind the
    /// next hop then stays unseen. The link is alive while every probe of the list has its quorum.</summary>
    public ImmutableArray<ProbeDefinition> Probes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What the link must show after a failure before it is used again.</summary>
    public LinkRecovery Recovery { get; init; } = new();

    /// <inheritdoc/>
    public bool Equals(WanLink? other) =>
        other is not null
        && (Name, Device, Addressing, Role, Transport, Billing, Capacity) ==
           (other.Name, other.Device, other.Addressing, other.Role, other.Transport, other.Billing, other.Capacity)
        && (Encrypted, InternetBreakout, Over, Peer, MssClamp) == (other.Encrypted, other.InternetBreakout, other.Over, other.Peer, other.MssClamp)
        && Recovery == other.Recovery
        && NextHops.AsSpan().SequenceEqual(other.NextHops.AsSpan())
        && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan())
        && PeerAddresses.AsSpan().SequenceEqual(other.PeerAddresses.AsSpan())
        && Probes.AsSpan().SequenceEqual(other.Probes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Device, Addressing, Role, Transport, Billing, Probes.Length);
}
