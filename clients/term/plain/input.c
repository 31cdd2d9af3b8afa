/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/plain/input.c - standard input, line by line: pipes and terminals when there is something, files piece
 * by piece.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "clients/term/plain/inside.h"

enum { PIECE = 16 * 1024, INPUT_LINE_MAX = 1024 * 1024 };

static void lines_take(struct plain *p)
{
	size_t end;

	while (!p->stopped && !p->paused && (end = str_find(buf_all(&p->line), '\n')) < p->line.n) {
		own_buf line = { 0 };

		buf_add(&line, p->line.p, end);
		buf_eat(&p->line, end + 1);
		plain_line(p, buf_all(&line));
	}
}

/* A line without an end, at the end of the input, is one too. */
static void ended(struct plain *p)
{
	if (!p->setup.to.p)
		lines_take(p);
	if (p->ended || p->paused)
		return; /* the end is found again when it goes on */
	input_stop(p);
	p->ended = true;
	if (p->setup.to.p) {
		once_input(p, buf_all(&p->line));
		return;
	}
	if (p->line.n)
		plain_line(p, buf_all(&p->line));
	buf_clear(&p->line);
	if (p->asking) {
		p->asking = false;
		client_answer(p->client, STR_NONE);
	}
	plain_check_end(p);
}

/* What is behind the end of a line that was thrown away. */
static void skip(struct plain *p)
{
	size_t end = str_find(buf_all(&p->line), '\n');

	p->skipping = end == p->line.n;
	if (p->skipping)
		buf_clear(&p->line);
	else
		buf_eat(&p->line, end + 1);
}

static void too_long(struct plain *p)
{
	struct str why = text_get(p->setup.chinese, TEXT_input_too_long);

	if (p->setup.json)
		json_tell_notice(p, NULL, "too-long", true, why);
	else
		plain_complain(p, why);
	buf_clear(&p->line);
	p->skipping = true;
	if (p->setup.to.p) {
		input_stop(p);
		once_refuse(p);
	}
}

/* False: nothing more comes. */
static bool take(struct plain *p)
{
	ssize_t n = read(p->setup.in, buf_room(&p->line, PIECE), PIECE);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	p->line.n += (size_t)n;
	if (p->skipping)
		skip(p);
	if (!p->setup.to.p)
		lines_take(p);
	if (p->line.n > INPUT_LINE_MAX && !p->paused)
		too_long(p);
	return true;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct plain *p = holder_of(poll, struct plain, poll);

	(void)events;
	if (status < 0 || !take(p))
		ended(p);
}

static void on_turn(uv_timer_t *turn)
{
	struct plain *p = holder_of(turn, struct plain, turn);

	if (!take(p))
		ended(p);
}

static void watch(struct plain *p)
{
	if (p->polling)
		uv_poll_start(&p->poll, UV_READABLE, on_poll);
	if (p->turning)
		uv_timer_start(&p->turn, on_turn, 0, 1);
}

static void resume(struct post *post)
{
	struct plain *p = holder_of(post, struct plain, resume);

	p->resuming = false;
	lines_take(p);
}

void input_begin(struct plain *p)
{
	p->resume.run = resume;
	/* It may be shared with who started us; libuv will not have it wait. */
	p->flags = fcntl(p->setup.in, F_GETFL);
	if (uv_guess_handle(p->setup.in) != UV_FILE && uv_poll_init(&p->loop->uv, &p->poll, p->setup.in) == 0)
		p->polling = true;
	else if (uv_timer_init(&p->loop->uv, &p->turn) == 0)
		p->turning = true;
	watch(p);
}

/* Who writes faster than it goes out waits, rather than everything lying in memory. */
void input_pause(struct plain *p, bool paused)
{
	if (p->paused == paused || p->stopped)
		return;
	p->paused = paused;
	if (paused) {
		if (p->polling)
			uv_poll_stop(&p->poll);
		if (p->turning)
			uv_timer_stop(&p->turn);
		return;
	}
	watch(p);
	if (!p->resuming && p->line.n) {
		p->resuming = true;
		world_post(&p->loop->world, &p->resume);
	}
}

void input_stop(struct plain *p)
{
	if (p->polling) {
		uv_close((uv_handle_t *)&p->poll, NULL);
		fcntl(p->setup.in, F_SETFL, p->flags);
	}
	if (p->turning)
		uv_close((uv_handle_t *)&p->turn, NULL);
	p->polling = p->turning = false;
}
