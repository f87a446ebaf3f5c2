/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ANSWER_H
#define CLOVISOR_ANSWER_H

/* What leaves and is of no session, but may answer what came by a link. */

#include "begun.h"
#include "carry.h"
#include "negative.h"
#include "tagged.h"

static __always_inline struct clv_answer *clv_answer_of_tcp(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	struct clv_answer *answer;
	__be32 seq;

	if (!(pkt->tcp_flags & CLV_TCP_SYN)) {
		answer = clv_find_inbound(&pkt->tuple, pkt->v6);
		if (answer) {
			clv_touch(answer);
			if (pkt->tcp_flags & (CLV_TCP_FIN | CLV_TCP_RST))
				answer->link |= CLV_ANSWER_CLOSING;
			return answer;
		}
		/* All but an answer to the SYN itself needs the proof: else a forged SYN would move a connection that began inside. */
		return pkt->tcp_flags & CLV_TCP_RST ? clv_find_begun(&pkt->tuple, pkt->v6) : NULL;
	}
	if (!(pkt->tcp_flags & CLV_TCP_ACK))
		return NULL;
	answer = clv_find_begun(&pkt->tuple, pkt->v6);
	if (!answer || bpf_skb_load_bytes(skb, pkt->transport + offsetof(struct tcphdr, seq), &seq, sizeof(seq)))
		return NULL;
	answer->proof = bpf_ntohl(seq) + 1;
	answer->link |= CLV_ANSWER_SENT;
	return answer;
}

static __always_inline struct clv_answer *clv_answer_of(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	struct clv_answer *answer;

	if (pkt->tuple.protocol == IPPROTO_TCP)
		return clv_answer_of_tcp(skb, pkt);
	if (pkt->tuple.protocol == IPPROTO_UDP) {
		answer = clv_find_begun(&pkt->tuple, pkt->v6);
		if (answer) {
			clv_touch(answer);
		} else if (!clv_stays_local(pkt)) {
			/* Of datagrams nothing tells the first of a flow from its answer but which was seen first. */
			struct clv_answer inside = { .tick = clv_tick(), .link = CLV_ANSWER_INSIDE };

			clv_note_begun(&pkt->tuple, pkt->v6, &inside);
		}
		return answer;
	}
	return clv_is_icmp(pkt->tuple.protocol) && pkt->tuple.dport ? clv_find_begun(&pkt->tuple, pkt->v6) : NULL;
}

/* Whether what is found for the packet holds for the next ones of its tuple. Not of those of a connection that are answers without a proof. */
static __always_inline bool clv_is_cached(const struct clv_packet *pkt)
{
	return pkt->tuple.protocol == IPPROTO_UDP || (pkt->tuple.protocol == IPPROTO_TCP && !(pkt->tcp_flags & (CLV_TCP_SYN | CLV_TCP_RST)));
}

/* The link that an answer leaves by. NULL: it is none, or its link is gone. A function of its own: the packet's own frame has no room for its keys. */
static __noinline struct clv_link *clv_answers_by(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	__u64 word = 0, *cached = NULL;
	struct clv_answer *answer;
	struct clv_link *link;

	if (!clv_answers())
		return NULL;
	if (clv_is_cached(pkt)) {
		__u64 hash = clv_negative_hash(&pkt->tuple, pkt->v6);

		word = clv_negative_word(hash);
		cached = clv_negative_at(hash);
		if (cached && *cached == word)
			return NULL;
	}
	answer = clv_answer_of(skb, pkt);
	/* Of a datagram it has been written that it began inside. */
	if (cached && (answer ? answer->link & CLV_ANSWER_INSIDE : !clv_stays_local(pkt)))
		*cached = word;
	link = answer ? clv_answer_link(answer, pkt) : NULL;
	return link && !clv_is_tied(skb) ? link : NULL;
}

/* Sends an answer by its link. */
static __always_inline int clv_answer_out(struct __sk_buff *skb, struct clv_packet *pkt, const struct clv_link *link)
{
	__u32 mtu;

	if (link->ifindex == skb->ifindex)
		return clv_pass(CLV_OUT_HOME);
	if (clv_too_large(skb, pkt, link->ifindex, &mtu))
		return clv_too_big(skb, pkt, mtu) ? clv_drop(CLV_OUT_MTU_DROPPED) : clv_answer(skb, CLV_AT_WAN, CLV_OUT_TOO_BIG);
	if (clv_untag(skb, pkt) || clv_clamp(skb, pkt, link))
		return clv_drop(CLV_OUT_FAILED);
	return clv_hand_on(skb, link, pkt, CLV_OUT_ANSWERED);
}

#endif
