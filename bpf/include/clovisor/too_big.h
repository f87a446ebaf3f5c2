/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TOO_BIG_H
#define CLOVISOR_TOO_BIG_H

#include "icmp_answer.h"

#define CLV_IP_DONT_FRAGMENT	0x4000

/* Turns a packet that does not fit its link into the ICMP error that tells its sender how much fits. As clv_turn_into_error. */
__noinline int clv_too_big(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 mtu)
{
	struct clv_icmp icmp = {};
	__be16 fragment = 0;

	if (!pkt)
		return -1;
	if (!pkt->v6 && (bpf_skb_load_bytes(skb, pkt->network + offsetof(struct iphdr, frag_off), &fragment, sizeof(fragment)) ||
			 !(fragment & bpf_htons(CLV_IP_DONT_FRAGMENT))))
		return CLV_UNANSWERED;	/* its sender allows fragments, and would not listen */
	icmp.type = pkt->v6 ? CLV_ICMPV6_TOO_BIG : CLV_ICMP_UNREACHABLE;
	icmp.code = pkt->v6 ? 0 : CLV_ICMP_FRAG_NEEDED;
	icmp.value = bpf_htonl(pkt->v6 ? mtu : mtu & 0xffff);
	return clv_turn_into_error(skb, pkt, &icmp);
}

#endif
