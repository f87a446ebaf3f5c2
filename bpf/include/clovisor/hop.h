/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_HOP_H
#define CLOVISOR_HOP_H

/* What routing would do to a packet that is taken past it. */

#include "packet.h"

#define CLV_PACKET_HOST		0	/* addressed to the node, by its hardware address */

/* Whether routing is left out with a clear conscience: there are hops left, and no options that a router must read. */
static __always_inline bool clv_is_plain(const struct clv_packet *pkt)
{
	__u32 header = pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);

	return pkt->hops > 1 && pkt->transport - pkt->network == header;
}

/* Takes one hop off. 0, or the helper's error. */
static __always_inline long clv_take_hop(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	__u8 hops = pkt->hops - 1;
	long error;

	if (pkt->v6)
		return bpf_skb_store_bytes(skb, pkt->network + offsetof(struct ipv6hdr, hop_limit), &hops, sizeof(hops), BPF_F_RECOMPUTE_CSUM);
	error = bpf_l3_csum_replace(skb, pkt->network + offsetof(struct iphdr, check), bpf_htons(pkt->hops << 8), bpf_htons(hops << 8), 2);
	return error ?: bpf_skb_store_bytes(skb, pkt->network + offsetof(struct iphdr, ttl), &hops, sizeof(hops), 0);
}

#endif
