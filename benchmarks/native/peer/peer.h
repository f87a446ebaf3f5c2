/* SPDX-License-Identifier: Apache-2.0 */
/* The C peer: the workloads of benchmarks/README.md, by libbpf. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key { uint64_t a, b; };
struct value { uint64_t a, b, c, d; };
_Static_assert(sizeof(struct key) == 16 && sizeof(struct value) == 32, "elements");

struct arguments {
	double seconds;
	uint32_t entries;
	const char *operations;	/* comma-separated; NULL for all */
	int cpu;		/* -1 for the highest */
	bool threads;		/* an idle second thread */
};

/* The data that all peers share; keys and values in the order in which they are visited. */
struct elements {
	uint32_t count;
	uint32_t *order;
	struct key *keys;
	struct value *values;
};

/* One thing that is measured, in chunks over positions 0 to length. */
struct workload {
	const char *op;
	int key_bytes, value_bytes;
	uint32_t length, chunk;
	void (*prepare)(void);			/* outside the time */
	uint32_t (*run)(uint32_t position);	/* gives the operations done */
	void (*finish)(void);			/* outside the time */
	void (*verify)(void);
};

struct samples {
	double *storage;
	uint32_t count;
	uint64_t chunks, operations;
	double nanoseconds;
};

extern struct arguments args;
extern struct elements el;

/* measure.c */
uint32_t *shuffle(uint32_t count);
struct key key_of(uint32_t i);
struct value value_of(uint64_t i);
void make_elements(void);
void print_order(void);
bool wants(const char *op);
uint64_t now(void);
void add_sample(struct samples *s, uint64_t nanoseconds, uint32_t operations);
struct samples *new_samples(int which);
void measure(const struct workload *w, bool once);
void print_result(const char *op, int key_bytes, int value_bytes, struct samples *s);
void require(bool good, const char *what);

/* maps.c, objects.c */
void run_maps(void);
void run_first_load(void);
void run_objects(void);
void run_warm_heap(void);
