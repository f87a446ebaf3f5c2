/*
 * Reports sessions to a session API by its unix socket, as proxies do: one thread, many kept connections, one request at a time on each.
 *
 * reporters --socket PATH [--path P] [--connections N] [--rate R] [--count N] [--first N] [--pods N] [--batch N]
 *
 * With a rate, report i is due at i / R seconds, and its time goes from then, not from when a connection was free: a server that is late pays for
 * those that wait. Without one, the next request goes as soon as its connection is free. The time ends when the answer is here, so it has the way back and this
 * process's own wake-up in it. Session i is that of pod i mod N, port 1024 + i / N; reports of even number are of user boss, odd ones of user minion.
 * Prints one JSON object. Exit status: 0 all were answered with 2xx, 1 not, 2 it could not be run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../arguments.h"

#define LARGEST_REPORT	320
#define ANSWER_ROOM	(4 << 20)
#define FIRST_PORT	1024
#define PORTS		64000

struct connection {
	int fd;
	int busy;
	char *out;
	size_t out_at, out_end;
	char *in;
	size_t in_end;
	uint64_t due;
	long reports;
};

static struct {
	const char *path;
	long pods, batch;
} how;

static uint64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int die(const char *what)
{
	fprintf(stderr, "reporters: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int ascending(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static int report(char *to, size_t room, long i)
{
	long pod = i % how.pods, port = FIRST_PORT + i / how.pods;

	if (port >= FIRST_PORT + PORTS) {
		fprintf(stderr, "reporters: %ld pods have no port for session %ld.\n", how.pods, i);
		exit(2);
	}

	return snprintf(to, room,
		"{\"protocol\":\"tcp\",\"source\":\"10.60.%ld.%ld:%ld\",\"destination\":\"10.96.1.1:80\",\"method\":\"GET\","
		"\"authority\":\"httpbin.app.svc.cluster.local\",\"path\":\"/get?n=1\",\"headers\":{\"user\":\"%s\"}}",
		pod / 250, pod % 250 + 1, port, i % 2 ? "minion" : "boss");
}

static void request(struct connection *c, long first, long reports)
{
	/* The head is written when the length is known; room for it is left in front. */
	enum { HEAD = 256 };
	char *body = c->out + HEAD, *at = body;
	int head;

	if (how.batch)
		at += sprintf(at, "{\"sessions\":[");
	for (long i = 0; i < reports; i++) {
		if (i)
			*at++ = ',';
		at += report(at, LARGEST_REPORT, first + i);
	}
	if (how.batch)
		at += sprintf(at, "]}");

	char line[HEAD];

	head = snprintf(line, sizeof(line), "POST %s HTTP/1.1\r\nhost: clovisor\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n",
			how.path, (size_t)(at - body));
	memcpy(body - head, line, (size_t)head);
	c->out_at = (size_t)(HEAD - head);
	c->out_end = (size_t)(at - c->out);
	c->reports = reports;
	c->in_end = 0;
	c->busy = 1;
}

static void flush(struct connection *c)
{
	while (c->out_at < c->out_end) {
		ssize_t wrote = send(c->fd, c->out + c->out_at, c->out_end - c->out_at, MSG_NOSIGNAL);

		if (wrote < 0) {
			if (errno == EAGAIN)
				return;
			die("send");
		}
		c->out_at += (size_t)wrote;
	}
}

/* The status once the answer is whole, 0 before. */
static int status(struct connection *c)
{
	char *head_end, *length;

	if (c->in_end < 16)
		return 0;
	c->in[c->in_end] = 0;
	head_end = strstr(c->in, "\r\n\r\n");
	if (!head_end)
		return 0;

	int code = atoi(c->in + 9);
	size_t head = (size_t)(head_end - c->in) + 4;

	if (code == 204)
		return code;
	*head_end = 0;
	length = strcasestr(c->in, "\r\ncontent-length:");
	*head_end = '\r';
	if (length)
		return c->in_end >= head + strtoul(length + 17, NULL, 10) ? code : 0;
	return c->in_end >= head + 5 && !memcmp(c->in + c->in_end - 5, "0\r\n\r\n", 5) ? code : 0;
}

/* Errors in the answer to a batch: each report that was refused has "errors". */
static long refused(struct connection *c)
{
	long count = 0;

	for (char *at = c->in; how.batch && (at = strstr(at, "\"errors\"")); at++)
		count++;
	return count;
}

int main(int argc, char **argv)
{
	const char *socket_path = text(argc, argv, "--socket", NULL);
	long connections = number(argc, argv, "--connections", 50), rate = number(argc, argv, "--rate", 0);
	long count = number(argc, argv, "--count", 10000), first = number(argc, argv, "--first", 0);
	struct connection *all = calloc((size_t)connections, sizeof(*all));
	uint64_t *took = calloc((size_t)count, sizeof(*took));
	long sent = 0, answered = 0, requests = 0, good = 0, bad = 0, waited = 0;
	int epoll = epoll_create1(0), worst = 0;
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	how.path = text(argc, argv, "--path", "/v1/sessions");
	how.pods = number(argc, argv, "--pods", 100);
	how.batch = number(argc, argv, "--batch", 0);
	if (!socket_path || connections < 1 || count < 1 || how.pods < 1 || how.pods > 60000 || !all || !took) {
		fprintf(stderr, "reporters: --socket PATH is needed, and numbers above 0; at most 60000 pods.\n");
		return 2;
	}
	prctl(PR_SET_TIMERSLACK, 1);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	for (long i = 0; i < connections; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &all[i] };

		all[i].fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (all[i].fd < 0 || connect(all[i].fd, (struct sockaddr *)&address, sizeof(address)))
			die(socket_path);
		fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
		all[i].out = malloc((size_t)(how.batch ? how.batch : 1) * LARGEST_REPORT + 1024);
		all[i].in = malloc(ANSWER_ROOM + 1);
		if (!all[i].out || !all[i].in || epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event))
			die("prepare a connection");
	}

	uint64_t begun = now();

	for (long next = 0; answered < count;) {
		uint64_t at = now(), due = rate ? begun + (uint64_t)((double)sent * 1e9 / (double)rate) : 0;

		/* In turn over the connections; one that is still waiting for its answer is passed over. */
		while (sent < count && due <= at) {
			long tried = 0;

			while (tried < connections && all[next % connections].busy)
				next++, tried++;
			if (tried == connections)
				break;

			struct connection *c = &all[next++ % connections];
			long reports = how.batch ? how.batch : 1;

			reports = reports > count - sent ? count - sent : reports;
			request(c, first + sent, reports);
			c->due = rate ? due : now();
			waited += rate && now() - due > 1000000;
			flush(c);
			if (c->out_at < c->out_end) {
				struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };

				epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
			}
			sent += reports;
			due = rate ? begun + (uint64_t)((double)sent * 1e9 / (double)rate) : 0;
		}

		struct epoll_event events[64];
		struct timespec limit = { .tv_sec = 5 };

		at = now();
		if (rate && sent < count && due > at)
			limit = (struct timespec){ .tv_sec = (time_t)((due - at) / 1000000000u), .tv_nsec = (long)((due - at) % 1000000000u) };
		else if (rate && sent < count)
			limit = (struct timespec){ 0 };

		int ready = epoll_pwait2(epoll, events, 64, &limit, NULL);

		if (ready < 0 && errno != EINTR)
			die("wait");
		if (ready == 0 && limit.tv_sec == 5) {
			fprintf(stderr, "reporters: no answer for 5 s, %ld of %ld answered.\n", answered, count);
			return 2;
		}
		for (int i = 0; i < ready; i++) {
			struct connection *c = events[i].data.ptr;

			if (events[i].events & EPOLLOUT) {
				flush(c);
				if (c->out_at == c->out_end) {
					struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

					epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
				}
			}
			if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
				continue;

			ssize_t got = recv(c->fd, c->in + c->in_end, ANSWER_ROOM - c->in_end, 0);

			if (got < 0 && errno == EAGAIN)
				continue;
			if (got <= 0) {
				fprintf(stderr, "reporters: a connection was closed, %ld of %ld answered.\n", answered, count);
				return 2;
			}
			c->in_end += (size_t)got;

			int code = status(c);

			if (!code)
				continue;
			took[requests++] = now() - c->due;
			c->busy = 0;
			answered += c->reports;
			long wrong = code / 100 == 2 ? refused(c) : c->reports;

			if (wrong && !worst) {
				worst = code;
				fprintf(stderr, "reporters: first refusal: %.*s\n", (int)(c->in_end > 1000 ? 1000 : c->in_end), c->in);
			}
			bad += wrong;
			good += c->reports - wrong;
		}
	}

	double seconds = (double)(now() - begun) / 1e9;

	qsort(took, (size_t)requests, sizeof(*took), ascending);
	#define AT(part) ((double)took[(long)((double)(requests - 1) * (part))] / 1000)
	printf("{\"connections\":%ld,\"rate\":%ld,\"batch\":%ld,\"reports\":%ld,\"good\":%ld,\"bad\":%ld,\"late\":%ld,\"seconds\":%.3f,\"per_second\":%.0f,"
	       "\"us_p10\":%.1f,\"us_p50\":%.1f,\"us_p90\":%.1f,\"us_p99\":%.1f,\"us_p999\":%.1f,\"us_max\":%.1f}\n",
	       connections, rate, how.batch, answered, good, bad, waited, seconds, (double)answered / seconds,
	       AT(0.1), AT(0.5), AT(0.9), AT(0.99), AT(0.999), AT(1.0));
	return bad ? 1 : 0;
}
