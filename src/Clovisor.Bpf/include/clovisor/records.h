/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a skeleton cannot tell from the program alone.
 *
 * clang writes into BTF what maps, globals and function parameters name. The records of a ring buffer are none of these. The pointers below name
 * them; they lie in a section that is no map, so that nothing of them reaches the kernel but their types.
 */
#ifndef CLOVISOR_RECORDS_H
#define CLOVISOR_RECORDS_H

/* clovisor_record(events, struct event): the ring buffer `events` carries `struct event`. */
#define clovisor_record(ring, type) \
	const type *__clovisor_record_##ring __attribute__((section(".clovisor"), unused))

/* clovisor_export(flow, struct flow): the skeleton shall have `struct flow`, though nothing else names it. */
#define clovisor_export(name, type) \
	const type *__clovisor_export_##name __attribute__((section(".clovisor"), unused))

#endif
