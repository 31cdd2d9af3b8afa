/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/test_engine.c - what needs no server: texts in both languages, what is made harmless, emoji,
 * completion, commands, keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/term/engine/harmless.h"
#include "clients/term/engine/test_net_world.h"

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* Which of %1, %2, %3 are in it. */
static unsigned placeholders(struct str s)
{
	unsigned found = 0;

	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '%') {
			assert_true(s.p[i + 1] >= '1' && s.p[i + 1] <= '3');
			found |= 1u << (s.p[i + 1] - '0');
		}
	return found;
}

static void test_texts(void **state)
{
	(void)state;
	for (unsigned t = 0; t < TEXTS; t++) {
		struct str english = text_get(false, t), chinese = text_get(true, t);

		if (!english.n || !chinese.n || placeholders(english) != placeholders(chinese))
			fail_msg("text %u: %.*s", t, STR_ARG(english));
		assert_true(str_is_utf8(english) && str_is_utf8(chinese));
	}
}

static void test_commands_are_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < commands_n; i++) {
		assert_true(commands[i].help[0] && commands[i].help_zh[0] && commands[i].modes && commands[i].run);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(commands[i].name, commands[k].name);
	}
}

/* ---- harmless ---------------------------------------------------------------------------------------------------- */

#define HARMLESS(from, wanted)                                                      \
	do {                                                                        \
		own_buf _to = { 0 };                                                \
		harmless_put(&_to, str_n("" from, sizeof(from) - 1), true);         \
		assert_string_equal(buf_z(&_to), wanted);                           \
	} while (0)

static void test_harmless(void **state)
{
	(void)state;
	HARMLESS("plain \xE4\xBD\xA0\xE5\xA5\xBD", "plain \xE4\xBD\xA0\xE5\xA5\xBD");
	HARMLESS("\x1B]0;title\x07", "\xE2\x90\x9B]0;title\xE2\x90\x87");
	HARMLESS("a\rb\tc\nd\x7F", "a\xE2\x90\x8D" "b c\nd\xE2\x90\xA1");
	HARMLESS("\xC2\x9B" "31m", "\xEF\xBF\xBD" "31m");
	HARMLESS("a\xE2\x80\xAE" "b\xE2\x81\xA6" "c", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c");
	HARMLESS("\xF3\xA0\x81\x81", "\xEF\xBF\xBD");
	HARMLESS("\xFF\xC0\x80\xED\xA0\x80"
		 "x\xE4\xBD",
		 "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
		 "x\xEF\xBF\xBD\xEF\xBF\xBD");
	/* A mark at the beginning of a line would stand on what is in front of it; elsewhere it belongs. */
	HARMLESS("\xCC\x81" "a\xCC\x81\n\xCC\x81", "\xE2\x97\x8C\xCC\x81" "a\xCC\x81\n\xE2\x97\x8C\xCC\x81");
	/* Families of emoji are held together by joiners. */
	HARMLESS("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB");
}

/* Whatever comes in: no control character but LF, well-formed. */
static void test_harmless_any_bytes(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		char bytes[40];
		own_buf to = { 0 };
		size_t n;

		seed = seed * 1664525u + 1013904223u;
		n = seed >> 26;
		n = n > sizeof bytes ? sizeof bytes : n;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[i] = (char)(seed >> 24);
		}
		harmless_put(&to, str_n(bytes, n), true);
		assert_true(str_is_utf8(buf_all(&to)));
		for (size_t i = 0; i < to.n; i++) {
			unsigned char c = (unsigned char)to.p[i];

			assert_true((c >= 0x20 || c == '\n') && c != 0x7F);
			assert_false(c == 0xC2 && i + 1 < to.n && (unsigned char)to.p[i + 1] < 0xA0);
		}
	}
}

#define FILE_NAME(from, wanted)                               \
	do {                                                  \
		own_buf _to = { 0 };                          \
		harmless_file_name(&_to, STR(from));          \
		assert_string_equal(buf_z(&_to), wanted);     \
	} while (0)

static void test_file_names(void **state)
{
	own_buf whole = { 0 }, to = { 0 };

	(void)state;
	FILE_NAME("plan.pdf", "plan.pdf");
	FILE_NAME("../../etc/passwd", "passwd");
	FILE_NAME("C:\\autoexec.bat", "autoexec.bat");
	FILE_NAME(".bashrc", "bashrc");
	FILE_NAME("-rf", "rf");
	FILE_NAME("..", "file");
	FILE_NAME("/", "file");
	FILE_NAME("a\x1B[31m\n", "a_[31m_");
	for (int i = 0; i < 100; i++)
		buf_lit(&whole, "\xE4\xBD\xA0");
	harmless_file_name(&to, buf_all(&whole));
	assert_int_equal(to.n, 198);
}

/* ---- emoji ------------------------------------------------------------------------------------------------------- */

static void test_emoji(void **state)
{
	static const struct {
		const char *typed, *sent;
	} cases[] = {
		{ ":smile:", "\xF0\x9F\x98\x84" },
		{ "a :+1: b", "a \xF0\x9F\x91\x8D b" },
		{ "12:30:45", "12:30:45" },
		{ ":nothing_like_it:", ":nothing_like_it:" },
		{ "::smile::", ":\xF0\x9F\x98\x84:" },
		{ "http://x:80/:smile", "http://x:80/:smile" },
		{ ":", ":" },
		{ ":x", ":x" },
	};

	(void)state;
	assert_true(emojis_n >= 300);
	for (size_t i = 1; i < emojis_n; i++)
		assert_true(strcmp(emojis[i - 1].name, emojis[i].name) < 0);
	for (size_t i = 0; i < emojis_n; i++)
		assert_true(str_is_utf8(str_z(emojis[i].glyph)));
	for (size_t i = 0; i < countof(cases); i++) {
		own_buf to = { 0 };

		emoji_replace(&to, str_z(cases[i].typed));
		assert_string_equal(buf_z(&to), cases[i].sent);
	}
}

/* ---- a client without a line ------------------------------------------------------------------------------------- */

static struct net_host *alone(struct net_world **w)
{
	struct net_host *h;

	*w = net_world_new(1);
	(*w)->down = true;
	h = net_host_add(*w, "tom", MODE_SERVER);
	net_start(h);
	net_run(*w, 100);
	return h;
}

static void word_add(void *arg, struct str word)
{
	struct buf *to = arg;

	buf_str(to, word);
	buf_byte(to, '|');
}

static void completes(struct net_host *h, const char *in, const char *line, const char *wanted)
{
	own_buf words = { 0 };

	client_complete(h->client, in ? client_conversation(h->client, str_z(in), true) : NULL, str_z(line), word_add,
			&words);
	assert_string_equal(buf_z(&words), wanted);
}

static void test_complete(void **state)
{
	static const struct str people[] = { STR_INIT("lily"), STR_INIT("lilo") };
	struct net_world *w;
	struct net_host *h = alone(&w);

	(void)state;
	client_conversation(h->client, STR("jack"), true);
	client_conversation(h->client, STR("jill"), true);
	client_conversation(h->client, STR("#tea"), true);
	conversation_people(h->client, client_conversation(h->client, STR("#tea"), true), people, 2);
	completes(h, NULL, "/jo", "/join |");
	completes(h, NULL, "/cl", "/clear |/close |");
	completes(h, NULL, "/query j", "jack |jill |");
	completes(h, NULL, "/query J", "jack |jill |");
	completes(h, NULL, "/join #", "#tea |");
	completes(h, NULL, "/help jo", "join |");
	completes(h, "#tea", "li", "lilo: |lily: |");
	completes(h, "#tea", "hello lily", "lily |");
	completes(h, "jack", "ja", "jack |");
	completes(h, NULL, "well :thumbsu", ":thumbsup: |");
	completes(h, NULL, "", "");
	net_world_free(w);
}

static void test_commands(void **state)
{
	struct net_world *w;
	struct net_host *h = alone(&w);
	struct conversation *v;

	(void)state;
	assert_false(client_line(h->client, NULL, STR("hello")));
	assert_non_null(strstr(buf_z(&h->said), "no-conversation"));
	assert_false(client_line(h->client, NULL, STR("/jion #x")));
	assert_non_null(strstr(buf_z(&h->said), "unknown-command"));
	assert_false(client_line(h->client, NULL, STR("/verify")));
	assert_non_null(strstr(buf_z(&h->said), "not-here"));
	assert_false(client_line(h->client, NULL, STR("/msg a@b x")));
	assert_non_null(strstr(buf_z(&h->said), "bad-name"));
	for (size_t i = 0; i < commands_n; i++) {
		own_buf line = { 0 };

		if (!strcmp(commands[i].name, "quit"))
			continue;
		buf_fmt(&line, "/%s", commands[i].name);
		client_line(h->client, NULL, buf_all(&line));
		buf_lit(&line, " \x01,;@#/ \xFF");
		client_line(h->client, NULL, buf_all(&line));
	}
	/* Small letters, as the server has them. */
	assert_true(client_line(h->client, NULL, STR("/query Jack hello")));
	v = client_conversation(h->client, STR("jack"), false);
	assert_non_null(v);
	assert_false(client_line(h->client, v, STR("/close")));
	assert_non_null(strstr(buf_z(&h->said), "messages-wait"));
	assert_true(client_line(h->client, v, STR("/search HELL")));
	assert_true(client_line(h->client, v, STR("/history")));
	assert_true(client_line(h->client, v, STR("/1")));
	assert_false(client_line(h->client, v, STR("/99")));
	net_world_free(w);
}

static void test_closed_comes_back(void **state)
{
	struct net_world *w;
	struct net_host *h = alone(&w);

	(void)state;
	client_conversation(h->client, STR("lily"), true);
	client_received(h->client,
			&(struct incoming){ .conversation = STR("jack"), .sender = STR("jack"), .text = STR("hi") });
	net_run(w, 1000);
	/* Read, and closed at once: that it was unread stands on the disk. */
	client_read(h->client, client_conversation(h->client, STR("jack"), false));
	assert_true(client_line(h->client, client_conversation(h->client, STR("jack"), false), STR("/close")));
	assert_null(client_conversation(h->client, STR("jack"), false));
	net_kill(h);
	net_start(h);
	assert_null(client_conversation(h->client, STR("jack"), false));
	assert_non_null(client_conversation(h->client, STR("lily"), false));
	client_received(h->client,
			&(struct incoming){ .conversation = STR("jack"), .sender = STR("jack"), .text = STR("again") });
	assert_non_null(client_conversation(h->client, STR("jack"), false));
	assert_int_equal(net_count(h, "jack", "hi"), 1);
	/* And goes for good. */
	assert_false(client_line(h->client, client_conversation(h->client, STR("jack"), false), STR("/forget")));
	assert_true(client_line(h->client, client_conversation(h->client, STR("jack"), false), STR("/forget yes")));
	assert_int_equal(net_count(h, "jack", "hi"), 0);
	net_world_free(w);
}

static void test_drafts_and_unread_stay(void **state)
{
	struct net_world *w;
	struct net_host *h = alone(&w);
	struct conversation *v = client_conversation(h->client, STR("#tea"), true);

	(void)state;
	conversation_draft(h->client, v, STR("half a sen"));
	client_received(h->client, &(struct incoming){ .conversation = STR("#tea"),
						       .sender = STR("jack"),
						       .text = STR("atom, 2tom and tomato") });
	assert_int_equal(v->unread, 1);
	assert_false(v->mentioned);
	client_received(
		h->client,
		&(struct incoming){ .conversation = STR("#tea"), .sender = STR("jack"), .text = STR("hi, TOM!") });
	assert_true(v->mentioned);
	net_kill(h);
	net_start(h);
	v = client_conversation(h->client, STR("#tea"), false);
	assert_non_null(v);
	assert_int_equal(v->unread, 2);
	assert_true(v->mentioned);
	assert_true(str_is(v->draft, "half a sen"));
	net_world_free(w);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static void test_code(void **state)
{
	uint8_t one[KEY_BYTES] = { 1 }, other[KEY_BYTES] = { 2 };
	own_buf a = { 0 }, b = { 0 }, c = { 0 };

	(void)state;
	trust_code(&a, one, other);
	trust_code(&b, other, one);
	assert_string_equal(buf_z(&a), buf_z(&b));
	assert_int_equal(a.n, 29);
	other[31] = 1;
	trust_code(&c, one, other);
	assert_string_not_equal(buf_z(&a), buf_z(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_commands_are_explained),
		cmocka_unit_test(test_harmless),
		cmocka_unit_test(test_harmless_any_bytes),
		cmocka_unit_test(test_file_names),
		cmocka_unit_test(test_emoji),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_closed_comes_back),
		cmocka_unit_test(test_drafts_and_unread_stay),
		cmocka_unit_test(test_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
