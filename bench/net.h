/* SPDX-License-Identifier: Apache-2.0
 *
 * bench/net.h - the load generator's connections: one thread, epoll, TLS by OpenSSL. What is appended to a link's `out` is
 * gathered and sent once at the end of the turn, so that the generator costs little next to what it measures.
 */
#pragma once
#include "base/buf.h"
#include "base/list.h"

struct ssl_st;
struct ssl_ctx_st;
struct link;

struct link_acts {
	void (*open)(struct link *l);                      /* connected, and with TLS under way where that was asked for */
	size_t (*bytes)(struct link *l, struct str bytes); /* says how many it has taken; the rest comes again with what follows */
	void (*gone)(struct link *l);                      /* closed by either side; released after this returns */
	void (*frame)(struct link *l); /* puts what stands behind `ready` in l->out into frames, before it is sent; NULL: it goes out as it is */
};

struct net {
	int epoll;
	struct ssl_ctx_st *tls;
	struct list unsent, closing;
	uint16_t port;
	uint32_t source; /* the next of the loopback addresses to connect from: one has too few ports for many logins */
	char *scratch;
	uint64_t connected;
};

struct link {
	struct net *net;
	const struct link_acts *acts;
	int fd;
	struct ssl_st *ssl;
	struct buf in, out;
	size_t ready; /* bytes of out that frame() has dealt with */
	struct list unsent, closing;
	uint32_t watched;
	bool connecting, handshaking, secure, deaf, closed;
};

/* Where all links go to: 127.0.0.1 and a port. False: no file descriptors left. */
bool net_open(struct net *n, uint16_t port);
void net_close(struct net *n);

/* Waits for events until `until_ns` (net_now) at most, and serves them once. */
void net_turn(struct net *n, int64_t until_ns);

/* Nanoseconds on a clock of no particular origin. */
int64_t net_now(void);

/* `l` is all-zero. open() or gone() follows. */
void link_connect(struct link *l, struct net *n, const struct link_acts *acts, bool tls);

/* From here on in TLS; secure is set and open() called when that stands. */
void link_tls(struct link *l);

/* Something was appended to l->out. */
void link_send(struct link *l);

/* Closes at the end of the turn; gone() follows then. */
void link_close(struct link *l);

/* Does not read any more: what the server sends piles up. */
void link_deafen(struct link *l);
