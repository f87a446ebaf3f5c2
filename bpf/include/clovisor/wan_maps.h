/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_WAN_MAPS_H
#define CLOVISOR_WAN_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "wan_types.h"

/* The links of the plan, and of earlier plans. Written by user space, read per packet. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLV_MAX_LINKS);
	__type(key, __u32);
	__type(value, struct clv_link);
} clv_links SEC(".maps");

/* What to do when a session's link is gone. Written by user space, read on the rare paths. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLV_MAX_ASSOCIATIONS);
	__type(key, __u32);
	__type(value, struct clv_association);
} clv_assocs SEC(".maps");

/* Association -> links by slot. Written by user space, read per packet of sessions that are not pinned. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLV_MAX_ASSOCIATIONS);
	__type(key, __u32);
	__type(value, struct clv_slot_table);
} clv_slots SEC(".maps");

/* DSCP -> association. 0: none; n: index n - 1 of clv_assocs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} clv_dscp SEC(".maps");

/* Source port / CLV_PORT_BLOCK -> the associations of the ports there. Written by user space, read for packets without a session. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLV_PORT_BLOCKS);
	__type(key, __u32);
	__type(value, struct clv_port_block);
} clv_ports SEC(".maps");

/* One entry: how tags are read. Written by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clv_settings);
} clv_settings SEC(".maps");

/* One entry: the control group whose sockets' tags count. Empty where all do. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} clv_trusted SEC(".maps");

/*
 * Socket cookie -> association, as in clv_dscp: sockets that somebody spoke for before they connect. The oldest go first, since an
 * announcement whose socket never connects is not heard of again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u32);
} clv_announced SEC(".maps");

/* Sessions. Plain hashes: a flood of new ones is refused and cannot push live ones out. Sizes are set by user space before load. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct clv_tuple_v4);
	__type(value, struct clv_session);
} clv_sessions4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct clv_tuple);
	__type(value, struct clv_session);
} clv_sessions6 SEC(".maps");

/* Arriving tuple -> origin, for every bound session, translated or not: so no translation can take another session's tuple. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);		/* as clv_sessions4 */
	__type(key, struct clv_tuple_v4);
	__type(value, struct clv_origin_v4);
} clv_reverse4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);		/* as clv_sessions6 */
	__type(key, struct clv_tuple);
	__type(value, struct clv_origin);
} clv_reverse6 SEC(".maps");

/* The devices where sessions are at home. Numbers are given by user space, hardware addresses are learnt by the programs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLV_MAX_HOMES);
	__type(key, __u32);
	__type(value, struct clv_home);
} clv_homes SEC(".maps");

/* What the peers of bound sessions know them by. Written by user space before the link has that generation. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLV_MAX_LINKS * CLV_SOURCES_KEPT);
	__type(key, __u32);
	__type(value, struct clv_source);
} clv_sources SEC(".maps");

/* The ports of packets that come in fragments. What is pushed out, or comes before its first fragment, is passed on untouched. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct clv_fragment);
	__type(value, struct clv_fragment_ports);
} clv_fragments SEC(".maps");

/*
 * What began outside lately, and datagrams that began inside. Anybody may send what fills these, with any source: the oldest go first, and
 * are answered by the node's own routes then. Connections whose peer has shown that it is there are in the tables below.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct clv_tuple_v4);
	__type(value, struct clv_answer);
} clv_begun4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct clv_tuple);
	__type(value, struct clv_answer);
} clv_begun6 SEC(".maps");

/*
 * Connections that opened outside. Not the tables of sessions: who connects often takes no room from those. Memory is taken as they
 * come; sizes are set by user space before load.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct clv_tuple_v4);
	__type(value, struct clv_answer);
} clv_inbound4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct clv_tuple);
	__type(value, struct clv_answer);
} clv_inbound6 SEC(".maps");

/* Of which tuples the tables above have nothing in this tick, by the hash of the tuple: see negative.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << CLV_NEGATIVE_BITS);
	__type(key, __u32);
	__type(value, __u64);
} clv_negative SEC(".maps");

/* Packets by enum clv_reason. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CLV_REASONS);
	__type(key, __u32);
	__type(value, __u64);
} clv_counters SEC(".maps");

/* struct clv_event, while CLV_SETTING_EVENTS is set. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CLV_EVENT_BYTES);
} clv_events SEC(".maps");

/* One entry: what found no room there, and which drops were told. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clv_event_state);
} clv_event_state SEC(".maps");

/* One entry, written once by the process that makes the maps. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clv_layout);
} clv_layout SEC(".maps");

#endif
