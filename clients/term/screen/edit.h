/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/edit.h - the line that is being typed: it may have several lines. Moves and deletes by what a
 * reader takes for one character (screen/width.h), knows words, a piece that was cut, undo, the lines typed before,
 * and completion. Pure.
 */
#pragma once
#include "clients/term/screen/cells.h"
#include "clients/term/screen/keys.h"

enum { EDIT_MAX = PASTE_MAX, EDIT_UNDO = 64, EDIT_HISTORY = 500 };

enum edit_change { CHANGE_OTHER, CHANGE_TYPED, CHANGE_BACKSPACE, CHANGE_DELETE };

struct edit_state {
	struct buf text;
	size_t cursor;
};

struct edit {
	struct buf text;
	size_t cursor;
	bool secret;             /* nothing of it is remembered anywhere; edit_clear() wipes */
	struct buf cut;          /* ^Y puts it back */
	struct edit_state undo[EDIT_UNDO]; /* oldest first */
	size_t undo_n;
	enum edit_change typing; /* the kind of the last change, so that a word is undone as one */
	struct buf *history;     /* oldest first */
	size_t history_n, history_at; /* history_at == history_n: what is being typed now */
	struct buf parked;       /* what was typed before looking into the history */
	struct buf words;        /* completion: candidates, zero-terminated each */
	size_t words_n, word_at, word_from;
	bool completing;
};

static inline struct str edit_text(const struct edit *e) { return buf_all(&e->text); }

void edit_set(struct edit *e, struct str text); /* the cursor goes to its end; nothing to undo */
void edit_clear(struct edit *e);
void edit_insert(struct edit *e, struct str text);
/* Whether the key was one for a line of text; `width`: columns of the field, for up and down. Enter, Tab and Escape
 * are the caller's. */
bool edit_key(struct edit *e, const struct key *k, unsigned width);

/* ---- history */

/* What was typed is kept as the newest, unless it is the newest already or a secret. */
void edit_remember(struct edit *e);
void edit_history_read(struct edit *e, struct str kept);
void edit_history_write(const struct edit *e, struct buf *to);

/* ---- completion: edit_offer() for each candidate after edit_offers(), then edit_choose(+1 or -1) */

void edit_offers(struct edit *e);
void edit_offer(struct edit *e, struct str word);
void edit_choose(struct edit *e, int step);
/* The candidate at `i` (< words_n). */
struct str edit_offered(const struct edit *e, size_t i);

/* ---- as rows of `width` columns, cut at characters */

/* As line_next(). */
bool edit_row(struct str text, size_t *at, bool *done, unsigned width, struct line *ret);
/* Rows there are; and where the cursor is. */
unsigned edit_rows(const struct edit *e, unsigned width, unsigned *cursor_x, unsigned *cursor_y);

void edit_free(struct edit *e);
