/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TOLD_H
#define CLOVISOR_TOLD_H

/* Which events there are of packets, and what they say of their sessions. */

#include "binding.h"
#include "entry.h"
#include "event.h"
#include "link.h"
#include "packet.h"
#include "table.h"
#include "verdict.h"

/* An event of a session as it is now. */
static __always_inline __u64 clv_event_now(const struct clv_session *session, enum clv_event_kind kind, enum clv_reason reason)
{
	union clv_binding_word binding = clv_binding_of(session);
	bool bound = binding.is.link & CLV_BOUND;

	return clv_event_of(kind, reason, bound ? clv_bound_link(binding) + 1 : 0, session->place, bound ? binding.is.port : 0);
}

/* Something of a session whose packet leaves. */
static __always_inline void clv_tell_leaving(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_session *session,
					     enum clv_event_kind kind)
{
	if (clv_tells())
		clv_tell(&pkt->tuple, skb->ifindex, clv_event_now(session, kind, 0));
}

/* How a session came from a binding to another link. */
static __always_inline enum clv_event_kind clv_kind_of_move(union clv_binding_word before, const struct clv_packet *pkt)
{
	struct clv_link *link = clv_link_at(clv_bound_link(before));

	return link && clv_is_bound_to(before, link) && clv_carries(link, pkt) ? CLV_EVENT_MOVED : CLV_EVENT_REBOUND;
}

__noinline int clv_tell_link(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_session *session, __u32 before, __u32 after)
{
	union clv_binding_word was = { .word = before }, is = { .word = after };
	enum clv_event_kind kind = CLV_EVENT_BOUND;

	if (!pkt || !session)
		return 0;
	if (was.is.link & CLV_BOUND && session->state != CLV_STATE_NEW)
		kind = clv_kind_of_move(was, pkt);
	return clv_tell(&pkt->tuple, skb->ifindex, clv_event_of(kind, 0, clv_bound_link(is) + 1, session->place, is.is.port));
}

/* The session has taken a link. */
static __always_inline void clv_tell_taken(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_session *session,
					   union clv_binding_word before, union clv_binding_word after)
{
	if (before.word != after.word && clv_tells())
		clv_tell_link(skb, pkt, session, before.word, after.word);
}

/* Something of a session that a packet arrives of: it is named as when it leaves. */
__noinline int clv_tell_arriving(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_wire *origin,
				 const struct clv_session *session, enum clv_event_kind kind)
{
	struct clv_tuple key = {};
	struct clv_link *home;

	if (!pkt || !origin || !session)
		return 0;
	__builtin_memcpy(key.saddr, origin->addr, sizeof(key.saddr));
	__builtin_memcpy(key.daddr, pkt->tuple.saddr, sizeof(key.daddr));
	home = origin->by ? clv_link_at(origin->far - 1) : NULL;
	if (home && pkt->v6)
		__builtin_memcpy(key.daddr, home->peer_v6, sizeof(key.daddr));
	else if (home)
		clv_map_v4(key.daddr, home->peer_v4);
	key.sport = origin->port;
	key.dport = pkt->tuple.sport;
	key.protocol = pkt->tuple.protocol;
	return clv_tell(&key, skb->ifindex, clv_event_now(session, kind, 0));
}

__noinline int clv_tell_drop(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 reason)
{
	struct clv_event_state *state = clv_event_state_now();
	struct clv_session *session;
	__u16 now = clv_tick();

	if (!pkt || !state || reason >= CLV_EVENT_REASONS || state->drops.tick[reason] == now)
		return 0;
	state->drops.tick[reason] = now;
	session = clv_find(&pkt->tuple, pkt->v6);
	return clv_tell(&pkt->tuple, skb->ifindex,
			session ? clv_event_now(session, CLV_EVENT_DROPPED, reason)
				: clv_event_of(CLV_EVENT_DROPPED, reason, 0, clv_place(CLV_NO_ASSOCIATION, 0), 0));
}

/* What a program returns, from a verdict. A drop is told here, where it is known of which packet. */
static __always_inline int clv_done(struct __sk_buff *skb, const struct clv_packet *pkt, int verdict)
{
	if (verdict < CLV_DROPPED)
		return verdict;
	if (clv_tells())
		clv_tell_drop(skb, pkt, verdict - CLV_DROPPED);
	return TC_ACT_SHOT;
}

#endif
