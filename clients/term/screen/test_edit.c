/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and the line that they type: what a terminal sends goes in, what stands there afterwards is compared. A case
 * is what is typed and what is there then, the cursor shown as |.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "clients/term/screen/edit.h"

static void typed(void *arg, const struct key *k) { edit_key(arg, k, 10); }

static void type(struct edit *e, const char *bytes)
{
	struct keys ks = { 0 };

	keys_feed(&ks, str_z(bytes), typed, e);
	keys_timeout(&ks, typed, e);
	keys_free(&ks);
}

static void is(struct edit *e, const char *expected)
{
	own_buf seen = { 0 };

	buf_add(&seen, e->text.p, e->cursor);
	buf_byte(&seen, '|');
	buf_str(&seen, str_from(edit_text(e), e->cursor));
	assert_string_equal(buf_z(&seen), expected);
}

static void what_is_typed_stands_there(void **state)
{
	static const struct {
		const char *typed, *there;
	} cases[] = {
		{ "hello", "hello|" },
		{ "你好😀", "你好😀|" },
		{ "ab\x7f", "a|" },
		{ "a👨\u200d👩\u200d👧\x7f", "a|" },
		{ "e\u0301\x7f", "|" },
		{ "🇨🇳🇩🇪\x7f", "🇨🇳|" },
		{ "abc\x01x", "x|abc" },
		{ "abc\x01\x05x", "abcx|" },
		{ "abc\x1b[D\x1b[Dx", "ax|bc" },
		{ "你好\x1b[Dx", "你x|好" },
		{ "abc\x1b[D\x1b[3~", "ab|" },
		{ "one two three\x17", "one two |" },
		{ "one two  \x17", "one |" },
		{ "one two\x15x", "x|" },
		{ "one two\x1b[D\x1b[D\x0b", "one t|" },
		{ "one two\x17\x19\x19", "one twotwo|" },
		{ "one two\x15\x19!", "one two!|" },
		{ "one, two\x1b" "b\x1b" "b\x1b" "d", "|, two" },
		{ "one, two\x01\x1b" "fx", "onex|, two" },
		{ "one two\x1b\x7f", "one |" },
		{ "a\x1b\rb", "a\nb|" },
		{ "a\nb", "a\nb|" },
		{ "a\nbcd\x01x", "a\nx|bcd" },
		{ "ab\ncd\x1b[A!", "ab!|\ncd" },
		{ "ab\nc\x1b[A!\x1b[B?", "a!b\nc?|" },
		{ "0123456789abc\x1b[A!", "012!|3456789abc" },
		{ "\x1b[200~a\r\nb\x07\x1b[31m\xc2\x9b\x1b[201~c", "a\nb[31mc|" },
		{ "\x1b[200~\x1b[201~x", "x|" },
		{ "one two\x17\x1f", "one two|" },
		{ "one\x7f\x7f\x1f", "one|" },
		{ "x\x1b[1;5D\x1b[1;5Cy", "xy|" },
		/* what begins like a sequence and is none takes nothing of what follows */
		{ "x\x1b[你", "x你|" },
		{ "x\x1b[\x1b[Dy", "y|x" },
		{ "x\x1b[1\x7f", "|" },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct edit e = { 0 };

		type(&e, cases[i].typed);
		is(&e, cases[i].there);
		edit_free(&e);
	}
}

static void undo_takes_back_a_word_at_a_time(void **state)
{
	struct edit e = { 0 };

	type(&e, "one two");
	type(&e, "\x1f");
	is(&e, "one |");
	type(&e, "\x1f");
	is(&e, "one|");
	type(&e, "\x1f");
	is(&e, "|");
	type(&e, "\x1f\x1f");
	is(&e, "|");
	for (int i = 0; i < 200; i++)
		type(&e, "a ");
	for (int i = 0; i < 500; i++)
		type(&e, "\x1f");
	assert_true(e.text.n > 0 && e.text.n < 400);
	edit_free(&e);
}

static void lines_typed_come_back(void **state)
{
	struct edit e = { 0 }, later = { 0 };
	own_buf kept = { 0 };

	type(&e, "first");
	edit_remember(&e);
	edit_clear(&e);
	type(&e, "two\nlines");
	edit_remember(&e);
	edit_clear(&e);
	type(&e, "two\nlines");
	edit_remember(&e);
	edit_clear(&e);
	assert_int_equal(e.history_n, 2);
	type(&e, "now\x1b[A");
	is(&e, "two\nlines|");
	type(&e, "\x1b[A\x1b[A");
	is(&e, "first|");
	type(&e, "\x1b[A");
	is(&e, "first|");
	type(&e, "\x1b[B\x1b[B\x1b[B");
	is(&e, "now|");

	edit_history_write(&e, &kept);
	edit_history_read(&later, buf_all(&kept));
	assert_int_equal(later.history_n, 2);
	type(&later, "\x1b[A");
	is(&later, "two\nlines|");
	edit_free(&e);
	edit_free(&later);
}

static void secrets_are_not_remembered(void **state)
{
	struct edit e = { .secret = true };

	edit_clear(&e);
	type(&e, "pass word\x17\x19");
	is(&e, "pass |");
	edit_remember(&e);
	assert_int_equal(e.history_n, 0);
	assert_int_equal(e.undo_n, 0);
	assert_int_equal(e.cut.n, 0);
	type(&e, "\x1b[200~one\ntwo\x1b[201~");
	is(&e, "pass one|");
	edit_free(&e);
}

static void completion_goes_round(void **state)
{
	struct edit e = { 0 };

	type(&e, "hi ja");
	edit_offers(&e);
	edit_offer(&e, STR("jack "));
	edit_offer(&e, STR("jane "));
	edit_choose(&e, 1);
	is(&e, "hi jack |");
	edit_choose(&e, 1);
	is(&e, "hi jane |");
	edit_choose(&e, 1);
	is(&e, "hi jack |");
	edit_choose(&e, -1);
	is(&e, "hi jane |");
	type(&e, "x");
	is(&e, "hi jane x|");
	assert_false(e.completing);
	type(&e, "\x7f\x1f\x1f");
	edit_free(&e);
}

/* ---- keys alone */

static void key_write(void *arg, const struct key *k)
{
	buf_fmt(arg, "%s%s%s%d:%u", k->alt ? "a" : "", k->ctrl ? "c" : "", k->shift ? "s" : "", (int)k->code,
		(unsigned)k->c);
	if (k->code == KEY_CLICK || k->code == KEY_WHEEL_UP || k->code == KEY_WHEEL_DOWN)
		buf_fmt(arg, "@%u,%u", k->x, k->y);
	if (k->code == KEY_PASTE) {
		buf_byte(arg, '<');
		buf_str(arg, k->text);
		buf_byte(arg, '>');
	}
	buf_byte(arg, ' ');
}

static const struct {
	const char *bytes;
	struct key key; /* the only one */
} sequences[] = {
	{ "\x1b[A", { KEY_UP } }, { "\x1bOA", { KEY_UP } }, { "\x1b[1;5A", { KEY_UP, .ctrl = true } },
	{ "\x1b[1;3B", { KEY_DOWN, .alt = true } },
	{ "\x1b\x1b[A", { KEY_UP, .alt = true } }, { "\x1b[H", { KEY_HOME } }, { "\x1b[1~", { KEY_HOME } },
	{ "\x1b[7~", { KEY_HOME } }, { "\x1bOF", { KEY_END } },
	{ "\x1b[5~", { KEY_PAGE_UP } }, { "\x1b[6;2~", { KEY_PAGE_DOWN, .shift = true } },
	{ "\x1bOP", { KEY_FUNCTION, 1 } }, { "\x1b[11~", { KEY_FUNCTION, 1 } },
	{ "\x1b[[A", { KEY_FUNCTION, 1 } }, { "\x1b[[E", { KEY_FUNCTION, 5 } }, { "\x1b[24~", { KEY_FUNCTION, 12 } },
	{ "\x1b[Z", { KEY_TAB, .shift = true } },
	{ "\t", { KEY_TAB } }, { "\r", { KEY_ENTER } }, { "\x1b\r", { KEY_ENTER, .alt = true } },
	{ "\x1b[13;3u", { KEY_ENTER, .alt = true } },
	{ "\x1b[27;3;13~", { KEY_ENTER, .alt = true } }, { "\x1b" "1", { KEY_CHAR, '1', .alt = true } },
	{ "\x1b" "a", { KEY_CHAR, 'a', .alt = true } },
	{ "\x0e", { KEY_CHAR, 'n', .ctrl = true } }, { "\x1f", { KEY_CHAR, '_', .ctrl = true } },
	{ "中", { KEY_CHAR, 0x4E2D } }, { "😀", { KEY_CHAR, 0x1F600 } },
	{ "\x1b[<64;10;5M", { KEY_WHEEL_UP, .x = 9, .y = 4 } }, { "\x1b[<65;1;1M", { KEY_WHEEL_DOWN } },
	{ "\x1b[<0;3;4M", { KEY_CLICK, .x = 2, .y = 3 } },
	{ "\x1b", { KEY_ESCAPE } },
};

/* A sequence is the same key however it arrives. */
static void sequences_are_keys_in_any_pieces(void **state)
{
	for (size_t i = 0; i < countof(sequences); i++) {
		size_t n = strlen(sequences[i].bytes);
		own_buf expected = { 0 };

		key_write(&expected, &sequences[i].key);
		for (size_t cut = 0; cut <= n; cut++) {
			struct keys ks = { 0 };
			own_buf seen = { 0 };

			keys_feed(&ks, str_n(sequences[i].bytes, cut), key_write, &seen);
			keys_feed(&ks, str_n(sequences[i].bytes + cut, n - cut), key_write, &seen);
			keys_timeout(&ks, key_write, &seen);
			if (!str_eq(buf_all(&seen), buf_all(&expected)))
				fail_msg("%zu at %zu: %s, not %s", i, cut, buf_z(&seen), buf_z(&expected));
			keys_free(&ks);
		}
	}
}

static void what_is_unknown_is_swallowed(void **state)
{
	static const char *const unknown[] = { "\x1b[?1;2c", "\x1b[99~", "\x1b[1;2;3;4;5x", "\x1b[<35;1;1M",
		"\x1b[<0;1;1m", "\x1b[>0;276;0c", "\x1bOx", "\x1b[[Z" };

	for (size_t i = 0; i < countof(unknown); i++) {
		struct keys ks = { 0 };
		own_buf seen = { 0 };

		keys_feed(&ks, str_z(unknown[i]), key_write, &seen);
		assert_int_equal(seen.n, 0);
		keys_feed(&ks, STR("x"), key_write, &seen);
		assert_string_equal(buf_z(&seen), "0:120 ");
		keys_free(&ks);
	}
}

static void a_long_sequence_ends(void **state)
{
	struct keys ks = { 0 };
	own_buf seen = { 0 };

	keys_feed(&ks, STR("\x1b["), key_write, &seen);
	for (int i = 0; i < 1000; i++)
		keys_feed(&ks, STR("1;"), key_write, &seen);
	keys_feed(&ks, STR("\r"), key_write, &seen);
	assert_true(seen.n > 0);
	assert_true(ks.n <= sizeof ks.pending);
	keys_free(&ks);
}

static void a_paste_is_bounded(void **state)
{
	struct keys ks = { 0 };
	own_buf seen = { 0 }, piece = { 0 };

	for (int i = 0; i < 1000; i++)
		buf_lit(&piece, "0123456789abcdef");
	keys_feed(&ks, STR("\x1b[200~"), key_write, &seen);
	for (int i = 0; i < 40; i++)
		keys_feed(&ks, buf_all(&piece), key_write, &seen);
	keys_feed(&ks, STR("\x1b[201~"), key_write, &seen);
	assert_true(seen.n > PASTE_MAX && seen.n < PASTE_MAX + 100);
	keys_free(&ks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_stands_there),
		cmocka_unit_test(undo_takes_back_a_word_at_a_time),
		cmocka_unit_test(lines_typed_come_back),
		cmocka_unit_test(secrets_are_not_remembered),
		cmocka_unit_test(completion_goes_round),
		cmocka_unit_test(sequences_are_keys_in_any_pieces),
		cmocka_unit_test(what_is_unknown_is_swallowed),
		cmocka_unit_test(a_long_sequence_ends),
		cmocka_unit_test(a_paste_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
