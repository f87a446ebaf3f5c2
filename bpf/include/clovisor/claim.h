/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_CLAIM_H
#define CLOVISOR_CLAIM_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Left in the packet's control block when it is sent to another device, for the program there. Never the mark: nodes have no bit of it left. */
#define CLV_CLAIMED_0	0xc1071501
#define CLV_CLAIMED_1	0x0a0d1e55

static __always_inline bool clv_was_claimed(struct __sk_buff *skb)
{
	if (skb->cb[0] != CLV_CLAIMED_0 || skb->cb[1] != CLV_CLAIMED_1)
		return false;
	skb->cb[0] = 0;
	skb->cb[1] = 0;
	return true;
}

static __always_inline void clv_claim_packet(struct __sk_buff *skb)
{
	skb->cb[0] = CLV_CLAIMED_0;
	skb->cb[1] = CLV_CLAIMED_1;
}

#endif
