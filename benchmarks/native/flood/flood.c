/*
 * Sends UDP packets of many flows from one thread on one CPU and says what one packet costs. On veth devices all of its way (sending,
 * forwarding, the far end) runs at the back of the send call, so that the time of the call is the time of the way.
 *
 * flood --to ADDRESS --port PORT --first-port PORT --flows N --samples N --burst N [--cpu N] [--device NAME --mac ADDRESS [--per-call N]]
 * With a device, frames to that hardware address, many a call; without, a socket a flow and a call a packet.
 * Prints one JSON object: nanoseconds a packet, by the wall clock and by the thread's own clock, percentiles over samples of a burst each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../arguments.h"
#include "ways.h"

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

static int pin(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	long samples = number(argc, argv, "--samples", 400), burst = number(argc, argv, "--burst", 256), cpu = number(argc, argv, "--cpu", -1), sent = 0;
	const char *device = text(argc, argv, "--device", NULL);
	const struct flows flows = {
		.to = text(argc, argv, "--to", ""),
		.port = number(argc, argv, "--port", 9),
		.first_port = number(argc, argv, "--first-port", 20000),
		.count = number(argc, argv, "--flows", 1000),
	};
	int (*way)(long flow, long count) = device ? send_frames : send_by_sockets;
	double *wall, *own;

	if (!*flows.to || flows.count < 1 || samples < 1 || burst < 1) {
		fprintf(stderr, "flood --to ADDRESS --port PORT --first-port PORT --flows N --samples N --burst N [--cpu N] [--device NAME --mac ADDRESS [--per-call N]]\n");
		return 2;
	}
	if (cpu >= 0 && pin(cpu))
		return die("pin to the CPU");
	wall = calloc((size_t)samples, sizeof(*wall));
	own = calloc((size_t)samples, sizeof(*own));
	if (!wall || !own)
		return die("memory");
	if (device ? open_frames(&flows, device, text(argc, argv, "--mac", ""), number(argc, argv, "--per-call", 64)) : open_sockets(&flows))
		return die("open the flows");
	/* Each flow once, the first of them slowly: neighbours are resolved, sessions are bound, caches are warm. */
	for (; sent < flows.count; sent++) {
		if (way(sent, 1))
			return die("send");
		if (sent < 4)
			usleep(20000);
	}
	for (long sample = 0; sample < samples; sample++) {
		uint64_t wall_start = now(CLOCK_MONOTONIC), own_start = now(CLOCK_THREAD_CPUTIME_ID);

		if (way(sent % flows.count, burst))
			return die("send");
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
