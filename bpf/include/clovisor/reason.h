/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_REASON_H
#define CLOVISOR_REASON_H

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

#endif
