/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The WAN datapath. Both programs are attached to every WAN device: clv_egress sees what the node's own routes send there and
 * moves it to the link of its session; clv_ingress gives replies back their addresses and hands them to the device that the
 * session left by, so that routing, connection tracking and reverse path filters see nothing unusual.
 */
#include "clovisor/link.h"
#include "clovisor/packet.h"
#include "clovisor/reset.h"
#include "clovisor/session.h"
#include "clovisor/translate.h"
#include "clovisor/verdict.h"

/* Left in the packet's control block when it is sent to another device, for the program there. Never the mark: nodes have no bit of it left. */
#define CLV_CLAIMED_0	0xc1071501
#define CLV_CLAIMED_1	0x0a0d1e55

/* What the rest of the egress program is to do with a packet. */
enum clv_plan {
	CLV_TAKE,		/* the binding in force */
	CLV_BIND_ANEW,		/* bind to the choice, then take it */
	CLV_STOP,		/* the verdict is given */
};

static __always_inline bool clv_was_claimed(struct __sk_buff *skb)
{
	if (skb->cb[0] != CLV_CLAIMED_0 || skb->cb[1] != CLV_CLAIMED_1)
		return false;
	skb->cb[0] = 0;
	skb->cb[1] = 0;
	return true;
}

static __always_inline struct clv_association *clv_association_of(const struct clv_session *session)
{
	__u32 index = session->association;

	return bpf_map_lookup_elem(&clv_assocs, &index);
}

/* The session of a packet that nobody reported but whose DSCP names an association. *reason says why there is none. */
static __always_inline struct clv_session *clv_tagged(const struct clv_packet *pkt, enum clv_reason *reason)
{
	__u32 dscp = pkt->dscp;
	__u32 *tag = dscp ? bpf_map_lookup_elem(&clv_dscp, &dscp) : NULL;
	struct clv_session *session;

	*reason = CLV_OUT_NO_SESSION;
	if (!tag || !*tag)
		return NULL;
	*reason = CLV_OUT_TAG_LATE;
	if (!clv_opens(pkt))
		return NULL;
	*reason = CLV_OUT_TAG_REPEATED;
	if (clv_is_translated(pkt))
		return NULL;
	*reason = CLV_OUT_TABLE_FULL;
	session = clv_enter(pkt, *tag - 1);
	return session;
}

static __always_inline int clv_no_link(const struct clv_session *session)
{
	struct clv_association *association = clv_association_of(session);

	if (association && association->in_use && association->on_no_link == CLV_NO_LINK_DROP)
		return clv_drop(CLV_OUT_NO_LINK_DROPPED);
	return clv_pass(CLV_OUT_NO_LINK_PASSED);
}

/* The session cannot move and its link is gone. Only those with somewhere to go are ended: the others wait for their link. */
static __always_inline enum clv_plan clv_orphan(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
						union clv_binding_word binding, struct clv_choice next, int *act)
{
	struct clv_association *association = clv_association_of(session);
	bool tcp = pkt->tuple.protocol == IPPROTO_TCP;
	__u8 action = CLV_DOWN_DRAIN;
	__be32 addr[4];

	if (association)
		action = tcp ? association->tcp_on_down : association->udp_on_down;
	if (!next.at || action == CLV_DOWN_DRAIN) {
		*act = clv_drop(CLV_OUT_WAITING);
		return CLV_STOP;
	}
	/* A connection that is only opening loses nothing by starting on another link. */
	if (action == CLV_DOWN_REBIND || clv_opens(pkt))
		return CLV_BIND_ANEW;
	if (!(pkt->tcp_flags & CLV_TCP_ACK) || pkt->tcp_flags & CLV_TCP_RST) {
		*act = clv_drop(CLV_OUT_WAITING);
		return CLV_STOP;
	}
	clv_bound_addr(pkt, session, binding, addr);
	clv_release(pkt, addr, binding.is.port);
	bpf_map_delete_elem(&clv_sessions, &pkt->tuple);
	if (clv_turn_round(skb, pkt)) {
		*act = clv_drop(CLV_OUT_FAILED);
		return CLV_STOP;
	}
	*act = clv_verdict(CLV_OUT_RESET, bpf_redirect(skb->ifindex, BPF_F_INGRESS));
	return CLV_STOP;
}

/* First packet that the program sees of a session. *translate is for the binding. */
static __always_inline enum clv_plan clv_plan_first(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
						    struct clv_choice *choice, bool *translate, int *act)
{
	if (!choice->at) {
		*act = clv_no_link(session);
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
	if (choice->at->ifindex != skb->ifindex && clv_too_large(skb, choice->at)) {
		*act = clv_pass(CLV_OUT_MTU_PASSED);
		return CLV_STOP;
	}
	return CLV_BIND_ANEW;
}

/* A packet of a session that has a link. */
static __always_inline enum clv_plan clv_plan_next(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
						   union clv_binding_word binding, struct clv_choice *choice, bool *translate, int *act)
{
	struct clv_choice bound = { .at = clv_link_at(binding.is.link), .index = binding.is.link };
	bool alive = bound.at && bound.at->generation == binding.is.generation && clv_carries(bound.at, pkt);
	bool pinned = binding.is.flags & CLV_PINNED;
	bool reopens = clv_opens(pkt) && session->state == CLV_STATE_CLOSING;
	struct clv_choice next;

	if (pinned && alive && !reopens) {
		*choice = bound;
		return CLV_TAKE;
	}
	next = clv_slot_choice(session, pkt);
	*translate = next.at && clv_translates(next.at, pkt);
	if (pinned || (*translate && !reopens)) {
		if (alive && (!reopens || !next.at)) {
			*choice = bound;
			return CLV_TAKE;
		}
		if (!alive) {
			*choice = next;
			return clv_orphan(skb, pkt, session, binding, next, act);
		}
	}
	if (!next.at) {
		*act = clv_no_link(session);
		return CLV_STOP;
	}
	*choice = next;
	return !reopens && next.index == binding.is.link && next.at->generation == binding.is.generation ? CLV_TAKE : CLV_BIND_ANEW;
}

/* Sends the packet by its session's link. */
static __always_inline int clv_carry(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_session *session,
				     const struct clv_link *link, union clv_binding_word binding)
{
	bool home = link->ifindex == skb->ifindex;

	if (!home && clv_too_large(skb, link))
		return clv_drop(CLV_OUT_MTU_DROPPED);
	clv_count_out(skb, pkt, session);
	session->home_ifindex = skb->ifindex;
	__builtin_memcpy(session->home_mac, pkt->source_mac, ETH_ALEN);
	if (binding.is.flags & CLV_TRANSLATED) {
		__be32 source[4];

		clv_source(link, pkt, source);
		if (clv_rewrite(skb, pkt, CLV_SOURCE, source, binding.is.port))
			return clv_drop(CLV_OUT_FAILED);
	}
	if (home)
		return clv_pass(CLV_OUT_HOME);
	skb->cb[0] = CLV_CLAIMED_0;
	skb->cb[1] = CLV_CLAIMED_1;
	return clv_verdict(CLV_OUT_REDIRECTED, clv_send(link, pkt));
}

SEC("tc")
int clv_egress(struct __sk_buff *skb)
{
	struct clv_packet pkt = {};
	struct clv_choice choice = {};
	union clv_binding_word binding;
	struct clv_session *session;
	enum clv_reason reason;
	enum clv_plan plan;
	bool translate = false;
	int act = CLV_ACT_NEXT;

	if (clv_was_claimed(skb))
		return clv_pass(CLV_OUT_CLAIMED);
	reason = clv_parse(skb, &pkt);
	if (reason != CLV_PARSED)
		return clv_pass(reason);
	session = bpf_map_lookup_elem(&clv_sessions, &pkt.tuple);
	if (!session)
		session = clv_tagged(&pkt, &reason);
	if (!session)
		return clv_pass(reason);

	binding = clv_binding_of(session);
	if (binding.is.flags & CLV_BOUND) {
		plan = clv_plan_next(skb, &pkt, session, binding, &choice, &translate, &act);
	} else {
		choice = clv_slot_choice(session, &pkt);
		plan = clv_plan_first(skb, &pkt, session, &choice, &translate, &act);
	}
	if (plan == CLV_STOP)
		return act;
	if (plan == CLV_BIND_ANEW) {
		if (!choice.at)
			return clv_drop(CLV_OUT_FAILED);
		if (!clv_bind(&pkt, session, choice, translate, &binding))
			return clv_drop(CLV_OUT_NO_PORT);
		session->state = pkt.tcp_flags & CLV_TCP_ACK ? CLV_STATE_ESTABLISHED : CLV_STATE_OPENING;
		choice.at = clv_link_at(binding.is.link);	/* another CPU's, if that was faster */
	}
	if (!choice.at)
		return clv_drop(CLV_OUT_FAILED);
	return clv_carry(skb, &pkt, session, choice.at, binding);
}

SEC("tc")
int clv_ingress(struct __sk_buff *skb)
{
	struct clv_packet pkt = {};
	struct clv_tuple key = {};
	struct clv_session *session;
	struct clv_origin *origin;
	struct clv_link *link;
	enum clv_reason reason;
	__u32 home;
	bool at_home;

	reason = clv_parse(skb, &pkt);
	if (reason != CLV_PARSED)
		return clv_pass(reason);
	origin = bpf_map_lookup_elem(&clv_reverse, &pkt.tuple);
	if (!origin)
		return clv_pass(CLV_IN_NO_SESSION);

	__builtin_memcpy(key.saddr, origin->addr, sizeof(key.saddr));
	__builtin_memcpy(key.daddr, pkt.tuple.saddr, sizeof(key.daddr));
	key.sport = origin->port;
	key.dport = pkt.tuple.sport;
	key.protocol = pkt.tuple.protocol;
	session = bpf_map_lookup_elem(&clv_sessions, &key);
	if (!session)
		return clv_pass(CLV_IN_STALE);

	home = session->home_ifindex;
	at_home = !home || home == skb->ifindex;
	link = clv_link_at(session->binding.link);
	/* A reply handed back to its home device comes by here again there, and has been counted. */
	if (!at_home || !link || link->ifindex == skb->ifindex)
		clv_count_in(skb, &pkt, session);
	if ((key.sport != pkt.tuple.dport || !clv_same_addr(key.saddr, pkt.tuple.daddr)) &&
	    clv_rewrite(skb, &pkt, CLV_DESTINATION, key.saddr, key.sport))
		return clv_drop(CLV_IN_FAILED);
	if (at_home)
		return clv_pass(CLV_IN_HOME);
	/* Addressed to the device that it came by, it would be another host's there, and be ignored. */
	if (bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), session->home_mac, ETH_ALEN, 0))
		return clv_drop(CLV_IN_FAILED);
	return clv_verdict(CLV_IN_RETURNED, bpf_redirect(home, BPF_F_INGRESS));
}

char _license[] SEC("license") = "Dual BSD/GPL";
