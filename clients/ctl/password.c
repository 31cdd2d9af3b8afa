/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/crypt.h"
#include "clients/ctl/ctl.h"

enum { LINE_BYTES_MAX = 4096 };

/* What the terminal was like before; Ctrl-C must not leave it silent. */
static struct termios before;
static int terminal = -1;

static void interrupted(int number)
{
	tcsetattr(terminal, TCSAFLUSH, &before);
	signal(number, SIG_DFL);
	raise(number);
}

/* Byte by byte, so that nothing behind the line is taken. False at the end of the file with nothing before it. */
static bool line_read(int fd, struct buf *to)
{
	size_t was = to->n;
	char c = 0;
	ssize_t n;

	buf_room(to, LINE_BYTES_MAX);
	while (((n = read(fd, &c, 1)) == 1 && c != '\n') || (n < 0 && errno == EINTR))
		if (n == 1 && to->n - was < LINE_BYTES_MAX)
			buf_byte(to, c);
	if (to->n > was && to->p[to->n - 1] == '\r')
		to->n--;
	return n == 1 || to->n > was;
}

static void say(const char *z)
{
	if (write(terminal, z, strlen(z)) < 0)
		return; /* the terminal is gone; reading from it will tell */
}

static bool ask_unseen(enum text t, const char *name, struct buf *to)
{
	struct termios silent = before;
	own_buf prompt = { 0 };
	bool good;

	/* Silent first: who types as soon as the question appears is not seen, and loses nothing. */
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(terminal, TCSAFLUSH, &silent);
	text_fill(&prompt, t, name, NULL);
	say(buf_z(&prompt));
	good = line_read(terminal, to);
	tcsetattr(terminal, TCSAFLUSH, &before);
	say("\n");
	return good;
}

/* EXIT_DONE, or what to complain about in *wrong. */
static int from_terminal(const char *name, struct buf *to, enum text *wrong)
{
	struct buf again = { 0 };
	bool same;

	*wrong = TEXT_password_none;
	if (!ask_unseen(TEXT_password_ask, name, to) || !to->n)
		return EXIT_USAGE;
	ask_unseen(TEXT_password_again, name, &again);
	same = secret_eq(buf_all(to), buf_all(&again));
	buf_wipe(&again);
	*wrong = TEXT_password_differ;
	return same ? EXIT_DONE : EXIT_USAGE;
}

int password_read(const struct options *o, const char *name, struct buf *to)
{
	enum text wrong = TEXT_password_none;
	int r = EXIT_USAGE;

	if (o->password_stdin) {
		if (line_read(STDIN_FILENO, to) && to->n)
			return EXIT_DONE;
	} else {
		terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
		wrong = TEXT_password_no_terminal;
		if (terminal >= 0 && tcgetattr(terminal, &before) == 0) {
			signal(SIGINT, interrupted);
			signal(SIGTERM, interrupted);
			r = from_terminal(name, to, &wrong);
		}
	}
	if (r)
		text_complain(wrong, "", NULL);
	return r;
}
