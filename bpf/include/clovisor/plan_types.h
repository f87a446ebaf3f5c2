/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_PLAN_TYPES_H
#define CLOVISOR_PLAN_TYPES_H

/* What user space has decided: links, associations, where the sessions of each go, and how tags are read. */

#include "wan_limits.h"

enum clv_link_flag {
	CLV_LINK_USABLE = 1,		/* the gate: nothing is sent into a link without it */
	CLV_LINK_TRANSLATED = 2,	/* sessions take the link's own source address */
	CLV_LINK_IPV4 = 4,		/* next hop and source for IPv4 are set */
	CLV_LINK_IPV6 = 8,		/* ... for IPv6 */
	CLV_LINK_PAIRED = 16,		/* with CLV_LINK_TRANSLATED: its far end is ours too, and sessions with it move between the links of their pair */
};

#define CLV_ANY_MSS	0xffff

struct clv_link {
	__u32 ifindex;		/* 0: the link is not in the plan */
	__u32 flags;		/* enum clv_link_flag */
	__u32 generation;	/* rises when what the peers know of the link changes: its sources, its addressing */
	__be32 next_hop_v4;
	__be32 source_v4;
	__be32 next_hop_v6[4];
	__be32 source_v6[4];
	__be32 peer_v4;		/* of a paired link: the address of its far end, 0 for none */
	__be32 peer_v6[4];
	__u16 pair;		/* ... and the number of that end, the same for all links that lead there; not 0 */
	__u16 mss;		/* bytes of TCP payload, the most that ends of a connection are to send by it; 0: what its device carries; CLV_ANY_MSS: what they like */
	__u8 name[CLV_NAME_BYTES];
};
_Static_assert(sizeof(struct clv_link) == 140, "clv_link layout");

enum clv_down_action {
	CLV_DOWN_RESET = 0,
	CLV_DOWN_REBIND = 1,
	CLV_DOWN_DRAIN = 2,
};

enum clv_no_link_action {
	CLV_NO_LINK_PASS = 0,
	CLV_NO_LINK_DROP = 1,
	CLV_NO_LINK_UNREACHABLE = 2,	/* its sender is told, by ICMP */
};

/* What the sessions of an association have in common that take one slot. Of sessions that nobody reported: a user is not seen. */
enum clv_sticky_kind {
	CLV_STICKY_TUPLE = 0,		/* each has its own, by its whole tuple */
	CLV_STICKY_SOURCE = 1,		/* the source address */
	CLV_STICKY_DESTINATION = 2,	/* the destination address */
};

struct clv_association {
	__u8 in_use;		/* 0: not in the plan; its number stays taken while sessions bear it */
	__u8 tcp_on_down;	/* enum clv_down_action */
	__u8 udp_on_down;	/* enum clv_down_action */
	__u8 on_no_link;	/* enum clv_no_link_action */
	__u8 sticky;		/* enum clv_sticky_kind */
	__u8 spare;
	__u16 links;		/* bit n: its sessions may be moved to index n of clv_links. 0: not known */
	__u8 name[CLV_NAME_BYTES];
};
_Static_assert(sizeof(struct clv_association) == 72, "clv_association layout");

/* Where the sessions of one association go, by slot. One update moves them all. */
struct clv_slot_table {
	__u8 link[CLV_SLOTS];	/* 0: none; n: index n - 1 of clv_links. An untouched table does nothing */
};
_Static_assert(sizeof(struct clv_slot_table) == CLV_SLOTS, "clv_slot_table layout");

/* Source port -> association, for ports in a row: one look-up whatever the number of ranges. */
struct clv_port_block {
	__u16 association[CLV_PORT_BLOCK];	/* 0: none; n: index n - 1 of clv_assocs */
};
_Static_assert(sizeof(struct clv_port_block) == 2 * CLV_PORT_BLOCK, "clv_port_block layout");

enum clv_setting_flag {
	CLV_SETTING_CLEAR_TAGS = 1,	/* a DSCP that was a tag leaves the node as zero */
	CLV_SETTING_TRUSTED_ONLY = 2,	/* tags count only from sockets of the control group in clv_trusted */
	CLV_SETTING_ANSWERS = 4,	/* what began outside is answered by the link that it came by */
	CLV_SETTING_PAIRED = 8,		/* there are paired links */
	CLV_SETTING_EVENTS = 16,	/* somebody reads events */
};

/* How tags are read. */
struct clv_settings {
	__u32 flags;		/* enum clv_setting_flag */
	__u32 dscp_mask;	/* the bits of the DSCP that make up the tag, 0 to 63; 0: no DSCP is a tag */
};
_Static_assert(sizeof(struct clv_settings) == 8, "clv_settings layout");

/* What connections on a link have told of it. */
struct clv_quality {
	__u64 packets;		/* data segments sent, those that were sent again among them */
	__u64 lost;		/* segments that were sent again */
	__u64 round_trips;	/* how many were measured */
	__u64 round_trip_us;	/* their sum, in microseconds, smoothed by the kernel */
};
_Static_assert(sizeof(struct clv_quality) == 32, "clv_quality layout");

#endif
