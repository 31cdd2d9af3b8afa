/* SPDX-License-Identifier: Apache-2.0
 *
 * base/timers.h - the heap of timers that a world keeps (base/world.h). Ten thousand idle sessions each have
 * one: setting, moving and stopping cost a few comparisons and no allocation of their own.
 */
#pragma once
#include "base/world.h"

struct timers {
	struct timer **heap; /* heap[1..n], the earliest first */
	size_t n, room;
};

void timers_set(struct timers *ts, struct timer *t, msec due);
void timers_stop(struct timers *ts, struct timer *t);

/* When the next one is due; INT64_MAX when none is set. */
msec timers_next(const struct timers *ts);

/* Takes out and returns one that is due at `clock`, earliest first; NULL when there is none. */
struct timer *timers_due(struct timers *ts, msec clock);

void timers_free(struct timers *ts);
