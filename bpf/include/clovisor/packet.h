/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_PACKET_H
#define CLOVISOR_PACKET_H

/* What the programs know of a packet, and what follows from that alone. parse.h reads it. */

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

/* Where the usual packet goes, which the compiler is to put in line. */
#define clv_likely(condition)	__builtin_expect(!!(condition), 1)
#define clv_unlikely(condition)	__builtin_expect(!!(condition), 0)

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
#define CLV_P_MPLS		0x8847
/* Of ICMP here, since the headers that have it pull in those of the C library. */
#define CLV_ICMPV6		58
#define CLV_ICMP_ECHO_REPLY	0
#define CLV_ICMP_UNREACHABLE	3
#define CLV_ICMP_HOST_UNREACHABLE	1	/* a code of the above */
#define CLV_ICMP_FRAG_NEEDED	4		/* another */
#define CLV_ICMP_ECHO		8
#define CLV_ICMP_TIME_EXCEEDED	11
#define CLV_ICMP_PARAMETER	12
#define CLV_ICMPV6_UNREACHABLE	1
#define CLV_ICMPV6_NO_ROUTE	0		/* a code of the above */
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
	bool usual;		/* IPv4 without options, TCP or UDP, whole, its headers in one piece behind an Ethernet header without tags */
	__u8 part;		/* enum clv_part */
	__u8 dscp;		/* without the ECN bits */
	__u8 tcp_flags;		/* 0 for other protocols, and for later fragments */
	__u8 vlans;		/* tags in the frame */
	__u8 hops;		/* TTL or hop limit */
	__u8 far;		/* see struct clv_origin: what is taken for the packet's session is of a pair */
	bool l3;		/* of a device without hardware addresses: there is no Ethernet header, and the IP header is at 0 */
	__u16 pair;		/* ... and of which */
	__u8 source_mac[ETH_ALEN] __attribute__((aligned(4)));
};

/* A source or destination on the wire. */
struct clv_wire {
	__be32 addr[4];
	__be16 port;
	__u8 far;	/* of an origin: see struct clv_origin */
	__u8 by;	/* ... the link, from one, whose far end sent the packet; 0: it is of no pair */
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

static __always_inline bool clv_is_mapped(const __be32 addr[4])
{
	return !addr[0] && !addr[1] && addr[2] == bpf_htonl(0xffff);
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

/* The identifier of an echo stands for the port of its asker; the other end has none. False: no echo, or one whose ends it does not tell apart. */
static __always_inline bool clv_echo_ports(__u8 protocol, const struct clv_icmp *icmp, struct clv_tuple *tuple)
{
	bool v6 = protocol == CLV_ICMPV6;
	__be16 id = *(const __be16 *)&icmp->value;

	if (!id)
		return false;
	if (icmp->type == (v6 ? CLV_ICMPV6_ECHO : CLV_ICMP_ECHO))
		tuple->sport = id;
	else if (icmp->type == (v6 ? CLV_ICMPV6_ECHO_REPLY : CLV_ICMP_ECHO_REPLY))
		tuple->dport = id;
	else
		return false;
	return true;
}

/* Whether the packet may be a session's first: only then can the session still choose its address. */
static __always_inline bool clv_opens(const struct clv_packet *pkt)
{
	if (pkt->tuple.protocol == IPPROTO_TCP)
		return (pkt->tcp_flags & (CLV_TCP_SYN | CLV_TCP_ACK)) == CLV_TCP_SYN;
	return !clv_is_icmp(pkt->tuple.protocol) || pkt->tuple.sport || !pkt->tuple.dport;
}

/* Of all, or of those on the same wire: no WAN link leads there. */
static __always_inline bool clv_is_local(const __be32 address[4], bool v6)
{
	if (v6)
		return (address[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000) || (address[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
	return (address[3] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000) || address[3] == bpf_htonl(0xffffffff) ||
	       (address[3] & bpf_htonl(0xffff0000)) == bpf_htonl(0xa9fe0000);
}

static __always_inline bool clv_stays_local(const struct clv_packet *pkt)
{
	return clv_is_local(pkt->tuple.daddr, pkt->v6);
}

#endif
