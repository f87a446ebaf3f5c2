/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The WAN datapath. Both programs are attached to every WAN device: clv_egress sees what the node's own routes send there and
 * moves it to the link of its session; clv_ingress gives replies back their addresses and hands them to the device that the
 * session left by, so that routing, connection tracking and reverse path filters see nothing unusual.
 */
#include "clovisor/clear_tag.h"
#include "clovisor/icmp_error.h"
#include "clovisor/link.h"
#include "clovisor/mss.h"
#include "clovisor/packet.h"
#include "clovisor/reset.h"
#include "clovisor/session.h"
#include "clovisor/tag.h"
#include "clovisor/too_big.h"
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

/* Whether the tag of a packet counts: all do, or those alone that sockets of one control group set. */
static __always_inline bool clv_is_trusted(struct __sk_buff *skb)
{
	const struct clv_settings *settings = clv_settings_now();

	return settings && (!(settings->flags & CLV_SETTING_TRUSTED_ONLY) || bpf_skb_under_cgroup(skb, &clv_trusted, 0) == 1);
}

/* The session of a packet that nobody reported but whose tag names an association. *reason says why there is none. */
static __noinline struct clv_session *clv_tagged(struct __sk_buff *skb, const struct clv_packet *pkt, enum clv_reason *reason)
{
	bool ports = pkt->tuple.protocol == IPPROTO_TCP || pkt->tuple.protocol == IPPROTO_UDP;
	__u32 tag = clv_tag(ports ? pkt->tuple.sport : 0, pkt->dscp);

	*reason = CLV_OUT_NO_SESSION;
	if (!tag)
		return NULL;
	*reason = CLV_OUT_TAG_UNTRUSTED;
	if (!clv_is_trusted(skb))
		return NULL;
	*reason = CLV_OUT_TAG_LATE;
	if (!clv_opens(pkt))
		return NULL;
	*reason = CLV_OUT_TAG_REPEATED;
	if (clv_is_translated(pkt))
		return NULL;
	*reason = CLV_OUT_TAG_LOCAL;
	if (clv_stays_local(pkt))
		return NULL;
	*reason = CLV_OUT_TABLE_FULL;
	return clv_enter(&pkt->tuple, tag - 1);
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

static __always_inline int clv_hand_on(struct __sk_buff *skb, const struct clv_link *link, const struct clv_packet *pkt, enum clv_reason reason)
{
	skb->cb[0] = CLV_CLAIMED_0;
	skb->cb[1] = CLV_CLAIMED_1;
	return clv_verdict(reason, clv_send(link, pkt));
}

/* Sends the packet by its session's link. */
static __always_inline int clv_carry(struct __sk_buff *skb, struct clv_packet *pkt, struct clv_session *session,
				     const struct clv_link *link, union clv_binding_word binding)
{
	bool home = link->ifindex == skb->ifindex;
	__u32 mtu;

	/* Counted and answered as the tag's own network has it; it leaves by another. */
	if (!home && clv_too_large(skb, link, &mtu)) {
		if (clv_too_big(skb, pkt, mtu))
			return clv_drop(CLV_OUT_MTU_DROPPED);
		return clv_verdict(CLV_OUT_TOO_BIG, bpf_redirect(skb->ifindex, BPF_F_INGRESS));
	}
	clv_count_out(skb, pkt, session);
	session->home_ifindex = skb->ifindex;
	__builtin_memcpy(session->home_mac, pkt->source_mac, ETH_ALEN);
	if (!home && clv_untag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	if (binding.is.flags & CLV_TRANSLATED) {
		struct clv_wire source = { .port = binding.is.port };

		clv_source(link, pkt, source.addr);
		if (clv_rewrite(skb, pkt, CLV_SOURCE, &source))
			return clv_drop(CLV_OUT_FAILED);
	}
	if (clv_clamp(skb, pkt, link->ifindex))
		return clv_drop(CLV_OUT_FAILED);
	if (home)
		return clv_pass(CLV_OUT_HOME);
	return clv_hand_on(skb, link, pkt, CLV_OUT_REDIRECTED);
}

/* An ICMP error about a packet that arrived: it leaves as that session's packets do. */
static __noinline int clv_error_out(struct __sk_buff *skb, struct clv_packet *pkt)
{
	union clv_binding_word binding;
	struct clv_session *session;
	struct clv_quote quote = {};
	struct clv_link *link;

	if (!clv_read_quote(skb, pkt, &quote))
		return clv_pass(CLV_PROTOCOL);
	session = bpf_map_lookup_elem(&clv_sessions, &quote.answer);
	if (!session)
		return clv_pass(CLV_PROTOCOL);
	binding = clv_binding_of(session);
	link = clv_link_at(binding.is.link);
	if (!(binding.is.flags & CLV_BOUND) || !link)
		return clv_pass(CLV_PROTOCOL);
	if (!clv_carries(link, pkt))
		return clv_drop(CLV_OUT_WAITING);
	if (link->ifindex != skb->ifindex && clv_untag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	if (binding.is.flags & CLV_TRANSLATED) {
		struct clv_wire source = { .port = binding.is.port };

		/* The tags may be off: read anew where the quote is now. */
		__builtin_memcpy(source.addr, session->translated, sizeof(source.addr));
		if (!clv_read_quote(skb, pkt, &quote) || clv_requote(skb, pkt, &quote, CLV_SOURCE, &source))
			return clv_drop(CLV_OUT_FAILED);
	}
	if (link->ifindex == skb->ifindex)
		return clv_pass(CLV_OUT_ICMP_ERROR);
	return clv_hand_on(skb, link, pkt, CLV_OUT_ICMP_ERROR);
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
	int parsed, act = CLV_ACT_NEXT;

	if (clv_was_claimed(skb))
		return clv_pass(CLV_OUT_CLAIMED);
	parsed = clv_parse(skb, &pkt);
	if (parsed != CLV_PARSED)
		return clv_pass(parsed);
	if (pkt.error)
		return clv_error_out(skb, &pkt);
	session = bpf_map_lookup_elem(&clv_sessions, &pkt.tuple);
	if (!session)
		session = clv_tagged(skb, &pkt, &reason);
	if (session || (reason != CLV_OUT_NO_SESSION && reason != CLV_OUT_TAG_UNTRUSTED)) {
		if (clv_clear_tag(skb, &pkt))
			return clv_drop(CLV_OUT_FAILED);
	}
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
		if (!clv_bind(skb, &pkt, session, choice, translate, &binding))
			return clv_drop(CLV_OUT_NO_PORT);
		session->state = pkt.tcp_flags & CLV_TCP_ACK ? CLV_STATE_ESTABLISHED : CLV_STATE_OPENING;
		choice.at = clv_link_at(binding.is.link);	/* another CPU's, if that was faster */
	}
	if (!choice.at)
		return clv_drop(CLV_OUT_FAILED);
	return clv_carry(skb, &pkt, session, choice.at, binding);
}

/* The key of the session that an arriving tuple belongs to. False: of none. */
static __always_inline bool clv_session_key(const struct clv_tuple *arriving, struct clv_tuple *key)
{
	struct clv_origin *origin = bpf_map_lookup_elem(&clv_reverse, arriving);

	if (!origin)
		return false;
	__builtin_memcpy(key->saddr, origin->addr, sizeof(key->saddr));
	__builtin_memcpy(key->daddr, arriving->saddr, sizeof(key->daddr));
	key->sport = origin->port;
	key->dport = arriving->sport;
	key->protocol = arriving->protocol;
	return true;
}

/* Lets the packet arrive on the session's home device. */
static __always_inline int clv_return(struct __sk_buff *skb, struct clv_packet *pkt, const struct clv_session *session, enum clv_reason here, enum clv_reason there)
{
	__u32 home = session->home_ifindex;

	if (!home || home == skb->ifindex)
		return clv_pass(here);
	if (clv_untag(skb, pkt))
		return clv_drop(CLV_IN_FAILED);
	/* Addressed to the device that it came by, it would be another host's there, and be ignored. */
	if (bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), session->home_mac, ETH_ALEN, 0))
		return clv_drop(CLV_IN_FAILED);
	return clv_verdict(there, bpf_redirect(home, BPF_F_INGRESS));
}

static __noinline int clv_error_in(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct clv_quote quote = {};
	struct clv_tuple key = {};
	struct clv_session *session;

	if (!clv_read_quote(skb, pkt, &quote) || !clv_session_key(&quote.answer, &key))
		return clv_pass(CLV_PROTOCOL);
	session = bpf_map_lookup_elem(&clv_sessions, &key);
	if (!session)
		return clv_pass(CLV_IN_STALE);
	if (key.sport != quote.answer.dport || !clv_same_addr(key.saddr, quote.answer.daddr)) {
		struct clv_wire source = { .port = key.sport };

		__builtin_memcpy(source.addr, key.saddr, sizeof(source.addr));
		if (clv_requote(skb, pkt, &quote, CLV_DESTINATION, &source))
			return clv_drop(CLV_IN_FAILED);
	}
	return clv_return(skb, pkt, session, CLV_IN_ICMP_ERROR, CLV_IN_ICMP_ERROR);
}

SEC("tc")
int clv_ingress(struct __sk_buff *skb)
{
	struct clv_packet pkt = {};
	struct clv_tuple key = {};
	struct clv_session *session;
	struct clv_link *link;
	int parsed;

	parsed = clv_parse(skb, &pkt);
	if (parsed != CLV_PARSED)
		return clv_pass(parsed);
	if (pkt.error)
		return clv_error_in(skb, &pkt);
	if (!clv_session_key(&pkt.tuple, &key))
		return clv_pass(CLV_IN_NO_SESSION);
	session = bpf_map_lookup_elem(&clv_sessions, &key);
	if (!session)
		return clv_pass(CLV_IN_STALE);

	link = clv_link_at(session->binding.link);
	/* A reply handed back to its home device comes by here again there, and has been counted. */
	if (session->home_ifindex != skb->ifindex || !link || link->ifindex == skb->ifindex) {
		clv_count_in(skb, &pkt, session);
		if (clv_clamp(skb, &pkt, skb->ifindex))
			return clv_drop(CLV_IN_FAILED);
	}
	if (key.sport != pkt.tuple.dport || !clv_same_addr(key.saddr, pkt.tuple.daddr)) {
		struct clv_wire source = { .port = key.sport };

		__builtin_memcpy(source.addr, key.saddr, sizeof(source.addr));
		if (clv_rewrite(skb, &pkt, CLV_DESTINATION, &source))
			return clv_drop(CLV_IN_FAILED);
	}
	return clv_return(skb, &pkt, session, CLV_IN_HOME, CLV_IN_RETURNED);
}

char _license[] SEC("license") = "Dual BSD/GPL";
