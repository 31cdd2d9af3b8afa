/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"

/* ---- heads ------------------------------------------------------------------------------------------------------- */

/* What comes of a head whose bytes come one after another: the first answer that is not "more". */
static int head_read(struct http_head *h, struct str bytes)
{
	int r = 0;

	for (size_t n = 0; n <= bytes.n && !r; n++) {
		/* In memory of just this size: a byte too far is seen. */
		char *copy = mem_copy(bytes.p, n ? n : 1);

		r = http_head_read(h, copy, n);
		mem_free(copy);
	}
	assert_int_equal(http_head_read(h, bytes.p, bytes.n), r);
	return r;
}

#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"

static void a_head_is_read(void **state)
{
	static const char text[] = "POST /a%20b?x=1 HTTP/1.1\r\nHost: chat.lan:5281\r\nContent-Length:  12\t\r\nX: "
				   "\r\nConnection: foo , Upgrade\r\nUpgrade: "
				   "websocket\r\nExpect: 100-Continue\r\n\r\nand what follows";
	struct http_head h;
	int n = head_read(&h, str_z(text));

	assert_int_equal(n, strstr(text, "and") - text);
	assert_int_equal(h.method, HTTP_POST);
	assert_true(str_is(h.target, "/a%20b?x=1"));
	assert_true(str_is(h.authority, "chat.lan:5281"));
	assert_int_equal(h.minor, 1);
	assert_int_equal(h.fields, 6);
	assert_int_equal(h.body_size, 12);
	assert_true(h.keep_alive && h.expects_continue && h.upgrades);
	assert_true(str_is(http_field(&h, "x"), ""));
	assert_null(http_field(&h, "y").p);
	assert_true(http_has(&h, "connection", "upgrade"));
	assert_true(http_has(&h, "CONNECTION", "FOO"));
	assert_false(http_has(&h, "connection", "fo"));
	assert_false(http_has(&h, "x", ""));
}

static void what_http_1_0_may_leave_out(void **state)
{
	struct http_head h;

	assert_true(head_read(&h, STR("GET /x HTTP/1.0\r\n\r\n")) > 0);
	assert_false(h.keep_alive);
	assert_null(h.authority.p);
	assert_true(head_read(&h, STR("GET /x HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nUpgrade: "
				      "websocket\r\n\r\n")) > 0);
	assert_true(h.keep_alive);
	assert_false(h.expects_continue || h.upgrades);
}

static void targets_have_three_forms(void **state)
{
	struct http_head h;

	assert_true(head_read(&h, STR("GET http://b:81/c?d HTTP/1.1\r\n" HOST "\r\n")) > 0);
	assert_true(str_is(h.target, "/c?d"));
	assert_true(str_is(h.authority, "b:81"));
	assert_true(head_read(&h, STR("GET HTTPS://[::1]:8?d HTTP/1.1\r\n" HOST "\r\n")) > 0);
	assert_true(str_is(h.target, "?d"));
	assert_true(str_is(h.authority, "[::1]:8"));
	assert_true(head_read(&h, STR("OPTIONS * HTTP/1.1\r\n" HOST "\r\n")) > 0);
	assert_true(str_is(h.target, "*"));
	assert_true(head_read(&h, STR("\r\nGET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n")) > 0);
	assert_false(h.keep_alive);
}

static const struct {
	const char *text;
	int answer;
} wrong[] = {
	{ "\x16\x03\x01", -400 }, /* TLS */
	{ "\r\n\r\n" GET HOST "\r\n", -400 },
	{ " " GET HOST "\r\n", -400 },
	{ "GET  / HTTP/1.1\r\n", -400 },
	{ "GET /\r\n", -400 },
	{ "GET / HTTP/1.1 \r\n", -400 },
	{ "GET / http/1.1\r\n", -400 },
	{ "GET / HTTP/11\r\n", -400 },
	{ "GET / HTTP/2.0\r\n", -505 },
	{ "GET / HTTP/0.9\r\n", -505 },
	{ "GET / HTTP/1.1\n", -400 },
	{ "GET /\r HTTP/1.1\r\n", -400 },
	{ "GET /a\tb HTTP/1.1\r\n", -400 },
	{ "GET /\xc3\xa4 HTTP/1.1\r\n", -400 },
	{ "GET /#a HTTP/1.1\r\n", -400 },
	{ "GET a HTTP/1.1\r\n", -400 },
	{ "GET * HTTP/1.1\r\n", -400 },
	{ "GET ftp://a/ HTTP/1.1\r\n", -400 },
	{ "GET http:/// HTTP/1.1\r\n", -400 },
	{ "GET http://u@a/ HTTP/1.1\r\n", -400 },
	{ "CONNECT a:1 HTTP/1.1\r\n", -405 },
	{ "TRACE / HTTP/1.1\r\n", -405 },
	{ "BREW / HTTP/1.1\r\n", -501 },
	{ "get / HTTP/1.1\r\n", -501 },
	{ "G(T / HTTP/1.1\r\n", -400 },
	/* RFC 9112, 3.2: exactly one Host, well-formed */
	{ GET "\r\n", -400 },
	{ GET HOST HOST "\r\n", -400 },
	{ GET "Host:\r\n\r\n", -400 },
	{ GET "Host: a b\r\n\r\n", -400 },
	{ GET "Host: a/b\r\n\r\n", -400 },
	{ GET "Host: a\"\r\n\r\n", -400 },
	{ GET "Host: u@a\r\n\r\n", -400 },
	{ GET "Host: a:0\r\n\r\n", -400 },
	{ GET "Host: a:65536\r\n\r\n", -400 },
	{ GET "Host: a:x\r\n\r\n", -400 },
	{ GET "Host: a:\r\n\r\n", -400 },
	{ GET "Host: [::1\r\n\r\n", -400 },
	{ GET "Host: []\r\n\r\n", -400 },
	{ GET "Host: [::1]8\r\n\r\n", -400 },
	{ GET "Host: ::1\r\n\r\n", -400 },
	/* fields */
	{ GET HOST "X : y\r\n\r\n", -400 },
	{ GET HOST "X: y\r\n z\r\n\r\n", -400 },
	{ GET " X: y\r\n\r\n", -400 },
	{ GET HOST "X\r\n\r\n", -400 },
	{ GET HOST ": y\r\n\r\n", -400 },
	{ GET HOST "X: y\rz\r\n\r\n", -400 },
	{ GET HOST "X: y\n\r\n", -400 },
	{ GET HOST "X: \x01\r\n\r\n", -400 },
	{ GET HOST "X: \x7f\r\n\r\n", -400 },
	/* RFC 9112, 6: where the body ends must have one answer */
	{ GET HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", -400 },
	{ GET HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", -400 },
	{ GET HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", -400 },
	{ GET HOST "Content-Length: 5, 5\r\n\r\n", -400 },
	{ GET HOST "Content-Length: +5\r\n\r\n", -400 },
	{ GET HOST "Content-Length: -5\r\n\r\n", -400 },
	{ GET HOST "Content-Length: 0x5\r\n\r\n", -400 },
	{ GET HOST "Content-Length:\r\n\r\n", -400 },
	{ GET HOST "Content-Length: 9223372036854775808\r\n\r\n", -413 },
	{ GET HOST "Content-Length: 99999999999999999999999\r\n\r\n", -413 },
	{ GET HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", -501 },
	{ GET HOST "Transfer-Encoding: chunked, identity\r\n\r\n", -501 },
	{ GET HOST "Transfer-Encoding: xchunked\r\n\r\n", -501 },
	{ GET HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", -400 },
	{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", -400 },
	{ GET HOST "Expect: miracles\r\n\r\n", -417 },
};

static void what_two_could_read_in_two_ways_is_refused(void **state)
{
	struct http_head h;

	for (size_t i = 0; i < countof(wrong); i++) {
		int r = head_read(&h, str_z(wrong[i].text));

		if (r != wrong[i].answer)
			fail_msg("%d instead of %d: %s", r, wrong[i].answer, wrong[i].text);
	}
	assert_int_equal(head_read(&h, STR(GET HOST "X: a\0b\r\n\r\n")), -400);
}

static int head_of(const char *first, char c, size_t n, const char *end)
{
	own_buf text = { 0 };
	struct http_head h;
	int whole;

	buf_str(&text, str_z(first));
	memset(buf_room(&text, n), c, n);
	text.n += n;
	buf_str(&text, str_z(end));
	whole = http_head_read(&h, text.p, text.n);
	for (size_t i = 0; i < text.n; i++) {
		int r = http_head_read(&h, text.p, i);

		assert_true(r == 0 || r == whole);
	}
	return whole;
}

static void a_head_has_bounds(void **state)
{
	static const char rest[] = " HTTP/1.1\r\n" HOST "\r\n";
	const size_t around = strlen(GET HOST "X: \r\n\r\n");
	own_buf many = { 0 };
	struct http_head h;

	assert_true(head_of("GET /", 'x', HTTP_TARGET_MAX - 1, rest) > 0);
	assert_int_equal(head_of("GET /", 'x', HTTP_TARGET_MAX, rest), -414);
	assert_int_equal(head_of("GET /", 'x', HTTP_HEAD_MAX, ""), -414);
	assert_int_equal(head_of(GET HOST "X: ", 'x', HTTP_HEAD_MAX - around, "\r\n\r\n"), HTTP_HEAD_MAX);
	assert_int_equal(head_of(GET HOST "X: ", 'x', HTTP_HEAD_MAX - around + 1, "\r\n\r\n"), -431);
	buf_str(&many, STR(GET HOST));
	for (unsigned i = 1; i < HTTP_FIELDS_MAX; i++)
		buf_str(&many, STR("X: y\r\n"));
	buf_str(&many, STR("\r\n"));
	assert_true(head_read(&h, buf_all(&many)) > 0);
	assert_int_equal(h.fields, HTTP_FIELDS_MAX);
	many.n -= 2;
	buf_str(&many, STR("X: y\r\n\r\n"));
	assert_int_equal(head_read(&h, buf_all(&many)), -431);
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

/* Content of a body that comes in pieces of `step`, "!" behind it where it is malformed, "+" and what follows where it
 * has ended. */
static void body_read(struct buf *to, const struct http_head *h, struct str bytes, size_t step)
{
	struct http_body b;
	size_t at = 0;

	http_body_begin(&b, h);
	while (at < bytes.n && !http_body_ended(&b)) {
		size_t n = step < bytes.n - at ? step : bytes.n - at;
		char *copy = mem_copy(bytes.p + at, n);
		struct str content;
		int r = http_body_read(&b, copy, n, &content);

		buf_str(to, content);
		mem_free(copy);
		if (r < 0) {
			buf_lit(to, "!");
			return;
		}
		assert_true(r > 0 && (size_t)r <= n);
		at += (size_t)r;
	}
	if (http_body_ended(&b)) {
		buf_lit(to, "+");
		buf_str(to, str_from(bytes, at));
	}
}

static const char *body_of(struct buf *room, uint64_t size, struct str bytes)
{
	const struct http_head h = { .body_size = size };

	buf_clear(room);
	body_read(room, &h, bytes, bytes.n);
	for (size_t step = 1; step < bytes.n; step++) {
		own_buf again = { 0 };

		body_read(&again, &h, bytes, step);
		assert_string_equal(buf_z(&again), buf_z(room));
	}
	return buf_z(room);
}

static void bodies_end_where_they_said(void **state)
{
	own_buf room = { 0 };

	assert_string_equal(body_of(&room, 0, STR("GET")), "+GET");
	assert_string_equal(body_of(&room, 3, STR("abcdef")), "abc+def");
	assert_string_equal(body_of(&room, 9, STR("abc")), "abc");
	assert_string_equal(
		body_of(&room, HTTP_UNKNOWN, STR("3\r\nabc\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\nT: u\r\n\r\nGET")),
		"abc0123456789+GET");
	assert_string_equal(body_of(&room, HTTP_UNKNOWN, STR("0\r\n\r\nGET")), "+GET");
	assert_string_equal(body_of(&room, HTTP_UNKNOWN, STR("2\r\nab\r\n")), "ab");
}

static void chunks_are_strict(void **state)
{
	static const char *const bad[] = {
		"\r\n",        "g\r\n",        " 1\r\n",   "1 \r\n",    "-1\r\n",     "0x1\r\n", "1\n",
		"1\rx",        "1\r\naa",      "1\r\na\n", "1\r\na\rx", "1;a\n",      "1;a\rx",  "0\r\n T: u",
		"0\r\nT: u\n", "0\r\nT: u\rx", "0\r\n\rx", "0\r\n\x01", "1;\x01\r\n", ";\r\n",   "ffffffffffffffff\r\n"
	};
	own_buf room = { 0 };

	for (size_t i = 0; i < countof(bad); i++) {
		const char *got = body_of(&room, HTTP_UNKNOWN, str_z(bad[i]));

		if (got[strlen(got) - 1] != '!')
			fail_msg("taken: %s: %s", bad[i], got);
	}
}

static void framing_of_chunks_has_bounds(void **state)
{
	static const struct http_head h = { .body_size = HTTP_UNKNOWN };
	static const char *const begin[] = { "0", "1;", "0\r\nT: " };

	for (size_t i = 0; i < countof(begin); i++) {
		own_buf bytes = { 0 };
		own_buf got = { 0 };

		buf_str(&bytes, str_z(begin[i]));
		memset(buf_room(&bytes, 4000), '0', 4000);
		bytes.n += 4000;
		body_read(&got, &h, buf_all(&bytes), 7);
		assert_string_equal(buf_z(&got), "!");
	}
	for (unsigned chunks = 0; chunks < 2; chunks++) {
		/* But there may be any number of chunks. */
		own_buf bytes = { 0 };
		own_buf got = { 0 };

		for (unsigned n = 0; n < 2000; n++)
			buf_str(&bytes, STR("1;x\r\na\r\n"));
		buf_str(&bytes, STR("0\r\n\r\n"));
		body_read(&got, &h, buf_all(&bytes), 1 + 1000 * chunks);
		assert_int_equal(got.n, 2001);
	}
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void paths_are_decoded(void **state)
{
	static const char *const bad[] = { "",          "a",    "//",   "/a//b",   "/.",        "/..",    "/a/../b",
					   "/%2e%2e/b", "/a/.", "/%00", "/%0a",    "/%7f",      "/a%2fb", "/%",
					   "/%a",       "/%zz", "/%ff", "/%c0%af", "/%ed%a0%80" };
	static const char *const good[][2] = {
		{ "/", "/" },       { "/a/", "/a/" },   { "/%e4%bd%a0/b%20c", "/\xe4\xbd\xa0/b c" },
		{ "/...", "/..." }, { "/a+b", "/a+b" }, { "/%2541", "/%41" }
	};
	own_buf to = { 0 };

	for (size_t i = 0; i < countof(bad); i++)
		if (http_path_decode(&to, str_z(bad[i])))
			fail_msg("taken: %s", bad[i]);
	for (size_t i = 0; i < countof(good); i++) {
		buf_clear(&to);
		buf_lit(&to, "x");
		assert_true(http_path_decode(&to, str_z(good[i][0])));
		assert_string_equal(buf_z(&to) + 1, good[i][1]);
	}
}

static void queries_are_searched(void **state)
{
	static const struct str query = STR_INIT("a=1&b=x%20y+z&c&d=%&e=%00&b=2&=f&g=%ff");
	own_buf to = { 0 };

	assert_true(http_query(query, "b", &to));
	assert_string_equal(buf_z(&to), "x y z");
	assert_true(http_query(query, "c", &to));
	assert_false(http_query(query, "d", &to) || http_query(query, "e", &to) || http_query(query, "g", &to));
	assert_false(http_query(query, "x", &to) || http_query(STR_NONE, "a", &to));
	assert_string_equal(buf_z(&to), "x y z");
}

static void what_is_escaped_comes_back(void **state)
{
	own_buf to = { 0 };
	own_buf back = { 0 };

	http_escape(&to, STR("/a b%\xe4\xbd\xa0-._~"));
	assert_string_equal(buf_z(&to), "%2Fa%20b%25%E4%BD%A0-._~");
	buf_clear(&to);
	buf_lit(&to, "/");
	http_escape(&to, STR("a b%?#&\xe4\xbd\xa0"));
	assert_true(http_path_decode(&back, buf_all(&to)));
	assert_string_equal(buf_z(&back), "/a b%?#&\xe4\xbd\xa0");
}

static void ranges_are_understood(void **state)
{
	static const struct {
		const char *value;
		uint64_t size;
		int answer;
		uint64_t from, to;
	} rows[] = {
		{ "bytes=0-0", 10, 1, 0, 1 },
		{ "bytes=2-", 10, 1, 2, 10 },
		{ "bytes=-3", 10, 1, 7, 10 },
		{ "bytes=-30", 10, 1, 0, 10 },
		{ "Bytes=8-99", 10, 1, 8, 10 },
		{ "bytes=9-9", 10, 1, 9, 10 },
		{ "bytes=10-", 10, -416, 0, 0 },
		{ "bytes=-0", 10, -416, 0, 0 },
		{ "bytes=0-", 0, -416, 0, 0 },
		{ "bytes=-1", 0, -416, 0, 0 },
		{ "bytes=3-2", 10, 0, 0, 0 },
		{ "bytes=0-1,3-4", 10, 0, 0, 0 },
		{ "items=0-1", 10, 0, 0, 0 },
		{ "bytes=a-b", 10, 0, 0, 0 },
		{ "bytes=", 10, 0, 0, 0 },
		{ "bytes=-", 10, 0, 0, 0 },
		{ "bytes", 10, 0, 0, 0 },
		{ "", 10, 0, 0, 0 },
		{ "bytes=1-2-3", 10, 0, 0, 0 },
		{ "bytes=99999999999999999999-", 10, 0, 0, 0 },
		{ "bytes=1-18446744073709551615", 10, 1, 1, 10 },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		uint64_t from = 0, to = 0;

		if (http_range(str_z(rows[i].value), rows[i].size, &from, &to) != rows[i].answer ||
		    from != rows[i].from || to != rows[i].to)
			fail_msg("%s of %u: %u to %u", rows[i].value, (unsigned)rows[i].size, (unsigned)from,
				 (unsigned)to);
	}
	assert_int_equal(http_range(STR_NONE, 10, NULL, NULL), 0);
}

static void dates_are_written(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },		{ 784111777, "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 GMT" }, { 951868800, "Wed, 01 Mar 2000 00:00:00 GMT" },
		{ 1798761599, "Thu, 31 Dec 2026 23:59:59 GMT" }, { 4107542400, "Mon, 01 Mar 2100 00:00:00 GMT" },
		{ -5, "Thu, 01 Jan 1970 00:00:00 GMT" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		own_buf to = { 0 };

		http_date(&to, rows[i].seconds * 1000 + 999 * (rows[i].seconds > 0));
		assert_string_equal(buf_z(&to), rows[i].text);
	}
}

static void statuses_have_reasons(void **state)
{
	assert_string_equal(http_reason(404), "Not Found");
	assert_string_equal(http_reason(299), "Unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_read),
		cmocka_unit_test(what_http_1_0_may_leave_out),
		cmocka_unit_test(targets_have_three_forms),
		cmocka_unit_test(what_two_could_read_in_two_ways_is_refused),
		cmocka_unit_test(a_head_has_bounds),
		cmocka_unit_test(bodies_end_where_they_said),
		cmocka_unit_test(chunks_are_strict),
		cmocka_unit_test(framing_of_chunks_has_bounds),
		cmocka_unit_test(paths_are_decoded),
		cmocka_unit_test(queries_are_searched),
		cmocka_unit_test(what_is_escaped_comes_back),
		cmocka_unit_test(ranges_are_understood),
		cmocka_unit_test(dates_are_written),
		cmocka_unit_test(statuses_have_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
