// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// Fills the ring: one record of 64 bytes a run, driven by a test-run with a repeat count.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

struct rec { __u64 seq; __u64 pad[7]; };

__u64 ring_seq = 0;

SEC("classifier")
int ring_fill(struct __sk_buff *skb)
{
	struct rec *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);

	if (!r)
		return 1;
	r->seq = ring_seq++;
	r->pad[0] = r->pad[1] = r->pad[2] = r->pad[3] = 0;
	r->pad[4] = r->pad[5] = 0;
	r->pad[6] = ~r->seq;
	bpf_ringbuf_submit(r, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
