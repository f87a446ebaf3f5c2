/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_CARRY_H
#define CLOVISOR_CARRY_H

/* Sends packets by the links that were chosen for them. */

#include "begun.h"
#include "claim.h"
#include "home.h"
#include "hop.h"
#include "icmp_error.h"
#include "link.h"
#include "mac.h"
#include "mss.h"
#include "route.h"
#include "session.h"
#include "too_big.h"
#include "translate.h"
#include "verdict.h"
#include "vlan.h"

static __always_inline int clv_hand_on(struct __sk_buff *skb, const struct clv_link *link, const struct clv_packet *pkt, enum clv_reason reason)
{
	if (clv_frame(skb, pkt, NULL))
		return clv_drop(CLV_OUT_FAILED);
	clv_claim_packet(skb);
	return clv_verdict(reason, clv_send(link, pkt));
}

/* Sends the packet by its session's link. */
static __always_inline int clv_carry(struct __sk_buff *skb, struct clv_packet *pkt, struct clv_session *session,
				     struct clv_choice choice, union clv_binding_word binding, enum clv_hook hook)
{
	const struct clv_link *link = choice.at;
	bool home = hook == CLV_AT_WAN && link->ifindex == skb->ifindex;
	__u32 mtu;

	/* Answered as the tag's own network has it; it leaves by another. */
	if (!home && clv_unlikely(clv_too_large(skb, pkt, link->ifindex, &mtu))) {
		if (clv_too_big(skb, pkt, mtu))
			return clv_drop(CLV_OUT_MTU_DROPPED);
		return clv_answer(skb, hook, CLV_OUT_TOO_BIG);
	}
	clv_count_out(skb, pkt, session);
	clv_is_at_home(session, skb->ifindex, pkt, hook == CLV_AT_WAN);
	if (hook == CLV_AT_WAN && !home && clv_unlikely(clv_untag(skb, pkt)))
		return clv_drop(CLV_OUT_FAILED);
	if (binding.is.link & CLV_TRANSLATED) {
		struct clv_wire source = { .port = binding.is.port };

		clv_source(link, pkt, source.addr);
		if (clv_unlikely(clv_change(skb, pkt, CLV_SOURCE, &source, hook == CLV_AT_LAN)))
			return clv_drop(CLV_OUT_FAILED);
		if (clv_unlikely(!(binding.is.link & CLV_PINNED)) && clv_change_far(skb, pkt, CLV_DESTINATION, link))
			return clv_drop(CLV_OUT_FAILED);
	} else if (hook == CLV_AT_LAN && clv_change(skb, pkt, CLV_SOURCE, NULL, 1)) {
		return clv_drop(CLV_OUT_FAILED);
	}
	if (clv_clamp_session(skb, pkt, session, choice.index))
		return clv_drop(CLV_OUT_FAILED);
	if (home)
		return clv_pass(CLV_OUT_HOME);
	return clv_hand_on(skb, link, pkt, hook == CLV_AT_WAN ? CLV_OUT_REDIRECTED : CLV_LAN_REDIRECTED);
}

/* Sends a packet of a session that leaves, whatever that takes: bound by its first one, kept where it is pinned, or moved. */
static __always_inline int clv_leave(struct __sk_buff *skb, struct clv_packet *pkt, struct clv_session *session, enum clv_hook hook)
{
	union clv_binding_word binding = clv_binding_of(session);
	struct clv_choice choice = {};
	int act = CLV_ACT_NEXT;
	bool translate = false;
	enum clv_plan plan;

	if (clv_likely(binding.is.link & CLV_BOUND)) {
		plan = clv_plan_next(skb, pkt, session, binding, &choice, &translate, hook, &act);
	} else {
		choice = clv_slot_choice(session, pkt);
		plan = clv_plan_first(skb, pkt, session, &choice, &translate, hook, &act);
	}
	if (clv_unlikely(plan == CLV_STOP))
		return act;
	if (clv_unlikely(plan == CLV_BIND_ANEW)) {
		if (!choice.at)
			return clv_drop(CLV_OUT_FAILED);
		clv_join_pair(pkt, choice.at);
		if (!clv_bind(skb, pkt, session, choice, translate, &binding))
			return clv_drop(CLV_OUT_NO_PORT);
		/* One that is ending goes on ending, wherever it is bound. */
		if (session->state != CLV_STATE_CLOSING)
			session->state = pkt->tcp_flags & CLV_TCP_ACK ? CLV_STATE_ESTABLISHED : CLV_STATE_OPENING;
		/* Another CPU's, if that was faster. */
		choice.index = clv_bound_link(binding);
		choice.at = clv_link_at(choice.index);
	}
	if (!choice.at)
		return clv_drop(CLV_OUT_FAILED);
	return clv_carry(skb, pkt, session, choice, binding, hook);
}

/* An ICMP error about a packet of no session: it leaves by the link that the packet came by. */
static __always_inline int clv_begun_error_out(struct __sk_buff *skb, struct clv_packet *pkt, const struct clv_tuple *quoted)
{
	struct clv_answer *answer = NULL;
	struct clv_link *link;

	if (clv_answers()) {
		answer = quoted->protocol == IPPROTO_TCP ? clv_find_inbound(quoted, pkt->v6) : NULL;
		answer = answer ? answer : clv_find_begun(quoted, pkt->v6);
	}
	link = answer ? clv_answer_link(answer, pkt) : NULL;
	if (!link || link->ifindex == skb->ifindex)
		return clv_pass(CLV_PROTOCOL);
	if (clv_untag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	return clv_hand_on(skb, link, pkt, CLV_OUT_ICMP_ERROR);
}

/* An ICMP error about a packet that arrived: it leaves as that session's packets do. */
static __noinline int clv_error_out(struct __sk_buff *skb, struct clv_packet *pkt)
{
	union clv_binding_word binding;
	struct clv_session *session;
	struct clv_quote quote = {};
	struct clv_link *link;
	bool alive;

	if (!clv_read_quote(skb, pkt, &quote))
		return clv_pass(CLV_PROTOCOL);
	session = clv_find(&quote.answer, pkt->v6);
	if (!session)
		return clv_begun_error_out(skb, pkt, &quote.answer);
	binding = clv_binding_of(session);
	link = clv_link_at(clv_bound_link(binding));
	if (!(binding.is.link & CLV_BOUND) || !link)
		return clv_pass(CLV_PROTOCOL);
	alive = clv_is_bound_to(binding, link) && clv_carries(link, pkt);
	if (!(binding.is.link & (CLV_PINNED | CLV_TRANSLATED))) {
		struct clv_choice next = clv_slot_choice(session, pkt);

		if (next.at && !(next.at->flags & CLV_LINK_TRANSLATED)) {
			link = next.at;
			alive = true;
		}
	}
	if (!alive)
		return clv_drop(CLV_OUT_WAITING);
	if (link->ifindex != skb->ifindex && clv_untag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	if (binding.is.link & CLV_TRANSLATED) {
		struct clv_wire source = { .port = binding.is.port };

		/* The tags may be off: read anew where the quote is now. */
		if (!clv_bound_addr(pkt, binding, source.addr) || !clv_read_quote(skb, pkt, &quote) || clv_requote(skb, pkt, &quote, CLV_SOURCE, &source))
			return clv_drop(CLV_OUT_FAILED);
		if (clv_is_paired(binding) && clv_requote_far(skb, pkt, &quote, CLV_DESTINATION, link, &source))
			return clv_drop(CLV_OUT_FAILED);
	}
	if (link->ifindex == skb->ifindex)
		return clv_pass(CLV_OUT_ICMP_ERROR);
	return clv_hand_on(skb, link, pkt, CLV_OUT_ICMP_ERROR);
}

#endif
