/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_CARRY_H
#define CLOVISOR_CARRY_H

/* Sends packets by the links that were chosen for them. */

#include "home.h"
#include "icmp_error.h"
#include "link.h"
#include "mss.h"
#include "session.h"
#include "too_big.h"
#include "translate.h"
#include "verdict.h"
#include "vlan.h"

/* Left in the packet's control block when it is sent to another device, for the program there. Never the mark: nodes have no bit of it left. */
#define CLV_CLAIMED_0	0xc1071501
#define CLV_CLAIMED_1	0x0a0d1e55

static __always_inline bool clv_was_claimed(struct __sk_buff *skb)
{
	if (skb->cb[0] != CLV_CLAIMED_0 || skb->cb[1] != CLV_CLAIMED_1)
		return false;
	skb->cb[0] = 0;
	skb->cb[1] = 0;
	return true;
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
	clv_is_at_home(session, skb->ifindex, pkt);
	if (!home && clv_untag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	if (binding.is.link & CLV_TRANSLATED) {
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
	session = clv_find(&quote.answer, pkt->v6);
	if (!session)
		return clv_pass(CLV_PROTOCOL);
	binding = clv_binding_of(session);
	link = clv_link_at(clv_bound_link(binding));
	if (!(binding.is.link & CLV_BOUND) || !link)
		return clv_pass(CLV_PROTOCOL);
	if (!clv_carries(link, pkt))
		return clv_drop(CLV_OUT_WAITING);
	if (link->ifindex != skb->ifindex && clv_untag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	if (binding.is.link & CLV_TRANSLATED) {
		struct clv_wire source = { .port = binding.is.port };

		/* The tags may be off: read anew where the quote is now. */
		if (!clv_bound_addr(pkt, binding, source.addr) || !clv_read_quote(skb, pkt, &quote) || clv_requote(skb, pkt, &quote, CLV_SOURCE, &source))
			return clv_drop(CLV_OUT_FAILED);
	}
	if (link->ifindex == skb->ifindex)
		return clv_pass(CLV_OUT_ICMP_ERROR);
	return clv_hand_on(skb, link, pkt, CLV_OUT_ICMP_ERROR);
}

#endif
