/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TOO_BIG_H
#define CLOVISOR_TOO_BIG_H

#include "packet.h"

/*
 * Turns a packet that does not fit its link into the ICMP error that tells its sender how much fits. It seems to come from the
 * peer, so that reverse path filters take it where the packet left. Quotes the header and eight bytes, which is all that senders
 * need to find the connection.
 */

#define CLV_QUOTED	8	/* bytes of the transport header */
#define CLV_TTL		64

struct clv_too_big_v4 {
	struct iphdr ip;
	struct clv_icmp icmp;
	struct iphdr quoted_ip;
	__u8 quoted[CLV_QUOTED];
};

/* The checksum covers the pseudo header, which stands in front here, and is not sent. */
struct clv_too_big_v6 {
	__u32 length;
	__u32 next_header;
	__u8 saddr[16];
	__u8 daddr[16];
	struct clv_icmp icmp;
	struct ipv6hdr quoted_ip;
	__u8 quoted[CLV_QUOTED];
};

static __always_inline __sum16 clv_fold(__s64 sum)
{
	__u32 folded = sum;

	folded = (folded & 0xffff) + (folded >> 16);
	folded = (folded & 0xffff) + (folded >> 16);
	return ~folded;
}

static __always_inline long clv_swap_macs(struct __sk_buff *skb)
{
	__u8 mac[2 * ETH_ALEN], swapped[2 * ETH_ALEN];
	long error = bpf_skb_load_bytes(skb, 0, mac, sizeof(mac));

	if (error)
		return error;
	__builtin_memcpy(swapped, mac + ETH_ALEN, ETH_ALEN);
	__builtin_memcpy(swapped + ETH_ALEN, mac, ETH_ALEN);
	return bpf_skb_store_bytes(skb, 0, swapped, sizeof(swapped), 0);
}

static __noinline long clv_too_big_v4(struct __sk_buff *skb, __u32 mtu)
{
	struct clv_too_big_v4 error = {};
	const __u32 start = ETH_HLEN;
	long failed;

	failed = bpf_skb_load_bytes(skb, start, &error.quoted_ip, sizeof(error.quoted_ip) + CLV_QUOTED);
	if (failed)
		return failed;
	if (!(error.quoted_ip.frag_off & bpf_htons(0x4000)))
		return -1;	/* its sender allows fragments, and would not listen */
	error.icmp.type = CLV_ICMP_UNREACHABLE;
	error.icmp.code = CLV_ICMP_FRAG_NEEDED;
	error.icmp.value = bpf_htonl(mtu & 0xffff);
	error.icmp.checksum = clv_fold(bpf_csum_diff(NULL, 0, (void *)&error.icmp, sizeof(error) - sizeof(error.ip), 0));
	error.ip.version = 4;
	error.ip.ihl = 5;
	error.ip.tot_len = bpf_htons(sizeof(error));
	error.ip.ttl = CLV_TTL;
	error.ip.protocol = IPPROTO_ICMP;
	error.ip.saddr = error.quoted_ip.daddr;
	error.ip.daddr = error.quoted_ip.saddr;
	error.ip.check = clv_fold(bpf_csum_diff(NULL, 0, (void *)&error.ip, sizeof(error.ip), 0));

	failed = bpf_skb_change_tail(skb, start + sizeof(error), 0);
	failed = failed ?: bpf_skb_store_bytes(skb, start, &error, sizeof(error), 0);
	return failed ?: clv_swap_macs(skb);
}

static __noinline long clv_too_big_v6(struct __sk_buff *skb, __u32 mtu)
{
	const __u32 message = sizeof(struct clv_too_big_v6) - offsetof(struct clv_too_big_v6, icmp);
	const __u32 start = ETH_HLEN;
	struct clv_too_big_v6 error = {};
	struct ipv6hdr ip = {};
	long failed;

	failed = bpf_skb_load_bytes(skb, start, &error.quoted_ip, sizeof(error.quoted_ip) + CLV_QUOTED);
	if (failed)
		return failed;
	__builtin_memcpy(error.saddr, &error.quoted_ip.daddr, sizeof(error.saddr));
	__builtin_memcpy(error.daddr, &error.quoted_ip.saddr, sizeof(error.daddr));
	error.length = bpf_htonl(message);
	error.next_header = bpf_htonl(CLV_ICMPV6);
	error.icmp.type = CLV_ICMPV6_TOO_BIG;
	error.icmp.value = bpf_htonl(mtu);
	error.icmp.checksum = clv_fold(bpf_csum_diff(NULL, 0, (void *)&error, sizeof(error), 0));
	ip.version = 6;
	ip.payload_len = bpf_htons(message);
	ip.nexthdr = CLV_ICMPV6;
	ip.hop_limit = CLV_TTL;
	ip.saddr = error.quoted_ip.daddr;
	ip.daddr = error.quoted_ip.saddr;

	failed = bpf_skb_change_tail(skb, start + sizeof(ip) + message, 0);
	failed = failed ?: bpf_skb_store_bytes(skb, start, &ip, sizeof(ip), 0);
	failed = failed ?: bpf_skb_store_bytes(skb, start + sizeof(ip), &error.icmp, message, 0);
	return failed ?: clv_swap_macs(skb);
}

/* 0: the packet is the error now. Otherwise there is none to send, or it failed. */
static __always_inline long clv_too_big(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 mtu)
{
	return pkt->v6 ? clv_too_big_v6(skb, mtu) : clv_too_big_v4(skb, mtu);
}

#endif
