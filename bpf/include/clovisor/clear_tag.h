/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_CLEAR_TAG_H
#define CLOVISOR_CLEAR_TAG_H

/* Takes a tag out of a packet that leaves the node: what it says is nobody else's business. The ECN bits stay. */

#include "packet.h"
#include "tag.h"

/* Bytes 0 and 1 of the network header: version and header length, type of service. */
static __always_inline long clv_clear_v4(struct __sk_buff *skb, __u32 network, __u8 bits)
{
	__be16 from, to;
	long error = bpf_skb_load_bytes(skb, network, &from, sizeof(from));

	if (error)
		return error;
	to = from & ~bpf_htons(bits << 2);
	error = bpf_l3_csum_replace(skb, network + offsetof(struct iphdr, check), from, to, sizeof(to));
	return error ? error : bpf_skb_store_bytes(skb, network, &to, sizeof(to), 0);
}

/* Bytes 0 and 1: version, traffic class, the upper bits of the flow label. No checksum covers them but that of a device that summed it all. */
static __always_inline long clv_clear_v6(struct __sk_buff *skb, __u32 network, __u8 bits)
{
	__be16 word;
	long error = bpf_skb_load_bytes(skb, network, &word, sizeof(word));

	if (error)
		return error;
	word &= ~bpf_htons(bits << 6);
	return bpf_skb_store_bytes(skb, network, &word, sizeof(word), BPF_F_RECOMPUTE_CSUM);
}

/* Does nothing unless it is asked for and the DSCP is a tag of the plan. 0, or the helper's error. */
static __always_inline long clv_clear_tag(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	const struct clv_settings *settings;
	__u8 bits;

	if (!pkt->dscp)
		return 0;
	settings = clv_settings_now();
	if (!settings || !(settings->flags & CLV_SETTING_CLEAR_TAGS) || !clv_dscp_tag(pkt->dscp))
		return 0;
	bits = pkt->dscp & settings->dscp_mask;
	return pkt->v6 ? clv_clear_v6(skb, pkt->network, bits) : clv_clear_v4(skb, pkt->network, bits);
}

#endif
