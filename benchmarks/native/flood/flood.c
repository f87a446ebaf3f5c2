/*
 * Sends UDP packets of many flows from one thread on one CPU and says what one packet costs. On veth devices all of its way (sending,
 * forwarding, the far end) runs at the back of the send call, so that the time of the call is the time of the way.
 *
 * flood --to ADDRESS --port PORT --first-port PORT --flows N --samples N --burst N [--cpu N]
 * Prints one JSON object: nanoseconds a packet, by the wall clock and by the thread's own clock, percentiles over samples of a burst each.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../arguments.h"

#define PAYLOAD 22	/* 64 bytes on the wire with all headers */

static uint64_t now(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static int die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	return 1;
}

static double percentile(const double *sorted, long count, double part)
{
	return sorted[(long)((count - 1) * part)];
}

int main(int argc, char **argv)
{
	long flows = number(argc, argv, "--flows", 1000), samples = number(argc, argv, "--samples", 400), burst = number(argc, argv, "--burst", 250);
	long first = number(argc, argv, "--first-port", 20000), cpu = number(argc, argv, "--cpu", -1), next = 0, sent = 0;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number(argc, argv, "--port", 9)) };
	struct rlimit limit;
	char payload[PAYLOAD] = {};
	double *wall, *own;
	int *sockets;

	if (inet_pton(AF_INET, text(argc, argv, "--to", ""), &to.sin_addr) != 1 || flows < 1 || samples < 1 || burst < 1) {
		fprintf(stderr, "flood --to ADDRESS --port PORT --first-port PORT --flows N --samples N --burst N [--cpu N]\n");
		return 2;
	}
	if (cpu >= 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET((size_t)cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			return die("pin to the CPU");
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	sockets = calloc((size_t)flows, sizeof(*sockets));
	wall = calloc((size_t)samples, sizeof(*wall));
	own = calloc((size_t)samples, sizeof(*own));
	if (!sockets || !wall || !own)
		return die("memory");
	for (long i = 0; i < flows; i++) {
		struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(first + i)) };

		sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (sockets[i] < 0 || bind(sockets[i], (void *)&from, sizeof(from)) || connect(sockets[i], (void *)&to, sizeof(to)))
			return die("open a flow");
	}
	/* Each flow once, slowly: neighbours are resolved, sessions are bound, caches are warm. */
	for (long i = 0; i < flows; i++) {
		if (send(sockets[i], payload, sizeof(payload), 0) < 0 && errno != ECONNREFUSED)
			return die("send");
		if (i < 4)
			usleep(20000);
		sent++;
	}
	for (long sample = 0; sample < samples; sample++) {
		uint64_t wall_start = now(CLOCK_MONOTONIC), own_start = now(CLOCK_THREAD_CPUTIME_ID);

		for (long i = 0; i < burst; i++) {
			if (send(sockets[next], payload, sizeof(payload), 0) < 0 && errno != ECONNREFUSED)
				return die("send");
			next = next + 1 == flows ? 0 : next + 1;
		}
		own[sample] = (double)(now(CLOCK_THREAD_CPUTIME_ID) - own_start) / (double)burst;
		wall[sample] = (double)(now(CLOCK_MONOTONIC) - wall_start) / (double)burst;
		sent += burst;
	}
	qsort(wall, (size_t)samples, sizeof(*wall), ascending);
	qsort(own, (size_t)samples, sizeof(*own), ascending);
	printf("{\"packets\":%ld,\"samples\":%ld,\"wall_p10\":%.1f,\"wall_p50\":%.1f,\"wall_p90\":%.1f,\"own_p10\":%.1f,\"own_p50\":%.1f,\"own_p90\":%.1f}\n", sent, samples,
	       percentile(wall, samples, 0.1), percentile(wall, samples, 0.5), percentile(wall, samples, 0.9),
	       percentile(own, samples, 0.1), percentile(own, samples, 0.5), percentile(own, samples, 0.9));
	return 0;
}
