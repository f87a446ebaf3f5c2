// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// The object whose loading is measured: three maps, one program, BTF and CO-RE relocations.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct key16 { __u64 a, b; };
struct val32 { __u64 a, b, c, d; };

/* What is read of the kernel's type; offsets are relocated when it is loaded. */
struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct key16);
	__type(value, struct val32);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct val32);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("classifier")
int obj_prog(struct __sk_buff *skb)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	struct key16 k = { .a = skb->len };
	struct val32 *v, *c;
	__u32 zero = 0;
	__u64 *e;

	k.b = BPF_CORE_READ(t, real_parent, tgid);
	v = bpf_map_lookup_elem(&flows, &k);
	if (v)
		__sync_fetch_and_add(&v->a, 1);
	c = bpf_map_lookup_elem(&counters, &zero);
	if (c)
		c->a += skb->len;
	e = bpf_ringbuf_reserve(&events, 8, 0);
	if (e) {
		*e = k.b;
		bpf_ringbuf_submit(e, 0);
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
