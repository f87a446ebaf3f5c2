/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_PACKET_H
#define CLOVISOR_PACKET_H

/*
 * Reads the headers of a frame into a struct clv_packet. Copies, because every helper that changes the packet makes pointers into
 * it invalid, and because headers need not be in the packet's linear part. What it cannot follow gets a reason instead, and is
 * nobody's loss: the stack has it.
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

#include "wan_maps.h"

#define CLV_PARSED		CLV_REASONS	/* no reason against it */

#define CLV_TCP_FIN		0x01
#define CLV_TCP_SYN		0x02
#define CLV_TCP_RST		0x04
#define CLV_TCP_ACK		0x10

#define CLV_IP_MORE		0x2000		/* fragments after this one */
#define CLV_IP_OFFSET		0x1fff
#define CLV_MAX_VLANS		2		/* in the frame; one more may be beside it */
#define CLV_MAX_EXTENSIONS	6
#define CLV_UDPLITE		136
#define CLV_DCCP		33
/* Of ICMP here, since the headers that have it pull in those of the C library. */
#define CLV_ICMPV6		58
#define CLV_ICMP_ECHO_REPLY	0
#define CLV_ICMP_UNREACHABLE	3
#define CLV_ICMP_FRAG_NEEDED	4		/* a code of the above */
#define CLV_ICMP_ECHO		8
#define CLV_ICMP_TIME_EXCEEDED	11
#define CLV_ICMP_PARAMETER	12
#define CLV_ICMPV6_TOO_BIG	2
#define CLV_ICMPV6_LAST_ERROR	4		/* errors are 1 to 4 */
#define CLV_ICMPV6_ECHO		128
#define CLV_ICMPV6_ECHO_REPLY	129

struct clv_icmp {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 value;		/* of an echo: its identifier and its number */
};

enum clv_part {
	CLV_WHOLE,
	CLV_FIRST,	/* a fragment, with the transport header */
	CLV_LATER,	/* a fragment without it; the ports are remembered from the first */
};

struct clv_packet {
	struct clv_tuple tuple;
	__u32 network;		/* offset of the IP header */
	__u32 transport;	/* offset of what follows it and its options or extensions */
	__be32 fragment;	/* the identification, of fragments only */
	bool v6;
	bool error;		/* an ICMP error: about another packet, and of no session itself */
	__u8 part;		/* enum clv_part */
	__u8 dscp;		/* without the ECN bits */
	__u8 tcp_flags;		/* 0 for other protocols, and for later fragments */
	__u8 vlans;		/* tags in the frame */
	__u8 hops;		/* TTL or hop limit */
	__u8 source_mac[ETH_ALEN];
};

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

static __always_inline bool clv_has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

static __always_inline bool clv_is_icmp(__u8 protocol)
{
	return protocol == IPPROTO_ICMP || protocol == CLV_ICMPV6;
}

static __always_inline bool clv_is_error_type(__u8 protocol, __u8 type)
{
	if (protocol == CLV_ICMPV6)
		return type >= 1 && type <= CLV_ICMPV6_LAST_ERROR;
	return type == CLV_ICMP_UNREACHABLE || type == CLV_ICMP_TIME_EXCEEDED || type == CLV_ICMP_PARAMETER;
}

/* The identifier of an echo stands for the port of its asker; the other end has none. False: no echo. */
static __always_inline bool clv_echo_ports(__u8 protocol, const struct clv_icmp *icmp, struct clv_tuple *tuple)
{
	bool v6 = protocol == CLV_ICMPV6;
	__be16 id = *(const __be16 *)&icmp->value;

	if (icmp->type == (v6 ? CLV_ICMPV6_ECHO : CLV_ICMP_ECHO))
		tuple->sport = id;
	else if (icmp->type == (v6 ? CLV_ICMPV6_ECHO_REPLY : CLV_ICMP_ECHO_REPLY))
		tuple->dport = id;
	else
		return false;
	return true;
}

/* Which link a fragment takes is its first one's decision: that alone has the ports. */
static __always_inline void clv_fragment_key(const struct clv_packet *pkt, struct clv_fragment *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->saddr, pkt->tuple.saddr, sizeof(key->saddr));
	__builtin_memcpy(key->daddr, pkt->tuple.daddr, sizeof(key->daddr));
	key->id = pkt->fragment;
	key->protocol = pkt->v6 ? 0 : pkt->tuple.protocol;	/* that of IPv6 may be an extension */
}

static __always_inline int clv_recall_fragment(struct clv_packet *pkt)
{
	struct clv_fragment_ports *ports;
	struct clv_fragment key;

	clv_fragment_key(pkt, &key);
	ports = bpf_map_lookup_elem(&clv_fragments, &key);
	if (!ports)
		return CLV_FRAGMENT;
	pkt->tuple.sport = ports->sport;
	pkt->tuple.dport = ports->dport;
	pkt->tuple.protocol = ports->protocol;
	return CLV_PARSED;
}

static __always_inline void clv_remember_fragment(const struct clv_packet *pkt)
{
	struct clv_fragment_ports ports = { .sport = pkt->tuple.sport, .dport = pkt->tuple.dport, .protocol = pkt->tuple.protocol };
	struct clv_fragment key;

	clv_fragment_key(pkt, &key);
	bpf_map_update_elem(&clv_fragments, &key, &ports, BPF_ANY);
}

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
	if (ip.ihl < 5)
		return CLV_HEADERS;
	clv_map_v4(pkt->tuple.saddr, ip.saddr);
	clv_map_v4(pkt->tuple.daddr, ip.daddr);
	pkt->tuple.protocol = ip.protocol;
	pkt->dscp = ip.tos >> 2;
	pkt->hops = ip.ttl;
	pkt->transport = pkt->network + ip.ihl * 4;
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
			return CLV_PARSED;
		}
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
 * CLV_PARSED, or why not. *pkt is zeroed by the caller. A global function: the verifier checks it once, and not again for every
 * way that leads on from here.
 */
__noinline int clv_parse(struct __sk_buff *skb, struct clv_packet *pkt)
{
	struct ethhdr eth;
	__be16 protocol;

	if (!pkt || bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
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

/* Takes off the tags of the device that the packet is taken from: on another they would name another network. 0, or the error. */
static __always_inline long clv_untag(struct __sk_buff *skb, struct clv_packet *pkt)
{
	/* One pop takes the tag beside the frame and moves the next one there. */
	if (skb->vlan_present || pkt->vlans) {
		long error = bpf_skb_vlan_pop(skb);

		if (!error && skb->vlan_present)
			error = bpf_skb_vlan_pop(skb);
		if (!error && skb->vlan_present)
			error = bpf_skb_vlan_pop(skb);
		if (error)
			return error;
		pkt->transport -= pkt->vlans * 4;
		pkt->network = ETH_HLEN;
		pkt->vlans = 0;
	}
	return 0;
}

/* Whether the packet may be a session's first: only then can the session still choose its address. */
static __always_inline bool clv_opens(const struct clv_packet *pkt)
{
	if (pkt->tuple.protocol == IPPROTO_TCP)
		return (pkt->tcp_flags & (CLV_TCP_SYN | CLV_TCP_ACK)) == CLV_TCP_SYN;
	return !clv_is_icmp(pkt->tuple.protocol) || pkt->tuple.sport || !pkt->tuple.dport;
}

/* Sent to all, or to those on the same wire: no WAN link leads there. */
static __always_inline bool clv_stays_local(const struct clv_packet *pkt)
{
	const __be32 *to = pkt->tuple.daddr;

	if (pkt->v6)
		return (to[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000) || (to[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
	return (to[3] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000) || to[3] == bpf_htonl(0xffffffff) ||
	       (to[3] & bpf_htonl(0xffff0000)) == bpf_htonl(0xa9fe0000);
}

#endif
