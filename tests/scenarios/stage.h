/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/scenarios/stage.h - a whole server inside a test: cores on the store in memory (which can be told to fail:
 * store/faulty.h), a clock that stands still until it is told to go on, chance from a fixed seed, and links that are
 * no sockets. The same calls give the same bytes, always.
 */
#pragma once
#include "base/list.h"
#include "core/core.h"
#include "doors/door.h"

enum { STAGE_CORES_MAX = 8 };

struct stage;

/* One end of a link: what a client program would be. */
struct peer {
	struct list here;
	struct stage *stage;
	struct link link;
	unsigned core;
	bool open;        /* the door has it */
	bool hanging_up, tls_wanted, paused, stalled, dirty;
	enum close_why why;
	size_t piece;     /* bytes that are fed at a time; 0: all */
	struct buf said;  /* not fed yet */
	struct buf heard; /* what came back and was not taken yet */
};

struct stage *stage_new(unsigned cores, const struct core_settings *settings);
struct stage *stage_free(struct stage *s); /* NULL is fine; returns NULL */

/* The server ends in order and comes up again with what it has stored. Every link is closed. */
void stage_restart(struct stage *s);

/* Lets everything happen that happens without time passing. */
void stage_settle(struct stage *s);

/* Lets time pass, stopping at every timer. */
void stage_pass(struct stage *s, msec ms);

struct core *stage_core(struct stage *s, unsigned index);
struct store_link *stage_store(struct stage *s); /* for what no client can do: answers come while settling */

/* A link to that core; the peer lives until stage_free(). Loopback unless `remote`. */
struct peer *peer_open(struct stage *s, const struct door *door, unsigned core, bool remote, bool tls, size_t piece);
void peer_say(struct peer *p, struct str bytes);

/* The peer goes without a word. */
void peer_cut(struct peer *p);

/* From now on it reads nothing, or again everything. */
void peer_stall(struct peer *p, bool stalled);
