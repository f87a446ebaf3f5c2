/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_BEGUN_H
#define CLOVISOR_BEGUN_H

/* What began outside, by the tuple of its answer: found, remembered, forgotten. */

#include "entry.h"
#include "link.h"
#include "packet.h"
#include "table.h"
#include "tag.h"
#include "wan_maps.h"

#define CLV_BEGUN_TICKS	84	/* three minutes: what is silent for longer, and has shown no proof, begins anew */

/* Whether what begins outside is answered by the link that it came by. */
static __always_inline bool clv_answers(void)
{
	const struct clv_settings *settings = clv_settings_now();

	return settings && settings->flags & CLV_SETTING_ANSWERS;
}

/* NULL: nothing is known of it, or it was too long ago. */
static __always_inline struct clv_answer *clv_find_begun(const struct clv_tuple *answer, bool v6)
{
	struct clv_tuple_v4 key;
	struct clv_answer *begun;

	if (v6) {
		begun = bpf_map_lookup_elem(&clv_begun6, answer);
	} else {
		clv_narrow(answer, &key);
		begun = bpf_map_lookup_elem(&clv_begun4, &key);
	}
	return begun && (__u16)(clv_tick() - begun->tick) <= CLV_BEGUN_TICKS ? begun : NULL;
}

static __always_inline void clv_note_begun(const struct clv_tuple *answer, bool v6, const struct clv_answer *begun)
{
	struct clv_tuple_v4 key;

	if (v6) {
		bpf_map_update_elem(&clv_begun6, answer, begun, BPF_ANY);
		return;
	}
	clv_narrow(answer, &key);
	bpf_map_update_elem(&clv_begun4, &key, begun, BPF_ANY);
}

static __always_inline void clv_forget_begun(const struct clv_tuple *answer, bool v6)
{
	struct clv_tuple_v4 key;

	if (v6) {
		bpf_map_delete_elem(&clv_begun6, answer);
		return;
	}
	clv_narrow(answer, &key);
	bpf_map_delete_elem(&clv_begun4, &key);
}

/* The connection that opened outside. NULL: it is none, or its peer has not shown that it is there. */
static __always_inline struct clv_answer *clv_find_inbound(const struct clv_tuple *answer, bool v6)
{
	struct clv_tuple_v4 key;

	if (v6)
		return bpf_map_lookup_elem(&clv_inbound6, answer);
	clv_narrow(answer, &key);
	return bpf_map_lookup_elem(&clv_inbound4, &key);
}

/* 0, or the error: no room. */
static __always_inline long clv_note_inbound(const struct clv_tuple *answer, bool v6, const struct clv_answer *inbound)
{
	struct clv_tuple_v4 key;

	if (v6)
		return bpf_map_update_elem(&clv_inbound6, answer, inbound, BPF_ANY);
	clv_narrow(answer, &key);
	return bpf_map_update_elem(&clv_inbound4, &key, inbound, BPF_ANY);
}

static __always_inline void clv_forget_inbound(const struct clv_tuple *answer, bool v6)
{
	struct clv_tuple_v4 key;

	if (v6) {
		bpf_map_delete_elem(&clv_inbound6, answer);
		return;
	}
	clv_narrow(answer, &key);
	bpf_map_delete_elem(&clv_inbound4, &key);
}

/* Written only where it changes: entries are shared between CPUs. */
static __always_inline void clv_touch(struct clv_answer *answer)
{
	__u16 now = clv_tick();

	if (answer->tick != now)
		answer->tick = now;
}

/* The link to answer by. NULL: it is gone, or not what it was, or the node's own routes have it. */
static __always_inline struct clv_link *clv_answer_link(const struct clv_answer *answer, const struct clv_packet *pkt)
{
	struct clv_link *link;

	if (answer->link & CLV_ANSWER_INSIDE)
		return NULL;
	link = clv_link_at(answer->link & (CLV_MAX_LINKS - 1));
	return link && (__u8)link->generation == answer->generation && clv_carries(link, pkt) ? link : NULL;
}

#endif
