/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/net/inside.h - between the files of the net. Nobody else's.
 *
 * The engine's calls only note what is wanted (net_turn()); it is done by the idle handle in the next turn of the loop,
 * so that no callback ever comes from inside a call.
 */
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/list.h"
#include "clients/term/net/net.h"
#include "clients/term/net/secure.h"
#include "clients/term/net/text.h"

enum {
	DIAL_MS = 20000,  /* from dial() to up */
	STAGGER_MS = 250, /* RFC 8305, 5: before the next address is tried beside the one that has not answered */
	INCOMING_MS = 10000,
	INCOMING_MAX = 32,
	INCOMING_EACH = 4,
	ACCEPTED_MAX = 256,
	ENDING_MS = 5000,   /* how long the last words may take */
	LINGER_MS = 2000,   /* how long the other may take to hang up after them */
	SILENCE_MS = 30000, /* bytes that nobody acknowledges for so long: the line is dead */
	READ_BYTES = 64 * 1024,
	PLAIN_BYTES = 16 * 1024,  /* the largest TLS record */
	WARM_BYTES = 1024 * 1024, /* larger buffers are given back when they are empty */
	DATAGRAM_MAX = 64 * 1024,
	DATAGRAMS_A_TURN = 64,
	ADDRESSES_MAX = 16, /* of one name */
	NEAR_MAX = 256,
};

struct net;
struct lookup;
struct lan;
struct dnssd;

/* A link-local address says nothing without the interface; the engine's endpoints have none. So it is remembered where
 * they were heard. */
struct near {
	uint8_t address[16];
	unsigned interface;
};

struct datagrams {
	int fd; /* -1: closed */
	int family;
	uv_poll_t *poll; /* NULL: only sends */
	void (*take)(struct net *n, const struct sockaddr *from, struct str bytes);
	struct net *net;
};

struct net {
	struct outside outside;
	struct loop *loop;
	bool chinese, stopping;
	char *parts, *authorities;
	struct identity *identity;
	struct secure_setup *server, *peer;
	uv_idle_t idle;
	bool idle_on;
	struct list pipes, turn;      /* struct tcp by `all`, `turn` */
	struct list lookups;
	unsigned incoming, accepted;
	/* listen.c */
	uv_tcp_t *ports[2];
	uint16_t port;
	struct datagrams direct[2], anonymous[2]; /* IPv6, IPv4 */
	struct near near[NEAR_MAX];
	size_t near_n, near_next;
	struct lan *lan;
	struct dnssd *dnssd;
	char read[READ_BYTES];
	char plain[PLAIN_BYTES];
	char packet[DATAGRAM_MAX];
};

static inline struct net *net_of(struct outside *o) { return holder_of(o, struct net, outside); }
static inline struct world *net_world(struct net *n) { return &n->loop->world; }

/* ---- lookup.c: names to addresses, each on a thread of its own, since a resolver may take its time even when we want
 * to leave. */

struct lookup {
	struct list here;
	struct post post;
	struct net *net;
	void (*done)(void *arg, struct lookup *l); /* once, in a later turn; the lookup is gone afterwards */
	void *arg;
	void (*told)(void *arg, const uint8_t (*addresses)[16], size_t n, struct str why); /* of net_resolve() */
	char *host;
	char service[6];
	bool given_up, posted; /* under `lock` */
	pthread_mutex_t lock;
	int error;             /* of getaddrinfo() */
	struct sockaddr_storage addresses[ADDRESSES_MAX]; /* as getaddrinfo() orders them, each once */
	size_t n;
};

struct lookup *lookup_begin(struct net *n, struct str host, uint16_t port, void (*done)(void *arg, struct lookup *l),
			    void *arg);
void lookup_cancel(struct lookup *l); /* NULL is fine */
void lookups_free(struct net *n);
/* What to tell people. */
void lookup_why(const struct lookup *l, struct buf *why);
void net_resolve(struct outside *o, struct str host,
		 void (*done)(void *arg, const uint8_t (*addresses)[16], size_t n, struct str why), void *arg);

/* ---- pipe.c */

struct pipe *pipe_dial(struct outside *o, struct str host, uint16_t port, enum pipe_tls tls, const struct pipe_ops *ops,
		       void *state);
void pipe_start_tls(struct pipe *p);
void pipe_mark(struct pipe *p);
void pipe_hold(struct pipe *p, bool paused);
void pipe_end(struct pipe *p);
void pipe_accept(struct net *n, uv_stream_t *port); /* somebody waits there */
void pipes_turn(struct net *n);
void pipes_stop(struct net *n);
void net_turn(struct net *n); /* pipes_turn() is called in the next turn */

/* ---- listen.c */

uint16_t net_listen(struct outside *o, uint16_t port, struct buf *why);
void net_datagram(struct outside *o, const struct endpoint *to, struct str bytes);
void net_datagram_anonymous(struct outside *o, const struct endpoint *to, struct str bytes);
bool net_route(struct outside *o, const uint8_t to[16], uint8_t ret[16]);
void listen_stop(struct net *n);
void datagrams_init(struct net *n, struct datagrams *d, int family);
/* What comes in is taken from now on; d->take is set. */
void datagrams_read(struct datagrams *d);
void datagrams_close(struct datagrams *d);
/* Sockets to send multicast from, where we do not listen. */
void senders_open(struct net *n);
void near_learn(struct net *n, const struct sockaddr *from);
/* e as an address for sockets, with the interface where it needs one. Its size; 0: not for this family. */
socklen_t near_sockaddr(struct net *n, struct sockaddr_storage *ret, int family, const struct endpoint *e);

/* ---- lan.c, dnssd_*.c */

int net_lan_join(struct outside *o, struct str name, uint16_t port, struct str bind, struct buf *why);
void net_multicast(struct outside *o, struct str bytes);
void lan_stop(struct net *n);
void lan_free(struct net *n);

/* NULL where there is no such library. No daemon is no error: it is waited for. */
struct dnssd *dnssd_new(struct net *n, struct str name, uint16_t port, unsigned interface);
void dnssd_stop(struct dnssd *d); /* NULL is fine */
struct dnssd *dnssd_free(struct dnssd *d);

/* ---- disk.c */

int net_file_open(struct outside *o, struct str path, struct disk_file **ret, uint64_t *size);
int net_file_part(struct outside *o, struct str key, struct disk_file **ret, uint64_t *have);
ssize_t net_file_read(struct disk_file *f, uint64_t offset, void *to, size_t n);
int net_file_write(struct disk_file *f, uint64_t offset, struct str bytes);
void net_file_hash(struct disk_file *f, uint64_t n, struct hash_ask *a);
void net_file_hash_cancel(struct hash_ask *a);
int net_file_finish(struct disk_file *f, struct str folder, struct str name, struct buf *path);
void net_file_close(struct disk_file *f, bool drop);
void net_file_names(struct outside *o, struct str prefix, void (*each)(void *arg, struct str path), void *arg);
