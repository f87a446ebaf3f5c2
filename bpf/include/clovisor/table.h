/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TABLE_H
#define CLOVISOR_TABLE_H

/* The tables of sessions. One pair for each family, since keys of IPv4 are less than half as long: only here is that known. */

#include "packet.h"
#include "wan_maps.h"

static __always_inline void clv_narrow(const struct clv_tuple *tuple, struct clv_tuple_v4 *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->saddr = tuple->saddr[3];
	key->daddr = tuple->daddr[3];
	key->sport = tuple->sport;
	key->dport = tuple->dport;
	key->protocol = tuple->protocol;
	key->pair = tuple->pair;
}

static __always_inline struct clv_session *clv_find(const struct clv_tuple *tuple, bool v6)
{
	struct clv_tuple_v4 key;

	if (v6)
		return bpf_map_lookup_elem(&clv_sessions6, tuple);
	clv_narrow(tuple, &key);
	return bpf_map_lookup_elem(&clv_sessions4, &key);
}

/* Adds a session where there is none of its tuple, and has room. */
static __always_inline void clv_add(const struct clv_tuple *tuple, bool v6, const struct clv_session *session)
{
	struct clv_tuple_v4 key;

	if (v6) {
		bpf_map_update_elem(&clv_sessions6, tuple, session, BPF_NOEXIST);
		return;
	}
	clv_narrow(tuple, &key);
	bpf_map_update_elem(&clv_sessions4, &key, session, BPF_NOEXIST);
}

static __always_inline void clv_forget(const struct clv_tuple *tuple, bool v6)
{
	struct clv_tuple_v4 key;

	if (v6) {
		bpf_map_delete_elem(&clv_sessions6, tuple);
		return;
	}
	clv_narrow(tuple, &key);
	bpf_map_delete_elem(&clv_sessions4, &key);
}

/* Whose an arriving tuple is. False: nobody's. */
static __always_inline bool clv_find_origin(const struct clv_tuple *arriving, bool v6, struct clv_wire *origin)
{
	struct clv_origin_v4 *found;
	struct clv_tuple_v4 key;

	if (v6) {
		struct clv_origin *wide = bpf_map_lookup_elem(&clv_reverse6, arriving);

		if (!wide)
			return false;
		__builtin_memcpy(origin->addr, wide->addr, sizeof(origin->addr));
		origin->port = wide->port;
		origin->far = wide->far;
		return true;
	}
	clv_narrow(arriving, &key);
	found = bpf_map_lookup_elem(&clv_reverse4, &key);
	if (!found)
		return false;
	clv_map_v4(origin->addr, found->addr);
	origin->port = found->port;
	origin->far = found->far;
	return true;
}

/* Takes an arriving tuple that nobody has. */
static __always_inline bool clv_take_arriving(const struct clv_tuple *arriving, bool v6, const struct clv_wire *origin)
{
	struct clv_origin_v4 own = {};
	struct clv_tuple_v4 key;

	if (v6) {
		struct clv_origin wide = {};

		__builtin_memcpy(wide.addr, origin->addr, sizeof(wide.addr));
		wide.port = origin->port;
		wide.far = origin->far;
		return bpf_map_update_elem(&clv_reverse6, arriving, &wide, BPF_NOEXIST) == 0;
	}
	own.addr = origin->addr[3];
	own.port = origin->port;
	own.far = origin->far;
	clv_narrow(arriving, &key);
	return bpf_map_update_elem(&clv_reverse4, &key, &own, BPF_NOEXIST) == 0;
}

static __always_inline void clv_drop_arriving(const struct clv_tuple *arriving, bool v6)
{
	struct clv_tuple_v4 key;

	if (v6) {
		bpf_map_delete_elem(&clv_reverse6, arriving);
		return;
	}
	clv_narrow(arriving, &key);
	bpf_map_delete_elem(&clv_reverse4, &key);
}

/* The session of which a packet arrives, and what its own end was before translation. NULL: *found says whether there was one. */
static __always_inline struct clv_session *clv_find_arriving(const struct clv_tuple *arriving, bool v6, struct clv_wire *origin, bool *found)
{
	struct clv_tuple key = {};

	*found = clv_find_origin(arriving, v6, origin);
	if (!*found)
		return NULL;
	__builtin_memcpy(key.saddr, origin->addr, sizeof(key.saddr));
	__builtin_memcpy(key.daddr, arriving->saddr, sizeof(key.daddr));
	key.sport = origin->port;
	key.dport = arriving->sport;
	key.protocol = arriving->protocol;
	return clv_find(&key, v6);
}

#endif
