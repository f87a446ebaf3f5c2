// SPDX-License-Identifier: Apache-2.0
// Shared data, warm-up, samples and output.
#include "peer.h"
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_SAMPLES (1u << 20)
#define WARM_UP 0.2

struct arguments args = { .seconds = 0.5, .entries = 65536, .cpu = -1 };
struct elements el;

void require(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "c-libbpf: check failed: %s\n", what);
	exit(1);
}

struct key key_of(uint32_t i)
{
	return (struct key){ i * 0x9E3779B97F4A7C15ull, i };
}

struct value value_of(uint64_t i)
{
	return (struct value){ i, ~i, i ^ 0x5555, 0xA5A5A5A5A5A5A5A5ull };
}

// Fisher-Yates by xorshift64.
uint32_t *shuffle(uint32_t count)
{
	uint32_t *order = malloc(count * sizeof(*order));
	uint64_t x = 0x9E3779B97F4A7C15ull;

	require(order, "memory");
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	for (uint32_t i = count - 1; i >= 1; i--) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		uint32_t j = x % ((uint64_t)i + 1), kept = order[i];
		order[i] = order[j];
		order[j] = kept;
	}
	return order;
}

void make_elements(void)
{
	el.count = args.entries;
	el.order = shuffle(el.count);
	el.keys = malloc(el.count * sizeof(*el.keys));
	el.values = malloc(el.count * sizeof(*el.values));
	require(el.keys && el.values, "memory");
	for (uint32_t i = 0; i < el.count; i++) {
		el.keys[i] = key_of(el.order[i]);
		el.values[i] = value_of(el.order[i]);
	}
}

// The first four indices, and FNV-1a over all.
void print_order(void)
{
	uint32_t *order = shuffle(args.entries);
	const unsigned char *bytes = (const unsigned char *)order;
	uint64_t hash = 0xCBF29CE484222325ull;

	for (size_t i = 0; i < args.entries * sizeof(*order); i++)
		hash = (hash ^ bytes[i]) * 0x100000001B3ull;
	printf("%u %u %u %u %016llx\n", order[0], order[1], order[2], order[3], (unsigned long long)hash);
	free(order);
}

bool wants(const char *op)
{
	size_t length = strlen(op);

	if (!args.operations)
		return true;
	for (const char *at = args.operations; *at; at += strcspn(at, ","), at += *at == ',') {
		if (strncmp(at, op, length) == 0 && (at[length] == ',' || !at[length]))
			return true;
	}
	return false;
}

uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

// The storage is made once and kept: freeing a large block changes how the allocator works.
struct samples *new_samples(int which)
{
	static struct samples all[2];
	struct samples *s = &all[which];

	if (!s->storage) {
		s->storage = malloc(MAX_SAMPLES * sizeof(double));
		require(s->storage, "memory");
		memset(s->storage, 0, MAX_SAMPLES * sizeof(double));
	}
	s->count = 0;
	s->chunks = s->operations = 0;
	s->nanoseconds = 0;
	return s;
}

void add_sample(struct samples *s, uint64_t nanoseconds, uint32_t operations)
{
	if (s->count < MAX_SAMPLES)
		s->storage[s->count++] = (double)nanoseconds / operations;
	s->chunks++;
	s->nanoseconds += nanoseconds;
	s->operations += operations;
}

static uint32_t next(const struct workload *w, uint32_t position)
{
	position += w->chunk;
	return position + w->chunk > w->length ? 0 : position;
}

static void one(const struct workload *w, uint32_t position, struct samples *s)
{
	if (w->prepare)
		w->prepare();
	uint64_t start = now();
	uint32_t operations = w->run(position);
	uint64_t end = now();

	if (s)
		add_sample(s, end - start, operations);
	if (w->finish)
		w->finish();
}

void measure(const struct workload *w, bool once)
{
	struct samples *s = new_samples(0);
	uint32_t position = 0;
	uint64_t limit = (uint64_t)(args.seconds * 1e9);

	for (uint64_t start = now(); !once && now() - start < (uint64_t)(WARM_UP * limit); position = next(w, position))
		one(w, position, NULL);
	uint64_t begin = now();
	do {
		one(w, position, s);
		position = next(w, position);
	} while (!once && now() - begin < limit);
	if (w->verify)
		w->verify();
	print_result(w->op, w->key_bytes, w->value_bytes, s);
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double percentile(const struct samples *s, double p)
{
	uint32_t at = (uint32_t)(p * s->count);

	return s->storage[at < s->count ? at : s->count - 1];
}

void print_result(const char *op, int key_bytes, int value_bytes, struct samples *s)
{
	qsort(s->storage, s->count, sizeof(double), compare);
	printf("{\"peer\":\"c-libbpf%s\",\"version\":\"%u.%u\",\"op\":\"%s\",\"key_bytes\":%d,\"value_bytes\":%d,"
	       "\"ns_p10\":%.2f,\"ns_p50\":%.2f,\"ns_p99\":%.2f,\"ns_mean\":%.2f,\"ops\":%llu,\"samples\":%llu}\n",
	       args.threads ? "-threads" : "", libbpf_major_version(), libbpf_minor_version(), op, key_bytes, value_bytes, percentile(s, 0.10),
	       percentile(s, 0.50), percentile(s, 0.99), s->nanoseconds / s->operations,
	       (unsigned long long)s->operations, (unsigned long long)s->chunks);
	fflush(stdout);
}
