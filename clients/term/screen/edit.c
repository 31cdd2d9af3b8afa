/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/edit.h"

#include <assert.h>

#include "base/mem.h"

enum {
	RECORD = 0x1E, /* between lines of the kept history: no text that can be typed has it */
};

static struct str part(const struct edit *e, size_t from, size_t to) { return str_n(edit_text(e).p + from, to - from); }

/* ---- changes */

static void state_free(struct edit_state *s) { buf_free(&s->text); }

/* Before a change: `kind` tells whether it goes on with the last one. */
static void undo_mark(struct edit *e, enum edit_change kind)
{
	bool goes_on = kind == e->typing && kind != CHANGE_OTHER;

	e->typing = kind;
	if (e->secret || goes_on)
		return;
	if (e->undo_n == EDIT_UNDO) {
		state_free(&e->undo[0]);
		memmove(e->undo, e->undo + 1, sizeof *e->undo * --e->undo_n);
	}
	e->undo[e->undo_n] = (struct edit_state){ .cursor = e->cursor };
	buf_str(&e->undo[e->undo_n++].text, edit_text(e));
}

static void undo_forget(struct edit *e)
{
	while (e->undo_n > 0)
		state_free(&e->undo[--e->undo_n]);
	e->typing = CHANGE_OTHER;
}

static void undo(struct edit *e)
{
	struct edit_state *s;

	if (e->undo_n == 0)
		return;
	s = &e->undo[--e->undo_n];
	buf_free(&e->text);
	e->text = s->text;
	e->cursor = s->cursor;
	e->typing = CHANGE_OTHER;
}

static void text_replace(struct edit *e, size_t from, size_t to, struct str with)
{
	size_t behind = e->text.n - to;

	assert(from <= to && to <= e->text.n);
	if (e->text.n - (to - from) + with.n > EDIT_MAX)
		return;
	buf_room(&e->text, with.n + 1);
	memmove(e->text.p + from + with.n, e->text.p + to, behind);
	if (with.n)
		memcpy(e->text.p + from, with.p, with.n);
	e->text.n = from + with.n + behind;
	e->cursor = from + with.n;
}

void edit_insert(struct edit *e, struct str text)
{
	undo_mark(e, text.n == 1 && text.p[0] == ' ' ? CHANGE_OTHER : CHANGE_TYPED);
	text_replace(e, e->cursor, e->cursor, text);
	e->history_at = e->history_n;
}

static void text_cut(struct edit *e, size_t from, size_t to)
{
	if (from == to)
		return;
	undo_mark(e, CHANGE_OTHER);
	if (!e->secret) {
		buf_clear(&e->cut);
		buf_add(&e->cut, e->text.p + from, to - from);
	}
	text_replace(e, from, to, STR(""));
}

void edit_set(struct edit *e, struct str text)
{
	undo_forget(e);
	buf_clear(&e->text);
	buf_add(&e->text, text.p, text.n < EDIT_MAX ? text.n : EDIT_MAX);
	e->cursor = e->text.n;
	e->completing = false;
	e->history_at = e->history_n;
}

void edit_clear(struct edit *e)
{
	undo_forget(e);
	if (e->secret) {
		buf_wipe(&e->text);
		buf_room(&e->text, 4096); /* so that no growing leaves a part of a secret behind */
	}
	buf_clear(&e->text);
	e->cursor = 0;
	e->completing = false;
	e->history_at = e->history_n;
}

/* ---- places */

static size_t next_place(const struct edit *e, size_t at)
{
	return at < e->text.n ? at + cluster_at(edit_text(e), at).n : at;
}

static size_t last_place(const struct edit *e, size_t at) { return at > 0 ? cluster_before(edit_text(e), at) : 0; }

static bool is_blank(const struct edit *e, size_t at)
{
	return e->text.p[at] == ' ' || e->text.p[at] == '\n' || e->text.p[at] == '\t';
}

/* What a word is made of. ASCII punctuation parts words; a run of Chinese is one, as long as nobody knows where its
 * words end. */
static bool in_word(const struct edit *e, size_t at)
{
	unsigned char c = (unsigned char)e->text.p[at];

	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t word_end(const struct edit *e, size_t at)
{
	while (at < e->text.n && !in_word(e, at))
		at = next_place(e, at);
	while (at < e->text.n && in_word(e, at))
		at = next_place(e, at);
	return at;
}

static size_t word_begin(const struct edit *e, size_t at)
{
	while (at > 0 && !in_word(e, last_place(e, at)))
		at = last_place(e, at);
	while (at > 0 && in_word(e, last_place(e, at)))
		at = last_place(e, at);
	return at;
}

/* ^W takes what stands between blanks. */
static size_t blank_begin(const struct edit *e, size_t at)
{
	while (at > 0 && is_blank(e, last_place(e, at)))
		at = last_place(e, at);
	while (at > 0 && !is_blank(e, last_place(e, at)))
		at = last_place(e, at);
	return at;
}

static size_t line_begin(const struct edit *e, size_t at)
{
	while (at > 0 && e->text.p[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct edit *e, size_t at)
{
	while (at < e->text.n && e->text.p[at] != '\n')
		at++;
	return at;
}

/* ---- rows */

bool edit_row(struct str text, size_t *at, bool *done, unsigned width, struct line *ret)
{
	size_t here = *at;
	unsigned column = 0;

	if (*done)
		return false;
	while (here < text.n) {
		struct glyph g = glyph_at(text, here);

		if (g.line_end) {
			*ret = (struct line){ *at, here, column };
			*at = here + g.n;
			return true;
		}
		if (column + g.cell.width > width && here > *at)
			break;
		column += g.cell.width;
		here += g.n;
	}
	*ret = (struct line){ *at, here, column };
	/* the cursor behind a full last row has a row of its own */
	*done = here == text.n && (column < width || *at == here);
	*at = here;
	return true;
}

unsigned edit_rows(const struct edit *e, unsigned width, unsigned *cursor_x, unsigned *cursor_y)
{
	struct line row;
	bool done = false;
	unsigned n = 0;

	*cursor_x = *cursor_y = 0;
	for (size_t at = 0; edit_row(edit_text(e), &at, &done, width, &row); n++) {
		if (e->cursor >= row.from && e->cursor <= row.to) {
			*cursor_x = glyphs_width(part(e, row.from, e->cursor));
			*cursor_y = n;
		}
	}
	return n;
}

/* Up or down by one row; false: there is none. */
static bool row_move(struct edit *e, unsigned width, int step)
{
	unsigned x, y, n = 0;
	struct line row;
	bool done = false;

	edit_rows(e, width, &x, &y);
	for (size_t at = 0; edit_row(edit_text(e), &at, &done, width, &row); n++) {
		if ((int)n == (int)y + step) {
			e->cursor = row.from + glyphs_fit(part(e, row.from, row.to), x);
			return true;
		}
	}
	return false;
}

/* ---- history */

void edit_remember(struct edit *e)
{
	struct str text = edit_text(e);

	if (e->secret || text.n == 0 || text.n > 4096)
		return;
	if (e->history_n > 0 && str_eq(buf_all(&e->history[e->history_n - 1]), text))
		return;
	if (e->history_n == EDIT_HISTORY) {
		buf_free(&e->history[0]);
		memmove(e->history, e->history + 1, sizeof *e->history * --e->history_n);
	}
	e->history = mem_grow(e->history, sizeof *e->history * (e->history_n + 1));
	e->history[e->history_n] = (struct buf){ 0 };
	buf_str(&e->history[e->history_n++], text);
	e->history_at = e->history_n;
}

void edit_history_read(struct edit *e, struct str kept)
{
	struct edit line = { .history = e->history, .history_n = e->history_n };

	while (kept.n > 0) {
		size_t n = str_find(kept, RECORD);

		edit_set(&line, str_n(kept.p, n));
		edit_remember(&line);
		kept = str_from(kept, n + 1);
	}
	e->history = line.history;
	e->history_n = e->history_at = line.history_n;
	buf_free(&line.text);
}

void edit_history_write(const struct edit *e, struct buf *to)
{
	for (size_t i = 0; i < e->history_n; i++) {
		if (i > 0)
			buf_byte(to, RECORD);
		buf_str(to, buf_all(&e->history[i]));
	}
}

static void history_move(struct edit *e, int step)
{
	size_t at = e->history_at;

	if ((step < 0 && at == 0) || (step > 0 && at >= e->history_n) || e->secret)
		return;
	if (at == e->history_n) {
		buf_clear(&e->parked);
		buf_str(&e->parked, edit_text(e));
	}
	at = step < 0 ? at - 1 : at + 1;
	edit_set(e, at == e->history_n ? buf_all(&e->parked) : buf_all(&e->history[at]));
	e->history_at = at;
}

/* ---- completion */

void edit_offers(struct edit *e)
{
	size_t from = e->cursor;

	while (from > 0 && !is_blank(e, from - 1))
		from--;
	buf_clear(&e->words);
	e->words_n = 0;
	e->word_from = from;
	e->completing = false;
}

void edit_offer(struct edit *e, struct str word)
{
	if (e->words_n >= 200 || memchr(word.p, 0, word.n))
		return;
	buf_str(&e->words, word);
	buf_byte(&e->words, '\0');
	e->words_n++;
}

struct str edit_offered(const struct edit *e, size_t i)
{
	const char *p = e->words.p;

	assert(i < e->words_n);
	while (i-- > 0)
		p += strlen(p) + 1;
	return str_z(p);
}

void edit_choose(struct edit *e, int step)
{
	if (e->words_n == 0)
		return;
	if (!e->completing) {
		undo_mark(e, CHANGE_OTHER);
		e->word_at = step > 0 ? 0 : e->words_n - 1;
	} else {
		e->word_at = (e->word_at + e->words_n + (size_t)(ptrdiff_t)step) % e->words_n;
	}
	e->completing = true;
	text_replace(e, e->word_from, e->cursor, edit_offered(e, e->word_at));
}

/* ---- keys */

static void character_type(struct edit *e, uint32_t c)
{
	char bytes[4];

	edit_insert(e, str_n(bytes, utf8_put(bytes, c)));
}

static void to_begin(struct edit *e) { e->cursor = line_begin(e, e->cursor); }
static void to_end(struct edit *e) { e->cursor = line_end(e, e->cursor); }
static void to_left(struct edit *e) { e->cursor = last_place(e, e->cursor); }
static void to_right(struct edit *e) { e->cursor = next_place(e, e->cursor); }
static void to_word_left(struct edit *e) { e->cursor = word_begin(e, e->cursor); }
static void to_word_right(struct edit *e) { e->cursor = word_end(e, e->cursor); }
static void cut_blank(struct edit *e) { text_cut(e, blank_begin(e, e->cursor), e->cursor); }
static void cut_word_left(struct edit *e) { text_cut(e, word_begin(e, e->cursor), e->cursor); }
static void cut_word_right(struct edit *e) { text_cut(e, e->cursor, word_end(e, e->cursor)); }
static void cut_begin(struct edit *e) { text_cut(e, line_begin(e, e->cursor), e->cursor); }
static void cut_end(struct edit *e) { text_cut(e, e->cursor, line_end(e, e->cursor)); }
static void new_line(struct edit *e) { edit_insert(e, STR("\n")); }

static void put_back(struct edit *e)
{
	if (e->cut.n)
		edit_insert(e, buf_all(&e->cut));
}

static void delete_left(struct edit *e)
{
	if (e->cursor > 0) {
		undo_mark(e, CHANGE_BACKSPACE);
		text_replace(e, last_place(e, e->cursor), e->cursor, STR(""));
	}
}

static void delete_right(struct edit *e)
{
	size_t from = e->cursor;

	if (from < e->text.n) {
		undo_mark(e, CHANGE_DELETE);
		text_replace(e, from, next_place(e, from), STR(""));
	}
}

enum { PLAIN = 0, ALT = 1, CTRL = 2 };

static const struct {
	enum key_code code;
	uint32_t c;
	unsigned with;
	void (*act)(struct edit *e);
} acts[] = {
	{ KEY_CHAR, 'a', CTRL, to_begin },
	{ KEY_HOME, 0, PLAIN, to_begin },
	{ KEY_CHAR, 'e', CTRL, to_end },
	{ KEY_END, 0, PLAIN, to_end },
	{ KEY_CHAR, 'b', CTRL, to_left },
	{ KEY_LEFT, 0, PLAIN, to_left },
	{ KEY_CHAR, 'f', CTRL, to_right },
	{ KEY_RIGHT, 0, PLAIN, to_right },
	{ KEY_CHAR, 'b', ALT, to_word_left },
	{ KEY_LEFT, 0, CTRL, to_word_left },
	{ KEY_LEFT, 0, ALT, to_word_left },
	{ KEY_CHAR, 'f', ALT, to_word_right },
	{ KEY_RIGHT, 0, CTRL, to_word_right },
	{ KEY_RIGHT, 0, ALT, to_word_right },
	{ KEY_CHAR, 'w', CTRL, cut_blank },
	{ KEY_BACKSPACE, 0, ALT, cut_word_left },
	{ KEY_CHAR, 'd', ALT, cut_word_right },
	{ KEY_CHAR, 'u', CTRL, cut_begin },
	{ KEY_CHAR, 'k', CTRL, cut_end },
	{ KEY_CHAR, 'y', CTRL, put_back },
	{ KEY_CHAR, '_', CTRL, undo },
	{ KEY_BACKSPACE, 0, PLAIN, delete_left },
	{ KEY_DELETE, 0, PLAIN, delete_right },
	{ KEY_CHAR, 'd', CTRL, delete_right },
	{ KEY_ENTER, 0, ALT, new_line },
	{ KEY_CHAR, 'j', CTRL, new_line },
};

static bool act_find(struct edit *e, const struct key *k)
{
	unsigned with = (k->alt ? ALT : 0) | (k->ctrl ? CTRL : 0);

	for (size_t i = 0; i < countof(acts); i++) {
		if (acts[i].code == k->code && acts[i].c == k->c && acts[i].with == with) {
			if (acts[i].act != delete_left && acts[i].act != delete_right && acts[i].act != undo)
				e->typing = CHANGE_OTHER;
			acts[i].act(e);
			return true;
		}
	}
	return false;
}

/* As much of it as there is room for. */
static void paste(struct edit *e, struct str text)
{
	size_t room = EDIT_MAX - e->text.n;

	if (e->secret)
		text.n = str_find(text, '\n');
	if (text.n > room)
		for (text.n = room; text.n > 0 && ((unsigned char)text.p[text.n] & 0xC0) == 0x80;)
			text.n--;
	e->typing = CHANGE_OTHER;
	edit_insert(e, text);
	e->typing = CHANGE_OTHER;
}

bool edit_key(struct edit *e, const struct key *k, unsigned width)
{
	bool bare = !k->alt && !k->ctrl;

	if (e->secret && (k->code == KEY_ENTER || (k->code == KEY_CHAR && k->ctrl && k->c == 'j')))
		return false;
	e->completing = false;
	if (k->code == KEY_PASTE) {
		paste(e, k->text);
	} else if (k->code == KEY_CHAR && bare) {
		character_type(e, k->c);
	} else if ((k->code == KEY_UP || k->code == KEY_DOWN) && bare) {
		int step = k->code == KEY_UP ? -1 : 1;

		if (!row_move(e, width, step))
			history_move(e, step);
	} else {
		return act_find(e, k);
	}
	return true;
}

void edit_free(struct edit *e)
{
	edit_clear(e);
	for (size_t i = 0; i < e->history_n; i++)
		buf_free(&e->history[i]);
	mem_free(e->history);
	buf_free(&e->text);
	buf_free(&e->cut);
	buf_free(&e->parked);
	buf_free(&e->words);
	*e = (struct edit){ 0 };
}
