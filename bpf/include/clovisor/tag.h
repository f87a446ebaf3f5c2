/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_TAG_H
#define CLOVISOR_TAG_H

/* What a sender says of its association without a message: by its source port, or by its DSCP. */

#include <bpf/bpf_endian.h>

#include "wan_maps.h"

static __always_inline const struct clv_settings *clv_settings_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&clv_settings, &zero);
}

/* By source port. 0: none; n: association n - 1. */
static __always_inline __u32 clv_port_tag(__be16 port)
{
	__u32 host = bpf_ntohs(port), block = host / CLV_PORT_BLOCK;
	const struct clv_port_block *ports = bpf_map_lookup_elem(&clv_ports, &block);

	return ports ? ports->association[host % CLV_PORT_BLOCK] : 0;
}

/* By DSCP, the same. */
static __always_inline __u32 clv_dscp_tag(__u8 dscp)
{
	const struct clv_settings *settings;
	__u32 masked;
	__u32 *tag;

	if (!dscp)
		return 0;
	settings = clv_settings_now();
	masked = settings ? dscp & settings->dscp_mask : 0;
	tag = masked ? bpf_map_lookup_elem(&clv_dscp, &masked) : NULL;
	return tag ? *tag : 0;
}

/* The port first: it is there for one purpose, and a DSCP may be somebody else's wish for its treatment on the way. */
static __always_inline __u32 clv_tag(__be16 port, __u8 dscp)
{
	__u32 tag = clv_port_tag(port);

	return tag ? tag : clv_dscp_tag(dscp);
}

#endif
