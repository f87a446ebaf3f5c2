// SPDX-License-Identifier: Apache-2.0
// The peer of MapUpdateLatency: the same updates, by libbpf's own call from C. One call from .NET runs all of them, so that
// the cost of crossing over is spread thin.
#include <bpf/bpf.h>
#include <stdint.h>
#include <unistd.h>

struct key { uint64_t a, b; };
struct value { uint64_t v[4]; };

int clovisor_bench_update(int map_fd, uint32_t first, uint32_t count)
{
	struct key key = {0};
	struct value value = {0};

	for (uint32_t i = 0; i < count; i++) {
		key.a = first + i;
		value.v[0] = i;
		int err = bpf_map_update_elem(map_fd, &key, &value, BPF_ANY);
		if (err)
			return err;
	}
	return 0;
}

int clovisor_bench_open(uint32_t map_id)
{
	return bpf_map_get_fd_by_id(map_id);
}

void clovisor_bench_close(int map_fd)
{
	close(map_fd);
}
