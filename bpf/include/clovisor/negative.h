/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_NEGATIVE_H
#define CLOVISOR_NEGATIVE_H

/*
 * The negative cache: of a tuple that answers nothing, the tables of what began outside are asked once a tick and not for each packet. A connection
 * that gets its proof takes its word out. A packet that is asked for on one CPU meanwhile may put it back: then the answers of that tick
 * leave as the node's own routes have it.
 */

#include "entry.h"
#include "packet.h"
#include "wan_maps.h"

static __always_inline __u64 clv_mix(__u64 hash, __u32 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

static __always_inline __u64 clv_negative_hash(const struct clv_tuple *tuple, bool v6)
{
	const __u32 *word = (const __u32 *)tuple;
	__u64 hash = tuple->protocol;

	if (v6) {
#pragma unroll
		for (int i = 0; i < 8; i++)
			hash = clv_mix(hash, word[i]);
	} else {
		hash = clv_mix(hash, word[3]);
		hash = clv_mix(hash, word[7]);
	}
	return clv_mix(hash, word[8]);	/* the ports */
}

/* Where the word of a hash is: its highest bits say. */
static __always_inline __u64 *clv_negative_at(__u64 hash)
{
	__u32 index = hash >> (64 - CLV_NEGATIVE_BITS);

	return bpf_map_lookup_elem(&clv_negative, &index);
}

/* The word: the hash's low bits, and the tick in which it is true. */
static __always_inline __u64 clv_negative_word(__u64 hash)
{
	return hash << 16 | clv_tick();
}

static __always_inline void clv_forget_negative(const struct clv_tuple *tuple, bool v6)
{
	__u64 *cached = clv_negative_at(clv_negative_hash(tuple, v6));

	if (cached)
		*cached = 0;
}

#endif
