/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_MSS_H
#define CLOVISOR_MSS_H

#include "packet.h"

/*
 * Lowers the segment size that the ends of an opening connection announce to what the session's link carries, in both directions:
 * each end then sends what fits, and path MTU discovery, which many paths break, is not needed.
 */

#define CLV_TCP_OPTIONS		40	/* bytes, at most */
#define CLV_OPTION_END		0
#define CLV_OPTION_NOTHING	1
#define CLV_OPTION_MSS		2
#define CLV_LEAST_MSS		536	/* a link that claims to carry less is not believed */

/* 0, or the helper's error. The packet has the SYN flag. */
__noinline int clv_clamp_mss(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 mtu)
{
	__u32 offset, end, most;
	__u8 words;

	if (!pkt || bpf_skb_load_bytes(skb, pkt->transport + 12, &words, sizeof(words)))
		return 0;
	most = mtu - sizeof(struct tcphdr) - (pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	if (mtu < CLV_LEAST_MSS + sizeof(struct tcphdr) + sizeof(struct ipv6hdr) || most > 0xffff)
		return 0;
	offset = pkt->transport + sizeof(struct tcphdr);
	end = pkt->transport + (words >> 4) * 4;
	for (int i = 0; i < CLV_TCP_OPTIONS; i++) {
		__u8 option[4];
		__be16 announced, lowered = bpf_htons(most);
		long error;

		if (offset + sizeof(option) > end || bpf_skb_load_bytes(skb, offset, option, sizeof(option)) || option[0] == CLV_OPTION_END)
			return 0;
		if (option[0] == CLV_OPTION_NOTHING) {
			offset++;
			continue;
		}
		if (option[0] != CLV_OPTION_MSS) {
			if (option[1] < 2)
				return 0;
			offset += option[1];
			continue;
		}
		announced = *(__be16 *)&option[2];
		if (option[1] != sizeof(option) || bpf_ntohs(announced) <= most)
			return 0;
		error = bpf_skb_store_bytes(skb, offset + 2, &lowered, sizeof(lowered), 0);
		/* The sum is over pairs of bytes: at an odd place, each byte counts in the other half. */
		if ((offset - pkt->transport) & 1) {
			announced = __builtin_bswap16(announced);
			lowered = __builtin_bswap16(lowered);
		}
		return error ?: bpf_l4_csum_replace(skb, pkt->transport + offsetof(struct tcphdr, check), announced, lowered, sizeof(lowered));
	}
	return 0;
}

/* The same for a packet that may not be one that opens a connection. */
static __always_inline long clv_clamp(struct __sk_buff *skb, const struct clv_packet *pkt, __u32 ifindex)
{
	__u32 mtu = 0;

	if (!(pkt->tcp_flags & CLV_TCP_SYN))
		return 0;
	bpf_check_mtu(skb, ifindex, &mtu, 0, 0);
	return mtu ? clv_clamp_mss(skb, pkt, mtu) : 0;
}

#endif
