// SPDX-License-Identifier: Apache-2.0
// The command line and the stage: one CPU, a network namespace of its own.
#define _GNU_SOURCE
#include "peer.h"
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static void pin(void)
{
	cpu_set_t set;

	require(!sched_getaffinity(0, sizeof(set), &set), "sched_getaffinity");
	for (int cpu = CPU_SETSIZE - 1; args.cpu < 0 && cpu >= 0; cpu--) {
		if (CPU_ISSET(cpu, &set))
			args.cpu = cpu;
	}
	CPU_ZERO(&set);
	CPU_SET(args.cpu, &set);
	require(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(int argc, char **argv)
{
	bool order = false;

	for (int i = 1; i < argc; i++) {
		const char *option = argv[i];

		if (!strcmp(option, "--order")) {
			order = true;
			continue;
		}
		require(i + 1 < argc, "an option needs a value");
		const char *value = argv[++i];

		if (!strcmp(option, "--seconds"))
			args.seconds = atof(value);
		else if (!strcmp(option, "--entries"))
			args.entries = strtoul(value, NULL, 10);
		else if (!strcmp(option, "--op"))
			args.operations = value;
		else if (!strcmp(option, "--cpu"))
			args.cpu = atoi(value);
		else
			require(false, "options are --seconds S, --entries N, --op a,b, --cpu C and --order");
	}
	require(args.seconds > 0 && args.entries >= 4096, "--seconds is above 0 and --entries at least 4096");
	if (order) {
		print_order();
		return 0;
	}
	libbpf_set_print(silent);
	pin();
	/*
	 * The kernel looks descriptors up without counting references while a process has one thread. Every runtime has more: the second
	 * name shows what that costs C, so that the rest can be laid at the library's door.
	 */
	args.threads = strstr(argv[0], "-threads") != NULL;
	if (args.threads) {
		pthread_t thread;

		require(!pthread_create(&thread, NULL, idle, NULL), "start a thread");
	}
	require(!unshare(CLONE_NEWNET), "unshare the network: run as root");
	make_elements();
	run_first_load();
	run_maps();
	run_objects();
	run_warm_heap();
	return 0;
}
