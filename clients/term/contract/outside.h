/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/contract/outside.h - connections, datagrams and files as the engine sees them. clients/term/net implements it on libuv and OpenSSL, tests in
 * memory. All calls and callbacks on the one thread; callbacks never come from inside a call, but in a later turn.
 */
#pragma once
#include <sys/types.h>

#include "base/buf.h"
#include "base/world.h"
#include "model/endpoint.h"

struct outside;
struct pipe;

enum { KEY_BYTES = 32 }; /* SHA-256 over the public key (SubjectPublicKeyInfo) for peers, over the certificate for servers */

/* ---- pipes: TCP, with TLS or without ------------------------------------------------------------------------------------ */

enum pipe_tls {
	PIPE_PLAIN,
	PIPE_SERVER, /* as a client of a server. Its certificate is looked at by the roots of this machine and the name; p->trusted says how that went, p->key is its
			SHA-256: the engine decides */
	PIPE_PEER,   /* a direct link: both show a self-signed key of their own; p->key is the other's. TLS 1.3 only */
};

struct pipe_ops {
	void (*up)(struct pipe *p);      /* connected, TLS complete. Nothing of `out` is sent before */
	void (*feed)(struct pipe *p, const char *bytes, size_t n);
	void (*written)(struct pipe *p); /* `out` is empty and the kernel has all of it */
	/* It is over, or could not be made. `why` is a sentence in the user's language, for people. The last callback; the pipe is gone then. */
	void (*down)(struct pipe *p, struct str why);
};

struct pipe {
	const struct pipe_ops *ops;
	struct outside *outside;
	void *state;             /* the engine's */
	struct buf out;          /* the engine appends, then pipe_dirty() */
	size_t unsent;           /* taken from `out`, not yet by the kernel */
	struct endpoint peer, local;
	bool secure, accepted;   /* accepted: the other side has dialled */
	bool trusted;            /* PIPE_SERVER: a chain to a root of this machine, and the name is right */
	uint8_t key[KEY_BYTES];
};

/* ---- files --------------------------------------------------------------------------------------------------------------- */

struct disk_file;

/* Reckons the SHA-256 of the first `n` bytes on another thread. Embedded in the asker; busy until `done` (once, in a later turn) or disk_hash_cancel(). */
struct hash_ask {
	void (*done)(struct hash_ask *a);
	int error;          /* 0, or a negative errno */
	uint8_t sum[32];
	void *job;          /* of who reckons */
};

struct outside_ops {
	/* host: a name or an address. A pipe always comes back; how it went is told later. */
	struct pipe *(*dial)(struct outside *o, struct str host, uint16_t port, enum pipe_tls tls, const struct pipe_ops *ops, void *state);
	/* TLS begins as a client (PIPE_SERVER) on a pipe that is up and plain; `up` comes once more. */
	void (*start_tls)(struct pipe *p);
	void (*dirty)(struct pipe *p);                /* `out` has grown */
	void (*pause)(struct pipe *p, bool paused);   /* no more feed until resumed */
	void (*hang_up)(struct pipe *p);              /* writes what is in `out`, then ends; `down` follows */

	/* Opens for direct links: TCP (PIPE_PEER) and UDP with one number; `port` 0: any. Returns the number, 0: not possible, and `why`. Callbacks below. */
	uint16_t (*listen)(struct outside *o, uint16_t port, struct buf *why);
	void (*datagram)(struct outside *o, const struct endpoint *to, struct str bytes);
	/* The same from another, anonymous socket (PROTOCOLS 2.1: as wild clients log in). */
	void (*datagram_anonymous)(struct outside *o, const struct endpoint *to, struct str bytes);
	/* The address of ours from which `to` is reached; false: none. */
	bool (*route)(struct outside *o, const uint8_t to[16], uint8_t ret[16]);
	/* Name to addresses, `done` once in a later turn; n 0: not found, and why. */
	void (*resolve)(struct outside *o, struct str host, void (*done)(void *arg, const uint8_t (*addresses)[16], size_t n, struct str why), void *arg);

	/* ---- LAN: who else is here. Both at once where there is a daemon for DNS-SD. */
	/* Our name and port are announced from now on, `found` and `lost` are called. 0 or a negative errno and why. */
	int (*lan_join)(struct outside *o, struct str name, uint16_t port, struct str bind, struct buf *why);
	/* To all: multicast datagrams of ours (PROTOCOLS 2.1 form); they come in by outside_events.multicast. */
	void (*multicast)(struct outside *o, struct str bytes);

	/* ---- files. Names are of this machine. 0 or a negative errno. */
	int (*file_open)(struct outside *o, struct str path, struct disk_file **ret, uint64_t *size);
	/* A file that is being received: `key` (32 hexadecimal digits) finds the part again, *have is what is there of it. */
	int (*file_part)(struct outside *o, struct str key, struct disk_file **ret, uint64_t *have);
	ssize_t (*file_read)(struct disk_file *f, uint64_t offset, void *to, size_t n);
	int (*file_write)(struct disk_file *f, uint64_t offset, struct str bytes);
	void (*file_hash)(struct disk_file *f, uint64_t n, struct hash_ask *a);
	void (*file_hash_cancel)(struct hash_ask *a);
	/* Of a part: flushed, then it gets its name in `folder` (with " (2)" … where there is one); *path appended. The handle stays open. */
	int (*file_finish)(struct disk_file *f, struct str folder, struct str name, struct buf *path);
	void (*file_close)(struct disk_file *f, bool drop); /* drop: the part is removed */
	/* Names in a folder that begin with `prefix`, for completion; folders with a slash at the end. */
	void (*file_names)(struct outside *o, struct str prefix, void (*each)(void *arg, struct str path), void *arg);
};

/* What comes by itself; set by the engine before listen() or lan_join(). */
struct outside_events {
	void *arg;
	/* Somebody dialled us: set p->ops and p->state. TLS is complete, `up` is not called. */
	void (*accepted)(void *arg, struct pipe *p);
	void (*datagram)(void *arg, const struct endpoint *from, struct str bytes);
	void (*multicast)(void *arg, const struct endpoint *from, struct str bytes);
	/* By DNS-SD: `name` is at `at`; or no longer. */
	void (*found)(void *arg, struct str name, const struct endpoint *at);
	void (*lost)(void *arg, struct str name);
};

struct outside {
	const struct outside_ops *ops;
	struct outside_events events;
	uint8_t key[KEY_BYTES]; /* our own, that peers see */
};

static inline void pipe_dirty(struct pipe *p) { p->outside->ops->dirty(p); }
static inline void pipe_hang_up(struct pipe *p) { p->outside->ops->hang_up(p); }
static inline void pipe_pause(struct pipe *p, bool paused) { p->outside->ops->pause(p, paused); }
static inline size_t pipe_backlog(const struct pipe *p) { return p->out.n + p->unsent; }
