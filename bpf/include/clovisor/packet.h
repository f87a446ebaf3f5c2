/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_PACKET_H
#define CLOVISOR_PACKET_H

/*
 * Reads the headers of a frame into a struct clv_packet. Copies, because every helper that changes the packet makes pointers into
 * it invalid. What is not plain TCP or UDP over IP over Ethernet gets a reason instead, and is nobody's loss: the stack has it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "wan_types.h"

#define CLV_PARSED		CLV_REASONS	/* no reason against it */

#define CLV_TCP_FIN		0x01
#define CLV_TCP_SYN		0x02
#define CLV_TCP_RST		0x04
#define CLV_TCP_ACK		0x10

#define CLV_IP_FRAGMENT		0x3fff		/* more fragments, or an offset */
/* Of ICMP here, since the headers that have it pull in those of the C library. */
#define CLV_ICMPV6		58
#define CLV_ICMP_UNREACHABLE	3
#define CLV_ICMP_FRAG_NEEDED	4		/* a code of the above */
#define CLV_ICMP_TIME_EXCEEDED	11
#define CLV_ICMP_PARAMETER	12
#define CLV_ICMPV6_TOO_BIG	2
#define CLV_ICMPV6_LAST_ERROR	4		/* errors are 1 to 4 */

struct clv_icmp {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 value;
};

struct clv_packet {
	struct clv_tuple tuple;
	__u32 transport;	/* offset of the TCP or UDP header */
	bool v6;
	__u8 dscp;		/* without the ECN bits */
	__u8 tcp_flags;		/* 0 for UDP */
	__u8 source_mac[ETH_ALEN];
};

/* Makes the first bytes readable in place: a header may be in the packet and not yet in its linear part. */
static __always_inline bool clv_linear(struct __sk_buff *skb, __u32 bytes)
{
	if ((void *)(long)skb->data + bytes <= (void *)(long)skb->data_end)
		return true;
	return skb->len >= bytes && bpf_skb_pull_data(skb, bytes) == 0;
}

static __always_inline void clv_map_v4(__be32 out[4], __be32 addr)
{
	out[0] = 0;
	out[1] = 0;
	out[2] = bpf_htonl(0xffff);
	out[3] = addr;
}

static __always_inline bool clv_same_addr(const __be32 a[4], const __be32 b[4])
{
	return a[3] == b[3] && a[2] == b[2] && a[1] == b[1] && a[0] == b[0];
}

/* Ports and flags. The network header has been read: pkt->transport and the protocol are set. */
static __always_inline enum clv_reason clv_parse_transport(struct __sk_buff *skb, struct clv_packet *pkt, __u32 offset)
{
	bool tcp = pkt->tuple.protocol == IPPROTO_TCP;
	__u32 end = offset + (tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr));
	struct udphdr *ports;
	void *data, *data_end;

	if (!tcp && pkt->tuple.protocol != IPPROTO_UDP)
		return CLV_PROTOCOL;
	if (!clv_linear(skb, end))
		return CLV_TRUNCATED;
	data = (void *)(long)skb->data;
	data_end = (void *)(long)skb->data_end;
	ports = data + offset;		/* TCP has its ports in the same place */
	if ((void *)(ports + 1) > data_end)
		return CLV_TRUNCATED;
	pkt->transport = offset;
	pkt->tuple.sport = ports->source;
	pkt->tuple.dport = ports->dest;
	if (tcp) {
		__u8 *header = data + offset;

		if ((void *)(header + sizeof(struct tcphdr)) > data_end)
			return CLV_TRUNCATED;
		pkt->tcp_flags = header[13];
	}
	return CLV_PARSED;
}

static __always_inline enum clv_reason clv_parse_v4(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct iphdr *ip = (void *)(long)skb->data + ETH_HLEN;

	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return CLV_TRUNCATED;
	if (ip->version != 4)
		return CLV_NOT_IP;
	if (ip->ihl != 5)
		return CLV_HEADERS;
	if (ip->frag_off & bpf_htons(CLV_IP_FRAGMENT))
		return CLV_FRAGMENT;
	clv_map_v4(pkt->tuple.saddr, ip->saddr);
	clv_map_v4(pkt->tuple.daddr, ip->daddr);
	pkt->tuple.protocol = ip->protocol;
	pkt->dscp = ip->tos >> 2;
	return clv_parse_transport(skb, pkt, ETH_HLEN + sizeof(struct iphdr));
}

static __always_inline enum clv_reason clv_parse_v6(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct ipv6hdr *ip = (void *)(long)skb->data + ETH_HLEN;

	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return CLV_TRUNCATED;
	if (ip->version != 6)
		return CLV_NOT_IP;
	switch (ip->nexthdr) {
	case IPPROTO_FRAGMENT:
		return CLV_FRAGMENT;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
		return CLV_HEADERS;
	}
	__builtin_memcpy(pkt->tuple.saddr, &ip->saddr, sizeof(pkt->tuple.saddr));
	__builtin_memcpy(pkt->tuple.daddr, &ip->daddr, sizeof(pkt->tuple.daddr));
	pkt->tuple.protocol = ip->nexthdr;
	pkt->v6 = true;
	pkt->dscp = ((ip->priority << 4 | ip->flow_lbl[0] >> 4) & 0xff) >> 2;
	return clv_parse_transport(skb, pkt, ETH_HLEN + sizeof(struct ipv6hdr));
}

/* CLV_PARSED, or why not. *pkt is zeroed by the caller. */
static __always_inline enum clv_reason clv_parse(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct ethhdr *eth;

	if (skb->vlan_present)		/* the tag is beside the frame, and would leave with it */
		return CLV_VLAN;
	if (!clv_linear(skb, ETH_HLEN + sizeof(struct iphdr)))
		return CLV_NOT_IP;
	eth = (void *)(long)skb->data;
	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return CLV_TRUNCATED;
	__builtin_memcpy(pkt->source_mac, eth->h_source, ETH_ALEN);
	switch (eth->h_proto) {
	case bpf_htons(ETH_P_IP):
		return clv_parse_v4(skb, pkt);
	case bpf_htons(ETH_P_IPV6):
		if (!clv_linear(skb, ETH_HLEN + sizeof(struct ipv6hdr)))
			return CLV_TRUNCATED;
		return clv_parse_v6(skb, pkt);
	case bpf_htons(ETH_P_8021Q):
	case bpf_htons(ETH_P_8021AD):
		return CLV_VLAN;
	default:
		return CLV_NOT_IP;
	}
}

/* Whether the packet may be a session's first: only then can the session still choose its address. */
static __always_inline bool clv_opens(const struct clv_packet *pkt)
{
	return pkt->tuple.protocol == IPPROTO_UDP ||
	       (pkt->tcp_flags & (CLV_TCP_SYN | CLV_TCP_ACK)) == CLV_TCP_SYN;
}

#endif
