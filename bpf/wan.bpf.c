/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The WAN datapath. Both programs are attached to every WAN device: clv_egress sees what the node's own routes send there and
 * moves it to the link of its session; clv_ingress gives replies back their addresses and hands them to the device that the
 * session left by, so that routing, connection tracking and reverse path filters see nothing unusual.
 */
#include "clovisor/arrive.h"
#include "clovisor/carry.h"
#include "clovisor/clear_tag.h"
#include "clovisor/mss.h"
#include "clovisor/parse.h"
#include "clovisor/route.h"
#include "clovisor/tagged.h"
#include "clovisor/translate.h"
#include "clovisor/verdict.h"

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
	session = clv_find(&pkt.tuple, pkt.v6);
	if (!session)
		session = clv_tagged(skb, &pkt, &reason);
	if (session || (reason != CLV_OUT_NO_SESSION && reason != CLV_OUT_TAG_UNTRUSTED)) {
		if (clv_clear_tag(skb, &pkt))
			return clv_drop(CLV_OUT_FAILED);
	}
	if (!session)
		return clv_pass(reason);

	binding = clv_binding_of(session);
	if (binding.is.link & CLV_BOUND) {
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
		choice.at = clv_link_at(clv_bound_link(binding));	/* another CPU's, if that was faster */
	}
	if (!choice.at)
		return clv_drop(CLV_OUT_FAILED);
	return clv_carry(skb, &pkt, session, choice.at, binding);
}

SEC("tc")
int clv_ingress(struct __sk_buff *skb)
{
	struct clv_packet pkt = {};
	struct clv_wire origin = {};
	struct clv_session *session;
	bool found;
	int parsed;

	parsed = clv_parse(skb, &pkt);
	if (parsed != CLV_PARSED)
		return clv_pass(parsed);
	if (pkt.error)
		return clv_error_in(skb, &pkt);
	session = clv_find_arriving(&pkt.tuple, pkt.v6, &origin, &found);
	if (!session)
		return clv_pass(found ? CLV_IN_STALE : CLV_IN_NO_SESSION);

	if (!clv_was_handed_back(skb, session)) {
		clv_count_in(skb, &pkt, session);
		if (clv_clamp(skb, &pkt, skb->ifindex))
			return clv_drop(CLV_IN_FAILED);
	}
	if ((origin.port != pkt.tuple.dport || !clv_same_addr(origin.addr, pkt.tuple.daddr)) && clv_rewrite(skb, &pkt, CLV_DESTINATION, &origin))
		return clv_drop(CLV_IN_FAILED);
	return clv_return(skb, &pkt, session, CLV_IN_HOME, CLV_IN_RETURNED);
}

char _license[] SEC("license") = "Dual BSD/GPL";
