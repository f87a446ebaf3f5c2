using Clovisor.Wan.Model.Comparison;
using Clovisor.Wan.Model.Kernel;

namespace Clovisor.Wan.Model.Mutants;

/// <summary>A fault that a hand could make in the programs, and that the comparison must find.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="InLinkChoice">Whether it sends packets another way, and changes nothing in them.</param>
/// <param name="Patch">The change that makes it.</param>
internal sealed record Mutant(string Name, bool InLinkChoice, SourcePatch Patch)
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new("the slot beside the session's is taken", true, new SourcePatch(
            "include/clovisor/link.h", "slots->link[clv_slot_index(session)]", "slots->link[(clv_slot_index(session) + 1) % CLV_SLOTS]")),
        new("a shut gate does not count", true, new SourcePatch(
            "include/clovisor/link.h", "__u32 need = CLV_LINK_USABLE |", "__u32 need =")),
        new("the next hop is the link's own address", true, new SourcePatch(
            "include/clovisor/link.h", "hop.ipv4_nh = link->next_hop_v4", "hop.ipv4_nh = link->source_v4")),
        new("a session stays on its link though the address changed", true, new SourcePatch(
            "include/clovisor/route.h", "clv_is_bound_to(binding, bound.at) && clv_carries(bound.at, pkt)", "clv_carries(bound.at, pkt)")),
        new("an orphan goes to the next link, whatever its association says", true, new SourcePatch(
            "include/clovisor/route.h", "if (pinned || (*translate && !reopens)) {", "if (*translate && !reopens && !pinned) {")),
        new("the port is not in the checksum", false, new SourcePatch(
            "include/clovisor/translate.h", "clv_checksum_offset(pkt), from, to, clv_checksum_flags(pkt) | sizeof(to))", "clv_checksum_offset(pkt), from, from, clv_checksum_flags(pkt) | sizeof(to))")),
        new("a datagram without checksum gets one", false, new SourcePatch(
            "include/clovisor/translate.h", "== IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0", "== IPPROTO_UDP ? 0 : 0")),
        new("a device's sum does not follow an IPv6 address", false, new SourcePatch(
            "include/clovisor/translate.h", "bpf_csum_update(skb, difference);", ";")),
        new("a later fragment is written into as if it had ports", false, new SourcePatch(
            "include/clovisor/translate.h", "if (to == from || pkt->part == CLV_LATER)", "if (to == from)")),
        new("a segment size at an odd place spoils the checksum", false, new SourcePatch(
            "include/clovisor/mss.h", "if ((offset - pkt->transport) & 1)", "if ((offset - pkt->transport) & 64)")),
        new("clearing a tag clears the congestion bits", false, new SourcePatch(
            "include/clovisor/clear_tag.h", "~bpf_htons(bits << 2)", "~bpf_htons(bits << 2 | 3)")),
        new("what an ICMP error quotes keeps the translated port", false, new SourcePatch(
            "include/clovisor/icmp_error.h", "if (error || from_port == to_port)", "if (error || from_port != 0)")),
        new("a reset has the segment's own number", false, new SourcePatch(
            "include/clovisor/reset.h", "seq), &ack, sizeof(ack), 0)", "seq), &seq, sizeof(seq), 0)")),
        new("the tuple of a session that was bound anew stays taken", false, new SourcePatch(
            "include/clovisor/session.h", "(old.is.port != bound.is.port || !clv_same_addr(old_addr, wire.addr))", "pkt->dscp == 64")),
        new("a reply is addressed to the device that it came by", false, new SourcePatch(
            "include/clovisor/arrive.h", "h_dest), home->mac, ETH_ALEN, 0)", "h_dest), pkt->source_mac, ETH_ALEN, 0)")),
        new("a reset that arrives does not end the session", false, new SourcePatch(
            "include/clovisor/session.h", "session->state = CLV_STATE_CLOSING;\n\t\tif (clv_tells())", "session->state = session->state;\n\t\tif (clv_tells())")),
        new("every tag counts where no group is named", false, new SourcePatch(
            "include/clovisor/tagged.h", "bpf_skb_under_cgroup(skb, &clv_trusted, 0) == 1", "bpf_skb_under_cgroup(skb, &clv_trusted, 0) != 0")),
        new("what comes from a LAN keeps all its hops", false, new SourcePatch(
            "include/clovisor/translate.h", ".hops = pkt->hops - hops,", ".hops = pkt->hops,")),
        new("the usual packet's header keeps its checksum", false, new SourcePatch(
            "include/clovisor/translate.h", "rest.check = clv_resum(ip->check,", "rest.check = ip->check; if (pkt->dscp == 64) rest.check = clv_resum(ip->check,")),
        new("a first fragment is taken for a usual packet", false, new SourcePatch(
            "include/clovisor/parse.h", "ip->frag_off & bpf_htons(CLV_IP_MORE | CLV_IP_OFFSET)", "ip->frag_off & bpf_htons(CLV_IP_OFFSET)")),
        new("a device's sum does not follow a hop of IPv6", false, new SourcePatch(
            "include/clovisor/hop.h", "sizeof(hops), BPF_F_RECOMPUTE_CSUM)", "sizeof(hops), 0)")),
        new("a session that was reported anew stays where its tuple was before", true, new SourcePatch(
            "include/clovisor/route.h", "clv_opens(pkt) && session->state == CLV_STATE_NEW", "clv_opens(pkt) && session->state == CLV_STATE_CLOSING")),
        new("a connection takes over what is left of one that is over", true, new SourcePatch(
            "include/clovisor/session.h", "session->state == CLV_STATE_CLOSING && clv_opens(pkt)", "session->state == CLV_STATE_CLOSING && pkt->dscp == 64")),
        new("the end of an earlier connection ends what was reported for the next one", false, new SourcePatch(
            "include/clovisor/session.h", "if (session->state == CLV_STATE_NEW)\n\t\treturn;", "if (pkt->dscp == 64)\n\t\treturn;")),
        new("a forged SYN moves a connection that began inside", true, new SourcePatch(
            "include/clovisor/answer.h", "return pkt->tcp_flags & CLV_TCP_RST ? clv_find_begun(&pkt->tuple, pkt->v6) : NULL;", "return clv_find_begun(&pkt->tuple, pkt->v6);")),
        new("an answer leaves by what its link has become", true, new SourcePatch(
            "include/clovisor/begun.h", "(__u8)link->generation == answer->generation && clv_carries", "clv_carries")),
        new("a connection takes room that lasts without a proof", false, new SourcePatch(
            "include/clovisor/begin.h", "bpf_ntohl(acknowledged) != begun->proof)", "bpf_ntohl(acknowledged) == 1)")),
        new("the far end of a pair keeps its home address on another link", false, new SourcePatch(
            "include/clovisor/carry.h", "if (clv_unlikely(!(binding.is.link & CLV_PINNED)) && clv_change_far", "if (pkt->dscp == 64 && clv_change_far")),
        new("an error about what has moved in a pair quotes the link's address", false, new SourcePatch(
            "include/clovisor/arrive.h", "if (origin.by && clv_requote_far", "if (pkt->dscp == 64 && clv_requote_far")),
        new("a connection that was proven is still held for one that began inside", true, new SourcePatch(
            "include/clovisor/begin.h", "clv_forget_negative(answer, pkt->v6);", "")),
        new("what answers nothing is held for another", true, new SourcePatch(
            "include/clovisor/negative.h", "return clv_mix(hash, word[8]);", "return clv_mix(hash, 0);")),
        new("answers in a pair stay on the link that they began on", true, new SourcePatch(
            "include/clovisor/pair.h", "if (clv_move_in_pair(session, binding, by).word != binding.word && clv_tells())", "if (by.index == CLV_MAX_LINKS)")),
        new("a session of a pair goes to a link of none", true, new SourcePatch(
            "include/clovisor/pair.h", "return pkt->pair && link->flags & CLV_LINK_PAIRED && link->pair == pkt->pair &&", "return pkt->pair &&")),
        new("sessions that share a source do not share a slot", true, new SourcePatch(
            "include/clovisor/entry.h", "#define CLV_WORDS_SOURCE	0x00f", "#define CLV_WORDS_SOURCE	0x10f")),
        new("a link that a session may move to does not count for its segments", false, new SourcePatch(
            "include/clovisor/mss.h", "if (!(links & 1U << i))", "if (!(links & 0x5555U & 1U << i))")),
        new("a link's own segment size is not heeded", false, new SourcePatch(
            "include/clovisor/mss.h", "return link->mss && link->mss < most ?", "return pkt->dscp == 64 ?")),
        new("what has no link is told of another fault", false, new SourcePatch(
            "include/clovisor/unreachable.h", "CLV_ICMPV6_NO_ROUTE : CLV_ICMP_HOST_UNREACHABLE", "CLV_ICMPV6_NO_ROUTE : CLV_ICMP_FRAG_NEEDED")),
        new("a later fragment is answered", false, new SourcePatch(
            "include/clovisor/unreachable.h", "|| pkt->part == CLV_LATER ||", "||")),
        new("many hosts are told", false, new SourcePatch(
            "include/clovisor/unreachable.h", "return first && first != 127 && first < 224;", "return true;")),
        new("what does not fit is sent", false, new SourcePatch(
            "include/clovisor/link.h", "several ? BPF_MTU_CHK_SEGS : 0) > 0", "several ? BPF_MTU_CHK_SEGS : 0) > 9")),
        new("a packet without Ethernet header is sent without one", false, new SourcePatch(
            "include/clovisor/mac.h", "if (!pkt->l3)", "if (pkt->l3)")),
        new("a reset of a device without hardware addresses has some swapped", false, new SourcePatch(
            "include/clovisor/reset.h", "return error || pkt->l3 ? error", "return error ? error")),
    ];

    /// <summary>Compares the mutant with the model; null if it was not found.</summary>
    /// <param name="site">Where.</param>
    /// <param name="seed">Of the first episode.</param>
    /// <param name="packets">How many are tried.</param>
    internal Difference? Find(TestSite site, ulong seed, long packets)
    {
        using var kernel = new KernelDatapath(SourceBuild.Compile(RedirectNotes.Prelude, Patch), 256);
        return new ModelCheck(site, [kernel]).Run(seed, packets);
    }
}
