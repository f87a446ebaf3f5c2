/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TRANSLATE_H
#define CLOVISOR_TRANSLATE_H

/*
 * Rewrites one end of a packet. Checksums change by the difference and are never computed anew: the payload may not be in
 * memory, and with offloads the field holds only the sum over the pseudo header, which the helpers know.
 */

#include "packet.h"

enum clv_end {
	CLV_SOURCE,
	CLV_DESTINATION,
};

static __always_inline __u32 clv_checksum_offset(const struct clv_packet *pkt)
{
	return pkt->transport + (pkt->tuple.protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check)
								    : offsetof(struct udphdr, check));
}

/* UDP only: a zero checksum means none and stays zero, and a sum that comes out as zero is sent as all ones. */
static __always_inline __u64 clv_checksum_flags(const struct clv_packet *pkt)
{
	return pkt->tuple.protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
}

static __always_inline long clv_rewrite_v4(struct __sk_buff *skb, const struct clv_packet *pkt, enum clv_end end,
					   __be32 from, __be32 to)
{
	__u32 field = ETH_HLEN + (end == CLV_SOURCE ? offsetof(struct iphdr, saddr) : offsetof(struct iphdr, daddr));
	long error;

	error = bpf_l4_csum_replace(skb, clv_checksum_offset(pkt), from, to, clv_checksum_flags(pkt) | BPF_F_PSEUDO_HDR | sizeof(to));
	if (!error)
		error = bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), from, to, sizeof(to));
	if (!error)
		error = bpf_skb_store_bytes(skb, field, &to, sizeof(to), 0);
	return error;
}

static __always_inline long clv_rewrite_v6(struct __sk_buff *skb, const struct clv_packet *pkt, enum clv_end end,
					   const __be32 from[4], const __be32 to[4])
{
	__u32 field = ETH_HLEN + (end == CLV_SOURCE ? offsetof(struct ipv6hdr, saddr) : offsetof(struct ipv6hdr, daddr));
	__s64 difference = bpf_csum_diff((__be32 *)from, 16, (__be32 *)to, 16, 0);
	long error;

	if (difference < 0)
		return difference;
	error = bpf_l4_csum_replace(skb, clv_checksum_offset(pkt), 0, difference, clv_checksum_flags(pkt) | BPF_F_PSEUDO_HDR);
	if (!error)
		error = bpf_skb_store_bytes(skb, field, to, 16, 0);
	/*
	 * A device that summed the whole packet (CHECKSUM_COMPLETE): with IPv4 the header's own checksum evens the new address
	 * out, and the helper allows for the change of the transport checksum alone. IPv6 has none, so that allowance is one too
	 * many. Fails harmlessly for packets that carry no such sum.
	 */
	if (!error)
		bpf_csum_update(skb, difference);
	return error;
}

/* Replaces the address and the port of one end. 0, or the helper's error; then the packet is spoilt and must be dropped. */
static __always_inline long clv_rewrite(struct __sk_buff *skb, const struct clv_packet *pkt, enum clv_end end,
					const __be32 addr[4], __be16 port)
{
	const __be32 *from = end == CLV_SOURCE ? pkt->tuple.saddr : pkt->tuple.daddr;
	__be16 from_port = end == CLV_SOURCE ? pkt->tuple.sport : pkt->tuple.dport;
	__u32 field = pkt->transport + (end == CLV_SOURCE ? offsetof(struct udphdr, source) : offsetof(struct udphdr, dest));
	long error;

	error = pkt->v6 ? clv_rewrite_v6(skb, pkt, end, from, addr) : clv_rewrite_v4(skb, pkt, end, from[3], addr[3]);
	if (error || port == from_port)
		return error;
	error = bpf_l4_csum_replace(skb, clv_checksum_offset(pkt), from_port, port, clv_checksum_flags(pkt) | sizeof(port));
	if (!error)
		error = bpf_skb_store_bytes(skb, field, &port, sizeof(port), 0);
	return error;
}

#endif
