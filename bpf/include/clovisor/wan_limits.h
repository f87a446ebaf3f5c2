/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_WAN_LIMITS_H
#define CLOVISOR_WAN_LIMITS_H

/* How many there are of what, and which layout the maps have. */

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
#define CLV_NEGATIVE_BITS	13	/* of the number of words of the negative cache */
#define CLV_EVENT_BYTES		262144	/* a power of two, of whole pages */
#define CLV_EVENT_REASONS	64	/* no fewer than CLV_REASONS; a number of its own, since the map outlives what reasons there are */
#define CLV_NAME_BYTES		64	/* UTF-8, at least one zero at the end */

/* What a process that finds the pinned maps must know before it touches them. */
struct clv_layout {
	__u32 version;			/* CLV_LAYOUT_VERSION */
	__u32 reserved;
	__u64 network_namespace;	/* inode of the namespace that the interface indices belong to */
};
_Static_assert(sizeof(struct clv_layout) == 16, "clv_layout layout");

#endif
