/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_BEGIN_H
#define CLOVISOR_BEGIN_H

/*
 * What arrives and is of no session. What begins here is remembered with its link, so that its answer leaves by it. A connection takes room
 * that lasts only when its peer acknowledges what it was answered: who forges its source cannot.
 */

#include "begun.h"
#include "hop.h"
#include "mss.h"
#include "negative.h"

/* Of the first packet: whether it is one that the node may answer, and by a link. */
static __always_inline bool clv_note_link(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_tuple *answer)
{
	struct clv_answer begun = { .tick = clv_tick() };
	struct clv_choice here;

	if ((!pkt->l3 && skb->pkt_type != CLV_PACKET_HOST) || skb->vlan_present || pkt->vlans || clv_is_local(pkt->tuple.saddr, pkt->v6))
		return false;
	here = clv_device_choice(skb->ifindex);
	if (!here.at || !clv_carries(here.at, pkt))
		return false;
	begun.link = here.index;
	begun.generation = here.at->generation;
	clv_note_begun(answer, pkt->v6, &begun);
	return true;
}

/* The peer has seen what its SYN was answered with. */
static __always_inline enum clv_reason clv_prove(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_tuple *answer)
{
	struct clv_answer *begun = clv_find_begun(answer, pkt->v6), inbound = { .tick = clv_tick() };
	__be32 acknowledged;

	if (!begun || !(begun->link & CLV_ANSWER_SENT))
		return CLV_IN_NO_SESSION;
	if (bpf_skb_load_bytes(skb, pkt->transport + offsetof(struct tcphdr, ack_seq), &acknowledged, sizeof(acknowledged)) ||
	    bpf_ntohl(acknowledged) != begun->proof)
		return CLV_IN_NO_SESSION;
	inbound.link = begun->link & (CLV_MAX_LINKS - 1);
	inbound.generation = begun->generation;
	if (clv_note_inbound(answer, pkt->v6, &inbound))
		return CLV_IN_ANSWERS_FULL;
	clv_forget_negative(answer, pkt->v6);
	clv_forget_begun(answer, pkt->v6);
	return CLV_IN_NO_SESSION;
}

static __always_inline enum clv_reason clv_begin_tcp(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_tuple *answer)
{
	struct clv_answer *inbound;

	if (pkt->tcp_flags & (CLV_TCP_FIN | CLV_TCP_RST)) {
		inbound = clv_find_inbound(answer, pkt->v6);
		if (inbound)
			inbound->link |= CLV_ANSWER_CLOSING;
		return CLV_IN_NO_SESSION;
	}
	if (!clv_opens(pkt))
		return pkt->tcp_flags & CLV_TCP_ACK ? clv_prove(skb, pkt, answer) : CLV_IN_NO_SESSION;
	/* One that goes on is not ended by a SYN, which anybody may send. */
	inbound = clv_find_inbound(answer, pkt->v6);
	if (inbound && inbound->link & CLV_ANSWER_CLOSING)
		clv_forget_inbound(answer, pkt->v6);
	return clv_note_link(skb, pkt, answer) ? CLV_IN_BEGUN : CLV_IN_NO_SESSION;
}

/* Why the packet is passed on. Below zero: it is spoilt. */
static __noinline int clv_begin(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	struct clv_tuple answer;
	struct clv_answer *begun;
	int reason;

	if (!clv_answers())
		return CLV_IN_NO_SESSION;
	__builtin_memset(&answer, 0, sizeof(answer));
	__builtin_memcpy(answer.saddr, pkt->tuple.daddr, sizeof(answer.saddr));
	__builtin_memcpy(answer.daddr, pkt->tuple.saddr, sizeof(answer.daddr));
	answer.sport = pkt->tuple.dport;
	answer.dport = pkt->tuple.sport;
	answer.protocol = pkt->tuple.protocol;
	if (pkt->tuple.protocol == IPPROTO_TCP) {
		reason = clv_begin_tcp(skb, pkt, &answer);
		return reason == CLV_IN_BEGUN && clv_clamp(skb, pkt, clv_device_choice(skb->ifindex).at) ? -1 : reason;
	}
	if (!clv_has_ports(pkt->tuple.protocol) && !(clv_is_icmp(pkt->tuple.protocol) && pkt->tuple.sport))
		return CLV_IN_NO_SESSION;
	begun = clv_find_begun(&answer, pkt->v6);
	/* It stays with the link that it began on for as long as that is there: a forged datagram moves nobody's. */
	if (begun && (begun->link & CLV_ANSWER_INSIDE || clv_answer_link(begun, pkt))) {
		clv_touch(begun);
		return CLV_IN_NO_SESSION;
	}
	return clv_note_link(skb, pkt, &answer) ? CLV_IN_BEGUN : CLV_IN_NO_SESSION;
}

#endif
