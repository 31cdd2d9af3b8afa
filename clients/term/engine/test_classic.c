/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/test_classic.c - clients of the classic protocol against the real door (tests/talk.h): what is
 * said arrives once and in order, whatever the network does; rooms, files, being away, trust.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "clients/term/engine/test_net_world.h"
#include "core/files.h"
#include "tests/talk.h"

/* ---- the server -------------------------------------------------------------------------------------------------- */

struct site {
	struct talk *talk;
	struct files *files;
	struct core_settings settings;
	struct net_server server;
	struct net_world *world;
};

static void *s_open(void *arg, struct net_host *from)
{
	(void)from;
	return talk_open(((struct site *)arg)->talk, 0, &classic_door, TALK_TLS);
}

static void s_take(void *arg, void *line, struct str bytes)
{
	(void)arg;
	talk_say_n(line, bytes.p, bytes.n);
}

static struct str s_give(void *arg, void *line)
{
	(void)arg;
	return talk_hear_bytes(line);
}

static bool s_closed(void *arg, void *line)
{
	(void)arg;
	return talk_closed(line);
}

static void s_cut(void *arg, void *line)
{
	(void)arg;
	if (!talk_closed(line))
		talk_cut(line);
}

static void s_pass(void *arg, msec ms) { talk_wait(((struct site *)arg)->talk, ms); }

static struct site *site_new(uint64_t seed)
{
	static const char *const people[] = { "tom", "jack", "lily" };
	struct site *s = mem_new(struct site);
	own_buf why = { 0 };

	assert_int_equal(files_open(&s->files, STR("memory:"), 0, &why), 0);
	s->settings = talk_settings();
	s->settings.files = s->files;
	s->settings.file_max = 4 * 1024 * 1024;
	s->settings.file_quota = 64 * 1024 * 1024;
	s->settings.file_keep_ms = 7 * 24 * 3600 * 1000LL;
	s->settings.web_address = STR("https://chat.test:5281");
	s->settings.rooms_domain = STR("rooms.anser.test");
	s->settings.registration = REGISTRATION_OPEN;
	s->settings.registration_loopback = true;
	s->talk = talk_new_with(1, NULL, &s->settings);
	for (size_t i = 0; i < countof(people); i++)
		talk_account(s->talk, people[i], "secret");
	s->server = (struct net_server){ .open = s_open,
					 .take = s_take,
					 .give = s_give,
					 .closed = s_closed,
					 .cut = s_cut,
					 .pass = s_pass,
					 .arg = s };
	for (size_t i = 0; i < KEY_BYTES; i++)
		s->server.key[i] = (uint8_t)i;
	s->world = net_world_new(seed);
	s->world->server = &s->server;
	return s;
}

static void site_free(struct site *s)
{
	net_world_free(s->world);
	s->talk = talk_free(s->talk);
	files_close(s->files);
	mem_free(s);
}

static struct net_host *add(struct site *s, const char *name)
{
	struct net_host *h = net_host_add(s->world, name, MODE_SERVER);

	h->password = STR("secret");
	return h;
}

static struct net_host *come(struct site *s, const char *name)
{
	struct net_host *h = add(s, name);

	net_start(h);
	net_run(s->world, 2000);
	assert_int_equal(client_state(h->client)->phase, PHASE_ONLINE);
	return h;
}

static struct conversation *with(struct net_host *h, const char *name)
{
	return client_conversation(h->client, str_z(name), true);
}

static bool type(struct net_host *h, const char *in, const char *line)
{
	return client_line(h->client, in ? with(h, in) : NULL, str_z(line));
}

/* All texts of a conversation that the keep has, oldest first: "a b c ". */
static void row_prepend(void *arg, const struct entry *e)
{
	struct buf *to = arg;
	own_buf all = { 0 };

	if (e->kind == ENTRY_NOTE)
		return;
	buf_str(&all, e->text);
	buf_byte(&all, ' ');
	buf_str(&all, buf_all(to));
	buf_clear(to);
	buf_str(to, buf_all(&all));
}

static const char *texts(struct net_host *h, const char *name, struct buf *to)
{
	buf_clear(to);
	keep_entries(h->keep, str_z(name), 0, 100000, row_prepend, to);
	return buf_z(to);
}

#define TEXTS(h, name, wanted)                                      \
	do {                                                        \
		own_buf _all = { 0 };                               \
		assert_string_equal(texts(h, name, &_all), wanted); \
	} while (0)

/* ---- talking ----------------------------------------------------------------------------------------------------- */

static void test_two_talk(void **state)
{
	struct site *s = site_new(1);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	int64_t id = net_say(tom, "jack", "how, are | you @ all?");

	(void)state;
	net_run(s->world, 1000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_RELAYED);
	TEXTS(jack, "tom", "how, are | you @ all? ");
	assert_int_equal(with(jack, "tom")->unread, 1);
	assert_true(with(jack, "tom")->mentioned);
	assert_true(with(jack, "tom")->online);
	client_read(jack->client, with(jack, "tom"));
	assert_int_equal(with(jack, "tom")->unread, 0);
	assert_true(type(jack, "tom", "fine :tada:"));
	net_run(s->world, 1000);
	TEXTS(tom, "jack", "how, are | you @ all? fine \xF0\x9F\x8E\x89 ");
	net_stop(jack);
	net_run(s->world, 1000);
	assert_false(with(tom, "jack")->online);
	site_free(s);
}

static void test_lines_of_a_paste(void **state)
{
	struct site *s = site_new(2);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");

	(void)state;
	/* A line end must not become a request. */
	assert_true(type(tom, "jack", "/one\n\n112|\n"));
	assert_true(type(tom, "jack", "//two\x1B[2J\x01"));
	net_run(s->world, 1000);
	TEXTS(jack, "tom", "/one   112| /two[2J ");
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	site_free(s);
}

static void test_no_such_user(void **state)
{
	struct site *s = site_new(3);
	struct net_host *tom = come(s, "tom");
	int64_t id = net_say(tom, "nobody", "hello?");

	(void)state;
	net_run(s->world, 1000);
	assert_int_equal(net_status(tom, "nobody", id), ENTRY_FAILED);
	assert_string_equal(net_entry(tom, "nobody", id)->why.p ? "why" : "", "why");
	assert_int_equal(client_state(tom->client)->waiting, 0);
	site_free(s);
}

static void test_away_and_back(void **state)
{
	struct site *s = site_new(4);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");

	(void)state;
	net_say(tom, "jack", "1");
	net_run(s->world, 1000);
	net_stop(jack);
	/* Two that are equal, in one second. */
	net_say(tom, "jack", "ok");
	net_say(tom, "jack", "ok");
	net_run(s->world, 5000);
	net_start(jack);
	net_run(s->world, 5000);
	TEXTS(jack, "tom", "1 ok ok ");
	assert_int_equal(with(jack, "tom")->unread, 3);
	/* Once more: the history brings nothing new. */
	net_stop(jack);
	net_start(jack);
	net_run(s->world, 5000);
	client_read(jack->client, with(jack, "tom"));
	net_run(s->world, 5000);
	TEXTS(jack, "tom", "1 ok ok ");
	site_free(s);
}

static void test_another_place_of_ours(void **state)
{
	struct site *s = site_new(5);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack"), *home = come(s, "tom");

	(void)state;
	net_say(tom, "jack", "from work");
	net_run(s->world, 3000);
	net_say(jack, "tom", "answer");
	net_run(s->world, 3000);
	TEXTS(home, "jack", "answer ");
	/* What we wrote elsewhere is in the history. */
	client_read(home->client, with(home, "jack"));
	net_run(s->world, 3000);
	TEXTS(home, "jack", "from work answer ");
	assert_true(list_first(&with(home, "jack")->entries, struct entry, here)->mine);
	client_read(tom->client, with(tom, "jack"));
	net_run(s->world, 3000);
	TEXTS(tom, "jack", "from work answer ");
	site_free(s);
}

/* ---- a bad network ----------------------------------------------------------------------------------------------- */

static void test_waits_while_there_is_no_server(void **state)
{
	struct site *s = site_new(6);
	struct net_host *tom = add(s, "tom"), *jack = come(s, "jack");
	int64_t id;

	(void)state;
	s->world->down = true;
	net_start(tom);
	net_run(s->world, 5000);
	id = net_say(tom, "jack", "1");
	net_say(tom, "jack", "2");
	net_run(s->world, 5000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_WAITING);
	assert_int_equal(client_state(tom->client)->phase, PHASE_WAITING);
	assert_int_equal(client_state(tom->client)->waiting, 2);
	/* And over the end of the program. */
	net_kill(tom);
	s->world->down = false;
	net_start(tom);
	assert_int_equal(client_state(tom->client)->waiting, 2);
	net_run(s->world, 5000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_RELAYED);
	assert_int_equal(client_state(tom->client)->waiting, 0);
	TEXTS(jack, "tom", "1 2 ");
	site_free(s);
}

/* The line goes when the server has the message and its reply is under way. */
static void test_in_doubt(void **state)
{
	struct site *s = site_new(7);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	int64_t first = net_say(tom, "jack", "ok"), second;

	(void)state;
	net_run(s->world, 3000);
	assert_int_equal(net_status(tom, "jack", first), ENTRY_RELAYED);
	s->world->cut = 10000; /* with the first piece that comes */
	second = net_say(tom, "jack", "ok");
	net_run(s->world, 500);
	assert_int_equal(net_status(tom, "jack", second), ENTRY_SENDING);
	s->world->cut = 0;
	net_run(s->world, 20000);
	assert_int_equal(net_status(tom, "jack", second), ENTRY_RELAYED);
	client_read(jack->client, with(jack, "tom"));
	net_run(s->world, 20000);
	TEXTS(jack, "tom", "ok ok ");
	TEXTS(tom, "jack", "ok ok ");
	site_free(s);
}

/* Whether `wanted` numbers stand in order, each once. */
static void in_order(struct net_host *h, const char *from, unsigned wanted)
{
	own_buf is = { 0 }, should = { 0 };

	for (unsigned i = 0; i < wanted; i++)
		buf_fmt(&should, "%u ", i);
	assert_string_equal(texts(h, from, &is), buf_z(&should));
}

static void storm(uint64_t seed)
{
	enum { N = 40 };
	struct site *s = site_new(seed);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");

	/* Known to each other: of a stranger's message that is lost on the way nothing tells. */
	with(jack, "tom");
	with(tom, "jack");
	s->world->cut = 400;
	for (unsigned i = 0; i < N; i++) {
		char text[16];

		snprintf(text, sizeof text, "%u", i);
		net_say(tom, "jack", text);
		net_run(s->world, net_chance(s->world, 3000));
		if (net_chance(s->world, 8) == 0) {
			net_kill(net_chance(s->world, 2) ? tom : jack);
			net_run(s->world, net_chance(s->world, 2000));
			if (!tom->client)
				net_start(tom);
			if (!jack->client)
				net_start(jack);
		}
	}
	s->world->cut = 0;
	net_run(s->world, 200 * 1000);
	/* What the last line lost is seen when the next begins. */
	net_kill(jack);
	net_start(jack);
	net_run(s->world, 10 * 1000);
	assert_int_equal(client_state(tom->client)->waiting, 0);
	in_order(tom, "jack", N);
	in_order(jack, "tom", N);
	site_free(s);
}

static void test_storm(void **state)
{
	(void)state;
	for (uint64_t seed = 100; seed < 120; seed++)
		storm(seed);
}

/* Nothing is heard any more and nobody says so. */
static void test_silence(void **state)
{
	struct site *s = site_new(8);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	int64_t id;

	(void)state;
	net_cut(tom, true);
	id = net_say(tom, "jack", "anybody?");
	net_run(s->world, 180 * 1000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_RELAYED);
	TEXTS(jack, "tom", "anybody? ");
	site_free(s);
}

/* ---- rooms ------------------------------------------------------------------------------------------------------- */

static void test_rooms(void **state)
{
	struct site *s = site_new(9);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	int64_t id;

	(void)state;
	assert_true(type(tom, NULL, "/join #Tea"));
	id = net_say(tom, "#tea", "first"); /* before we are in */
	net_run(s->world, 2000);
	assert_int_equal(net_status(tom, "#tea", id), ENTRY_RELAYED);
	assert_true(type(jack, NULL, "/join tea"));
	net_run(s->world, 2000);
	TEXTS(jack, "#tea", "first ");
	net_say(jack, "#tea", "hello Tom!");
	net_run(s->world, 2000);
	TEXTS(tom, "#tea", "first hello Tom! ");
	TEXTS(jack, "#tea", "first hello Tom! ");
	assert_true(with(tom, "#tea")->mentioned);
	assert_int_equal(with(tom, "#tea")->people_n, 2);
	/* Only to one of them. */
	net_say(jack, "#tea/tom", "psst");
	net_run(s->world, 2000);
	TEXTS(tom, "#tea/jack", "psst ");
	/* After a break one is in it again, and what was said meanwhile is there. */
	net_cut(tom, false);
	net_say(jack, "#tea", "again");
	net_run(s->world, 10000);
	assert_true(with(tom, "#tea")->online);
	TEXTS(tom, "#tea", "first hello Tom! again ");
	net_say(tom, "#tea", "yes");
	net_run(s->world, 2000);
	TEXTS(jack, "#tea", "first hello Tom! again yes ");
	/* And after the end of the program. */
	net_stop(tom);
	net_start(tom);
	net_run(s->world, 5000);
	assert_true(with(tom, "#tea")->online);
	TEXTS(tom, "#tea", "first hello Tom! again yes ");
	assert_true(type(tom, "#tea", "/leave"));
	net_run(s->world, 2000);
	assert_false(with(tom, "#tea")->online);
	id = net_say(tom, "#tea", "gone");
	net_run(s->world, 2000);
	assert_int_equal(net_status(tom, "#tea", id), ENTRY_FAILED);
	site_free(s);
}

static void test_storm_in_a_room(void **state)
{
	(void)state;
	for (uint64_t seed = 200; seed < 208; seed++) {
		struct site *s = site_new(seed);
		struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
		struct line *lily = talk_open(s->talk, 0, &classic_door, TALK_TLS);
		own_buf is = { 0 }, also = { 0 };

		/* Somebody stays: a room that all have left is no more, and what was said in it neither. */
		talk_ask(lily, "101|lily,secret\n108|#tea\n");
		assert_true(type(tom, NULL, "/join #tea"));
		assert_true(type(jack, NULL, "/join #tea"));
		net_run(s->world, 3000);
		s->world->cut = 300;
		for (unsigned i = 0; i < 20; i++) {
			char text[16];

			snprintf(text, sizeof text, "%u", i);
			net_say(tom, "#tea", text);
			net_run(s->world, net_chance(s->world, 3000));
		}
		s->world->cut = 0;
		net_run(s->world, 200 * 1000);
		net_kill(jack);
		net_start(jack);
		net_run(s->world, 20 * 1000);
		assert_string_equal(texts(tom, "#tea", &is), texts(jack, "#tea", &also));
		in_order(tom, "#tea", 20);
		site_free(s);
	}
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static void file_goes(uint64_t seed, unsigned cut)
{
	enum { SIZE = 1000 * 1000 };
	struct site *s = site_new(seed);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	struct entry *offer;
	int64_t id;

	net_file_make(tom, "plans/a, b.pdf", SIZE);
	s->world->cut = cut;
	id = net_send_file(tom, "jack", "plans/a, b.pdf");
	net_run(s->world, 120 * 1000);
	s->world->cut = 0;
	net_run(s->world, 120 * 1000);
	assert_int_equal(net_entry(tom, "jack", id)->file->state, FILE_DONE);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_RELAYED);
	offer = net_offer(jack, "tom");
	assert_non_null(offer);
	assert_int_equal(offer->file->state, FILE_OFFERED);
	assert_int_equal(offer->file->size, SIZE);
	s->world->cut = cut;
	assert_true(type(jack, "tom", "/get"));
	net_run(s->world, 120 * 1000);
	s->world->cut = 0;
	net_run(s->world, 120 * 1000);
	offer = net_offer(jack, "tom");
	assert_int_equal(offer->file->state, FILE_DONE);
	assert_true(str_eq(net_file(jack, offer->file->path), net_file(tom, STR("plans/a, b.pdf"))));
	assert_int_equal(net_count(jack, "tom", "a, b.pdf"), 1);
	site_free(s);
}

static void test_file(void **state)
{
	(void)state;
	file_goes(10, 0);
}

static void test_file_breaks_off(void **state)
{
	(void)state;
	for (uint64_t seed = 300; seed < 306; seed++)
		file_goes(seed, 300);
}

/* The connection of a file goes silent. */
static void test_file_stalls(void **state)
{
	struct site *s = site_new(17);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	int64_t id;

	(void)state;
	(void)jack;
	net_file_make(tom, "big.bin", 900 * 1000);
	id = net_send_file(tom, "jack", "big.bin");
	net_run(s->world, 20);
	net_cut(tom, true);
	net_run(s->world, 300 * 1000);
	assert_int_equal(net_entry(tom, "jack", id)->file->state, FILE_DONE);
	assert_int_equal(net_count(jack, "tom", "big.bin"), 1);
	site_free(s);
}

static void test_too_long(void **state)
{
	struct site *s = site_new(18);
	struct net_host *tom = come(s, "tom");
	own_buf text = { 0 };
	int64_t id, next;

	(void)state;
	for (int i = 0; i < 70000; i++)
		buf_byte(&text, 'x');
	id = net_say(tom, "jack", buf_z(&text));
	next = net_say(tom, "jack", "short");
	net_run(s->world, 3000);
	assert_int_equal(net_status(tom, "jack", id), ENTRY_FAILED);
	assert_int_equal(net_status(tom, "jack", next), ENTRY_RELAYED);
	site_free(s);
}

static void test_file_for_who_is_away(void **state)
{
	struct site *s = site_new(11);
	struct net_host *tom = come(s, "tom"), *jack;

	(void)state;
	net_file_make(tom, "x.txt", 10);
	net_send_file(tom, "jack", "x.txt");
	net_run(s->world, 5000);
	net_kill(tom);
	jack = come(s, "jack");
	assert_non_null(net_offer(jack, "tom"));
	assert_true(type(jack, "tom", "/get 1"));
	net_run(s->world, 5000);
	assert_int_equal(net_offer(jack, "tom")->file->state, FILE_DONE);
	assert_false(type(jack, "tom", "/get 1"));
	site_free(s);
}

static void test_file_declined(void **state)
{
	struct site *s = site_new(12);
	struct net_host *tom = come(s, "tom"), *jack = come(s, "jack");
	int64_t id;

	(void)state;
	net_file_make(tom, "x.txt", 10);
	id = net_send_file(tom, "jack", "x.txt");
	net_run(s->world, 5000);
	assert_true(type(jack, "tom", "/decline"));
	net_run(s->world, 5000);
	assert_int_equal(net_offer(jack, "tom")->file->state, FILE_DECLINED);
	assert_int_equal(net_entry(tom, "jack", id)->file->state, FILE_DECLINED);
	site_free(s);
}

/* ---- coming in --------------------------------------------------------------------------------------------------- */

static void test_wrong_password(void **state)
{
	struct site *s = site_new(13);
	struct net_host *tom = add(s, "tom");

	(void)state;
	tom->password = STR("wrong");
	net_start(tom);
	net_run(s->world, 5000);
	assert_true(tom->quit);
	assert_int_equal(tom->quit_status, QUIT_FAILED);
	assert_non_null(strstr(buf_z(&tom->said), "login-refused"));
	site_free(s);
}

static void test_register(void **state)
{
	struct site *s = site_new(14);
	struct net_host *ann = add(s, "ann"), *tom = add(s, "tom");

	(void)state;
	ann->setup.registering = tom->setup.registering = true;
	net_start(ann);
	net_run(s->world, 5000);
	assert_int_equal(client_state(ann->client)->phase, PHASE_ONLINE);
	net_start(tom); /* there is one already */
	net_run(s->world, 5000);
	assert_true(tom->quit);
	assert_int_equal(tom->quit_status, QUIT_FAILED);
	assert_non_null(strstr(buf_z(&tom->said), "register-refused"));
	site_free(s);
}

static void test_key_changes(void **state)
{
	struct site *s = site_new(15);
	struct net_host *tom = come(s, "tom");

	(void)state;
	assert_non_null(strstr(buf_z(&tom->said), "new-key"));
	net_stop(tom);
	s->server.key[7]++;
	net_start(tom);
	net_run(s->world, 5000);
	assert_true(tom->quit);
	assert_int_equal(tom->quit_status, QUIT_UNTRUSTED);
	assert_non_null(strstr(buf_z(&tom->said), "untrusted"));
	/* What an authority vouches for is taken. */
	net_kill(tom);
	s->server.trusted = true;
	net_start(tom);
	net_run(s->world, 5000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	site_free(s);
}

static void test_key_asked_and_pinned(void **state)
{
	struct site *s = site_new(16);
	struct net_host *tom = add(s, "tom");
	own_buf print = { 0 };

	(void)state;
	tom->setup.accept_new = false; /* the test says yes */
	net_start(tom);
	net_run(s->world, 5000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	net_stop(tom);
	trust_fingerprint(&print, s->server.key);
	tom->setup.pin = buf_all(&print);
	net_start(tom);
	net_run(s->world, 5000);
	assert_int_equal(client_state(tom->client)->phase, PHASE_ONLINE);
	net_stop(tom);
	s->server.key[0] ^= 1;
	s->server.trusted = true; /* a pin is stricter than authorities */
	net_start(tom);
	net_run(s->world, 5000);
	assert_int_equal(tom->quit_status, QUIT_UNTRUSTED);
	site_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_talk),
		cmocka_unit_test(test_lines_of_a_paste),
		cmocka_unit_test(test_no_such_user),
		cmocka_unit_test(test_away_and_back),
		cmocka_unit_test(test_another_place_of_ours),
		cmocka_unit_test(test_waits_while_there_is_no_server),
		cmocka_unit_test(test_in_doubt),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_storm_in_a_room),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_breaks_off),
		cmocka_unit_test(test_file_stalls),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_file_for_who_is_away),
		cmocka_unit_test(test_file_declined),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_register),
		cmocka_unit_test(test_key_changes),
		cmocka_unit_test(test_key_asked_and_pinned),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
