/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/web/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tests/talk.h"

/* ---- assets of these tests --------------------------------------------------------------------------------------- */

#define STR_ZIP STR_INIT("\x1f\x8b zip of app")
#define STR_BR STR_INIT("br of app")

static char large[200 * 1000]; /* filled by main */

const struct web_asset web_assets[] = {
	{ "/", "text/html; charset=utf-8", "\"p1\"", false, STR_INIT("<p>page</p>"), { 0 }, { 0 } },
	{ "/app-0123abcd.js", "text/javascript; charset=utf-8", "\"a1\"", true, STR_INIT("let app; // plain"), STR_ZIP,
	  STR_BR },
	{ "/large.bin", "application/octet-stream", "\"l1\"", false, { large, sizeof large }, { 0 }, { 0 } },
	{ "/sub/file.txt", "text/plain; charset=utf-8", "\"s1\"", false, STR_INIT("below"), { 0 }, { 0 } },
};
const size_t web_assets_n = countof(web_assets);

#define HOST "Host: chat.lan:5281\r\n"
#define ASSERT_HAS(heard, part) \
	do { \
		if (!strstr(heard, part)) \
			fail_msg("no \"%s\" in: %s", part, heard); \
	} while (0)
#define ASSERT_LACKS(heard, part) \
	do { \
		if (strstr(heard, part)) \
			fail_msg("\"%s\" in: %s", part, heard); \
	} while (0)

static struct talk *t;
static struct core_settings settings;

static int begin(void **state)
{
	settings = talk_settings();
	t = talk_new_with(1, NULL, &settings);
	return 0;
}

static int end(void **state)
{
	t = talk_free(t);
	return 0;
}

/* What is answered to a request on a line of its own, which stays there until the end. */
static const char *get_from(enum talk_from from, const char *path, const char *fields)
{
	own_buf text = { 0 };
	struct line *l = talk_open(t, 0, &web_door, from);

	buf_fmt(&text, "GET %s HTTP/1.1\r\n" HOST "%s\r\n", path, fields);
	return talk_ask(l, buf_z(&text));
}

static const char *get(const char *path, const char *fields) { return get_from(TALK_TLS, path, fields); }

static const char *body_of(const char *heard) { return strstr(heard, "\r\n\r\n") + 4; }

/* ---- assets ------------------------------------------------------------------------------------------------------ */

static void the_page_is_served(void **state)
{
	const char *heard = get("/", "");

	ASSERT_HAS(heard, "HTTP/1.1 200 OK\r\n");
	ASSERT_HAS(heard, "\r\nDate: Sat, 21 Nov 2026 09:28:00 GMT\r\n");
	ASSERT_HAS(heard, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	ASSERT_HAS(heard, "\r\nContent-Length: 11\r\n");
	ASSERT_HAS(heard, "\r\nCache-Control: no-cache\r\n");
	ASSERT_LACKS(heard, "Server:");
	assert_string_equal(body_of(heard), "<p>page</p>");
	ASSERT_HAS(get("/invite", ""), "<p>page</p>");
	ASSERT_HAS(get("/invite?x", ""), "<p>page</p>");
	assert_string_equal(body_of(get("/sub/file.txt", "")), "below");
}

static void only_what_is_there_is_served(void **state)
{
	static const char *const missing[] = { "/x",          "/invite/x",         "/sub",          "/sub/",
					       "/index.html", "/app-0123abcd.js/", "/SUB/file.txt", "/ws/x",
					       "/admin" };
	static const char *const wrong[] = {
		"/../etc/passwd", "/sub/../x", "/%2e%2e/x", "/sub%2ffile.txt", "/sub//file.txt", "//", "/./",
		"/%00",           "/%"
	};

	for (size_t i = 0; i < countof(missing); i++)
		ASSERT_HAS(get(missing[i], ""), "HTTP/1.1 404 ");
	for (size_t i = 0; i < countof(wrong); i++)
		ASSERT_HAS(get(wrong[i], ""), "HTTP/1.1 400 ");
	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_TLS), "POST / HTTP/1.1\r\n" HOST "\r\n"), "HTTP/1.1 405 ");
	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_TLS), "POST /x HTTP/1.1\r\n" HOST "\r\n"), "HTTP/1.1 404 ");
}

static void the_smallest_that_is_understood_is_sent(void **state)
{
	static const struct {
		const char *accept, *etag, *coding, *body;
	} rows[] = {
		{ "gzip, deflate, br, zstd", "\"a1-br\"", "br", "br of app" },
		{ "gzip, deflate", "\"a1-gzip\"", "gzip", "\x1f\x8b zip of app" },
		{ "GZIP;q=0.5 , br;q=0", "\"a1-gzip\"", "gzip", "\x1f\x8b zip of app" },
		{ "br; q=0.000,gzip;q=0", "\"a1\"", NULL, "let app; // plain" },
		{ "br;q=0.001", "\"a1-br\"", "br", "br of app" },
		{ "identity", "\"a1\"", NULL, "let app; // plain" },
		{ "brr, xgzip", "\"a1\"", NULL, "let app; // plain" },
		{ "", "\"a1\"", NULL, "let app; // plain" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		own_buf fields = { 0 };
		own_buf etag = { 0 };
		own_buf coding = { 0 };
		const char *heard;

		buf_fmt(&fields, "Accept-Encoding: %s\r\n", rows[i].accept);
		buf_fmt(&etag, "\r\nETag: %s\r\n", rows[i].etag);
		buf_fmt(&coding, "\r\nContent-Encoding: %s\r\n", rows[i].coding ? rows[i].coding : "");
		heard = get("/app-0123abcd.js", buf_z(&fields));
		ASSERT_HAS(heard, "\r\nVary: Accept-Encoding\r\n");
		ASSERT_HAS(heard, "\r\nContent-Type: text/javascript; charset=utf-8\r\n");
		ASSERT_HAS(heard, "\r\nCache-Control: public, max-age=31536000, immutable\r\n");
		ASSERT_HAS(heard, buf_z(&etag));
		if (rows[i].coding)
			ASSERT_HAS(heard, buf_z(&coding));
		else
			ASSERT_LACKS(heard, "Content-Encoding");
		assert_string_equal(body_of(heard), rows[i].body);
	}
	ASSERT_LACKS(get("/", "Accept-Encoding: br, gzip\r\n"), "Content-Encoding");
}

static void who_has_it_is_not_sent_it(void **state)
{
	static const char *const known[] = { "\"a1\"", "W/\"a1\"", "\"x\", \"a1\"", "*" };
	static const char *const other[] = { "\"a2\"", "a1", "\"a1-br\"", "\"xa1\"", "" };

	for (size_t i = 0; i < countof(known) + countof(other); i++) {
		own_buf fields = { 0 };
		const char *heard;

		buf_fmt(&fields, "If-None-Match: %s\r\n", i < countof(known) ? known[i] : other[i - countof(known)]);
		heard = get("/app-0123abcd.js", buf_z(&fields));
		ASSERT_HAS(heard, i < countof(known) ? "HTTP/1.1 304 " : "HTTP/1.1 200 ");
		if (i < countof(known)) {
			ASSERT_LACKS(heard, "Content-Length");
			ASSERT_HAS(heard, "\r\nETag: \"a1\"\r\n");
			assert_string_equal(body_of(heard), "");
		}
	}
	ASSERT_HAS(get("/app-0123abcd.js", "Accept-Encoding: br\r\nIf-None-Match: \"a1-br\"\r\n"), "HTTP/1.1 304 ");
}

static void heads_come_without_bodies(void **state)
{
	struct line *l = talk_open(t, 0, &web_door, TALK_TLS);
	const char *heard = talk_ask(l, "HEAD /large.bin HTTP/1.1\r\n" HOST "\r\n");

	ASSERT_HAS(heard, "\r\nContent-Length: 200000\r\n");
	assert_string_equal(body_of(heard), "");
	assert_string_equal(body_of(talk_ask(l, "HEAD /nothing HTTP/1.1\r\n" HOST "\r\n")), "");
	assert_string_equal(body_of(talk_ask(l, "HEAD /healthz HTTP/1.1\r\n" HOST "\r\n")), "");
	assert_false(talk_closed(l));
}

static void what_is_large_is_given_as_it_is_read(void **state)
{
	struct line *l = talk_open(t, 0, &web_door, TALK_TLS);

	talk_stall(l, true);
	talk_ask(l, "GET /large.bin HTTP/1.1\r\n" HOST "\r\nGET /healthz HTTP/1.1\r\n" HOST "\r\n");
	assert_true(link_backlog(talk_link(l)) < 35 * 1000);
	talk_stall(l, false);
	ASSERT_HAS(body_of(talk_hear(l)) + sizeof large, "HTTP/1.1 200 ");
	talk_stall(l, true);
	talk_ask(l, "GET /large.bin HTTP/1.1\r\n" HOST "\r\n");
	talk_wait(t, 61 * 1000);
	assert_true(talk_closed(l));
}

/* ---- what protects ----------------------------------------------------------------------------------------------- */

static void every_answer_is_protected(void **state)
{
	static const char *const paths[] = { "/",      "/app-0123abcd.js", "/nothing", "/healthz", "/server.json",
					     "/trust", "/trust.css",       "/ca.crt",  "/%" };

	for (size_t i = 0; i < countof(paths); i++) {
		const char *heard = get(paths[i], "");

		ASSERT_HAS(heard, "\r\nX-Content-Type-Options: nosniff\r\n");
		ASSERT_HAS(heard, "\r\nReferrer-Policy: no-referrer\r\n");
		ASSERT_HAS(heard, "\r\nContent-Security-Policy: default-src 'none'; ");
		ASSERT_HAS(heard, "frame-ancestors 'none'");
		ASSERT_HAS(heard, "\r\nCross-Origin-Resource-Policy: same-origin\r\n");
		ASSERT_HAS(heard, "\r\nCache-Control: ");
		ASSERT_LACKS(heard, "Access-Control-");
		ASSERT_LACKS(heard, "unsafe");
		ASSERT_LACKS(heard, "Strict-Transport-Security");
		assert_null(strstr(strstr(heard, "Content-Security-Policy") + 1, "Content-Security-Policy"));
		assert_null(strstr(strstr(heard, "Cache-Control") + 1, "Cache-Control"));
	}
}

static void the_page_has_a_policy_of_its_own(void **state)
{
	const char *heard = get("/", "");

	ASSERT_HAS(heard, "; script-src 'self'; style-src 'self'; ");
	ASSERT_HAS(heard, " connect-src 'self' ws://chat.lan:5281 wss://chat.lan:5281;");
	ASSERT_HAS(heard, " require-trusted-types-for 'script'");
	ASSERT_HAS(heard, "\r\nCross-Origin-Opener-Policy: same-origin\r\n");
	ASSERT_HAS(heard, "\r\nPermissions-Policy: ");
	ASSERT_LACKS(get_from(TALK_AWAY, "/", ""), "Cross-Origin-Opener-Policy");
	settings.web_address = STR("https://files.example");
	core_settle(talk_core(t, 0), &settings);
	ASSERT_HAS(get("/", ""), " img-src 'self' blob: data: https://files.example; media-src 'self' blob: "
				 "https://files.example; connect-src 'self' "
				 "https://files.example ws://chat.lan");
	settings.web_address = STR("https://x; script-src *");
	core_settle(talk_core(t, 0), &settings);
	ASSERT_LACKS(get("/", ""), "script-src *");
	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_TLS), "GET / HTTP/1.1\r\nHost: [::1]:5281\r\n\r\n"),
		   " connect-src 'self'; ");
}

static const char *strict(enum talk_from from, const char *host)
{
	own_buf text = { 0 };

	buf_fmt(&text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
	return strstr(talk_ask(talk_open(t, 0, &web_door, from), buf_z(&text)),
		      "\r\nStrict-Transport-Security: max-age=86400\r\n")
		       ? "yes"
		       : "no";
}

static void tls_is_demanded_where_that_harms_nobody(void **state)
{
	assert_string_equal(strict(TALK_TLS, "chat.example"), "yes");
	assert_string_equal(strict(TALK_TLS, "chat.example:5281"), "no");
	assert_string_equal(strict(TALK_AWAY, "chat.example"), "no");
	settings.authority_pem = STR("-----BEGIN CERTIFICATE-----\n");
	core_settle(talk_core(t, 0), &settings);
	assert_string_equal(strict(TALK_TLS, "chat.example"), "no");
}

static void errors_are_for_people(void **state)
{
	const char *heard = get("/nothing", "Accept: text/html,application/xhtml+xml\r\n");

	ASSERT_HAS(heard, "Content-Type: text/html; charset=utf-8\r\n");
	ASSERT_HAS(heard, "<p lang=\"zh-CN\">");
	ASSERT_HAS(heard, "<p lang=\"en\">There is nothing at this address.</p>");
	heard = get("/nothing", "Accept: application/json\r\n");
	ASSERT_HAS(heard, "Content-Type: text/plain; charset=utf-8\r\n");
	assert_string_equal(body_of(heard), "There is nothing at this address. 这个地址没有内容。\n");
}

/* What came in is nowhere in what goes out. */
static void nothing_is_echoed(void **state)
{
	ASSERT_LACKS(get("/<script>?<script>", "Accept: text/html\r\n"), "<script");
	ASSERT_LACKS(get("/%0d%0aX-Evil:%201", ""), "X-Evil");
	ASSERT_LACKS(get("/trust?<script>", "X: <script>\r\n"), "<script");
}

/* ---- documents --------------------------------------------------------------------------------------------------- */

static void clients_find_the_other_ways(void **state)
{
	const char *heard = get("/.well-known/host-meta", "Origin: https://x.example\r\n");

	ASSERT_HAS(heard, "\r\nAccess-Control-Allow-Origin: *\r\n");
	ASSERT_HAS(heard, "\r\nContent-Type: application/xrd+xml\r\n");
	ASSERT_HAS(heard, "<Link rel='urn:xmpp:alt-connections:websocket' href='wss://chat.lan:5281/ws'/>");
	ASSERT_HAS(heard, "<Link rel='urn:xmpp:alt-connections:xbosh' href='https://chat.lan:5281/http-bind'/>");
	heard = get_from(TALK_AWAY, "/.well-known/host-meta.json", "");
	ASSERT_HAS(heard, "\r\nContent-Type: application/json\r\n");
	assert_string_equal(
		body_of(heard),
		"{\"links\":[{\"rel\":\"urn:xmpp:alt-connections:websocket\",\"href\":\"ws://chat.lan:5281/ws\"},"
		"{\"rel\":\"urn:xmpp:alt-connections:xbosh\",\"href\":\"http://chat.lan:5281/http-bind\"}]}\n");
}

/* Who stands in front of us speaks TLS where we hear none. */
static void the_operator_knows_the_address_better(void **state)
{
	static const char old[] = "GET /.well-known/host-meta HTTP/1.0\r\n\r\n";

	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_TLS), old), "HTTP/1.1 404 ");
	settings.web_address = STR("https://chat.lan:5281");
	core_settle(talk_core(t, 0), &settings);
	ASSERT_HAS(get_from(TALK_HERE, "/.well-known/host-meta", ""), "'wss://chat.lan:5281/ws'");
	ASSERT_HAS(talk_ask(talk_open(t, 0, &web_door, TALK_TLS), old), "'wss://chat.lan:5281/ws'");
	settings.web_address = STR("https://other.lan");
	core_settle(talk_core(t, 0), &settings);
	ASSERT_HAS(get_from(TALK_HERE, "/.well-known/host-meta", ""), "'ws://chat.lan:5281/ws'");
}

static void the_page_learns_what_it_needs(void **state)
{
	settings.registration = REGISTRATION_INVITE;
	settings.web_address = STR("https://a\"\\\n");
	core_settle(talk_core(t, 0), &settings);
	assert_string_equal(body_of(get("/server.json", "")),
			    "{\"domain\":\"anser.test\",\"safe\":true,\"register\":\"invite\","
			    "\"address\":\"https://a\\\"\\\\\\u000a\",\"version\":\"" ANSER_VERSION "\"}\n");
	ASSERT_HAS(get_from(TALK_HERE, "/server.json", ""), "\"safe\":true,\"register\":\"open\"");
	ASSERT_HAS(get_from(TALK_AWAY, "/server.json", ""), "\"safe\":false,\"register\":\"invite\"");
	settings.registration = REGISTRATION_CLOSED;
	core_settle(talk_core(t, 0), &settings);
	ASSERT_HAS(get_from(TALK_HERE, "/server.json", ""), "\"register\":\"closed\"");
	settings.registration = REGISTRATION_OPEN;
	core_settle(talk_core(t, 0), &settings);
	ASSERT_HAS(get("/server.json", ""), "\"register\":\"open\"");
}

static void our_authority_can_be_trusted(void **state)
{
	const char *heard;

	settings.authority_pem = STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	settings.authority_fingerprint = STR("AA:BB:CC");
	settings.web_address = STR("https://chat.lan:5281");
	core_settle(talk_core(t, 0), &settings);
	heard = get_from(TALK_AWAY, "/ca.crt", "");
	ASSERT_HAS(heard, "\r\nContent-Type: application/x-x509-ca-cert\r\n");
	assert_string_equal(body_of(heard), settings.authority_pem.p);
	heard = get_from(TALK_AWAY, "/trust", "");
	ASSERT_HAS(heard, "<code>AA:BB:CC</code>");
	ASSERT_HAS(heard, "<main lang=\"zh-CN\">");
	ASSERT_HAS(heard, "<main lang=\"en\">");
	ASSERT_HAS(heard, "href=\"/ca.crt\"");
	ASSERT_HAS(heard, "<a href=\"https://chat.lan:5281/\">");
	ASSERT_HAS(heard, "<link rel=\"stylesheet\" href=\"/trust.css\">");
	ASSERT_LACKS(heard, "<script");
	ASSERT_LACKS(heard, "style=");
	ASSERT_HAS(get_from(TALK_AWAY, "/trust.css", ""), "\r\nContent-Type: text/css; charset=utf-8\r\n");
}

static void a_certificate_from_elsewhere_needs_no_trust_of_ours(void **state)
{
	ASSERT_HAS(get("/ca.crt", ""), "HTTP/1.1 404 ");
	ASSERT_LACKS(get("/trust", ""), "/ca.crt");
	ASSERT_HAS(get("/trust", ""), "nothing to install");
}

static void any_split_is_answered_alike(void **state)
{
	static const char text[] =
		"GET / HTTP/1.1\r\n" HOST "Accept-Encoding: br\r\n\r\nHEAD /large.bin HTTP/1.1\r\n" HOST "\r\n"
		"GET /app-0123abcd.js HTTP/1.1\r\n" HOST "Accept-Encoding: br\r\nIf-None-Match: \"a1-br\"\r\n\r\n"
		"GET /server.json HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n";
	own_buf heard = { 0 };

	assert_true(talk_every_split(1, &web_door, TALK_HERE, NULL, str_z(text), &heard));
	ASSERT_HAS(buf_z(&heard), "ok\n(closed)");
}

/* The head that never ends costs what a head may have, and no more. */
static void a_head_without_an_end_is_refused(void **state)
{
	struct line *l = talk_open(t, 0, &web_door, TALK_AWAY);
	char field[100];

	memset(field, 'x', sizeof field);
	field[1] = ':';
	memcpy(field + sizeof field - 2, "\r\n", 2);
	talk_say(l, "GET / HTTP/1.1\r\n" HOST);
	for (unsigned i = 0; i < 200 && !talk_closed(l); i++) {
		talk_say_n(l, field, sizeof field);
		talk_run(t);
	}
	ASSERT_HAS(talk_hear(l), "HTTP/1.1 431 ");
	assert_true(talk_closed(l));
	l = talk_open(t, 0, &web_door, TALK_AWAY);
	ASSERT_HAS(talk_ask(l, "\x16\x03\x01\x02"), "HTTP/1.1 400 ");
	assert_true(talk_closed(l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_page_is_served, begin, end),
		cmocka_unit_test_setup_teardown(only_what_is_there_is_served, begin, end),
		cmocka_unit_test_setup_teardown(the_smallest_that_is_understood_is_sent, begin, end),
		cmocka_unit_test_setup_teardown(who_has_it_is_not_sent_it, begin, end),
		cmocka_unit_test_setup_teardown(heads_come_without_bodies, begin, end),
		cmocka_unit_test_setup_teardown(what_is_large_is_given_as_it_is_read, begin, end),
		cmocka_unit_test_setup_teardown(every_answer_is_protected, begin, end),
		cmocka_unit_test_setup_teardown(the_page_has_a_policy_of_its_own, begin, end),
		cmocka_unit_test_setup_teardown(tls_is_demanded_where_that_harms_nobody, begin, end),
		cmocka_unit_test_setup_teardown(errors_are_for_people, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_echoed, begin, end),
		cmocka_unit_test_setup_teardown(clients_find_the_other_ways, begin, end),
		cmocka_unit_test_setup_teardown(the_operator_knows_the_address_better, begin, end),
		cmocka_unit_test_setup_teardown(the_page_learns_what_it_needs, begin, end),
		cmocka_unit_test_setup_teardown(our_authority_can_be_trusted, begin, end),
		cmocka_unit_test_setup_teardown(a_certificate_from_elsewhere_needs_no_trust_of_ours, begin, end),
		cmocka_unit_test_setup_teardown(any_split_is_answered_alike, begin, end),
		cmocka_unit_test_setup_teardown(a_head_without_an_end_is_refused, begin, end),
	};

	memset(large, 'x', sizeof large);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
