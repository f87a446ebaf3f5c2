/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_MSS_H
#define CLOVISOR_MSS_H

#include "link.h"
#include "packet.h"

/*
 * Lowers the segment size that the ends of an opening connection announce to what the session's link carries, in both directions:
 * each end then sends what fits, and path MTU discovery, which many paths break, is not needed.
 */

#define CLV_TCP_OPTIONS		40	/* bytes, at most */
#define CLV_OPTION_END		0
#define CLV_OPTION_NOTHING	1
#define CLV_OPTION_MSS		2
#define CLV_LEAST_MSS		536	/* a link that claims to carry less is not believed */

/* 0, or the helper's error. The packet has the SYN flag. most: bytes. */
__noinline int clv_clamp_mss(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 most)
{
	__u32 offset, end;
	__u8 words;

	if (!pkt || most >= CLV_ANY_MSS || bpf_skb_load_bytes(skb, pkt->transport + 12, &words, sizeof(words)))
		return 0;
	offset = pkt->transport + sizeof(struct tcphdr);
	end = pkt->transport + (words >> 4) * 4;
	for (int i = 0; i < CLV_TCP_OPTIONS; i++) {
		__u8 option[4];
		__be16 announced, lowered = bpf_htons(most);
		long error;

		if (offset + sizeof(option) > end || bpf_skb_load_bytes(skb, offset, option, sizeof(option)) || option[0] == CLV_OPTION_END)
			return 0;
		if (option[0] == CLV_OPTION_NOTHING) {
			offset++;
			continue;
		}
		if (option[0] != CLV_OPTION_MSS) {
			if (option[1] < 2)
				return 0;
			offset += option[1];
			continue;
		}
		announced = *(__be16 *)&option[2];
		if (option[1] != sizeof(option) || bpf_ntohs(announced) <= most)
			return 0;
		error = bpf_skb_store_bytes(skb, offset + 2, &lowered, sizeof(lowered), 0);
		/* The sum is over pairs of bytes: at an odd place, each byte counts in the other half. */
		if ((offset - pkt->transport) & 1) {
			announced = __builtin_bswap16(announced);
			lowered = __builtin_bswap16(lowered);
		}
		return error ?: bpf_l4_csum_replace(skb, pkt->transport + offsetof(struct tcphdr, check), announced, lowered, sizeof(lowered));
	}
	return 0;
}

/* What a segment of the packet's family may have by the link. A link that is gone leaves all alone. */
static __always_inline __u32 clv_link_mss(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_link *link)
{
	__u32 headers = sizeof(struct tcphdr) + (pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	__u32 mtu = 0, most = CLV_ANY_MSS;

	if (!link->ifindex || link->mss == CLV_ANY_MSS)
		return CLV_ANY_MSS;
	bpf_check_mtu(skb, link->ifindex, &mtu, 0, 0);
	if (mtu >= CLV_LEAST_MSS + sizeof(struct tcphdr) + sizeof(struct ipv6hdr) && mtu - headers < CLV_ANY_MSS)
		most = mtu - headers;
	return link->mss && link->mss < most ? link->mss : most;
}

/* Whether a session that moves freely between links, and is on one, may move to the other. */
static __always_inline bool clv_may_move(const struct clv_link *from, const struct clv_link *to, const struct clv_packet *pkt, bool paired)
{
	const __be32 *v6 = to->peer_v6;

	if (!to->ifindex || !(to->flags & (pkt->v6 ? CLV_LINK_IPV6 : CLV_LINK_IPV4)))
		return false;
	if (!paired)
		return !(to->flags & CLV_LINK_TRANSLATED);
	return to->flags & CLV_LINK_PAIRED && to->pair == from->pair && (pkt->v6 ? v6[0] | v6[1] | v6[2] | v6[3] : to->peer_v4);
}

/* The least of the session's own link and of those that it may be moved to, whether they work now or not. own: an index; links: bits. */
__noinline int clv_least_mss(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 own, __u32 links, int paired)
{
	struct clv_link *link, *from = clv_link_at(own);
	__u32 least, most;

	if (!pkt || !from)
		return CLV_ANY_MSS;
	least = clv_link_mss(skb, pkt, from);
	for (__u32 i = 0; i < CLV_MAX_LINKS; i++) {
		if (!(links & 1U << i))
			continue;
		link = clv_link_at(i);
		if (!link || !clv_may_move(from, link, pkt, paired))
			continue;
		most = clv_link_mss(skb, pkt, link);
		least = most < least ? most : least;
	}
	return least;
}

/* For what is of no session: it stays on its link. */
static __always_inline long clv_clamp(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_link *link)
{
	if (!link || !(pkt->tcp_flags & CLV_TCP_SYN))
		return 0;
	return clv_clamp_mss(skb, pkt, clv_link_mss(skb, pkt, link));
}

#endif
