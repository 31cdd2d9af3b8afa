/* SPDX-License-Identifier: Apache-2.0
 *
 * Painting on made-up terminals, which do not agree how wide an emoji is: whatever they think, what stands beside it
 * is where it belongs.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "clients/term/screen/paint.h"

enum { W = 24, H = 4 };

/* A terminal that understands <x,y> {style} and [clear]. Cells hold one cluster; a wide one is in two. */
struct made_up {
	char cells[H][W][CLUSTER_SHOWN + 1];
	unsigned x, y;
	unsigned emoji;   /* columns it gives to what is risky */
	size_t written;
};

static void place(void *arg, struct buf *to, unsigned x, unsigned y) { buf_fmt(to, "\x01%u,%u;", x, y); }
static void dress(void *arg, struct buf *to, unsigned attributes, int front, int back) { buf_lit(to, "\x02"); }

static const struct terminal terminal = { .colours = 8, .place = place, .dress = dress, .clear = STR_INIT("\x03"),
	.show = STR_INIT("\x04"), .hide = STR_INIT("\x05") };

static void blank(struct made_up *m, unsigned x, unsigned y)
{
	if (x < W)
		snprintf(m->cells[y][x], sizeof m->cells[y][x], " ");
}

/* A terminal that is written into the middle of a wide glyph drops the rest of it. */
static void cell_put(struct made_up *m, struct str text, unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		unsigned x = m->x + i;

		if (x >= W)
			continue;
		for (unsigned back = x; m->cells[m->y][back][0] == 0; back--)
			blank(m, back - 1, m->y);
		for (unsigned on = x + 1; on < W && m->cells[m->y][on][0] == 0; on++)
			blank(m, on, m->y);
		blank(m, x, m->y);
	}
	if (m->x + width > W)
		return;
	memcpy(m->cells[m->y][m->x], text.p, text.n);
	m->cells[m->y][m->x][text.n] = 0;
	for (unsigned i = 1; i < width; i++)
		m->cells[m->y][m->x + i][0] = 0;
	m->x += width;
}

static void feed(struct made_up *m, struct str s)
{
	m->written = s.n;
	for (size_t at = 0; at < s.n;) {
		if (s.p[at] == 1) {
			unsigned n = 0;

			assert_int_equal(sscanf(s.p + at + 1, "%u,%u", &m->x, &m->y), 2);
			while (s.p[at + n] != ';')
				n++;
			at += n + 1;
		} else if (s.p[at] == 3) {
			for (unsigned i = 0; i < W * H; i++)
				blank(m, i % W, i / W);
			at++;
		} else if (s.p[at] < 6 && s.p[at] > 0) {
			at++;
		} else {
			struct cluster t = cluster_at(s, at);
			bool risky = t.count > 1 || t.first >= 0x1F000;

			cell_put(m, str_n(s.p + at, t.n), risky && m->emoji ? m->emoji : t.width);
			at += t.n;
		}
	}
}

static void line_is(struct made_up *m, unsigned y, const char *expected)
{
	own_buf line = { 0 };

	for (unsigned x = 0; x < W; x++)
		buf_str(&line, str_z(m->cells[y][x]));
	while (line.n && line.p[line.n - 1] == ' ')
		line.n--;
	assert_string_equal(buf_z(&line), expected);
}

static void show(struct paint *p, struct made_up *m, const char *first, const char *second)
{
	struct grid g = { 0 };
	own_buf out = { 0 };

	grid_begin(&g, W, H);
	area_text(grid_area(&g), 0, 0, STYLE_PLAIN, str_z(first));
	area_text(grid_area(&g), 0, 1, STYLE_DIM, str_z(second));
	paint(p, &terminal, &g, &out);
	buf_z(&out);
	feed(m, buf_all(&out));
	grid_free(&g);
}

static void only_what_differs_is_written(void **state)
{
	struct paint p = { 0 };
	struct made_up m = { 0 };
	size_t all;

	show(&p, &m, "hello there", "second line");
	line_is(&m, 0, "hello there");
	line_is(&m, 1, "second line");
	all = m.written;
	show(&p, &m, "hello there", "second line");
	assert_int_equal(m.written, 0);
	show(&p, &m, "hello where", "second line");
	line_is(&m, 0, "hello where");
	assert_true(m.written < all / 2);
	show(&p, &m, "中文 there", "x");
	line_is(&m, 0, "中文 there");
	line_is(&m, 1, "x");
	show(&p, &m, "a文 there", "");
	line_is(&m, 0, "a文 there");
	show(&p, &m, "ab中 there", "");
	line_is(&m, 0, "ab中 there");
	paint_forget(&p);
	show(&p, &m, "ab", "");
	line_is(&m, 0, "ab");
	paint_free(&p);
}

/* Terminals that give an emoji one, two, or six columns. */
static void neighbours_of_emoji_stay(void **state)
{
	static const char *const lines[] = { "a👨\u200d👩\u200d👧bcdefghijkl", "a👍🏽bcdefghijkl", "x👍🏽bcdefghijkl",
		"abc👨\u200d👩\u200d👧hijkl", "abcdefghijklm", "ab❤\ufe0fcdefghijk" };

	for (unsigned emoji = 1; emoji <= 6; emoji++) {
		struct paint p = { 0 };
		struct made_up m = { .emoji = emoji };

		for (size_t i = 0; i < 40; i++) {
			const char *line = lines[(i * 7 + i / 5) % countof(lines)];
			struct grid g = { 0 };

			show(&p, &m, line, lines[i % countof(lines)]);
			grid_begin(&g, W, H);
			area_text(grid_area(&g), 0, 0, STYLE_PLAIN, str_z(line));
			for (unsigned x = 0; x < W; x++) {
				const struct cell *c = &g.cells[x];

				if (c->n == 1 && c->text[0] != ' ')
					assert_string_equal(m.cells[0][x], ((char[]){ c->text[0], 0 }));
			}
			grid_free(&g);
		}
		paint_free(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_differs_is_written),
		cmocka_unit_test(neighbours_of_emoji_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
