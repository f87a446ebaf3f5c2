/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_WAN_TYPES_H
#define CLOVISOR_WAN_TYPES_H

/*
 * What the programs and user space both read and write. Layouts and numbers are ABI: maps outlive the process that made them,
 * so numbers are only appended, and any other change raises CLV_LAYOUT_VERSION.
 */

#include <linux/types.h>

#define CLV_LAYOUT_VERSION	7
#define CLV_MAX_LINKS		16
#define CLV_MAX_ASSOCIATIONS	1024
#define CLV_NO_ASSOCIATION	(CLV_MAX_ASSOCIATIONS - 1)	/* of sessions that the far end of a pair opened: they follow it */
#define CLV_SLOTS		64	/* a power of two: the slot is the low bits of a hash */
#define CLV_PORT_BLOCK		64	/* a power of two: how many source ports one clv_port_block describes */
#define CLV_PORT_BLOCKS		(65536 / CLV_PORT_BLOCK)
#define CLV_MAX_HOMES		256	/* the first is nobody's */
#define CLV_SOURCES_KEPT	16	/* a power of two: of how many generations of a link the addresses are known */
#define CLV_EVENT_BYTES		262144	/* a power of two, of whole pages */
#define CLV_EVENT_REASONS	64	/* no fewer than CLV_REASONS; a number of its own, since the map outlives what reasons there are */
#define CLV_NAME_BYTES		64	/* UTF-8, at least one zero at the end */

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

/* What a process that finds the pinned maps must know before it touches them. */
struct clv_layout {
	__u32 version;			/* CLV_LAYOUT_VERSION */
	__u32 reserved;
	__u64 network_namespace;	/* inode of the namespace that the interface indices belong to */
};
_Static_assert(sizeof(struct clv_layout) == 16, "clv_layout layout");

/* How a packet left a program, or what became of a connection. Each counts once for each program that it goes through. */
enum clv_reason {
	/* Not looked at further; the packet goes on untouched. Both directions. */
	CLV_NOT_IP = 0,
	CLV_VLAN = 1,		/* more tags than are followed */
	CLV_FRAGMENT = 2,	/* its first fragment was not seen */
	CLV_HEADERS = 3,	/* extension headers that sign or redirect, or too many; a header that is too short */
	CLV_PROTOCOL = 4,	/* ICMP that is neither an echo nor an error about a session */
	CLV_TRUNCATED = 5,

	/* Leaving, passed on. */
	CLV_OUT_NO_SESSION = 6,
	CLV_OUT_CLAIMED = 7,		/* sent here by the program of another device */
	CLV_OUT_HOME = 8,		/* the session's link is this device */
	CLV_OUT_NO_LINK_PASSED = 9,
	CLV_OUT_TAG_LATE = 11,		/* tagged TCP that opened before: not followed */
	CLV_OUT_TAG_REPEATED = 12,	/* tagged, and translated already */
	CLV_OUT_TABLE_FULL = 13,	/* tagged, no room for its session */
	CLV_OUT_MID_STREAM = 14,	/* reported after it opened on a device that is no link */

	/* Leaving, moved. */
	CLV_OUT_REDIRECTED = 15,
	CLV_OUT_RESET = 16,		/* turned round into a reset */
	CLV_OUT_TOO_BIG = 10,		/* does not fit the link: turned into the ICMP error that says so */

	/* Leaving, dropped. */
	CLV_OUT_NO_LINK_DROPPED = 17,
	CLV_OUT_MTU_DROPPED = 18,	/* does not fit the link, and its sender does not listen to ICMP errors */
	CLV_OUT_WAITING = 19,		/* its link is down; it waits for it */
	CLV_OUT_NO_PORT = 20,		/* no free port to translate to */
	CLV_OUT_FAILED = 21,		/* a kernel helper failed */

	/* Arriving. */
	CLV_IN_NO_SESSION = 22,
	CLV_IN_STALE = 23,		/* translation without its session */
	CLV_IN_HOME = 24,		/* arrived on, or was handed back to, its home device */
	CLV_IN_RETURNED = 25,		/* handed back to its home device */
	CLV_IN_FAILED = 26,		/* a kernel helper failed: dropped */
	CLV_IN_ICMP_ERROR = 27,		/* about a session of ours: translated back */

	CLV_OUT_TAG_UNTRUSTED = 28,	/* leaving, passed on: tagged, but not by a socket of the trusted control group, or by one tied to this device */

	/* Connections that are about to be opened in the trusted control group: not packets. */
	CLV_SOCK_ENTERED = 29,		/* announced or tagged: its session is entered */
	CLV_SOCK_UNTAGGED = 30,		/* neither */
	CLV_SOCK_LOCAL = 31,		/* to the node itself */
	CLV_SOCK_TABLE_FULL = 32,	/* tagged, no room for its session */

	CLV_OUT_TAG_LOCAL = 33,		/* leaving, passed on: tagged, and sent to where no WAN link leads */
	CLV_OUT_ICMP_ERROR = 34,	/* leaving, about a session of ours: translated, sent by its link */

	/* At a LAN device. */
	CLV_LAN_OTHER = 35,		/* passed on: not addressed to the node, or of another network by its VLAN tag */
	CLV_LAN_NO_SESSION = 36,	/* passed on to routing */
	CLV_LAN_ROUTED = 37,		/* passed on to routing, of a session: its last hop, or it has options */
	CLV_LAN_REDIRECTED = 38,	/* sent by the session's link, before routing */
	CLV_IN_DELIVERED = 39,		/* arriving, sent out by the LAN device where the session is at home */
	CLV_IN_TOO_BIG = 40,		/* arriving, does not fit the LAN device: turned into the ICMP error that says so */
	CLV_IN_ROUTED = 41,		/* arriving for a LAN, passed on to routing: its last hop, or it has options, or does not fit */

	/* What begins outside. */
	CLV_IN_BEGUN = 42,		/* arriving, passed on: its link is remembered for the answer */
	CLV_IN_ANSWERS_FULL = 43,	/* arriving, passed on: a connection that opened outside, no room to remember its link */
	CLV_OUT_ANSWERED = 44,		/* leaving, sent by the link that it is the answer to something from */

	CLV_OUT_UNREACHABLE = 45,	/* leaving, no link: turned into the ICMP error that an unreachable route answers with */

	CLV_REASONS = 46,		/* how many; rises with each */
};

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
