/* SPDX-License-Identifier: Apache-2.0
 *
 * Three clients on a network without a server that cuts, loses, doubles and goes silent, and whose machines restart.
 * Whatever happens: a message is there once, in order, or is shown as waiting; a file is what it was; what is shown as
 * there is there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/term/engine/direct.h"
#include "clients/term/engine/direct.h"
#include "clients/term/engine/test_net_world.h"

enum { HOSTS = 3, MESSAGES = 40, SEEDS = 200 };

struct said {
	unsigned from, to;
	int64_t id;
	char text[48];
};

struct run {
	uint64_t seed;
	struct net_world *w;
	struct net_host *host[HOSTS];
	struct said said[MESSAGES];
	unsigned said_n;
	struct said file;
};

static const char *const names[HOSTS] = { "ann", "bob", "cy" };

static void must(const struct run *r, bool so, const char *what, const struct said *s)
{
	if (!so)
		fail_msg("seed %llu: %s: %s from %s to %s", (unsigned long long)r->seed, what, s ? s->text : "",
			 s ? names[s->from] : "", s ? names[s->to] : "");
}

static void say_one(struct run *r)
{
	struct said *s = &r->said[r->said_n];

	s->from = net_chance(r->w, HOSTS);
	s->to = (s->from + 1 + net_chance(r->w, HOSTS - 1)) % HOSTS;
	if (!r->host[s->from]->client)
		return;
	snprintf(s->text, sizeof s->text, "%03u %s", r->said_n, net_chance(r->w, 3) ? "hello" : "two\nlines");
	s->id = net_say(r->host[s->from], names[s->to], s->text);
	r->said_n++;
}

static void file_one(struct run *r)
{
	struct said *s = &r->file;

	s->from = net_chance(r->w, HOSTS);
	s->to = (s->from + 1 + net_chance(r->w, HOSTS - 1)) % HOSTS;
	snprintf(s->text, sizeof s->text, "data.bin");
	net_file_make(r->host[s->from], "/data.bin", 1 + net_chance(r->w, 3000000));
	s->id = net_send_file(r->host[s->from], names[s->to], "/data.bin");
}

/* What is shown at any moment is so. */
static void statuses_check(struct run *r)
{
	for (unsigned i = 0; i < r->said_n; i++) {
		struct said *s = &r->said[i];
		unsigned there = net_count(r->host[s->to], names[s->from], s->text);
		enum entry_status status;

		must(r, there <= 1, "there twice", s);
		if (!r->host[s->from]->client)
			continue;
		status = net_status(r->host[s->from], names[s->to], s->id);
		must(r, status == ENTRY_WAITING || status == ENTRY_SENDING || status == ENTRY_DIRECT,
		     "a status that cannot be", s);
		must(r, status != ENTRY_DIRECT || there == 1, "shown as there, but is not", s);
	}
}

static void fetch(struct run *r)
{
	struct net_host *h = r->host[r->file.to];
	struct entry *e = h->client && r->file.id ? net_offer(h, names[r->file.from]) : NULL;

	if (e && (e->file->state == FILE_OFFERED || e->file->state == FILE_BROKEN))
		way_lan.file_get(h->client, e);
}

static void misfortune(struct run *r)
{
	struct net_host *h = r->host[net_chance(r->w, HOSTS)];

	switch (net_chance(r->w, 10)) {
	case 0:
	case 1:
		if (h->client)
			net_kill(h);
		break;
	case 2:
		net_cut(h, false);
		break;
	case 3:
		net_cut(h, true);
		break;
	case 4:
		r->w->down = !r->w->down;
		break;
	case 5:
		if (h->client && !h->quit)
			net_stop(h);
		break;
	case 6:
		h->closed_in = !h->closed_in;
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < HOSTS; i++)
		if (!r->host[i]->client && net_chance(r->w, 2))
			net_start(r->host[i]);
}

static void heal(struct run *r)
{
	r->w->lose = r->w->twice = r->w->cut = r->w->silence = 0;
	r->w->down = false;
	for (unsigned i = 0; i < HOSTS; i++) {
		r->host[i]->closed_in = false;
		if (!r->host[i]->client)
			net_start(r->host[i]);
	}
}

struct order {
	struct run *r;
	unsigned from;
	int last;
	bool good;
};

static void order_row(void *arg, const struct entry *e)
{
	struct order *o = arg;
	int n;

	if (e->kind != ENTRY_TEXT || e->mine)
		return;
	n = atoi(e->text.p);
	o->good = o->good && n < o->last; /* the newest first */
	o->last = n;
}

static void order_check(struct run *r)
{
	for (unsigned to = 0; to < HOSTS; to++)
		for (unsigned from = 0; from < HOSTS; from++) {
			struct order o = { r, from, MESSAGES + 1, true };

			if (from != to)
				keep_entries(r->host[to]->keep, str_z(names[from]), 0, 10000, order_row, &o);
			must(r, o.good, "out of order", &(struct said){ .from = from, .to = to });
		}
}

static void end_check(struct run *r)
{
	struct said *s = &r->file;
	struct entry *e;
	struct str got, was;

	statuses_check(r);
	order_check(r);
	for (unsigned i = 0; i < r->said_n; i++)
		must(r, net_status(r->host[r->said[i].from], names[r->said[i].to], r->said[i].id) == ENTRY_DIRECT,
		     "still waits", &r->said[i]);
	if (!s->id)
		return;
	e = net_offer(r->host[s->to], names[s->from]);
	must(r, e && e->file->state == FILE_DONE, "the file has not come", s);
	got = net_file(r->host[s->to], e->file->path);
	was = net_file(r->host[s->from], STR("/data.bin"));
	must(r, got.p && str_eq(got, was), "the file is another", s);
	must(r, net_entry(r->host[s->from], names[s->to], s->id)->file->state == FILE_DONE,
	     "its sender does not know that the file has come", s);
}

static void one_run(uint64_t seed)
{
	struct run r = { .seed = seed, .w = net_world_new(seed) };

	r.w->trace = getenv("TRACE");
	for (unsigned i = 0; i < HOSTS; i++) {
		r.host[i] = net_host_add(r.w, names[i], MODE_LAN);
		net_start(r.host[i]);
	}
	r.w->lose = 1500;
	r.w->twice = 1000;
	r.w->cut = net_chance(r.w, 3) ? 150 : 0;
	r.w->silence = net_chance(r.w, 3) ? 0 : 50;
	for (unsigned i = 0; i < 60; i++) {
		if (r.said_n < MESSAGES && net_chance(r.w, 3))
			say_one(&r);
		if (!r.file.id && i == 5 && net_chance(r.w, 2) && r.host[0]->client && r.host[1]->client &&
		    r.host[2]->client)
			file_one(&r);
		net_run(r.w, net_chance(r.w, 4) ? net_chance(r.w, 300) : net_chance(r.w, 20000));
		if (net_chance(r.w, 3) == 0)
			misfortune(&r);
		fetch(&r);
		if (i % 10 == 0)
			statuses_check(&r);
	}
	heal(&r);
	for (unsigned i = 0; i < 10; i++) {
		net_run(r.w, 30000);
		fetch(&r);
	}
	end_check(&r);
	net_world_free(r.w);
}

static void three_clients_on_a_bad_network(void **state)
{
	const char *only = getenv("SEED");

	if (only) {
		one_run(strtoull(only, NULL, 10));
		return;
	}
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		one_run(seed);
}

/* ---- hints ------------------------------------------------------------------------------------------------------- */

static void who_is_gone_is_forgotten(void **state)
{
	struct net_world *w = net_world_new(1);
	struct net_host *ann = net_host_add(w, "ann", MODE_LAN), *bob = net_host_add(w, "bob", MODE_LAN);

	net_start(ann);
	net_start(bob);
	net_run(w, 3000);
	assert_true(way_lan.online(ann->client, STR("bob")));
	net_kill(bob);
	net_run(w, 30000);
	assert_true(way_lan.online(ann->client, STR("bob")));
	net_run(w, 10000);
	assert_false(way_lan.online(ann->client, STR("bob")));
	net_start(bob);
	net_run(w, 3000);
	assert_true(way_lan.online(ann->client, STR("bob")));
	net_stop(bob);
	assert_false(way_lan.online(ann->client, STR("bob")));
	net_world_free(w);
}

static void hints_are_hints(void **state)
{
	struct net_world *w = net_world_new(2);
	struct net_host *ann = net_host_add(w, "ann", MODE_LAN);
	struct endpoint from = { .port = 7791 };
	static const char *const lies[] = {
		"login,bob,10.0.0.77:99",
		"login,,10.0.0.9:99",
		"login,a;b,10.0.0.9:99",
		"login,bob",
		"login,bob,10.0.0.9:0",
		"login,bob,0.0.0.0:0",
		"Accept,9",
		"talk,1,bob,hi",
		"who?",
		"",
		"\xFF\xFE",
	};

	from.address[10] = from.address[11] = 0xFF;
	from.address[12] = 10;
	from.address[15] = 9;
	net_start(ann);
	net_run(w, 1000);
	for (size_t i = 0; i < countof(lies); i++)
		ann->outside.events.multicast(ann->outside.events.arg, &from, str_z(lies[i]));
	assert_false(way_lan.online(ann->client, STR("bob")));
	ann->outside.events.multicast(ann->outside.events.arg, &from, STR("login,bob,0.0.0.0:99"));
	assert_true(way_lan.online(ann->client, STR("bob")));
	/* A flood of names is bounded. */
	for (unsigned i = 0; i < 5000; i++) {
		own_buf one = { 0 };

		buf_fmt(&one, "login,u%u,0.0.0.0:99", i);
		ann->outside.events.multicast(ann->outside.events.arg, &from, buf_all(&one));
	}
	assert_false(way_lan.online(ann->client, STR("u4999")));
	net_run(w, 60000);
	assert_false(way_lan.online(ann->client, STR("u1")));
	assert_int_equal(((struct directs *)ann->outside.events.arg)->peers.n, 0);
	net_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_gone_is_forgotten),
		cmocka_unit_test(hints_are_hints),
		cmocka_unit_test(three_clients_on_a_bad_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
