/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/direct.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "wire/hybrid.h"

#define SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void every_line_is_read_and_written_again(void **state)
{
	static const char *const lines[] = {
		"hello,tom,1,talk",
		"hello,tom,2,file",
		"hello,\xE6\x9D\x8E\xE9\x9B\xB7,1,talk",
		"id,0123456789abcdef0123456789abcdef",
		"id,a-Z_9",
		"talk,1448000000123,tom,",
		"talk,0,tom,a,b,,c\\n\\\\",
		"file,plan, the last.pdf,48213," SUM,
		"file,x,0," SUM,
		"get,abc",
		"from,0",
		"from,9223372036854775807",
		"ack",
		"ack,17",
		"no,declined",
		"no,disk-full,abc",
		"ping",
		"pong",
		"bye",
	};

	for (size_t i = 0; i < countof(lines); i++) {
		struct direct_line l;
		own_buf out = { 0 };

		assert_true(direct_parse(&l, str_z(lines[i])));
		direct_write(&out, &l);
		assert_int_equal(out.n, strlen(lines[i]) + 1);
		assert_memory_equal(out.p, lines[i], out.n - 1);
		assert_int_equal(out.p[out.n - 1], '\n');
	}
}

static void fields_are_what_they_are(void **state)
{
	struct direct_line l;

	assert_true(direct_parse(&l, STR("hello,tom,3,file,more,to,come")));
	assert_true(str_is(l.user, "tom") && l.number == 3 && l.use == DIRECT_FOR_FILE);
	assert_true(direct_parse(&l, STR("talk,12,tom,a, b")));
	assert_true(str_is(l.user, "tom") && l.time == 12 && str_is(l.text, "a, b"));
	assert_true(direct_parse(&l, STR("file,a,7,b,9," SUM)));
	assert_true(str_is(l.text, "a,7,b") && l.number == 9 && l.sum[0] == 0xe3 && l.sum[31] == 0x55);
	assert_true(direct_parse(&l, STR("ack")) && !l.counted);
	assert_true(direct_parse(&l, STR("ack,5")) && l.counted && l.number == 5);
	assert_true(direct_parse(&l, STR("no,gone")) && !l.id.p && str_is(l.text, "gone"));
	assert_true(direct_parse(&l, STR("no,gone,x1")) && str_is(l.id, "x1"));
}

static void what_is_no_line_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		",",
		"hello",
		"hello,",
		"hello,tom",
		"hello,tom,1",
		"hello,tom,0,talk",
		"hello,tom,01,talk",
		"hello,tom,x,talk",
		"hello,tom,1,",
		"hello,tom,1,mail",
		"hello,,1,talk",
		"hello,t\tm,1,talk",
		"Hello,tom,1,talk",
		"id",
		"id,",
		"id,a b",
		"id,a,b",
		"id,\xC3\xA9",
		"id,00000000001111111111222222222233333333334444444444555555555566666",
		"talk",
		"talk,1",
		"talk,1,tom",
		"talk,,tom,x",
		"talk,-1,tom,x",
		"talk,1,,x",
		"talk,01,tom,x",
		"talk,99999999999999999999,tom,x",
		"talk,9223372036854775808,tom,x",
		"talk,1,tom,\xFF",
		"talk,1,tom,\xC3",
		"file",
		"file,x," SUM,
		"file,x,1,abc",
		"file,,1," SUM,
		"file,x,-1," SUM,
		"file,x,1," SUM "00",
		"file,x,1,g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"get",
		"get,",
		"from",
		"from,",
		"from,-1",
		"from,1,2",
		"from,0x1",
		"ack,",
		"ack,x",
		"ack,1,",
		"no",
		"no,",
		"no,Declined",
		"no,a b",
		"no,declined,",
		"no,declined,a,b",
		"no,abcdefghijklmnopqrstuvwxyz-abcdefgh",
		"ping,",
		"ping,1",
		"pong,",
		"bye,",
		"ping ",
		" ping",
		"ping\r",
		"exec,rm",
	};

	for (size_t i = 0; i < countof(bad); i++) {
		struct direct_line l;

		if (direct_parse(&l, str_z(bad[i])))
			fail_msg("taken: %s", bad[i]);
	}
}

static void frames_come_from_any_split_and_are_bounded(void **state)
{
	static const char stream[] = "ping\n\ntalk,1,a,b\nhalf";
	own_buf big = { 0 };
	size_t scanned = 0, len = 0;

	for (size_t cut = 0; cut < sizeof stream; cut++) {
		size_t at = 0, lines = 0, ends[] = { cut, sizeof stream - 1 };

		scanned = 0;
		for (size_t i = 0; i < 2; i++)
			while (at < ends[i] &&
			       direct_frame(stream + at, ends[i] - at, &scanned, &len) == DIRECT_WHOLE) {
				at += len;
				lines++;
			}
		assert_int_equal(lines, 3);
		assert_int_equal(at, sizeof stream - 1 - 4);
	}
	memset(buf_room(&big, DIRECT_LINE_MAX + 1), 'x', DIRECT_LINE_MAX + 1);
	scanned = 0;
	assert_int_equal(direct_frame(big.p, DIRECT_LINE_MAX, &scanned, &len), DIRECT_MORE);
	assert_int_equal(direct_frame(big.p, DIRECT_LINE_MAX + 1, &scanned, &len), DIRECT_BAD);
	assert_int_equal(direct_frame(big.p, DIRECT_LINE_MAX + 1, &scanned, &len), DIRECT_BAD);
	big.p[DIRECT_LINE_MAX] = '\n';
	scanned = 0;
	assert_int_equal(direct_frame(big.p, DIRECT_LINE_MAX + 1, &scanned, &len), DIRECT_WHOLE);
	assert_int_equal(len, DIRECT_LINE_MAX + 1);
}

static void names_of_files_stay_in_their_folder(void **state)
{
	static const char *const bad[] = { "",	    ".",     "..",    "a/b",	  "/etc/passwd", "..\\n",
					   "a\\nb", "a\\rb", "a\x7f", "a\x1b[2J", "\\",		 "a\\x" };
	own_buf name = { 0 };
	own_buf written = { 0 };

	for (size_t i = 0; i < countof(bad); i++) {
		assert_false(direct_name_read(&name, str_z(bad[i])));
		assert_int_equal(name.n, 0);
	}
	hybrid_escape(&written, STR("C:\\temp, or \xE8\xAE\xA1\xE5\x88\x92.txt"));
	assert_true(direct_name_read(&name, buf_all(&written)));
	assert_true(str_is(buf_all(&name), "C:\\temp, or \xE8\xAE\xA1\xE5\x88\x92.txt"));
	buf_clear(&name);
	buf_clear(&written);
	memset(buf_room(&written, 256), 'n', 256);
	written.n = 256;
	assert_false(direct_name_read(&name, buf_all(&written)));
	written.n = 255;
	assert_true(direct_name_read(&name, buf_all(&written)));
}

static void marks_tell_messages_apart(void **state)
{
	own_buf a = { 0 };
	own_buf b = { 0 };
	own_buf c = { 0 };

	direct_mark(&a, STR("tom"), STR("1"), STR("x"));
	direct_mark(&b, STR("tom"), STR("1"), STR("x"));
	direct_mark(&c, STR("tom"), STR("1,x"), STR(""));
	assert_int_equal(a.n, 32);
	assert_true(str_eq(buf_all(&a), buf_all(&b)));
	assert_false(str_eq(buf_all(&a), buf_all(&c)));
	/* printf 'tom,1,x' | sha256sum */
	assert_true(str_is(buf_all(&a), "9e97f6f6e05e0d734f0f67561685c31c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_read_and_written_again),
		cmocka_unit_test(fields_are_what_they_are),
		cmocka_unit_test(what_is_no_line_is_refused),
		cmocka_unit_test(frames_come_from_any_split_and_are_bounded),
		cmocka_unit_test(names_of_files_stay_in_their_folder),
		cmocka_unit_test(marks_tell_messages_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
