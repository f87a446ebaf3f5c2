/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The WAN datapath. Two programs are attached to every WAN device: clv_egress sees what the node's own routes send there and
 * moves it to the link of its session; clv_ingress gives replies back their addresses and hands them to the device that the
 * session left by, so that routing, connection tracking and reverse path filters see nothing unusual. The third, clv_lan, is at the
 * ingress of LAN devices, and takes packets of sessions past routing. Each is there twice: once for devices with Ethernet headers, and
 * once, with _l3 behind its name, for those without.
 */
#include "clovisor/answer.h"
#include "clovisor/arrive.h"
#include "clovisor/begin.h"
#include "clovisor/carry.h"
#include "clovisor/claim.h"
#include "clovisor/clear_tag.h"
#include "clovisor/hop.h"
#include "clovisor/mss.h"
#include "clovisor/pair.h"
#include "clovisor/parse.h"
#include "clovisor/route.h"
#include "clovisor/tagged.h"
#include "clovisor/told.h"
#include "clovisor/translate.h"
#include "clovisor/verdict.h"

static __always_inline int clv_out_packet(struct __sk_buff *skb, struct clv_packet *pkt, bool l3)
{
	struct clv_session *session;
	enum clv_reason reason = CLV_OUT_NO_SESSION;
	int parsed;

	parsed = clv_read(skb, pkt, l3);
	if (clv_unlikely(parsed != CLV_PARSED))
		return clv_pass(parsed);
	if (clv_unlikely(pkt->error))
		return clv_error_out(skb, pkt);
	session = clv_find_leaving(pkt);
	if (!session && clv_may_answer(pkt) && clv_has_pairs()) {
		session = clv_answer_pair(pkt, &reason);
		if (session)
			clv_tell_leaving(skb, pkt, session, CLV_EVENT_ENTERED_BY_PEER);
	}
	if (!session) {
		const struct clv_link *link = clv_answers_by(skb, pkt);
		__u32 tag;

		if (link)
			return clv_answer_out(skb, pkt, link);
		tag = clv_packet_tag(pkt);

		/* Most of what has no session ends here. */
		if (!tag)
			return clv_pass(reason);
		session = clv_tagged(skb, pkt, tag, &reason);
		if (session)
			clv_tell_leaving(skb, pkt, session, CLV_EVENT_ENTERED_BY_TAG);
	}
	if ((session || reason != CLV_OUT_TAG_UNTRUSTED) && clv_clear_tag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	if (!session)
		return clv_pass(reason);
	return clv_leave(skb, pkt, session, CLV_AT_WAN);
}

static __always_inline int clv_out(struct __sk_buff *skb, bool l3)
{
	struct clv_packet pkt = {};

	return clv_done(skb, &pkt, clv_out_packet(skb, &pkt, l3));
}

SEC("tc")
int clv_egress(struct __sk_buff *skb)
{
	return clv_was_claimed(skb) ? clv_pass(CLV_OUT_CLAIMED) : clv_out(skb, false);
}

SEC("tc")
int clv_egress_l3(struct __sk_buff *skb)
{
	return clv_was_claimed(skb) ? clv_pass(CLV_OUT_CLAIMED) : clv_out(skb, true);
}

/*
 * Sessions that are there are taken before routing. All else has routing first: it knows which packets are for the node and which have
 * their destination translated, so that what a tag says is read behind it, by clv_egress.
 */
static __always_inline int clv_from_lan_packet(struct __sk_buff *skb, struct clv_packet *pkt, bool l3)
{
	struct clv_session *session;
	int parsed;

	parsed = clv_read(skb, pkt, l3);
	if (parsed != CLV_PARSED)
		return clv_pass(parsed);
	if ((!l3 && skb->pkt_type != CLV_PACKET_HOST) || skb->vlan_present || pkt->vlans)
		return clv_pass(CLV_LAN_OTHER);
	if (pkt->error)
		return clv_pass(CLV_PROTOCOL);
	session = clv_find_leaving(pkt);
	if (!session)
		return clv_pass(CLV_LAN_NO_SESSION);
	if (!clv_is_plain(pkt))
		return clv_pass(CLV_LAN_ROUTED);
	if (clv_clear_tag(skb, pkt))
		return clv_drop(CLV_OUT_FAILED);
	return clv_leave(skb, pkt, session, CLV_AT_LAN);
}

static __always_inline int clv_from_lan(struct __sk_buff *skb, bool l3)
{
	struct clv_packet pkt = {};

	return clv_done(skb, &pkt, clv_from_lan_packet(skb, &pkt, l3));
}

SEC("tc")
int clv_lan(struct __sk_buff *skb)
{
	return clv_from_lan(skb, false);
}

SEC("tc")
int clv_lan_l3(struct __sk_buff *skb)
{
	return clv_from_lan(skb, true);
}

static __always_inline int clv_in_packet(struct __sk_buff *skb, struct clv_packet *pkt, bool l3)
{
	struct clv_wire origin = {};
	struct clv_session *session;
	__u32 to_lan, mtu;
	bool found, large, translated, hop;
	int parsed;

	parsed = clv_read(skb, pkt, l3);
	if (parsed != CLV_PARSED)
		return clv_pass(parsed);
	if (pkt->error)
		return clv_error_in(skb, pkt);
	session = clv_find_arriving(&pkt->tuple, pkt->v6, &origin, &found);
	if (!session && !found && clv_has_pairs())
		session = clv_find_paired(&pkt->tuple, pkt->v6, &origin, &found);
	if (!session) {
		int reason = found ? CLV_IN_STALE : clv_begin(skb, pkt);

		return reason < 0 ? clv_drop(CLV_IN_FAILED) : clv_pass(reason);
	}

	to_lan = clv_goes_to_lan(session, skb->ifindex);
	large = to_lan && clv_too_large(skb, pkt, to_lan, &mtu);
	/* Answered as it came: by the address that its sender knows. */
	if (large && clv_is_plain(pkt) && !skb->vlan_present && !pkt->vlans) {
		int unanswered = clv_too_big(skb, pkt, mtu);

		if (unanswered < 0)
			return clv_drop(CLV_IN_FAILED);
		if (!unanswered) {
			clv_claim_packet(skb);
			return clv_verdict(CLV_IN_TOO_BIG, bpf_redirect(skb->ifindex, 0));
		}
	}
	if (origin.by ? !clv_was_claimed(skb) : !clv_was_handed_back(skb, session)) {
		if (origin.by)
			clv_heed(skb, session, pkt, &origin);
		clv_count_in(skb, pkt, session, &origin);
		if (clv_clamp_session(skb, pkt, session, clv_bound_link(clv_binding_of(session))))
			return clv_drop(CLV_IN_FAILED);
	}
	hop = to_lan && !large && clv_is_plain(pkt);
	translated = origin.port != pkt->tuple.dport || !clv_same_addr(origin.addr, pkt->tuple.daddr);
	if ((translated || hop) && clv_change(skb, pkt, CLV_DESTINATION, translated ? &origin : NULL, hop))
		return clv_drop(CLV_IN_FAILED);
	if (origin.by && clv_change_far(skb, pkt, CLV_SOURCE, clv_link_at(origin.far - 1)))
		return clv_drop(CLV_IN_FAILED);
	if (to_lan)
		return hop ? clv_deliver(skb, pkt, to_lan, CLV_IN_DELIVERED) : clv_pass(CLV_IN_ROUTED);
	return clv_return(skb, pkt, session, CLV_IN_HOME, CLV_IN_RETURNED);
}

static __always_inline int clv_in(struct __sk_buff *skb, bool l3)
{
	struct clv_packet pkt = {};

	return clv_done(skb, &pkt, clv_in_packet(skb, &pkt, l3));
}

SEC("tc")
int clv_ingress(struct __sk_buff *skb)
{
	return clv_in(skb, false);
}

SEC("tc")
int clv_ingress_l3(struct __sk_buff *skb)
{
	return clv_in(skb, true);
}

char _license[] SEC("license") = "Dual BSD/GPL";
