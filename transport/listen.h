/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/listen.h - open ports. They are opened before any thread runs and before privileges are dropped: each address
 * has one socket per core (SO_REUSEPORT: the kernel deals the connections out), then every core serves its own. A port for datagrams too has one more.
 */
#pragma once
#include "transport/link.h"
#include "transport/udp.h"

struct port {
	const char *setting;   /* where it was asked for: "listen.xmpp"; borrowed */
	struct entrance how;
	char address[108];     /* "[::]:5222", "127.0.0.1:7788", or a path */
	uint16_t number;       /* 0: a local socket */
	bool loopback;         /* reached from this machine only */
	int udp;               /* where how.datagrams is; -1 otherwise, and once it is served */
	int *fd;               /* one per core; -1 once it is served; a local socket has one, for core 0 */
};

struct ports {
	struct port **port; /* they stay where they are: links point at their entrance */
	size_t n;
	unsigned cores;
};

/* Opens every address of `list`, parted by commas or blanks: "127.0.0.1:7788", "[::1]:7788", "localhost:7788" (both
 * families), "[::]:5222" and "*:5222" (all addresses of both families). Port 0: a free one, see port->number. -EINVAL or what the kernel
 * said, and then `why` holds a sentence for the operator. */
int ports_open(struct ports *ps, struct str list, const char *setting, const struct entrance *how, struct buf *why);

/* A local socket at `path`, only for the owner. A stale one is replaced. */
int ports_open_local(struct ports *ps, const char *path, const struct entrance *how, struct buf *why);

/* From now on `links` gets what connects to the sockets of `core`; on its thread. */
struct serving;
struct serving *ports_serve(struct ports *ps, unsigned core, struct links *links, struct loop *loop);

/* Hands the UDP sockets over: to the first core's. */
void ports_serve_datagrams(struct ports *ps, struct udps *us);

/* No more of it. On the loop's thread; the memory goes when the loop has run once more. NULL is fine; returns NULL. */
struct serving *ports_shut(struct serving *s);

/* Removes local sockets and closes what was never served. When every link is gone. */
void ports_free(struct ports *ps);
