#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "ways.h"

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t payload[PAYLOAD];
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == FRAME, "a frame of the least size");

static struct frame *frames;
static struct iovec *vectors;
static struct mmsghdr *messages;
static long flow_count, most;
static int packet_socket;

static uint32_t sum_of(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t checksum_of(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void write_frame(struct frame *frame, const struct frame *model, uint16_t source_port)
{
	*frame = *model;
	frame->udp.source = htons(source_port);
	frame->ip.check = checksum_of(sum_of(&frame->ip, sizeof(frame->ip)));
	/* The pseudo header is the addresses, the protocol and the length. */
	frame->udp.check = checksum_of(sum_of(&frame->ip.saddr, 8) + IPPROTO_UDP + ntohs(frame->udp.len) + sum_of(&frame->udp, sizeof(frame->udp) + PAYLOAD));
}

int open_frames(const struct flows *flows, const char *device, const char *mac, long per_call)
{
	struct frame model = { .eth.ether_type = htons(ETHERTYPE_IP) };
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = 0, .sll_ifindex = (int)if_nametoindex(device) };
	struct ifreq asked = {};
	uint8_t *to = model.eth.ether_dhost;

	model.ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .tot_len = htons(FRAME - ETHER_HDR_LEN) };
	model.udp.dest = htons((uint16_t)flows->port);
	model.udp.len = htons(sizeof(struct udphdr) + PAYLOAD);
	if (!at.sll_ifindex || inet_pton(AF_INET, flows->to, &model.ip.daddr) != 1 ||
	    sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to[0], &to[1], &to[2], &to[3], &to[4], &to[5]) != 6) {
		errno = EINVAL;
		return -1;
	}
	packet_socket = socket(AF_PACKET, SOCK_RAW, 0);
	strncpy(asked.ifr_name, device, sizeof(asked.ifr_name) - 1);
	if (packet_socket < 0 || bind(packet_socket, (void *)&at, sizeof(at)) || ioctl(packet_socket, SIOCGIFHWADDR, &asked))
		return -1;
	memcpy(model.eth.ether_shost, asked.ifr_hwaddr.sa_data, ETH_ALEN);
	asked.ifr_addr.sa_family = AF_INET;
	if (ioctl(packet_socket, SIOCGIFADDR, &asked))
		return -1;
	model.ip.saddr = ((struct sockaddr_in *)(void *)&asked.ifr_addr)->sin_addr.s_addr;

	flow_count = flows->count;
	most = per_call;
	frames = calloc((size_t)flow_count, sizeof(*frames));
	vectors = calloc((size_t)flow_count, sizeof(*vectors));
	messages = calloc((size_t)flow_count, sizeof(*messages));
	if (!frames || !vectors || !messages)
		return -1;
	for (long i = 0; i < flow_count; i++) {
		write_frame(&frames[i], &model, (uint16_t)(flows->first_port + i));
		vectors[i] = (struct iovec){ .iov_base = &frames[i], .iov_len = sizeof(frames[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	return 0;
}

int send_frames(long flow, long count)
{
	while (count) {
		long now = count < most ? count : most;
		int sent;

		if (now > flow_count - flow)
			now = flow_count - flow;
		sent = sendmmsg(packet_socket, &messages[flow], (unsigned int)now, 0);
		if (sent <= 0)
			return -1;
		count -= sent;
		flow = (flow + sent) % flow_count;
	}
	return 0;
}
