/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/loop.h - base/world.h on libuv: one loop, one thread. A turn ends in this order: `later` calls, what links have
 * to write (`flush`), `later` calls that came of it; then the loop waits in the kernel, unless these left something to write (`due`).
 */
#pragma once
#include <pthread.h>
#include <uv.h>

#include "base/timers.h"

/* Threads for what takes long (world_work); one pool serves all loops of a process. They start with the first work. */
struct pool;
struct pool *pool_new(unsigned threads);
struct pool *pool_free(struct pool *p); /* waits for what is under way; nothing may be waiting; returns NULL */

enum { LOOP_SIGNALS = 4 };

struct watch {
	uv_signal_t signal;
	void (*caught)(void *arg, int number);
	void *arg;
};

struct post_queue {
	struct post *first, **last;
};

struct loop {
	struct world world;
	uv_loop_t uv;
	struct pool *pool;
	bool fresh; /* now and clock are of this turn */
	msec now, clock;
	struct timers timers;
	msec armed; /* when uv_timer fires; INT64_MAX: it is not set */
	struct post_queue later;
	pthread_mutex_t lock; /* of posted */
	struct post_queue posted;
	size_t working; /* works given away and not done; the loop does not end before */
	bool stopping;
	void (*flush)(struct loop *l); /* set by transport/link.c: writes */
	bool (*due)(struct loop *l);   /* and this: whether flush is to be called again without waiting */
	void *links;                   /* of transport/link.c */
	uv_timer_t timer;
	uv_prepare_t prepare;
	uv_idle_t idle; /* set: the loop must not wait */
	uv_async_t wake;
	struct watch watches[LOOP_SIGNALS];
	unsigned watches_n;
};

struct loop *loop_new(struct pool *pool);

/* Runs until loop_stop() was called, every work is done and every handle but the loop's own is closed. */
void loop_run(struct loop *l);

/* On the loop's thread (elsewhere: world_post something that calls it). */
void loop_stop(struct loop *l);

/* Works are under way whose owner must not go yet. */
static inline bool loop_busy(const struct loop *l) { return l->working > 0; }

/* Calls `caught` on the loop's thread whenever the process gets the signal `number`. At most LOOP_SIGNALS of them. */
void loop_signal(struct loop *l, int number, void (*caught)(void *arg, int number), void *arg);

/* After loop_run() has returned, or was never called. Posts that came too late are dropped. NULL is fine; returns NULL. */
struct loop *loop_free(struct loop *l);
