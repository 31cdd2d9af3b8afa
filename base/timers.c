/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timers.h"

#include <assert.h>

#include "base/mem.h"

static void put(struct timers *ts, size_t place, struct timer *t)
{
	ts->heap[place] = t;
	t->place = place;
}

static void rise(struct timers *ts, size_t place, struct timer *t)
{
	while (place > 1 && ts->heap[place / 2]->due > t->due) {
		put(ts, place, ts->heap[place / 2]);
		place /= 2;
	}
	put(ts, place, t);
}

static void sink(struct timers *ts, size_t place, struct timer *t)
{
	for (size_t child; (child = place * 2) <= ts->n; place = child) {
		if (child < ts->n && ts->heap[child + 1]->due < ts->heap[child]->due)
			child++;
		if (ts->heap[child]->due >= t->due)
			break;
		put(ts, place, ts->heap[child]);
	}
	put(ts, place, t);
}

void timers_stop(struct timers *ts, struct timer *t)
{
	size_t place = t->place;
	struct timer *last;

	if (!place)
		return;
	assert(place <= ts->n && ts->heap[place] == t);
	t->place = 0;
	last = ts->heap[ts->n--];
	if (last == t)
		return;
	if (place > 1 && ts->heap[place / 2]->due > last->due)
		rise(ts, place, last);
	else
		sink(ts, place, last);
}

void timers_set(struct timers *ts, struct timer *t, msec due)
{
	timers_stop(ts, t);
	if (ts->n + 2 > ts->room) {
		ts->room = ts->room ? ts->room * 2 : 64;
		ts->heap = mem_grow(ts->heap, ts->room * sizeof(*ts->heap));
	}
	t->due = due;
	rise(ts, ++ts->n, t);
}

msec timers_next(const struct timers *ts) { return ts->n ? ts->heap[1]->due : INT64_MAX; }

struct timer *timers_due(struct timers *ts, msec clock)
{
	struct timer *t = ts->n ? ts->heap[1] : NULL;

	if (!t || t->due > clock)
		return NULL;
	timers_stop(ts, t);
	return t;
}

void timers_free(struct timers *ts)
{
	mem_free(ts->heap);
	*ts = (struct timers){ 0 };
}
