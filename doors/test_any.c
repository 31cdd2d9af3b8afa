/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "doors/web/web.h"
#include "tests/talk.h"

const struct web_asset web_assets[1] = { { "/", "text/html; charset=utf-8", "\"1\"", false, STR_INIT("<p>page</p>"), { 0 }, { 0 } } };
const size_t web_assets_n = 1;

static const char stream[] = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' version='1.0'>";

static void no_log(const char *line, void *arg) {}

static int begin(void **state)
{
	log_sink_set(no_log, NULL);
	*state = talk_new(1, NULL);
	return 0;
}

static int end(void **state)
{
	talk_free(*state);
	log_sink_set(NULL, NULL);
	return 0;
}

static void each_protocol_finds_its_door(void **state)
{
	static const enum talk_from ways[] = { TALK_HERE, TALK_TLS };

	talk_account(*state, "tom", "secret");
	for (unsigned i = 0; i < countof(ways); i++) {
		assert_non_null(strstr(talk_ask(talk_open(*state, 0, &any_door, ways[i]), stream), "<stream:features>"));
		assert_non_null(strstr(talk_ask(talk_open(*state, 0, &any_door, ways[i]), "GET / HTTP/1.1\r\nHost: anser.test\r\n\r\n"), "<p>page</p>"));
		assert_string_equal(talk_ask(talk_open(*state, 0, &any_door, ways[i]), "101|tom,secret\n"), "1|\n");
	}
}

static void byte_by_byte_too(void **state)
{
	struct line *l = talk_open(*state, 0, &any_door, TALK_HERE);

	for (const char *p = stream; *p; p++) {
		talk_say_n(l, p, 1);
		talk_run(*state);
	}
	assert_non_null(strstr(talk_hear(l), "<stream:features>"));
}

static void passwords_in_the_clear_are_not_taken_from_elsewhere(void **state)
{
	struct line *l = talk_open(*state, 0, &any_door, TALK_AWAY);

	talk_account(*state, "tom", "secret");
	assert_string_equal(talk_ask(l, "101|tom,secret\n"), "");
	assert_true(talk_closed(l));
	assert_non_null(strstr(talk_ask(talk_open(*state, 0, &any_door, TALK_AWAY), stream), "urn:ietf:params:xml:ns:xmpp-tls"));
}

static void what_is_none_of_ours_is_closed(void **state)
{
	static const char *const words[] = { "\x05\x01", "hello", "\xef\xbb\xbf<", "\x80", "{" };

	for (unsigned i = 0; i < countof(words); i++) {
		struct line *l = talk_open(*state, 0, &any_door, TALK_HERE);

		assert_string_equal(talk_ask(l, words[i]), "");
		assert_true(talk_closed(l));
	}
}

static void who_says_nothing_is_closed(void **state)
{
	struct line *l = talk_open(*state, 0, &any_door, TALK_HERE);

	talk_wait(*state, talk_settings().login_deadline_ms - 1);
	assert_false(talk_closed(l));
	talk_wait(*state, 2);
	assert_true(talk_closed(l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_protocol_finds_its_door, begin, end),
		cmocka_unit_test_setup_teardown(byte_by_byte_too, begin, end),
		cmocka_unit_test_setup_teardown(passwords_in_the_clear_are_not_taken_from_elsewhere, begin, end),
		cmocka_unit_test_setup_teardown(what_is_none_of_ours_is_closed, begin, end),
		cmocka_unit_test_setup_teardown(who_says_nothing_is_closed, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
