/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_MAC_H
#define CLOVISOR_MAC_H

/* Hardware addresses, and packets of devices that have none, such as TUN and WireGuard. */

#include "packet.h"

/* Sends the packet back to where it came from. 0, or the error of the helper. */
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

/*
 * Puts an Ethernet header before a packet that has none. The helpers that send to a next hop, and devices that have such headers, take it
 * for granted; those that do not have it taken off. destination: NULL where it is not known yet. 0, or the helper's error.
 */
static __always_inline long clv_frame(struct __sk_buff *skb, const struct clv_packet *pkt, const __u8 *destination)
{
	struct ethhdr eth = { .h_proto = pkt->v6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP) };
	long error;

	if (!pkt->l3)
		return 0;
	if (destination)
		__builtin_memcpy(eth.h_dest, destination, ETH_ALEN);
	error = bpf_skb_change_head(skb, ETH_HLEN, 0);
	return error ?: bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0);
}

#endif
