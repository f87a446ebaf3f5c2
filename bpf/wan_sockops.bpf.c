/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sessions of a proxy, entered as its sockets connect: after the port is chosen and before the SYN is made. Attached to the proxy's
 * control group, in whatever network namespaces its processes are. What it enters nobody else can forge, since the tuple is the
 * socket's own.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "clovisor/entry.h"
#include "clovisor/event.h"
#include "clovisor/tag.h"
#include "clovisor/watch.h"

#define CLV_TCP			6
#define CLV_AF_INET		2
#define CLV_AF_INET6		10
#define CLV_SOL_IP		0
#define CLV_SOL_IPV6		41
#define CLV_IP_TOS		1
#define CLV_IPV6_TCLASS		67

#define CLV_MAPPED		bpf_htonl(0xffff)
#define CLV_LOOPBACK_V4		bpf_htonl(0x7f000000)
#define CLV_LOOPBACK_V4_MASK	bpf_htonl(0xff000000)

/* The program may be preempted, so this CPU's count is not this program's alone: unlike in the programs of packets. */
static __always_inline int clv_count_socket(enum clv_reason reason)
{
	__u32 index = reason;
	__u64 *sockets = bpf_map_lookup_elem(&clv_counters, &index);

	if (sockets)
		__sync_fetch_and_add(sockets, 1);
	return 1;
}

/*
 * Keeps a value read from the context as it was read: otherwise the compiler joins reads of two fields into one with a computed place,
 * which the verifier refuses.
 */
#define CLV_AS_READ(value)	asm volatile("" : "+r"(value))

/* The tuple of the packets that the socket will send. False: of a family that has none. */
static __always_inline bool clv_socket_tuple(const struct bpf_sock_ops *ops, struct clv_tuple *tuple)
{
	__u32 from, to;

	tuple->protocol = CLV_TCP;
	tuple->sport = bpf_htons(ops->local_port);
	tuple->dport = bpf_htons(bpf_ntohl(ops->remote_port));
	if (ops->family == CLV_AF_INET) {
		from = ops->local_ip4;
		CLV_AS_READ(from);
		to = ops->remote_ip4;
		CLV_AS_READ(to);
		tuple->saddr[2] = CLV_MAPPED;
		tuple->saddr[3] = from;
		tuple->daddr[2] = CLV_MAPPED;
		tuple->daddr[3] = to;
		return true;
	}
	if (ops->family != CLV_AF_INET6)
		return false;
	/* Each by itself: the verifier refuses wider reads of the context. An IPv6 socket that speaks IPv4 has mapped addresses here. */
	tuple->saddr[0] = ops->local_ip6[0];
	tuple->saddr[1] = ops->local_ip6[1];
	tuple->saddr[2] = ops->local_ip6[2];
	tuple->saddr[3] = ops->local_ip6[3];
	tuple->daddr[0] = ops->remote_ip6[0];
	tuple->daddr[1] = ops->remote_ip6[1];
	tuple->daddr[2] = ops->remote_ip6[2];
	tuple->daddr[3] = ops->remote_ip6[3];
	return true;
}

/* To a loopback address, or to the address that it comes from: no WAN link will see it. */
static __always_inline bool clv_stays_here(const struct clv_tuple *tuple)
{
	const __be32 *to = tuple->daddr, *from = tuple->saddr;

	if (clv_is_mapped(to) && (to[3] & CLV_LOOPBACK_V4_MASK) == CLV_LOOPBACK_V4)
		return true;
	if (!to[0] && !to[1] && !to[2] && to[3] == bpf_htonl(1))
		return true;
	return to[0] == from[0] && to[1] == from[1] && to[2] == from[2] && to[3] == from[3];
}

/*
 * The DSCP that the socket will write. 0 for an IPv6 socket that speaks IPv4: the kernel lets no program read what it writes there,
 * and clv_egress finds it on the SYN.
 */
static __always_inline __u8 clv_socket_dscp(struct bpf_sock_ops *ops, const struct clv_tuple *tuple)
{
	int tos = 0;
	long error;

	if (ops->family == CLV_AF_INET)
		error = bpf_getsockopt(ops, CLV_SOL_IP, CLV_IP_TOS, &tos, sizeof(tos));
	else if (!clv_is_mapped(tuple->daddr))
		error = bpf_getsockopt(ops, CLV_SOL_IPV6, CLV_IPV6_TCLASS, &tos, sizeof(tos));
	else
		return 0;
	return error ? 0 : (tos & 0xff) >> 2;
}

/* 0: none; n: association n - 1. An announcement is about this very socket, and is used up. */
static __always_inline __u32 clv_socket_association(struct bpf_sock_ops *ops, const struct clv_tuple *tuple)
{
	__u64 cookie = bpf_get_socket_cookie(ops);
	__u32 *announced = bpf_map_lookup_elem(&clv_announced, &cookie);
	__u32 tag;

	if (announced) {
		tag = *announced;
		bpf_map_delete_elem(&clv_announced, &cookie);
		return tag;
	}
	tag = clv_port_tag(tuple->sport);
	return tag ? tag : clv_dscp_tag(clv_socket_dscp(ops, tuple));
}

/*
 * Ports are used again. What is left of an earlier connection says nothing of this one, whatever its state: it may have ended where no
 * program saw it, or been reported after its end. Not left is what was reported a moment ago and has no packets: it is about this very
 * connection.
 */
static __always_inline bool clv_is_left(const struct clv_session *session)
{
	__u16 age = clv_tick() - (__u16)(session->out >> CLV_BYTE_BITS);

	return session->state != CLV_STATE_NEW || (age > 1 && age <= CLV_LARGEST_AGE);
}

SEC("sockops")
int clv_connect(struct bpf_sock_ops *ops)
{
	struct clv_session *session;
	struct clv_tuple tuple = {};
	__u32 association;
	__u16 place;
	bool v6;

	if (ops->op != BPF_SOCK_OPS_TCP_CONNECT_CB && ops->op != BPF_SOCK_OPS_RTT_CB && ops->op != BPF_SOCK_OPS_RETRANS_CB)
		return 1;
	if (!clv_socket_tuple(ops, &tuple))
		return 1;
	if (ops->op != BPF_SOCK_OPS_TCP_CONNECT_CB) {
		clv_watch(ops, &tuple, ops->op == BPF_SOCK_OPS_RTT_CB);
		return 1;
	}
	if (clv_stays_here(&tuple))
		return clv_count_socket(CLV_SOCK_LOCAL);
	clv_begin_watch(ops);
	v6 = !clv_is_mapped(tuple.daddr);
	association = clv_socket_association(ops, &tuple);
	if (!association) {
		session = clv_find(&tuple, v6);
		if (session && clv_is_left(session))
			clv_forget(&tuple, v6);
		return clv_count_socket(CLV_SOCK_UNTAGGED);
	}
	place = clv_place_of(&tuple, association - 1);
	session = clv_enter(&tuple, v6, place);
	if (!session)
		return clv_count_socket(CLV_SOCK_TABLE_FULL);
	if (clv_is_left(session)) {
		session->place = place;
		session->state = CLV_STATE_NEW;
		clv_count(&session->out, 0);
	}
	if (clv_tells())
		clv_tell(&tuple, 0, clv_event_of(CLV_EVENT_ENTERED_BY_SOCKET, 0, 0, place, 0));
	return clv_count_socket(CLV_SOCK_ENTERED);
}

char _license[] SEC("license") = "Dual BSD/GPL";
