/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_SESSION_H
#define CLOVISOR_SESSION_H

/* Sessions: made, bound to a link, released. Nothing here locks: one exchange of the binding decides between CPUs. */

#include "binding.h"
#include "entry.h"
#include "link.h"
#include "packet.h"
#include "table.h"
#include "told.h"
#include "wan_maps.h"

/* Ports to translate to when the session's own is taken: above the range from which Linux gives local sockets theirs. */
#define CLV_FIRST_PORT		61000
#define CLV_PORTS		4536
#define CLV_PORT_TRIES		16

/* The addresses of a key of a pair: they are the same for all of its links. */
static __always_inline void clv_name_pair(struct clv_tuple *key, bool v6, __u16 pair)
{
	key->pair = pair;
	if (!v6) {
		clv_map_v4(key->saddr, 0);
		clv_map_v4(key->daddr, 0);
	}
}

/* What the peer's packets will look like when the session leaves from this address and port. */
static __always_inline void clv_reverse_key(const struct clv_packet *pkt, const __be32 addr[4], __be16 port, struct clv_tuple *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	if (pkt->pair) {
		clv_name_pair(key, pkt->v6, pkt->pair);
	} else {
		__builtin_memcpy(key->saddr, pkt->tuple.daddr, sizeof(key->saddr));
		__builtin_memcpy(key->daddr, addr, sizeof(key->daddr));
	}
	key->sport = pkt->tuple.dport;
	key->dport = port;
	key->protocol = pkt->tuple.protocol;
}

static __always_inline bool clv_is_origin(const struct clv_wire *origin, const struct clv_packet *pkt)
{
	return origin->port == pkt->tuple.sport && origin->far == pkt->far && clv_same_addr(origin->addr, pkt->tuple.saddr);
}

/* Takes an arriving tuple for the packet's session. False: another session has it. */
static __always_inline bool clv_claim(const struct clv_packet *pkt, struct clv_tuple *key, const struct clv_wire *origin)
{
	struct clv_wire holder;

	if (clv_take_arriving(key, pkt->v6, origin))
		return true;
	/* Ours already, when an earlier binding took it or another CPU is binding the same session. */
	return clv_find_origin(key, pkt->v6, &holder) && clv_is_origin(&holder, pkt);
}

/*
 * Whether a connected socket of the node itself has an arriving tuple: its packets are nobody's translation. Listeners and
 * unconnected sockets do not count, for the session's own may be one of those.
 */
static __always_inline bool clv_socket_has(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_tuple *key)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *socket;
	__u32 size;
	bool connected;

	if (!clv_has_ports(key->protocol))
		return false;
	if (pkt->v6) {
		__builtin_memcpy(tuple.ipv6.saddr, key->saddr, sizeof(tuple.ipv6.saddr));
		__builtin_memcpy(tuple.ipv6.daddr, key->daddr, sizeof(tuple.ipv6.daddr));
		tuple.ipv6.sport = key->sport;
		tuple.ipv6.dport = key->dport;
		size = sizeof(tuple.ipv6);
	} else {
		tuple.ipv4.saddr = key->saddr[3];
		tuple.ipv4.daddr = key->daddr[3];
		tuple.ipv4.sport = key->sport;
		tuple.ipv4.dport = key->dport;
		size = sizeof(tuple.ipv4);
	}
	socket = key->protocol == IPPROTO_TCP ? bpf_sk_lookup_tcp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0)
					      : bpf_sk_lookup_udp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (!socket)
		return false;
	connected = socket->dst_port != 0;
	bpf_sk_release(socket);
	return connected;
}

/*
 * Finds a free source port on an address, the session's own first, and takes it. 0: all tries were taken. A global function: the
 * verifier checks it once and by itself, not again for every way that leads here. In a pair it is never the session's own: by that
 * the sessions that the far end opened are told from ours.
 */
__noinline int clv_claim_port(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_wire *wire)
{
	struct clv_wire origin = {};
	struct clv_tuple key;
	__u32 start;

	if (!pkt || !wire)
		return 0;
	origin.port = pkt->tuple.sport;
	origin.far = pkt->far;
	__builtin_memcpy(origin.addr, pkt->tuple.saddr, sizeof(origin.addr));
	clv_reverse_key(pkt, wire->addr, wire->port, &key);
	if (!pkt->pair) {
		if (clv_same_addr(wire->addr, pkt->tuple.saddr))
			return clv_claim(pkt, &key, &origin);	/* not translated: no other port would do */
		if (!clv_socket_has(skb, pkt, &key) && clv_claim(pkt, &key, &origin))
			return 1;
		if (!clv_has_ports(pkt->tuple.protocol) && !clv_is_icmp(pkt->tuple.protocol))
			return 0;
	}
	start = bpf_get_prandom_u32();
	for (__u32 i = 0; i < CLV_PORT_TRIES; i++) {
		key.dport = bpf_htons(CLV_FIRST_PORT + (start + i) % CLV_PORTS);
		if (pkt->pair ? key.dport == pkt->tuple.sport : clv_socket_has(skb, pkt, &key))
			continue;
		if (clv_claim(pkt, &key, &origin)) {
			wire->port = key.dport;
			return 1;
		}
	}
	return 0;
}

static __always_inline void clv_release(const struct clv_packet *pkt, const __be32 addr[4], __be16 port)
{
	struct clv_wire holder;
	struct clv_tuple key;

	clv_reverse_key(pkt, addr, port, &key);
	if (clv_find_origin(&key, pkt->v6, &holder) && clv_is_origin(&holder, pkt))
		clv_drop_arriving(&key, pkt->v6);
}

/* The source address on the wire under a binding. False: it was that of a generation too long ago to be known. */
static __always_inline bool clv_bound_addr(const struct clv_packet *pkt, union clv_binding_word binding, __be32 out[4])
{
	__u32 index = clv_bound_link(binding) * CLV_SOURCES_KEPT + binding.is.generation % CLV_SOURCES_KEPT;
	const struct clv_source *source;

	if (!(binding.is.link & CLV_TRANSLATED)) {
		__builtin_memcpy(out, pkt->tuple.saddr, sizeof(pkt->tuple.saddr));
		return true;
	}
	source = bpf_map_lookup_elem(&clv_sources, &index);
	if (!source || !source->generation || (__u8)source->generation != binding.is.generation)
		return false;
	if (pkt->v6)
		__builtin_memcpy(out, source->v6, sizeof(source->v6));
	else
		clv_map_v4(out, source->v4);
	return true;
}

/* Gives up what a binding has taken. Where its address is not known any more, user space finds that it leads to nobody. */
static __always_inline void clv_unbind(const struct clv_packet *pkt, union clv_binding_word binding)
{
	__be32 addr[4] = {};

	if (binding.is.link & CLV_BOUND && (pkt->pair || clv_bound_addr(pkt, binding, addr)))
		clv_release(pkt, addr, binding.is.port);
}

/*
 * Binds the session to a link, in place of the binding *binding, and leaves what is in force in *binding: that of another CPU
 * if it was faster. A link with an address of its own pins the session, even where that is the address it has already: the
 * peer knows it by it. In a pair (pkt->pair) it is translated and not pinned. False: no port.
 */
static __always_inline bool clv_bind(struct __sk_buff *skb, struct clv_packet *pkt, struct clv_session *session, struct clv_choice choice,
				     bool translate, union clv_binding_word *binding)
{
	union clv_binding_word old = *binding, bound = {}, seen;
	struct clv_wire wire = { .port = pkt->tuple.sport };

	translate |= pkt->pair != 0;
	if (translate)
		clv_source(choice.at, pkt, wire.addr);
	else
		__builtin_memcpy(wire.addr, pkt->tuple.saddr, sizeof(wire.addr));
	bound.is.link = choice.index | CLV_BOUND | (translate ? CLV_TRANSLATED : 0) | (choice.at->flags & CLV_LINK_TRANSLATED && !pkt->pair ? CLV_PINNED : 0);
	bound.is.generation = choice.at->generation;
	if (!clv_claim_port(skb, pkt, &wire))
		return false;
	bound.is.port = wire.port;

	seen.word = __sync_val_compare_and_swap((__u32 *)&session->binding, old.word, bound.word);
	if (seen.word != old.word) {
		if (seen.is.port != bound.is.port || clv_bound_link(seen) != choice.index)
			clv_release(pkt, wire.addr, bound.is.port);
		*binding = seen;
		return seen.is.link & CLV_BOUND;
	}
	clv_tell_taken(skb, pkt, session, old, bound);
	if (old.is.link & CLV_BOUND) {
		__be32 old_addr[4];

		/* What was taken of a pair has been given up already. */
		pkt->pair = 0;
		pkt->far = 0;
		if (clv_bound_addr(pkt, old, old_addr) && (old.is.port != bound.is.port || !clv_same_addr(old_addr, wire.addr)))
			clv_release(pkt, old_addr, old.is.port);
	}
	*binding = bound;
	return true;
}

/* Whether the packet is the translated form of some session's: seen again on its way out. */
static __always_inline bool clv_is_translated(const struct clv_packet *pkt)
{
	struct clv_wire origin;
	struct clv_tuple key;

	clv_reverse_key(pkt, pkt->tuple.saddr, pkt->tuple.sport, &key);
	return clv_find_origin(&key, pkt->v6, &origin) && !clv_is_origin(&origin, pkt);
}

/*
 * The session of a packet that leaves. A connection that opens on the tuple of one that is over takes nothing over from it: neither its
 * association nor its link, unless it is reported or tagged itself. What the earlier one arrived by is found by the next sweep.
 */
static __always_inline struct clv_session *clv_find_leaving(const struct clv_packet *pkt)
{
	struct clv_session *session = clv_find(&pkt->tuple, pkt->v6);

	if (session && clv_unlikely(session->state == CLV_STATE_CLOSING && clv_opens(pkt))) {
		clv_forget(&pkt->tuple, pkt->v6);
		return NULL;
	}
	return session;
}

/* Of either end, the first FIN or RST. */
static __always_inline bool clv_begins_to_close(const struct clv_packet *pkt, const struct clv_session *session)
{
	return pkt->tcp_flags & (CLV_TCP_FIN | CLV_TCP_RST) && session->state != CLV_STATE_CLOSING;
}

static __always_inline void clv_count_out(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session)
{
	clv_count(&session->out, skb->len - pkt->network);
	if (clv_unlikely(clv_begins_to_close(pkt, session) && session->state != CLV_STATE_NEW)) {
		session->state = CLV_STATE_CLOSING;
		clv_tell_leaving(skb, pkt, session, CLV_EVENT_CLOSING_OUT);
	}
}

static __always_inline void clv_count_in(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session, const struct clv_wire *origin)
{
	clv_count(&session->in, skb->len - pkt->network);
	if (session->state == CLV_STATE_NEW)
		return;		/* nothing of it has left: late, of an earlier connection of its tuple */
	if (clv_begins_to_close(pkt, session)) {
		session->state = CLV_STATE_CLOSING;
		if (clv_tells())
			clv_tell_arriving(skb, pkt, origin, session, CLV_EVENT_CLOSING_IN);
	} else if (session->state < CLV_STATE_ESTABLISHED) {
		session->state = CLV_STATE_ESTABLISHED;
	}
}

#endif
