/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_VERDICT_H
#define CLOVISOR_VERDICT_H

#include <linux/pkt_cls.h>

#include "wan_maps.h"

/*
 * "Go on": TCX_NEXT on tcx and TC_ACT_UNSPEC on clsact have the same number. TC_ACT_OK would end the chain and silence the
 * programs of others behind us.
 */
#define CLV_ACT_NEXT	TC_ACT_UNSPEC

/* A verdict from here on is a drop, and the reason is what it is more. See clv_done, which makes one for the kernel of it. */
#define CLV_DROPPED	256

/* The one way to a verdict of every program. */
static __always_inline int clv_verdict(enum clv_reason reason, int act)
{
	__u32 index = reason;
	__u64 *packets = bpf_map_lookup_elem(&clv_counters, &index);

	if (packets)
		(*packets)++;	/* this CPU's own */
	return act;
}

static __always_inline int clv_pass(enum clv_reason reason)
{
	return clv_verdict(reason, CLV_ACT_NEXT);
}

static __always_inline int clv_drop(enum clv_reason reason)
{
	return clv_verdict(reason, CLV_DROPPED + reason);
}

#endif
