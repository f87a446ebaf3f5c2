#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <clovisor/records.h>
#include "packet.h"

const volatile __u32 shortest = 0;
__u64 seen;

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } packets SEC(".maps");
clovisor_record(packets, struct packet);

SEC("tc") int watch(struct __sk_buff *skb)
{
	struct packet *packet;

	seen++;
	if (skb->len < shortest)
		return TC_ACT_UNSPEC;
	packet = bpf_ringbuf_reserve(&packets, sizeof(*packet), 0);
	if (packet) {
		packet->length = skb->len;
		packet->mark = skb->mark;
		bpf_ringbuf_submit(packet, 0);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
