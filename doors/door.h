/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/door.h - a door is a protocol as a struct of functions. The transport calls it with bytes; it appends bytes to the
 * link's buffer and calls the core. It knows no socket, clock, TLS or loop: time and timers come from core's world (base/world.h).
 */
#pragma once
#include "base/buf.h"
#include "model/account.h"
#include "model/endpoint.h"

struct core;
struct link;
struct datagrams;

enum { DOOR_CLOSE = 1 }; /* verdict of feed: send what is in `out`, then hang up */

enum binding { BINDING_TLS_EXPORTER, BINDING_TLS_SERVER_END_POINT, BINDINGS }; /* XEP-0440, RFC 9266, RFC 5929 */

enum close_why {
	CLOSE_PEER,     /* the other side hung up, or the network did */
	CLOSE_ASKED,    /* the door asked for it */
	CLOSE_STALLED,  /* the peer does not read */
	CLOSE_SHUTDOWN, /* the server ends; the door may still write a farewell in `stop` */
};

/* What the transport gives. All calls on the core's thread. */
struct link_ops {
	/* `out` has grown: it is written at the end of this turn. Cheap, may be called often. */
	void (*dirty)(struct link *l);
	/* After what is in `out` now, TLS begins as a server. The door must not have bytes left over from before. */
	void (*start_tls)(struct link *l);
	/* No more feed until resumed: for back-pressure. */
	void (*pause)(struct link *l, bool paused);
	/* Write what is in `out`, then hang up. door->close follows in a later turn, once. */
	void (*hang_up)(struct link *l, enum close_why why);
	/* Channel binding data of the TLS session: appended to `to`; false when there is none. `to` NULL: only tells, at no cost. */
	bool (*binding)(struct link *l, enum binding kind, struct buf *to);
	/* Which of this machine's addresses the peer has reached. Asked of the kernel; all zero where there is none (a local socket, a link
	 * inside of another). */
	void (*local)(struct link *l, uint8_t address[16]);
};

struct link {
	const struct link_ops *ops;
	const struct door *door;
	struct core *core;
	void *state;     /* the door's, from open to close */
	struct buf out;  /* the door appends; the transport takes from the front */
	size_t unsent;   /* bytes taken from `out` that the kernel has not accepted yet */
	bool secure;     /* TLS is up */
	bool loopback;   /* the peer is on this machine */
	bool no_starttls;/* TLS cannot begin here any more (WebSocket, BOSH): nothing may be offered that needs it */
	bool closing;    /* hang_up was called: feed will not be called again */
	uint16_t port;   /* the peer's */
	uint8_t address[16]; /* the peer's; IPv4 as ::ffff:a.b.c.d */
};

struct door {
	const char *name;
	/* A link arrived: makes l->state. Returns 0 or a fault (the link is dropped). */
	int (*open)(struct link *l);
	/* Bytes arrived, borrowed for the call. Any split of the stream gives the same result. Returns 0, DOOR_CLOSE or a fault. */
	int (*feed)(struct link *l, const char *bytes, size_t n);
	/* Everything that was in `out` has been accepted by the kernel. May be NULL. */
	void (*written)(struct link *l);
	/* TLS has come up (also at once, for a direct TLS port, after open). May be NULL. */
	void (*secured)(struct link *l);
	/* The server ends: say good-bye in `out`. May be NULL. */
	void (*stop)(struct link *l);
	/* The link is gone: release l->state. Called once; nothing may use `l` afterwards. */
	void (*close)(struct link *l, enum close_why why);
};

/* ---- datagrams -------------------------------------------------------------------------------------------------------- */

/* What the transport gives to a door that speaks UDP. All calls on the core's thread. */
struct datagram_ops {
	/* Sends one, from the address of ours `from` (all zero: the kernel chooses) to `to`, at once. What the kernel does not take is lost, as
	 * datagrams are. `near`: with TTL 1, it shall not leave this network. */
	void (*send)(struct datagrams *d, const uint8_t from[16], const struct endpoint *to, bool near, struct str bytes);
	/* Another socket for the same door at the same addresses, with d->state given; `port` is one that is free, or 0 for any. NULL: cannot be had. */
	struct datagrams *(*open)(struct datagrams *d, uint16_t port, void *state);
	/* Ends one that was made with open(). Nothing comes from it any more; its memory goes in a later turn. */
	void (*shut)(struct datagrams *d);
};

/* One UDP socket, or several with one number where a door listens at several addresses. */
struct datagrams {
	const struct datagram_ops *ops;
	const struct datagram_door *door;
	struct core *core;
	void *state;   /* the door's */
	uint16_t port;
};

struct datagram_door {
	const char *name;
	/* The port of the door is open: makes d->state. 0 or a fault. Not called for what datagrams->open() made. */
	int (*open)(struct datagrams *d);
	/* One datagram, borrowed for the call; `here` is the address of ours that it was sent to, `peer` who says that he sent it: an address
	 * that anybody can write. */
	void (*feed)(struct datagrams *d, const struct endpoint *peer, const uint8_t here[16], struct str bytes);
	/* The server ends: say good-bye. May be NULL. */
	void (*stop)(struct datagrams *d);
	/* The port is gone: release d->state, shut what was opened. Once. */
	void (*close)(struct datagrams *d);
};

extern const struct datagram_door hybrid_datagrams;
extern const struct door xmpp_door, classic_door, web_door, socks_door, component_door, hybrid_door;
/* Becomes one of the others with the first byte that the client says: for a port that is all of them (doors/any.c). */
extern const struct door any_door;

/* Text of the peer's address, "127.0.0.1" or "2001:db8::1" (at most 45 bytes). */
void link_address(const struct link *l, struct buf *to);

/* How much waits to be read by the peer. */
static inline size_t link_backlog(const struct link *l) { return l->out.n + l->unsent; }
