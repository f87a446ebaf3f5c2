using System.Net;
using System.Runtime.InteropServices;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_link</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvLink
{
    internal const ushort AnyMss = 0xffff;

    internal uint Ifindex;
    internal ClvLinkFlag Flags;
    internal uint Generation;
    internal uint NextHopV4;
    internal uint SourceV4;
    internal ClvAddress NextHopV6;
    internal ClvAddress SourceV6;
    internal uint PeerV4;
    internal ClvAddress PeerV6;
    internal ushort Pair;
    internal ushort Mss;
    internal ClvName Name;

    internal readonly bool IsUsable => (Flags & ClvLinkFlag.Usable) != 0;

    internal readonly bool IsPaired => (Flags & ClvLinkFlag.Paired) != 0;

    /// <summary>The entry for a link of a plan that takes the place of this one.</summary>
    internal readonly ClvLink Next(DatapathLink link)
    {
        var next = new ClvLink
        {
            Ifindex = (uint)link.InterfaceIndex,
            Flags = (link.Usable ? ClvLinkFlag.Usable : 0)
                | (link.Addressing == AddressingKind.Preserved ? 0 : ClvLinkFlag.Translated)
                | (link.Addressing == AddressingKind.Paired ? ClvLinkFlag.Paired : 0)
                | (link.NextHopV4 is null ? 0 : ClvLinkFlag.Ipv4)
                | (link.NextHopV6 is null ? 0 : ClvLinkFlag.Ipv6),
            NextHopV4 = ClvAddress.RawV4(link.NextHopV4),
            SourceV4 = ClvAddress.RawV4(link.SourceV4),
            NextHopV6 = ClvAddress.From(link.NextHopV6),
            SourceV6 = ClvAddress.From(link.SourceV6),
            PeerV4 = ClvAddress.RawV4(link.PeerV4),
            PeerV6 = ClvAddress.From(link.PeerV6),
            Pair = PairNumber.Of(link.Peer),
            Mss = link.MssClamp switch { null => 0, 0 => AnyMss, { } most => (ushort)most },
            Name = ClvName.From(link.Name),
        };
        next.Generation = LooksTheSameToPeers(in next) ? Generation : Generation + 1;
        return next;
    }

    /// <summary>The entry of a link that is in no plan: it keeps its name, and sessions bound to it know that it is gone.</summary>
    internal readonly ClvLink Retired() => this with { Ifindex = 0, Flags = 0, Generation = Ifindex == 0 ? Generation : Generation + 1 };

    /// <summary>Whether packets may be sent by either in the middle of the change from one to the other.</summary>
    internal readonly bool LooksTheSameToPeers(in ClvLink other)
    {
        const ClvLinkFlag Addressing = ClvLinkFlag.Translated | ClvLinkFlag.Paired | ClvLinkFlag.Ipv4 | ClvLinkFlag.Ipv6;
        return Ifindex != 0 && SourceV4 == other.SourceV4 && SourceV6.Equals(in other.SourceV6)
            && (Flags & Addressing) == (other.Flags & Addressing);
    }

    /// <summary>The routers on the link; none for one that is in no plan.</summary>
    internal readonly IEnumerable<IPAddress> NextHops()
    {
        List<IPAddress> nextHops = [];
        if (Ifindex != 0 && (Flags & ClvLinkFlag.Ipv4) != 0)
        {
            nextHops.Add(new IPAddress(NextHopV4));
        }

        if (Ifindex != 0 && (Flags & ClvLinkFlag.Ipv6) != 0)
        {
            nextHops.Add(NextHopV6.ToAddress());
        }

        return nextHops;
    }

    /// <summary>Whether the peer would see another source address by this link.</summary>
    internal readonly bool Translates(in ClvTuple tuple) =>
        (Flags & ClvLinkFlag.Translated) != 0 && (tuple.Saddr.IsV4 ? SourceV4 != tuple.Saddr.RawV4() : !SourceV6.Equals(in tuple.Saddr));

    internal readonly bool Carries(in ClvTuple tuple)
    {
        ClvLinkFlag need = ClvLinkFlag.Usable | (tuple.Saddr.IsV4 ? ClvLinkFlag.Ipv4 : ClvLinkFlag.Ipv6);
        return Ifindex != 0 && (Flags & need) == need;
    }
}
