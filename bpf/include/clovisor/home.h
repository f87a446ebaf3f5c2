/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_HOME_H
#define CLOVISOR_HOME_H

/* Where a session is at home: the device by which the node's own routes send it, and to which its replies are handed back. */

#include "packet.h"
#include "wan_maps.h"

static __always_inline struct clv_home *clv_home_at(__u32 number)
{
	return bpf_map_lookup_elem(&clv_homes, &number);
}

/* NULL: not known, or its device is gone. */
static __always_inline struct clv_home *clv_home_of(const struct clv_session *session)
{
	struct clv_home *home = clv_home_at(session->home);

	return home && home->ifindex ? home : NULL;
}

/* 0: the device has no number. Looked for only when a session comes from another device than before. */
__noinline int clv_home_number(__u32 ifindex)
{
	for (__u32 i = 1; i < CLV_MAX_HOMES; i++) {
		struct clv_home *home = clv_home_at(i);

		if (home && home->ifindex == ifindex)
			return i;
	}
	return 0;
}

static __always_inline bool clv_same_mac(const __u8 *a, const __u8 *b)
{
	return *(const __u32 *)a == *(const __u32 *)b && *(const __u16 *)(a + 4) == *(const __u16 *)(b + 4);
}

/* The packet's session is at home on the device that it leaves by, or comes from. Learns that device's own address from what leaves. */
static __always_inline void clv_is_at_home(struct clv_session *session, __u32 ifindex, const struct clv_packet *pkt, bool leaves)
{
	struct clv_home *home = clv_home_at(session->home);

	if (!home || home->ifindex != ifindex) {
		session->home = clv_home_number(ifindex);
		home = clv_home_of(session);
	}
	if (leaves && home && !pkt->l3 && !clv_same_mac(home->mac, pkt->source_mac))
		__builtin_memcpy(home->mac, pkt->source_mac, ETH_ALEN);
}

#endif
