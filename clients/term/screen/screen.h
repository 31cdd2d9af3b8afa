/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/screen.h - the face on a terminal: what main.c needs of it. It owns the terminal from
 * screen_begin() to screen_end() and leaves it as it was, also when a signal ends the program. Knows the terminal by
 * terminfo (ncursesw's library) and draws itself: widths of characters are ours (screen/width.h), and what a
 * terminal thinks of an emoji must not move what stands beside it.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "clients/term/keep/keep.h"
#include "clients/term/screen/view.h"
#include "transport/loop.h"

struct screen;

enum screen_colours { SCREEN_COLOURS_AUTO /* unless NO_COLOR is set */, SCREEN_COLOURS_YES, SCREEN_COLOURS_NO };

struct screen_setup {
	int in, out;           /* the terminal: 0 and 1 */
	enum client_mode mode;
	bool chinese;
	enum screen_colours colours;
	enum view_bell bell;   /* rings when somebody means us */
	bool notify;           /* and asks the terminal for a notification (OSC 9) */
	bool title;            /* the title of the window says who writes */
	/* the wheel scrolls, a click chooses a conversation; the terminal's own marking then needs Shift */
	bool mouse;
	void (*quit)(void *arg, int status); /* the engine is done (face_ops.quit); the terminal is as it was already */
	void *arg;
};

enum screen_verdict {
	SCREEN_NO_TERMINAL = 1, /* in or out is none */
	SCREEN_DUMB,            /* TERM is not known or cannot place its cursor: --plain */
	SCREEN_NOT_UTF8,        /* the locale */
};

/* Looks whether it can be done, touches nothing yet. `why`: a sentence in the user's language, with what to do. *ret
 * only on 0. */
int screen_new(struct screen **ret, const struct screen_setup *setup, struct loop *loop, struct buf *why);
struct face *screen_face(struct screen *s);
/* After client_new(), before client_start(). `keep` remembers the lines typed. When the terminal goes, the client is
 * stopped in order. */
void screen_begin(struct screen *s, struct client *c, struct keep *keep);
/* Gives the terminal back; on the loop, before loop_stop() (setup.quit comes after it). Harmless when it was done. */
void screen_end(struct screen *s);
/* After screen_end(). What the loop still has of it goes when that comes round. NULL is fine; returns NULL. */
struct screen *screen_free(struct screen *s);
