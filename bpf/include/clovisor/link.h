/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_LINK_H
#define CLOVISOR_LINK_H

#include "entry.h"
#include "packet.h"
#include "wan_maps.h"

#define CLV_ALWAYS_FITS	576	/* what every host must take: no device that packets are forwarded to carries less */
#define CLV_AF_INET	2
#define CLV_AF_INET6	10

/* A link and its number. No link: at is NULL. */
struct clv_choice {
	struct clv_link *at;
	__u32 index;
};

static __always_inline struct clv_link *clv_link_at(__u32 index)
{
	return bpf_map_lookup_elem(&clv_links, &index);
}

/* Whether packets like this one may be sent into the link now. */
static __always_inline bool clv_carries(const struct clv_link *link, const struct clv_packet *pkt)
{
	__u32 need = CLV_LINK_USABLE | (pkt->v6 ? CLV_LINK_IPV6 : CLV_LINK_IPV4);

	return link->ifindex && (link->flags & need) == need;
}

static __always_inline void clv_source(const struct clv_link *link, const struct clv_packet *pkt, __be32 out[4])
{
	if (pkt->v6)
		__builtin_memcpy(out, link->source_v6, sizeof(link->source_v6));
	else
		clv_map_v4(out, link->source_v4);
}

/* Whether the peer would see another source address by this link. */
static __always_inline bool clv_translates(const struct clv_link *link, const struct clv_packet *pkt)
{
	__be32 source[4];

	if (!(link->flags & CLV_LINK_TRANSLATED))
		return false;
	clv_source(link, pkt, source);
	return !clv_same_addr(source, pkt->tuple.saddr);
}

/* The link that the session's slot names, if it can carry the packet. */
static __always_inline struct clv_choice clv_slot_choice(const struct clv_session *session, const struct clv_packet *pkt)
{
	struct clv_choice choice = {};
	__u32 association = clv_association_index(session);
	struct clv_slot_table *slots = bpf_map_lookup_elem(&clv_slots, &association);
	struct clv_link *link;
	__u32 named;

	if (!slots)
		return choice;
	named = slots->link[clv_slot_index(session)];
	if (!named)
		return choice;
	link = clv_link_at(named - 1);
	if (!link || !clv_carries(link, pkt))
		return choice;
	choice.at = link;
	choice.index = named - 1;
	return choice;
}

/* The link of a device, whatever its state: for sessions that opened there before they were reported. */
static __always_inline struct clv_choice clv_device_choice(__u32 ifindex)
{
	struct clv_choice choice = {};

	for (__u32 i = 0; i < CLV_MAX_LINKS; i++) {
		struct clv_link *link = clv_link_at(i);

		if (link && link->ifindex == ifindex) {
			choice.at = link;
			choice.index = i;
			break;
		}
	}
	return choice;
}

/*
 * Too large for the device? The redirect itself does not check, and loses the packet without a word. *mtu: what fits. The helper is told the
 * packet's own size: the frame's has tags that stay behind, and the header of this device, which the other may not have. Of packets that
 * stand for several it looks at each of those.
 */
static __always_inline bool clv_too_large(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 ifindex, __u32 *mtu)
{
	bool several = skb->gso_size;

	*mtu = several ? 0 : skb->len - pkt->network;
	return skb->len > ETH_HLEN + CLV_ALWAYS_FITS && bpf_check_mtu(skb, ifindex, mtu, 0, several ? BPF_MTU_CHK_SEGS : 0) > 0;
}

/*
 * Always by next hop: without one the kernel looks a route up for every packet, with the packet's own source, and may choose
 * another link than we did.
 */
static __always_inline int clv_send(const struct clv_link *link, const struct clv_packet *pkt)
{
	struct bpf_redir_neigh hop = {};

	if (pkt->v6) {
		hop.nh_family = CLV_AF_INET6;
		__builtin_memcpy(hop.ipv6_nh, link->next_hop_v6, sizeof(hop.ipv6_nh));
	} else {
		hop.nh_family = CLV_AF_INET;
		hop.ipv4_nh = link->next_hop_v4;
	}
	return bpf_redirect_neigh(link->ifindex, &hop, sizeof(hop), 0);
}

#endif
