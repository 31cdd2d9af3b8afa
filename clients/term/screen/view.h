/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/view.h - the face without a terminal: keys go in, what is seen comes out as a grid of cells.
 * Knows which conversation is looked at, how far it is scrolled, what is being typed and asked. Pure but for the
 * clock of its world; the client is called directly.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "clients/term/screen/cells.h"
#include "clients/term/screen/edit.h"

struct view;

/* What a view wants of who drives it. All may be called from within any call to the view or from the engine. */
struct view_ops {
	void (*changed)(void *arg);   /* draw again, some time this turn or later */
	/* somebody wrote: ring */
	void (*attention)(void *arg, struct conversation *v, struct str who, struct str text);
	void (*suspend)(void *arg);   /* ^Z */
	void (*anew)(void *arg);      /* ^L: draw everything */
	void (*typed)(void *arg);     /* the history of what was typed has grown */
	void (*quit)(void *arg, int status);
};

enum view_bell { VIEW_BELL_NEVER, VIEW_BELL_MENTION, VIEW_BELL_ALWAYS };

struct view_setup {
	const struct view_ops *ops;
	void *arg;
	struct world *world;
	enum client_mode mode;
	enum view_bell bell;
	bool chinese;
	bool ascii;        /* a console with few characters: no ● ○ █ │ */
};

struct view *view_new(const struct view_setup *setup);
struct view *view_free(struct view *v); /* NULL is fine; returns NULL */
struct face *view_face(struct view *v);
/* After client_new(): what is there is shown. */
void view_begin(struct view *v, struct client *c);

void view_key(struct view *v, const struct key *k);
/* Draws all of it into the grid, whose size is what there is. */
void view_draw(struct view *v, struct grid *g);
/* When what is drawn changes by itself (the clock, a count down): milliseconds from now. */
msec view_patience(struct view *v);
/* For the window: who has written, or where one is. */
void view_title(struct view *v, struct buf *to);

/* The lines typed, from the run before and for the next; what may hold a password is not among them. */
void view_history_read(struct view *v, struct str kept);
void view_history_write(const struct view *v, struct buf *to);
