/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ROUTE_H
#define CLOVISOR_ROUTE_H

/* Which link a leaving packet of a session takes, or what becomes of it where there is none. */

#include "link.h"
#include "mss.h"
#include "pair.h"
#include "reset.h"
#include "session.h"
#include "unreachable.h"
#include "verdict.h"

/* Where a packet is that leaves. */
enum clv_hook {
	CLV_AT_WAN,		/* egress of a WAN device: routed, in the node's own */
	CLV_AT_LAN,		/* ingress of a LAN device: not routed yet */
};

/* What the rest of a program is to do with a packet. */
enum clv_plan {
	CLV_TAKE,		/* the binding in force */
	CLV_BIND_ANEW,		/* bind to the choice, then take it */
	CLV_STOP,		/* the verdict is given */
};

static __always_inline struct clv_association *clv_association_of(const struct clv_session *session)
{
	__u32 index = clv_association_index(session);

	return bpf_map_lookup_elem(&clv_assocs, &index);
}

/*
 * Lowers the segment size of a SYN to what fits the session's link, and every other that it may be moved to: a connection that moves keeps the size that
 * it opened with. own: the index of its link.
 */
static __noinline long clv_clamp_opening(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_session *session, __u32 own)
{
	union clv_binding_word binding = clv_binding_of(session);
	struct clv_association *association = NULL;

	if (!(binding.is.link & CLV_BOUND))
		return 0;
	if (!(binding.is.link & CLV_PINNED))
		association = clv_association_of(session);
	return clv_clamp_mss(skb, pkt, clv_least_mss(skb, pkt, own, association ? association->links : 0, clv_is_paired(binding)));
}

/* The same for a packet that may be no SYN: those pay nothing. */
static __always_inline long clv_clamp_session(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_session *session, __u32 own)
{
	return clv_unlikely(pkt->tcp_flags & CLV_TCP_SYN) ? clv_clamp_opening(skb, pkt, session, own) : 0;
}

/* Sends what the packet was turned into back to where it came from. */
static __always_inline int clv_answer(struct __sk_buff *skb, enum clv_hook hook, enum clv_reason reason)
{
	return clv_verdict(reason, bpf_redirect(skb->ifindex, hook == CLV_AT_WAN ? BPF_F_INGRESS : 0));
}

static __always_inline int clv_no_link(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_session *session, enum clv_hook hook)
{
	struct clv_association *association = clv_association_of(session);
	int unanswered = CLV_UNANSWERED;

	if (!association || !association->in_use || association->on_no_link == CLV_NO_LINK_PASS)
		return clv_pass(CLV_OUT_NO_LINK_PASSED);
	if (association->on_no_link == CLV_NO_LINK_UNREACHABLE)
		unanswered = hook == CLV_AT_WAN && clv_is_deaf(skb, pkt) ? (int)clv_turn_round(skb, pkt, CLV_TCP_ACK) : clv_unreachable(skb, pkt);
	if (unanswered)
		return clv_drop(unanswered < 0 ? CLV_OUT_FAILED : CLV_OUT_NO_LINK_DROPPED);
	return clv_answer(skb, hook, CLV_OUT_UNREACHABLE);
}

/* The session cannot move and its link is gone. Only those with somewhere to go are ended: the others wait for their link. */
static __always_inline enum clv_plan clv_orphan(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
						union clv_binding_word binding, struct clv_choice next, enum clv_hook hook, int *act)
{
	struct clv_association *association = clv_association_of(session);
	bool tcp = pkt->tuple.protocol == IPPROTO_TCP;
	__u8 action = CLV_DOWN_DRAIN;

	if (association)
		action = tcp ? association->tcp_on_down : association->udp_on_down;
	if (!next.at || action == CLV_DOWN_DRAIN) {
		*act = clv_drop(CLV_OUT_WAITING);
		return CLV_STOP;
	}
	/* A connection that is only opening loses nothing by starting on another link. */
	if (action == CLV_DOWN_REBIND || clv_opens(pkt))
		return CLV_BIND_ANEW;
	/* A fragment turned round would wait at its sender for the others. */
	if (!(pkt->tcp_flags & CLV_TCP_ACK) || pkt->tcp_flags & CLV_TCP_RST || pkt->part != CLV_WHOLE) {
		*act = clv_drop(CLV_OUT_WAITING);
		return CLV_STOP;
	}
	clv_tell_leaving(skb, pkt, session, CLV_EVENT_RESET);
	clv_unbind(pkt, binding);
	clv_forget(&pkt->tuple, pkt->v6);
	if (clv_turn_round(skb, pkt, CLV_TCP_RST)) {
		*act = clv_drop(CLV_OUT_FAILED);
		return CLV_STOP;
	}
	*act = clv_answer(skb, hook, CLV_OUT_RESET);
	return CLV_STOP;
}

/* First packet that the program sees of a session. *translate is for the binding. */
static __always_inline enum clv_plan clv_plan_first(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
						    struct clv_choice *choice, bool *translate, enum clv_hook hook, int *act)
{
	if (!choice->at) {
		*act = clv_no_link(skb, pkt, session, hook);
		return CLV_STOP;
	}
	*translate = clv_translates(choice->at, pkt);
	if (*translate && !clv_opens(pkt)) {
		/* Reported after it opened: the peer knows its address, so it keeps the link that it opened on. */
		*choice = clv_device_choice(skb->ifindex);
		*translate = false;
		if (!choice->at) {
			*act = clv_pass(CLV_OUT_MID_STREAM);
			return CLV_STOP;
		}
		return CLV_BIND_ANEW;
	}
	return CLV_BIND_ANEW;
}

/* Whether it was entered anew, so that the binding is an earlier connection's. */
static __always_inline bool clv_reopens(const struct clv_packet *pkt, const struct clv_session *session)
{
	return pkt->tuple.protocol == IPPROTO_TCP && clv_opens(pkt) && session->state == CLV_STATE_NEW;
}

/* The binding that a session of a pair goes on with. before: that of the same connection. */
static __always_inline enum clv_plan clv_take_in_pair(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
						      union clv_binding_word before, union clv_binding_word after, bool reopens)
{
	if (reopens)
		session->state = CLV_STATE_OPENING;
	clv_tell_taken(skb, pkt, session, before, after);
	return CLV_TAKE;
}

/*
 * A packet of a session of a pair. It moves by its binding alone, since what arrives is known by the pair and not by a link. Only where
 * none of the pair's links is left is it an orphan.
 */
static __always_inline enum clv_plan clv_plan_paired(struct __sk_buff *skb, struct clv_packet *pkt, struct clv_session *session,
						     union clv_binding_word binding, struct clv_choice bound, bool alive,
						     struct clv_choice *choice, bool *translate, enum clv_hook hook, int *act)
{
	bool follows = clv_follows(binding, pkt->tuple.sport), reopens = clv_reopens(pkt, session);
	union clv_binding_word before = { .word = reopens ? 0 : binding.word };
	struct clv_choice next = {};
	enum clv_plan plan;

	if (!follows)
		next = clv_slot_choice(session, pkt);
	*choice = bound;
	if (alive && (!next.at || next.index == bound.index))
		return clv_take_in_pair(skb, pkt, session, before, binding, reopens);
	clv_name_far(pkt);
	if (follows)
		next = clv_pair_choice(pkt);
	if (next.at && clv_is_of_pair(next.at, pkt)) {
		*choice = next;
		return clv_take_in_pair(skb, pkt, session, before, clv_move_in_pair(session, binding, next), reopens);
	}
	if (alive && !(reopens && next.at))
		return clv_take_in_pair(skb, pkt, session, before, binding, reopens);
	*choice = next;
	*translate = next.at && clv_translates(next.at, pkt);
	plan = reopens && next.at ? CLV_BIND_ANEW : clv_orphan(skb, pkt, session, binding, next, hook, act);
	if (plan == CLV_BIND_ANEW)
		clv_unbind(pkt, binding);
	return plan;
}

/* A packet of a session that has a link. */
static __always_inline enum clv_plan clv_plan_next(struct __sk_buff *skb, struct clv_packet *pkt, struct clv_session *session,
						   union clv_binding_word binding, struct clv_choice *choice, bool *translate,
						   enum clv_hook hook, int *act)
{
	struct clv_choice bound = { .at = clv_link_at(clv_bound_link(binding)), .index = clv_bound_link(binding) };
	bool alive = bound.at && clv_is_bound_to(binding, bound.at) && clv_carries(bound.at, pkt);
	bool pinned = binding.is.link & CLV_PINNED;
	bool reopens = clv_reopens(pkt, session);
	struct clv_choice next;

	if (clv_likely(pinned && alive && !reopens)) {
		*choice = bound;
		return CLV_TAKE;
	}
	if (clv_is_paired(binding))
		return clv_plan_paired(skb, pkt, session, binding, bound, alive, choice, translate, hook, act);
	next = clv_slot_choice(session, pkt);
	*translate = next.at && clv_translates(next.at, pkt);
	if (pinned || (*translate && !reopens)) {
		if (alive && (!reopens || !next.at)) {
			*choice = bound;
			return CLV_TAKE;
		}
		if (!alive && !reopens) {
			*choice = next;
			return clv_orphan(skb, pkt, session, binding, next, hook, act);
		}
	}
	if (!next.at) {
		*act = clv_no_link(skb, pkt, session, hook);
		return CLV_STOP;
	}
	*choice = next;
	return !reopens && next.index == bound.index && clv_is_bound_to(binding, next.at) ? CLV_TAKE : CLV_BIND_ANEW;
}

#endif
