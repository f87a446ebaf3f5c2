// SPDX-License-Identifier: Apache-2.0
// The workloads on the ring buffer, programs and objects. The objects' bytes are part of the executable.
#include "peer.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <unistd.h>

#define EMBED(name, file)						\
	__asm__(".section .rodata\n.balign 16\n.global " #name "\n" #name ":\n.incbin \"" file "\"\n"	\
		".global " #name "_end\n" #name "_end:\n.byte 0\n.previous\n");				\
	extern const unsigned char name[], name##_end[]

EMBED(ring_fill_object, RING_FILL_OBJECT);
EMBED(obj_load_object, OBJ_LOAD_OBJECT);

#define RECORDS_IN_RING (((8u << 20) - 1) / 72)

static struct bpf_object *object;
static struct ring_buffer *ring;
static int program;
static uint64_t sequence, bad_records;

static struct bpf_object *load(const unsigned char *start, const unsigned char *end)
{
	struct bpf_object *opened = bpf_object__open_mem(start, end - start, NULL);

	require(opened && !bpf_object__load(opened), "load an object");
	return opened;
}

static int take_record(void *context, void *data, size_t size)
{
	const uint64_t *record = data;

	bad_records += size != 64 || record[0] != sequence || record[7] != ~sequence;
	sequence++;
	return 0;
}

static void fill_ring(void)
{
	unsigned char frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame), .repeat = RECORDS_IN_RING);
	int error;

	do {
		error = bpf_prog_test_run_opts(program, &options);
	} while (error == -EINTR);
	require(!error && options.retval == 0, "fill the ring");
}

static uint32_t drain_ring(uint32_t position)
{
	int count = ring_buffer__consume(ring);

	require(count == (int)RECORDS_IN_RING && !bad_records, "the records of the ring");
	return count;
}

static uint32_t load_object(uint32_t position)
{
	object = load(obj_load_object, obj_load_object_end);
	return 1;
}

static void close_object(void)
{
	bpf_object__close(object);
}

static int load_empty(void)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "peer", "GPL", code, 2, NULL);

	require(fd >= 0, "load a program");
	return fd;
}

static uint32_t load_program(uint32_t position)
{
	program = load_empty();
	return 1;
}

static void close_program(void)
{
	close(program);
}

// Attach types of libbpf's own header are as old as it is: 46 is BPF_TCX_INGRESS.
static uint32_t attach(uint32_t position)
{
	int link = bpf_link_create(program, 1, 46, NULL);

	require(link >= 0, "attach by tcx");
	close(link);
	return 1;
}

static uint32_t parent_process(uint32_t position)
{
	static volatile long sum;
	long local = 0;

	for (int i = 0; i < 200; i++)
		local += getppid();
	sum += local;
	return 200;
}

static void measure_load(const char *op, bool once)
{
	struct workload w = { op, 0, 0, 1, 1, NULL, load_object, close_object, NULL };

	if (wants(op))
		measure(&w, once);
}

void run_first_load(void)
{
	struct workload control = { "syscall_getppid", 0, 0, 200, 200, NULL, parent_process, NULL, NULL };

	measure_load("obj_load_first", true);
	if (wants(control.op))
		measure(&control, false);
}

void run_objects(void)
{
	struct workload consume = { "ringbuf_consume", 0, 64, 1, 1, fill_ring, drain_ring, NULL, NULL };
	struct workload prog = { "prog_load", 0, 0, 1, 1, NULL, load_program, close_program, NULL };
	struct workload tcx = { "prog_attach_tcx", 0, 0, 1, 1, NULL, attach, NULL, NULL };

	if (wants(consume.op)) {
		struct bpf_object *filler = load(ring_fill_object, ring_fill_object_end);

		program = bpf_program__fd(bpf_object__find_program_by_name(filler, "ring_fill"));
		ring = ring_buffer__new(bpf_object__find_map_fd_by_name(filler, "ring"), take_record, NULL, NULL);
		require(program >= 0 && ring, "open the ring");
		measure(&consume, false);
		ring_buffer__free(ring);
		bpf_object__close(filler);
	}
	if (wants(prog.op))
		measure(&prog, false);
	measure_load("obj_load", false);
	if (wants(tcx.op)) {
		program = load_empty();
		measure(&tcx, false);
		close(program);
	}
}

// Last of all, since it changes the allocator for good.
void run_warm_heap(void)
{
	if (!wants("obj_load_warm_heap"))
		return;
	require(mallopt(M_MMAP_THRESHOLD, 32 << 20) == 1 && mallopt(M_TRIM_THRESHOLD, 1 << 30) == 1, "mallopt");
	measure_load("obj_load_warm_heap", false);
}
