/* SPDX-License-Identifier: Apache-2.0
 *
 * What a route may do, with routes of its own: web.h's promises.
 */
#include "doors/web/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tests/talk.h"

/* ---- routes ------------------------------------------------------------------------------------------------------ */

static struct web_request *waiting; /* of /later */
static unsigned gone;
static size_t left;     /* of /stream, bytes still to be given */
static size_t longest;  /* piece of it that waited at once */
static size_t taken;    /* bytes of the last body */
static bool hold;

static void echo(struct web_request *q)
{
	own_buf text = { 0 };

	buf_fmt(&text, "[%.*s|%.*s|%.*s]", STR_ARG(q->path), STR_ARG(q->rest), STR_ARG(q->body));
	web_reply(q, 200, "text/plain", buf_all(&text));
}

static void later(struct web_request *q) { waiting = q; }

static void later_gone(struct web_request *q)
{
	if (waiting == q)
		waiting = NULL;
	gone++;
}

static void stream_on(struct web_request *q)
{
	static const char piece[1000] = { [0 ... 999] = 's' };

	if (!left) {
		web_end(q);
		return;
	}
	left--;
	web_write(q, str_n(piece, sizeof piece));
	if (link_backlog(q->link) > longest)
		longest = link_backlog(q->link);
}

static void stream(struct web_request *q)
{
	uint64_t size = str_is(q->query, "chunked") ? HTTP_UNKNOWN
			: str_is(q->query, "short") ? 50 * 1000
						    : left * 1000;

	web_head(q, 200, "text/plain", size);
	stream_on(q);
}

static void stream_gone(struct web_request *q) { gone++; }

static void count_bytes(struct web_request *q, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bytes[i], 'b');
	taken += n;
	waiting = q;
	if (hold)
		web_hold(q, true);
	if (str_is(q->query, "enough") && taken >= 10)
		web_error(q, 413, "enough", "够了");
}

static bool count_begin(struct web_request *q)
{
	taken = 0;
	if (str_is(q->query, "no")) {
		web_reply(q, 403, NULL, STR_NONE);
		return false;
	}
	if (str_is(q->query, "hold"))
		web_hold(q, true);
	waiting = q;
	return true;
}

static void count_answer(struct web_request *q)
{
	own_buf text = { 0 };

	buf_fmt(&text, "%zu bytes", taken);
	web_reply(q, 200, "text/plain", buf_all(&text));
}

/* ---- many at once, answered at any time ---------------------------------------------------------------------------
 */

enum { PENDING_MAX = 64 };

static struct web_request *pending[PENDING_MAX];
static unsigned pendings, begun, answered;

static bool odd_begin(struct web_request *q)
{
	assert_true(pendings < PENDING_MAX);
	pending[pendings++] = q;
	begun++;
	if (str_is(q->query, "hold"))
		web_hold(q, true);
	return !str_is(q->query, "unwanted");
}

static void odd_bytes(struct web_request *q, const char *bytes, size_t n)
{
	if (n && bytes[0] == 'h')
		web_hold(q, true);
}

static void odd_answer(struct web_request *q) {}

static void odd_forget(struct web_request *q)
{
	unsigned i = 0;

	while (pending[i] != q)
		assert_true(++i < pendings);
	pending[i] = pending[--pendings];
	answered++;
}

/* One piece for each time; then the end. */
static void odd_writable(struct web_request *q)
{
	size_t *more = q->job;

	if (*more) {
		(*more)--;
		web_write(q, STR("piece"));
	} else {
		odd_forget(q);
		web_end(q);
	}
}

/* Goes on with a request in one of the ways that it may. */
static void odd_go_on(struct web_request *q, unsigned how)
{
	if (q->job)
		return; /* on its way already */
	if (how % 3 == 0) {
		web_hold(q, false);
	} else if (how % 3 == 1) {
		odd_forget(q);
		web_reply(q, 200, "text/plain", STR("reply"));
	} else {
		size_t *more = arena_zero(&q->arena, sizeof *more);

		*more = how / 3 % 4;
		q->job = more;
		web_head(q, 200, "text/plain", how / 3 % 2 ? HTTP_UNKNOWN : *more * 5);
		odd_writable(q);
	}
}

/* ---- a guest ----------------------------------------------------------------------------------------------------- */

static unsigned guests, stops;

static int guest_feed(struct link *l, void *state, const char *bytes, size_t n)
{
	buf_lit(&l->out, "<");
	buf_add(&l->out, bytes, n);
	buf_lit(&l->out, ">");
	l->ops->dirty(l);
	assert_ptr_equal(state, &guests);
	return memchr(bytes, '.', n) ? DOOR_CLOSE : 0;
}

static void guest_written(struct link *l, void *state) { assert_ptr_equal(state, &guests); }
static void guest_stop(struct link *l, void *state) { stops++; }
static void guest_close(struct link *l, void *state, enum close_why why) { guests--; }

static const struct web_guest guest = { guest_feed, guest_written, guest_stop, guest_close };

static void become(struct web_request *q)
{
	guests++;
	web_field(q, "Upgrade", STR("test"));
	web_upgrade(q, &guest, &guests);
}

enum { GET = 1 << HTTP_GET, POST = 1 << HTTP_POST, PUT = 1 << HTTP_PUT };

const struct web_route web_routes[] = {
	{ POST, "/echo", .body_max = 20, .answer = echo },
	{ GET, "/echo", .answer = echo },
	{ PUT, "/any", WEB_ANY_ORIGIN, .body_max = 20, .answer = echo },
	{ GET, "/any", .answer = echo },
	{ GET, "/under", WEB_UNDER, .answer = echo },
	{ GET, "/below/", WEB_UNDER, .answer = echo },
	{ GET, "/safe", WEB_SAFE, .answer = echo },
	{ GET | POST, "/same", WEB_SAME_ORIGIN, .body_max = 20, .answer = echo },
	{ GET | POST, "/later", .body_max = 20, .answer = later, .gone = later_gone },
	{ GET, "/stream", .answer = stream, .writable = stream_on, .gone = stream_gone },
	{ POST, "/count", .begin = count_begin, .bytes = count_bytes, .answer = count_answer, .gone = later_gone },
	{ GET, "/become", .answer = become },
	{ GET | POST, "/odd", .begin = odd_begin, .bytes = odd_bytes, .answer = odd_answer, .writable = odd_writable,
	  .gone = odd_forget },
};
const size_t web_routes_n = countof(web_routes);

/* ---- reading answers --------------------------------------------------------------------------------------------- */

#define HOST "Host: chat.lan\r\n"

static struct talk *t;

static int begin(void **state)
{
	t = talk_new(1, NULL);
	waiting = NULL;
	gone = guests = stops = 0;
	left = longest = taken = 0;
	hold = false;
	return 0;
}

static int end(void **state)
{
	t = talk_free(t);
	return 0;
}

static struct line *away(void) { return talk_open(t, 0, &web_door, TALK_AWAY); }

/* Status and body of each answer: "200 [..] 404 ..."; of answers without a length: all that is left. */
static const char *short_of(const char *heard)
{
	static struct buf to;

	buf_clear(&to);
	while (!strncmp(heard, "HTTP/1.1 ", 9)) {
		const char *body = strstr(heard, "\r\n\r\n"), *length = strstr(heard, "Content-Length: ");
		size_t n;

		assert_non_null(body);
		n = length && length < body                                    ? strtoul(length + 16, NULL, 10)
		    : memcmp(heard + 9, "1", 1) && memcmp(heard + 9, "204", 3) ? strlen(body + 4)
									       : 0;
		if (n > strlen(body + 4))
			n = strlen(body + 4);
		buf_fmt(&to, "%s%.3s %.*s", to.n ? " " : "", heard + 9, (int)n, body + 4);
		heard = body + 4 + n;
	}
	buf_str(&to, str_z(heard));
	return buf_z(&to);
}

static const char *ask(struct line *l, const char *text) { return short_of(talk_ask(l, text)); }

#define ASSERT_HAS(heard, part) \
	do { \
		if (!strstr(heard, part)) \
			fail_msg("no \"%s\" in: %s", part, heard); \
	} while (0)

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void routes_are_found(void **state)
{
	struct line *l = away();

	assert_string_equal(ask(l, "GET /echo HTTP/1.1\r\n" HOST "\r\n"), "200 [/echo||]");
	assert_string_equal(ask(l, "GET /under HTTP/1.1\r\n" HOST "\r\n"), "200 [/under||]");
	assert_string_equal(ask(l, "GET /under/a%20b/c?x HTTP/1.1\r\n" HOST "\r\n"), "200 [/under/a b/c|a b/c|]");
	assert_string_equal(ask(l, "GET /below/a HTTP/1.1\r\n" HOST "\r\n"), "200 [/below/a|a|]");
	assert_string_equal(ask(l, "GET http://other/below/ HTTP/1.1\r\n" HOST "\r\n"), "200 [/below/||]");
	ASSERT_HAS(ask(l, "GET /underneath HTTP/1.1\r\n" HOST "\r\n"), "404 ");
	ASSERT_HAS(ask(l, "GET /below HTTP/1.1\r\n" HOST "\r\n"), "404 ");
	ASSERT_HAS(ask(l, "GET / HTTP/1.1\r\n" HOST "\r\n"), "404 ");
	assert_false(talk_closed(l));
}

static void other_methods_are_told(void **state)
{
	const char *heard = talk_ask(away(), "DELETE /echo HTTP/1.1\r\n" HOST "\r\n");

	ASSERT_HAS(heard, "HTTP/1.1 405 ");
	ASSERT_HAS(heard, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n");
	heard = talk_ask(away(), "OPTIONS /echo HTTP/1.1\r\n" HOST "Origin: https://x.example\r\n\r\n");
	ASSERT_HAS(heard, "HTTP/1.1 204 ");
	assert_null(strstr(heard, "Access-Control"));
	heard = talk_ask(away(), "OPTIONS /any HTTP/1.1\r\n" HOST "Origin: https://x.example\r\n\r\n");
	ASSERT_HAS(heard, "HTTP/1.1 204 ");
	ASSERT_HAS(heard, "\r\nAccess-Control-Allow-Origin: *\r\n");
	ASSERT_HAS(heard, "\r\nAccess-Control-Allow-Methods: GET, HEAD, PUT, OPTIONS\r\n");
	ASSERT_HAS(talk_ask(away(), "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), "HTTP/1.1 204 ");
	heard = talk_ask(away(), "PUT /any HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx");
	ASSERT_HAS(heard, "\r\nAccess-Control-Allow-Origin: *\r\n");
	ASSERT_HAS(heard, "\r\nCross-Origin-Resource-Policy: cross-origin\r\n");
}

static void what_needs_a_safe_way_has_one(void **state)
{
	static const char text[] = "GET /safe HTTP/1.1\r\n" HOST "Accept: text/html\r\n\r\n";
	const char *heard = talk_ask(away(), text);

	ASSERT_HAS(heard, "HTTP/1.1 403 ");
	ASSERT_HAS(heard, "<a href=\"/trust\">");
	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_TLS), text), "HTTP/1.1 200 ");
	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_HERE), text), "HTTP/1.1 200 ");
}

static const char *same(enum talk_from from, const char *host, const char *origin)
{
	own_buf text = { 0 };
	struct line *l = talk_open(t, 0, &web_door, from);

	buf_fmt(&text, "GET /same HTTP/1.1\r\nHost: %s\r\n%s%s\r\n\r\n", host, origin ? "Origin: " : "",
		origin ? origin : "X: y");
	talk_say(l, buf_z(&text));
	return strstr(talk_hear(l), "200 OK") ? "yes" : "no";
}

static void pages_of_others_are_told_apart(void **state)
{
	assert_string_equal(same(TALK_TLS, "chat.lan", NULL), "yes");
	assert_string_equal(same(TALK_TLS, "chat.lan", "https://chat.lan"), "yes");
	assert_string_equal(same(TALK_TLS, "Chat.lan:443", "https://chat.lan"), "yes");
	assert_string_equal(same(TALK_TLS, "chat.lan:5281", "https://chat.lan:5281"), "yes");
	assert_string_equal(same(TALK_TLS, "chat.lan:5281", "https://chat.lan"), "no");
	assert_string_equal(same(TALK_TLS, "chat.lan", "http://chat.lan"), "no");
	assert_string_equal(same(TALK_AWAY, "chat.lan", "http://chat.lan"), "yes");
	assert_string_equal(same(TALK_AWAY, "chat.lan", "https://chat.lan"), "no");
	assert_string_equal(same(TALK_TLS, "chat.lan", "null"), "no");
	assert_string_equal(same(TALK_TLS, "chat.lan", ""), "no");
	assert_string_equal(same(TALK_TLS, "chat.lan", "https://chat.lan.evil.example"), "no");
	assert_string_equal(same(TALK_TLS, "chat.lan", "https://evil.example/chat.lan"), "no");
	assert_string_equal(same(TALK_TLS, "chat.lan", "https://chat.la"), "no");
}

/* A name that somebody out there owns may mean 127.0.0.1 the next second. */
static void names_that_come_to_mean_this_machine_have_no_rights_here(void **state)
{
	assert_string_equal(same(TALK_HERE, "evil.example:5280", "http://evil.example:5280"), "no");
	assert_string_equal(same(TALK_AWAY, "evil.example:5280", "http://evil.example:5280"), "yes");
	assert_string_equal(same(TALK_HERE, "localhost:5280", "http://localhost:5280"), "yes");
	assert_string_equal(same(TALK_HERE, "127.0.0.1:5280", "http://127.0.0.1:5280"), "yes");
	assert_string_equal(same(TALK_HERE, "[::1]:5280", "http://[::1]:5280"), "yes");
	assert_string_equal(same(TALK_HERE, "anser.test:5280", "http://anser.test:5280"), "yes");
	assert_string_equal(same(TALK_HERE, "pc.local:5280", "http://pc.local:5280"), "yes");
	assert_string_equal(same(TALK_HERE, "1.2.3.evil:5280", "http://1.2.3.evil:5280"), "no");
}

static void the_address_that_the_operator_gave_counts(void **state)
{
	struct core_settings s = talk_settings();

	s.web_address = STR("https://chat.example.org");
	core_settle(talk_core(t, 0), &s);
	/* Something in front ends TLS, and comes from this machine. */
	assert_string_equal(same(TALK_HERE, "chat.example.org", "https://chat.example.org"), "yes");
	assert_string_equal(same(TALK_HERE, "127.0.0.1:5280", "https://chat.example.org"), "yes");
	assert_string_equal(same(TALK_HERE, "chat.example.org", "https://evil.example"), "no");
}

/* What web_peer() makes of a request that comes from this machine: "here", "away, safe", "away"; and the address where
 * that is another one. */
static const char *peer(const char *fields)
{
	static char answer[80];
	own_buf text = { 0 };
	own_buf address = { 0 };
	struct line *l = talk_open(t, 0, &web_door, TALK_HERE);
	struct link as;

	buf_fmt(&text, "GET /later HTTP/1.1\r\n%s\r\n", fields);
	talk_ask(l, buf_z(&text));
	web_peer(waiting, &as);
	link_address(&as, &address);
	snprintf(answer, sizeof answer, "%s%s %s", as.loopback ? "here" : "away", as.secure ? ", safe" : "",
		 buf_z(&address));
	talk_cut(l);
	talk_run(t);
	return answer;
}

/* Behind a program that passes everything on, everybody would have the rights of this machine: to make accounts, above
 * all. */
static void who_comes_through_a_neighbour_is_not_here(void **state)
{
	struct core_settings s = talk_settings();

	assert_string_equal(peer("Host: localhost:5280\r\n"), "here 127.0.0.1");
	assert_string_equal(peer("Host: localhost:5280\r\nOrigin: http://localhost:5280\r\n"), "here 127.0.0.1");
	assert_string_equal(peer("Host: evil.example\r\n"), "away 127.0.0.1");
	assert_string_equal(peer("Host: localhost\r\nX-Forwarded-For: 1.2.3.4\r\n"), "away 1.2.3.4");
	assert_string_equal(peer("Host: localhost\r\nX-Forwarded-For: 127.0.0.1, 5.6.7.8 , 2001:db8::1\r\n"),
			    "away 2001:db8::1");
	assert_string_equal(peer("Host: localhost\r\nX-Forwarded-For: 1.2.3.4, nonsense\r\n"), "away 127.0.0.1");
	assert_string_equal(peer("Host: localhost\r\nX-Forwarded-For: ,\r\n"), "away 127.0.0.1");
	assert_string_equal(peer("Host: localhost\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"),
			    "away, safe 1.2.3.4");
	assert_string_equal(peer("Host: localhost\r\nX-Forwarded-Proto: http\r\n"), "away 127.0.0.1");
	assert_string_equal(peer("Host: localhost\r\nVia: 1.1 x\r\n"), "away 127.0.0.1");
	s.web_address = STR("https://chat.example.org");
	core_settle(talk_core(t, 0), &s);
	assert_string_equal(peer("Host: chat.example.org\r\nX-Real-IP: 1.2.3.4\r\n"), "away, safe 127.0.0.1");
	assert_string_equal(peer("Host: 127.0.0.1:5280\r\nOrigin: https://chat.example.org\r\n"),
			    "away, safe 127.0.0.1");
	assert_string_equal(peer("Host: 127.0.0.1:5280\r\nOrigin: https://evil.example\r\n"), "away 127.0.0.1");
	assert_string_equal(peer("Host: chat.example.org\r\nX-Forwarded-Proto: http\r\n"), "away 127.0.0.1");
}

/* From elsewhere these fields are words. */
static void nobody_else_says_who_they_are(void **state)
{
	struct line *l = away();
	struct link as;
	own_buf address = { 0 };

	talk_ask(l, "GET /later HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: "
		    "https\r\n\r\n");
	web_peer(waiting, &as);
	link_address(&as, &address);
	assert_false(as.loopback || as.secure);
	assert_string_equal(buf_z(&address), "192.0.2.7");
}

static void bodies_are_taken_whole(void **state)
{
	struct line *l = away();

	assert_string_equal(ask(l, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"), "200 [/echo||abc]");
	assert_string_equal(ask(l, "POST /echo HTTP/1.1\r\n" HOST
				   "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n"),
			    "200 [/echo||abc]");
	assert_string_equal(ask(l, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), "200 [/echo||]");
	assert_string_equal(ask(l, "POST /echo HTTP/1.1\r\n" HOST "\r\n"), "200 [/echo||]");
	ASSERT_HAS(ask(l, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 21\r\n\r\n"), "413 ");
	assert_true(talk_closed(l));
	l = away();
	ASSERT_HAS(ask(l, "POST /echo HTTP/1.1\r\n" HOST
			  "Transfer-Encoding: chunked\r\n\r\n15\r\n123456789012345678901\r\n"),
		   "413 ");
	assert_true(talk_closed(l));
	l = away();
	ASSERT_HAS(ask(l, "GET /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx"), "413 ");
	assert_true(talk_closed(l));
	l = away();
	ASSERT_HAS(ask(l, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nabc"), "400 ");
	assert_true(talk_closed(l));
}

static void who_waits_to_be_asked_is_asked(void **state)
{
	static const char head[] = "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n";
	struct line *l = away();

	assert_string_equal(talk_ask(l, head), "HTTP/1.1 100 Continue\r\n\r\n");
	assert_string_equal(ask(l, "abc"), "200 [/echo||abc]");
	l = away();
	ASSERT_HAS(ask(l, "POST /count?no HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
		   "403 ");
	assert_true(talk_closed(l));
	/* A route that has to look first. */
	l = away();
	assert_string_equal(
		talk_ask(l, "POST /count?hold HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
		"");
	web_hold(waiting, false);
	assert_string_equal(talk_hear(l), "HTTP/1.1 100 Continue\r\n\r\n");
	assert_string_equal(ask(l, "bbb"), "200 3 bytes");
}

static void bodies_are_taken_as_they_come(void **state)
{
	struct line *l = away();

	talk_say(l, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nbb");
	talk_run(t);
	assert_int_equal(taken, 2);
	assert_string_equal(ask(l, "bbb"), "200 5 bytes");
	assert_string_equal(ask(l, "POST /count HTTP/1.1\r\n" HOST "\r\n"), "200 0 bytes");
	ASSERT_HAS(ask(l, "POST /count?enough HTTP/1.1\r\n" HOST "Content-Length: 50\r\n\r\nbbbbbbbbbbbb"), "413 ");
	assert_true(talk_closed(l));
	assert_int_equal(gone, 0);
}

static void who_holds_a_body_gets_no_more_of_it(void **state)
{
	static char many[100 * 1000];
	struct line *l = away();

	memset(many, 'b', sizeof many);
	hold = true;
	talk_say(l, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 100005\r\n\r\nbbbbb");
	talk_run(t);
	assert_int_equal(taken, 5);
	for (size_t at = 0; at < sizeof many; at += 1000) {
		talk_say_n(l, many + at, 1000);
		talk_run(t);
	}
	assert_int_equal(taken, 5);
	assert_true(talk_paused(l));
	talk_wait(t, 10 * 60 * 1000); /* it is not the client that is slow */
	assert_false(talk_closed(l));
	hold = false;
	web_hold(waiting, false);
	assert_string_equal(short_of(talk_hear(l)), "200 100005 bytes");
	assert_false(talk_paused(l));
}

static void requests_are_answered_one_after_another(void **state)
{
	struct line *l = away();

	assert_string_equal(ask(l, "GET /later HTTP/1.1\r\n" HOST "\r\nGET /echo HTTP/1.1\r\n" HOST
				   "\r\nGET /under HTTP/1.1\r\n" HOST "\r\n"),
			    "");
	web_reply(waiting, 200, NULL, STR("late"));
	assert_string_equal(short_of(talk_hear(l)), "200 late 200 [/echo||] 200 [/under||]");
	for (unsigned i = 0; i < 1000; i++)
		talk_say(l, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
	talk_run(t);
	assert_string_equal(
		ask(l, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n") +
			1000 * 14,
		"200 [/echo||]");
	assert_true(talk_closed(l));
}

static void what_is_sent_ahead_is_bounded(void **state)
{
	struct line *l = away();

	talk_say(l, "GET /later HTTP/1.1\r\n" HOST "\r\n");
	talk_run(t);
	for (unsigned i = 0; i < 1000 && !talk_paused(l); i++) {
		talk_say(l, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
		talk_run(t);
		assert_true(i < 300);
	}
	assert_true(talk_paused(l));
	web_reply(waiting, 200, NULL, STR("late"));
	ASSERT_HAS(short_of(talk_hear(l)), "200 late 200 [/echo||] 200 [/echo||]");
	assert_false(talk_paused(l));
}

/* Who asks and does not read is not worked for. */
static void who_does_not_read_is_not_answered(void **state)
{
	struct line *l = away();
	own_buf text = { 0 };

	talk_stall(l, true);
	for (unsigned i = 0; i < 1000; i++) {
		buf_lit(&text, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
		talk_say(l, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
		talk_run(t);
	}
	assert_true(talk_paused(l));
	assert_true(link_backlog(talk_link(l)) < 70 * 1000);
	talk_wait(t, 61 * 1000);
	assert_true(talk_closed(l));
}

static void answers_are_given_as_they_are_read(void **state)
{
	struct line *l = away();

	left = 100;
	talk_stall(l, true);
	talk_ask(l, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(left, 99);
	talk_stall(l, false);
	ASSERT_HAS(talk_heard(l), "Content-Length: 100000\r\n");
	assert_int_equal(strlen(strstr(talk_hear(l), "\r\n\r\n")), 100004);
	assert_true(longest < 3000);
	left = 3;
	ASSERT_HAS(talk_heard((talk_say(l, "GET /stream?chunked HTTP/1.1\r\n" HOST "\r\n"), l)),
		   "Transfer-Encoding: chunked\r\n");
	assert_int_equal(strlen(strstr(talk_hear(l), "\r\n\r\n")), 4 + 3 * (5 + 1000 + 2) + 5);
	left = 3;
	assert_string_equal(strstr(talk_ask(l, "HEAD /stream HTTP/1.1\r\n" HOST "\r\n"), "\r\n\r\n"), "\r\n\r\n");
	assert_int_equal(left, 0);
	assert_false(talk_closed(l));
	left = 2;
	ASSERT_HAS(talk_ask(l, "GET /stream?chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
		   "Connection: close\r\n");
	assert_true(talk_closed(l));
	assert_int_equal(gone, 0);
}

static void nobody_takes_half_for_whole(void **state)
{
	struct line *l = away();
	const char *heard;

	left = 49;
	heard = talk_ask(l, "GET /stream?short HTTP/1.1\r\n" HOST "\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n");
	ASSERT_HAS(heard, "Content-Length: 50000\r\n");
	assert_int_equal(strlen(strstr(heard, "\r\n\r\n")), 49004);
	assert_true(talk_closed(l));
}

static void who_goes_is_forgotten(void **state)
{
	struct line *l = away();

	talk_ask(l, "GET /later HTTP/1.1\r\n" HOST "\r\n");
	talk_cut(l);
	talk_run(t);
	assert_int_equal(gone, 1);
	l = away();
	left = 10;
	talk_stall(l, true);
	talk_ask(l, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	talk_wait(t, 61 * 1000);
	assert_true(talk_closed(l));
	assert_int_equal(gone, 2);
	l = away();
	talk_ask(l, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 50\r\n\r\nbbb");
	talk_cut(l);
	talk_run(t);
	assert_int_equal(gone, 3);
	talk_ask(away(), "GET /later HTTP/1.1\r\n" HOST "\r\n");
	t = talk_free(t);
	assert_int_equal(gone, 4);
}

static void a_connection_can_become_something_else(void **state)
{
	struct line *l = away();
	const char *heard =
		talk_ask(l, "GET /become HTTP/1.1\r\n" HOST "Connection: upgrade\r\nUpgrade: test\r\n\r\nabc");

	ASSERT_HAS(heard, "HTTP/1.1 101 Switching Protocols\r\n");
	ASSERT_HAS(heard, "\r\nConnection: Upgrade\r\n");
	ASSERT_HAS(heard, "\r\nUpgrade: test\r\n");
	assert_null(strstr(heard, "Content-Length"));
	assert_string_equal(strstr(heard, "\r\n\r\n"), "\r\n\r\n<abc>");
	assert_string_equal(talk_ask(l, "GET /\r\n"), "<GET /\r\n>");
	talk_wait(t, 10 * 60 * 1000);
	assert_false(talk_closed(l));
	assert_int_equal(guests, 1);
	assert_string_equal(talk_ask(l, "."), "<.>");
	assert_true(talk_closed(l));
	assert_int_equal(guests, 0);
	l = away();
	ASSERT_HAS(talk_ask(l, "GET /become HTTP/1.1\r\n" HOST "\r\n."), "\r\n\r\n<.>");
	assert_true(talk_closed(l));
	talk_ask(away(), "GET /become HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(guests, 1);
	t = talk_free(t);
	assert_int_equal(guests, 0);
}

static void the_slow_are_not_waited_for(void **state)
{
	struct line *silent = away(), *slow = away(), *idle = away(), *body = away(), *busy = away();

	talk_say(slow, "GET ");
	talk_ask(idle, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
	talk_say(body, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 50000\r\n\r\n");
	talk_say(busy, "GET /later HTTP/1.1\r\n" HOST "\r\n");
	for (unsigned i = 0; i < 19; i++) {
		talk_wait(t, 1000);
		talk_say(slow, "x");
		talk_say(body, "b");
	}
	assert_false(talk_closed(body));
	talk_wait(t, 2000);
	ASSERT_HAS(talk_hear(body), "HTTP/1.1 408 ");
	assert_true(talk_closed(body));
	assert_false(talk_closed(silent) || talk_closed(slow) || talk_closed(idle));
	talk_wait(t, 10 * 1000);
	assert_true(talk_closed(silent) && talk_closed(slow));
	assert_string_equal(talk_hear(silent), "");
	ASSERT_HAS(talk_hear(slow), "HTTP/1.1 408 ");
	assert_false(talk_closed(idle));
	talk_say(idle, "G");
	talk_wait(t, 29 * 1000);
	assert_false(talk_closed(idle));
	talk_wait(t, 2 * 1000);
	ASSERT_HAS(talk_hear(idle), "HTTP/1.1 408 ");
	idle = away();
	talk_ask(idle, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
	talk_wait(t, 59 * 1000);
	assert_false(talk_closed(idle));
	talk_wait(t, 2 * 1000);
	assert_true(talk_closed(idle));
	assert_false(talk_closed(busy)); /* the answer is ours to give */
}

static void a_body_that_comes_steadily_may_take_its_time(void **state)
{
	static char piece[5000];
	struct line *l = away();

	memset(piece, 'b', sizeof piece);
	talk_say(l, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 50000\r\n\r\n");
	for (unsigned i = 0; i < 10; i++) {
		talk_wait(t, 19 * 1000);
		talk_say_n(l, piece, sizeof piece);
	}
	assert_string_equal(short_of(talk_hear(l)), "200 50000 bytes");
}

static void any_split_is_answered_alike(void **state)
{
	static const char text[] =
		"\r\nPOST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"
		"GET /under/%61?x HTTP/1.1\r\n" HOST "\r\n"
		"POST /count HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nbbb\r\n2\r\nbb\r\n0\r\nT: u\r\n\r\n"
		"HEAD /echo HTTP/1.1\r\n" HOST "\r\n"
		"OPTIONS /any HTTP/1.1\r\n" HOST "\r\n"
		"GET /nothing HTTP/1.1\r\n" HOST "\r\n"
		"GET /become HTTP/1.1\r\n" HOST "\r\n";
	static const char broken[] = "GET /echo HTTP/1.1\r\n" HOST
				     "\r\nGET /echo HTTP/1.1\r\nHost : x\r\n\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n";
	own_buf heard = { 0 };

	assert_true(talk_every_split(1, &web_door, TALK_AWAY, NULL, str_z(text), &heard));
	ASSERT_HAS(buf_z(&heard), "[/echo||abc]");
	ASSERT_HAS(buf_z(&heard), "[/under/a|a|]");
	ASSERT_HAS(buf_z(&heard), "5 bytes");
	ASSERT_HAS(buf_z(&heard), " 101 ");
	buf_clear(&heard);
	assert_true(talk_every_split(1, &web_door, TALK_AWAY, NULL, str_z(broken), &heard));
	ASSERT_HAS(buf_z(&heard), "HTTP/1.1 400 ");
	ASSERT_HAS(buf_z(&heard), "(closed)");
}

/* The route holds something for a request that it will not see to its end. */
static void a_route_hears_when_its_client_is_refused(void **state)
{
	struct line *l = away();

	ASSERT_HAS(ask(l, "POST /count HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nbb"), "400 ");
	assert_int_equal(gone, 1);
	l = away();
	talk_say(l, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nb");
	talk_wait(t, 21 * 1000);
	ASSERT_HAS(short_of(talk_hear(l)), "408 ");
	assert_int_equal(gone, 2);
	l = away();
	talk_say(l, "POST /later HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nb");
	talk_cut(l);
	talk_run(t);
	assert_int_equal(gone, 2); /* it had not heard of it */
}

/* Whatever comes in any order: every request that began ends once, and nothing is used that is gone. */
static void nothing_is_forgotten_and_nothing_used_twice(void **state)
{
	static const char *const said[] = {
		"GET /odd HTTP/1.1\r\n" HOST "\r\n",
		"HEAD /odd?hold HTTP/1.1\r\n" HOST "\r\n",
		"GET /odd?unwanted HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"POST /odd HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\nhelloh",
		"POST /odd?hold HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nhou\r\n0\r\n\r\n",
		"POST /odd HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n",
		"GET /echo HTTP/1.1\r\n" HOST "\r\nGET /nothing HTTP/1.1\r\n" HOST "\r\n",
		"GET /become HTTP/1.1\r\n" HOST "\r\n",
		"POST /odd HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx",
	};
	struct line *line[8] = { 0 };
	uint64_t seed = 7;

	pendings = begun = answered = 0;
	for (unsigned i = 0; i < 20000; i++) {
		unsigned n = (seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33,
			 which = n % countof(line);
		struct line *l = line[which];

		n /= countof(line);
		if (!l || talk_closed(l)) {
			line[which] = away();
			continue;
		}
		switch (n % 16) {
		case 0:
			talk_cut(l);
			break;
		case 1:
			talk_wait(t, n / 16 % 70 * 1000);
			break;
		case 2:
			talk_stall(l, n / 16 % 2);
			break;
		case 3: case 4: case 5: case 6:
			if (pendings)
				odd_go_on(pending[n / 16 % pendings], n / 1024);
			break;
		case 7: case 8:
			talk_run(t);
			break;
		default:
			if (n / 16 % 8)
				talk_say(l, said[n / 128 % countof(said)]);
			else
				talk_say_n(l, said[n / 128 % countof(said)], 10);
		}
	}
	t = talk_free(t);
	assert_int_equal(pendings, 0);
	assert_int_equal(begun, answered);
	assert_true(begun > 500);
	assert_int_equal(guests, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(routes_are_found, begin, end),
		cmocka_unit_test_setup_teardown(other_methods_are_told, begin, end),
		cmocka_unit_test_setup_teardown(what_needs_a_safe_way_has_one, begin, end),
		cmocka_unit_test_setup_teardown(pages_of_others_are_told_apart, begin, end),
		cmocka_unit_test_setup_teardown(names_that_come_to_mean_this_machine_have_no_rights_here, begin, end),
		cmocka_unit_test_setup_teardown(the_address_that_the_operator_gave_counts, begin, end),
		cmocka_unit_test_setup_teardown(who_comes_through_a_neighbour_is_not_here, begin, end),
		cmocka_unit_test_setup_teardown(nobody_else_says_who_they_are, begin, end),
		cmocka_unit_test_setup_teardown(bodies_are_taken_whole, begin, end),
		cmocka_unit_test_setup_teardown(who_waits_to_be_asked_is_asked, begin, end),
		cmocka_unit_test_setup_teardown(bodies_are_taken_as_they_come, begin, end),
		cmocka_unit_test_setup_teardown(who_holds_a_body_gets_no_more_of_it, begin, end),
		cmocka_unit_test_setup_teardown(requests_are_answered_one_after_another, begin, end),
		cmocka_unit_test_setup_teardown(what_is_sent_ahead_is_bounded, begin, end),
		cmocka_unit_test_setup_teardown(who_does_not_read_is_not_answered, begin, end),
		cmocka_unit_test_setup_teardown(answers_are_given_as_they_are_read, begin, end),
		cmocka_unit_test_setup_teardown(nobody_takes_half_for_whole, begin, end),
		cmocka_unit_test_setup_teardown(who_goes_is_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(a_connection_can_become_something_else, begin, end),
		cmocka_unit_test_setup_teardown(the_slow_are_not_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(a_body_that_comes_steadily_may_take_its_time, begin, end),
		cmocka_unit_test_setup_teardown(a_route_hears_when_its_client_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_forgotten_and_nothing_used_twice, begin, end),
		cmocka_unit_test_setup_teardown(any_split_is_answered_alike, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
