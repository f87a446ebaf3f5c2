/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_UNREACHABLE_H
#define CLOVISOR_UNREACHABLE_H

#include "icmp_answer.h"

/* Whether an address is one host's, so that an error may be sent to it: of IPv4 not of this host, loopback, multicast, reserved, broadcast. */
static __always_inline bool clv_is_one_host(const __be32 address[4], bool v6)
{
	__u8 first = bpf_ntohl(address[3]) >> 24;

	if (v6)
		return (address[0] & bpf_htonl(0xff000000)) != bpf_htonl(0xff000000) && (address[0] | address[1] | address[2] | address[3]);
	return first && first != 127 && first < 224;
}

/* RFC 1122, 3.2.2, and RFC 4443, 2.4(e). That of an error about an error is clv_turn_into_error's. */
static __always_inline bool clv_may_be_told(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	__u8 first = 0;

	/* Nobody waits for the answer to a reset. */
	if (pkt->tcp_flags & CLV_TCP_RST || pkt->part == CLV_LATER || !clv_is_one_host(pkt->tuple.saddr, pkt->v6) || !clv_is_one_host(pkt->tuple.daddr, pkt->v6))
		return false;
	/* Of all on the wire, by its hardware address: it may be for the broadcast address of a subnet. */
	return pkt->l3 || (!bpf_skb_load_bytes(skb, 0, &first, sizeof(first)) && !(first & 1));
}

/*
 * Whether it is the first SYN of a socket of the node, which is still within connect() and hears no ICMP error: it would fail a second later, when it sends
 * again. An acknowledgement of nothing has it send again at once, when it hears; the reset that it answers with is not for us.
 */
static __always_inline bool clv_is_deaf(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	struct bpf_sock *socket = skb->sk;
	struct bpf_tcp_sock *tcp;

	if (!(pkt->tcp_flags & CLV_TCP_SYN) || pkt->tcp_flags & (CLV_TCP_ACK | CLV_TCP_RST) || !socket)
		return false;
	socket = bpf_sk_fullsock(socket);
	tcp = socket ? bpf_tcp_sock(socket) : NULL;
	return tcp && !tcp->total_retrans;
}

/* Turns a packet that has no link into the ICMP error that an unreachable route answers with. As clv_turn_into_error. */
__noinline int clv_unreachable(struct __sk_buff *skb, const struct clv_packet *pkt)
{
	struct clv_icmp icmp = {};

	if (!pkt)
		return -1;
	if (!clv_may_be_told(skb, pkt))
		return CLV_UNANSWERED;
	icmp.type = pkt->v6 ? CLV_ICMPV6_UNREACHABLE : CLV_ICMP_UNREACHABLE;
	icmp.code = pkt->v6 ? CLV_ICMPV6_NO_ROUTE : CLV_ICMP_HOST_UNREACHABLE;
	return clv_turn_into_error(skb, pkt, &icmp);
}

#endif
