/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/screen/console.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "base/mem.h"

/* ---- giving the terminal back, from anywhere. One terminal a process: a signal has no argument. */

static struct {
	volatile sig_atomic_t taken;
	int fd, flags;
	struct termios modes;
	const char *end;
	size_t end_n;
} given;

static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
static struct sigaction before[countof(fatal)];

/* Only what may be called in a signal handler. What is in the way of a terminal that takes nothing more is given up
 * after a second. */
static void give_back(void)
{
	size_t at = 0;

	if (!given.taken)
		return;
	given.taken = 0;
	for (int tries = 0; at < given.end_n && tries < 10; tries++) {
		ssize_t n = write(given.fd, given.end + at, given.end_n - at);
		struct pollfd p = { .fd = given.fd, .events = POLLOUT };

		if (n > 0)
			at += (size_t)n;
		else if (errno != EINTR && (errno != EAGAIN || poll(&p, 1, 100) < 0))
			break;
	}
	tcsetattr(given.fd, TCSADRAIN, &given.modes);
}

static void fatal_signal(int number)
{
	give_back();
	for (size_t i = 0; i < countof(fatal); i++) {
		if (fatal[i] == number)
			sigaction(number, &before[i], NULL);
	}
	raise(number); /* pending until we return; then as if nobody had been here */
}

static void fatal_watch(bool on)
{
	const struct sigaction ours = { .sa_handler = fatal_signal };

	for (size_t i = 0; i < countof(fatal); i++)
		sigaction(fatal[i], on ? &ours : &before[i], on ? &before[i] : NULL);
}

/* ---- terminfo */

/* What terminfo says to wait is for terminals on slow lines that nobody has any more: left out. */
static void unpadded(struct buf *to, const char *s)
{
	while (s && *s) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end)
			s = end + 1;
		else
			buf_byte(to, *s++);
	}
}

static const char *capability(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (char *)-1 && *s ? s : NULL;
}

static void put(struct buf *to, const char *name) { unpadded(to, capability(name)); }

static void console_place(void *arg, struct buf *to, unsigned x, unsigned y)
{
	struct console *t = arg;

	unpadded(to, tparm(t->cup, (long)y, (long)x, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
}

static void colour_put(struct buf *to, const char *which, int colour)
{
	if (colour >= 0 && which)
		unpadded(to, tparm(which, (long)colour, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
}

static void console_dress(void *arg, struct buf *to, unsigned attributes, int front, int back)
{
	struct console *t = arg;

	unpadded(to, t->off);
	if (attributes & DRESS_BOLD)
		unpadded(to, t->bold);
	if (attributes & DRESS_DIM)
		unpadded(to, t->dim);
	if (attributes & DRESS_UNDERLINE)
		unpadded(to, t->underline);
	if (attributes & DRESS_REVERSE)
		unpadded(to, t->reverse);
	colour_put(to, t->front, front);
	colour_put(to, t->back, back);
}

static bool named_like(const char *name, const char *const *of)
{
	for (; *of; of++) {
		if (strncmp(name, *of, strlen(*of)) == 0)
			return true;
	}
	return false;
}

static void colours_find(struct console *t, bool wanted)
{
	int n = tigetnum("colors");

	t->front = capability("setaf");
	t->back = capability("setab");
	t->can.colours = !wanted || !t->front || !t->back || n < 8 ? 0 : n >= 256 ? 256 : n >= 16 ? 16 : 8;
}

/* Private modes that a terminal does not know it leaves alone (ECMA-48); terminfo of Debian does not list all of
 * these. */
static void modes_write(struct console *t, bool mouse)
{
	put(&t->begin, "smcup");
	put(&t->begin, "rmam");
	buf_lit(&t->begin, "\x1b[?2004h");
	if (mouse)
		buf_lit(&t->begin, "\x1b[?1000h\x1b[?1006h");
	if (t->titles)
		buf_lit(&t->begin, "\x1b[22;2t");

	if (t->titles)
		buf_lit(&t->end, "\x1b]2;\a\x1b[23;2t");
	if (mouse)
		buf_lit(&t->end, "\x1b[?1006l\x1b[?1000l");
	buf_lit(&t->end, "\x1b[?2004l");
	unpadded(&t->end, t->off);
	put(&t->end, "smam");
	put(&t->end, "clear");
	put(&t->end, "rmcup");
	put(&t->end, "cnorm");
}

static int reopen(int fd, bool *lent)
{
	const char *name = ttyname(fd);
	int own = name ? open(name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;

	if (own < 0)
		own = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*lent = own < 0;
	return own < 0 ? fd : own;
}

bool console_open(struct console *t, int fd, bool colours, bool mouse)
{
	static const char *const consoles[] = { "linux", "vt", "con", "ansi", NULL };
	static const char *const titled[] = { "xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "kitty", "st-",
		"konsole", "vte", "gnome", "wezterm", NULL };
	const char *name = getenv("TERM");
	int error;

	*t = (struct console){ .fd = -1 };
	if (!name || !*name || setupterm(name, fd, &error) != OK)
		return false;
	t->cup = capability("cup");
	t->off = capability("sgr0");
	if (!t->cup || !capability("clear") || tigetflag("gn") == 1)
		return false;
	t->bold = capability("bold");
	t->dim = capability("dim");
	t->underline = capability("smul");
	t->reverse = capability("rev");
	t->ascii = named_like(name, consoles);
	t->titles = named_like(name, titled);
	colours_find(t, colours);
	put(&t->clear, "clear");
	put(&t->show, "cnorm");
	put(&t->hide, "civis");
	modes_write(t, mouse);
	t->can.no_reverse = !t->reverse;
	t->can.arg = t;
	t->can.place = console_place;
	t->can.dress = console_dress;
	t->can.clear = buf_all(&t->clear);
	t->can.show = buf_all(&t->show);
	t->can.hide = buf_all(&t->hide);
	t->fd = reopen(fd, &t->fd_lent);
	return true;
}

/* ---- modes */

static void write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		struct pollfd p = { .fd = fd, .events = POLLOUT };

		if (n > 0)
			s = str_from(s, (size_t)n);
		else if (errno != EINTR && (errno != EAGAIN || poll(&p, 1, 1000) <= 0))
			return;
	}
}

void console_begin(struct console *t)
{
	static bool at_exit;
	struct termios raw;

	if (t->begun || tcgetattr(t->fd, &given.modes) != 0)
		return;
	given.fd = t->fd;
	given.flags = fcntl(t->fd, F_GETFL);
	given.end = t->end.p;
	given.end_n = t->end.n;
	if (!at_exit)
		atexit(give_back);
	at_exit = true;
	raw = given.modes;
	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_cflag |= CS8;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	given.taken = 1;
	fatal_watch(true);
	tcsetattr(t->fd, TCSADRAIN, &raw);
	write_all(t->fd, buf_all(&t->begin));
	t->begun = true;
}

void console_end(struct console *t)
{
	if (!t->begun)
		return;
	t->begun = false;
	give_back();
	fatal_watch(false);
	if (t->fd_lent)
		fcntl(t->fd, F_SETFL, given.flags);
}

void console_size(const struct console *t, unsigned *w, unsigned *h)
{
	struct winsize size = { 0 };

	if (ioctl(t->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
		int wide = tigetnum("cols"), high = tigetnum("lines");

		size.ws_col = (unsigned short)(wide > 0 ? wide : 80);
		size.ws_row = (unsigned short)(high > 0 ? high : 24);
	}
	*w = size.ws_col;
	*h = size.ws_row;
}

void console_close(struct console *t)
{
	console_end(t);
	if (t->fd >= 0 && !t->fd_lent)
		close(t->fd);
	t->fd = -1;
	buf_free(&t->begin);
	buf_free(&t->end);
	buf_free(&t->clear);
	buf_free(&t->show);
	buf_free(&t->hide);
	given.end = NULL;
	given.end_n = 0;
	if (cur_term)
		del_curterm(cur_term);
}
