/* SPDX-License-Identifier: Apache-2.0
 *
 * store/bench_store.c - what a kept message costs. Every message is archived for both ends and queued for the receiver; when it
 * is on disk it is taken from the queue again, as an online client would have it. Prints for each stretch of messages: how
 * many a second, and CPU per message (user + system, all threads of the process, the benchmark's own part included).
 *
 *	bench_store [URL [MESSAGES [OWNERS [UNDER_WAY [RATE]]]]]        default: sqlite:bench.db 200000 200 100
 *
 * With a RATE, so many messages a second are kept, and it says how long they waited until they were on disk.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "model/stamp.h"
#include "store/store.h"
#include "store/test_world.h"

struct bench {
	struct store_link *link;
	unsigned owners, under_way;
	uint64_t asked, kept, done, refused;
	struct stamp_maker stamps;
	uint64_t *ready; /* kept in this turn, to be taken from the queue: stamp and owner */
	size_t ready_n;
	uint64_t seed;
	struct tick *ticks; /* with a rate: when the n-th message was due */
	float *ms;          /* and how long it then waited */
};

/* A message that is due at a time. */
struct tick {
	struct post post;
	struct bench *bench;
	double due;
};

static double seconds(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void on_kept(struct store_request *r)
{
	struct bench *b = r->arg;

	if (r->answer) {
		b->refused++;
		return;
	}
	if (b->ms)
		b->ms[b->kept] = (float)((seconds(CLOCK_MONOTONIC) - b->ticks[b->kept].due) * 1e3);
	b->kept++;
	b->ready[b->ready_n++] = r->stanza->stamp;
	b->ready[b->ready_n++] = (uint64_t)r->queue_for;
}

static void on_done(struct store_request *r)
{
	struct bench *b = r->arg;

	b->done++;
	b->refused += r->answer != 0;
}

static unsigned chance(struct bench *b, unsigned below)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(b->seed >> 33) % below;
}

static struct jid address(char *to, size_t room, unsigned who, const char *resource)
{
	int local = snprintf(to, room, "user%u", who);
	int all = snprintf(to, room, "user%u@example.org%s", who, resource);

	return (struct jid){ to, (uint16_t)local, 11, (uint16_t)(all - local - 12 > 0 ? all - local - 13 : 0) };
}

static void keep_one(struct bench *b)
{
	static const char body[] = "<body>The quick brown fox jumps over the lazy dog, and the lazy dog barks at the quick brown"
				   " fox.</body><active xmlns='http://jabber.org/protocol/chatstates'/>";
	unsigned from = chance(b, b->owners), to = (from + 1 + chance(b, b->owners - 1)) % b->owners;
	struct store_request *r = store_ask(b->link, STORE_KEEP, on_kept, b);
	struct stanza_init init = { .name = STANZA_MESSAGE, .type = MESSAGE_CHAT, .traits = STANZA_BODY,
				    .time = 1700000000000 + (msec)(b->asked / 60), .payload = str_z(body),
				    .id = STR("c7d2e7c5-5f6b-4a92"), .origin_id = STR("c7d2e7c5-5f6b-4a92") };
	char one[64], two[64];

	init.from = address(one, sizeof one, from, "/phone.7dh2kq");
	init.to = address(two, sizeof two, to, "");
	init.stamp = stamp_next(&b->stamps, init.time);
	r->stanza = stanza_make(&init);
	r->archive_from = (int64_t)from + 1;
	r->archive_to = r->queue_for = (int64_t)to + 1;
	r->limit = 1000;
	b->asked++;
	store_submit(r);
}

static void take_one(struct bench *b, uint64_t stamp, int64_t owner)
{
	struct store_request *r = store_ask(b->link, STORE_QUEUE_DONE, on_done, b);
	uint64_t *stamps = arena_get(&r->arena, sizeof *stamps);

	*stamps = stamp;
	r->owner = owner;
	r->stamps = stamps;
	r->stamps_n = 1;
	store_submit(r);
}

static void take_all(struct bench *b)
{
	for (size_t i = 0; i < b->ready_n; i += 2)
		take_one(b, b->ready[i], (int64_t)b->ready[i + 1]);
	b->ready_n = 0;
}

static void stretch(struct bench *b, struct test_world *tw, uint64_t until)
{
	while (b->done + b->refused < until) {
		take_all(b);
		while (b->asked < until && b->asked - b->done - b->refused < b->under_way)
			keep_one(b);
		test_world_turn(tw);
	}
}

/* ---- so many a second ------------------------------------------------------------------------------------------- */

struct pace {
	struct world *world;
	struct tick *ticks;
	size_t n;
};

static void tick_run(struct post *p)
{
	keep_one(holder_of(p, struct tick, post)->bench);
}

/* A thread of its own, so that a message comes when it is due, whether the store is busy or not. */
static void *pace_main(void *arg)
{
	struct pace *p = arg;

	for (size_t i = 0; i < p->n; i++) {
		double now = seconds(CLOCK_MONOTONIC);
		struct timespec rest = { .tv_nsec = now < p->ticks[i].due ? (long)((p->ticks[i].due - now) * 1e9) : 0 };

		nanosleep(&rest, NULL);
		world_post(p->world, &p->ticks[i].post);
	}
	return NULL;
}

static int float_cmp(const void *a, const void *b)
{
	float left = *(const float *)a, right = *(const float *)b;

	return (left > right) - (left < right);
}

static void paced(struct bench *b, struct test_world *tw, size_t messages, double rate)
{
	struct pace pace = { test_world_of(tw), mem_alloc(messages * sizeof *pace.ticks), messages };
	double start = seconds(CLOCK_MONOTONIC) + 0.01;
	pthread_t thread;

	b->ms = mem_alloc(messages * sizeof *b->ms);
	b->ticks = pace.ticks;
	for (size_t i = 0; i < messages; i++)
		pace.ticks[i] = (struct tick){ { .run = tick_run }, b, start + (double)i / rate };
	if (pthread_create(&thread, NULL, pace_main, &pace))
		abort();
	while (b->done + b->refused < messages) {
		take_all(b);
		test_world_turn(tw);
	}
	pthread_join(thread, NULL);
	qsort(b->ms, messages, sizeof *b->ms, float_cmp);
	printf("at %.0f/s: median %.2f ms, 99 of 100 below %.2f ms, 999 of 1000 below %.2f ms, longest %.2f ms\n", rate,
	       (double)b->ms[messages / 2], (double)b->ms[messages * 99 / 100], (double)b->ms[messages * 999 / 1000],
	       (double)b->ms[messages - 1]);
	mem_free(b->ms);
	mem_free(pace.ticks);
}

int main(int argc, char **argv)
{
	const char *url = argc > 1 ? argv[1] : "sqlite:bench.db";
	uint64_t messages = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000, step = messages / 10;
	struct bench b = { .owners = argc > 3 ? (unsigned)atoi(argv[3]) : 200,
			   .under_way = argc > 4 ? (unsigned)atoi(argv[4]) : 100, .seed = 1 };
	struct test_world *tw = test_world_new();
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct store *s = NULL;
	own_buf why = { 0 };

	if (!step || b.owners < 2 || store_open(&s, str_z(url), &why)) {
		fprintf(stderr, "%s\n", buf_z(&why));
		return 1;
	}
	b.link = store_link_open(s, test_world_of(tw));
	b.ready = mem_alloc(2 * (argc > 5 ? messages : b.under_way) * sizeof *b.ready);
	if (argc > 5) {
		paced(&b, tw, messages, atof(argv[5]));
		messages = 0;
	}
	for (uint64_t at = step; at <= messages; at += step) {
		double wall_was = seconds(CLOCK_MONOTONIC), cpu_was = seconds(CLOCK_PROCESS_CPUTIME_ID);

		stretch(&b, tw, at);
		printf("%8llu messages: %7.0f/s, %6.2f us CPU each\n", (unsigned long long)at,
		       (double)step / (seconds(CLOCK_MONOTONIC) - wall_was),
		       (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_was) * 1e6 / (double)step);
	}
	store_link_close(b.link);
	store_close(s);
	if (messages)
		printf("in all, closed: %7.0f/s, %6.2f us CPU each, %llu refused\n",
		       (double)messages / (seconds(CLOCK_MONOTONIC) - wall),
	       (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6 / (double)messages, (unsigned long long)b.refused);
	mem_free(b.ready);
	test_world_free(tw);
	return b.refused != 0;
}
