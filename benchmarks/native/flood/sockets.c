#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "ways.h"

static int *sockets;
static long flow_count;

int open_sockets(const struct flows *flows)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)flows->port) };
	struct rlimit limit;

	if (inet_pton(AF_INET, flows->to, &to.sin_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	flow_count = flows->count;
	sockets = calloc((size_t)flow_count, sizeof(*sockets));
	if (!sockets)
		return -1;
	for (long i = 0; i < flow_count; i++) {
		struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(flows->first_port + i)) };

		sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (sockets[i] < 0 || bind(sockets[i], (void *)&from, sizeof(from)) || connect(sockets[i], (void *)&to, sizeof(to)))
			return -1;
	}
	return 0;
}

int send_by_sockets(long flow, long count)
{
	static const char payload[PAYLOAD];

	for (; count; count--) {
		if (send(sockets[flow], payload, sizeof(payload), 0) < 0 && errno != ECONNREFUSED)
			return -1;
		flow = flow + 1 == flow_count ? 0 : flow + 1;
	}
	return 0;
}
