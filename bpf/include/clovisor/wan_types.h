/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOVISOR_WAN_TYPES_H
#define CLOVISOR_WAN_TYPES_H

/*
 * What the programs and user space both read and write. Layouts and numbers are ABI: maps outlive the process that made them,
 * so numbers are only appended, and any other change raises CLV_LAYOUT_VERSION.
 */

#include "event_types.h"
#include "plan_types.h"
#include "reason.h"
#include "session_types.h"
#include "wan_limits.h"

#endif
