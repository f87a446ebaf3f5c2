/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TRANSLATE_H
#define CLOVISOR_TRANSLATE_H

/*
 * Rewrites one end of a packet. Checksums change by the difference and are never computed anew: the payload may not be in
 * memory, and with offloads the field holds only the sum over the pseudo header, which the helpers know.
 */

#include "hop.h"
#include "packet.h"

enum clv_end {
	CLV_SOURCE,
	CLV_DESTINATION,
};

/* Where the transport checksum is, counted from the frame's start. 0: there is none, or it does not cover addresses and ports. */
static __always_inline __u32 clv_checksum_offset(const struct clv_packet *pkt)
{
	if (pkt->part == CLV_LATER)
		return 0;
	switch (pkt->tuple.protocol) {
	case IPPROTO_TCP:
		return pkt->transport + offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
	case CLV_UDPLITE:
	case CLV_DCCP:		/* in the same place */
		return pkt->transport + offsetof(struct udphdr, check);
	case IPPROTO_ICMP:
	case CLV_ICMPV6:
		return pkt->transport + offsetof(struct clv_icmp, checksum);
	default:
		return 0;
	}
}

/* UDP only: a zero checksum means none and stays zero, and a sum that comes out as zero is sent as all ones. */
static __always_inline __u64 clv_checksum_flags(const struct clv_packet *pkt)
{
	return pkt->tuple.protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
}

/* Whether no checksum evens a change of the datagram out, so that a device's own sum must follow it. */
static __always_inline bool clv_is_unsummed(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	__sum16 check = 1;

	return pkt->tuple.protocol == IPPROTO_UDP && !bpf_skb_load_bytes(skb, clv_checksum_offset(pkt), &check, sizeof(check)) && !check;
}

static __always_inline long clv_rewrite_v4(struct __sk_buff *skb, const struct clv_packet *pkt, int end, __be32 from, __be32 to)
{
	__u32 field = pkt->network + (end == CLV_SOURCE ? offsetof(struct iphdr, saddr) : offsetof(struct iphdr, daddr));
	__u32 check = pkt->tuple.protocol == IPPROTO_ICMP ? 0 : clv_checksum_offset(pkt);
	long error = 0;

	if (check)
		error = bpf_l4_csum_replace(skb, check, from, to, clv_checksum_flags(pkt) | BPF_F_PSEUDO_HDR | sizeof(to));
	if (!error)
		error = bpf_l3_csum_replace(skb, pkt->network + offsetof(struct iphdr, check), from, to, sizeof(to));
	if (!error)
		error = bpf_skb_store_bytes(skb, field, &to, sizeof(to), 0);
	return error;
}

static __always_inline long clv_rewrite_v6(struct __sk_buff *skb, const struct clv_packet *pkt, int end,
					   const __be32 from[4], const __be32 to[4])
{
	__u32 field = pkt->network + (end == CLV_SOURCE ? offsetof(struct ipv6hdr, saddr) : offsetof(struct ipv6hdr, daddr));
	__s64 difference = bpf_csum_diff((__be32 *)from, 16, (__be32 *)to, 16, 0);
	__u32 check = clv_checksum_offset(pkt);
	long error = 0;

	if (difference < 0)
		return difference;
	if (check)
		error = bpf_l4_csum_replace(skb, check, 0, difference, clv_checksum_flags(pkt) | BPF_F_PSEUDO_HDR);
	if (!error)
		error = bpf_skb_store_bytes(skb, field, to, 16, 0);
	/*
	 * A device that summed the whole packet (CHECKSUM_COMPLETE): with IPv4 the header's own checksum evens the new address
	 * out, and the helper allows for the change of the transport checksum alone. IPv6 has none, so that allowance is one too
	 * many; and where no transport checksum follows the address, the sum itself must. Fails harmlessly for packets that carry
	 * no such sum.
	 */
	if (!error)
		bpf_csum_update(skb, difference);
	return error;
}

/* The port of one end, or the identifier of an echo. */
static __always_inline long clv_rewrite_port(struct __sk_buff *skb, const struct clv_packet *pkt, int end, __be16 to)
{
	__be16 from = end == CLV_SOURCE ? pkt->tuple.sport : pkt->tuple.dport;
	__u32 field = pkt->transport;
	long error;

	if (to == from || pkt->part == CLV_LATER)
		return 0;
	if (clv_is_icmp(pkt->tuple.protocol))
		field += offsetof(struct clv_icmp, value);
	else if (clv_has_ports(pkt->tuple.protocol))
		field += end == CLV_SOURCE ? offsetof(struct udphdr, source) : offsetof(struct udphdr, dest);
	else
		return 0;
	error = bpf_l4_csum_replace(skb, clv_checksum_offset(pkt), from, to, clv_checksum_flags(pkt) | sizeof(to));
	return error ?: bpf_skb_store_bytes(skb, field, &to, sizeof(to), clv_is_unsummed(skb, pkt) ? BPF_F_RECOMPUTE_CSUM : 0);
}

/* Replaces the address and the port of one end. 0, or the helper's error; then the packet is spoilt and must be dropped. */
__noinline int clv_rewrite(struct __sk_buff *skb, const struct clv_packet *pkt, int end, const struct clv_wire *wire)
{
	__be32 from[4], to[4];
	long error;

	if (!pkt || !wire)
		return -1;
	__builtin_memcpy(to, wire->addr, sizeof(to));
	if (end == CLV_SOURCE)
		__builtin_memcpy(from, pkt->tuple.saddr, sizeof(from));
	else
		__builtin_memcpy(from, pkt->tuple.daddr, sizeof(from));
	error = pkt->v6 ? clv_rewrite_v6(skb, pkt, end, from, to) : clv_rewrite_v4(skb, pkt, end, from[3], to[3]);
	return error ?: clv_rewrite_port(skb, pkt, end, wire->port);
}

/* Bytes 8 to 19 of an IPv4 header: all that changes of it. */
struct clv_v4_rest {
	__u8 hops;
	__u8 protocol;
	__sum16 check;
	__be32 saddr;
	__be32 daddr;
};

/* The checksum after a word of what it covers has changed. */
static __always_inline __sum16 clv_resum(__sum16 check, __be32 from, __be32 to)
{
	__u32 sum = (__u16)~check;

	sum += (__u16)~(from >> 16) + (__u16)~from + (to >> 16) + (__u16)to;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* The network header of the usual packet, with one end replaced and so many hops taken off, written at once. */
static __always_inline long clv_rewrite_header(struct __sk_buff *skb, const struct clv_packet *pkt, int end, __be32 to, __u8 hops)
{
	struct clv_v4_rest rest = {
		.hops = pkt->hops - hops,
		.protocol = pkt->tuple.protocol,
		.saddr = pkt->tuple.saddr[3],
		.daddr = pkt->tuple.daddr[3],
	};
	void *data = (void *)(long)skb->data;
	const __u32 network = pkt->l3 ? 0 : ETH_HLEN;
	struct iphdr *ip = data + network;

	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return -1;
	rest.check = clv_resum(ip->check, end == CLV_SOURCE ? rest.saddr : rest.daddr, to);
	rest.check = clv_resum(rest.check, bpf_htons(pkt->hops << 8), bpf_htons(rest.hops << 8));
	if (end == CLV_SOURCE)
		rest.saddr = to;
	else
		rest.daddr = to;
	*(__u32 *)&ip->ttl = *(__u32 *)&rest;
	ip->saddr = rest.saddr;
	ip->daddr = rest.daddr;
	return 0;
}

/*
 * Replaces the address and the port of one end, where wire is not NULL, and takes hops off. 0, or the helper's error; then the packet
 * is spoilt and must be dropped.
 */
static __always_inline long clv_change(struct __sk_buff *skb, const struct clv_packet *pkt, int end, const struct clv_wire *wire, __u8 hops)
{
	__be32 from = end == CLV_SOURCE ? pkt->tuple.saddr[3] : pkt->tuple.daddr[3];
	long error;

	if (clv_likely(pkt->usual)) {
		error = wire ? bpf_l4_csum_replace(skb, clv_checksum_offset(pkt), from, wire->addr[3], clv_checksum_flags(pkt) | BPF_F_PSEUDO_HDR | 4) : 0;
		error = error ?: clv_rewrite_header(skb, pkt, end, wire ? wire->addr[3] : from, hops);
		return error || !wire ? error : clv_rewrite_port(skb, pkt, end, wire->port);
	}
	error = hops ? clv_take_hop(skb, pkt) : 0;
	return error || !wire ? error : clv_rewrite(skb, pkt, end, wire);
}

#endif
