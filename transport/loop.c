/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/mem.h"

enum { POOL_THREADS_MAX = 8, POOL_STACK_BYTES = 256 * 1024 };

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct work *first, **last;
	unsigned threads, wanted;
	bool ending;
	pthread_t thread[POOL_THREADS_MAX];
};

/* ---- queues -------------------------------------------------------------------------------------------------------- */

static void queue_put(struct post_queue *q, struct post *p)
{
	p->next = NULL;
	*(q->first ? q->last : &q->first) = p;
	q->last = &p->next;
}

static struct post *queue_all(struct post_queue *q)
{
	struct post *first = q->first;

	q->first = NULL;
	return first;
}

/* A post is its owner's again as soon as it runs, so the next one is looked up before. */
static void run_all(struct post *p)
{
	for (struct post *next; p; p = next) {
		next = p->next;
		p->run(p);
	}
}

/* ---- threads for long work ------------------------------------------------------------------------------------------ */

struct pool *pool_new(unsigned threads)
{
	struct pool *p = mem_new(struct pool);

	assert(threads >= 1 && threads <= POOL_THREADS_MAX);
	p->wanted = threads;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	return p;
}

static void *pool_thread(void *arg)
{
	struct pool *p = arg;
	struct work *w;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->first && !p->ending)
			pthread_cond_wait(&p->more, &p->lock);
		w = p->first;
		if (!w)
			break;
		p->first = w->next;
		pthread_mutex_unlock(&p->lock);
		w->work(w);
		world_post(w->world, &w->back);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void pool_start(struct pool *p)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, POOL_STACK_BYTES);
	while (p->threads < p->wanted && !pthread_create(&p->thread[p->threads], &attr, pool_thread, p))
		p->threads++;
	pthread_attr_destroy(&attr);
	if (!p->threads) {
		fprintf(stderr, "anser: no thread can be made; stopping\n");
		abort();
	}
}

static void pool_put(struct pool *p, struct work *w)
{
	pthread_mutex_lock(&p->lock);
	if (!p->threads)
		pool_start(p);
	w->next = NULL;
	*(p->first ? p->last : &p->first) = w;
	p->last = &w->next;
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
}

struct pool *pool_free(struct pool *p)
{
	if (!p)
		return NULL;
	pthread_mutex_lock(&p->lock);
	assert(!p->first);
	p->ending = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
	return NULL;
}

/* ---- the world ------------------------------------------------------------------------------------------------------ */

static struct loop *loop_of(struct world *w) { return holder_of(w, struct loop, world); }

/* The time is read once a turn, by who asks first. */
static void refresh(struct loop *l)
{
	struct timespec ts;

	if (l->fresh)
		return;
	uv_update_time(&l->uv);
	clock_gettime(CLOCK_REALTIME, &ts);
	l->clock = (msec)uv_now(&l->uv);
	l->now = (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	l->fresh = true;
}

static msec loop_now(struct world *w)
{
	refresh(loop_of(w));
	return loop_of(w)->now;
}

static msec loop_clock(struct world *w)
{
	refresh(loop_of(w));
	return loop_of(w)->clock;
}

static void loop_random(struct world *w, void *to, size_t n)
{
	char *at = to;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR) {
			fprintf(stderr, "anser: the kernel gives no random bytes; stopping\n");
			abort();
		}
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

static void loop_timer_set(struct world *w, struct timer *t, msec due)
{
	assert(t->fire);
	timers_set(&loop_of(w)->timers, t, due);
}

static void loop_timer_stop(struct world *w, struct timer *t) { timers_stop(&loop_of(w)->timers, t); }

static void loop_later(struct world *w, struct post *p) { queue_put(&loop_of(w)->later, p); }

static void loop_post(struct world *w, struct post *p)
{
	struct loop *l = loop_of(w);
	bool first;

	pthread_mutex_lock(&l->lock);
	first = !l->posted.first;
	queue_put(&l->posted, p);
	/* Under the lock, so that the loop cannot end between the two. */
	if (first)
		uv_async_send(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

static void work_done(struct post *p)
{
	struct work *w = holder_of(p, struct work, back);

	loop_of(w->world)->working--;
	w->done(w);
}

static void loop_work(struct world *w, struct work *job)
{
	loop_of(w)->working++;
	job->back.run = work_done;
	pool_put(loop_of(w)->pool, job);
}

static const struct world_ops loop_ops = {
	.now = loop_now,
	.clock = loop_clock,
	.random = loop_random,
	.timer_set = loop_timer_set,
	.timer_stop = loop_timer_stop,
	.later = loop_later,
	.post = loop_post,
	.work = loop_work,
};

/* ---- turns ---------------------------------------------------------------------------------------------------------- */

static void on_wake(uv_async_t *h)
{
	struct loop *l = h->data;
	struct post *all;

	pthread_mutex_lock(&l->lock);
	all = queue_all(&l->posted);
	pthread_mutex_unlock(&l->lock);
	run_all(all);
}

static void on_timer(uv_timer_t *h)
{
	struct loop *l = h->data;

	l->armed = INT64_MAX;
	l->fresh = false; /* it came at the end of a turn, but what is due is due now */
	refresh(l);
	for (struct timer *t; (t = timers_due(&l->timers, l->clock));)
		t->fire(t);
}

/* Moving the earliest timer costs the loop nothing until it goes to wait. */
static void arm(struct loop *l)
{
	msec due = timers_next(&l->timers);

	if (due == l->armed)
		return;
	l->armed = due;
	if (due == INT64_MAX)
		uv_timer_stop(&l->timer);
	else
		uv_timer_start(&l->timer, on_timer, (uint64_t)(due > l->clock ? due - l->clock : 0), 0);
}

static void on_idle(uv_idle_t *h) { (void)h; }

static void run_later(struct loop *l)
{
	while (l->later.first)
		run_all(queue_all(&l->later));
}

/* Runs once a turn: behind every read and timer, before the loop waits. */
static void on_prepare(uv_prepare_t *h)
{
	struct loop *l = h->data;

	refresh(l);
	run_later(l);
	if (l->flush)
		l->flush(l);
	run_later(l);
	/* Asked last: what comes of writing may be more to write, and it must not wait for something else to happen. */
	if (l->flush && l->due(l))
		uv_idle_start(&l->idle, on_idle);
	else
		uv_idle_stop(&l->idle);
	arm(l);
	l->fresh = false;
}

/* ---- life ----------------------------------------------------------------------------------------------------------- */

struct loop *loop_new(struct pool *pool)
{
	struct loop *l = mem_new(struct loop);
	int r = uv_loop_init(&l->uv);

	if (r) {
		fprintf(stderr, "anser: no event loop can be made: %s; stopping\n", uv_strerror(r));
		abort();
	}
	l->world.ops = &loop_ops;
	l->pool = pool;
	l->armed = INT64_MAX;
	pthread_mutex_init(&l->lock, NULL);
	uv_timer_init(&l->uv, &l->timer);
	uv_prepare_init(&l->uv, &l->prepare);
	uv_idle_init(&l->uv, &l->idle);
	uv_async_init(&l->uv, &l->wake, on_wake);
	l->timer.data = l->prepare.data = l->idle.data = l->wake.data = l;
	uv_prepare_start(&l->prepare, on_prepare);
	/* Only what others put on the loop keeps it alive. */
	uv_unref((uv_handle_t *)&l->timer);
	uv_unref((uv_handle_t *)&l->prepare);
	uv_unref((uv_handle_t *)&l->idle);
	return l;
}

/* `wake` keeps the loop alive until loop_stop(), and afterwards while works are under way. */
void loop_run(struct loop *l)
{
	while (!l->stopping)
		uv_run(&l->uv, UV_RUN_DEFAULT);
	while (l->working)
		uv_run(&l->uv, UV_RUN_ONCE);
	uv_unref((uv_handle_t *)&l->wake);
	while (uv_run(&l->uv, UV_RUN_ONCE))
		;
	uv_ref((uv_handle_t *)&l->wake);
}

void loop_stop(struct loop *l)
{
	l->stopping = true;
	uv_stop(&l->uv);
}

static void on_signal(uv_signal_t *h, int number)
{
	struct watch *w = h->data;

	w->caught(w->arg, number);
}

void loop_signal(struct loop *l, int number, void (*caught)(void *arg, int number), void *arg)
{
	struct watch *w = &l->watches[l->watches_n];

	assert(l->watches_n < LOOP_SIGNALS);
	l->watches_n++;
	*w = (struct watch){ .caught = caught, .arg = arg };
	uv_signal_init(&l->uv, &w->signal);
	w->signal.data = w;
	uv_unref((uv_handle_t *)&w->signal);
	uv_signal_start(&w->signal, on_signal, number);
}

struct loop *loop_free(struct loop *l)
{
	if (!l)
		return NULL;
	assert(!l->working);
	for (unsigned i = 0; i < l->watches_n; i++)
		uv_close((uv_handle_t *)&l->watches[i].signal, NULL);
	uv_close((uv_handle_t *)&l->timer, NULL);
	uv_close((uv_handle_t *)&l->prepare, NULL);
	uv_close((uv_handle_t *)&l->idle, NULL);
	uv_close((uv_handle_t *)&l->wake, NULL);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	if (uv_loop_close(&l->uv))
		assert(!"a handle is still open");
	timers_free(&l->timers);
	pthread_mutex_destroy(&l->lock);
	mem_free(l);
	return NULL;
}
