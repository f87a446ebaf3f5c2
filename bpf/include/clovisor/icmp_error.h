/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ICMP_ERROR_H
#define CLOVISOR_ICMP_ERROR_H

#include "packet.h"
#include "translate.h"

/*
 * ICMP errors name a session by the packet that they quote, which is one that left: translated. Both the error's destination and
 * the quoted source must be given back, or the error finds no connection and, say, path MTU discovery fails silently.
 */

struct clv_quote {
	struct clv_tuple arriving;	/* as a reply to the quoted packet would look */
	__u32 ip;			/* offset of the quoted network header */
	__u32 transport;		/* ... and transport header */
	__u32 checksum;			/* offset of the ICMP checksum */
};

static __always_inline bool clv_is_error(__u8 protocol, __u8 type)
{
	if (protocol == CLV_ICMPV6)
		return type >= 1 && type <= CLV_ICMPV6_LAST_ERROR;
	return type == CLV_ICMP_UNREACHABLE || type == CLV_ICMP_TIME_EXCEEDED || type == CLV_ICMP_PARAMETER;
}

/* pkt holds the outer header. False: not an error about TCP or UDP. */
static __always_inline bool clv_read_quote(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_quote *quote)
{
	const __u32 icmp = ETH_HLEN + (pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	__be16 ports[2];
	__u8 type;

	if (bpf_skb_load_bytes(skb, icmp, &type, sizeof(type)) || !clv_is_error(pkt->tuple.protocol, type))
		return false;
	quote->checksum = icmp + offsetof(struct clv_icmp, checksum);
	quote->ip = icmp + sizeof(struct clv_icmp);
	if (pkt->v6) {
		struct ipv6hdr ip;

		if (bpf_skb_load_bytes(skb, quote->ip, &ip, sizeof(ip)))
			return false;
		__builtin_memcpy(quote->arriving.saddr, &ip.daddr, 16);
		__builtin_memcpy(quote->arriving.daddr, &ip.saddr, 16);
		quote->arriving.protocol = ip.nexthdr;
		quote->transport = quote->ip + sizeof(ip);
	} else {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, quote->ip, &ip, sizeof(ip)) || ip.ihl != 5)
			return false;
		clv_map_v4(quote->arriving.saddr, ip.daddr);
		clv_map_v4(quote->arriving.daddr, ip.saddr);
		quote->arriving.protocol = ip.protocol;
		quote->transport = quote->ip + sizeof(ip);
	}
	if (quote->arriving.protocol != IPPROTO_TCP && quote->arriving.protocol != IPPROTO_UDP)
		return false;
	if (bpf_skb_load_bytes(skb, quote->transport, ports, sizeof(ports)))
		return false;
	quote->arriving.dport = ports[0];
	quote->arriving.sport = ports[1];
	return true;
}

static __always_inline long clv_restore_quote_v4(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_quote *quote, __be32 to)
{
	__be32 quoted = quote->arriving.daddr[3];
	long error;

	/* The quoted header's checksum evens its new address out, so the ICMP checksum does not change. */
	error = bpf_l3_csum_replace(skb, quote->ip + offsetof(struct iphdr, check), quoted, to, sizeof(to));
	error = error ?: bpf_skb_store_bytes(skb, quote->ip + offsetof(struct iphdr, saddr), &to, sizeof(to), 0);
	error = error ?: bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), pkt->tuple.daddr[3], to, sizeof(to));
	return error ?: bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, daddr), &to, sizeof(to), 0);
}

static __always_inline long clv_restore_quote_v6(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_quote *quote,
						 const __be32 to[4])
{
	__s64 quoted = bpf_csum_diff((__be32 *)quote->arriving.daddr, 16, (__be32 *)to, 16, 0);
	__s64 outer = bpf_csum_diff((__be32 *)pkt->tuple.daddr, 16, (__be32 *)to, 16, 0);
	long error;

	if (quoted < 0 || outer < 0)
		return -1;
	error = bpf_l4_csum_replace(skb, quote->checksum, 0, quoted, 0);
	error = error ?: bpf_skb_store_bytes(skb, quote->ip + offsetof(struct ipv6hdr, saddr), to, 16, 0);
	error = error ?: bpf_l4_csum_replace(skb, quote->checksum, 0, outer, BPF_F_PSEUDO_HDR);
	error = error ?: bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct ipv6hdr, daddr), to, 16, 0);
	if (!error)
		bpf_csum_update(skb, outer);	/* as in clv_rewrite_v6 */
	return error;
}

/* Gives the error's destination and the quoted source their address and port back. 0, or the helper's error. */
static __always_inline long clv_restore_quote(struct __sk_buff *skb, const struct clv_packet *pkt, const struct clv_quote *quote,
					      const struct clv_tuple *session)
{
	__be16 port = session->sport;
	long error;

	if (port == quote->arriving.dport && clv_same_addr(session->saddr, quote->arriving.daddr))
		return 0;
	error = pkt->v6 ? clv_restore_quote_v6(skb, pkt, quote, session->saddr)
			: clv_restore_quote_v4(skb, pkt, quote, session->saddr[3]);
	error = error ?: bpf_l4_csum_replace(skb, quote->checksum, quote->arriving.dport, port, sizeof(port));
	return error ?: bpf_skb_store_bytes(skb, quote->transport, &port, sizeof(port), 0);
}

#endif
