/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_WATCH_H
#define CLOVISOR_WATCH_H

/*
 * What the proxy's own connections tell of their links: the kernel keeps count of what it sent and had to send again, and measures round
 * trips. Read once a round trip and at each retransmission; no packet pays for it.
 */

#include "table.h"
#include "wan_maps.h"

/* By link, of the sessions that were on it at the time. Not pinned: who attaches the program counts from there on. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CLV_MAX_LINKS);
	__type(key, __u32);
	__type(value, struct clv_quality);
} clv_quality SEC(".maps");

/* What has been counted of a socket. */
struct clv_watched {
	__u32 packets;
	__u32 lost;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct clv_watched);
} clv_sockets SEC(".maps");

static __always_inline void clv_begin_watch(struct bpf_sock_ops *ops)
{
	struct bpf_sock *socket = ops->sk;

	if (socket && bpf_sk_storage_get(&clv_sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE))
		bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_RTT_CB_FLAG | BPF_SOCK_OPS_RETRANS_CB_FLAG);
}

/* The program may be preempted, and the counters are of a CPU: additions are atomic. */
static __always_inline void clv_watch(struct bpf_sock_ops *ops, const struct clv_tuple *tuple, bool round_trip)
{
	__u32 packets = ops->data_segs_out, lost = ops->total_retrans, link;
	struct bpf_sock *socket = ops->sk;
	struct clv_watched *seen, before;
	struct clv_quality *quality;
	struct clv_session *session;

	if (!socket)
		return;
	seen = bpf_sk_storage_get(&clv_sockets, socket, NULL, 0);
	if (!seen) {
		/* Watched by a program before this one: what that one counted is not counted again. */
		seen = bpf_sk_storage_get(&clv_sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);
		if (seen) {
			seen->packets = packets;
			seen->lost = lost;
		}
		return;
	}
	before = *seen;
	seen->packets = packets;
	seen->lost = lost;
	session = clv_find(tuple, !clv_is_mapped(tuple->daddr));
	if (!session || !(session->binding.link & CLV_BOUND))
		return;
	link = session->binding.link & (CLV_MAX_LINKS - 1);
	quality = bpf_map_lookup_elem(&clv_quality, &link);
	if (!quality)
		return;
	__sync_fetch_and_add(&quality->packets, packets - before.packets);
	__sync_fetch_and_add(&quality->lost, lost - before.lost);
	if (round_trip) {
		__sync_fetch_and_add(&quality->round_trips, 1);
		__sync_fetch_and_add(&quality->round_trip_us, ops->srtt_us >> 3);
	}
}

#endif
