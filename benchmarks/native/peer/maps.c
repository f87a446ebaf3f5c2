// SPDX-License-Identifier: Apache-2.0
// The workloads on maps.
#include "peer.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int map;
static struct value scratch;
static volatile uint64_t sink;
static uint64_t (*cpu_values)[4];
static int cpus;
static uint64_t *memory;
static struct key *evict_keys, *batch_keys;
static struct value *batch_values;
static uint32_t batch_size;

static int create(enum bpf_map_type type, uint32_t key_size, uint32_t value_size, uint32_t entries, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = flags);
	int fd = bpf_map_create(type, "peer", key_size, value_size, entries, &options);

	require(fd >= 0, "create a map");
	return fd;
}

static void verify_hash(void)
{
	for (uint32_t i = 0; i < el.count; i++) {
		struct value v;

		require(!bpf_map_lookup_elem(map, &el.keys[i], &v) && !memcmp(&v, &el.values[i], sizeof(v)), "a key has another value");
	}
}

static void open_hash(enum bpf_map_type type, uint32_t room)
{
	map = create(type, 16, 32, el.count * room, 0);
	for (uint32_t i = 0; i < el.count; i++)
		require(!bpf_map_update_elem(map, &el.keys[i], &el.values[i], BPF_NOEXIST), "fill a hash");
	verify_hash();
}

static uint32_t update(uint32_t position, uint32_t count, uint64_t flags)
{
	int bad = 0;

	for (uint32_t i = position; i < position + count; i++) {
		struct value v = value_of(el.keys[i].b);

		bad |= bpf_map_update_elem(map, &el.keys[i], &v, flags);
	}
	require(!bad, "update");
	return count;
}

static uint32_t update_existing(uint32_t position) { return update(position, 200, BPF_EXIST); }
static uint32_t update_any(uint32_t position) { return update(position, 200, BPF_ANY); }

static uint32_t lookup(uint32_t position)
{
	uint64_t sum = 0;
	int bad = 0;

	for (uint32_t i = position; i < position + 200; i++) {
		struct value v;

		bad |= bpf_map_lookup_elem(map, &el.keys[i], &v);
		sum += v.a;
	}
	require(!bad, "lookup");
	sink += sum;
	return 200;
}

static uint32_t erase(uint32_t position, uint32_t count)
{
	int bad = 0;

	for (uint32_t i = position; i < position + count; i++)
		bad |= bpf_map_delete_elem(map, &el.keys[i]);
	require(!bad, "delete");
	return count;
}

static uint32_t count_entries(void)
{
	struct key key, *previous = NULL;
	uint32_t count = 0;

	for (; !bpf_map_get_next_key(map, previous, &key); previous = &key)
		count++;
	return count;
}

// A last chunk that is short is done and not counted.
static void round_trip(struct samples *inserted, struct samples *deleted)
{
	for (uint32_t at = 0; at < el.count; at += 200) {
		uint32_t count = el.count - at < 200 ? el.count - at : 200;
		uint64_t start = now();

		update(at, count, BPF_NOEXIST);
		if (count == 200)
			add_sample(inserted, now() - start, count);
	}
	for (uint32_t at = 0; at < el.count; at += 200) {
		uint32_t count = el.count - at < 200 ? el.count - at : 200;
		uint64_t start = now();

		erase(at, count);
		if (count == 200)
			add_sample(deleted, now() - start, count);
	}
}

static void insert_and_delete(void)
{
	if (!wants("hash_insert_new") && !wants("hash_delete"))
		return;
	map = create(BPF_MAP_TYPE_HASH, 16, 32, el.count, 0);
	update(0, el.count, BPF_NOEXIST);
	verify_hash();
	erase(0, el.count);
	require(count_entries() == 0, "the emptied map is not empty");
	for (uint64_t start = now(); now() - start < (uint64_t)(0.4e9 * args.seconds);)
		round_trip(new_samples(0), new_samples(1));

	struct samples *inserted = new_samples(0), *deleted = new_samples(1);
	uint64_t begin = now();

	do {
		round_trip(inserted, deleted);
	} while (now() - begin < (uint64_t)(2e9 * args.seconds));
	require(count_entries() == 0, "the emptied map is not empty");
	if (wants("hash_insert_new"))
		print_result("hash_insert_new", 16, 32, inserted);
	if (wants("hash_delete"))
		print_result("hash_delete", 16, 0, deleted);
	close(map);
}

static uint32_t evict(uint32_t position)
{
	int bad = 0;

	for (uint32_t i = position; i < position + 200; i++) {
		scratch.a = evict_keys[i].b;
		bad |= bpf_map_update_elem(map, &evict_keys[i], &scratch, BPF_ANY);
	}
	require(!bad, "update");
	return 200;
}

static void verify_evict(void)
{
	uint32_t count = count_entries();

	require(count > el.count / 2 && count <= el.count, "the LRU map holds another number of entries");
}

static uint32_t array_update(uint32_t position)
{
	int bad = 0;

	for (uint32_t i = position; i < position + 200; i++) {
		scratch.a = el.order[i];
		bad |= bpf_map_update_elem(map, &el.order[i], &scratch, BPF_ANY);
	}
	require(!bad, "update");
	return 200;
}

static void verify_array(void)
{
	for (uint32_t i = 0; i < el.count; i++) {
		struct value v;

		require(!bpf_map_lookup_elem(map, &i, &v) && v.a == i && v.b == scratch.b, "an element has another value");
	}
}

static uint32_t cpu_lookup(uint32_t position)
{
	uint64_t sum = 0;
	int bad = 0;

	for (uint32_t i = position; i < position + 200; i++) {
		bad |= bpf_map_lookup_elem(map, &el.order[i], cpu_values);
		for (int cpu = 0; cpu < cpus; cpu++)
			sum += cpu_values[cpu][0];
	}
	require(!bad, "lookup");
	sink += sum;
	return 200;
}

static uint32_t cpu_update(uint32_t position)
{
	int bad = 0;

	for (uint32_t i = position; i < position + 200; i++) {
		for (int cpu = 0; cpu < cpus; cpu++)
			cpu_values[cpu][0] = el.keys[i].b + cpu;
		bad |= bpf_map_update_elem(map, &el.keys[i], cpu_values, BPF_EXIST);
	}
	require(!bad, "update");
	return 200;
}

static void verify_cpus(void)
{
	for (uint32_t i = 0; i < el.count; i++) {
		const void *key = batch_size ? (const void *)&el.order[i] : &el.keys[i];

		require(!bpf_map_lookup_elem(map, key, cpu_values), "lookup");
		for (int cpu = 0; cpu < cpus; cpu++)
			require(cpu_values[cpu][0] == (uint64_t)el.order[i] + cpu, "a CPU has another value");
	}
}

static void fill_cpus(bool array)
{
	for (uint32_t i = 0; i < el.count; i++) {
		for (int cpu = 0; cpu < cpus; cpu++) {
			struct value v = value_of((uint64_t)el.order[i] + cpu);

			memcpy(cpu_values[cpu], &v, sizeof(v));
		}
		require(!bpf_map_update_elem(map, array ? (void *)&el.order[i] : &el.keys[i], cpu_values, BPF_ANY), "fill");
	}
}

static uint32_t batch_update(uint32_t position)
{
	uint32_t chunk = batch_size == 1 ? 200 : batch_size == 64 ? 256 : batch_size;

	for (uint32_t at = position; at < position + chunk; at += batch_size) {
		uint32_t count = batch_size;

		require(!bpf_map_update_batch(map, &el.keys[at], &el.values[at], &count, NULL) && count == batch_size, "batch update");
	}
	return chunk;
}

static void require_sum(uint64_t count, uint64_t sum)
{
	require(count == el.count && sum == (uint64_t)el.count * (el.count - 1) / 2, "the walk saw something else");
}

// A short batch is not the end; only ENOENT is.
static uint32_t batch_lookup(uint32_t position)
{
	uint64_t sum = 0, total = 0;
	uint32_t cursor;
	bool first = true;

	for (int result = 0; !result; first = false) {
		uint32_t count = 4096;

		result = bpf_map_lookup_batch(map, first ? NULL : &cursor, &cursor, batch_keys, batch_values, &count, NULL);
		require(!result || errno == ENOENT, "batch lookup");
		for (uint32_t i = 0; i < count; i++)
			sum += batch_values[i].a;
		total += count;
	}
	require_sum(total, sum);
	return total;
}

static uint32_t iterate(uint32_t position)
{
	struct key key, *previous = NULL;
	struct value v;
	uint64_t sum = 0, count = 0;

	for (; !bpf_map_get_next_key(map, previous, &key); previous = &key) {
		if (!bpf_map_lookup_elem(map, &key, &v)) {
			count++;
			sum += v.a;
		}
	}
	require_sum(count, sum);
	return count;
}

static uint32_t memory_write(uint32_t position)
{
	for (uint32_t i = position; i < position + 4096; i++)
		((volatile uint64_t *)memory)[el.order[i]] = el.order[i] + 1ull;
	return 4096;
}

static void verify_memory(void)
{
	uint32_t whole = el.count / 4096 * 4096;

	for (uint32_t at = 0; at < whole; at += 4096)
		memory_write(at);
	for (uint32_t i = 0; i < whole; i++) {
		uint64_t v;

		require(!bpf_map_lookup_elem(map, &el.order[i], &v) && v == el.order[i] + 1ull, "a store is not seen through the map");
	}
}

static void hash_workload(const char *op, enum bpf_map_type type, uint32_t room, uint32_t chunk, uint32_t (*run)(uint32_t))
{
	struct workload w = { op, 16, 32, el.count, chunk, NULL, run, NULL, verify_hash };

	if (!wants(op))
		return;
	open_hash(type, room);
	measure(&w, false);
	close(map);
}

static void evict_workload(void)
{
	struct workload w = { "lru_hash_evict", 16, 32, 2 * el.count, 200, NULL, evict, NULL, verify_evict };
	uint32_t *order;

	if (!wants(w.op))
		return;
	order = shuffle(2 * el.count);
	evict_keys = malloc(2 * el.count * sizeof(*evict_keys));
	require(evict_keys, "memory");
	for (uint32_t i = 0; i < 2 * el.count; i++)
		evict_keys[i] = key_of(order[i]);
	map = create(BPF_MAP_TYPE_LRU_HASH, 16, 32, el.count, 0);
	for (uint32_t i = 0; i + 200 <= 2 * el.count; i += 200)
		evict(i);
	verify_evict();
	measure(&w, false);
	close(map);
}

static void cpu_workload(const char *op, bool array)
{
	struct workload w = { op, array ? 4 : 16, 32, el.count, 200, NULL, array ? cpu_lookup : cpu_update, NULL, verify_cpus };

	if (!wants(op))
		return;
	batch_size = array;	/* tells verify_cpus which keys the map has */
	map = array ? create(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32, el.count, 0) : create(BPF_MAP_TYPE_PERCPU_HASH, 16, 32, el.count, 0);
	fill_cpus(array);
	verify_cpus();
	measure(&w, false);
	close(map);
}

static void batch_workload(const char *op, uint32_t size, uint32_t calls)
{
	batch_size = size;
	hash_workload(op, BPF_MAP_TYPE_HASH, 1, size * calls, batch_update);
}

void run_maps(void)
{
	struct workload array = { "array_update", 4, 32, el.count, 200, NULL, array_update, NULL, verify_array };
	struct workload mapped = { "array_mmap_write", 4, 8, el.count, 4096, NULL, memory_write, NULL, verify_memory };

	scratch = value_of(0);
	cpus = libbpf_num_possible_cpus();
	cpu_values = calloc(cpus, sizeof(*cpu_values));
	batch_keys = malloc(4096 * sizeof(*batch_keys));
	batch_values = malloc(4096 * sizeof(*batch_values));
	require(cpu_values && batch_keys && batch_values, "memory");

	hash_workload("hash_update_existing", BPF_MAP_TYPE_HASH, 1, 200, update_existing);
	insert_and_delete();
	hash_workload("hash_lookup", BPF_MAP_TYPE_HASH, 1, 200, lookup);
	hash_workload("lru_hash_update", BPF_MAP_TYPE_LRU_HASH, 2, 200, update_any);
	evict_workload();
	if (wants(array.op)) {
		map = create(BPF_MAP_TYPE_ARRAY, 4, 32, el.count, 0);
		for (uint32_t i = 0; i < el.count; i++) {
			scratch.a = i;
			require(!bpf_map_update_elem(map, &i, &scratch, BPF_ANY), "fill an array");
		}
		verify_array();
		measure(&array, false);
		close(map);
	}
	cpu_workload("percpu_array_lookup", true);
	cpu_workload("percpu_hash_update", false);
	batch_workload("hash_batch_update_1", 1, 200);
	batch_workload("hash_batch_update_64", 64, 4);
	batch_workload("hash_batch_update_1024", 1024, 1);
	batch_workload("hash_batch_update_4096", 4096, 1);
	hash_workload("hash_batch_lookup", BPF_MAP_TYPE_HASH, 1, el.count, batch_lookup);
	hash_workload("hash_iterate", BPF_MAP_TYPE_HASH, 1, el.count, iterate);
	if (wants(mapped.op)) {
		size_t length = ((size_t)el.count * 8 + 4095) / 4096 * 4096;

		map = create(BPF_MAP_TYPE_ARRAY, 4, 8, el.count, BPF_F_MMAPABLE);
		memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
		require(memory != MAP_FAILED, "mmap");
		measure(&mapped, false);
		munmap(memory, length);
		close(map);
	}
}
