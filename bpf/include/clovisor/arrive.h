/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ARRIVE_H
#define CLOVISOR_ARRIVE_H

/* What comes back to a session: let arrive where the session left. */

#include "claim.h"
#include "home.h"
#include "hop.h"
#include "icmp_error.h"
#include "mac.h"
#include "pair.h"
#include "session.h"
#include "verdict.h"
#include "vlan.h"

/* A reply handed back to its home device comes by the program there again, and has been counted. */
static __always_inline bool clv_was_handed_back(struct __sk_buff *skb, struct clv_session *session)
{
	const struct clv_home *home = clv_home_of(session);
	const struct clv_link *link = clv_link_at(clv_bound_link(clv_binding_of(session)));

	return home && home->ifindex == skb->ifindex && link && link->ifindex != skb->ifindex;
}

/* The LAN device to which the packet goes. 0: to none. */
static __always_inline __u32 clv_goes_to_lan(const struct clv_session *session, __u32 ifindex)
{
	const struct clv_home *home = clv_home_of(session);

	return home && home->flags & CLV_HOME_LAN && home->ifindex != ifindex ? home->ifindex : 0;
}

/*
 * Sends the packet out by the LAN device. To whom there, the node's own routes and neighbours know: what came from a LAN by its hardware
 * address could be anybody's. Its hop is off already.
 */
static __always_inline int clv_deliver(struct __sk_buff *skb, struct clv_packet *pkt, __u32 lan, enum clv_reason reason)
{
	if (clv_untag(skb, pkt) || clv_frame(skb, pkt, NULL))
		return clv_drop(CLV_IN_FAILED);
	return clv_verdict(reason, bpf_redirect_neigh(lan, NULL, 0, 0));
}

/* Lets the packet arrive on the session's home device. */
static __always_inline int clv_return(struct __sk_buff *skb, struct clv_packet *pkt, const struct clv_session *session, enum clv_reason here, enum clv_reason there)
{
	const struct clv_home *home = clv_home_of(session);

	if (!home || home->ifindex == skb->ifindex)
		return clv_pass(here);
	if (clv_untag(skb, pkt))
		return clv_drop(CLV_IN_FAILED);
	/* Addressed to the device that it came by, it would be another host's there, and be ignored. */
	if (!(home->flags & CLV_HOME_L3) &&
	    (pkt->l3 ? clv_frame(skb, pkt, home->mac) : bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), home->mac, ETH_ALEN, 0)))
		return clv_drop(CLV_IN_FAILED);
	/* It comes by the program there again, and must not be taken for one that the far end sent by that device. */
	if (clv_is_paired(clv_binding_of(session)))
		clv_claim_packet(skb);
	return clv_verdict(there, bpf_redirect(home->ifindex, BPF_F_INGRESS));
}

static __noinline int clv_error_in(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct clv_quote quote = {};
	struct clv_wire origin = {};
	struct clv_session *session;
	__u32 to_lan;
	bool found;

	if (!clv_read_quote(skb, pkt, &quote))
		return clv_pass(CLV_PROTOCOL);
	session = clv_find_arriving(&quote.answer, pkt->v6, &origin, &found);
	if (!session && !found && clv_has_pairs())
		session = clv_find_paired(&quote.answer, pkt->v6, &origin, &found);
	if (!session)
		return clv_pass(found ? CLV_IN_STALE : CLV_PROTOCOL);
	if ((origin.port != quote.answer.dport || !clv_same_addr(origin.addr, quote.answer.daddr)) &&
	    clv_requote(skb, pkt, &quote, CLV_DESTINATION, &origin))
		return clv_drop(CLV_IN_FAILED);
	if (origin.by && clv_requote_far(skb, pkt, &quote, CLV_SOURCE, clv_link_at(origin.far - 1), &origin))
		return clv_drop(CLV_IN_FAILED);
	to_lan = clv_goes_to_lan(session, skb->ifindex);
	if (to_lan)
		return !clv_is_plain(pkt) ? clv_pass(CLV_IN_ROUTED) :
		       clv_take_hop(skb, pkt) ? clv_drop(CLV_IN_FAILED) : clv_deliver(skb, pkt, to_lan, CLV_IN_ICMP_ERROR);
	return clv_return(skb, pkt, session, CLV_IN_ICMP_ERROR, CLV_IN_ICMP_ERROR);
}

#endif
