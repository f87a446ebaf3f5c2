/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_PAIR_H
#define CLOVISOR_PAIR_H

/*
 * Links whose far ends are one site with these programs too: a pair. A session with it has on the wire the addresses of whatever link it
 * takes, at both ends, and its home addresses, which the sockets know, are put back where it arrives. The end that opened it draws a
 * source port that no other session of the pair has, so that the ports alone name it on any link; that port is above those that sockets
 * get by themselves, so that it is not taken for a connection that is no session. The other end follows: it answers by the link that
 * it was last asked by.
 */

#include "link.h"
#include "session.h"
#include "tag.h"
#include "translate.h"

static __always_inline bool clv_has_pairs(void)
{
	const struct clv_settings *settings = clv_settings_now();

	return settings && settings->flags & CLV_SETTING_PAIRED;
}

/* The link, counted from one, at whose far end an address of the tuple is. 0: it is at none. */
__noinline int clv_peer_at(const struct clv_tuple *tuple, int end)
{
	__be32 addr[4];
	bool v4;

	if (!tuple)
		return 0;
	if (end == CLV_SOURCE)
		__builtin_memcpy(addr, tuple->saddr, sizeof(addr));
	else
		__builtin_memcpy(addr, tuple->daddr, sizeof(addr));
	v4 = clv_is_mapped(addr);
	/* Links without an address of the family have zeros. */
	if (v4 ? !addr[3] : !(addr[0] | addr[1] | addr[2] | addr[3]))
		return 0;
	for (__u32 i = 0; i < CLV_MAX_LINKS; i++) {
		struct clv_link *link = clv_link_at(i);

		if (link && link->flags & CLV_LINK_PAIRED && (v4 ? link->peer_v4 == addr[3] : clv_same_addr(link->peer_v6, addr)))
			return i + 1;
	}
	return 0;
}

/* Whether the link is one of the pair that is noted, in the packet's family. */
static __always_inline bool clv_is_of_pair(const struct clv_link *link, const struct clv_packet *pkt)
{
	const __be32 *v6 = link->peer_v6;

	return pkt->pair && link->flags & CLV_LINK_PAIRED && link->pair == pkt->pair &&
	       (pkt->v6 ? v6[0] | v6[1] | v6[2] | v6[3] : link->peer_v4);
}

/* Notes with which pair the packet's session is, by its destination: none, if that is nobody's far end. */
static __always_inline void clv_name_far(struct clv_packet *pkt)
{
	struct clv_link *link;

	pkt->far = clv_peer_at(&pkt->tuple, CLV_DESTINATION);
	pkt->pair = 0;
	link = clv_link_at(pkt->far - 1);
	if (link)
		pkt->pair = link->pair;
}

static __always_inline void clv_name_none(struct clv_packet *pkt)
{
	pkt->far = 0;
	pkt->pair = 0;
}

/* Before a session is bound to a link: whether it is to be of that link's pair. */
static __always_inline void clv_join_pair(struct clv_packet *pkt, const struct clv_link *link)
{
	clv_name_none(pkt);
	if (!(link->flags & CLV_LINK_PAIRED) || !clv_opens(pkt) || !(clv_has_ports(pkt->tuple.protocol) || clv_is_icmp(pkt->tuple.protocol)))
		return;
	clv_name_far(pkt);
	if (!clv_is_of_pair(link, pkt))
		clv_name_none(pkt);
}

/* Whether the far end opened the session: then its own port is on the wire. */
static __always_inline bool clv_follows(union clv_binding_word binding, __be16 own_port)
{
	return binding.is.port == own_port;
}

/* A link, counted from one, that carries packets of the pair that is noted. 0: none. */
__noinline int clv_first_of_pair(const struct clv_packet *pkt)
{
	if (!pkt)
		return 0;
	for (__u32 i = 0; i < CLV_MAX_LINKS; i++) {
		struct clv_link *link = clv_link_at(i);

		if (link && clv_is_of_pair(link, pkt) && clv_carries(link, pkt))
			return i + 1;
	}
	return 0;
}

static __always_inline struct clv_choice clv_pair_choice(const struct clv_packet *pkt)
{
	struct clv_choice choice = {};
	__u32 first = clv_first_of_pair(pkt);

	choice.at = clv_link_at(first - 1);
	choice.index = first - 1;
	return choice;
}

/* Nothing but the word changes: to what is returned. Where another CPU was faster its choice stays, and this packet still goes by ours. */
static __always_inline union clv_binding_word clv_move_in_pair(struct clv_session *session, union clv_binding_word binding, struct clv_choice next)
{
	union clv_binding_word moved = binding;

	moved.is.link = next.index | CLV_BOUND | CLV_TRANSLATED;
	moved.is.generation = next.at->generation;
	return __sync_val_compare_and_swap((__u32 *)&session->binding, binding.word, moved.word) == binding.word ? moved : binding;
}

/* The session of what arrives from a far end, by any link of its pair. *origin says by which, and where both ends are at home. */
static __noinline struct clv_session *clv_find_paired(const struct clv_tuple *arriving, bool v6, struct clv_wire *origin, bool *found)
{
	__u32 by = clv_peer_at(arriving, CLV_SOURCE);
	struct clv_link *link = clv_link_at(by - 1), *home;
	struct clv_tuple key = {};

	if (!link || (v6 ? !clv_same_addr(arriving->daddr, link->source_v6) : arriving->daddr[3] != link->source_v4))
		return NULL;
	clv_name_pair(&key, v6, link->pair);
	key.sport = arriving->sport;
	key.dport = arriving->dport;
	key.protocol = arriving->protocol;
	*found = clv_find_origin(&key, v6, origin);
	if (!*found)
		return NULL;
	home = clv_link_at(origin->far - 1);
	if (!home)
		return NULL;
	origin->by = by;
	key.pair = 0;
	__builtin_memcpy(key.saddr, origin->addr, sizeof(key.saddr));
	if (v6)
		__builtin_memcpy(key.daddr, home->peer_v6, sizeof(key.daddr));
	else
		clv_map_v4(key.daddr, home->peer_v4);
	key.sport = origin->port;
	key.dport = arriving->sport;
	return clv_find(&key, v6);
}

/* What a packet of the far end says beside its content: by which link it wants the answer, and that the session begins again. */
static __always_inline void clv_heed(struct __sk_buff *skb, struct clv_session *session, const struct clv_packet *pkt, const struct clv_wire *origin)
{
	union clv_binding_word binding = clv_binding_of(session);
	struct clv_choice by = { .at = clv_link_at(origin->by - 1), .index = origin->by - 1 };

	if (!clv_follows(binding, origin->port))
		return;
	if (pkt->tuple.protocol == IPPROTO_TCP && clv_opens(pkt) && session->state == CLV_STATE_CLOSING)
		session->state = CLV_STATE_OPENING;
	if (!by.at || !clv_carries(by.at, pkt) || (by.index == clv_bound_link(binding) && clv_is_bound_to(binding, by.at)))
		return;
	if (clv_move_in_pair(session, binding, by).word != binding.word && clv_tells())
		clv_tell_arriving(skb, pkt, origin, session, clv_kind_of_move(binding, pkt));
}

/* Whether the packet may answer what a far end has opened, by its ports alone. */
static __always_inline bool clv_may_answer(const struct clv_packet *pkt)
{
	return bpf_ntohs(pkt->tuple.dport) >= CLV_FIRST_PORT && !(pkt->tcp_flags & CLV_TCP_RST);
}

/*
 * Enters the session of an answer to what a far end has opened. What is asked enters nothing: what nobody answers takes no room.
 * NULL: it is no such answer, or *reason says why there is no room.
 */
static __noinline struct clv_session *clv_answer_pair(struct clv_packet *pkt, enum clv_reason *reason)
{
	struct clv_session session = { .out = clv_no_traffic(), .in = clv_no_traffic(), .state = CLV_STATE_OPENING }, *entered;
	struct clv_wire own = { .port = pkt->tuple.sport };
	struct clv_link *link;
	struct clv_tuple key;

	/* Echoes are answered by whatever address they were sent to: the end that asked puts it back. */
	if (!clv_has_ports(pkt->tuple.protocol))
		return NULL;
	own.far = clv_peer_at(&pkt->tuple, CLV_DESTINATION);
	link = clv_link_at(own.far - 1);
	if (!link)
		return NULL;
	clv_source(link, pkt, own.addr);
	if (!clv_same_addr(own.addr, pkt->tuple.saddr))
		return NULL;
	pkt->far = own.far;
	pkt->pair = link->pair;
	clv_reverse_key(pkt, own.addr, own.port, &key);
	if (!clv_claim(pkt, &key, &own)) {
		struct clv_wire holder;

		/* Another session's: then this one is none. */
		if (!clv_find_origin(&key, pkt->v6, &holder))
			*reason = CLV_OUT_TABLE_FULL;
		clv_name_none(pkt);
		return NULL;
	}
	session.binding.link = (own.far - 1) | CLV_BOUND | CLV_TRANSLATED;
	session.binding.generation = link->generation;
	session.binding.port = own.port;
	session.place = clv_place(CLV_NO_ASSOCIATION, 0);
	clv_add(&pkt->tuple, pkt->v6, &session);
	entered = clv_find(&pkt->tuple, pkt->v6);
	if (!entered) {
		*reason = CLV_OUT_TABLE_FULL;
		clv_release(pkt, own.addr, own.port);
	}
	clv_name_none(pkt);
	return entered;
}

/* As clv_is_translated. */
static __always_inline bool clv_is_translated_in_pair(struct clv_packet *pkt)
{
	struct clv_wire origin;
	struct clv_tuple key;
	bool others = false;

	clv_name_far(pkt);
	if (pkt->pair) {
		clv_reverse_key(pkt, pkt->tuple.saddr, pkt->tuple.sport, &key);
		others = clv_find_origin(&key, pkt->v6, &origin) && !clv_is_origin(&origin, pkt);
	}
	clv_name_none(pkt);
	return others;
}

/* Replaces the address of the far end by that of a link's. 0, or the helper's error; then the packet is spoilt and must be dropped. */
static __noinline long clv_change_far(struct __sk_buff *skb, const struct clv_packet *pkt, int end, const struct clv_link *link)
{
	struct clv_wire far = {};

	if (!link)
		return -1;
	if (pkt->v6)
		__builtin_memcpy(far.addr, link->peer_v6, sizeof(far.addr));
	else
		clv_map_v4(far.addr, link->peer_v4);
	far.port = end == CLV_SOURCE ? pkt->tuple.sport : pkt->tuple.dport;
	return clv_same_addr(far.addr, end == CLV_SOURCE ? pkt->tuple.saddr : pkt->tuple.daddr) ? 0 : clv_rewrite(skb, pkt, end, &far);
}

#endif
