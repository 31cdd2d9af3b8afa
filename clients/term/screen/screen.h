/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/screen.h - the face on a terminal: what main.c needs of it. It owns the terminal from screen_begin() to screen_end() and leaves it as it was, also
 * when a signal ends the program. Knows the terminal by terminfo (ncursesw's library) and draws itself: widths of characters are ours (screen/width.h), and what
 * a terminal thinks of an emoji must not move what stands beside it.
 */
#pragma once
#include "clients/term/engine/client.h"
#include "clients/term/keep/keep.h"
#include "transport/loop.h"

struct screen;

struct screen_setup {
	int in, out;       /* the terminal: 0 and 1 */
	bool chinese;
	bool bell;         /* rings when somebody means us */
	bool title;        /* the title of the window says who writes */
	bool mouse;        /* the wheel scrolls, a click chooses a conversation; the terminal's own marking then needs Shift */
	bool no_colour;    /* NO_COLOR of the environment means the same */
	void (*quit)(void *arg, int status); /* the engine is done (face_ops.quit); the terminal is as it was already */
	void *arg;
};

enum screen_verdict {
	SCREEN_NO_TERMINAL = 1, /* in or out is none */
	SCREEN_DUMB,            /* TERM is not known or cannot place its cursor: --plain */
	SCREEN_NOT_UTF8,        /* the locale */
};

/* Looks whether it can be done, touches nothing yet. `why`: a sentence in the user's language, with what to do. *ret only on 0. */
int screen_new(struct screen **ret, const struct screen_setup *setup, struct loop *loop, struct buf *why);
struct face *screen_face(struct screen *s);
/* After client_new(), before client_start(). `keep` remembers the lines typed. */
void screen_begin(struct screen *s, struct client *c, struct keep *keep);
/* Gives the terminal back; harmless when that was done. */
void screen_end(struct screen *s);
/* After screen_end(), before client_free(); its handles close in the loop, so loop_run() must still come round once, or not have ended. NULL is fine; returns NULL. */
struct screen *screen_free(struct screen *s);
