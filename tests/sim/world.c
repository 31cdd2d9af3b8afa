/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/sim/world.c - base/world.h on a seed.
 */
#include <assert.h>

#include "tests/sim/sim.h"

uint64_t sim_chance(struct sim *s, uint64_t n)
{
	uint64_t z = s->chance += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % n;
}

static struct sim_world *of(struct world *w) { return holder_of(w, struct sim_world, world); }
static msec now(struct world *w) { return of(w)->sim->clock + of(w)->sim->wall_offset; }
static msec monotonic(struct world *w) { return of(w)->sim->clock; }

static void chance_bytes(struct world *w, void *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = (uint8_t)sim_chance(of(w)->sim, 256);
}

static void timer_set(struct world *w, struct timer *t, msec due) { timers_set(&of(w)->timers, t, due); }
static void timer_stop(struct world *w, struct timer *t) { timers_stop(&of(w)->timers, t); }

static void put(struct post ***last, struct post *p)
{
	p->next = NULL;
	**last = p;
	*last = &p->next;
}

static void later(struct world *w, struct post *p) { put(&of(w)->later_last, p); }
static void post(struct world *w, struct post *p) { put(&of(w)->posted_last, p); }

static void worked(struct post *p)
{
	struct work *job = holder_of(p, struct work, back);

	job->done(job);
}

static void work(struct world *w, struct work *job)
{
	job->work(job);
	job->back.run = worked;
	post(w, &job->back);
}

static const struct world_ops ops = { now, monotonic, chance_bytes, timer_set, timer_stop, later, post, work };

void sim_world_drop(struct sim_world *w)
{
	timers_free(&w->timers);
	w->later_first = w->posted_first = NULL;
	w->later_last = &w->later_first;
	w->posted_last = &w->posted_first;
}

void sim_worlds_begin(struct sim *s)
{
	for (unsigned i = 0; i < SIM_CORES_MAX; i++) {
		s->worlds[i].world.ops = &ops;
		s->worlds[i].sim = s;
		sim_world_drop(&s->worlds[i]);
	}
}

void sim_worlds_end(struct sim *s)
{
	for (unsigned i = 0; i < SIM_CORES_MAX; i++)
		sim_world_drop(&s->worlds[i]);
	timers_free(&s->net);
}

static bool run_list(struct post **first, struct post ***last)
{
	struct post *p = *first, *next;
	bool any = p != NULL;

	*first = NULL;
	*last = first;
	for (; p; p = next) {
		next = p->next;
		p->run(p);
	}
	return any;
}

bool sim_world_turn(struct sim_world *w)
{
	bool any = run_list(&w->posted_first, &w->posted_last);
	struct timer *t;

	while ((t = timers_due(&w->timers, w->sim->clock))) {
		t->fire(t);
		any = true;
	}
	while (w->later_first)
		any |= run_list(&w->later_first, &w->later_last);
	return any;
}

void sim_net_timer(struct sim *s, struct timer *t, msec in) { timers_set(&s->net, t, s->clock + in); }

static msec next_due(struct sim *s)
{
	msec due = timers_next(&s->net);

	for (unsigned i = 0; i < s->cores; i++)
		if (timers_next(&s->worlds[i].timers) < due)
			due = timers_next(&s->worlds[i].timers);
	return due;
}

void sim_run(struct sim *s, msec how_long)
{
	msec end = s->clock + how_long;
	struct timer *t;

	while (!s->failure[0]) {
		bool any = false;
		unsigned first = (unsigned)sim_chance(s, s->cores);

		for (unsigned i = 0; i < s->cores && s->up; i++)
			any |= sim_world_turn(&s->worlds[(first + i) % s->cores]);
		net_flush(s);
		if ((t = timers_due(&s->net, s->clock))) {
			t->fire(t);
			any = true;
		}
		if (any)
			continue;
		if (next_due(s) > end)
			break;
		s->clock = next_due(s);
	}
	if (!s->failure[0])
		s->clock = end;
}
