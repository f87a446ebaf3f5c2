/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ENTRY_H
#define CLOVISOR_ENTRY_H

/* Entering sessions that nobody reported: from a packet or from a socket. */

#include "wan_maps.h"

/* Which slot a tuple falls into. User space computes the same, so that it can say where a session will go. */
static __always_inline __u8 clv_slot_of(const struct clv_tuple *tuple)
{
	const __u32 *word = (const __u32 *)tuple;
	__u32 hash = 0x9e3779b9;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*tuple) / sizeof(*word)); i++) {
		hash = (hash ^ word[i]) * 0x85ebca6b;
		hash ^= hash >> 15;
	}
	return hash & (CLV_SLOTS - 1);
}

/* The session of a tuple, entered now if there is none. NULL: no room. */
static __always_inline struct clv_session *clv_enter(const struct clv_tuple *tuple, __u16 association)
{
	struct clv_session session = {
		.last_seen_ns = bpf_ktime_get_coarse_ns(),
		.association = association,
		.slot = clv_slot_of(tuple),
	};

	/* It may be there by now: then that one is used. */
	bpf_map_update_elem(&clv_sessions, tuple, &session, BPF_NOEXIST);
	return bpf_map_lookup_elem(&clv_sessions, tuple);
}

#endif
