/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_ENTRY_H
#define CLOVISOR_ENTRY_H

/* Entering sessions that nobody reported: from a packet or from a socket. */

#include "table.h"
#include "wan_maps.h"

/* The words of a tuple by which its slot is found, a bit for each. */
#define CLV_WORDS_ALL		0x3ff
#define CLV_WORDS_SOURCE	0x00f
#define CLV_WORDS_DESTINATION	0x0f0

/* Which slot a tuple falls into: what does not count is taken for zero. User space computes the same, so that it can say where a session will go. */
static __always_inline __u8 clv_slot_of(const struct clv_tuple *tuple, __u8 sticky)
{
	__u32 counts = sticky == CLV_STICKY_SOURCE ? CLV_WORDS_SOURCE : sticky == CLV_STICKY_DESTINATION ? CLV_WORDS_DESTINATION : CLV_WORDS_ALL;
	const __u32 *word = (const __u32 *)tuple;
	__u32 hash = 0x9e3779b9;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*tuple) / sizeof(*word)); i++) {
		hash = (hash ^ (word[i] & -(counts >> i & 1))) * 0x85ebca6b;
		hash ^= hash >> 15;
	}
	/* Once more, so that what differs in the last words alone spreads as well. */
	hash *= 0xc2b2ae35;
	hash ^= hash >> 16;
	return hash & (CLV_SLOTS - 1);
}

/* Now, in ticks. */
static __always_inline __u16 clv_tick(void)
{
	return bpf_ktime_get_coarse_ns() >> CLV_TICK_BITS;
}

/* A word of traffic of no bytes, now. */
static __always_inline __u64 clv_no_traffic(void)
{
	return (__u64)clv_tick() << CLV_BYTE_BITS;
}

/*
 * One addition counts the bytes and brings the time to now. Of two CPUs that both find it old, both do: it is then ahead by what it
 * was behind, until the next packet; user space takes times ahead for now.
 */
static __always_inline void clv_count(__u64 *traffic, __u64 bytes)
{
	__u16 behind = clv_tick() - (__u16)(*(volatile __u64 *)traffic >> CLV_BYTE_BITS);

	__sync_fetch_and_add(traffic, ((__u64)behind << CLV_BYTE_BITS) + bytes);
}

static __always_inline __u16 clv_place(__u16 association, __u8 slot)
{
	return association * CLV_SLOTS + slot;
}

static __always_inline __u32 clv_association_index(const struct clv_session *session)
{
	return session->place / CLV_SLOTS;
}

static __always_inline __u32 clv_slot_index(const struct clv_session *session)
{
	return session->place % CLV_SLOTS;
}

/* The place of a session that nobody reported. */
static __always_inline __u16 clv_place_of(const struct clv_tuple *tuple, __u16 association)
{
	__u32 index = association;
	const struct clv_association *known = bpf_map_lookup_elem(&clv_assocs, &index);

	return clv_place(association, clv_slot_of(tuple, known ? known->sticky : CLV_STICKY_TUPLE));
}

/* The session of a tuple, entered now if there is none. NULL: no room. */
static __always_inline struct clv_session *clv_enter(const struct clv_tuple *tuple, bool v6, __u16 place)
{
	struct clv_session session = {
		.out = clv_no_traffic(),
		.in = clv_no_traffic(),
		.place = place,
	};

	/* It may be there by now: then that one is used. */
	clv_add(tuple, v6, &session);
	return clv_find(tuple, v6);
}

#endif
