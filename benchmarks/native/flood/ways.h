/* The ways that packets get to the edge. */
#ifndef WAYS_H
#define WAYS_H

#define PAYLOAD		22	/* 64 bytes on the wire with all headers */
#define FRAME		64

struct flows {
	const char *to;		/* where packets go */
	long port, first_port, count;
};

/* A socket for each flow, and a call for each packet: as a proxy of the node sends. Below zero: errno says why not. */
int open_sockets(const struct flows *flows);
int send_by_sockets(long flow, long count);

/* Frames of one packet socket, many a call: as packets arrive at a router, which takes up to 64 of them at a turn of its device. */
int open_frames(const struct flows *flows, const char *device, const char *mac, long per_call);
int send_frames(long flow, long count);

#endif
