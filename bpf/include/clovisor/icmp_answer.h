/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ICMP_ANSWER_H
#define CLOVISOR_ICMP_ANSWER_H

#include "mac.h"

/*
 * Turns a packet into the ICMP error about it. It seems to come from the peer, so that reverse path filters take it where the packet left.
 * Quotes the headers and eight bytes, which is all that senders need to find the connection.
 */

#define CLV_QUOTED	8	/* bytes of the transport header */
#define CLV_MAX_QUOTE	96	/* with the network header, its options and extensions */
#define CLV_TTL		64
#define CLV_UNANSWERED	1

static __always_inline __sum16 clv_fold(__s64 sum)
{
	__u32 folded = sum;

	folded = (folded & 0xffff) + (folded >> 16);
	folded = (folded & 0xffff) + (folded >> 16);
	return ~folded;
}

static __always_inline long clv_error_v4_header(struct __sk_buff *skb, __u32 network, struct clv_icmp *icmp, __u32 quoted)
{
	struct iphdr ip, own = {};
	long error = bpf_skb_load_bytes(skb, network, &ip, sizeof(ip));

	if (error)
		return error;
	own.version = 4;
	own.ihl = 5;
	own.tot_len = bpf_htons(sizeof(own) + sizeof(*icmp) + quoted);
	own.ttl = CLV_TTL;
	own.protocol = IPPROTO_ICMP;
	own.saddr = ip.daddr;
	own.daddr = ip.saddr;
	own.check = clv_fold(bpf_csum_diff(NULL, 0, (void *)&own, sizeof(own), 0));
	return bpf_skb_store_bytes(skb, network, &own, sizeof(own), 0);
}

static __always_inline long clv_error_v6_header(struct __sk_buff *skb, __u32 network, struct clv_icmp *icmp, __u32 quoted)
{
	struct ipv6hdr ip, own = {};
	__be32 length[2] = { bpf_htonl(sizeof(*icmp) + quoted), bpf_htonl(CLV_ICMPV6) };
	__s64 sum;
	long error = bpf_skb_load_bytes(skb, network, &ip, sizeof(ip));

	if (error)
		return error;
	own.version = 6;
	own.payload_len = bpf_htons(sizeof(*icmp) + quoted);
	own.nexthdr = CLV_ICMPV6;
	own.hop_limit = CLV_TTL;
	own.saddr = ip.daddr;
	own.daddr = ip.saddr;
	/* The pseudo header. */
	sum = bpf_csum_diff(NULL, 0, (void *)&own.saddr, 32, (__u16)~icmp->checksum);
	icmp->checksum = clv_fold(bpf_csum_diff(NULL, 0, length, sizeof(length), sum));
	return bpf_skb_store_bytes(skb, network, &own, sizeof(own), 0);
}

/*
 * icmp: type, code and value. 0: the packet is the error now. CLV_UNANSWERED: there is none to send, and the packet is what it was. Negative: it
 * failed, and the packet is spoilt.
 */
static __always_inline int clv_turn_into_error(struct __sk_buff *skb, const struct clv_packet *pkt, struct clv_icmp *icmp)
{
	__u32 quote[CLV_MAX_QUOTE / 4] = {};
	__u32 network = pkt->network, header = pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	__u32 length = pkt->transport + CLV_QUOTED - network;	/* a multiple of four, as all headers are */
	long error;

	if (pkt->error || length > CLV_MAX_QUOTE || length < sizeof(struct iphdr) || network + length > skb->len)
		return CLV_UNANSWERED;	/* no error about an error */
	if (bpf_skb_load_bytes(skb, network, quote, length))
		return CLV_UNANSWERED;
	error = bpf_csum_diff(NULL, 0, (void *)icmp, sizeof(*icmp), 0);
	icmp->checksum = clv_fold(bpf_csum_diff(NULL, 0, quote, sizeof(quote), error));	/* zeros add nothing */

	error = bpf_skb_change_tail(skb, network + header + sizeof(*icmp) + length, 0);
	if (!error)
		error = pkt->v6 ? clv_error_v6_header(skb, network, icmp, length) : clv_error_v4_header(skb, network, icmp, length);
	error = error ?: bpf_skb_store_bytes(skb, network + header, icmp, sizeof(*icmp), 0);
	if (!error && length <= CLV_MAX_QUOTE)
		error = bpf_skb_store_bytes(skb, network + header + sizeof(*icmp), quote, length, 0);
	return error || pkt->l3 ? error : clv_swap_macs(skb);
}

#endif
