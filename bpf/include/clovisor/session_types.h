/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_SESSION_TYPES_H
#define CLOVISOR_SESSION_TYPES_H

/* Sessions, and what began outside: by which tuple they are found, and what is known of them. */

#include "wan_limits.h"

/* A transport flow as a packet shows it. IPv4 addresses are mapped (::ffff:a.b.c.d). Key of the tables of IPv6. */
struct clv_tuple {
	__be32 saddr[4];
	__be32 daddr[4];
	__be16 sport;		/* of an echo: its identifier, at the asker's end. 0: the protocol has none */
	__be16 dport;
	__u8 protocol;
	__u8 reserved;		/* zero: part of the key */
	__u16 pair;		/* of what arrives from the far end of paired links: its number, and both addresses are zero */
};
_Static_assert(sizeof(struct clv_tuple) == 40, "clv_tuple layout");

/* The same, of IPv4: key of its own tables, which memory is saved by. */
struct clv_tuple_v4 {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__u8 protocol;
	__u8 reserved;		/* zero: part of the key */
	__u16 pair;
};
_Static_assert(sizeof(struct clv_tuple_v4) == 16, "clv_tuple_v4 layout");

/* Which link a session takes. One word, since several CPUs may bind the same session at once: one exchange decides. */
struct clv_binding {
	__u8 link;		/* low four bits: index into clv_links, meaningful with CLV_BOUND; above: enum clv_binding_flag */
	__u8 generation;	/* low eight bits of the link's, when the session was bound */
	__be16 port;		/* source port on the wire */
};
_Static_assert(sizeof(struct clv_binding) == 4, "clv_binding layout");
_Static_assert(CLV_MAX_LINKS == 16, "a binding has four bits for the link");

enum clv_binding_flag {
	CLV_BOUND = 16,		/* a packet has taken the link */
	CLV_PINNED = 32,	/* the peer knows the session by the link's address: it cannot move */
	CLV_TRANSLATED = 64,	/* source address and port are rewritten; without CLV_PINNED, of a pair: those of both ends, by any of its links */
	CLV_LOST = 128,		/* as if the link had failed the session: set by user space, to have it settled */
};

enum clv_session_state {
	CLV_STATE_NEW = 0,		/* entered, no packet yet; with CLV_BOUND: entered anew, the binding is an earlier connection's */
	CLV_STATE_OPENING = 1,		/* packets left, none came back */
	CLV_STATE_ESTABLISHED = 2,	/* packets both ways */
	CLV_STATE_CLOSING = 3,		/* FIN or RST seen, in either direction */
};

/* Bytes from the network header on (low 48 bits), and when the last packet was (high 16 bits): CLOCK_MONOTONIC, in ticks. */
#define CLV_BYTE_BITS		48
#define CLV_TICK_BITS		31	/* a tick is 2^31 ns; they come round after 39 hours */
#define CLV_LARGEST_AGE		0xff00	/* ticks; what looks older is ahead of now, by a clock that is read apart */

/*
 * Key: the tuple of a leaving packet before translation. No larger than this, since there may be millions: where it came from is a
 * number in clv_homes, and its address on the wire is found in clv_sources by its link and generation.
 */
struct clv_session {
	__u64 out;		/* traffic that left */
	__u64 in;		/* ... and that came back */
	struct clv_binding binding;
	__u16 place;		/* association * CLV_SLOTS + slot */
	__u8 state;		/* enum clv_session_state */
	__u8 home;		/* index into clv_homes; 0 until seen */
};
_Static_assert(sizeof(struct clv_session) == 24, "clv_session layout");
_Static_assert(CLV_MAX_ASSOCIATIONS * CLV_SLOTS <= 65536, "a place has 16 bits");
_Static_assert(CLV_MAX_HOMES <= 256, "a home has 8 bits");

/* Key: the tuple of an arriving packet. Says whose it is: the source of the session, before translation. */
struct clv_origin {
	__be32 addr[4];
	__be16 port;
	__u8 far;		/* 0; n: of a pair, the other end is at home where link n - 1 leads */
	__u8 reserved;
};
_Static_assert(sizeof(struct clv_origin) == 20, "clv_origin layout");

/* The same, of IPv4. */
struct clv_origin_v4 {
	__be32 addr;
	__be16 port;
	__u8 far;
	__u8 reserved;
};
_Static_assert(sizeof(struct clv_origin_v4) == 8, "clv_origin_v4 layout");

enum clv_home_flag {
	CLV_HOME_LAN = 1,	/* sessions are taken there before routing, and replies are sent out there after it */
	CLV_HOME_L3 = 2,	/* it has no hardware addresses */
};

/* A device by which sessions leave as the node's own routes have it, or by which they come from a LAN. Replies are handed back to it. */
struct clv_home {
	__u32 ifindex;		/* 0: none; its number is not given to another soon */
	__u8 mac[6];		/* its address, learnt from what leaves: what is handed back must be addressed to it. Not of a LAN */
	__u8 flags;		/* enum clv_home_flag */
	__u8 reserved;
};
_Static_assert(sizeof(struct clv_home) == 12, "clv_home layout");

/* The addresses that a link had in one of its generations. Index: link * CLV_SOURCES_KEPT + the low bits of the generation. */
struct clv_source {
	__u32 generation;	/* 0: none */
	__be32 v4;
	__be32 v6[4];
};
_Static_assert(sizeof(struct clv_source) == 24, "clv_source layout");

enum clv_answer_flag {
	CLV_ANSWER_INSIDE = 16,		/* the node's end spoke first: the node's own routes have it */
	CLV_ANSWER_SENT = 32,		/* of a connection: its SYN was answered, and proof is set */
	CLV_ANSWER_CLOSING = 64,	/* of a connection: FIN or RST seen, in either direction */
};

/* By which link to answer what began outside. Key: the tuple of the answer as it leaves. */
struct clv_answer {
	__u32 proof;		/* what the peer must acknowledge to show that it has seen the answer to its SYN */
	__u16 tick;		/* when a packet of it was last, as in clv_session */
	__u8 link;		/* low four bits: index into clv_links, but with CLV_ANSWER_INSIDE; above: enum clv_answer_flag */
	__u8 generation;	/* low eight bits of the link's, when the first packet came by it */
};
_Static_assert(sizeof(struct clv_answer) == 8, "clv_answer layout");

/* Key: what the fragments of one packet have in common. */
struct clv_fragment {
	__be32 saddr[4];
	__be32 daddr[4];
	__be32 id;
	__u8 protocol;		/* 0 for IPv6, whose identification is enough */
	__u8 reserved[3];
};
_Static_assert(sizeof(struct clv_fragment) == 40, "clv_fragment layout");

/* What only the first fragment shows. */
struct clv_fragment_ports {
	__be16 sport;
	__be16 dport;
	__u8 protocol;
	__u8 reserved[3];
};
_Static_assert(sizeof(struct clv_fragment_ports) == 8, "clv_fragment_ports layout");

#endif
