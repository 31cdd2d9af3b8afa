/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define BYTES(literal) str_n("" literal, sizeof(literal) - 1)

/* Feeds `stream` cut into pieces of `step` bytes after a first one of `cut`; writes what comes out as [text] per
 * frame, "BAD" at the end of it. */
static void stream_read(struct buf *out, struct str stream, size_t cut, size_t step, size_t max)
{
	struct line_framer f = { 0 };
	own_buf in = { 0 };
	own_buf room = { 0 };
	size_t len;

	for (size_t at = 0; at < stream.n;) {
		size_t n = at == 0 && cut ? cut : step;
		if (n > stream.n - at)
			n = stream.n - at;
		buf_add(&in, stream.p + at, n);
		at += n;
		for (;;) {
			enum line_frame kind = line_frame(&f, in.p, in.n, max, &len);
			struct str text;

			if (kind == LINE_MORE)
				break;
			if (kind == LINE_BAD || !line_text(&f, str_n(in.p, len), &room, &text)) {
				buf_lit(out, "BAD");
				return;
			}
			buf_byte(out, '[');
			buf_str(out, text);
			buf_byte(out, ']');
			buf_eat(&in, len);
		}
	}
}

static void stream_check(struct str stream, struct str expected)
{
	for (size_t cut = 0; cut <= stream.n; cut++)
		for (size_t step = 1; step <= 3; step++) {
			own_buf out = { 0 };

			stream_read(&out, stream, cut, step == 3 ? stream.n + 1 : step, LINE_BYTES_MAX);
			assert_int_equal(out.n, expected.n);
			assert_memory_equal(buf_all(&out).p, expected.p, expected.n);
		}
}

static void lines_come_whole_from_any_split(void **state)
{
	stream_check(BYTES("101|tom,x\n"), BYTES("[101|tom,x]"));
	stream_check(BYTES("101|tom,x\r\n102|\n\n112|\n"), BYTES("[101|tom,x][102|][][112|]"));
	stream_check(BYTES("103|a,b,\xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80\n1"),
		     BYTES("[103|a,b,\xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80]"));
	stream_check(BYTES("1\r2\r\r\n"), BYTES("[1\r2\r]"));
}

static void java_frames_come_whole_from_any_split(void **state)
{
	stream_check(BYTES("\0\x09" "101|tom,x\0\x04" "102|"), BYTES("[101|tom,x][102|]"));
	stream_check(BYTES("\0\x0A" "1|\xED\xA0\xBD\xED\xB8\x80\xC0\x80\0\0\0\x02" "\xC3\xA9"),
		     BYTES("[1|\xF0\x9F\x98\x80\0][][\xC3\xA9]"));
	stream_check(BYTES("\0\x03" "1\n2"), BYTES("[1\n2]"));
}

static void what_fits_no_framing_is_bad(void **state)
{
	stream_check(BYTES("GET / HTTP/1.1\r\n"), BYTES("BAD"));
	stream_check(BYTES("\n\n\n"), BYTES("BAD"));
	stream_check(BYTES("\x16\x03\x01\x02\x00"), BYTES("BAD"));
	stream_check(BYTES("\xEF\xBB\xBF" "101|tom,x\n"), BYTES("BAD"));
	stream_check(BYTES("GE"), BYTES(""));
}

static void bytes_that_are_no_text_are_bad(void **state)
{
	static const char *const malformed[] = {
		"\xC0\xAF", "\xC1\x81", "\x80", "\xC3", "\xE4\xBD", "\xE0\x80\x80", "\xED\xA0\x80", "\xED\xB0\x80",
		"\xED\xA0\x80zzz",
		"\xED\xA0\x80\xED\xA0\x80", "\xF5\x80\x80\x80", "\xFF", "\xF4\x90\x80\x80",
	};

	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
		own_buf lf = { 0 };
		own_buf java = { 0 };
		size_t n = strlen(malformed[i]);

		buf_fmt(&lf, "1%s\n", malformed[i]);
		stream_check(buf_all(&lf), BYTES("BAD"));
		buf_add(&java, "\0", 1);
		buf_byte(&java, (char)(n + 1));
		buf_fmt(&java, "1%s", malformed[i]);
		stream_check(buf_all(&java), BYTES("BAD"));
	}
	/* What is UTF-8 in one framing is none in the other. */
	stream_check(BYTES("1\xC0\x80\n"), BYTES("BAD"));
	stream_check(BYTES("1\xED\xA0\xBD\xED\xB8\x80\n"), BYTES("BAD"));
	stream_check(BYTES("\0\x05" "1\xF0\x9F\x98\x80"), BYTES("BAD"));
	stream_check(BYTES("\0\x02" "1\0"), BYTES("BAD"));
}

static void length_check(size_t content, size_t max, bool good)
{
	struct line_framer f = { 0 };
	own_buf in = { 0 };
	size_t len = 0;

	memset(buf_room(&in, content), '7', content);
	in.n = content;
	for (size_t n = content > 4 ? content - 4 : 0; n < content; n++)
		assert_int_equal(line_frame(&f, in.p, n, max, &len), n > max ? LINE_BAD : LINE_MORE);
	buf_byte(&in, '\n');
	assert_int_equal(line_frame(&f, in.p, in.n, max, &len), good ? LINE_WHOLE : LINE_BAD);
	if (good)
		assert_int_equal(len, content + 1);
}

static void frames_are_bounded(void **state)
{
	struct line_framer f = { 0 };
	size_t len;

	length_check(LINE_BYTES_MAX, LINE_BYTES_MAX, true);
	length_check(LINE_BYTES_MAX + 1, LINE_BYTES_MAX, false);
	length_check(100, 100, true);
	length_check(101, 100, false);
	assert_int_equal(line_frame(&f, "\xFF\xFF" "1", 3, LINE_BYTES_MAX, &len), LINE_MORE);
	assert_int_equal(line_frame(&f, "\xFF\xFF" "1", 3, JAVA_UTF_MAX - 1, &len), LINE_BAD);
}

static void asking_again_gives_the_same_frame(void **state)
{
	struct line_framer f = { 0 };
	size_t len = 0;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(line_frame(&f, "1|a\n2|b\n", 8, 64, &len), LINE_WHOLE);
		assert_int_equal(len, 4);
	}
}

static void every_character_survives_java(void **state)
{
	own_buf utf8 = { 0 };
	own_buf java = { 0 };
	own_buf back = { 0 };

	for (unsigned c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 0x3B) {
		char one[4];
		size_t n = 0;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		if (c < 0x80) {
			one[n++] = (char)c;
		} else if (c < 0x800) {
			one[n++] = (char)(0xC0 | c >> 6);
		} else if (c < 0x10000) {
			one[n++] = (char)(0xE0 | c >> 12);
			one[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		} else {
			one[n++] = (char)(0xF0 | c >> 18);
			one[n++] = (char)(0x80 | (c >> 12 & 0x3F));
			one[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		}
		if (c >= 0x80)
			one[n++] = (char)(0x80 | (c & 0x3F));
		buf_add(&utf8, one, n);
	}
	java_utf_write(&java, buf_all(&utf8));
	assert_null(memchr(java.p, 0, java.n));
	assert_true(java_utf_read(&back, buf_all(&java)));
	assert_int_equal(back.n, utf8.n);
	assert_memory_equal(back.p, utf8.p, utf8.n);
}

static void what_fits_is_counted_in_whole_characters(void **state)
{
	static const char text[] = "a\0\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80z"; /* 1 + 2 + 2 + 3 + 6 + 1 */
	static const size_t fits[] = { 0, 1, 1, 2, 2, 4, 4, 4, 7, 7, 7, 7, 7, 7, 11, 12, 12 };

	for (size_t max = 0; max < sizeof fits / sizeof fits[0]; max++) {
		own_buf java = { 0 };

		assert_int_equal(java_utf_fit(str_n(text, sizeof text - 1), max), fits[max]);
		java_utf_write(&java, str_n(text, fits[max]));
		assert_true(java.n <= max);
	}
}

static void frames_are_written(void **state)
{
	own_buf out = { 0 };

	line_write(&out, LINE_LF, STR("1|"));
	line_write(&out, LINE_JAVA, str_n("0|\0", 3));
	line_write(&out, LINE_JAVA, STR(""));
	assert_int_equal(out.n, 3 + 6 + 2);
	assert_memory_equal(out.p, "1|\n\0\x04" "0|\xC0\x80\0\0", out.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_whole_from_any_split),
		cmocka_unit_test(java_frames_come_whole_from_any_split),
		cmocka_unit_test(what_fits_no_framing_is_bad),
		cmocka_unit_test(bytes_that_are_no_text_are_bad),
		cmocka_unit_test(frames_are_bounded),
		cmocka_unit_test(asking_again_gives_the_same_frame),
		cmocka_unit_test(every_character_survives_java),
		cmocka_unit_test(what_fits_is_counted_in_whole_characters),
		cmocka_unit_test(frames_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
