/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/cells.h - texts as what is seen of them: glyphs, lines, and a grid of cells that a screen is
 * drawn into. Here everything becomes harmless, whoever wrote it: a control character is shown as ^X, what would
 * turn the direction of writing (CVE-2021-42574) and what is not UTF-8 as U+FFFD, what cannot be seen is left out.
 * Nothing else gets into a cell. Pure.
 */
#pragma once
#include "base/buf.h"
#include "clients/term/screen/width.h"

/* What something is drawn as; what that looks like depends on the terminal (screen/paint.c). */
enum style {
	STYLE_PLAIN,
	STYLE_DIM,       /* times, notes, what is there but not important */
	STYLE_BOLD,
	STYLE_FRAME,     /* lines between the parts */
	STYLE_BAR,       /* head and status bar */
	STYLE_BAR_STRONG,
	STYLE_BAR_BAD,   /* in the bar: no line to the server, not secured */
	STYLE_CHOSEN,    /* the conversation that is looked at, in the list */
	STYLE_ONLINE,
	STYLE_OFFLINE,
	STYLE_UNREAD,    /* a count */
	STYLE_MENTION,
	STYLE_LINE,      /* unread line, hint of new messages */
	STYLE_ERROR,
	STYLE_NOTICE,    /* answers to commands */
	STYLE_OWN,       /* our name */
	STYLE_MARK,      /* status of our entries */
	STYLE_MARK_BAD,
	STYLE_LINK,
	STYLE_FOUND,     /* what was looked for */
	STYLE_PROGRESS,
	STYLE_PROMPT,
	STYLE_NICK,      /* and STYLE_NICKS - 1 more: names of others */
	STYLE_NICKS = 7,
	STYLES = STYLE_NICK + STYLE_NICKS
};

/* The same name has the same colour in every run. */
enum style style_of_name(struct str name);

struct cell {
	char text[CLUSTER_SHOWN];
	uint8_t n;     /* bytes; 0: behind a wide one */
	uint8_t width; /* columns: 0 behind a wide one */
	uint8_t style;
	bool risky;    /* terminals do not agree how wide it is */
};

/* ---- glyphs: the harmless form of a cluster */

struct glyph {
	size_t n;          /* bytes of the text it stands for */
	struct cell cell;  /* width 0: nothing is drawn */
	bool line_end;     /* LF, CR LF or CR; nothing is drawn */
};

enum { TAB_COLUMNS = 4, GLYPH_COLUMNS = 8 /* no glyph is wider */ };

struct glyph glyph_at(struct str text, size_t at);
/* Columns of its harmless form, line ends counting nothing. */
unsigned glyphs_width(struct str text);
/* Bytes of the most glyphs that fit. */
size_t glyphs_fit(struct str text, unsigned width);

/* ---- lines */

struct line {
	size_t from, to; /* what is drawn of it */
	unsigned width;
};

/* The next line of `text` from *at on, at most `width` columns (at least one glyph, however wide). Breaks at line
 * ends, between words, beside Chinese and Japanese characters, but not before closing or behind opening punctuation;
 * inside a word (an address of the web is one) only where it fits no line. An empty text is one empty line. False:
 * there is no more; start with *at = 0 and *done = false. */
bool line_next(struct str text, size_t *at, bool *done, unsigned width, struct line *ret);
unsigned lines_count(struct str text, unsigned width);

/* ---- the grid */

struct grid {
	unsigned w, h;
	struct cell *cells;
	unsigned cursor_x, cursor_y;
	bool cursor; /* it is shown */
};

enum { GRID_MAX = 1000 }; /* columns, and lines: more are not drawn */

/* Blank, of this size. All-zero is an empty grid. */
void grid_begin(struct grid *g, unsigned w, unsigned h);
void grid_free(struct grid *g);

/* A part of it: nothing is drawn outside. */
struct area {
	struct grid *grid;
	unsigned x, y, w, h;
};

struct area grid_area(struct grid *g);
/* The part of `a` from (x, y), w by h, cut at its edges. */
struct area area_part(struct area a, unsigned x, unsigned y, unsigned w, unsigned h);
void area_fill(struct area a, enum style style);
/* Draws from (x, y) of the area on, in one line; returns the column behind it. What does not fit ends in "…". Line
 * ends show as a blank. */
unsigned area_text(struct area a, unsigned x, unsigned y, enum style style, struct str text);
unsigned area_fmt(struct area a, unsigned x, unsigned y, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A line of the text (line_next); style_at, if there, may give another style for the glyph at a byte of the text. */
unsigned area_line(struct area a, unsigned x, unsigned y, enum style style, struct str text, const struct line *line,
		   enum style (*style_at)(void *arg, size_t at, enum style style), void *arg);
void area_cell(struct area a, unsigned x, unsigned y, const struct cell *cell);
/* `n` times the same. */
void area_repeat(struct area a, unsigned x, unsigned y, enum style style, const char *glyph, unsigned n);

/* The grid as text, a line each, blanks at their ends left out: for tests. */
void grid_text(const struct grid *g, struct buf *to);
