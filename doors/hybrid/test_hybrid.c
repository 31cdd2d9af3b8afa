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

/* ---- clients ---------------------------------------------------------------------------------------------------------- */

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
	assert_string_equal(talk_ask(l, text), "1|\n");
	return l;
}

#define WHEN "2026-11-21 09:28:"

/* ---- in and out -------------------------------------------------------------------------------------------------------- */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wild_client_comes_in),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
