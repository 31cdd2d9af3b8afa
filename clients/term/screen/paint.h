/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/paint.h - from a grid to the bytes that make a terminal show it: only what differs from what
 * it shows already. What a terminal can is a struct of strings and functions (terminfo fills it, screen/console.c;
 * tests have their own), so that nothing but these, and cells, ever gets to a terminal. Pure.
 */
#pragma once
#include "clients/term/screen/cells.h"

struct terminal {
	unsigned colours;       /* 0 (also when none are wanted), 8, 16, 256 */
	bool no_reverse;        /* cannot show reverse video */
	void *arg;
	void (*place)(void *arg, struct buf *to, unsigned x, unsigned y);
	/* All attributes off, then these; colours -1: the terminal's own. */
	void (*dress)(void *arg, struct buf *to, unsigned attributes, int front, int back);
	struct str clear;       /* the whole screen; attributes are off */
	struct str show, hide;  /* the cursor */
};

enum { DRESS_BOLD = 1, DRESS_DIM = 2, DRESS_UNDERLINE = 4, DRESS_REVERSE = 8 };

struct paint {
	struct grid shown;      /* what the terminal shows; w 0: nobody knows */
	int style;              /* that it writes in; -1: nobody knows */
	unsigned x, y;          /* where its cursor is */
	bool placed;            /* that is known */
	bool cursor;            /* it is shown */
};

/* Appends what makes the terminal show `want`. */
void paint(struct paint *p, const struct terminal *t, const struct grid *want, struct buf *to);
/* Nobody knows any more what the terminal shows. */
void paint_forget(struct paint *p);
void paint_free(struct paint *p);
