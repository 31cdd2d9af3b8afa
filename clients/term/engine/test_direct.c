/* SPDX-License-Identifier: Apache-2.0
 *
 * Direct links between two clients that find each other on a network without a server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "clients/term/engine/direct.h"
#include "clients/term/engine/test_net_world.h"

struct two {
	struct net_world *w;
	struct net_host *tom, *jack;
};

static struct two begin(uint64_t seed)
{
	struct two t = { .w = net_world_new(seed) };

	t.tom = net_host_add(t.w, "tom", MODE_LAN);
	t.jack = net_host_add(t.w, "jack", MODE_LAN);
	net_start(t.tom);
	net_start(t.jack);
	net_run(t.w, 2000);
	return t;
}

static void a_message_goes_direct_and_back(void **state)
{
	struct two t = begin(1);
	int64_t one = net_say(t.tom, "jack", "hello\nin two lines, with \\n"), two;

	net_run(t.w, 1000);
	assert_int_equal(net_status(t.tom, "jack", one), ENTRY_DIRECT);
	assert_int_equal(net_count(t.jack, "tom", "hello\nin two lines, with \\n"), 1);
	two = net_say(t.jack, "tom", "hi");
	net_run(t.w, 1000);
	assert_int_equal(net_status(t.jack, "tom", two), ENTRY_DIRECT);
	assert_int_equal(net_count(t.tom, "jack", "hi"), 1);
	assert_true(client_conversation(t.tom->client, STR("jack"), false)->direct);
	assert_true(client_conversation(t.tom->client, STR("jack"), false)->online);
	net_world_free(t.w);
}

static void in_order(struct net_host *h, const char *from, int n)
{
	struct conversation *v = client_conversation(h->client, str_z(from), true);
	int next = 0;

	list_each (e, &v->entries, struct entry, here)
		if (!e->mine && e->kind == ENTRY_TEXT) {
			own_buf text = { 0 };

			buf_fmt(&text, "%d", next++);
			assert_true(str_eq(e->text, buf_all(&text)));
		}
	assert_int_equal(next, n);
}

static void both_may_dial_at_once(void **state)
{
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct two t = begin(seed);
		int64_t ids[2][20];

		for (int i = 0; i < 20; i++) {
			char text[32];

			snprintf(text, sizeof text, "%d", i);
			ids[0][i] = net_say(t.tom, "jack", text);
			ids[1][i] = net_say(t.jack, "tom", text);
			net_run(t.w, (msec)seed % 7);
		}
		net_run(t.w, 10000);
		for (int i = 0; i < 20; i++) {
			char text[32];

			snprintf(text, sizeof text, "%d", i);
			assert_int_equal(net_status(t.tom, "jack", ids[0][i]), ENTRY_DIRECT);
			assert_int_equal(net_status(t.jack, "tom", ids[1][i]), ENTRY_DIRECT);
			assert_int_equal(net_count(t.jack, "tom", text), 1);
			assert_int_equal(net_count(t.tom, "jack", text), 1);
		}
		in_order(t.tom, "jack", 20);
		in_order(t.jack, "tom", 20);
		net_world_free(t.w);
	}
}

static void what_is_written_while_he_is_away_waits(void **state)
{
	struct net_world *w = net_world_new(3);
	struct net_host *tom = net_host_add(w, "tom", MODE_LAN), *jack = net_host_add(w, "jack", MODE_LAN);
	int64_t id;

	net_start(tom);
	id = net_say(tom, "jack", "later");
	net_run(w, 30000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_WAITING);
	net_kill(tom);
	net_start(tom);
	net_run(w, 5000);
	net_start(jack);
	net_run(w, 5000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(net_count(jack, "tom", "later"), 1);
	net_world_free(w);
}

static unsigned notes(struct net_host *h, const char *conversation, const char *word)
{
	struct conversation *v = client_conversation(h->client, str_z(conversation), true);
	unsigned n = 0;

	list_each (e, &v->entries, struct entry, here)
		n += e->kind == ENTRY_NOTE && memmem(e->text.p, e->text.n, word, strlen(word));
	return n;
}

static void a_changed_key_is_refused_loudly(void **state)
{
	struct two t = begin(4);
	int64_t id;

	net_say(t.tom, "jack", "one");
	net_run(t.w, 1000);
	net_kill(t.jack);
	t.jack->outside.key[0] ^= 1;
	net_start(t.jack);
	net_run(t.w, 2000);
	id = net_say(t.tom, "jack", "secret");
	net_run(t.w, 120000);
	assert_int_equal(net_status(t.tom, "jack", id), ENTRY_WAITING);
	assert_int_equal(net_count(t.jack, "tom", "secret"), 0);
	assert_int_equal(t.tom->keys_changed, 1);
	/* Nor from him; and he is told why. */
	net_say(t.jack, "tom", "believe me");
	net_run(t.w, 60000);
	assert_int_equal(notes(t.jack, "tom", "refuses"), 1);
	assert_int_equal(net_count(t.tom, "jack", "believe me"), 0);
	assert_int_equal(t.tom->keys_changed, 1);
	/* Until somebody has looked. */
	keep_key_set(t.tom->keep, STR("jack"), NULL);
	net_run(t.w, 120000);
	assert_int_equal(net_status(t.tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(net_count(t.tom, "jack", "believe me"), 1);
	net_world_free(t.w);
}

static void a_key_is_compared_by_a_code(void **state)
{
	struct two t = begin(5);
	struct conversation *v = client_conversation(t.tom->client, STR("jack"), true);
	own_buf one = { 0 }, other = { 0 };

	way_lan.verify(t.tom->client, v, STR(""));
	assert_non_null(strstr(buf_z(&t.tom->said), "no-key"));
	net_say(t.tom, "jack", "one");
	net_run(t.w, 1000);
	assert_false(v->verified);
	way_lan.verify(t.tom->client, v, STR("yes"));
	assert_true(v->verified);
	assert_true(v->direct);
	trust_code(&one, t.tom->outside.key, t.jack->outside.key);
	trust_code(&other, t.jack->outside.key, t.tom->outside.key);
	assert_true(str_eq(buf_all(&one), buf_all(&other)));
	net_world_free(t.w);
}

/* Somebody near who says that he is jack, whom tom has never seen, from where jack is not. */
static void a_name_is_not_believed_from_anywhere(void **state)
{
	struct two t = begin(6);
	struct net_host *eve = net_host_add(t.w, "jack", MODE_LAN);

	(void)eve;
	eve->joined = false;
	net_kill(t.jack);
	net_run(t.w, 60000);
	/* jack is gone; eve announces herself as jack and is therefore placed: first sight. That is what the code is
	 * for. But once jack is known … */
	net_start(t.jack);
	net_run(t.w, 3000);
	net_say(t.tom, "jack", "hello");
	net_run(t.w, 2000);
	assert_int_equal(net_count(t.jack, "tom", "hello"), 1);
	net_kill(t.jack);
	net_start(eve);
	net_run(t.w, 3000);
	net_say(eve, "tom", "it is me");
	net_say(t.tom, "jack", "are you?");
	net_run(t.w, 60000);
	assert_int_equal(net_count(t.tom, "jack", "it is me"), 0);
	assert_int_equal(net_count(eve, "tom", "are you?"), 0);
	assert_true(t.tom->keys_changed >= 1);
	/* Both there: the right one gets it. */
	net_start(t.jack);
	net_run(t.w, 90000);
	assert_int_equal(net_count(t.jack, "tom", "are you?"), 1);
	assert_int_equal(net_count(eve, "tom", "are you?"), 0);
	assert_non_null(strstr(buf_z(&eve->said), "name-conflict"));
	net_world_free(t.w);
}

static void a_link_that_went_silent_is_noticed(void **state)
{
	struct two t = begin(7);
	int64_t id;

	net_say(t.tom, "jack", "one");
	net_run(t.w, 1000);
	net_cut(t.tom, true);
	id = net_say(t.tom, "jack", "two");
	net_run(t.w, 1000);
	assert_int_equal(net_status(t.tom, "jack", id), ENTRY_SENDING);
	net_run(t.w, 30000);
	assert_int_equal(net_status(t.tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(net_count(t.jack, "tom", "two"), 1);
	net_world_free(t.w);
}

static void many_messages_keep_their_order(void **state)
{
	struct two t = begin(8);
	struct conversation *v;
	int n = 0;

	for (int i = 0; i < 1000; i++) {
		char text[32];

		snprintf(text, sizeof text, "%d", i);
		net_say(t.tom, "jack", text);
		if (i == 300 || i == 700) {
			net_run(t.w, 30);
			net_cut(t.tom, false);
		}
	}
	net_run(t.w, 60000);
	v = client_conversation(t.jack->client, STR("tom"), true);
	list_each (e, &v->entries, struct entry, here) {
		own_buf text = { 0 };

		if (e->kind == ENTRY_NOTE)
			continue;
		buf_fmt(&text, "%d", n++);
		assert_true(str_eq(e->text, buf_all(&text)));
	}
	assert_int_equal(n, 1000);
	assert_int_equal(client_state(t.tom->client)->waiting, 0);
	net_world_free(t.w);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static struct entry *offered(struct two *t, const char *path, size_t size)
{
	net_file_make(t->tom, path, size);
	net_send_file(t->tom, "jack", path);
	net_run(t->w, 2000);
	return net_offer(t->jack, "tom");
}

static void came_whole(struct two *t, struct entry *e, const char *path)
{
	struct str got = net_file(t->jack, e->file->path);

	assert_int_equal(e->file->state, FILE_DONE);
	assert_true(got.p && str_eq(got, net_file(t->tom, str_z(path))));
}

static void a_file_is_offered_and_fetched(void **state)
{
	struct two t = begin(10);
	struct entry *e = offered(&t, "/plan.pdf", 300000), *ours;

	assert_non_null(e);
	assert_int_equal(e->file->state, FILE_OFFERED);
	assert_int_equal(e->file->size, 300000);
	ours = list_first(&client_conversation(t.tom->client, STR("jack"), true)->entries, struct entry, here);
	while (ours->kind != ENTRY_FILE)
		ours = holder_of(ours->here.next, struct entry, here);
	assert_int_equal(ours->status, ENTRY_DIRECT);
	assert_int_equal(ours->file->state, FILE_OFFERED);
	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 10000);
	came_whole(&t, e, "/plan.pdf");
	assert_int_equal(ours->file->state, FILE_DONE);
	net_world_free(t.w);
}

/* Nobody can dial him, so he is asked to. */
static void who_cannot_be_dialled_is_asked_to_dial(void **state)
{
	struct two t = begin(17);
	int64_t id;

	t.jack->closed_in = true;
	t.jack->hears = true;
	id = net_say(t.tom, "jack", "are you behind a wall?");
	net_run(t.w, 20000);
	assert_int_equal(net_status(t.tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(net_count(t.jack, "tom", "are you behind a wall?"), 1);
	net_world_free(t.w);
}

/* Whoever has dialled the link for talk dials for the file: also where only one can. */
static void a_file_comes_through_a_firewall(void **state)
{
	for (int behind = 0; behind < 2; behind++) {
		struct two t = begin(11);
		struct entry *e;

		(behind ? t.tom : t.jack)->closed_in = true;
		if (behind)
			net_say(t.tom, "jack", "I dial");
		else
			net_say(t.jack, "tom", "I dial");
		net_run(t.w, 3000);
		e = offered(&t, "/f", 200000);
		assert_non_null(e);
		way_lan.file_get(t.jack->client, e);
		net_run(t.w, 10000);
		came_whole(&t, e, "/f");
		net_world_free(t.w);
	}
}

static void a_file_goes_on_after_cuts_and_restarts(void **state)
{
	struct two t = begin(12);
	struct entry *e = offered(&t, "/big", 20000000);
	int64_t id = e->id;
	uint64_t before = 0;

	way_lan.file_get(t.jack->client, e);
	for (int i = 0; i < 4; i++) {
		net_run(t.w, 40);
		e = net_entry(t.jack, "tom", id);
		assert_true(e->file->done >= before);
		before = e->file->done;
		assert_true(before < 20000000);
		if (i == 1) {
			net_kill(t.jack);
			net_run(t.w, 1000);
			net_start(t.jack);
		} else if (i == 2) {
			net_kill(t.tom);
			net_run(t.w, 1000);
			net_start(t.tom);
		} else {
			net_cut(t.tom, i == 3);
		}
		net_run(t.w, 1000);
	}
	assert_true(before > 100000);
	net_run(t.w, 200000);
	came_whole(&t, net_entry(t.jack, "tom", id), "/big");
	assert_true(t.w->pipe_most < 512 * 1024);
	net_world_free(t.w);
}

static void talk_goes_on_while_a_file_moves(void **state)
{
	struct two t = begin(13);
	struct entry *e = offered(&t, "/big", 20000000);
	int64_t id;

	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 200);
	assert_int_equal(e->file->state, FILE_MOVING);
	id = net_say(t.tom, "jack", "meanwhile");
	net_run(t.w, 200);
	assert_int_equal(net_status(t.tom, "jack", id), ENTRY_DIRECT);
	assert_int_equal(e->file->state, FILE_MOVING);
	net_world_free(t.w);
}

static void declined_is_said(void **state)
{
	struct two t = begin(14);
	struct entry *e = offered(&t, "/f", 1000), *ours;

	ours = entry_by_mark(t.tom->client, client_conversation(t.tom->client, STR("jack"), true), e->mark);
	way_lan.file_stop(t.jack->client, e);
	net_run(t.w, 2000);
	assert_int_equal(e->file->state, FILE_DECLINED);
	assert_int_equal(ours->file->state, FILE_DECLINED);
	/* And taken back by who offered. */
	net_file_make(t.tom, "/g", 2000);
	net_send_file(t.tom, "jack", "/g");
	net_run(t.w, 2000);
	e = net_offer(t.jack, "tom");
	ours = entry_by_mark(t.tom->client, client_conversation(t.tom->client, STR("jack"), true), e->mark);
	way_lan.file_stop(t.tom->client, ours);
	net_run(t.w, 2000);
	assert_int_equal(e->file->state, FILE_BROKEN);
	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 5000);
	assert_int_equal(e->file->state, FILE_BROKEN);
	net_world_free(t.w);
}

static void a_full_disk_is_said_and_goes_on_later(void **state)
{
	struct two t = begin(15);
	struct entry *e = offered(&t, "/f", 500000), *ours;

	ours = entry_by_mark(t.tom->client, client_conversation(t.tom->client, STR("jack"), true), e->mark);
	t.jack->disk_room = 200000;
	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 20000);
	assert_int_equal(e->file->state, FILE_BROKEN);
	assert_int_equal(ours->file->state, FILE_BROKEN);
	assert_true(e->why.n && ours->why.n);
	t.jack->disk_room = 400000;
	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 20000);
	came_whole(&t, e, "/f");
	assert_int_equal(ours->file->state, FILE_DONE);
	net_world_free(t.w);
}

static void what_has_changed_is_not_taken(void **state)
{
	struct two t = begin(16);
	struct entry *e = offered(&t, "/f", 100000);
	struct str was = net_file(t.tom, STR("/f"));

	((char *)(uintptr_t)was.p)[50000] ^= 1;
	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 10000);
	assert_int_equal(e->file->state, FILE_BROKEN);
	assert_null(net_file(t.jack, e->mark).p);
	((char *)(uintptr_t)was.p)[50000] ^= 1;
	way_lan.file_get(t.jack->client, e);
	net_run(t.w, 10000);
	came_whole(&t, e, "/f");
	net_world_free(t.w);
}

/* ---- somebody hostile, who has a key and a name ------------------------------------------------------------------ */

struct evil {
	struct net_host *host;
	struct pipe *pipe;
	struct buf heard;
	bool up, down;
};

static void evil_up(struct pipe *p) { ((struct evil *)p->state)->up = true; }
static void evil_feed(struct pipe *p, const char *bytes, size_t n)
{
	buf_add(&((struct evil *)p->state)->heard, bytes, n);
}
static void evil_written(struct pipe *p) { (void)p; }

static void evil_down(struct pipe *p, struct str why)
{
	(void)why;
	((struct evil *)p->state)->down = true;
}

static const struct pipe_ops evil_ops = { evil_up, evil_feed, evil_written, evil_down };

static void evil_announce(struct two *t, struct net_host *h)
{
	struct endpoint at = { .port = 7999 };

	memcpy(at.address, h->address, 16);
	t->tom->outside.events.multicast(t->tom->outside.events.arg, &at, STR("login,eve,0.0.0.0:7999"));
}

static struct net_host *evil_host(struct two *t)
{
	struct net_host *h = net_host_add(t->w, "eve", MODE_LAN);

	evil_announce(t, h);
	return h;
}

static void evil_dial(struct two *t, struct evil *e, struct net_host *h)
{
	own_buf to = { 0 };

	*e = (struct evil){ .host = h };
	endpoint_address_write(&to, t->tom->address);
	e->pipe = h->outside.ops->dial(&h->outside, buf_all(&to), t->tom->port, PIPE_PEER, &evil_ops, e);
	net_run(t->w, 500);
	assert_true(e->up);
}

static void evil_say(struct two *t, struct evil *e, struct str bytes)
{
	if (e->down)
		return;
	buf_str(&e->pipe->out, bytes);
	pipe_dirty(e->pipe);
	net_run(t->w, 3000);
}

static void evil_end(struct two *t, struct evil *e)
{
	if (!e->down)
		pipe_hang_up(e->pipe);
	net_run(t->w, 100);
	assert_true(e->down);
	buf_free(&e->heard);
}

#define HELLO "hello,eve,1,talk\n"
#define FILES "hello,eve,1,file\n"
#define ID "id,0123456789abcdef0123456789abcdef\n"
#define SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void what_is_against_the_rules_ends_the_link(void **state)
{
	static const char *const bad[] = {
		"talk,1,eve,before hello\n",
		"GET / HTTP/1.1\r\n\r\n",
		"hello,tom,1,talk\n",
		"hello,jack,1,talk\n",
		"hello,nobody,1,talk\n",
		HELLO HELLO,
		HELLO "talk,1,jack,in his name\n",
		HELLO ID ID,
		HELLO ID "ack,1\n",
		HELLO "ack,1\n",
		HELLO "ack\n",
		HELLO "from,0\n",
		HELLO ID "talk,1,eve,\\x\n",
		HELLO "file,x,1," SUM "\n",
		HELLO ID "file,../x,1," SUM "\n",
		HELLO ID "file,a\\n,1," SUM "\n",
		HELLO "exec,x\n",
		HELLO "talk,1,eve,\xff\n",
		FILES "talk,1,eve,x\n",
		FILES "ack\n",
		FILES "from,0\n",
		FILES "get,0123456789abcdef0123456789abcdef\n",
		FILES ID "file,x,1," SUM "\n",
		FILES "file,x,1," SUM "\n",
		"\n",
		HELLO "bye\n",
		"no,key\n",
	};
	struct two t = begin(30);
	struct net_host *h = evil_host(&t);

	for (size_t i = 0; i < countof(bad); i++) {
		struct evil e;

		evil_dial(&t, &e, h);
		evil_say(&t, &e, str_z(bad[i]));
		if (!e.down)
			fail_msg("the link stays: %s", bad[i]);
		evil_end(&t, &e);
		evil_announce(&t, h);
	}
	assert_int_equal(t.tom->entries_new, 0);
	net_world_free(t.w);
}

static void a_line_has_an_end(void **state)
{
	struct two t = begin(31);
	struct net_host *h = evil_host(&t);
	own_buf big = { 0 };
	struct evil e;

	memset(buf_room(&big, 70000), 'x', 70000);
	big.n = 70000;
	evil_dial(&t, &e, h);
	evil_say(&t, &e, STR(HELLO "talk,1,eve,"));
	assert_false(e.down);
	evil_say(&t, &e, buf_all(&big));
	assert_true(e.down);
	evil_end(&t, &e);
	/* Nor does one who says nothing stay. */
	evil_dial(&t, &e, h);
	net_run(t.w, 15000);
	assert_true(e.down);
	evil_end(&t, &e);
	net_world_free(t.w);
}

static void a_flood_is_slowed_down_and_others_go_on(void **state)
{
	struct two t = begin(32);
	struct net_host *h = evil_host(&t);
	own_buf lines = { 0 };
	struct evil e;
	int64_t id;

	evil_dial(&t, &e, h);
	buf_lit(&lines, HELLO);
	for (unsigned i = 0; i < 5000; i++)
		buf_fmt(&lines, "talk,%u,eve,spam\n", i);
	evil_say(&t, &e, buf_all(&lines));
	assert_false(e.down);
	assert_in_range(t.tom->entries_new, 500, 1500);
	id = net_say(t.jack, "tom", "excuse me");
	net_run(t.w, 1000);
	assert_int_equal(net_status(t.jack, "tom", id), ENTRY_DIRECT);
	/* All of it is read in the end: slowed down, nothing is thrown away. */
	net_run(t.w, 60000);
	assert_int_equal(t.tom->entries_new, 5001);
	assert_non_null(strstr(buf_z(&e.heard), "ack,5000\n"));
	evil_end(&t, &e);
	net_world_free(t.w);
}

/* Said again with the same id, or without one: shown once, acknowledged each time. */
static void what_comes_twice_is_shown_once(void **state)
{
	struct two t = begin(33);
	struct net_host *h = evil_host(&t);
	struct evil e;

	evil_dial(&t, &e, h);
	evil_say(
		&t, &e,
		STR(HELLO ID "talk,5,eve,one\n" ID "talk,6,eve,one\ntalk,7,eve,two\ntalk,7,eve,two\ntalk,8,eve,two\n"));
	assert_int_equal(net_count(t.tom, "eve", "one"), 1);
	assert_int_equal(net_count(t.tom, "eve", "two"), 2);
	assert_non_null(strstr(buf_z(&e.heard), "ack,5\n"));
	evil_end(&t, &e);
	net_world_free(t.w);
}

static void leaving_waits_for_what_is_under_way(void **state)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct two t = begin(seed + 100);
		int64_t id;

		net_say(t.tom, "jack", "first");
		net_run(t.w, 2000);
		id = net_say(t.tom, "jack", "last words");
		net_stop(t.tom);
		assert_int_equal(net_count(t.jack, "tom", "last words"), 1);
		net_start(t.tom);
		assert_int_equal(net_status(t.tom, "jack", id), ENTRY_DIRECT);
		net_world_free(t.w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_goes_direct_and_back),
		cmocka_unit_test(both_may_dial_at_once),
		cmocka_unit_test(what_is_written_while_he_is_away_waits),
		cmocka_unit_test(a_changed_key_is_refused_loudly),
		cmocka_unit_test(a_key_is_compared_by_a_code),
		cmocka_unit_test(a_name_is_not_believed_from_anywhere),
		cmocka_unit_test(a_link_that_went_silent_is_noticed),
		cmocka_unit_test(many_messages_keep_their_order),
		cmocka_unit_test(a_file_is_offered_and_fetched),
		cmocka_unit_test(who_cannot_be_dialled_is_asked_to_dial),
		cmocka_unit_test(a_file_comes_through_a_firewall),
		cmocka_unit_test(a_file_goes_on_after_cuts_and_restarts),
		cmocka_unit_test(talk_goes_on_while_a_file_moves),
		cmocka_unit_test(declined_is_said),
		cmocka_unit_test(a_full_disk_is_said_and_goes_on_later),
		cmocka_unit_test(what_has_changed_is_not_taken),
		cmocka_unit_test(what_is_against_the_rules_ends_the_link),
		cmocka_unit_test(a_line_has_an_end),
		cmocka_unit_test(a_flood_is_slowed_down_and_others_go_on),
		cmocka_unit_test(what_comes_twice_is_shown_once),
		cmocka_unit_test(leaving_waits_for_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
