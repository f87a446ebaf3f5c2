/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every kind of type, map and global that a skeleton can have. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <clovisor/records.h>

enum color { COLOR_RED, COLOR_GREEN = 7, COLOR_NONE = -1 };
enum state { STATE_NEW = 1, STATE_OLD };

struct point {
	__s32 x;
	__s32 y;
};

struct packed {
	__u8 kind;
	__u32 value;
	__u16 tail;
} __attribute__((packed));

typedef struct {
	__u64 low, high;
} pair_t;

struct everything {
	_Bool truth;
	char letter;
	signed char small;
	__u16 port;
	__s64 wide;
	enum color color;
	char name[16];
	__u32 numbers[4];
	struct point points[2];
	__u16 grid[2][3];
	struct packed packed;
	union {
		__u32 v4;
		__u8 v6[16];
	};
	union {
		__u64 whole;
		struct {
			__u32 low, high;
		} parts;
	} both;
	pair_t pair;
	void *pointer;
	unsigned int flag : 1;
	unsigned int level : 5;
	int balance : 6;
	__u64 long_bits : 40;
	enum state state : 3;
	__u32 class;		/* words of C# */
	__u32 src_port, srcPort;	/* become one name in C# */
	__u32 ToString;
	__u32 everything;
};

struct event {
	__u32 length;
	char text[12];
};

struct key {
	__u32 id;
	__u16 port;
	__u16 zero;
};

clovisor_record(events, struct event);

/* Constants. */
const volatile __u32 limit = 3;
const volatile char label[8] = "tag";
const volatile struct point origin = { 1, -2 };

/* Variables. */
__u64 counter;
__u32 preset = 41;
struct point last_point;
__u32 table[4];
static volatile __u32 hidden = 1;
__u8 large[2 << 20];

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct everything); __uint(max_entries, 1); } all SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct key); __type(value, __u64); __uint(max_entries, 64); } by_key SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __type(key, __u32); __type(value, struct point); __uint(max_entries, 1); } per_cpu SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(key_size, 4); __uint(value_size, 8); __uint(max_entries, 4); } untyped SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(key_size, 4); __uint(value_size, 12); __uint(max_entries, 4); } odd SEC(".maps");
struct route { __u32 prefix; __u8 address[4]; };
struct inner { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct point); __uint(max_entries, 4); } inner_points SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __type(key, struct route); __type(value, __u32); __uint(max_entries, 8); __uint(map_flags, BPF_F_NO_PREALLOC); } routes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __type(value, struct point); __uint(max_entries, 4); } waiting SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 4); } per_cpu_hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(key_size, 4); __uint(value_size, 4); __uint(max_entries, 2); } calls SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(key_size, 4); __uint(max_entries, 2); __array(values, struct inner); } sets SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(key_size, 4); __uint(value_size, 4); __uint(max_entries, 2); } devices SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __type(value, __u32); __uint(max_entries, 16); } bloom SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } orders SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");

__noinline int helper(struct __sk_buff *skb)
{
	return skb->len + hidden;
}

SEC("tc") int fill(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct everything *e = bpf_map_lookup_elem(&all, &zero);

	if (!e)
		return TC_ACT_UNSPEC;
	e->truth = 1;
	e->letter = 'c';
	e->small = -3;
	e->port = 65000;
	e->wide = -5000000000;
	e->color = COLOR_NONE;
	__builtin_memcpy(e->name, "hello", 6);
	e->numbers[3] = 33;
	e->points[1].y = -22;
	e->grid[1][2] = 12;
	e->packed.value = 0x11223344;
	e->packed.tail = 0x5566;
	e->v4 = 0x0100007f;
	e->both.parts.high = 2;
	e->pair.high = 9;
	e->flag = 1;
	e->level = 21;
	e->balance = -7;
	e->long_bits = 0xABCDEF0123;
	e->state = STATE_OLD;
	e->class = 4;
	e->src_port = 5;
	e->srcPort = 6;
	e->ToString = 7;
	e->everything = 8;
	return TC_ACT_UNSPEC;
}

SEC("tc") int count(struct __sk_buff *skb)
{
	struct key key = { .id = limit, .port = label[0] };
	__u64 one = 1;
	struct event *event;

	counter++;
	preset += origin.x;
	last_point.x = helper(skb);
	table[2] = 7;
	large[skb->len & 0xfff] = 1;
	bpf_map_update_elem(&by_key, &key, &one, BPF_ANY);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (event) {
		event->length = skb->len;
		__builtin_memcpy(event->text, "packet\0\0\0\0\0", 12);
		bpf_ringbuf_submit(event, 0);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
