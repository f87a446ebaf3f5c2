using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>
/// Links whose far ends are one site with the same programs. A session with it is known there by the pair and its ports, on any of the links: what
/// arrives is looked up without addresses.
/// </summary>
internal sealed class PairRules(Tables tables, LinkRules links)
{
    internal const int FirstPort = 61000;

    /// <summary>Whether anybody looks for pairs in what arrives, or is answered.</summary>
    internal bool AreSought => tables.Settings.Flags.HasFlag(ClvSettingFlag.Paired);

    /// <summary>The far end's address on a link; null for none.</summary>
    internal ClvAddress? Peer(int index, bool v6)
    {
        ClvLink link = tables.Links[index];
        bool there = v6 ? !link.PeerV6.Equals(default) : link.PeerV4 != 0;
        return there ? v6 ? link.PeerV6 : ClvAddress.FromRawV4(link.PeerV4) : null;
    }

    /// <summary>The paired link at whose far end an address is.</summary>
    internal int? At(ClvAddress address)
    {
        int index = Enumerable.Range(0, tables.Links.Length)
            .FirstOrDefault(i => tables.Links[i].IsPaired && Peer(i, !address.IsV4) is { } peer && peer.Equals(in address), -1);
        return index < 0 ? null : index;
    }

    /// <summary>The pair that a session to an address is with; 0 for none.</summary>
    internal ushort PairOf(in ClvAddress far) => At(far) is { } index ? tables.Links[index].Pair : (ushort)0;

    internal bool IsOf(int index, ushort pair, bool v6) =>
        pair != 0 && tables.Links[index].IsPaired && tables.Links[index].Pair == pair && Peer(index, v6) is not null;

    /// <summary>The first link of a pair that carries a family.</summary>
    internal int? First(ushort pair, bool v6)
    {
        int index = Enumerable.Range(0, tables.Links.Length).FirstOrDefault(i => IsOf(i, pair, v6) && links.Carries(i, v6), -1);
        return index < 0 ? null : index;
    }

    /// <summary>By which link of which pair an arriving tuple came, and what it is looked up by; null where it is of none.</summary>
    internal (int By, ClvTuple Key)? Lookup(in ClvTuple arriving)
    {
        if (!AreSought || At(arriving.Saddr) is not { } by || !LinkRules.Source(in tables.Links[by], !arriving.IsV4).Equals(in arriving.Daddr))
        {
            return null;
        }

        ClvTuple leaving = arriving.Reverse(in arriving.Saddr, arriving.Sport);
        return (by, leaving.ReverseInPair(tables.Links[by].Pair, leaving.Sport));
    }

    /// <summary>The session that such a tuple leads to.</summary>
    internal ClvTuple SessionKey(in ClvTuple arriving, in ClvOrigin origin)
    {
        ClvLink far = tables.Links[origin.Far - 1];
        return origin.SessionKey(in arriving, arriving.IsV4 ? ClvAddress.FromRawV4(far.PeerV4) : far.PeerV6);
    }

    /// <summary>The far end opened it: its own port is on the wire.</summary>
    internal static bool Follows(ClvBinding binding, ushort ownPort) => binding.Port == ownPort;

    /// <summary>The session on another link of its pair.</summary>
    internal ClvBinding Moved(ClvBinding binding, int index) => binding with
    {
        Link = (byte)(index | (int)(ClvBindingFlag.Bound | ClvBindingFlag.Translated)),
        Generation = (byte)tables.Links[index].Generation,
    };

    internal static bool CanBe(Packet packet) => Packet.HasPorts(packet.Protocol) || Packet.IsIcmp(packet.Protocol);
}
