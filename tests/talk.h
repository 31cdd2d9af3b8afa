/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/talk.h - a whole server inside a test: N cores on a deterministic world (one thread, a clock that only the
 * test moves, chance from a seed) over a store, and lines of clients to any door. What is said and heard is bytes;
 * the same calls give the same bytes every time.
 *
 *	struct talk *t = talk_new(1, NULL);
 *	talk_account(t, "tom", "secret");
 *	struct line *tom = talk_open(t, 0, &classic_door, TALK_HERE);
 *	talk_say(tom, "101|tom,secret\n");
 *	assert_string_equal(talk_hear(tom), "1|\n");
 *	t = talk_free(t);
 */
#pragma once
#include "core/account.h"
#include "core/core.h"
#include "doors/door.h"

struct talk; /* the server */
struct line; /* one client's connection; lives until talk_free() */

enum talk_from {
	TALK_HERE,    /* from the same machine, without TLS */
	TALK_AWAY,    /* from somewhere else, without TLS (yet) */
	TALK_TLS,     /* from somewhere else, with TLS from the beginning */
};

/* `store_url` NULL: "memory:". The settings are such that tests are easily written: domain "anser.test", everything
 * kept, no rate limit. */
struct talk *talk_new(unsigned cores, const char *store_url);
/* The same with other settings: those of talk_settings(), changed. */
struct talk *talk_new_with(unsigned cores, const char *store_url, const struct core_settings *settings);
struct core_settings talk_settings(void);
/* Ends: lines are closed as when the server is stopped. Returns NULL. */
struct talk *talk_free(struct talk *t);

struct core *talk_core(struct talk *t, unsigned core);

/* Makes an account; it must work. */
void talk_account(struct talk *t, const char *name, const char *password);

/* Lets the server work until nothing is left to do; no time passes. Called by talk_hear() and the like. */
void talk_run(struct talk *t);
/* One turn of every core; true when there was anything to do. */
bool talk_turn(struct talk *t);
/* Time passes, from timer to timer. */
void talk_wait(struct talk *t, msec ms);

struct line *talk_open(struct talk *t, unsigned core, const struct door *door, enum talk_from from);
/* The same from an address, "10.0.0.7", without TLS; the server is reached at the address of that network that ends in 1. */
struct line *talk_open_at(struct talk *t, unsigned core, const struct door *door, const char *address);
/* Says bytes; the server takes them when it runs. */
void talk_say(struct line *l, const char *text);
void talk_say_n(struct line *l, const char *bytes, size_t n);
/* All that was heard since the last call; zero-terminated, good until the next call for this line. Runs the server
 * first. */
const char *talk_hear(struct line *l);
/* The same for bytes that may hold zeros. */
struct str talk_hear_bytes(struct line *l);
/* The same, keeping what was heard. */
const char *talk_heard(struct line *l);
/* Says, then hears. */
const char *talk_ask(struct line *l, const char *text);

/* The network breaks: the server hears of it, what was not heard yet is lost. */
void talk_cut(struct line *l);
/* The client reads no more (or again): what the server writes is not accepted. */
void talk_stall(struct line *l, bool stalled);
/* Whether the server has closed the line. */
bool talk_closed(const struct line *l);
/* Whether the server wants to read nothing now. */
bool talk_paused(const struct line *l);
/* TLS is up. */
bool talk_secure(const struct line *l);
struct link *talk_link(struct line *l);

/* Says `bytes` on a new line in one piece, then for every cut on another new line in two pieces, all to one server of
 * `cores` cores prepared by `prepare` (may be NULL), and compares what was heard; runs of 16 or more hexadecimal
 * digits count as equal: stream ids, archive ids. What is said must end the line, and leave nothing behind that
 * changes an answer. True when it was always the same; else prints where it was not. `heard`: what was heard in one
 * piece is appended; may be NULL. */
bool talk_every_split(unsigned cores, const struct door *door, enum talk_from from, void (*prepare)(struct talk *t),
		      struct str bytes, struct buf *heard);

/* ---- datagrams: those of the door on the first core, as the server's own `hybrid` port ------------------------------------- */

enum { TALK_PORT = 7790 };

struct talk_datagram {
	struct str bytes;    /* good until the next call for datagrams */
	uint16_t port;       /* of the server's: where it came from */
	uint8_t address[16]; /* and which of its addresses */
	bool near;           /* with TTL 1 */
};

/* Opens the port of a door; closed by talk_free(). Ports that the door opens itself count up from 40000 where it asks for any. */
void talk_datagrams(struct talk *t, const struct datagram_door *door);
/* Somebody who says that he is `from`, "10.0.0.7:5001", sends this to the server's port, at the address of that network that ends in 1. */
void talk_datagram(struct talk *t, const char *from, uint16_t port, struct str bytes);
/* Runs the server, then takes the oldest datagram that was sent to `to`; false: there is none. */
bool talk_datagram_hear(struct talk *t, const char *to, struct talk_datagram *ret);
/* What the server has sent to anybody, read or not. */
size_t talk_datagrams_bytes(struct talk *t, size_t *n);
/* Whether the server has this port open. */
bool talk_port_is_open(const struct talk *t, uint16_t port);
/* No port can be had from now on, or again. */
void talk_ports_none(struct talk *t, bool none);
