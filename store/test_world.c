/* SPDX-License-Identifier: Apache-2.0 */
#include "store/test_world.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/timers.h"

struct posts {
	struct post *first, **end;
};

struct test_world {
	struct world world;
	struct timers timers;
	struct posts later;
	msec clock;
	uint64_t seed;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct posts posted;
};

static struct test_world *of(struct world *w) { return holder_of(w, struct test_world, world); }

static void add(struct posts *q, struct post *p)
{
	p->next = NULL;
	if (!q->first)
		q->end = &q->first;
	*q->end = p;
	q->end = &p->next;
}

static void run(struct posts *q)
{
	for (struct post *p = q->first, *next; p; p = next) {
		next = p->next;
		p->run(p);
	}
}

static msec clock_now(struct world *w) { return of(w)->clock; }
static void later(struct world *w, struct post *p) { add(&of(w)->later, p); }
static void timer_set(struct world *w, struct timer *t, msec due) { timers_set(&of(w)->timers, t, due); }
static void timer_stop(struct world *w, struct timer *t) { timers_stop(&of(w)->timers, t); }

static void random_bytes(struct world *w, void *to, size_t n)
{
	uint64_t *seed = &of(w)->seed;

	for (unsigned char *p = to; n--; p++) {
		*seed = *seed * 6364136223846793005u + 1442695040888963407u;
		*p = (unsigned char)(*seed >> 33);
	}
}

/* In the same thread, later in the turn. */
static void work_run(struct post *p)
{
	struct work *job = holder_of(p, struct work, back);

	job->work(job);
	job->done(job);
}

static void work(struct world *w, struct work *job)
{
	job->back.run = work_run;
	later(w, &job->back);
}

static void post(struct world *w, struct post *p)
{
	struct test_world *tw = of(w);

	pthread_mutex_lock(&tw->lock);
	add(&tw->posted, p);
	pthread_cond_signal(&tw->wake);
	pthread_mutex_unlock(&tw->lock);
}

struct test_world *test_world_new(void)
{
	static const struct world_ops ops = { .now = clock_now, .clock = clock_now, .random = random_bytes,
					      .timer_set = timer_set, .timer_stop = timer_stop, .later = later, .post = post, .work = work };
	struct test_world *tw = mem_new(struct test_world);

	tw->world.ops = &ops;
	tw->seed = 1;
	pthread_mutex_init(&tw->lock, NULL);
	pthread_cond_init(&tw->wake, NULL);
	return tw;
}

struct test_world *test_world_free(struct test_world *tw)
{
	timers_free(&tw->timers);
	pthread_mutex_destroy(&tw->lock);
	pthread_cond_destroy(&tw->wake);
	mem_free(tw);
	return NULL;
}

struct world *test_world_of(struct test_world *tw) { return &tw->world; }

void test_world_turn(struct test_world *tw)
{
	struct posts posted, at_end;
	struct timer *t;

	pthread_mutex_lock(&tw->lock);
	while (!tw->posted.first && !tw->later.first && timers_next(&tw->timers) == INT64_MAX)
		pthread_cond_wait(&tw->wake, &tw->lock);
	posted = tw->posted;
	tw->posted.first = NULL;
	pthread_mutex_unlock(&tw->lock);
	run(&posted);
	if (!posted.first && !tw->later.first && timers_next(&tw->timers) > tw->clock)
		tw->clock = timers_next(&tw->timers);
	while ((t = timers_due(&tw->timers, tw->clock)))
		t->fire(t);
	while (tw->later.first) {
		at_end = tw->later;
		tw->later.first = NULL;
		run(&at_end);
	}
}

const char *test_world_tmp(void)
{
	const char *own = getenv("TMPDIR");

	return own ? own : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}
