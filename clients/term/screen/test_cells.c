/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/term/screen/cells.h"

/* The lines of `text`, each between bars. */
static void lines_write(struct buf *to, struct str text, unsigned width)
{
	struct line line;
	bool done = false;

	for (size_t at = 0; line_next(text, &at, &done, width, &line);) {
		buf_byte(to, '|');
		buf_add(to, text.p + line.from, line.to - line.from);
	}
	buf_byte(to, '|');
}

static void lines_end_where_they_may(void **state)
{
	static const struct {
		unsigned width;
		const char *text, *lines;
	} cases[] = {
		{ 10, "", "||" },
		{ 10, "short", "|short|" },
		{ 10, "hello wide world", "|hello wide|world|" },
		{ 10, "hello     wide", "|hello|wide|" },
		{ 10, "exactly 10 chars", "|exactly 10|chars|" },
		{ 5, "abcdefghijkl", "|abcde|fghij|kl|" },
		{ 6, "ab abcdefghijkl", "|ab|abcdef|ghijkl|" },
		{ 10, "a\nb\r\nc", "|a|b|c|" },
		{ 10, "a\n\nb", "|a||b|" },
		{ 10, "a\n", "|a||" },
		{ 10, "  two blanks", "|  two|blanks|" },
		{ 8, "今天天气很好", "|今天天气|很好|" },
		{ 8, "今天天气。好", "|今天天|气。好|" },
		{ 8, "今天天气。”好", "|今天天|气。”好|" },
		{ 9, "今天天「气」好", "|今天天|「气」好|" },
		{ 8, "今天ab天气", "|今天ab天|气|" },
		{ 7, "今天abcd天气", "|今天|abcd天|气|" },
		{ 12, "see 看 http://a.b/c ok", "|see 看|http://a.b/c|ok|" },
		{ 8, "http://a.b/c", "|http://a|.b/c|" },
		{ 4, "안녕 하세요", "|안녕|하세|요|" },
		{ 4, "😀😀😀", "|😀😀|😀|" },
		{ 5, "a👨\u200d👩\u200d👧b👨\u200d👩\u200d👧", "|a👨\u200d👩\u200d👧b|👨\u200d👩\u200d👧|" },
		{ 1, "中", "|中|" },
		{ 3, "e\u0301e\u0301e\u0301e\u0301", "|e\u0301e\u0301e\u0301|e\u0301|" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		own_buf lines = { 0 };

		lines_write(&lines, str_z(cases[i].text), cases[i].width);
		assert_string_equal(buf_z(&lines), cases[i].lines);
	}
}

/* Whatever the text: every glyph is on exactly one line, no line is too wide, none ends within a cluster. */
static void lines_lose_nothing(void **state)
{
	static const char *const pieces[] = { "a", "bc ", " ", "中", "。", "「", "👨\u200d👩\u200d👧", "e\u0301", "\n",
		"http://x.y/", "\t", "\x1b", "한", "\u202e", "🇨🇳", "\xff" };
	unsigned seed = 1;

	for (int run = 0; run < 2000; run++) {
		own_buf text = { 0 };
		struct line line;
		bool done = false;
		unsigned width = 4 + run % 17;
		size_t end = 0;

		for (int i = 0; i < run % 40; i++) {
			seed = seed * 1103515245 + 12345;
			buf_str(&text, str_z(pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]));
		}
		for (size_t at = 0; line_next(buf_all(&text), &at, &done, width, &line);) {
			assert_true(line.from >= end && line.to <= text.n);
			for (size_t i = end; i < line.from; i++)
				assert_true(text.p[i] == ' ' || text.p[i] == '\n');
			assert_true(line.width <= width);
			assert_int_equal(glyphs_width(str_n(text.p + line.from, line.to - line.from)), line.width);
			end = line.to;
		}
		for (size_t i = end; i < text.n; i++)
			assert_true(text.p[i] == ' ' || text.p[i] == '\n');
	}
}

static void drawn_is(const char *text, unsigned w, const char *expected)
{
	struct grid g = { 0 };
	own_buf seen = { 0 };

	grid_begin(&g, w, 1);
	area_text(grid_area(&g), 0, 0, STYLE_PLAIN, str_z(text));
	grid_text(&g, &seen);
	seen.n--;
	assert_string_equal(buf_z(&seen), expected);
	grid_free(&g);
}

static void what_could_harm_is_shown_instead(void **state)
{
	drawn_is("\x1b[31mred\x1b[0m", 30, "^[[31mred^[[0m");
	drawn_is("\a\b\x7f\r\n", 30, "^G^H^?");
	drawn_is("\xc2\x9b" "31m", 30, "\uFFFD31m");
	drawn_is("a\xff\x9b" "b", 30, "a\uFFFD\uFFFDb");
	drawn_is("abc\u202edef\u2066", 30, "abc\uFFFDdef\uFFFD");
	drawn_is("a\u200bb\ufeffc\u2060d", 30, "abcd");
	drawn_is("\u0600\x9b", 30, "\uFFFD");
	drawn_is("\u0301x", 30, " \u0301x");
	drawn_is("a\u2028b", 30, "a b");
	drawn_is("\U000e0041\U000e0042", 30, "");
	drawn_is("\tx", 30, "    x");
}

static void what_does_not_fit_is_cut(void **state)
{
	drawn_is("abcdef", 6, "abcdef");
	drawn_is("abcdefg", 6, "abcde…");
	drawn_is("中文字符", 8, "中文字符");
	drawn_is("中文字符", 7, "中文字…");
	drawn_is("中文字符", 6, "中文…");
	drawn_is("abc", 1, "…");
	drawn_is("\x1b\x1b\x1b", 5, "^[^[…");
}

/* Drawing over half of a wide glyph leaves no other half. */
static void no_half_is_left(void **state)
{
	struct grid g = { 0 };
	own_buf seen = { 0 };

	grid_begin(&g, 8, 2);
	area_text(grid_area(&g), 0, 0, STYLE_PLAIN, STR("中文字"));
	area_text(grid_area(&g), 1, 0, STYLE_PLAIN, STR("x"));
	area_text(grid_area(&g), 4, 0, STYLE_PLAIN, STR("y"));
	area_text(area_part(grid_area(&g), 2, 1, 3, 1), 0, 0, STYLE_PLAIN, STR("中文字"));
	grid_text(&g, &seen);
	assert_string_equal(buf_z(&seen), " x文y\n  中…\n");
	grid_free(&g);
}

static void names_keep_their_colour(void **state)
{
	bool seen[STYLES] = { false };
	unsigned colours = 0;

	for (char c = 'a'; c <= 'z'; c++) {
		const char name[] = { c, 'o', 'm' };
		enum style s = style_of_name(str_n(name, 3));

		assert_true(s >= STYLE_NICK && s < STYLES);
		assert_int_equal(s, style_of_name(str_n(name, 3)));
		colours += !seen[s];
		seen[s] = true;
	}
	assert_true(colours >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_where_they_may),
		cmocka_unit_test(lines_lose_nothing),
		cmocka_unit_test(what_could_harm_is_shown_instead),
		cmocka_unit_test(what_does_not_fit_is_cut),
		cmocka_unit_test(no_half_is_left),
		cmocka_unit_test(names_keep_their_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
