/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/cells.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

/* ---- glyphs */

/* Embeddings, overrides and isolates: they reorder what stands behind them, also what is not theirs. Marks (U+200E,
 * U+200F, U+061C) do not. */
static bool turns_direction(uint32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

/* Where all terminals agree: letters that are one character, Chinese, Japanese and Korean. Elsewhere the next cell
 * is placed anew. */
static bool agreed(uint32_t c)
{
	return (c >= 0x20 && c < 0x7F) || (c >= 0xC0 && c < 0x250) || (c >= 0x390 && c < 0x480) ||
	       (c >= 0x3000 && c < 0x3030) || (c >= 0x3041 && c < 0x3097) || (c >= 0x30A0 && c < 0x3100) ||
	       (c >= 0x4E00 && c < 0x9FF0) || (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xFF01 && c < 0xFF5F) ||
	       c == 0x2500 || c == 0x2502;
}

static void cell_set(struct cell *cell, struct str text, unsigned width)
{
	memcpy(cell->text, text.p, text.n);
	cell->n = (uint8_t)text.n;
	cell->width = (uint8_t)width;
}

static void control_show(struct glyph *g, uint32_t c)
{
	const char caret[2] = { '^', (char)(c ^ 0x40) };

	g->line_end = c == '\n' || c == '\r';
	if (g->line_end)
		return;
	if (c == '\t')
		cell_set(&g->cell, str_n("    ", TAB_COLUMNS), TAB_COLUMNS);
	else if (c < 0x20 || c == 0x7F)
		cell_set(&g->cell, str_n(caret, 2), 2);
	else if (c < 0xA0 || turns_direction(c))
		cell_set(&g->cell, STR("\uFFFD"), 1);
	else if (c == 0x2028 || c == 0x2029)
		cell_set(&g->cell, STR(" "), 1);
}

/* Marks without anything to stand on get a blank; what is only there to join or choose is left out. */
static void marks_show(struct glyph *g, struct str bytes)
{
	if ((g->cell.text[0] = ' ', bytes.n + 1 <= CLUSTER_SHOWN)) {
		memcpy(g->cell.text + 1, bytes.p, bytes.n);
		g->cell.n = (uint8_t)(bytes.n + 1);
		g->cell.width = 1;
	}
	g->cell.risky = true;
}

static bool invisible(uint32_t c)
{
	return c == 0x200D || c == 0x200C || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF) ||
		c == 0x034F || (c >= 0x1160 && c <= 0x11FF);
}

struct glyph glyph_at(struct str text, size_t at)
{
	struct cluster t = cluster_at(text, at);
	struct glyph g = { .n = t.n };
	struct str shown = { text.p + at, t.shown };

	if (char_facts(t.first).kind == KIND_CONTROL) {
		control_show(&g, t.first);
		return g;
	}
	/* its bytes may be anything; some characters are one with whatever comes behind them */
	if (!str_is_utf8(shown)) {
		cell_set(&g.cell, STR("\uFFFD"), 1);
		return g;
	}
	if (t.width == 0) {
		if (!invisible(t.first))
			marks_show(&g, shown);
		return g;
	}
	cell_set(&g.cell, shown, t.width < GLYPH_COLUMNS ? t.width : GLYPH_COLUMNS);
	g.cell.risky = t.count > 1 || !agreed(t.first);
	return g;
}

unsigned glyphs_width(struct str text)
{
	unsigned width = 0;

	for (size_t at = 0; at < text.n;) {
		struct glyph g = glyph_at(text, at);

		width += g.cell.width;
		at += g.n;
	}
	return width;
}

size_t glyphs_fit(struct str text, unsigned width)
{
	size_t at = 0;

	while (at < text.n) {
		struct glyph g = glyph_at(text, at);

		if (g.cell.width > width)
			break;
		width -= g.cell.width;
		at += g.n;
	}
	return at;
}

enum style style_of_name(struct str name)
{
	uint32_t hash = 2166136261u; /* FNV-1a: the same in every run, and nothing depends on it but a colour */

	for (size_t i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)name.p[i]) * 16777619u;
	return STYLE_NICK + (hash ^ hash >> 16) % STYLE_NICKS;
}

/* ---- lines */

static bool is_one_of(uint32_t c, const uint32_t *of)
{
	while (*of && *of != c)
		of++;
	return *of != 0;
}

/* What must not begin a line (kinsoku), and what must not end one. */
static bool closes(uint32_t c)
{
	static const uint32_t marks[] = {
		'!', ')', ',', '.', ':', ';', '?', ']', '}', '%', '>', 0xB7, 0x2019, 0x201D, 0x2026, 0x2014,
		0x3001, 0x3002, 0x3003, 0x3005, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0x301C,
		0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x30A1, 0x30A3, 0x30A5,
		0x30A7, 0x30A9, 0x30C3, 0x30E3, 0x30E5, 0x30E7, 0x30FB, 0x30FC, 0xFF01, 0xFF05, 0xFF09, 0xFF0C,
		0xFF0E, 0xFF1A, 0xFF1B, 0xFF1E, 0xFF1F, 0xFF3D, 0xFF5D, 0xFF5E, 0,
	};

	return is_one_of(c, marks);
}

static bool opens(uint32_t c)
{
	static const uint32_t marks[] = { '(', '[', '{', '<', 0x2018, 0x201C, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010,
		0x3014, 0x3016, 0xFF08, 0xFF3B, 0xFF5B, 0xFF1C, 0 };

	return is_one_of(c, marks);
}

/* Beside such a one a line may end: scripts that are written without blanks, and pictures. */
static bool breaks_anywhere(uint32_t c)
{
	return (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xF900 && c < 0xFB00) || (c >= 0xFE30 && c < 0xFE70) ||
		(c >= 0xFF01 && c < 0xFF61) || c >= 0x1F000;
}

static bool may_break(uint32_t before, uint32_t after)
{
	if (before == 0 || after == ' ')
		return false;
	if (before == ' ' || before == 0x200B)
		return true;
	return (breaks_anywhere(before) || breaks_anywhere(after)) && !closes(after) && !opens(before);
}

struct wrapping {
	struct line line, broken; /* as far as it got; as it would be if it ended at the last place where it may */
	size_t rest;              /* where the next would begin then; 0: there is no such place */
	uint32_t before;
};

static struct line wrap_overflow(const struct wrapping *w, size_t *at, size_t here)
{
	*at = w->rest ? w->rest : here;
	return w->rest ? w->broken : w->line;
}

bool line_next(struct str text, size_t *at, bool *done, unsigned width, struct line *ret)
{
	struct wrapping w = { .line = { *at, *at, 0 } };
	unsigned column = 0; /* with blanks that hang behind the line */

	if (*done)
		return false;
	for (size_t here = *at; here < text.n;) {
		struct glyph g = glyph_at(text, here);
		uint32_t c;

		if (g.line_end) {
			*at = here + g.n;
			*ret = w.line;
			return true;
		}
		utf8_at(text, here, &c);
		if (may_break(w.before, c)) {
			w.broken = w.line;
			w.rest = here;
		}
		if (c != ' ' && column + g.cell.width > width && here > *at) {
			*ret = wrap_overflow(&w, at, here);
			return true;
		}
		column += g.cell.width;
		here += g.n;
		w.before = c == '\t' ? ' ' : c;
		if (c != ' ')
			w.line = (struct line){ *at, here, column };
	}
	*at = text.n;
	*done = true;
	*ret = w.line;
	return true;
}

unsigned lines_count(struct str text, unsigned width)
{
	struct line line;
	bool done = false;
	unsigned n = 0;

	for (size_t at = 0; line_next(text, &at, &done, width, &line);)
		n++;
	return n;
}

/* ---- the grid */

void grid_begin(struct grid *g, unsigned w, unsigned h)
{
	w = w < GRID_MAX ? w : GRID_MAX;
	h = h < GRID_MAX ? h : GRID_MAX;
	if (w != g->w || h != g->h || !g->cells) {
		mem_free(g->cells);
		g->cells = mem_raw(sizeof *g->cells * (w * h + 1));
	}
	g->w = w;
	g->h = h;
	g->cursor = false;
	for (unsigned i = 0; i < w * h; i++)
		g->cells[i] = (struct cell){ .text = " ", .n = 1, .width = 1 };
}

void grid_free(struct grid *g)
{
	mem_free(g->cells);
	*g = (struct grid){ 0 };
}

struct area grid_area(struct grid *g) { return (struct area){ g, 0, 0, g->w, g->h }; }

struct area area_part(struct area a, unsigned x, unsigned y, unsigned w, unsigned h)
{
	x = x < a.w ? x : a.w;
	y = y < a.h ? y : a.h;
	w = w < a.w - x ? w : a.w - x;
	h = h < a.h - y ? h : a.h - y;
	return (struct area){ a.grid, a.x + x, a.y + y, w, h };
}

static struct cell *cell_at(struct area a, unsigned x, unsigned y)
{
	return &a.grid->cells[(a.y + y) * a.grid->w + a.x + x];
}

/* A wide glyph of which a part is drawn over is gone. */
static void cell_clear(struct area a, unsigned x, unsigned y)
{
	unsigned row = (a.y + y) * a.grid->w, at = a.x + x, from = at;

	while (from > 0 && a.grid->cells[row + from].width == 0)
		from--;
	for (unsigned end = from + a.grid->cells[row + from].width; from < end && from < a.grid->w; from++) {
		struct cell *c = &a.grid->cells[row + from];

		*c = (struct cell){ .text = " ", .n = 1, .width = 1, .style = c->style };
	}
}

void area_cell(struct area a, unsigned x, unsigned y, const struct cell *cell)
{
	assert(cell->n <= CLUSTER_SHOWN && cell->width <= GLYPH_COLUMNS);
	if (y >= a.h || x >= a.w || cell->width > a.w - x || cell->width == 0)
		return;
	for (unsigned i = 0; i < cell->width; i++)
		cell_clear(a, x + i, y);
	*cell_at(a, x, y) = *cell;
	for (unsigned i = 1; i < cell->width; i++)
		*cell_at(a, x + i, y) = (struct cell){ .style = cell->style };
}

/* Tabs and ^X are several ordinary cells. */
static unsigned glyph_draw(struct area a, unsigned x, unsigned y, enum style style, const struct cell *cell)
{
	struct cell one = *cell;

	one.style = (uint8_t)style;
	if (cell->n != cell->width || cell->risky || cell->width < 2) {
		area_cell(a, x, y, &one);
		return x + cell->width;
	}
	for (unsigned i = 0; i < cell->n; i++)
		area_cell(a, x + i, y,
			&(struct cell){ .text = { cell->text[i] }, .n = 1, .width = 1, .style = one.style });
	return x + cell->width;
}

void area_fill(struct area a, enum style style)
{
	const struct cell blank = { .text = " ", .n = 1, .width = 1, .style = (uint8_t)style };

	for (unsigned y = 0; y < a.h; y++) {
		for (unsigned x = 0; x < a.w; x++)
			area_cell(a, x, y, &blank);
	}
}

unsigned area_text(struct area a, unsigned x, unsigned y, enum style style, struct str text)
{
	unsigned room = x < a.w ? a.w - x : 0;
	bool cut = glyphs_fit(text, room) < text.n;
	size_t end = cut ? glyphs_fit(text, room ? room - 1 : 0) : text.n;

	if (y >= a.h || room == 0)
		return x;
	for (size_t at = 0; at < end;) {
		struct glyph g = glyph_at(text, at);

		if (g.line_end)
			cell_set(&g.cell, STR(" "), 1);
		x = glyph_draw(a, x, y, style, &g.cell);
		at += g.n;
	}
	if (cut)
		area_cell(a, x++, y,
			&(struct cell){ .text = "…", .n = sizeof "…" - 1, .width = 1, .style = (uint8_t)style,
				.risky = true });
	return x;
}

unsigned area_fmt(struct area a, unsigned x, unsigned y, enum style style, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return area_text(a, x, y, style,
		str_n(text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1));
}

unsigned area_line(struct area a, unsigned x, unsigned y, enum style style, struct str text, const struct line *line,
		   enum style (*style_at)(void *arg, size_t at, enum style style), void *arg)
{
	for (size_t at = line->from; at < line->to;) {
		struct glyph g = glyph_at(text, at);

		x = glyph_draw(a, x, y, style_at ? style_at(arg, at, style) : style, &g.cell);
		at += g.n;
	}
	return x;
}

void area_repeat(struct area a, unsigned x, unsigned y, enum style style, const char *glyph, unsigned n)
{
	struct glyph g = glyph_at(str_z(glyph), 0);

	for (unsigned i = 0; i < n && x < a.w; i++)
		x = glyph_draw(a, x, y, style, &g.cell);
}

void grid_text(const struct grid *g, struct buf *to)
{
	for (unsigned y = 0; y < g->h; y++) {
		size_t begin = to->n;

		for (unsigned x = 0; x < g->w; x++)
			buf_add(to, g->cells[y * g->w + x].text, g->cells[y * g->w + x].n);
		while (to->n > begin && to->p[to->n - 1] == ' ')
			to->n--;
		buf_byte(to, '\n');
	}
}
