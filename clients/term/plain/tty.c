/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/tty.c - a question on the terminal of the process, with what is typed shown or not.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "clients/term/plain/plain.h"

enum { ANSWER_BYTES_MAX = 4096 };

/* What the terminal was like before; Ctrl-C and Ctrl-\ must not leave it silent. */
static struct termios before;
static int terminal = -1;

static const int fatal[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void interrupted(int number)
{
	tcsetattr(terminal, TCSAFLUSH, &before);
	signal(number, SIG_DFL);
	raise(number);
}

static bool line_read(struct buf *to)
{
	char c = 0;
	ssize_t n;

	buf_room(to, ANSWER_BYTES_MAX);
	while (((n = read(terminal, &c, 1)) == 1 && c != '\n') || (n < 0 && errno == EINTR))
		if (n == 1 && to->n < ANSWER_BYTES_MAX)
			buf_byte(to, c);
	return n == 1 && to->n;
}

static void say(struct str s)
{
	if (write(terminal, s.p, s.n) < 0)
		return; /* it is gone; reading will tell */
}

bool terminal_ask(struct str prompt, bool unseen, struct buf *answer)
{
	struct sigaction was[countof(fatal)], act = { .sa_handler = interrupted };
	struct termios silent;
	bool good;

	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0 || tcgetattr(terminal, &before)) {
		if (terminal >= 0)
			close(terminal);
		return false;
	}
	for (size_t i = 0; i < countof(fatal); i++)
		sigaction(fatal[i], &act, &was[i]);
	silent = before;
	if (unseen)
		silent.c_lflag &= ~(tcflag_t)ECHO;
	/* Silent first: who types as soon as the question appears is not seen, and loses nothing. */
	tcsetattr(terminal, unseen ? TCSAFLUSH : TCSADRAIN, &silent);
	say(prompt);
	say(STR(" "));
	good = line_read(answer);
	tcsetattr(terminal, TCSAFLUSH, &before);
	if (unseen)
		say(STR("\n"));
	for (size_t i = 0; i < countof(fatal); i++)
		sigaction(fatal[i], &was[i], NULL);
	close(terminal);
	return good;
}
