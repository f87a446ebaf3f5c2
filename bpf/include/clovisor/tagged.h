/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TAGGED_H
#define CLOVISOR_TAGGED_H

#include "pair.h"
#include "session.h"
#include "tag.h"

/* Whether the tag of a packet counts: all do, or those alone that sockets of one control group set. */
static __always_inline bool clv_is_trusted(struct __sk_buff *skb)
{
	const struct clv_settings *settings = clv_settings_now();

	return settings && (!(settings->flags & CLV_SETTING_TRUSTED_ONLY) || bpf_skb_under_cgroup(skb, &clv_trusted, 0) == 1);
}

/*
 * Whether the packet's socket is tied to this device: it says itself where its packets are to leave, as probes of a link do. A tag, or a
 * source port that happens to be one, does not say otherwise.
 */
static __always_inline bool clv_is_tied(struct __sk_buff *skb)
{
	struct bpf_sock *socket = skb->sk;

	if (!socket)
		return false;
	socket = bpf_sk_fullsock(socket);
	return socket && socket->bound_dev_if == skb->ifindex;
}

/* What the packet is tagged with. 0: nothing; n: association n - 1. */
static __always_inline __u32 clv_packet_tag(const struct clv_packet *pkt)
{
	return clv_tag(clv_has_ports(pkt->tuple.protocol) ? pkt->tuple.sport : 0, pkt->dscp);
}

/* The session of a packet that nobody reported but whose tag names an association. *reason says why there is none. */
static __noinline struct clv_session *clv_tagged(struct __sk_buff *skb, struct clv_packet *pkt, __u32 tag, enum clv_reason *reason)
{
	*reason = CLV_OUT_TAG_UNTRUSTED;
	if (clv_is_tied(skb) || !clv_is_trusted(skb))
		return NULL;
	*reason = CLV_OUT_TAG_LATE;
	if (!clv_opens(pkt))
		return NULL;
	*reason = CLV_OUT_TAG_REPEATED;
	if (clv_is_translated(pkt) || (clv_has_pairs() && clv_is_translated_in_pair(pkt)))
		return NULL;
	*reason = CLV_OUT_TAG_LOCAL;
	if (clv_stays_local(pkt))
		return NULL;
	*reason = CLV_OUT_TABLE_FULL;
	return clv_enter(&pkt->tuple, pkt->v6, clv_place_of(&pkt->tuple, tag - 1));
}

#endif
