/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/hybrid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define BYTES(literal) str_n("" literal, sizeof(literal) - 1)

/* One datagram as read, in a line: its fields parted by bars. */
static const char *shown(struct str bytes)
{
	static char line[400];
	static const char *const kinds[] = { "login", "logout", "accept", "reject", "talk" };
	struct hybrid_datagram d;
	own_buf room = { 0 }, place = { 0 };

	if (!hybrid_parse(&d, bytes, &room))
		return "malformed";
	if (d.endpoint.port)
		endpoint_write(&place, &d.endpoint);
	snprintf(line, sizeof line, "%s%s|%.*s|%s|%u|%.*s|%.*s", kinds[d.kind], d.encoding == HYBRID_UTF16 ? "16" : "", STR_ARG(d.user),
		 buf_z(&place), d.port, STR_ARG(d.time), STR_ARG(d.content));
	return line;
}

static const char *shown_wide(const char *text)
{
	own_buf wide = { 0 };

	utf16_write(&wide, str_z(text));
	return shown(buf_all(&wide));
}

static void datagrams_are_read_in_both_encodings(void **state)
{
	static const struct {
		const char *text, *fields;
	} all[] = {
		{ "login,tom,192.168.1.7:5001", "|tom|192.168.1.7:5001|0||" },
		{ "login, tom ,[fe80::1]:65535", "|tom|[fe80::1]:65535|0||" },
		{ "logout,小红,10.0.0.1:1", "|小红|10.0.0.1:1|0||" },
		{ "Accept,7790", "|||7790||" },
		{ "Reject,name in use", "|||0||name in use" },
		{ "Reject,", "|||0||" },
		{ "talk,2016-1-29 11:11:11,tom,a,b,c", "|tom||0|2016-1-29 11:11:11|a,b,c" },
		{ "talk,,tom,", "|tom||0||" },
		{ "talk,1,tom,😀 好", "|tom||0|1|😀 好" },
	};
	static const char *const kinds[] = { "login", "login", "logout", "accept", "reject", "reject", "talk", "talk", "talk" };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char expected[200];

		snprintf(expected, sizeof expected, "%s%s", kinds[i], all[i].fields);
		assert_string_equal(shown(str_z(all[i].text)), expected);
		snprintf(expected, sizeof expected, "%s16%s", kinds[i], all[i].fields);
		assert_string_equal(shown_wide(all[i].text), expected);
	}
}

static void a_wild_login_byte_for_byte(void **state)
{
	(void)state;
	/* Encoding.Unicode.GetBytes("login,张,127.0.0.1:9") */
	assert_string_equal(shown(BYTES("l\0o\0g\0i\0n\0,\0\x20\x5F,\0001\0002\0007\0.\0000\0.\0000\0.\0001\0:\0009\0")), "login16|张|127.0.0.1:9|0||");
}

static void what_is_malformed(void **state)
{
	static const char *const all[] = {
		"", "l", "lo", "login", "login,", "login,tom", "login,tom,", "login,tom,1.2.3.4", "login,tom,1.2.3.4:0", "login,tom,1.2.3.4:70000",
		"login,,1.2.3.4:5", "login, ,1.2.3.4:5", "login,a;b,1.2.3.4:5", "login,a,b,1.2.3.4:5", "login,tom,1.2.3.4:5,", "login,tom,1.2.3.4:5 x",
		"login,a\nb,1.2.3.4:5", "login,a\x7f,1.2.3.4:5", "Login,tom,1.2.3.4:5", "login,tom,host:5", "Accept,", "Accept,0", "Accept,65536", "Accept,7x",
		"accept,7", "talk,", "talk,1", "talk,1,tom", "talk,1,,x", "talk,1,a;b,x", "end", ",", "login,\xff,1.2.3.4:5", "talk,1,tom,\xc3",
		"talk,1,tom,\xed\xa0\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_string_equal(shown(str_z(all[i])), "malformed");
		if (str_is_utf8(str_z(all[i])))
			assert_string_equal(shown_wide(all[i]), "malformed");
	}
}

static void half_pairs_and_odd_lengths_are_malformed(void **state)
{
	(void)state;
	assert_string_equal(shown(BYTES("R\0e\0j\0e\0c\0t\0,\0x\0")), "reject16|||0||x");
	assert_string_equal(shown(BYTES("R\0e\0j\0e\0c\0t\0,\0x")), "malformed");
	assert_string_equal(shown(BYTES("R\0e\0j\0e\0c\0t\0,\0\x3D\xD8")), "malformed");
	assert_string_equal(shown(BYTES("R\0e\0j\0e\0c\0t\0,\0\x3D\xD8x\0")), "malformed");
	assert_string_equal(shown(BYTES("R\0e\0j\0e\0c\0t\0,\0\0\xDE")), "malformed");
	assert_string_equal(shown(BYTES("R\0e\0j\0e\0c\0t\0,\0\x3D\xD8\0\xDE")), "reject16|||0||😀");
}

static void names_are_bounded(void **state)
{
	own_buf text = { 0 };
	struct hybrid_datagram d;
	own_buf room = { 0 };

	(void)state;
	buf_lit(&text, "login,");
	for (unsigned i = 0; i < HYBRID_USER_MAX; i++)
		buf_byte(&text, 'x');
	buf_lit(&text, ",1.2.3.4:5");
	assert_true(hybrid_parse(&d, buf_all(&text), &room));
	text.p[6 + HYBRID_USER_MAX] = 'x';
	text.n = 7 + HYBRID_USER_MAX;
	buf_lit(&text, ",1.2.3.4:5");
	assert_false(hybrid_parse(&d, buf_all(&text), &room));
}

static void every_character_goes_through(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 0x110000; c += c < 0x2000 ? 1 : 97) {
		const char bytes[] = { (char)(c & 0xFF), (char)(c >> 8 & 0xFF) };
		uint32_t high = 0xD800 + ((c - 0x10000) >> 10), low = 0xDC00 + (c & 0x3FF);
		const char pair[] = { (char)(high & 0xFF), (char)(high >> 8), (char)(low & 0xFF), (char)(low >> 8) };
		struct str wide = c < 0x10000 ? str_n(bytes, 2) : str_n(pair, 4);
		own_buf utf8 = { 0 }, again = { 0 };

		if (c >= 0xD800 && c < 0xE000) {
			assert_false(utf16_read(&utf8, wide));
			continue;
		}
		assert_true(utf16_read(&utf8, wide));
		assert_true(str_is_utf8(buf_all(&utf8)));
		utf16_write(&again, buf_all(&utf8));
		assert_true(str_eq(buf_all(&again), wide));
	}
}

static void what_is_written_is_read(void **state)
{
	static const char *const all[] = { "login,tom,1.2.3.4:5", "logout,王,[::1]:7790", "Accept,7790", "Reject,registered name",
					   "talk,2016-1-29 11:11:11,tom,hi, you 😀" };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (int e = HYBRID_UTF8; e <= HYBRID_UTF16; e++) {
			own_buf bytes = { 0 }, room = { 0 }, again = { 0 };
			struct hybrid_datagram d;

			if (e == HYBRID_UTF16)
				utf16_write(&bytes, str_z(all[i]));
			else
				buf_str(&bytes, str_z(all[i]));
			assert_true(hybrid_parse(&d, buf_all(&bytes), &room));
			assert_int_equal(d.encoding, e);
			hybrid_write(&again, (enum hybrid_encoding)e, &d);
			assert_true(str_eq(buf_all(&bytes), buf_all(&again)));
		}
}

/* A long text in several: all of it, each within the bound, none cut inside a character. */
static void long_talks_are_cut_at_characters(void **state)
{
	own_buf text = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		buf_str(&text, str_z(i % 4 == 0 ? "a" : i % 4 == 1 ? "é" : i % 4 == 2 ? "好" : "😀"));
	for (int e = HYBRID_UTF8; e <= HYBRID_UTF16; e++)
		for (size_t max = 30; max < 9000; max = max * 3 / 2 + 1) {
			struct str rest = buf_all(&text);
			own_buf joined = { 0 };

			while (rest.n) {
				size_t n = hybrid_talk_fit((enum hybrid_encoding)e, STR("T"), STR("tom"), rest, max);
				struct hybrid_datagram d = { .kind = HYBRID_TALK, .time = STR("T"), .user = STR("tom"), .content = str_n(rest.p, n) }, back;
				own_buf bytes = { 0 }, room = { 0 };

				assert_true(n > 0 && str_is_utf8(d.content));
				hybrid_write(&bytes, (enum hybrid_encoding)e, &d);
				assert_true(bytes.n <= max);
				assert_true(n == rest.n || bytes.n + 4 > max);
				assert_true(hybrid_parse(&back, buf_all(&bytes), &room));
				buf_str(&joined, back.content);
				rest = str_from(rest, n);
			}
			assert_true(str_eq(buf_all(&joined), buf_all(&text)));
		}
	assert_int_equal(hybrid_talk_fit(HYBRID_UTF8, STR("T"), STR("tom"), STR("😀x"), 1), 4);
	assert_int_equal(hybrid_talk_fit(HYBRID_UTF8, STR("T"), STR("tom"), STR(""), 100), 0);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static void list_make(struct buf *to, enum hybrid_encoding encoding, unsigned users)
{
	own_buf text = { 0 };

	for (unsigned i = 0; i < users; i++) {
		struct endpoint e = { .address = { [10] = 0xff, 0xff, 10, 0, 0, (uint8_t)i }, .port = (uint16_t)(1000 + i) };
		char name[20];

		snprintf(name, sizeof name, "用户%u", i);
		hybrid_list_add(&text, str_z(name), &e);
	}
	hybrid_list_write(to, encoding, buf_all(&text));
}

static void an_empty_list(void **state)
{
	own_buf wild = { 0 }, ours = { 0 };

	(void)state;
	list_make(&wild, HYBRID_UTF16, 0);
	assert_true(str_eq(buf_all(&wild), BYTES("\003end")));
	list_make(&ours, HYBRID_UTF8, 0);
	assert_true(str_eq(buf_all(&ours), BYTES("end\n")));
}

static void lengths_of_one_two_and_three_bytes(void **state)
{
	own_buf text = { 0 };

	(void)state;
	for (size_t n = 0; n < 20000; n++) {
		if (n == 124 || n == 125 || n == 16380 || n == 16381) {
			own_buf out = { 0 };
			struct str heads[] = { BYTES("\x7f"), BYTES("\x80\x01"), BYTES("\xff\x7f"), BYTES("\x80\x80\x01") };

			hybrid_list_write(&out, HYBRID_UTF16, buf_all(&text));
			assert_true(str_starts(buf_all(&out), heads[n == 124 ? 0 : n == 125 ? 1 : n == 16380 ? 2 : 3]));
		}
		buf_byte(&text, 'x');
	}
}

static void lists_come_whole_from_any_split(void **state)
{
	(void)state;
	for (int e = HYBRID_UTF8; e <= HYBRID_UTF16; e++) {
		own_buf list = { 0 };
		size_t whole;

		list_make(&list, (enum hybrid_encoding)e, 12);
		whole = list.n;
		buf_lit(&list, "pong\n");
		for (size_t step = 1; step < 40; step++) {
			size_t scanned = 0, len = 0, n = 0;
			struct str text, user = STR_NONE;
			struct endpoint at = { 0 };
			enum hybrid_list_frame found;
			unsigned users = 0;

			while ((found = hybrid_list_read((enum hybrid_encoding)e, list.p, n, 4096, &scanned, &text, &len)) == HYBRID_LIST_MORE) {
				n += step;
				assert_true(n < list.n + step);
				n = n > list.n ? list.n : n;
			}
			assert_int_equal(found, HYBRID_LIST_WHOLE);
			assert_int_equal(len, whole);
			for (enum hybrid_entry one; (one = hybrid_list_next(&text, &user, &at)) != HYBRID_ENTRY_END; users++) {
				assert_int_equal(one, HYBRID_ENTRY);
				assert_int_equal(at.port, 1000 + users);
				assert_int_equal(at.address[15], users);
			}
			assert_int_equal(users, 12);
			assert_string_equal(user.n == sizeof "用户11" - 1 ? "last" : "?", "last");
		}
	}
}

static void lists_are_bounded_and_text(void **state)
{
	size_t scanned = 0, len;
	struct str text;

	(void)state;
	assert_int_equal(hybrid_list_read(HYBRID_UTF16, "\xff\xff\xff\xff\xff\x01", 6, 1000, &scanned, &text, &len), HYBRID_LIST_BAD);
	assert_int_equal(hybrid_list_read(HYBRID_UTF16, "\xff\xff\xff\xff\x7f", 5, 1000, &scanned, &text, &len), HYBRID_LIST_BAD);
	assert_int_equal(hybrid_list_read(HYBRID_UTF16, "\xe9\x07", 2, 1000, &scanned, &text, &len), HYBRID_LIST_BAD);
	assert_int_equal(hybrid_list_read(HYBRID_UTF16, "\xe8\x07", 2, 1000, &scanned, &text, &len), HYBRID_LIST_MORE);
	assert_int_equal(hybrid_list_read(HYBRID_UTF16, "\x01\xff", 2, 1000, &scanned, &text, &len), HYBRID_LIST_BAD);
	assert_int_equal(hybrid_list_read(HYBRID_UTF8, "abcdef", 6, 5, &scanned, &text, &len), HYBRID_LIST_BAD);
	scanned = 0;
	assert_int_equal(hybrid_list_read(HYBRID_UTF8, "abcde\n", 6, 5, &scanned, &text, &len), HYBRID_LIST_WHOLE);
	scanned = 0;
	assert_int_equal(hybrid_list_read(HYBRID_UTF8, "\xff\n", 2, 5, &scanned, &text, &len), HYBRID_LIST_BAD);
}

static void odd_entries(void **state)
{
	struct str text = STR("a,1.2.3.4:5;;b;c,x;,1.2.3.4:5;d,[::1]:2;en");
	static const enum hybrid_entry expected[] = { HYBRID_ENTRY, HYBRID_ENTRY_BAD, HYBRID_ENTRY_BAD, HYBRID_ENTRY_BAD, HYBRID_ENTRY_BAD, HYBRID_ENTRY,
						      HYBRID_ENTRY_CUT };
	struct str user = STR_NONE;
	struct endpoint e;

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_int_equal(hybrid_list_next(&text, &user, &e), expected[i]);
	assert_true(str_is(user, "d"));
}

/* ---- times, escapes ---------------------------------------------------------------------------------------------- */

static void times_are_written_and_read(void **state)
{
	own_buf text = { 0 };
	msec back = 0;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	hybrid_time_write(&text, 1454065871000);
	assert_string_equal(buf_z(&text), "2016-1-29 11:11:11");
	assert_true(hybrid_time_read(buf_all(&text), &back));
	assert_int_equal(back, 1454065871000);
	assert_true(hybrid_time_read(STR("2016-01-29 11:11:11"), &back));
	assert_int_equal(back, 1454065871000);
	assert_false(hybrid_time_read(STR("2016-1-29 11:11"), &back));
	assert_false(hybrid_time_read(STR("2016-13-29 11:11:11"), &back));
	assert_false(hybrid_time_read(STR("2016-1-29 11:11:11 "), &back));
	assert_false(hybrid_time_read(STR("2016/1/29 11:11:11"), &back));
	assert_false(hybrid_time_read(STR("99999-1-29 11:11:11"), &back));
	assert_false(hybrid_time_read(STR(""), &back));
}

static void escapes(void **state)
{
	own_buf text = { 0 }, back = { 0 };

	(void)state;
	hybrid_escape(&text, STR("a\nb\r\nc\\n"));
	assert_string_equal(buf_z(&text), "a\\nb\\r\\nc\\\\n");
	assert_true(hybrid_unescape(&back, buf_all(&text)));
	assert_string_equal(buf_z(&back), "a\nb\r\nc\\n");
	assert_false(hybrid_unescape(&back, STR("a\\")));
	assert_false(hybrid_unescape(&back, STR("a\\t")));
	assert_string_equal(buf_z(&back), "a\nb\r\nc\\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_read_in_both_encodings),
		cmocka_unit_test(a_wild_login_byte_for_byte),
		cmocka_unit_test(what_is_malformed),
		cmocka_unit_test(half_pairs_and_odd_lengths_are_malformed),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(every_character_goes_through),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(long_talks_are_cut_at_characters),
		cmocka_unit_test(an_empty_list),
		cmocka_unit_test(lengths_of_one_two_and_three_bytes),
		cmocka_unit_test(lists_come_whole_from_any_split),
		cmocka_unit_test(lists_are_bounded_and_text),
		cmocka_unit_test(odd_entries),
		cmocka_unit_test(times_are_written_and_read),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
