/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_EVENT_H
#define CLOVISOR_EVENT_H

/* Sends events. Whether somebody reads is asked only where something changes: packets of sessions that go on pay nothing. */

#include <stdbool.h>
#include <stddef.h>

#include "tag.h"
#include "wan_maps.h"

/* Whether somebody reads. */
static __always_inline bool clv_tells(void)
{
	const struct clv_settings *settings = clv_settings_now();

	return settings && settings->flags & CLV_SETTING_EVENTS;
}

/* The end of an event in one word, since a function has but five arguments. */
static __always_inline __u64 clv_event_of(enum clv_event_kind kind, enum clv_reason reason, __u8 link, __u16 place, __be16 port)
{
	return (__u64)place << 48 | (__u64)port << 32 | (__u32)link << 16 | (__u32)reason << 8 | kind;
}

static __always_inline struct clv_event_state *clv_event_state_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&clv_event_state, &zero);
}

/* Not inlined, so that the struct is in the object's BTF, by which its mirror is checked. */
static __noinline void clv_write_event(struct clv_event *event, const struct clv_tuple *tuple, __u32 ifindex, __u64 what)
{
	event->time = bpf_ktime_get_ns();
	event->tuple = *tuple;
	event->ifindex = ifindex;
	event->place = what >> 48;
	event->port = what >> 32;
	event->kind = what;
	event->reason = what >> 8;
	event->link = what >> 16;
	event->reserved = 0;
	event->reserved2 = 0;
}

/*
 * Sends an event, written where it will be read: it takes no stack. What finds no room is counted, by an atomic addition, since programs
 * of sockets may be preempted. A global function: see clv_claim_port.
 */
__noinline int clv_tell(const struct clv_tuple *tuple, __u32 ifindex, __u64 what)
{
	struct clv_event_state *state;
	struct clv_event *event;

	if (!tuple)
		return 0;
	event = bpf_ringbuf_reserve(&clv_events, sizeof(*event), 0);
	if (!event) {
		state = clv_event_state_now();
		if (state)
			__sync_fetch_and_add(&state->lost, 1);
		return 0;
	}
	clv_write_event(event, tuple, ifindex, what);
	bpf_ringbuf_submit(event, 0);
	return 1;
}

#endif
