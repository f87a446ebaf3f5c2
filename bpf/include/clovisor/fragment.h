/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_FRAGMENT_H
#define CLOVISOR_FRAGMENT_H

/* What only a packet's first fragment shows, remembered for the others. */

#include "packet.h"

/* Which link a fragment takes is its first one's decision: that alone has the ports. */
static __always_inline void clv_fragment_key(const struct clv_packet *pkt, struct clv_fragment *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->saddr, pkt->tuple.saddr, sizeof(key->saddr));
	__builtin_memcpy(key->daddr, pkt->tuple.daddr, sizeof(key->daddr));
	key->id = pkt->fragment;
	key->protocol = pkt->v6 ? 0 : pkt->tuple.protocol;	/* that of IPv6 may be an extension */
}

static __always_inline int clv_recall_fragment(struct clv_packet *pkt)
{
	struct clv_fragment_ports *ports;
	struct clv_fragment key;

	clv_fragment_key(pkt, &key);
	ports = bpf_map_lookup_elem(&clv_fragments, &key);
	if (!ports)
		return CLV_FRAGMENT;
	pkt->tuple.sport = ports->sport;
	pkt->tuple.dport = ports->dport;
	pkt->tuple.protocol = ports->protocol;
	return CLV_PARSED;
}

static __always_inline void clv_remember_fragment(const struct clv_packet *pkt)
{
	struct clv_fragment_ports ports = { .sport = pkt->tuple.sport, .dport = pkt->tuple.dport, .protocol = pkt->tuple.protocol };
	struct clv_fragment key;

	clv_fragment_key(pkt, &key);
	bpf_map_update_elem(&clv_fragments, &key, &ports, BPF_ANY);
}

#endif
