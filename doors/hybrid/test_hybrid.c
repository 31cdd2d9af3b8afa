/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "core/directory.h"
#include "tests/talk.h"
#include "wire/hybrid.h"

/* ---- clients ----------------------------------------------------------------------------------------------------- */

#define TOM "10.0.0.7:5001"
#define AMY "10.0.0.8:5001"
#define BOB "10.0.0.9:5001"

static struct talk *server(unsigned cores)
{
	struct talk *t = talk_new(cores, NULL);

	talk_datagrams(t, &hybrid_datagrams);
	return t;
}

/* As a client in the wild: UTF-16LE. */
static void wild(struct talk *t, const char *from, uint16_t port, const char *text)
{
	own_buf bytes = { 0 };

	utf16_write(&bytes, str_z(text));
	talk_datagram(t, from, port, buf_all(&bytes));
}

static void plain(struct talk *t, const char *from, uint16_t port, const char *text) { talk_datagram(t, from, port, str_z(text)); }

/* The next datagram as text, "16: " in front where it was UTF-16; "" when there is none. */
static const char *heard(struct talk *t, const char *at)
{
	static char text[70000];
	struct talk_datagram d;
	own_buf utf8 = { 0 };

	if (!talk_datagram_hear(t, at, &d))
		return "";
	if (d.bytes.n > 1 && !d.bytes.p[1]) {
		assert_true(utf16_read(&utf8, d.bytes));
		snprintf(text, sizeof text, "16: %s", buf_z(&utf8));
	} else {
		snprintf(text, sizeof text, "%.*s", STR_ARG(d.bytes));
	}
	return text;
}

#define HEARS(t, at, text) assert_string_equal(heard(t, at), text)
#define HEARS_NOTHING(t, at) HEARS(t, at, "")

/* The list without its framing, which is checked. */
static const char *list_of(struct line *l, enum hybrid_encoding encoding)
{
	static char text[100000];
	struct str bytes = talk_hear_bytes(l), list;
	size_t scanned = 0, len = 0;

	assert_int_equal(hybrid_list_read(encoding, bytes.p, bytes.n, 100000, &scanned, &list, &len), HYBRID_LIST_WHOLE);
	assert_int_equal(len, bytes.n);
	snprintf(text, sizeof text, "%.*s", STR_ARG(list));
	return text;
}

static const char *address_of(const char *endpoint)
{
	static char address[60];

	snprintf(address, sizeof address, "%.*s", (int)str_find(str_z(endpoint), ':'), endpoint);
	return address;
}

/* Comes back by TCP and waits for the list. */
static struct line *fetch(struct talk *t, const char *endpoint)
{
	struct line *l = talk_open_at(t, 0, &hybrid_door, address_of(endpoint));

	talk_wait(t, 100);
	return l;
}

/* All of what a client in the wild does; the list that it got. */
static const char *wild_login(struct talk *t, const char *name, const char *endpoint)
{
	char text[200];
	const char *list;
	struct line *l;

	snprintf(text, sizeof text, "login,%s,%s", name, endpoint);
	wild(t, endpoint, TALK_PORT, text);
	HEARS(t, endpoint, "16: Accept,7790");
	l = fetch(t, endpoint);
	list = list_of(l, HYBRID_UTF16);
	talk_cut(l);
	return list;
}

/* One of ours, over TCP alone. */
static struct line *tcp_login(struct talk *t, const char *name, const char *address)
{
	struct line *l = talk_open_at(t, 0, &hybrid_door, address);
	char text[200];

	snprintf(text, sizeof text, "login,%s,\n", name);
	assert_true(str_starts(str_z(talk_ask(l, text)), STR("ok\n")));
	return l;
}

static struct line *classic_login(struct talk *t, unsigned core, const char *name)
{
	struct line *l = talk_open(t, core, &classic_door, TALK_HERE);
	char text[100];

	snprintf(text, sizeof text, "101|%s,secret\n", name);
	assert_true(str_starts(str_z(talk_ask(l, text)), STR("1|\n")));
	return l;
}

enum { HYBRID_UNGOT = 4096 };

#define WHEN "2026-11-21 09:28:"

/* ---- in and out -------------------------------------------------------------------------------------------------- */

static void a_wild_client_comes_in(void **state)
{
	struct talk *t = server(1);

	(void)state;
	assert_string_equal(wild_login(t, "Tom", TOM), "end");
	HEARS_NOTHING(t, TOM);
	assert_string_equal(wild_login(t, "小红", AMY), "Tom,10.0.0.7:5001;end");
	HEARS(t, TOM, "16: login,小红,10.0.0.8:5001");
	HEARS_NOTHING(t, TOM);
	HEARS_NOTHING(t, AMY);
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	wild(t, AMY, TALK_PORT, "logout,小红,10.0.0.8:5001");
	HEARS(t, TOM, "16: logout,小红,10.0.0.8:5001");
	HEARS_NOTHING(t, AMY);
	talk_free(t);
}


static void both_encodings_side_by_side(void **state)
{
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	wild_login(t, "tom", TOM);
	plain(t, AMY, TALK_PORT, "login,amy,10.0.0.8:5001");
	HEARS(t, AMY, "Accept,7790");
	l = fetch(t, AMY);
	assert_string_equal(list_of(l, HYBRID_UTF8), "tom,10.0.0.7:5001;end");
	HEARS(t, TOM, "16: login,amy,10.0.0.8:5001");
	wild_login(t, "bob", BOB);
	HEARS(t, AMY, "login,bob,10.0.0.9:5001");
	HEARS(t, TOM, "16: login,bob,10.0.0.9:5001");
	talk_free(t);
}

static void over_ipv6(void **state)
{
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	wild_login(t, "tom", TOM);
	plain(t, "[fd00::8]:900", TALK_PORT, "login,amy,[fd00::8]:900");
	HEARS(t, "[fd00::8]:900", "Accept,7790");
	l = talk_open_at(t, 0, &hybrid_door, "fd00::8");
	talk_wait(t, 100);
	assert_string_equal(list_of(l, HYBRID_UTF8), "tom,10.0.0.7:5001;end");
	HEARS(t, TOM, "16: login,amy,[fd00::8]:900");
	talk_free(t);
}

static void the_login_may_come_from_another_port(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild(t, "10.0.0.7:61234", TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS_NOTHING(t, "10.0.0.7:61234");
	HEARS(t, TOM, "16: Accept,7790");
	wild(t, "10.0.0.7:61235", TALK_PORT, "logout,tom,10.0.0.7:5001");
	HEARS_NOTHING(t, TOM);
	talk_free(t);
}

static void nobody_is_told_before_the_proof(void **state)
{
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	wild_login(t, "tom", TOM);
	wild(t, AMY, TALK_PORT, "login,amy,10.0.0.8:5001");
	HEARS(t, AMY, "16: Accept,7790");
	HEARS_NOTHING(t, AMY);
	talk_wait(t, 1000);
	HEARS_NOTHING(t, TOM);
	assert_false(directory_online(talk_core(t, 0), STR("amy")));
	/* Somebody else's connection proves nothing. */
	l = fetch(t, BOB);
	assert_string_equal(talk_hear(l), "");
	HEARS_NOTHING(t, TOM);
	/* Nor does one that comes too late. */
	talk_wait(t, 12000);
	l = fetch(t, AMY);
	assert_string_equal(talk_hear(l), "");
	HEARS_NOTHING(t, TOM);
	talk_free(t);
}

static void a_repeated_login_is_the_same(void **state)
{
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	wild_login(t, "amy", AMY);
	for (unsigned i = 0; i < 3; i++) {
		wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
		HEARS(t, TOM, "16: Accept,7790");
	}
	l = fetch(t, TOM);
	assert_string_equal(list_of(l, HYBRID_UTF16), "amy,10.0.0.8:5001;end");
	HEARS(t, AMY, "16: login,tom,10.0.0.7:5001");
	talk_cut(l);
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS(t, TOM, "16: Accept,7790");
	l = fetch(t, TOM);
	assert_string_equal(list_of(l, HYBRID_UTF16), "amy,10.0.0.8:5001;end");
	HEARS_NOTHING(t, AMY);
	talk_free(t);
}

/* ---- what is refused, and what is not answered at all ------------------------------------------------------------ */

static void answers_are_no_larger_than_questions(void **state)
{
	static const char *const all[] = {
		"login,a,10.0.0.1:1", "login,tom,10.0.0.1:1", "login,amy,10.0.0.1:1", "login,t,10.0.0.1:1", "login,server,10.0.0.1:1",
		"login,end,10.0.0.1:1", "login,#a,10.0.0.1:1", "login,a@b,10.0.0.1:1", "login,a/b,10.0.0.1:1",
	};
	struct talk *t = server(1);

	(void)state;
	talk_account(t, "amy", "secret");
	talk_account(t, "t", "secret");
	wild_login(t, "tom", TOM);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (unsigned encoding = 0; encoding < 2; encoding++) {
			size_t before, n_before, n, bytes;

			before = talk_datagrams_bytes(t, &n_before);
			(encoding ? wild : plain)(t, "10.0.0.1:1", TALK_PORT, all[i]);
			bytes = talk_datagrams_bytes(t, &n) - before;
			assert_int_equal(n - n_before, 1);
			assert_true(bytes <= strlen(all[i]) * (encoding ? 2 : 1));
			talk_wait(t, 500);
		}
	talk_free(t);
}

/* Somebody asks in UTF-16 in another's name, then goes on in UTF-8, where the answer to the first would be longer than
 * the question. */
static void each_question_is_answered_in_its_encoding(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild(t, "10.0.0.1:1", TALK_PORT, "login,a,10.0.0.1:1");
	HEARS(t, "10.0.0.1:1", "16: Accept,7790");
	plain(t, "10.0.0.1:1", TALK_PORT, "login,a,10.0.0.1:1");
	HEARS(t, "10.0.0.1:1", "Accept,7790");
	assert_string_equal(list_of(fetch(t, "10.0.0.1:1"), HYBRID_UTF8), "end");
	talk_free(t);
}

static void refusals(void **state)
{
	static const struct {
		const char *login, *answer;
	} all[] = {
		{ "login,tom,10.0.0.8:5001", "Reject,name in use" },
		{ "login,TOM,10.0.0.8:5001", "Reject,name in use" },
		{ "login,jack,10.0.0.8:5001", "Reject,registered name" },
		{ "login,Server,10.0.0.8:5001", "Reject,not a name" },
		{ "login,end,10.0.0.8:5001", "Reject,not a name" },
		{ "login,#room,10.0.0.8:5001", "Reject,not a name" },
		{ "login,tom@anser.test,10.0.0.8:5001", "Reject,not a name" },
	};
	struct talk *t = server(1);

	(void)state;
	talk_account(t, "jack", "secret");
	wild_login(t, "tom", TOM);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		plain(t, AMY, TALK_PORT, all[i].login);
		HEARS(t, AMY, all[i].answer);
		talk_wait(t, 1000);
	}
	HEARS_NOTHING(t, TOM);
	talk_free(t);
}

static void silence(void **state)
{
	static const char *const all[] = {
		"", "x", "login", "login,tom", "login,tom,10.0.0.8", "login,tom,10.0.0.8:0", "login,,10.0.0.8:1", "login,tom,10.0.0.9:5001",
		"login,tom,127.0.0.1:5001", "login,a;b,10.0.0.8:5001", "logout,tom,10.0.0.8:5001", "logout,amy,10.0.0.8:5001", "Accept,7790",
		"Reject,no", "talk,1,amy,hello", "login,\xff,10.0.0.8:5001", "list,", "login,x,[::ffff:10.0.0.9]:5001",
	};
	struct talk *t = server(1);
	size_t before, n = 0;

	(void)state;
	wild_login(t, "tom", TOM);
	before = talk_datagrams_bytes(t, NULL);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		plain(t, AMY, TALK_PORT, all[i]);
		assert_int_equal(talk_datagrams_bytes(t, &n), before);
		talk_wait(t, 1000);
	}
	talk_datagram(t, AMY, TALK_PORT, STR("l\0o\0g\0i\0n"));
	talk_datagram(t, AMY, TALK_PORT, STR("\0\0\0\0"));
	assert_int_equal(talk_datagrams_bytes(t, NULL), before);
	talk_free(t);
}

static void nobody_is_displaced(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild_login(t, "tom", TOM);
	wild_login(t, "amy", AMY);
	HEARS(t, TOM, "16: login,amy,10.0.0.8:5001");
	/* From another address, whatever it says; and with another name from his own. */
	wild(t, BOB, TALK_PORT, "logout,tom,10.0.0.7:5001");
	wild(t, BOB, TALK_PORT, "logout,tom,10.0.0.9:5001");
	wild(t, TOM, TALK_PORT, "logout,amy,10.0.0.7:5001");
	wild(t, BOB, TALK_PORT, "login,tom,10.0.0.9:5001");
	HEARS(t, BOB, "16: Reject,name in use");
	wild(t, "10.0.0.7:7000", TALK_PORT, "login,tom,10.0.0.7:7000");
	HEARS(t, "10.0.0.7:7000", "16: Reject,name in use");
	HEARS_NOTHING(t, AMY);
	HEARS_NOTHING(t, TOM);
	/* A login that was not proved keeps nobody from the name. */
	wild(t, BOB, TALK_PORT, "login,lily,10.0.0.9:5001");
	HEARS(t, BOB, "16: Accept,7790");
	wild_login(t, "lily", "10.0.0.10:1");
	HEARS(t, TOM, "16: login,lily,10.0.0.10:1");
	assert_string_equal(talk_hear(fetch(t, BOB)), "");
	HEARS(t, BOB, "16: Reject,name in use");
	talk_free(t);
}

static void another_name_at_the_same_endpoint(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild_login(t, "amy", AMY);
	wild_login(t, "tom", TOM);
	HEARS(t, AMY, "16: login,tom,10.0.0.7:5001");
	assert_string_equal(wild_login(t, "jerry", TOM), "amy,10.0.0.8:5001;end");
	HEARS(t, AMY, "16: logout,tom,10.0.0.7:5001");
	HEARS(t, AMY, "16: login,jerry,10.0.0.7:5001");
	talk_free(t);
}

/* Who was accepted and has not come is not taken for the next who does. */
static void a_login_that_was_given_up(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS(t, TOM, "16: Accept,7790");
	talk_wait(t, 1000);
	assert_string_equal(wild_login(t, "amy", "10.0.0.7:5002"), "end");
	assert_false(directory_online(talk_core(t, 0), STR("tom")));
	/* Another name at the same socket, at once. */
	wild(t, AMY, TALK_PORT, "login,bo,10.0.0.8:5001");
	HEARS(t, AMY, "16: Accept,7790");
	assert_string_equal(wild_login(t, "bob", AMY), "amy,10.0.0.7:5002;end");
	assert_false(directory_online(talk_core(t, 0), STR("bo")));
	/* Thought better of it. */
	wild(t, BOB, TALK_PORT, "login,lily,10.0.0.9:5001");
	HEARS(t, BOB, "16: Accept,7790");
	wild(t, BOB, TALK_PORT, "logout,lily,10.0.0.9:5001");
	assert_string_equal(wild_login(t, "jim", "10.0.0.9:5002"), "amy,10.0.0.7:5002;bob,10.0.0.8:5001;end");
	assert_int_equal(directory_count(talk_core(t, 0)), 3);
	talk_free(t);
}

static void few_from_one_address(void **state)
{
	struct talk *t = server(1);
	size_t n;

	(void)state;
	for (unsigned round = 1; round <= 3; round++) {
		for (unsigned i = 0; i < 50; i++)
			plain(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
		talk_datagrams_bytes(t, &n);
		assert_int_equal(n, 5 * round);
		talk_wait(t, 1000);
	}
	talk_free(t);
}

/* 100,000 datagrams from as many addresses in ten seconds: little comes back, and who is in stays, and can still be
 * reached. */
static void a_flood_of_spoofed_addresses(void **state)
{
	struct talk *t = server(1);
	size_t in = 0, n = 0, out, before;

	(void)state;
	wild_login(t, "tom", TOM);
	before = talk_datagrams_bytes(t, NULL);
	for (unsigned second = 0; second < 10; second++) {
		for (unsigned i = 0; i < 10000; i++) {
			char from[30], text[60];

			snprintf(from, sizeof from, "10.%u.%u.%u:9", second + 1, i >> 8, i & 0xFF);
			snprintf(text, sizeof text, "login,u%u,%s", i, from);
			in += strlen(text);
			plain(t, from, TALK_PORT, text);
		}
		talk_wait(t, 1000);
	}
	out = talk_datagrams_bytes(t, &n) - before;
	assert_true(n <= 1 + 200 * 11 && out <= in / 10);
	HEARS_NOTHING(t, TOM);
	assert_int_equal(directory_count(talk_core(t, 0)), 1);
	talk_wait(t, 11000);
	wild_login(t, "amy", AMY);
	HEARS(t, TOM, "16: login,amy,10.0.0.8:5001");
	talk_free(t);
}

static void who_is_served(void **state)
{
	struct core_settings s = talk_settings();
	struct network net;
	struct talk *t;
	struct talk_datagram d;
	struct line *l;

	(void)state;
	assert_true(network_parse(&net, STR("192.0.2.0/29")));
	t = talk_new(1, NULL);
	talk_datagrams(t, &hybrid_datagrams);
	plain(t, "192.0.2.7:9", TALK_PORT, "login,tom,192.0.2.7:9");
	HEARS_NOTHING(t, "192.0.2.7:9");
	l = talk_open_at(t, 0, &hybrid_door, "192.0.2.7");
	assert_string_equal(talk_ask(l, "ping\n"), "");
	assert_true(talk_closed(l));
	plain(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	assert_true(talk_datagram_hear(t, TOM, &d) && d.near);
	talk_free(t);

	s.hybrid_networks = &net;
	s.hybrid_networks_n = 1;
	s.hybrid_private = false;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	plain(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS_NOTHING(t, TOM);
	plain(t, "192.0.2.8:9", TALK_PORT, "login,tom,192.0.2.8:9");
	HEARS_NOTHING(t, "192.0.2.8:9");
	plain(t, "127.0.0.1:9", TALK_PORT, "login,amy,127.0.0.1:9");
	HEARS(t, "127.0.0.1:9", "Accept,7790");
	plain(t, "192.0.2.7:9", TALK_PORT, "login,tom,192.0.2.7:9");
	assert_true(talk_datagram_hear(t, "192.0.2.7:9", &d) && !d.near);
	l = talk_open_at(t, 0, &hybrid_door, "192.0.2.7");
	talk_wait(t, 100);
	assert_string_equal(list_of(l, HYBRID_UTF8), "end");
	talk_free(t);

	s.hybrid_any = true;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	plain(t, "192.0.2.8:9", TALK_PORT, "login,tom,192.0.2.8:9");
	HEARS(t, "192.0.2.8:9", "Accept,7790");
	talk_free(t);
}

static void as_many_guests_as_are_allowed(void **state)
{
	struct core_settings s = talk_settings();
	struct talk *t;

	(void)state;
	s.guests_max = 1;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	wild_login(t, "tom", TOM);
	wild(t, AMY, TALK_PORT, "login,amy,10.0.0.8:5001");
	HEARS(t, AMY, "16: Accept,7790");
	assert_true(talk_hear(fetch(t, AMY))[0] == 0);
	HEARS(t, AMY, "16: Reject,no guests now");
	HEARS_NOTHING(t, TOM);
	wild(t, TOM, TALK_PORT, "logout,tom,10.0.0.7:5001");
	talk_wait(t, 1000);
	assert_string_equal(wild_login(t, "amy", AMY), "end");
	talk_free(t);
}

/* ---- how long ---------------------------------------------------------------------------------------------------- */

static void a_lease_ends(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild_login(t, "tom", TOM);
	talk_wait(t, 44000);
	wild_login(t, "amy", AMY);
	HEARS(t, TOM, "16: login,amy,10.0.0.8:5001");
	HEARS_NOTHING(t, TOM);
	for (unsigned i = 0; i < 3; i++) {
		talk_wait(t, i ? 15000 : 3000);
		HEARS(t, TOM, "16: Accept,7790");
		HEARS_NOTHING(t, TOM);
	}
	talk_wait(t, 9000);
	HEARS_NOTHING(t, TOM);
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	while (directory_online(talk_core(t, 0), STR("tom")))
		talk_wait(t, 1000);
	HEARS(t, AMY, "16: Accept,7790");
	HEARS(t, AMY, "16: logout,tom,10.0.0.7:5001");
	HEARS_NOTHING(t, TOM);
	/* His name is free. */
	wild_login(t, "tom", BOB);
	talk_free(t);
}

static void who_comes_back_by_tcp_stays(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild_login(t, "amy", AMY);
	wild_login(t, "tom", TOM);
	for (unsigned i = 0; i < 10; i++) {
		struct line *l;

		talk_wait(t, 46000);
		while (!strcmp(heard(t, TOM), "16: Accept,7790"))
			;
		l = fetch(t, TOM);
		assert_true(strlen(list_of(l, HYBRID_UTF16)) > 0);
		talk_cut(l);
	}
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	assert_false(directory_online(talk_core(t, 0), STR("amy")));
	talk_free(t);
}

static void datagrams_keep_who_sends_them(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild_login(t, "tom", TOM);
	for (unsigned i = 0; i < 10; i++) {
		talk_wait(t, 40000);
		wild(t, TOM, TALK_PORT, "talk,1,tom,still here");
		HEARS_NOTHING(t, TOM);
	}
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	talk_free(t);
}

static void as_long_as_the_connection(void **state)
{
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS(t, TOM, "16: Accept,7790");
	l = fetch(t, TOM);
	assert_string_equal(list_of(l, HYBRID_UTF16), "end");
	talk_wait(t, 1000000);
	HEARS_NOTHING(t, TOM);
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	/* It has said nothing: from here on he has a lease. */
	talk_cut(l);
	talk_wait(t, 80000);
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	talk_wait(t, 20000);
	assert_false(directory_online(talk_core(t, 0), STR("tom")));
	talk_free(t);
}

static void out_and_in_again_at_once(void **state)
{
	struct talk *t = server(1);

	(void)state;
	wild_login(t, "amy", AMY);
	for (unsigned i = 0; i < 5; i++) {
		wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
		talk_run(t);
		fetch(t, TOM);
		wild(t, TOM, TALK_PORT, "logout,tom,10.0.0.7:5001");
		wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
		talk_run(t);
		fetch(t, TOM);
		wild(t, TOM, TALK_PORT, "logout,tom,10.0.0.7:5001");
		for (unsigned j = 0; j < 2; j++) {
			HEARS(t, AMY, "16: login,tom,10.0.0.7:5001");
			HEARS(t, AMY, "16: logout,tom,10.0.0.7:5001");
		}
		talk_wait(t, 1000);
	}
	talk_free(t);
}

static void seen(const struct directory_entry *e, void *arg) { buf_fmt(arg, "%.*s %.*s %.*s;", STR_ARG(e->name), STR_ARG(e->door), STR_ARG(e->address)); }

static void the_operator_ends_him(void **state)
{
	struct talk *t = server(2);
	struct line *l;
	own_buf online = { 0 };

	(void)state;
	wild_login(t, "tom", TOM);
	l = tcp_login(t, "amy", "10.0.0.8");
	assert_string_equal(heard(t, TOM), "16: login,amy,10.0.0.1:40000");
	directory_sessions(talk_core(t, 1), seen, &online);
	assert_string_equal(buf_z(&online), "amy hybrid 10.0.0.8 UTF-8;tom hybrid 10.0.0.7:5001 UTF-16;");
	assert_true(directory_kick(talk_core(t, 1), STR("amy"), STR_NONE));
	talk_run(t);
	assert_true(talk_closed(l));
	HEARS(t, TOM, "16: logout,amy,10.0.0.1:40000");
	assert_true(directory_kick(talk_core(t, 1), STR("tom"), STR_NONE));
	talk_run(t);
	assert_int_equal(directory_count(talk_core(t, 0)), 0);
	talk_free(t);
}

/* ---- the kept connection ----------------------------------------------------------------------------------------- */

#define ASK(l, text, reply) assert_string_equal(talk_ask(l, text), reply)

static void lines(void **state)
{
	static const struct {
		const char *line, *reply;
	} all[] = {
		{ "ping\n", "pong\n" },
		{ "ping,now\r\n", "pong\n" },
		{ "\n", "no,bad request\n" },
		{ "hello\n", "no,bad request\n" },
		{ "relay,amy,hello\n", "no,log in first\n" },
		{ "login\n", "no,bad request\n" },
		{ "login,tom\n", "no,bad request\n" },
		{ "login,tom,10.0.0.8:5001\n", "no,bad request\n" },
		{ "login,tom,10.0.0.7\n", "no,bad request\n" },
		{ "login,a;b,\n", "no,not a name\n" },
		{ "login,Server,\n", "no,not a name\n" },
		{ "login,,\n", "no,not a name\n" },
		{ "login,jack,\n", "no,registered name\n" },
		{ "login,amy,\n", "no,name in use\n" },
		{ "auth,jack,secret\n", "no,only over TLS: starttls\n" },
		{ "login,Tom,\n", "ok\namy,10.0.0.8:5001;end\n" },
		{ "login,tom,\n", "ok\namy,10.0.0.8:5001;end\n" },
		{ "login,jerry,\n", "no,log out first\n" },
		{ "auth,jack,secret\n", "no,log out first\n" },
		{ "relay\n", "no,bad request\n" },
		{ "relay,amy\n", "no,bad request\n" },
		{ "relay,amy,\n", "no,bad request\n" },
		{ "relay,nobody,hello\n", "no,no such user\n" },
		{ "relay,a@b,hello\n", "no,no such user\n" },
		{ "relay,amy,\x01\n", "no,bad request\n" },
		{ "relay,amy,hello, you\n", "ok\n" },
		{ "relay,jack,wait\n", "ok\n" },
		{ "ping\nrelay,jack,1\nrelay,nobody,2\nping\nrelay,jack,3\n", "pong\nok\nno,no such user\npong\nok\n" },
		{ "logout\n", "ok\n" },
	};
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	talk_account(t, "jack", "secret");
	wild_login(t, "amy", AMY);
	l = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		ASK(l, all[i].line, all[i].reply);
	assert_true(talk_closed(l));
	HEARS(t, AMY, "16: login,Tom,10.0.0.1:40000");
	HEARS(t, AMY, "16: talk," WHEN "00,Tom,hello, you");
	HEARS(t, AMY, "16: logout,Tom,10.0.0.1:40000");
	HEARS_NOTHING(t, AMY);
	talk_free(t);
}

/* ---- who may say what ---------------------------------------------------------------------------------------------- */

enum standing { AWAY, HERE, UNDER_TLS, AUTHED, GUEST, ACCOUNT, STANDINGS };

static struct line *standing_make(struct talk *t, enum standing s)
{
	static const char *const said[] = {
		[AWAY] = "", [HERE] = "", [UNDER_TLS] = "", [AUTHED] = "auth,jack,secret\n", [GUEST] = "login,guest,\n",
		[ACCOUNT] = "auth,jack,secret\nlogin,jack,\n",
	};
	struct line *l = s == HERE || s == AUTHED || s == ACCOUNT ? talk_open(t, 0, &hybrid_door, TALK_HERE)
								  : talk_open_at(t, 0, &hybrid_door, "10.0.0.7");

	if (s == UNDER_TLS)
		ASK(l, "starttls\n", "ok\n");
	talk_ask(l, said[s]);
	return l;
}

/* Every line in every standing: what is answered, '-' for nothing. */
static void who_may_say_what(void **state)
{
	static const struct {
		const char *line, *reply[STANDINGS];
	} all[] = {
		{ "ping", { "pong", "pong", "pong", "pong", "pong", "pong" } },
		{ "starttls", { "ok", "ok", "no,not now", "ok", "ok", "ok" } },
		{ "auth,jack,secret", { "no,only over TLS: starttls", "ok", "ok", "ok", "no,log out first", "no,log out first" } },
		{ "auth,amy,secret", { "no,only over TLS: starttls", "ok", "ok", "ok", "no,log out first", "no,log out first" } },
		{ "auth,jack", { "no,only over TLS: starttls", "no,bad request", "no,bad request", "no,bad request", "no,log out first", "no,log out first" } },
		{ "login,tom,", { "ok", "ok", "ok", "ok", "no,log out first", "no,log out first" } },
		{ "login,jack,", { "no,registered name", "no,registered name", "no,registered name", "ok", "no,log out first", "ok" } },
		{ "login,amy,", { "no,registered name", "no,registered name", "no,registered name", "no,registered name", "no,log out first",
				  "no,log out first" } },
		{ "login,guest,", { "ok", "ok", "ok", "ok", "ok", "no,log out first" } },
		{ "relay,amy,hello", { "no,log in first", "no,log in first", "no,log in first", "no,log in first", "ok", "ok" } },
		{ "relay,nobody,hello", { "no,log in first", "no,log in first", "no,log in first", "no,log in first", "no,no such user", "no,no such user" } },
		{ "id,1", { "-", "-", "-", "-", "-", "-" } },
		{ "got,0", { "-", "-", "-", "-", "-", "-" } },
		{ "got,1", { "no,bad request", "no,bad request", "no,bad request", "no,bad request", "no,bad request", "no,bad request" } },
		{ "logout", { "ok", "ok", "ok", "ok", "ok", "ok" } },
		{ "relayed,1,amy,hello", { "no,bad request", "no,bad request", "no,bad request", "no,bad request", "no,bad request", "no,bad request" } },
		{ "Accept,7790", { "no,bad request", "no,bad request", "no,bad request", "no,bad request", "no,bad request", "no,bad request" } },
	};

	struct talk *t = server(1);

	(void)state;
	talk_account(t, "jack", "secret");
	talk_account(t, "amy", "secret");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (enum standing s = 0; s < STANDINGS; s++) {
			struct line *l = standing_make(t, s);
			char said[100];
			const char *heard_now, *expected = all[i].reply[s];

			snprintf(said, sizeof said, "%s\n", all[i].line);
			heard_now = talk_ask(l, said);
			if (!strcmp(expected, "-"))
				expected = "";
			if (strncmp(heard_now, expected, strlen(expected)) || (!*expected && *heard_now))
				fprintf(stderr, "%s in standing %d: %s\n", all[i].line, (int)s, heard_now);
			assert_true(!strncmp(heard_now, expected, strlen(expected)) && (*expected || !*heard_now));
			talk_cut(l);
			talk_wait(t, 1000); /* as many logins as one likes */
		}
	talk_free(t);
}

static void prepare(struct talk *t)
{
	talk_account(t, "jack", "secret");
	talk_account(t, "amy", "secret");
}

static void lines_come_whole_from_any_split(void **state)
{
	static const char said[] = "ping\nauth,jack\nauth,jack,secret\nid,x1\nlogin,Jack,\nid,7\nrelay,amy,two\\nlines\n"
				   "id,a b\nrelay,amy,bad\nrelay,amy,again\nrelay,nobody,\xE5\xA5\xBD\nping\nrelay,amy,x\nlogout\nping\n";
	own_buf heard_all = { 0 };

	(void)state;
	assert_true(talk_every_split(1, &hybrid_door, TALK_HERE, prepare, str_z(said), &heard_all));
	assert_string_equal(buf_z(&heard_all), "pong\nno,bad request\nok\nok\nend\nok\nno,bad request\nok\nno,no such user\npong\nok\nok\n(closed)");
}

static void too_long_a_line(void **state)
{
	struct talk *t = server(1);
	struct line *l = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	own_buf text = { 0 };

	(void)state;
	while (text.n < 10001)
		buf_byte(&text, 'x');
	talk_say_n(l, text.p, text.n);
	assert_string_equal(talk_hear(l), "no,bad request\n");
	assert_true(talk_closed(l));
	talk_account(t, "jack", "secret");
	l = tcp_login(t, "tom", "10.0.0.7");
	buf_clear(&text);
	buf_lit(&text, "relay,jack,");
	while (text.n < HYBRID_LINE_MAX)
		buf_byte(&text, 'x');
	buf_byte(&text, '\n');
	talk_say_n(l, text.p, text.n);
	assert_string_equal(talk_hear(l), "ok\n");
	text.p[text.n - 1] = 'x';
	buf_byte(&text, '\n');
	talk_say_n(l, text.p, text.n);
	assert_string_equal(talk_hear(l), "no,bad request\n");
	assert_true(talk_closed(l));
	l = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	ASK(l, "\xff\n", "no,bad request\n");
	assert_true(talk_closed(l));
	talk_free(t);
}

static void who_does_not_log_in_is_closed(void **state)
{
	struct talk *t = server(1);
	struct line *silent = talk_open_at(t, 0, &hybrid_door, "10.0.0.7"), *talker = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	struct line *in = tcp_login(t, "tom", "10.0.0.7");

	(void)state;
	ASK(talker, "ping\n", "pong\n");
	talk_wait(t, 31000);
	assert_true(talk_closed(silent) && talk_closed(talker) && !talk_closed(in));
	talk_free(t);
}

static void starttls(void **state)
{
	struct talk *t = server(1);
	struct line *l = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");

	(void)state;
	talk_account(t, "jack", "secret");
	ASK(l, "starttls\n", "ok\n");
	assert_true(talk_secure(l));
	ASK(l, "starttls\n", "no,not now\n");
	ASK(l, "auth,jack,secret\n", "ok\n");
	ASK(l, "login,jack,\n", "ok\nend\n");
	l = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	talk_say(l, "starttls\nauth,jack,secret\n");
	talk_run(t);
	assert_true(talk_closed(l) && !talk_secure(l));
	talk_free(t);
}

static void guessing_ends(void **state)
{
	struct talk *t = server(1);
	struct line *l = talk_open(t, 0, &hybrid_door, TALK_HERE);

	(void)state;
	talk_account(t, "jack", "secret");
	for (unsigned i = 0; i < 5; i++)
		ASK(l, "auth,jack,wrong\n", "no,unknown user or wrong password\n");
	assert_true(talk_closed(l));
	l = talk_open(t, 0, &hybrid_door, TALK_HERE);
	for (unsigned i = 0; i < 5; i++)
		ASK(l, "auth,jack,wrong\n", "no,unknown user or wrong password\n");
	l = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(l, "auth,jack,secret\n", "no,too many failed attempts; wait a few minutes and try again\n");
	talk_free(t);
}

static void a_registered_name_by_udp(void **state)
{
	struct talk *t = server(1);
	struct line *l = talk_open(t, 0, &hybrid_door, TALK_HERE), *other;

	(void)state;
	talk_account(t, "jack", "secret");
	wild_login(t, "tom", TOM);
	ASK(l, "auth,Jack,secret\n", "ok\n");
	/* From elsewhere it is as reserved as before. */
	plain(t, AMY, TALK_PORT, "login,jack,10.0.0.8:5001");
	HEARS(t, AMY, "Reject,registered name");
	plain(t, "127.0.0.1:6000", TALK_PORT, "login,jack,127.0.0.1:6000");
	HEARS(t, "127.0.0.1:6000", "Accept,7790");
	assert_string_equal(list_of(l, HYBRID_UTF8), "tom,10.0.0.7:5001;end");
	HEARS(t, TOM, "16: login,jack,127.0.0.1:6000");
	/* Nobody puts him out by a datagram. */
	plain(t, "127.0.0.1:6000", TALK_PORT, "logout,jack,127.0.0.1:6000");
	HEARS_NOTHING(t, TOM);
	plain(t, "127.0.0.1:6000", TALK_PORT, "login,jerry,127.0.0.1:6000");
	HEARS(t, "127.0.0.1:6000", "Accept,7790");
	fetch(t, "127.0.0.1:6000");
	HEARS(t, "127.0.0.1:6000", "Reject,try again later");
	other = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(other, "login,jerry,127.0.0.1:6000\n", "no,try again later\n");
	HEARS_NOTHING(t, TOM);
	/* Only himself, with the password. */
	other = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(other, "login,jack,\n", "no,name in use\n");
	ASK(other, "auth,jack,secret\n", "ok\n");
	ASK(other, "login,jack,\n", "ok\ntom,10.0.0.7:5001;end\n");
	assert_true(talk_closed(l));
	HEARS(t, TOM, "16: logout,jack,127.0.0.1:6000");
	HEARS(t, TOM, "16: login,jack,10.0.0.1:40000");
	talk_cut(other);
	HEARS(t, TOM, "16: logout,jack,10.0.0.1:40000");
	HEARS_NOTHING(t, TOM);
	talk_free(t);
}

static void what_waited_is_relayed(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *jack;

	(void)state;
	talk_account(t, "jack", "secret");
	ASK(tom, "relay,jack,one\nid,t2\nrelay,jack,two\\nlines \\\\\n", "ok\nok\n");
	talk_wait(t, 5000);
	jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(jack, "auth,jack,secret\nlogin,jack,\n", "ok\nok\ntom,127.0.0.1:40000;end\nrelayed," WHEN "00,tom,one\nrelayed," WHEN "00,tom,two\nrelayed," WHEN
						      "00,tom,lines \\\n");
	ASK(tom, "", "login,jack,10.0.0.1:40001\n");
	talk_cut(jack);
	ASK(tom, "id,t3\nrelay,jack,a\\r\\nb\n", "logout,jack,10.0.0.1:40001\nok\n");
	jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(jack, "auth,jack,secret\nid,\nlogin,jack,\n", "ok\nok\ntom,127.0.0.1:40000;end\nid,t3\nrelayed," WHEN "05,tom,a\\r\\nb\n");
	ASK(jack, "relay,tom,plain\\nno\n", "ok\n");
	assert_true(str_starts(str_z(talk_hear(tom)), STR("login,jack,10.0.0.1:40001\nid,h")));
	assert_true(strstr(talk_ask(jack, "id,y\nrelay,tom,plain\\nno\n"), "ok\n") != NULL);
	ASK(tom, "", "id,y\nrelayed," WHEN "05,jack,plain\\nno\n");
	talk_free(t);
}

static void ids_and_escapes(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *amy = tcp_login(t, "amy", "10.0.0.8");

	(void)state;
	talk_hear(tom);
	ASK(tom, "id,abc\nrelay,amy,x\\ty\n", "no,bad request\n");
	ASK(tom, "id,abc\nrelay,amy,x\\\n", "no,bad request\n");
	ASK(tom, "relay,amy,x\\\n", "ok\n");
	ASK(amy, "", "relayed," WHEN "00,tom,x\\\n");
	ASK(amy, "id,\n", "");
	ASK(tom, "id,<1&\">\nrelay,amy,\\\\ <b>,\\n&;\n", "ok\n");
	ASK(amy, "", "id,<1&\">\nrelayed," WHEN "00,tom,\\\\ <b>,\\n&;\n");
	/* What cannot stand in XML (XML 1.0, 2.2) would end the streams of those who get it. */
	ASK(tom, "id,a\xEF\xBF\xBE\nrelay,amy,x\n", "no,bad request\n");
	ASK(tom, "id,a\xEF\xBF\xBF\nrelay,amy,x\n", "no,bad request\n");
	ASK(tom, "id,\xEF\xBF\xBD\nrelay,amy,x\n", "ok\n");
	ASK(amy, "", "id,\xEF\xBF\xBD\nrelayed," WHEN "00,tom,x\n");
	/* What has no id of its own has the one that the server made. */
	ASK(tom, "relay,amy,x\n", "ok\n");
	assert_true(str_starts(str_z(talk_hear(amy)), STR("id,h")));
	talk_free(t);
}

#define IN_AS_JACK "auth,jack,secret\ngot,0\nlogin,jack,\n"

/* What was said to it and not got comes again, to the next connection or to another of his clients. */
static void got(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *jack = talk_open(t, 0, &hybrid_door, TALK_HERE);

	(void)state;
	talk_account(t, "jack", "secret");
	ASK(jack, IN_AS_JACK, "ok\nok\ntom,127.0.0.1:40000;end\n");
	ASK(tom, "relay,jack,one\nrelay,jack,two\nrelay,jack,three\n", "login,jack,10.0.0.1:40001\nok\nok\nok\n");
	ASK(jack, "got,2\n", "relayed," WHEN "00,tom,one\nrelayed," WHEN "00,tom,two\nrelayed," WHEN "00,tom,three\n");
	talk_cut(jack);
	jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(jack, IN_AS_JACK, "ok\nok\ntom,127.0.0.1:40000;end\nrelayed," WHEN "00,tom,three\n");
	ASK(jack, "got,1\nping\n", "pong\n");
	talk_cut(jack);
	jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(jack, IN_AS_JACK, "ok\nok\ntom,127.0.0.1:40000;end\n");
	ASK(jack, "got,1\n", "no,bad request\n");
	assert_true(talk_closed(jack));
	talk_free(t);
}

/* What the connection before has not taken comes on the one that takes its place. */
static void what_was_not_taken_comes_again(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *dead, *jack;

	(void)state;
	talk_account(t, "jack", "secret");
	dead = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(dead, "auth,jack,secret\nlogin,jack,127.0.0.1:6000\n", "ok\nok\ntom,127.0.0.1:40000;end\n");
	talk_stall(dead, true);
	ASK(tom, "relay,jack,one\nrelay,jack,two\n", "login,jack,127.0.0.1:6000\nok\nok\n");
	jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(jack, "auth,jack,secret\nlogin,jack,127.0.0.1:6000\n", "ok\nok\ntom,127.0.0.1:40000;end\nrelayed," WHEN
									"00,tom,one\nrelayed," WHEN "00,tom,two\n");
	ASK(tom, "relay,jack,three\n", "ok\n");
	ASK(jack, "", "relayed," WHEN "00,tom,three\n");
	talk_free(t);
}

/* A client that reads and never says `got` costs no memory without an end. */
static void who_never_says_got_is_closed(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	unsigned n = 0;

	(void)state;
	talk_account(t, "jack", "secret");
	ASK(jack, IN_AS_JACK, "ok\nok\ntom,127.0.0.1:40000;end\n");
	for (; !talk_closed(jack) && n < 5000; n++) {
		talk_say(tom, "relay,jack,x\n");
		talk_run(t);
		talk_hear(jack);
	}
	assert_in_range(n, HYBRID_UNGOT, HYBRID_UNGOT + 3);
	talk_free(t);
}

static void who_does_not_read_is_closed(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	own_buf text = { 0 };

	(void)state;
	talk_account(t, "jack", "secret");
	ASK(jack, "auth,jack,secret\nlogin,jack,\n", "ok\nok\ntom,127.0.0.1:40000;end\n");
	buf_lit(&text, "relay,jack,");
	while (text.n < 60000)
		buf_byte(&text, 'x');
	buf_byte(&text, '\n');
	talk_stall(jack, true);
	for (unsigned i = 0; i < 40; i++) {
		talk_say_n(tom, text.p, text.n);
		talk_run(t);
	}
	assert_true(talk_closed(jack));
	assert_true(talk_link(jack)->unsent < 3 * 1024 * 1024);
	/* All of them still come. */
	jack = talk_open(t, 0, &hybrid_door, TALK_HERE);
	talk_say(jack, "auth,jack,secret\nlogin,jack,\n");
	assert_true(strlen(talk_hear(jack)) > 40 * 59980);
	talk_free(t);
}

static void a_rate_for_all(void **state)
{
	struct core_settings s = talk_settings();
	struct talk *t;
	struct line *tom;
	own_buf text = { 0 };

	(void)state;
	s.rate_bytes = 1000;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	talk_account(t, "jack", "secret");
	tom = tcp_login(t, "tom", "10.0.0.7");
	for (unsigned i = 0; i < 200; i++)
		buf_lit(&text, "relay,jack,0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890\n");
	talk_say_n(tom, text.p, text.n);
	talk_run(t);
	talk_say(tom, "ping\n");
	assert_true(!strstr(talk_hear(tom), "pong") && talk_paused(tom));
	talk_wait(t, 30000);
	assert_true(strstr(talk_hear(tom), "pong") != NULL);
	talk_free(t);
}

static void logins_by_tcp_are_counted_too(void **state)
{
	struct talk *t = server(1);
	struct line *l[7];

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		char text[40];

		l[i] = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
		snprintf(text, sizeof text, "login,u%u,\n", i);
		talk_say(l[i], text);
		if (i < 5)
			assert_true(str_starts(str_z(talk_hear(l[i])), STR("ok\n")));
		else
			assert_string_equal(talk_hear(l[i]), "no,try again later\n");
	}
	talk_wait(t, 1000);
	assert_true(str_starts(str_z(talk_ask(l[5], "login,u5,\n")), STR("ok\n")));
	talk_free(t);
}

/* A client that speaks first is not taken for the silent one that logs in from the same address. */
static void two_clients_at_one_address(void **state)
{
	struct talk *t = server(1);
	struct line *ours, *silent;

	(void)state;
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS(t, TOM, "16: Accept,7790");
	ours = tcp_login(t, "amy", "10.0.0.7");
	silent = fetch(t, TOM);
	assert_string_equal(list_of(silent, HYBRID_UTF16), "amy,10.0.0.1:40000;end");
	ASK(ours, "", "login,tom,10.0.0.7:5001\n");
	talk_cut(silent);

	/* Late: it gets the list that was not meant for it, and gives it back. */
	wild(t, "10.0.0.7:5002", TALK_PORT, "login,bob,10.0.0.7:5002");
	HEARS(t, "10.0.0.7:5002", "16: Accept,7790");
	ours = fetch(t, TOM);
	assert_true(strlen(list_of(ours, HYBRID_UTF16)) > 10);
	assert_true(str_starts(str_z(talk_ask(ours, "login,lily,\n")), STR("ok\n")));
	silent = fetch(t, TOM);
	assert_true(strlen(list_of(silent, HYBRID_UTF16)) > 10);
	talk_cut(silent);
	assert_true(directory_online(talk_core(t, 0), STR("bob")) && directory_online(talk_core(t, 0), STR("lily")));
	talk_free(t);
}

/* Who logs in at the same moment comes in the same order; and a login of now before a lease of long ago. */
static void silent_clients_of_one_address(void **state)
{
	struct talk *t = server(1);
	struct line *first, *second;

	(void)state;
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	plain(t, "10.0.0.7:5002", TALK_PORT, "login,amy,10.0.0.7:5002");
	talk_wait(t, 10);
	first = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	talk_wait(t, 10);
	second = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	talk_wait(t, 200);
	assert_string_equal(list_of(first, HYBRID_UTF16), "end");
	assert_string_equal(list_of(second, HYBRID_UTF8), "tom,10.0.0.7:5001;end");
	talk_cut(first);
	talk_cut(second);
	/* Asked whether they are still there, one comes while a login waits that nobody comes for. */
	talk_wait(t, 20000);
	plain(t, "10.0.0.7:5002", TALK_PORT, "talk,1,amy,here");
	talk_wait(t, 23000);
	plain(t, "10.0.0.7:5003", TALK_PORT, "login,nobody,10.0.0.7:5003");
	talk_wait(t, 3500);
	first = fetch(t, TOM);
	assert_string_equal(list_of(first, HYBRID_UTF16), "amy,10.0.0.7:5002;end");
	assert_false(directory_online(talk_core(t, 0), STR("nobody")));
	talk_free(t);
}

/* Two datagrams, two times Accept, two connections: each gets its list. */
static void who_comes_twice_is_answered_twice(void **state)
{
	struct talk *t = server(1);
	struct line *first, *second;

	(void)state;
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	first = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	talk_wait(t, 1);
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	second = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	talk_wait(t, 100);
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	talk_wait(t, 100);
	assert_string_equal(list_of(first, HYBRID_UTF16), "end");
	second = fetch(t, TOM);
	assert_string_equal(list_of(second, HYBRID_UTF16), "end");
	assert_true(talk_closed(first) && !talk_closed(second));
	assert_true(directory_online(talk_core(t, 0), STR("tom")));
	talk_free(t);
}

/* It was taken for a silent client's: it may still say who it is, and does not stay for ever when it is nobody. */
static void taken_for_another(void **state)
{
	struct talk *t = server(1);
	struct line *ours;

	(void)state;
	talk_account(t, "jack", "secret");
	wild_login(t, "amy", AMY);
	wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	ours = fetch(t, TOM);
	assert_true(strlen(list_of(ours, HYBRID_UTF16)) > 10);
	ASK(ours, "login,amy,\n", "no,name in use\n");
	assert_string_equal(list_of(fetch(t, TOM), HYBRID_UTF16), "amy,10.0.0.8:5001;end");
	talk_wait(t, 31000);
	assert_true(talk_closed(ours));
	wild(t, "127.0.0.1:5001", TALK_PORT, "login,bob,127.0.0.1:5001");
	ours = talk_open(t, 0, &hybrid_door, TALK_HERE);
	talk_wait(t, 100);
	assert_true(strlen(list_of(ours, HYBRID_UTF16)) > 10);
	ASK(ours, "auth,jack,secret\n", "ok\n");
	assert_true(str_starts(str_z(talk_ask(ours, "login,jack,\n")), STR("ok\n")));
	assert_true(directory_online(talk_core(t, 0), STR("bob")));
	talk_free(t);
}

static void ours_by_udp(void **state)
{
	struct talk *t = server(1);
	struct line *l;

	(void)state;
	plain(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
	HEARS(t, TOM, "Accept,7790");
	l = fetch(t, TOM);
	ASK(l, "", "end\n");
	wild_login(t, "amy", AMY);
	HEARS(t, TOM, "login,amy,10.0.0.8:5001");
	/* From its first line on all comes over the connection. */
	ASK(l, "ping\n", "pong\n");
	wild(t, AMY, TALK_PORT, "logout,amy,10.0.0.8:5001");
	ASK(l, "", "logout,amy,10.0.0.8:5001\n");
	HEARS_NOTHING(t, TOM);
	wild_login(t, "bob", BOB);
	/* The connection is what he is in by. */
	talk_cut(l);
	HEARS(t, BOB, "16: logout,tom,10.0.0.7:5001");
	talk_free(t);
}

/* ---- the other doors --------------------------------------------------------------------------------------------- */

static void the_bridge(void **state, unsigned cores)
{
	struct talk *t = server(cores);
	struct line *jack;

	(void)state;
	talk_account(t, "jack", "secret");
	talk_account(t, "lily", "secret");
	jack = classic_login(t, cores - 1, "jack");
	assert_string_equal(wild_login(t, "Tom", TOM), "jack,10.0.0.1:40000;end");
	ASK(jack, "102|\n", "1|102@Server@jack,tom@" WHEN "00\n");
	/* To him, from the endpoint and from any other port with the right name. */
	wild(t, TOM, 40000, "talk," WHEN "00,Tom,hello, jack");
	wild(t, "10.0.0.7:60000", 40000, "talk," WHEN "00,Tom,again");
	wild(t, "10.0.0.7:60000", 40000, "talk," WHEN "00,Amy,somebody else");
	wild(t, AMY, 40000, "talk," WHEN "00,Tom,from elsewhere");
	talk_run(t);
	ASK(jack, "", "1|103@tom@hello, jack@" WHEN "00\n1|103@tom@again@" WHEN "00\n");
	/* And back. */
	ASK(jack, "103|jack,tom,hello, Tom 😀\n", "1|\n");
	{
		struct talk_datagram d;
		own_buf text = { 0 };

		assert_true(talk_datagram_hear(t, TOM, &d));
		assert_true(d.port == 40000 && d.near && d.address[15] == 1 && utf16_read(&text, d.bytes));
		assert_string_equal(buf_z(&text), "talk," WHEN "00,jack,hello, Tom 😀");
	}
	talk_account(t, "mike", "secret");
	classic_login(t, 0, "mike");
	HEARS(t, TOM, "16: login,mike,10.0.0.1:40001");
	/* He goes; his port stays his. */
	talk_cut(jack);
	HEARS(t, TOM, "16: logout,jack,10.0.0.1:40000");
	talk_wait(t, 5000);
	assert_true(talk_port_is_open(t, 40000));
	wild(t, TOM, 40000, "talk," WHEN "05,Tom,too late");
	talk_run(t);
	jack = classic_login(t, 0, "jack");
	HEARS(t, TOM, "16: login,jack,10.0.0.1:40000");
	ASK(jack, "112|\n", "1|\n");
	HEARS(t, TOM, "16: logout,jack,10.0.0.1:40000");
	HEARS_NOTHING(t, TOM);
	for (unsigned i = 0; i < 16; i++) {
		talk_wait(t, 40000);
		wild(t, TOM, TALK_PORT, "talk,1,tom,here");
		talk_run(t);
	}
	assert_false(talk_port_is_open(t, 40000));
	assert_true(talk_port_is_open(t, 40001));
	talk_free(t);
}

static void the_bridge_on_one_core(void **state) { the_bridge(state, 1); }
static void the_bridge_on_two_cores(void **state) { the_bridge(state, 2); }

static void what_is_sent_late_waits(void **state)
{
	struct talk *t = server(1);
	struct line *jack;

	(void)state;
	talk_account(t, "jack", "secret");
	jack = classic_login(t, 0, "jack");
	wild_login(t, "tom", TOM);
	talk_cut(jack);
	wild(t, TOM, 40000, "talk,1,tom,too late");
	talk_run(t);
	jack = talk_open(t, 0, &classic_door, TALK_HERE);
	ASK(jack, "101|jack,secret\n", "1|\n1|103@tom@too late@" WHEN "00\n");
	talk_free(t);
}

static void what_is_not_delivered_is_said(void **state)
{
	struct core_settings s = talk_settings();
	struct talk *t;
	struct line *amy;

	(void)state;
	s.offline_max = 1;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	talk_account(t, "jack", "secret");
	talk_cut(classic_login(t, 0, "jack"));
	amy = classic_login(t, 0, "jack");
	wild_login(t, "tom", TOM);
	talk_cut(amy);
	HEARS(t, TOM, "16: logout,jack,10.0.0.1:40000");
	wild(t, TOM, 40000, "talk,1,tom,one");
	HEARS_NOTHING(t, TOM);
	wild(t, TOM, 40000, "talk,1,tom,two");
	HEARS(t, TOM, "16: talk," WHEN "00,jack,(server: not delivered: too much waits for this user)");
	/* To a guest who has gone. */
	amy = tcp_login(t, "amy", "10.0.0.8");
	HEARS(t, TOM, "16: login,amy,10.0.0.1:40001");
	talk_cut(amy);
	HEARS(t, TOM, "16: logout,amy,10.0.0.1:40001");
	wild(t, TOM, 40001, "talk,1,tom,there?");
	HEARS(t, TOM, "16: talk," WHEN "00,amy,(server: not delivered: no such user)");
	talk_free(t);
}

#define FAILED "(server: not delivered) "

/* A datagram says nothing of who got it: until a guest shows that he is there what he was sent is not his, and when he
 * never does those who wrote it are told. */
static void what_a_guest_did_not_get_is_said(void **state)
{
	struct talk *t = server(2);
	struct line *jack;

	(void)state;
	talk_account(t, "jack", "secret");
	jack = classic_login(t, 1, "jack");
	wild_login(t, "tom", TOM);
	wild_login(t, "amy", AMY);
	wild_login(t, "bob", BOB);
	ASK(jack, "103|jack,tom,one\n103|jack,amy,two\n103|jack,bob,three\n", "1|\n1|\n1|\n");
	HEARS(t, BOB, "16: talk," WHEN "00,jack,three");
	talk_wait(t, 1000);
	wild(t, AMY, TALK_PORT, "logout,amy,10.0.0.8:5001");
	wild(t, BOB, TALK_PORT, "talk,1,bob,still here");
	ASK(jack, "103|jack,bob,four\n", "1|\n");
	talk_wait(t, 46000);
	talk_cut(fetch(t, BOB));
	ASK(jack, "103|jack,bob,five\n", "1|\n");
	talk_wait(t, 45000);
	assert_true(str_starts(str_z(talk_hear(jack)), STR("1|103@tom@" FAILED "one@2026-11-21 09:29:3")));
	talk_wait(t, 46000);
	assert_true(str_starts(str_z(talk_hear(jack)), STR("1|103@bob@" FAILED "five@2026-11-21 09:30:1")));
	talk_wait(t, 100000);
	ASK(jack, "", "");
	talk_free(t);
}

/* The same of a connection that broke with something unread; whichever way the sender speaks. */
static void what_a_broken_connection_took_is_said(void **state)
{
	struct talk *t = server(1);
	struct line *tom = tcp_login(t, "tom", "10.0.0.7"), *amy = tcp_login(t, "amy", "10.0.0.8");
	char expected[100];

	(void)state;
	wild_login(t, "bob", BOB);
	talk_hear(tom);
	talk_hear(amy);
	ASK(amy, "id,\n", "");
	talk_stall(tom, true);
	ASK(amy, "id,1\nrelay,tom,a\\nb\n", "ok\n");
	wild(t, BOB, 40000, "talk,1,bob,hello");
	wild(t, BOB, 40000, "talk,1,bob,again");
	HEARS_NOTHING(t, BOB);
	talk_cut(tom);
	assert_string_equal(talk_hear(amy), "id,\nrelayed," WHEN "00,tom," FAILED "a\\nb\nlogout,tom,10.0.0.1:40000\n");
	snprintf(expected, sizeof expected, "16: talk,%s00,tom,%shello", WHEN, FAILED);
	HEARS(t, BOB, expected);
	HEARS(t, BOB, "16: talk," WHEN "00,tom," FAILED "again");
	HEARS(t, BOB, "16: logout,tom,10.0.0.1:40000");
	/* What was got, or taken by the kernel, is not. */
	tom = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	ASK(tom, "got,0\nlogin,tom,\n", "ok\nbob,10.0.0.9:5001;amy,10.0.0.1:40001;end\n");
	talk_hear(amy);
	ASK(amy, "relay,tom,x\nrelay,tom,y\n", "ok\nok\n");
	talk_hear(tom);
	ASK(tom, "got,1\n", "");
	talk_cut(tom);
	assert_string_equal(talk_hear(amy), "id,\nrelayed," WHEN "00,tom," FAILED "y\nlogout,tom,10.0.0.1:40000\n");
	talk_free(t);
}

/* And what would cost memory without an end is not kept. */
static void what_a_guest_may_not_get_is_bounded(void **state)
{
	struct talk *t = server(1);
	struct line *amy = tcp_login(t, "amy", "10.0.0.8");
	unsigned told = 0;

	(void)state;
	wild_login(t, "tom", TOM);
	talk_hear(amy);
	for (unsigned i = 0; i < 1000; i++)
		ASK(amy, "relay,tom,hello\n", "ok\n");
	talk_wait(t, 95000);
	for (const char *at = talk_hear(amy); (at = strstr(at, FAILED)); at++)
		told++;
	assert_in_range(told, 150, 256);
	talk_free(t);
}

static void without_ports(void **state)
{
	struct talk *t = server(1);
	struct line *jack, *tom;

	(void)state;
	talk_account(t, "jack", "secret");
	talk_ports_none(t, true);
	jack = classic_login(t, 0, "jack");
	assert_string_equal(wild_login(t, "amy", AMY), "end");
	/* He is heard and reached all the same. */
	ASK(jack, "103|jack,amy,hello\n", "1|\n");
	HEARS(t, AMY, "16: talk," WHEN "00,jack,hello");
	tom = talk_open_at(t, 0, &hybrid_door, "10.0.0.7");
	ASK(tom, "login,tom,10.0.0.7:1\n", "ok\namy,10.0.0.8:5001;end\n");
	ASK(tom, "relay,jack,hello\n", "ok\n");
	ASK(jack, "", "1|103@tom@hello@" WHEN "00\n");
	talk_free(t);
}

static void a_range_of_ports(void **state)
{
	static const char *const names[] = { "ann", "ben", "cid" };
	struct core_settings s = talk_settings();
	struct talk *t;
	struct line *l[3];

	(void)state;
	s.hybrid_ports_first = 50000;
	s.hybrid_ports_last = 50001;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	wild_login(t, "tom", TOM);
	for (unsigned i = 0; i < 3; i++) {
		talk_account(t, names[i], "secret");
		l[i] = classic_login(t, 0, names[i]);
	}
	HEARS(t, TOM, "16: login,ann,10.0.0.1:50001");
	HEARS(t, TOM, "16: login,ben,10.0.0.1:50000");
	HEARS_NOTHING(t, TOM);
	talk_cut(l[0]);
	HEARS(t, TOM, "16: logout,ann,10.0.0.1:50001");
	HEARS_NOTHING(t, TOM);
	/* Not before ten minutes have passed is it another's. */
	for (unsigned i = 0; i < 16; i++) {
		if (i == 14)
			HEARS_NOTHING(t, TOM);
		talk_wait(t, 40000);
		wild(t, TOM, TALK_PORT, "talk,1,tom,here");
		talk_run(t);
	}
	HEARS(t, TOM, "16: login,cid,10.0.0.1:50001");
	talk_free(t);
}

/* In with an account by UDP while the same account is on another door. */
static void one_user_on_two_doors(void **state)
{
	struct talk *t = server(1);
	struct line *classic, *l;

	(void)state;
	talk_account(t, "jack", "secret");
	wild_login(t, "tom", TOM);
	classic = classic_login(t, 0, "jack");
	HEARS(t, TOM, "16: login,jack,10.0.0.1:40000");
	l = talk_open(t, 0, &hybrid_door, TALK_HERE);
	ASK(l, "auth,jack,secret\nlogin,jack,127.0.0.1:900\n", "ok\nok\ntom,10.0.0.7:5001;end\n");
	HEARS(t, TOM, "16: logout,jack,10.0.0.1:40000");
	HEARS(t, TOM, "16: login,jack,127.0.0.1:900");
	/* Both hear what comes through the server. */
	wild(t, TOM, 40000, "talk,1,tom,to both");
	talk_run(t);
	ASK(l, "", "relayed," WHEN "00,tom,to both\n");
	ASK(classic, "", "1|103@tom@to both@" WHEN "00\n");
	ASK(l, "logout\n", "ok\n");
	HEARS(t, TOM, "16: logout,jack,127.0.0.1:900");
	HEARS(t, TOM, "16: login,jack,10.0.0.1:40000");
	HEARS_NOTHING(t, TOM);
	talk_free(t);
}

static void long_messages_come_in_pieces(void **state)
{
	struct talk *t = server(1);
	struct line *jack;
	own_buf text = { 0 }, joined = { 0 };
	unsigned pieces = 0;

	(void)state;
	talk_account(t, "jack", "secret");
	jack = classic_login(t, 0, "jack");
	wild_login(t, "tom", TOM);
	buf_lit(&text, "103|jack,tom,");
	while (text.n < 60000)
		buf_lit(&text, "a😀好");
	buf_byte(&text, '\n');
	talk_say_n(jack, text.p, text.n);
	assert_string_equal(talk_hear(jack), "1|\n");
	for (struct talk_datagram d; talk_datagram_hear(t, TOM, &d); pieces++) {
		struct hybrid_datagram one;
		own_buf room = { 0 };

		assert_true(d.bytes.n <= HYBRID_TALK_MAX && hybrid_parse(&one, d.bytes, &room));
		buf_str(&joined, one.content);
	}
	assert_true(pieces > 5);
	assert_true(str_eq(buf_all(&joined), str_n(text.p + 13, text.n - 14)));
	talk_free(t);
}

/* Everybody in, everybody out: each knows of all the others what is so. */
static void many(void **state)
{
	struct core_settings s = talk_settings();
	struct talk *t;
	char name[20], at[30];

	(void)state;
	s.guests_max = 1000;
	t = talk_new_with(1, NULL, &s);
	talk_datagrams(t, &hybrid_datagrams);
	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "u%u", i);
		snprintf(at, sizeof at, "10.1.%u.%u:700", i >> 8, i & 0xFF);
		wild_login(t, name, at);
	}
	talk_wait(t, 3000);
	for (unsigned i = 0; i < 200; i++) {
		unsigned logins = 0;

		snprintf(at, sizeof at, "10.1.%u.%u:700", i >> 8, i & 0xFF);
		while (str_starts(str_z(heard(t, at)), STR("16: login,u")))
			logins++;
		assert_int_equal(logins, 199 - i);
	}
	talk_wait(t, 200000);
	assert_int_equal(directory_count(talk_core(t, 0)), 0);
	talk_free(t);
}

/* ---- at every moment --------------------------------------------------------------------------------------------- */

static void turns(struct talk *t, unsigned n)
{
	while (n-- && talk_turn(t))
		;
}

/* Whatever a client was in the middle of when it went: its name is free afterwards, and nobody is left over. */
static void gone_in_the_middle(void **state)
{
	struct talk *t = server(2);

	(void)state;
	talk_account(t, "jack", "secret");
	wild_login(t, "amy", AMY);
	for (unsigned n = 0; n < 40; n++)
		for (unsigned how = 0; how < 3; how++) {
			struct line *l = talk_open_at(t, 0, &hybrid_door, how == 2 ? "127.0.0.1" : "10.0.0.7");

			if (how == 0)
				talk_say(l, "login,tom,\n");
			if (how == 1)
				wild(t, TOM, TALK_PORT, "login,tom,10.0.0.7:5001");
			if (how == 2)
				talk_say(l, "auth,jack,secret\nlogin,jack,\n");
			if (how == 1) {
				talk_run(t);
				talk_wait(t, 99);
				turns(t, n / 2);
				wild(t, TOM, TALK_PORT, "logout,tom,10.0.0.7:5001");
			}
			turns(t, n);
			talk_cut(l);
			talk_wait(t, 1000);
			wild(t, AMY, TALK_PORT, "talk,1,amy,here");
			wild(t, TOM, TALK_PORT, "logout,tom,10.0.0.7:5001");
			talk_run(t);
			assert_int_equal(directory_count(talk_core(t, 1)), 1);
			l = tcp_login(t, "tom", "10.0.0.7");
			talk_cut(l);
			talk_wait(t, 1000);
			assert_int_equal(directory_count(talk_core(t, 1)), 1);
		}
	talk_free(t);
}

static void the_same_name_from_many_at_once(void **state)
{
	struct talk *t = server(1);
	struct line *l[5];
	unsigned in = 0;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		char at[30];

		snprintf(at, sizeof at, "10.0.1.%u", i + 1);
		l[i] = talk_open_at(t, 0, &hybrid_door, at);
		talk_say(l[i], "login,tom,\n");
	}
	talk_run(t);
	for (unsigned i = 0; i < 5; i++) {
		const char *answer = talk_hear(l[i]);

		if (!strcmp(answer, "ok\nend\n"))
			in++;
		else
			assert_string_equal(answer, "no,name in use\n");
	}
	assert_int_equal(in, 1);
	talk_free(t);
}

/* ---- everybody knows who is there -------------------------------------------------------------------------------- */

enum { PLAYERS = 12 };

struct player {
	enum { WILD, PLAIN, LINE, CLASSIC } kind;
	const char *name, *address, *endpoint;
	struct line *line;
	bool in;
	char view[PLAYERS]; /* 1: he thinks that this one is in */
};

static struct player players[PLAYERS] = {
	{ WILD, "w0", "10.2.0.1", "10.2.0.1:500", NULL, false, "" }, { WILD, "w1", "10.2.0.2", "10.2.0.2:500", NULL, false, "" },
	{ WILD, "w2", "10.2.0.3", "10.2.0.3:500", NULL, false, "" }, { PLAIN, "p0", "10.2.0.4", "10.2.0.4:500", NULL, false, "" },
	{ PLAIN, "p1", "fd00::5", "[fd00::5]:500", NULL, false, "" }, { LINE, "l0", "10.2.0.6", "", NULL, false, "" },
	{ LINE, "l1", "10.2.0.7", "10.2.0.7:500", NULL, false, "" }, { LINE, "l2", "10.2.0.8", "", NULL, false, "" },
	{ WILD, "w3", "10.2.0.9", "10.2.0.9:500", NULL, false, "" }, { CLASSIC, "c0", NULL, NULL, NULL, false, "" },
	{ CLASSIC, "c1", NULL, NULL, NULL, false, "" }, { CLASSIC, "c2", NULL, NULL, NULL, false, "" },
};

static void view_set(struct player *p, struct str name, bool in)
{
	for (unsigned i = 0; i < PLAYERS; i++)
		if (str_is(name, players[i].name))
			p->view[i] = in;
}

static void view_list(struct player *p, struct str text)
{
	struct str user = STR_NONE;
	struct endpoint e;
	enum hybrid_entry one;

	memset(p->view, 0, sizeof p->view);
	while ((one = hybrid_list_next(&text, &user, &e)) == HYBRID_ENTRY)
		view_set(p, user, true);
	assert_int_equal(one, HYBRID_ENTRY_END);
}

static void view_event(struct player *p, struct str bytes)
{
	struct hybrid_datagram d;
	own_buf room = { 0 };

	if (hybrid_parse(&d, bytes, &room) && (d.kind == HYBRID_LOGIN || d.kind == HYBRID_LOGOUT))
		view_set(p, d.user, d.kind == HYBRID_LOGIN);
}

static void listen_to(struct talk *t, struct player *p)
{
	if (p->kind == WILD || p->kind == PLAIN)
		for (struct talk_datagram d; talk_datagram_hear(t, p->endpoint, &d);)
			view_event(p, d.bytes);
	if (p->kind != LINE || !p->line)
		return;
	for (struct str rest = talk_hear_bytes(p->line); rest.n;) {
		struct str one = str_n(rest.p, str_find(rest, '\n'));

		rest = str_from(rest, one.n + 1);
		if (one.n >= 3 && !memcmp(one.p + one.n - 3, "end", 3))
			view_list(p, one);
		else
			view_event(p, one);
	}
}

static void come(struct talk *t, struct player *p)
{
	char text[100];
	struct str bytes, list;
	size_t scanned = 0, len;

	snprintf(text, sizeof text, p->kind == CLASSIC ? "101|%s,secret\n" : "login,%s,%s", p->name, p->kind == CLASSIC ? "" : p->endpoint);
	p->in = true;
	if (p->kind == CLASSIC) {
		p->line = talk_open(t, 0, &classic_door, TALK_HERE);
		talk_say(p->line, text);
	} else if (p->kind == LINE) {
		p->line = talk_open_at(t, 0, &hybrid_door, p->address);
		talk_say(p->line, text);
		talk_say(p->line, "\n");
	} else {
		(p->kind == WILD ? wild : plain)(t, p->endpoint, TALK_PORT, text);
		talk_run(t);
		p->line = talk_open_at(t, 0, &hybrid_door, p->address);
		talk_wait(t, 100);
		bytes = talk_hear_bytes(p->line);
		assert_int_equal(hybrid_list_read(p->kind == WILD ? HYBRID_UTF16 : HYBRID_UTF8, bytes.p, bytes.n, 10000, &scanned, &list, &len), HYBRID_LIST_WHOLE);
		/* What it was told before is older than the list. */
		listen_to(t, p);
		view_list(p, list);
	}
}

static void go(struct talk *t, struct player *p, unsigned how)
{
	char text[100];

	p->in = false;
	if (p->kind == LINE || p->kind == CLASSIC) {
		if (how % 2)
			talk_say(p->line, p->kind == LINE ? "logout\n" : "112|\n");
		else
			talk_cut(p->line);
	} else {
		snprintf(text, sizeof text, "logout,%s,%s", p->name, p->endpoint);
		(p->kind == WILD ? wild : plain)(t, p->endpoint, TALK_PORT, text);
	}
	talk_run(t);
	if (p->line && !talk_closed(p->line))
		talk_cut(p->line);
	p->line = NULL;
}

static void views_check(struct talk *t)
{
	talk_run(t);
	for (unsigned i = 0; i < PLAYERS; i++) {
		struct player *p = &players[i];

		if (!p->in || p->kind == CLASSIC)
			continue;
		listen_to(t, p);
		for (unsigned j = 0; j < PLAYERS; j++)
			if (i != j && p->view[j] != players[j].in) {
				fprintf(stderr, "%s thinks that %s is %s\n", p->name, players[j].name, p->view[j] ? "in" : "out");
				assert_int_equal(p->view[j], players[j].in);
			}
	}
}

/* Comings and goings by chance, of wild and other clients, by UDP, TCP and the classic door: whoever is in knows of
 * everybody. */
static void everybody_knows(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct talk *t = server(1 + seed % 2);
		uint64_t dice = seed;

		for (unsigned i = 0; i < PLAYERS; i++) {
			players[i].in = false;
			players[i].line = NULL;
			if (players[i].kind == CLASSIC)
				talk_account(t, players[i].name, "secret");
		}
		for (unsigned step = 0; step < 150; step++) {
			struct player *p;

			dice = dice * 6364136223846793005u + 1442695040888963407u;
			p = &players[(dice >> 33) % PLAYERS];
			if (p->in)
				go(t, p, (unsigned)(dice >> 50));
			else
				come(t, p);
			talk_wait(t, (msec)(dice >> 40) % 400);
			/* Nobody's lease is what is looked at here. */
			for (unsigned i = 0; i < PLAYERS; i++)
				if (players[i].in && (players[i].kind == WILD || players[i].kind == PLAIN) && step % 20 == 0)
					plain(t, players[i].endpoint, TALK_PORT, "talk,1,x,here");
			if (step % 10 == 9)
				views_check(t);
		}
		talk_free(t);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wild_client_comes_in),
		cmocka_unit_test(both_encodings_side_by_side),
		cmocka_unit_test(over_ipv6),
		cmocka_unit_test(the_login_may_come_from_another_port),
		cmocka_unit_test(nobody_is_told_before_the_proof),
		cmocka_unit_test(a_repeated_login_is_the_same),
		cmocka_unit_test(answers_are_no_larger_than_questions),
		cmocka_unit_test(each_question_is_answered_in_its_encoding),
		cmocka_unit_test(refusals),
		cmocka_unit_test(silence),
		cmocka_unit_test(nobody_is_displaced),
		cmocka_unit_test(another_name_at_the_same_endpoint),
		cmocka_unit_test(a_login_that_was_given_up),
		cmocka_unit_test(few_from_one_address),
		cmocka_unit_test(a_flood_of_spoofed_addresses),
		cmocka_unit_test(who_is_served),
		cmocka_unit_test(as_many_guests_as_are_allowed),
		cmocka_unit_test(a_lease_ends),
		cmocka_unit_test(who_comes_back_by_tcp_stays),
		cmocka_unit_test(datagrams_keep_who_sends_them),
		cmocka_unit_test(as_long_as_the_connection),
		cmocka_unit_test(out_and_in_again_at_once),
		cmocka_unit_test(the_operator_ends_him),
		cmocka_unit_test(lines),
		cmocka_unit_test(who_may_say_what),
		cmocka_unit_test(lines_come_whole_from_any_split),
		cmocka_unit_test(too_long_a_line),
		cmocka_unit_test(who_does_not_log_in_is_closed),
		cmocka_unit_test(starttls),
		cmocka_unit_test(guessing_ends),
		cmocka_unit_test(a_registered_name_by_udp),
		cmocka_unit_test(what_waited_is_relayed),
		cmocka_unit_test(ids_and_escapes),
		cmocka_unit_test(got),
		cmocka_unit_test(what_was_not_taken_comes_again),
		cmocka_unit_test(who_never_says_got_is_closed),
		cmocka_unit_test(who_does_not_read_is_closed),
		cmocka_unit_test(a_rate_for_all),
		cmocka_unit_test(logins_by_tcp_are_counted_too),
		cmocka_unit_test(two_clients_at_one_address),
		cmocka_unit_test(silent_clients_of_one_address),
		cmocka_unit_test(who_comes_twice_is_answered_twice),
		cmocka_unit_test(taken_for_another),
		cmocka_unit_test(ours_by_udp),
		cmocka_unit_test(the_bridge_on_one_core),
		cmocka_unit_test(the_bridge_on_two_cores),
		cmocka_unit_test(what_is_sent_late_waits),
		cmocka_unit_test(what_is_not_delivered_is_said),
		cmocka_unit_test(what_a_guest_did_not_get_is_said),
		cmocka_unit_test(what_a_broken_connection_took_is_said),
		cmocka_unit_test(what_a_guest_may_not_get_is_bounded),
		cmocka_unit_test(without_ports),
		cmocka_unit_test(a_range_of_ports),
		cmocka_unit_test(one_user_on_two_doors),
		cmocka_unit_test(long_messages_come_in_pieces),
		cmocka_unit_test(many),
		cmocka_unit_test(gone_in_the_middle),
		cmocka_unit_test(the_same_name_from_many_at_once),
		cmocka_unit_test(everybody_knows),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
