using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>How large segments may be; null where nothing is said.</summary>
internal sealed class SegmentRules(Tables tables)
{
    /// <summary>By one link: what its device carries, if that is believed, and no more than the link is to. Above all others is its word that it leaves them alone.</summary>
    internal int? Of(int index, bool v6)
    {
        ClvLink link = tables.Links[index];
        int mtu = tables.Mtus.GetValueOrDefault(link.Ifindex);
        int carried = mtu < 536 + 20 + 40 ? int.MaxValue : mtu - 20 - (v6 ? 40 : 20);
        int most = Math.Min(carried, link.Mss == 0 ? int.MaxValue : link.Mss);
        return link.Ifindex == 0 || link.Mss == ClvLink.AnyMss || most >= ClvLink.AnyMss ? null : most;
    }

    /// <summary>Of a session: the least of its link and of all links of its association that it can move to, working or not.</summary>
    internal int? Of(ClvSession session, int own, bool v6)
    {
        int? least = Of(own, v6);
        ushort links = session.Binding.IsPinned ? (ushort)0 : tables.Associations[session.Association].Links;
        for (int i = 0; i < tables.Links.Length; i++)
        {
            if (((links >> i) & 1) != 0 && MayMove(in tables.Links[own], in tables.Links[i], session.Binding.IsPaired, v6) && Of(i, v6) is { } other)
            {
                least = Math.Min(least ?? other, other);
            }
        }

        return least;
    }

    // Those that change no address, or those of one pair.
    private static bool MayMove(in ClvLink from, in ClvLink to, bool paired, bool v6)
    {
        bool speaks = to.Ifindex != 0 && to.Flags.HasFlag(v6 ? ClvLinkFlag.Ipv6 : ClvLinkFlag.Ipv4);
        bool peers = v6 ? !to.PeerV6.Equals(default) : to.PeerV4 != 0;
        return speaks && (paired ? to.Flags.HasFlag(ClvLinkFlag.Paired) && to.Pair == from.Pair && peers : !to.Flags.HasFlag(ClvLinkFlag.Translated));
    }
}
