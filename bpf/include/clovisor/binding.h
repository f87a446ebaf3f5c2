/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_BINDING_H
#define CLOVISOR_BINDING_H

/* What a session's binding says. */

#include "link.h"
#include "wan_maps.h"

union clv_binding_word {
	struct clv_binding is;
	__u32 word;
};

static __always_inline union clv_binding_word clv_binding_of(const struct clv_session *session)
{
	union clv_binding_word binding = { .word = *(const volatile __u32 *)&session->binding };

	return binding;
}

/* The index of the link; means something with CLV_BOUND. */
static __always_inline __u32 clv_bound_link(union clv_binding_word binding)
{
	return binding.is.link & (CLV_MAX_LINKS - 1);
}

/* Whether the link is the one that the session was bound to, and looks to its peers as it did then. */
static __always_inline bool clv_is_bound_to(union clv_binding_word binding, const struct clv_link *link)
{
	return !(binding.is.link & CLV_LOST) && binding.is.generation == (__u8)link->generation;
}

/* Whether the session is of a pair: it has the addresses of whatever link it takes, at both ends. */
static __always_inline bool clv_is_paired(union clv_binding_word binding)
{
	return (binding.is.link & (CLV_PINNED | CLV_TRANSLATED)) == CLV_TRANSLATED;
}

#endif
