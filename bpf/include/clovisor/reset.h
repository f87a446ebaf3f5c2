/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_RESET_H
#define CLOVISOR_RESET_H

#include "mac.h"

/*
 * Turns a TCP segment round into the reset that its sender accepts: ends swapped, the acknowledgement as the sequence number,
 * RST alone. No sequence tracking is needed, since the sender says in each segment what it expects next. The payload stays, for
 * then all checksums still change by differences alone (swapping the ends changes none), and the receiver of a reset ignores it.
 * 0, or the helper's error. Only for segments with ACK.
 *
 * flags: CLV_TCP_RST; or, for a SYN, CLV_TCP_ACK: then it acknowledges nothing, by the segment's own number.
 */
static __noinline long clv_turn_round(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 flags)
{
	const __u32 tcp = pkt->transport;
	const __u32 check = tcp + offsetof(struct tcphdr, check);
	const __u32 offset = 12;	/* data offset, flags, window */
	__be32 seq, ack, old_flags, new_flags, acknowledged;
	__be16 ports[2] = { pkt->tuple.dport, pkt->tuple.sport };
	long error;

	error = bpf_skb_load_bytes(skb, tcp + offsetof(struct tcphdr, seq), &seq, sizeof(seq));
	error = error ?: bpf_skb_load_bytes(skb, tcp + offsetof(struct tcphdr, ack_seq), &ack, sizeof(ack));
	error = error ?: bpf_skb_load_bytes(skb, tcp + offset, &old_flags, sizeof(old_flags));
	if (error)
		return error;
	new_flags = (old_flags & bpf_htonl(0xf000ffff)) | bpf_htonl(flags << 16);
	acknowledged = flags & CLV_TCP_ACK ? seq : 0;

	error = bpf_l4_csum_replace(skb, check, seq, acknowledged, 4);
	error = error ?: bpf_l4_csum_replace(skb, check, old_flags, new_flags, 4);
	error = error ?: bpf_skb_store_bytes(skb, tcp + offsetof(struct tcphdr, seq), &ack, sizeof(ack), 0);
	error = error ?: bpf_skb_store_bytes(skb, tcp + offsetof(struct tcphdr, ack_seq), &acknowledged, sizeof(acknowledged), 0);
	error = error ?: bpf_skb_store_bytes(skb, tcp + offset, &new_flags, sizeof(new_flags), 0);
	error = error ?: bpf_skb_store_bytes(skb, tcp, ports, sizeof(ports), 0);
	if (error)
		return error;

	if (pkt->v6) {
		__be32 ends[8];

		__builtin_memcpy(&ends[0], pkt->tuple.daddr, 16);
		__builtin_memcpy(&ends[4], pkt->tuple.saddr, 16);
		error = bpf_skb_store_bytes(skb, pkt->network + offsetof(struct ipv6hdr, saddr), ends, sizeof(ends), 0);
	} else {
		__be32 ends[2] = { pkt->tuple.daddr[3], pkt->tuple.saddr[3] };

		error = bpf_skb_store_bytes(skb, pkt->network + offsetof(struct iphdr, saddr), ends, sizeof(ends), 0);
	}
	return error || pkt->l3 ? error : clv_swap_macs(skb);
}

#endif
