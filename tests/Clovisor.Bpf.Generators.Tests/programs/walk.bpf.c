#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <clovisor/records.h>

struct packet {
	__u32 length;
	__u32 mark;
};

const volatile __u32 shortest = 0; /* set before loading */
__u64 seen;                        /* shared while it runs */

struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1024); } by_length SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } bytes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } packets SEC(".maps");
clovisor_record(packets, struct packet);

SEC("tc") int watch(struct __sk_buff *skb)
{
	struct packet packet = { .length = skb->len, .mark = skb->mark };
	__u32 first = 0;
	__u64 one = 1, *count, *sum;

	seen++;
	if (skb->len < shortest)
		return TC_ACT_UNSPEC;
	count = bpf_map_lookup_elem(&by_length, &packet.length);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&by_length, &packet.length, &one, BPF_ANY);
	sum = bpf_map_lookup_elem(&bytes, &first);
	if (sum)
		*sum += skb->len;
	bpf_ringbuf_output(&packets, &packet, sizeof(packet), 0);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
