/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/paint.h"

#include "base/mem.h"

/* What a style looks like. Colours of names are told apart by people who do not see all of them (blues, orange,
 * blueish green, purple, ochre as in Okabe and Ito's set, of middling lightness so that they can be read on black
 * and on white), and nothing is said by colour alone. With 8 colours bold stands for the brighter half. */
struct look {
	short front256, back256;
	signed char front, back; /* of 8 */
	unsigned char attributes;
	unsigned char plain;     /* attributes where there are no colours */
};

static const struct look looks[STYLES] = {
	[STYLE_PLAIN] = { -1, -1, -1, -1, 0, 0 },
	[STYLE_DIM] = { 245, -1, -1, -1, 0, 0 },
	[STYLE_BOLD] = { -1, -1, -1, -1, DRESS_BOLD, DRESS_BOLD },
	[STYLE_FRAME] = { 240, -1, 4, -1, 0, 0 },
	[STYLE_BAR] = { 252, 237, 7, 4, 0, DRESS_REVERSE },
	[STYLE_BAR_STRONG] = { 231, 237, 7, 4, DRESS_BOLD, DRESS_REVERSE | DRESS_BOLD },
	[STYLE_BAR_BAD] = { 222, 237, 3, 4, DRESS_BOLD, DRESS_REVERSE | DRESS_BOLD },
	[STYLE_CHOSEN] = { 231, 25, 7, 4, DRESS_BOLD, DRESS_REVERSE },
	[STYLE_ONLINE] = { 35, -1, 2, -1, 0, 0 },
	[STYLE_OFFLINE] = { 245, -1, -1, -1, 0, 0 },
	[STYLE_UNREAD] = { 33, -1, 6, -1, 0, DRESS_BOLD },
	[STYLE_MENTION] = { 208, -1, 3, -1, DRESS_BOLD, DRESS_BOLD | DRESS_UNDERLINE },
	[STYLE_LINE] = { 166, -1, 3, -1, 0, 0 },
	[STYLE_ERROR] = { 160, -1, 1, -1, DRESS_BOLD, DRESS_BOLD },
	[STYLE_NOTICE] = { 31, -1, 6, -1, 0, 0 },
	[STYLE_OWN] = { -1, -1, -1, -1, DRESS_BOLD, DRESS_BOLD },
	[STYLE_MARK] = { 245, -1, -1, -1, 0, 0 },
	[STYLE_MARK_BAD] = { 160, -1, 1, -1, DRESS_BOLD, DRESS_BOLD },
	[STYLE_LINK] = { -1, -1, -1, -1, DRESS_UNDERLINE, DRESS_UNDERLINE },
	[STYLE_FOUND] = { 16, 220, 0, 3, 0, DRESS_REVERSE },
	[STYLE_PROGRESS] = { 33, -1, 6, -1, 0, 0 },
	[STYLE_PROMPT] = { 33, -1, 6, -1, DRESS_BOLD, DRESS_BOLD },
	[STYLE_NICK + 0] = { 32, -1, 6, -1, 0, 0 },
	[STYLE_NICK + 1] = { 172, -1, 3, -1, 0, 0 },
	[STYLE_NICK + 2] = { 36, -1, 2, -1, 0, 0 },
	[STYLE_NICK + 3] = { 133, -1, 5, -1, 0, 0 },
	[STYLE_NICK + 4] = { 136, -1, 3, -1, DRESS_BOLD, 0 },
	[STYLE_NICK + 5] = { 67, -1, 6, -1, DRESS_BOLD, 0 },
	[STYLE_NICK + 6] = { 168, -1, 5, -1, DRESS_BOLD, 0 },
};

static void style_set(struct paint *p, const struct terminal *t, unsigned style, struct buf *to)
{
	const struct look *l = &looks[style < STYLES ? style : STYLE_PLAIN];

	if (p->style == (int)style)
		return;
	if (t->colours >= 256)
		t->dress(t->arg, to, l->attributes, l->front256, l->back256);
	else if (t->colours >= 8)
		t->dress(t->arg, to, l->attributes, l->front, l->back);
	else
		t->dress(t->arg, to, t->no_reverse && (l->plain & DRESS_REVERSE) ? DRESS_BOLD : l->plain, -1, -1);
	p->style = (int)style;
}

static bool cell_same(const struct cell *a, const struct cell *b)
{
	return a->n == b->n && a->width == b->width && a->style == b->style && a->risky == b->risky &&
		memcmp(a->text, b->text, a->n) == 0;
}

static void place(struct paint *p, const struct terminal *t, unsigned x, unsigned y, struct buf *to)
{
	if (p->placed && p->x == x && p->y == y)
		return;
	t->place(t->arg, to, x, y);
	p->x = x;
	p->y = y;
	p->placed = true;
}

/* How wide a risky glyph is, terminals do not agree: its place is blanked before it, and the cursor is placed anew
 * behind it. */
static void cell_write(struct paint *p, const struct terminal *t, unsigned x, unsigned y, const struct cell *c,
	struct buf *to)
{
	place(p, t, x, y, to);
	style_set(p, t, c->style, to);
	if (c->risky && c->width > 1) {
		for (unsigned i = 0; i < c->width; i++)
			buf_byte(to, ' ');
		p->placed = false;
		place(p, t, x, y, to);
	}
	buf_add(to, c->text, c->n);
	p->x += c->width;
	/* behind the last column a terminal may be on the next line already, or not */
	if (c->risky || p->x >= p->shown.w)
		p->placed = false;
}

/* From the first risky cell that changes, or is no more, all of the row is written: what it covered is not known. */
static void row_paint(struct paint *p, const struct terminal *t, const struct grid *want, unsigned y, struct buf *to)
{
	const struct cell *new = want->cells + y * want->w;
	struct cell *old = p->shown.cells + y * want->w;
	bool all = false;

	for (unsigned x = 0; x < want->w; x++) {
		bool same = cell_same(&new[x], &old[x]);

		all = all || (!same && (new[x].risky || old[x].risky));
		if (new[x].width == 0) { /* written with the one before it */
			old[x] = new[x];
			continue;
		}
		if (same && !all)
			continue;
		cell_write(p, t, x, y, &new[x], to);
		old[x] = new[x];
	}
}

static void cursor_paint(struct paint *p, const struct terminal *t, const struct grid *want, struct buf *to)
{
	if (want->cursor)
		place(p, t, want->cursor_x, want->cursor_y, to);
	if (want->cursor && !p->cursor)
		buf_str(to, t->show);
	p->cursor = want->cursor;
}

static bool differs(const struct paint *p, const struct grid *want)
{
	for (unsigned i = 0; i < want->w * want->h; i++) {
		if (!cell_same(&want->cells[i], &p->shown.cells[i]))
			return true;
	}
	return false;
}

void paint(struct paint *p, const struct terminal *t, const struct grid *want, struct buf *to)
{
	bool anew = p->shown.w != want->w || p->shown.h != want->h;

	if (anew) {
		p->style = -1;
		style_set(p, t, STYLE_PLAIN, to);
		buf_str(to, t->clear);
		grid_begin(&p->shown, want->w, want->h);
		p->placed = false;
	}
	if (anew || differs(p, want)) {
		if (p->cursor || anew)
			buf_str(to, t->hide);
		p->cursor = false;
		for (unsigned y = 0; y < want->h; y++)
			row_paint(p, t, want, y, to);
	}
	cursor_paint(p, t, want, to);
}

void paint_forget(struct paint *p)
{
	p->shown.w = 0;
	p->style = -1;
	p->placed = p->cursor = false;
}

void paint_free(struct paint *p)
{
	grid_free(&p->shown);
	*p = (struct paint){ 0 };
}
