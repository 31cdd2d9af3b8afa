/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/mem.h"
#include "bus/bus.h"

/* A world of which only chance, later() and post() are there; both run when town_run() is called, on whatever thread. */
struct town {
	struct world world;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct post *first, **last, *later;
	unsigned posts;
};

static void town_random(struct world *w, void *to, size_t n) { memset(to, 7, n); }

static void town_post(struct world *w, struct post *p)
{
	struct town *t = holder_of(w, struct town, world);

	pthread_mutex_lock(&t->lock);
	p->next = NULL;
	*t->last = p;
	t->last = &p->next;
	t->posts++;
	pthread_cond_signal(&t->more);
	pthread_mutex_unlock(&t->lock);
}

/* The bus has one of these at a time. */
static void town_later(struct world *w, struct post *p)
{
	struct town *t = holder_of(w, struct town, world);

	assert_null(t->later);
	t->later = p;
}

static const struct world_ops town_ops = { .random = town_random, .later = town_later, .post = town_post };

static void town_init(struct town *t)
{
	*t = (struct town){ .world.ops = &town_ops };
	t->last = &t->first;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->more, NULL);
}

static void town_turn_ends(struct town *t)
{
	struct post *p = t->later;

	t->later = NULL;
	if (p)
		p->run(p);
}

static void town_run(struct town *t, bool wait)
{
	struct post *p, *next;

	town_turn_ends(t);
	pthread_mutex_lock(&t->lock);
	while (wait && !t->first)
		pthread_cond_wait(&t->more, &t->lock);
	p = t->first;
	t->first = NULL;
	t->last = &t->first;
	pthread_mutex_unlock(&t->lock);
	for (; p; p = next) {
		next = p->next;
		p->run(p);
	}
	town_turn_ends(t);
}

struct node {
	struct town town;
	struct bus_link *link;
	struct buf heard; /* "core:kind:number:subject:bytes " for each parcel */
	struct stanza *stanza;
	void (*on_parcel)(struct node *n, const struct parcel *p);
};

static void receive(void *arg, const struct parcel *p)
{
	struct node *n = arg;

	buf_fmt(&n->heard, "%u:%u:%u:%.*s:%.*s ", p->core, p->kind, (unsigned)p->number, STR_ARG(p->subject),
		(int)p->bytes.n, p->bytes.p ? p->bytes.p : "");
	if (p->stanza) {
		stanza_unref(n->stanza);
		n->stanza = stanza_ref(p->stanza);
	}
	if (n->on_parcel)
		n->on_parcel(n, p);
}

static void node_open(struct node *n, struct bus *b, unsigned core)
{
	*n = (struct node){ 0 };
	town_init(&n->town);
	n->link = bus_open(b, core, &n->town.world, receive, n);
}

static void node_close(struct node *n)
{
	bus_close(n->link);
	buf_free(&n->heard);
	stanza_unref(n->stanza);
}

static void heard(struct node *n, const char *want)
{
	town_run(&n->town, false);
	assert_string_equal(buf_z(&n->heard), want);
	buf_clear(&n->heard);
}

static struct parcel parcel(unsigned number, const char *bytes)
{
	return (struct parcel){ .kind = 1, .number = number, .bytes = str_z(bytes) };
}

static void one_core_hears_itself_at_once(void **state)
{
	struct bus *b = bus_local_new(1);
	struct parcel p = parcel(1, "hello");
	struct node n;

	node_open(&n, b, 0);
	assert_int_equal(bus_publish(n.link, STR("u.tom"), &p), 0);
	bus_subscribe(n.link, STR("u.tom"));
	assert_int_equal(bus_interest(n.link, STR("u.tom")), 1);
	assert_int_equal(bus_publish(n.link, STR("u.tom"), &p), 1);
	assert_string_equal(buf_z(&n.heard), "0:1:1:u.tom:hello ");
	assert_int_equal(n.town.posts, 0);
	bus_unsubscribe(n.link, STR("u.tom"));
	assert_int_equal(bus_publish(n.link, STR("u.tom"), &p), 0);
	bus_send(n.link, 0, &p);
	assert_string_equal(buf_z(&n.heard), "0:1:1:u.tom:hello 0:1:1::hello ");
	assert_int_equal(bus_cores(n.link), 1);
	node_close(&n);
	assert_null(bus_free(b));
}

static void interest_is_counted(void **state)
{
	struct bus *b = bus_local_new(2);
	struct parcel p = parcel(1, "x");
	struct node a, c;

	node_open(&a, b, 0);
	node_open(&c, b, 1);
	bus_subscribe(c.link, STR("u.ann"));
	bus_subscribe(c.link, STR("u.ann"));
	bus_unsubscribe(c.link, STR("u.ann"));
	assert_int_equal(bus_publish(a.link, STR("u.ann"), &p), 1);
	bus_subscribe(a.link, STR("u.ann"));
	assert_int_equal(bus_interest(a.link, STR("u.ann")), 2);
	assert_int_equal(bus_publish(a.link, STR("u.ann"), &p), 2);
	assert_int_equal(bus_publish(a.link, STR("u.anna"), &p), 0);
	town_turn_ends(&a.town);
	bus_unsubscribe(c.link, STR("u.ann"));
	assert_int_equal(bus_publish(a.link, STR("u.ann"), &p), 1);
	town_turn_ends(&a.town);
	heard(&a, "0:1:1:u.ann:x 0:1:1:u.ann:x ");
	heard(&c, "0:1:1:u.ann:x 0:1:1:u.ann:x ");
	node_close(&a);
	node_close(&c);
	bus_free(b);
}

static void what_was_published_before_the_end_arrives(void **state)
{
	struct bus *b = bus_local_new(2);
	struct parcel p = parcel(1, "good-bye");
	struct node a, c;

	node_open(&a, b, 0);
	node_open(&c, b, 1);
	bus_subscribe(c.link, STR("r"));
	bus_publish(a.link, STR("r"), &p);
	bus_send(a.link, 1, &p);
	node_close(&a);
	heard(&c, "0:1:1:r:good-bye 0:1:1::good-bye ");
	town_run(&a.town, false); /* the turn ends after the link did */
	node_close(&c);
	bus_free(b);
}

static void a_batch_costs_one_post_and_keeps_its_order(void **state)
{
	struct bus *b = bus_local_new(2);
	own_buf want = { 0 };
	struct node a, c;

	node_open(&a, b, 0);
	node_open(&c, b, 1);
	bus_subscribe(c.link, STR("u.ann"));
	for (unsigned i = 0; i < 100; i++) {
		char text[16];
		struct parcel p;

		snprintf(text, sizeof text, "t%u", i);
		p = parcel(i, text);
		bus_publish(a.link, STR("u.ann"), &p);
		memset(text, '?', sizeof text); /* the bus has a copy of its own */
		buf_fmt(&want, "0:1:%u:u.ann:t%u ", i, i);
	}
	assert_int_equal(c.town.posts, 0);
	town_turn_ends(&a.town);
	assert_int_equal(c.town.posts, 1);
	heard(&c, buf_z(&want));
	node_close(&a);
	node_close(&c);
	bus_free(b);
}

static void stanzas_are_shared_not_copied(void **state)
{
	struct bus *b = bus_local_new(2);
	struct stanza_init init = { .name = STANZA_MESSAGE, .type = MESSAGE_CHAT, .payload = STR("<body>hi</body>") };
	struct parcel p = { .kind = 2, .stanza = stanza_make(&init) };
	struct node a, c;

	node_open(&a, b, 0);
	node_open(&c, b, 1);
	bus_subscribe(a.link, STR("s"));
	bus_subscribe(c.link, STR("s"));
	assert_int_equal(bus_publish(a.link, STR("s"), &p), 2);
	town_turn_ends(&a.town);
	town_run(&c.town, false);
	assert_ptr_equal(a.stanza, p.stanza);
	assert_ptr_equal(c.stanza, p.stanza);
	/* What was never fetched is let go of too, whether it has left yet or not. */
	bus_publish(a.link, STR("s"), &p);
	town_turn_ends(&a.town);
	bus_publish(a.link, STR("s"), &p);
	node_close(&c);
	assert_int_equal(bus_publish(a.link, STR("s"), &p), 1);
	node_close(&a);
	assert_int_equal(p.stanza->refs, 1);
	stanza_unref(p.stanza);
	bus_free(b);
}

static void answer_once(struct node *n, const struct parcel *p)
{
	struct parcel answer = parcel(2, "answer");

	if (p->number == 1)
		bus_publish(n->link, p->subject, &answer);
}

static void an_answer_comes_behind_what_it_answers(void **state)
{
	struct bus *b = bus_local_new(2);
	struct parcel p = parcel(1, "question");
	struct node a, c;

	node_open(&a, b, 0);
	node_open(&c, b, 1);
	a.on_parcel = answer_once;
	bus_subscribe(a.link, STR("r"));
	bus_subscribe(c.link, STR("r"));
	bus_publish(a.link, STR("r"), &p);
	town_turn_ends(&a.town);
	heard(&a, "0:1:1:r:question 0:1:2:r:answer ");
	heard(&c, "0:1:1:r:question 0:1:2:r:answer ");
	node_close(&a);
	node_close(&c);
	bus_free(b);
}

static void who_closes_wants_nothing_any_more(void **state)
{
	struct bus *b = bus_local_new(2);
	struct parcel p = parcel(1, "late");
	struct node a, c;

	node_open(&a, b, 0);
	node_open(&c, b, 1);
	bus_subscribe(c.link, STR("r"));
	bus_publish(a.link, STR("r"), &p);
	town_turn_ends(&a.town);
	node_close(&c);
	town_run(&c.town, false); /* the post of the parcel is still there, the link is not */
	assert_int_equal(bus_interest(a.link, STR("r")), 0);
	bus_send(a.link, 1, &p);
	node_close(&a);
	bus_free(b);
}

/* ---- threads ---------------------------------------------------------------------------------------------------------- */

enum { CORES = 3, PARCELS = 3000 };

struct worker {
	struct node node;
	struct bus *bus;
	unsigned core, got, ends;
	uint64_t last[CORES]; /* number of the last parcel of each publisher */
	bool disorder;
};

static pthread_barrier_t ready, done;

static void worker_receive(void *arg, const struct parcel *p)
{
	struct worker *w = arg;

	if (p->kind == 9) {
		w->ends++;
		return;
	}
	w->disorder |= p->number <= w->last[p->core];
	w->last[p->core] = p->number;
	w->got++;
}

/* Everybody publishes to a subject that all want, and in between comes and goes on subjects of its own. */
static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct parcel p = parcel(0, "bytes"), end = { .kind = 9 };
	char own[16];

	town_init(&w->node.town);
	w->node.link = bus_open(w->bus, w->core, &w->node.town.world, worker_receive, w);
	bus_subscribe(w->node.link, STR("all"));
	pthread_barrier_wait(&ready);
	for (unsigned i = 1; i <= PARCELS; i++) {
		p.number = i;
		bus_publish(w->node.link, STR("all"), &p);
		snprintf(own, sizeof own, "u.%u", i % 50);
		bus_subscribe(w->node.link, str_z(own));
		bus_interest(w->node.link, str_z(own));
		bus_unsubscribe(w->node.link, str_z(own));
		town_run(&w->node.town, false);
	}
	bus_publish(w->node.link, STR("all"), &end);
	town_turn_ends(&w->node.town);
	while (w->ends < CORES)
		town_run(&w->node.town, true);
	pthread_barrier_wait(&done);
	bus_close(w->node.link);
	return NULL;
}

static void threads_lose_nothing_and_keep_the_order(void **state)
{
	struct bus *b = bus_local_new(CORES);
	static struct worker w[CORES];
	pthread_t thread[CORES];

	pthread_barrier_init(&ready, NULL, CORES);
	pthread_barrier_init(&done, NULL, CORES);
	for (unsigned i = 0; i < CORES; i++) {
		w[i] = (struct worker){ .bus = b, .core = i };
		assert_int_equal(pthread_create(&thread[i], NULL, worker_run, &w[i]), 0);
	}
	for (unsigned i = 0; i < CORES; i++)
		pthread_join(thread[i], NULL);
	for (unsigned i = 0; i < CORES; i++) {
		assert_int_equal(w[i].got, CORES * PARCELS);
		assert_false(w[i].disorder);
	}
	bus_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_core_hears_itself_at_once),
		cmocka_unit_test(interest_is_counted),
		cmocka_unit_test(what_was_published_before_the_end_arrives),
		cmocka_unit_test(a_batch_costs_one_post_and_keeps_its_order),
		cmocka_unit_test(stanzas_are_shared_not_copied),
		cmocka_unit_test(an_answer_comes_behind_what_it_answers),
		cmocka_unit_test(who_closes_wants_nothing_any_more),
		cmocka_unit_test(threads_lose_nothing_and_keep_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
