/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_VLAN_H
#define CLOVISOR_VLAN_H

#include "packet.h"

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

#endif
