/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_PARSE_H
#define CLOVISOR_PARSE_H

/*
 * Reads the headers of a frame into a struct clv_packet. Copies, because every helper that changes the packet makes pointers into
 * it invalid, and because headers need not be in the packet's linear part. What it cannot follow gets a reason instead, and is
 * nobody's loss: the stack has it.
 */

#include "fragment.h"
#include "packet.h"

/* Ports and flags, or what stands for them. The network header has been read. */
static __always_inline int clv_parse_transport(struct __sk_buff *skb, struct clv_packet *pkt)
{
	__u8 protocol = pkt->tuple.protocol;

	if (pkt->part == CLV_LATER)
		return clv_recall_fragment(pkt);
	if (protocol == IPPROTO_TCP) {
		__u8 header[14];	/* up to the flags */

		if (pkt->transport + sizeof(struct tcphdr) > skb->len || bpf_skb_load_bytes(skb, pkt->transport, header, sizeof(header)))
			return CLV_TRUNCATED;
		pkt->tuple.sport = *(__be16 *)&header[0];
		pkt->tuple.dport = *(__be16 *)&header[2];
		pkt->tcp_flags = header[13];
	} else if (protocol == IPPROTO_UDP) {
		struct udphdr header;

		if (bpf_skb_load_bytes(skb, pkt->transport, &header, sizeof(header)))
			return CLV_TRUNCATED;
		pkt->tuple.sport = header.source;
		pkt->tuple.dport = header.dest;
	} else if (protocol == (pkt->v6 ? CLV_ICMPV6 : IPPROTO_ICMP)) {
		struct clv_icmp header;

		if (bpf_skb_load_bytes(skb, pkt->transport, &header, sizeof(header)))
			return CLV_TRUNCATED;
		pkt->error = clv_is_error_type(protocol, header.type);
		if (pkt->error)
			return CLV_PARSED;
		if (!clv_echo_ports(protocol, &header, &pkt->tuple))
			return CLV_PROTOCOL;
	} else if (clv_is_icmp(protocol)) {
		return CLV_PROTOCOL;		/* the other family's */
	} else if (protocol == CLV_UDPLITE || protocol == CLV_DCCP) {
		if (pkt->transport + sizeof(struct udphdr) > skb->len)
			return CLV_TRUNCATED;	/* their checksum is to be changed */
	}
	if (pkt->part == CLV_FIRST)
		clv_remember_fragment(pkt);
	return CLV_PARSED;
}

static __always_inline int clv_parse_v4(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct iphdr ip;
	__u16 fragment;

	if (bpf_skb_load_bytes(skb, pkt->network, &ip, sizeof(ip)))
		return CLV_TRUNCATED;
	if (ip.version != 4)
		return CLV_NOT_IP;
	if (ip.ihl < 5 || ip.protocol == IPPROTO_AH)
		return CLV_HEADERS;
	clv_map_v4(pkt->tuple.saddr, ip.saddr);
	clv_map_v4(pkt->tuple.daddr, ip.daddr);
	pkt->tuple.protocol = ip.protocol;
	pkt->dscp = ip.tos >> 2;
	pkt->hops = ip.ttl;
	pkt->transport = pkt->network + ip.ihl * 4;
	if (pkt->transport > skb->len)
		return CLV_TRUNCATED;
	fragment = bpf_ntohs(ip.frag_off);
	if (fragment & (CLV_IP_MORE | CLV_IP_OFFSET)) {
		pkt->part = fragment & CLV_IP_OFFSET ? CLV_LATER : CLV_FIRST;
		pkt->fragment = ip.id;
	}
	return clv_parse_transport(skb, pkt);
}

/* Where the walk along extension headers is. */
struct clv_walk {
	__u32 offset;
	__be32 fragment;
	__u8 next;		/* the protocol of what is at offset */
	__u8 part;		/* enum clv_part */
	__u8 reserved[2];
};

/* Goes past the extension headers at walk->offset. CLV_PARSED, or why they cannot be followed. */
__noinline int clv_walk_v6(struct __sk_buff *skb, struct clv_walk *walk)
{
	if (!walk)
		return CLV_HEADERS;
	for (int i = 0; i <= CLV_MAX_EXTENSIONS; i++) {
		__u8 header[8];

		switch (walk->next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_FRAGMENT:
			break;
		case IPPROTO_AH:	/* signs the addresses */
			return CLV_HEADERS;
		default:
			return walk->offset <= skb->len ? CLV_PARSED : CLV_TRUNCATED;
		}
		if (i == CLV_MAX_EXTENSIONS)
			return CLV_HEADERS;
		if (bpf_skb_load_bytes(skb, walk->offset, header, sizeof(header)))
			return CLV_TRUNCATED;
		if (walk->next == IPPROTO_FRAGMENT) {
			__u16 fragment = bpf_ntohs(*(__be16 *)&header[2]);

			walk->fragment = *(__be32 *)&header[4];
			walk->offset += sizeof(header);
			walk->next = header[0];
			if (fragment & 0xfff8) {
				walk->part = CLV_LATER;
				return CLV_PARSED;
			}
			if (fragment & 1)
				walk->part = CLV_FIRST;
			continue;
		}
		/* Not there yet: its checksum is over the last stop, which is not the address in the header. */
		if (walk->next == IPPROTO_ROUTING && header[3])
			return CLV_HEADERS;
		walk->offset += (header[1] + 1) * 8;
		walk->next = header[0];
	}
	return CLV_HEADERS;
}

static __always_inline int clv_parse_v6(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct clv_walk walk = {};
	struct ipv6hdr ip;
	int reason;

	if (bpf_skb_load_bytes(skb, pkt->network, &ip, sizeof(ip)))
		return CLV_TRUNCATED;
	if (ip.version != 6)
		return CLV_NOT_IP;
	__builtin_memcpy(pkt->tuple.saddr, &ip.saddr, sizeof(pkt->tuple.saddr));
	__builtin_memcpy(pkt->tuple.daddr, &ip.daddr, sizeof(pkt->tuple.daddr));
	/* No wire has these, and in the tables they would be IPv4's. */
	if (clv_is_mapped(pkt->tuple.saddr) || clv_is_mapped(pkt->tuple.daddr))
		return CLV_HEADERS;
	pkt->v6 = true;
	pkt->dscp = ((ip.priority << 4 | ip.flow_lbl[0] >> 4) & 0xff) >> 2;
	pkt->hops = ip.hop_limit;
	walk.offset = pkt->network + sizeof(ip);
	walk.next = ip.nexthdr;
	if (!clv_has_ports(ip.nexthdr)) {
		reason = clv_walk_v6(skb, &walk);
		if (reason != CLV_PARSED)
			return reason;
	}
	pkt->transport = walk.offset;
	pkt->tuple.protocol = walk.next;
	pkt->part = walk.part;
	pkt->fragment = walk.fragment;
	return clv_parse_transport(skb, pkt);
}

/*
 * Copies by words. Left to itself the compiler takes nothing of a packet for aligned and copies by bytes; and where a key is made of words
 * that were written by halves, the processor waits until those have reached its cache.
 */
static __always_inline void clv_copy_mac(__u8 *to, const __u8 *from)
{
	*(__u32 *)to = *(const __u32 *)from;
	*(__u16 *)(to + 4) = *(const __u16 *)(from + 4);
}

static __always_inline void clv_copy_ports(__be16 *to, const __be16 *from)
{
	*(__u32 *)to = *(const __u32 *)from;
}

/* The usual packet, read in place, which costs a third. False: it is another, and nothing of *pkt that matters was written. */
static __always_inline bool clv_parse_usual(struct __sk_buff *skb, struct clv_packet *pkt, bool l3)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	const __u32 network = l3 ? 0 : ETH_HLEN;
	const struct ethhdr *eth = data;
	const struct iphdr *ip = data + network;
	const struct udphdr *udp = data + network + sizeof(*ip);
	const struct tcphdr *tcp = (const void *)udp;

	if ((void *)(udp + 1) > end || (l3 ? skb->protocol == bpf_htons(CLV_P_MPLS) : *(const __be16 *)(data + offsetof(struct ethhdr, h_proto)) != bpf_htons(ETH_P_IP)) ||
	    *(const __u8 *)ip != 0x45 || ip->frag_off & bpf_htons(CLV_IP_MORE | CLV_IP_OFFSET))
		return false;
	if (ip->protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > end)
			return false;
		pkt->tcp_flags = ((const __u8 *)tcp)[13];
	} else if (ip->protocol != IPPROTO_UDP) {
		return false;
	}
	if (!l3)
		clv_copy_mac(pkt->source_mac, eth->h_source);
	clv_map_v4(pkt->tuple.saddr, ip->saddr);
	clv_map_v4(pkt->tuple.daddr, ip->daddr);
	clv_copy_ports(&pkt->tuple.sport, &udp->source);
	pkt->tuple.protocol = ip->protocol;
	pkt->dscp = ip->tos >> 2;
	pkt->hops = ip->ttl;
	pkt->network = network;
	pkt->transport = network + sizeof(*ip);
	pkt->usual = true;
	return true;
}

/* Of a device without hardware addresses. What it is says its first byte; labels of MPLS alone could look the same. */
static __always_inline int clv_parse_l3(struct __sk_buff *skb, struct clv_packet *pkt)
{
	__u8 first;

	if (skb->protocol == bpf_htons(CLV_P_MPLS) || bpf_skb_load_bytes(skb, 0, &first, sizeof(first)))
		return CLV_NOT_IP;
	return first >> 4 == 4 ? clv_parse_v4(skb, pkt) : first >> 4 == 6 ? clv_parse_v6(skb, pkt) : CLV_NOT_IP;
}

/*
 * CLV_PARSED, or why not. *pkt is zeroed by the caller, but for l3. A global function: the verifier checks it once, and not again for
 * every way that leads on from here.
 */
__noinline int clv_parse(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct ethhdr eth;
	__be16 protocol;

	if (!pkt)
		return CLV_NOT_IP;
	if (pkt->l3)
		return clv_parse_l3(skb, pkt);
	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return CLV_NOT_IP;
	__builtin_memcpy(pkt->source_mac, eth.h_source, ETH_ALEN);
	pkt->network = ETH_HLEN;
	protocol = eth.h_proto;
	for (int i = 0; i < CLV_MAX_VLANS; i++) {
		__be16 tag[2];

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if (bpf_skb_load_bytes(skb, pkt->network, tag, sizeof(tag)))
			return CLV_TRUNCATED;
		pkt->network += sizeof(tag);
		pkt->vlans++;
		protocol = tag[1];
	}
	switch (protocol) {
	case bpf_htons(ETH_P_IP):
		return clv_parse_v4(skb, pkt);
	case bpf_htons(ETH_P_IPV6):
		return clv_parse_v6(skb, pkt);
	case bpf_htons(ETH_P_8021Q):
	case bpf_htons(ETH_P_8021AD):
		return CLV_VLAN;
	default:
		return CLV_NOT_IP;
	}
}

/* Either way. l3: the program is that of devices without hardware addresses. */
static __always_inline int clv_read(struct __sk_buff *skb, struct clv_packet *pkt, bool l3)
{
	pkt->l3 = l3;
	return clv_likely(clv_parse_usual(skb, pkt, l3)) ? CLV_PARSED : clv_parse(skb, pkt);
}

#endif
