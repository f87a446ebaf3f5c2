/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ICMP_ERROR_H
#define CLOVISOR_ICMP_ERROR_H

#include "parse.h"
#include "translate.h"

/*
 * ICMP errors name a session by the packet that they quote. One that arrives quotes a packet that left, translated: both the
 * error's destination and the quoted source must be given back, or the error finds no connection and, say, path MTU discovery
 * fails silently. One that leaves quotes a packet that arrived, and the same holds for its source and the quoted destination.
 */

struct clv_quote {
	struct clv_tuple answer;	/* as a reply to the quoted packet would look */
	__u32 ip;			/* offset of the quoted network header */
	__u32 transport;		/* ... and transport header */
	__u32 checksum;			/* offset of the ICMP checksum */
	bool outer_stays;		/* the error's own end is not one of the session's: a router on the way sent it */
};

/* What stands for ports in the eight bytes that every error quotes. */
static __always_inline bool clv_read_quoted_ports(struct __sk_buff *skb, struct clv_quote *quote)
{
	__u8 protocol = quote->answer.protocol;

	if (clv_has_ports(protocol)) {
		__be16 ports[2];

		if (bpf_skb_load_bytes(skb, quote->transport, ports, sizeof(ports)))
			return false;
		quote->answer.dport = ports[0];
		quote->answer.sport = ports[1];
	} else if (clv_is_icmp(protocol)) {
		struct clv_tuple quoted = {};
		struct clv_icmp icmp;

		if (bpf_skb_load_bytes(skb, quote->transport, &icmp, sizeof(icmp)) || !clv_echo_ports(protocol, &icmp, &quoted))
			return false;
		quote->answer.dport = quoted.sport;
		quote->answer.sport = quoted.dport;
	}
	return true;
}

/* pkt is the error. 0: it quotes nothing that could be of a session. */
__noinline int clv_read_quote(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_quote *quote)
{
	if (!pkt || !quote)
		return 0;
	quote->checksum = pkt->transport + offsetof(struct clv_icmp, checksum);
	quote->ip = pkt->transport + sizeof(struct clv_icmp);
	if (pkt->v6) {
		struct clv_walk walk = {};
		struct ipv6hdr ip;

		if (bpf_skb_load_bytes(skb, quote->ip, &ip, sizeof(ip)))
			return 0;
		__builtin_memcpy(quote->answer.saddr, &ip.daddr, 16);
		__builtin_memcpy(quote->answer.daddr, &ip.saddr, 16);
		walk.next = ip.nexthdr;
		walk.offset = quote->ip + sizeof(ip);
		if (clv_walk_v6(skb, &walk) != CLV_PARSED || walk.part == CLV_LATER)
			return 0;
		quote->answer.protocol = walk.next;
		quote->transport = walk.offset;
	} else {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, quote->ip, &ip, sizeof(ip)) || ip.ihl < 5 || ip.frag_off & bpf_htons(CLV_IP_OFFSET))
			return 0;
		clv_map_v4(quote->answer.saddr, ip.daddr);
		clv_map_v4(quote->answer.daddr, ip.saddr);
		quote->answer.protocol = ip.protocol;
		quote->transport = quote->ip + ip.ihl * 4;
	}
	return clv_read_quoted_ports(skb, quote);
}

static __always_inline long clv_requote_v4(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_quote *quote, int end, __be32 to)
{
	const __u32 saddr = offsetof(struct iphdr, saddr), daddr = offsetof(struct iphdr, daddr);
	__be32 quoted = end == CLV_SOURCE ? quote->answer.saddr[3] : quote->answer.daddr[3];
	__be32 outer = end == CLV_SOURCE ? pkt->tuple.saddr[3] : pkt->tuple.daddr[3];
	long error;

	/* The quoted header's checksum evens its new address out, so the ICMP checksum does not change. */
	error = bpf_l3_csum_replace(skb, quote->ip + offsetof(struct iphdr, check), quoted, to, sizeof(to));
	error = error ?: bpf_skb_store_bytes(skb, quote->ip + (end == CLV_SOURCE ? daddr : saddr), &to, sizeof(to), 0);
	if (error || quote->outer_stays)
		return error;
	error = bpf_l3_csum_replace(skb, pkt->network + offsetof(struct iphdr, check), outer, to, sizeof(to));
	return error ?: bpf_skb_store_bytes(skb, pkt->network + (end == CLV_SOURCE ? saddr : daddr), &to, sizeof(to), 0);
}

static __always_inline long clv_requote_v6(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_quote *quote, int end,
					   const __be32 to[4])
{
	const __u32 saddr = offsetof(struct ipv6hdr, saddr), daddr = offsetof(struct ipv6hdr, daddr);
	__be32 from_quoted[4], from_outer[4];
	__s64 quoted, outer;
	long error;

	if (end == CLV_SOURCE) {
		__builtin_memcpy(from_quoted, quote->answer.saddr, 16);
		__builtin_memcpy(from_outer, pkt->tuple.saddr, 16);
	} else {
		__builtin_memcpy(from_quoted, quote->answer.daddr, 16);
		__builtin_memcpy(from_outer, pkt->tuple.daddr, 16);
	}
	quoted = bpf_csum_diff(from_quoted, 16, (__be32 *)to, 16, 0);
	outer = bpf_csum_diff(from_outer, 16, (__be32 *)to, 16, 0);
	if (quoted < 0 || outer < 0)
		return -1;
	error = bpf_l4_csum_replace(skb, quote->checksum, 0, quoted, 0);
	error = error ?: bpf_skb_store_bytes(skb, quote->ip + (end == CLV_SOURCE ? daddr : saddr), to, 16, 0);
	if (error || quote->outer_stays)
		return error;
	error = bpf_l4_csum_replace(skb, quote->checksum, 0, outer, BPF_F_PSEUDO_HDR);
	error = error ?: bpf_skb_store_bytes(skb, pkt->network + (end == CLV_SOURCE ? saddr : daddr), to, 16, 0);
	if (!error)
		bpf_csum_update(skb, outer);	/* as in clv_rewrite_v6 */
	return error;
}

/*
 * Replaces one end of the error and the other end of what it quotes: CLV_DESTINATION for one that arrives, CLV_SOURCE for one that
 * leaves. 0, or the helper's error.
 */
__noinline int clv_requote(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_quote *quote, int end, const struct clv_wire *wire)
{
	__be32 to[4];
	__be16 from_port, to_port;
	__u32 field;
	long error;

	if (!pkt || !quote || !wire)
		return -1;
	__builtin_memcpy(to, wire->addr, sizeof(to));
	to_port = wire->port;
	from_port = end == CLV_SOURCE ? quote->answer.sport : quote->answer.dport;
	error = pkt->v6 ? clv_requote_v6(skb, pkt, quote, end, to) : clv_requote_v4(skb, pkt, quote, end, to[3]);
	if (error || from_port == to_port)
		return error;
	field = quote->transport;
	if (clv_is_icmp(quote->answer.protocol))
		field += offsetof(struct clv_icmp, value);
	else if (end == CLV_SOURCE)
		field += offsetof(struct udphdr, dest);
	error = bpf_l4_csum_replace(skb, quote->checksum, from_port, to_port, sizeof(to_port));
	return error ?: bpf_skb_store_bytes(skb, field, &to_port, sizeof(to_port), 0);
}

/* The same for the other ends, in a pair: the address of the far end becomes that of a link's. *far is room for it. */
static __always_inline long clv_requote_far(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_quote *quote, int end,
					    const struct clv_link *link, struct clv_wire *far)
{
	const __be32 *quoted = end == CLV_SOURCE ? quote->answer.saddr : quote->answer.daddr;

	if (!link)
		return -1;
	if (pkt->v6)
		__builtin_memcpy(far->addr, link->peer_v6, sizeof(far->addr));
	else
		clv_map_v4(far->addr, link->peer_v4);
	far->port = end == CLV_SOURCE ? quote->answer.sport : quote->answer.dport;
	quote->outer_stays = !clv_same_addr(quoted, end == CLV_SOURCE ? pkt->tuple.saddr : pkt->tuple.daddr);
	return clv_same_addr(quoted, far->addr) ? 0 : clv_requote(skb, pkt, quote, end, far);
}

#endif
