/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_EVENT_TYPES_H
#define CLOVISOR_EVENT_TYPES_H

/* What is told while somebody reads. */

#include "reason.h"
#include "session_types.h"

/* What an event tells. */
enum clv_event_kind {
	CLV_EVENT_ENTERED_BY_TAG = 1,		/* a packet's tag made the session */
	CLV_EVENT_ENTERED_BY_SOCKET = 2,	/* a connect of the trusted control group did */
	CLV_EVENT_ENTERED_BY_PEER = 3,		/* the far end of a pair opened it, and is answered */
	CLV_EVENT_BOUND = 4,			/* the first packet took its link */
	CLV_EVENT_MOVED = 5,			/* it took another link, though the one before carried it still */
	CLV_EVENT_REBOUND = 6,			/* ... because the one before does not */
	CLV_EVENT_RESET = 7,			/* ended by a reset, because its link is gone */
	CLV_EVENT_CLOSING_OUT = 8,		/* FIN or RST first seen, in what left */
	CLV_EVENT_CLOSING_IN = 9,		/* ... in what came back */
	CLV_EVENT_DROPPED = 10,			/* a packet was dropped; not each is told, see clv_event_state */
};

/* A record of clv_events. */
struct clv_event {
	__u64 time;		/* CLOCK_MONOTONIC, in ns */
	struct clv_tuple tuple;	/* key of the session; of a packet that was dropped, as it came to the program */
	__u32 ifindex;		/* the device whose program saw it; 0: a socket was seen */
	__u16 place;		/* as in clv_session; of CLV_NO_ASSOCIATION where there is no session */
	__be16 port;		/* source port on the wire; 0 where there is no link */
	__u8 kind;		/* enum clv_event_kind */
	__u8 reason;		/* of CLV_EVENT_DROPPED: enum clv_reason */
	__u8 link;		/* 0: none; n: index n - 1 of clv_links */
	__u8 reserved;
	__u32 reserved2;
};
_Static_assert(sizeof(struct clv_event) == 64, "clv_event layout");

/* By reason: the tick in which a drop was told last. One a tick is told, since there may be floods; clv_counters count all. */
struct clv_told_drops {
	__u16 tick[CLV_EVENT_REASONS];
};

/* What a CPU notes of events. */
struct clv_event_state {
	__u64 lost;		/* found no room */
	struct clv_told_drops drops;
};
_Static_assert(sizeof(struct clv_event_state) == 136, "clv_event_state layout");
_Static_assert(CLV_REASONS <= CLV_EVENT_REASONS, "each reason has its tick");

#endif
