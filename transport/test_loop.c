/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "transport/loop.h"

/* Everything that happens writes a letter into `diary`. */
struct diarist {
	struct loop *loop;
	struct buf diary;
	struct timer timer[4];
	struct post post[4], later[4];
	struct work work[4];
	unsigned works_done;
};

static struct diarist d;

static struct world *w(void) { return &d.loop->world; }

static int begin(void **state)
{
	d = (struct diarist){ 0 };
	d.loop = loop_new(pool_new(2));
	return 0;
}

static int end(void **state)
{
	struct pool *pool = d.loop->pool;

	loop_free(d.loop);
	pool_free(pool);
	buf_free(&d.diary);
	return 0;
}

static void note(char c) { buf_byte(&d.diary, c); }

static void timer_fired(struct timer *t)
{
	assert_true(t->due <= world_clock(w()));
	note((char)('a' + (t - d.timer)));
	if (t == &d.timer[2])
		loop_stop(d.loop);
}

static void timers_fire_in_order_and_can_be_stopped(void **state)
{
	for (unsigned i = 0; i < 4; i++)
		d.timer[i].fire = timer_fired;
	world_timer(w(), &d.timer[2], 30);
	world_timer(w(), &d.timer[1], 20);
	world_timer(w(), &d.timer[3], 10);
	world_timer(w(), &d.timer[0], 25);
	world_timer(w(), &d.timer[0], 5); /* moved */
	world_stop(w(), &d.timer[3]);
	loop_run(d.loop);
	assert_string_equal(buf_z(&d.diary), "abc");
	assert_int_equal(d.timer[2].place, 0);
}

static void later_ran(struct post *p)
{
	note((char)('0' + (p - d.later)));
	if (p == &d.later[0])
		world_later(w(), &d.later[2]); /* still the same turn */
	if (p == &d.later[2])
		loop_stop(d.loop);
}

static void post_ran(struct post *p)
{
	note((char)('A' + (p - d.post)));
	if (p == &d.post[0]) {
		world_later(w(), &d.later[0]);
		world_later(w(), &d.later[1]);
	}
}

static void later_comes_behind_all_that_the_turn_brought(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		d.post[i].run = post_ran;
		d.later[i].run = later_ran;
		world_post(w(), &d.post[i]);
	}
	loop_run(d.loop);
	assert_string_equal(buf_z(&d.diary), "ABCD012");
}

static void time_stands_still(struct post *p)
{
	msec now = world_now(w()), clock = world_clock(w());

	usleep(5000);
	assert_int_equal(world_now(w()), now);
	assert_int_equal(world_clock(w()), clock);
	assert_true(now > 1700000000000);
	loop_stop(d.loop);
}

static void during_a_turn_the_time_stands_still(void **state)
{
	d.post[0].run = time_stands_still;
	world_post(w(), &d.post[0]);
	loop_run(d.loop);
}

static pthread_t loop_thread;

static void work_there(struct work *job)
{
	assert_false(pthread_equal(pthread_self(), loop_thread));
	usleep(1000);
}

static void work_back(struct work *job)
{
	assert_true(pthread_equal(pthread_self(), loop_thread));
	if (++d.works_done == 4)
		loop_stop(d.loop);
	else if (d.works_done < 3)
		world_work(w(), job); /* it is ours again */
}

static void work_is_done_elsewhere_and_ends_here(void **state)
{
	loop_thread = pthread_self();
	for (unsigned i = 0; i < 2; i++) {
		d.work[i].work = work_there;
		d.work[i].done = work_back;
		world_work(w(), &d.work[i]);
	}
	loop_run(d.loop);
	assert_int_equal(d.works_done, 4);
}

static void work_back_late(struct work *job) { d.works_done++; }

static void the_loop_waits_for_work_under_way(void **state)
{
	loop_thread = pthread_self();
	d.work[0].work = work_there;
	d.work[0].done = work_back_late;
	world_work(w(), &d.work[0]);
	loop_stop(d.loop);
	loop_run(d.loop);
	assert_int_equal(d.works_done, 1);
}

enum { SHOUTS = 2000 };

struct shout {
	struct post post;
	unsigned number, from;
};

static unsigned heard[2], expected;

static void shout_ran(struct post *p)
{
	struct shout *s = holder_of(p, struct shout, post);

	assert_int_equal(s->number, heard[s->from]++);
	mem_free(s);
	if (++expected == 2 * SHOUTS)
		loop_stop(d.loop);
}

static void *shouter(void *arg)
{
	for (unsigned i = 0; i < SHOUTS; i++) {
		struct shout *s = mem_new(struct shout);

		*s = (struct shout){ { .run = shout_ran }, i, *(unsigned *)arg };
		world_post(w(), &s->post);
	}
	return NULL;
}

static void posts_from_threads_come_all_and_in_order(void **state)
{
	unsigned id[2] = { 0, 1 };
	pthread_t thread[2];

	for (unsigned i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, shouter, &id[i]);
	loop_run(d.loop);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(heard[0], SHOUTS);
	assert_int_equal(heard[1], SHOUTS);
}

static void chance_differs(void **state)
{
	char a[32] = "", b[32] = "";

	world_random(w(), a, sizeof a);
	world_random(w(), b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

/* A door hears that all is written, and says more at the end of the turn: that is written before the loop waits for anything else. */
static bool more_to_write;

static void writes(struct loop *l)
{
	note('w');
	if (more_to_write) {
		more_to_write = false;
		loop_stop(l);
	} else {
		world_later(&l->world, &d.later[0]);
	}
}

static bool is_due(struct loop *l) { return more_to_write; }

static void says_more(struct post *p)
{
	note('m');
	more_to_write = true;
}

static void nothing_else_happened(struct timer *t)
{
	note('!');
	loop_stop(d.loop);
}

static void what_comes_of_writing_is_written(void **state)
{
	more_to_write = false;
	d.loop->flush = writes;
	d.loop->due = is_due;
	d.later[0].run = says_more;
	d.timer[0].fire = nothing_else_happened;
	world_timer(w(), &d.timer[0], 5000);
	loop_run(d.loop);
	assert_string_equal(buf_z(&d.diary), "wmw");
	world_stop(w(), &d.timer[0]);
	d.loop->flush = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(timers_fire_in_order_and_can_be_stopped, begin, end),
		cmocka_unit_test_setup_teardown(later_comes_behind_all_that_the_turn_brought, begin, end),
		cmocka_unit_test_setup_teardown(during_a_turn_the_time_stands_still, begin, end),
		cmocka_unit_test_setup_teardown(work_is_done_elsewhere_and_ends_here, begin, end),
		cmocka_unit_test_setup_teardown(the_loop_waits_for_work_under_way, begin, end),
		cmocka_unit_test_setup_teardown(posts_from_threads_come_all_and_in_order, begin, end),
		cmocka_unit_test_setup_teardown(what_comes_of_writing_is_written, begin, end),
		cmocka_unit_test_setup_teardown(chance_differs, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
