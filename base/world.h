/* SPDX-License-Identifier: Apache-2.0
 *
 * base/world.h - the outside, as a struct of functions: time, chance, timers, threads. One world belongs to
 * one thread (one core); `transport` makes it on the real loop, `tests/sim` on a seed. Everything below the
 * transport gets all of these from here and from nowhere else, so that a seed replays it.
 *
 * A turn is what happens between two visits of the loop to the kernel; during a turn the time stands still.
 */
#pragma once
#include "base/str.h"

struct world;
struct timer;
struct work;
struct post;

/* Runs `fire` on the world's thread, not before `due` (monotonic). All-zero and with `fire` set it is ready for use; it is
 * the owner's memory and must be stopped before it is freed. One-shot: to repeat, set it again. */
struct timer {
	void (*fire)(struct timer *t);
	msec due;
	size_t place; /* in the heap of base/timers.c, from 1; 0: not set */
};

/* Something to be called on the world's thread: `run` is called once per post. The owner's memory, busy until run. */
struct post {
	void (*run)(struct post *p);
	struct post *next;
};

/* Something long: `work` runs on some thread and may touch nothing but its own struct; then `done` runs on
 * the world's thread. The owner's memory, busy until done. */
struct work {
	void (*work)(struct work *w);
	void (*done)(struct work *w);
	struct world *world; /* filled in by world_work */
	struct work *next;
	struct post back;
};

struct world_ops {
	msec (*now)(struct world *);       /* wall time since 1970; may jump */
	msec (*clock)(struct world *);     /* monotonic; timers follow this one */
	void (*random)(struct world *, void *to, size_t n); /* good enough for keys */
	void (*timer_set)(struct world *, struct timer *, msec due);
	void (*timer_stop)(struct world *, struct timer *); /* harmless when not set */
	void (*later)(struct world *, struct post *);  /* at the end of this turn, in order; from the world's thread only */
	void (*post)(struct world *, struct post *);   /* in one of the next turns, in order per caller; from any thread */
	void (*work)(struct world *, struct work *);
};

struct world {
	const struct world_ops *ops;
};

static inline msec world_now(struct world *w) { return w->ops->now(w); }
static inline msec world_clock(struct world *w) { return w->ops->clock(w); }
static inline void world_random(struct world *w, void *to, size_t n) { w->ops->random(w, to, n); }
static inline void world_later(struct world *w, struct post *p) { w->ops->later(w, p); }
static inline void world_post(struct world *w, struct post *p) { w->ops->post(w, p); }
static inline void world_stop(struct world *w, struct timer *t) { w->ops->timer_stop(w, t); }

/* Sets (or moves) the timer to fire `in_ms` from now. */
static inline void world_timer(struct world *w, struct timer *t, msec in_ms)
{
	w->ops->timer_set(w, t, w->ops->clock(w) + in_ms);
}

static inline void world_work(struct world *w, struct work *job)
{
	job->world = w;
	w->ops->work(w, job);
}
