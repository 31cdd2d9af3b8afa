/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/console.h - the terminal itself: its modes, what terminfo knows of it, its size. The only
 * place that calls ncurses' library. What was changed is changed back by console_end(), and where a signal or exit()
 * ends the program in between, before it ends.
 */
#pragma once
#include "clients/term/screen/paint.h"

struct console {
	struct terminal can;
	/* the terminal, opened once more for ourselves and not blocking: whoever started us keeps its own */
	int fd;
	bool fd_lent;      /* that could not be; fd is the one that was given */
	bool ascii;        /* a console with few characters */
	bool titles;       /* it has a title that can be set */
	bool begun;
	struct buf begin, end, clear, show, hide;
	const char *cup, *off, *bold, *dim, *underline, *reverse, *front, *back;
};

/* False: terminfo does not know TERM, or it cannot do what is needed. `colours` false: none. */
bool console_open(struct console *t, int fd, bool colours, bool mouse);
/* Raw mode, the other screen, pastes marked. */
void console_begin(struct console *t);
void console_end(struct console *t);
void console_size(const struct console *t, unsigned *w, unsigned *h);
void console_close(struct console *t);
