using System.Collections.Immutable;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>
/// What the datapath is to do, in the datapath's own terms: devices, addresses, positions. Made from the configuration and the
/// present addresses of the devices; immutable; swapped whole.
/// </summary>
public sealed record DatapathPlan
{
    /// <summary>The largest number of links in one plan.</summary>
    public const int MaxLinks = 16;

    /// <summary>The largest number of associations in one plan.</summary>
    public const int MaxAssociations = 1023;

    /// <summary>How many slots each association has. A session falls into one by the hash of its tuple.</summary>
    public const int SlotsPerAssociation = 64;

    /// <summary>In a list of slots: no link.</summary>
    public const byte NoLink = 255;

    /// <summary>The slot that a session falls into by its tuple; the programs compute the same.</summary>
    /// <returns>0 to 63.</returns>
    public static byte SlotOf(in SessionTuple tuple) => ClvTuple.From(in tuple).Slot;

    /// <summary>The links. Elsewhere a link is named by its position in this list. At most <see cref="MaxLinks"/>, names unique.</summary>
    public required ImmutableArray<DatapathLink> Links { get; init; }

    /// <summary>The associations. Elsewhere an association is named by its position. At most <see cref="MaxAssociations"/>, names unique.</summary>
    public required ImmutableArray<DatapathAssociation> Associations { get; init; }

    /// <summary>Which packets need no report: each DSCP occurs at most once.</summary>
    public ImmutableArray<DscpTag> Tags { get; init; } = [];

    /// <summary>The largest number of LAN devices in one plan.</summary>
    public const int MaxLanDevices = 200;

    /// <summary>
    /// The devices, by index, at whose ingress packets of sessions are taken before routing, with their replies sent out there: neither
    /// passes routing, netfilter or connection tracking then. No device of a link; each once; at most <see cref="MaxLanDevices"/>.
    /// </summary>
    public ImmutableArray<int> LanInterfaces { get; init; } = [];

    /// <summary>Which source ports need no report either. Ranges do not overlap. A packet with both tags belongs where its port says.</summary>
    public ImmutableArray<PortTag> PortTags { get; init; } = [];
}
