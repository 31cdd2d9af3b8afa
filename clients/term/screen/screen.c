/* SPDX-License-Identifier: Apache-2.0
 *
 * The view on a terminal and a loop: reads keys when there are some, draws when something has changed, not more
 * often than thirty times a second and never ahead of a terminal that is slow to read. Nothing is polled; the only
 * thing that comes by itself is the next minute of the clock.
 */
#include "clients/term/screen/screen.h"

#include <assert.h>
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "clients/term/screen/console.h"
#include "clients/term/text/text.h"

enum {
	DRAW_MS = 33,
	TYPED_MS = 10000, /* lines typed are kept so much after the last */
	ATTENTION_MAX = 64 * 1024, /* bytes that a terminal which takes nothing has before it: more bells help nobody */
};

static const int watched[] = { SIGWINCH, SIGCONT };

struct screen {
	struct screen_setup setup;
	struct loop *loop;
	struct client *client;
	struct keep *keep;
	struct view *view;
	struct console console;
	struct paint paint;
	struct grid grid;
	struct keys keys;
	struct buf out;          /* not yet taken by the terminal */
	struct buf title;        /* as it is */
	uv_poll_t poll;
	uv_signal_t signals[countof(watched)];
	struct post turn;        /* draws at the end of this turn */
	struct timer pace, patience, minute, typed;
	msec drawn;              /* when; 0: never */
	unsigned handles;        /* open in the loop */
	int events;              /* that are watched for */
	bool gone,               /* the terminal */
	     begun, ended, turning, dirty, stopping, unkept, freed;
};

/* ---- writing */

static void out_watch(struct screen *s);

static void out_flush(struct screen *s)
{
	while (s->out.n > 0) {
		ssize_t n = write(s->console.fd, s->out.p, s->out.n);

		if (n > 0)
			buf_eat(&s->out, (size_t)n);
		else if (errno != EINTR)
			break;
	}
	if (s->out.n > 0 && errno != EAGAIN)
		buf_clear(&s->out); /* the terminal is gone; reading will tell */
	out_watch(s);
}

/* ---- drawing */

static void title_write(struct screen *s)
{
	own_buf title = { 0 };

	if (!s->setup.title || !s->console.titles)
		return;
	view_title(s->view, &title);
	if (str_eq(buf_all(&title), buf_all(&s->title)))
		return;
	buf_clear(&s->title);
	buf_str(&s->title, buf_all(&title));
	buf_lit(&s->out, "\x1b]2;");
	buf_str(&s->out, buf_all(&title));
	buf_byte(&s->out, '\a');
}

static void draw(struct screen *s)
{
	struct loop *l = s->loop;
	unsigned w, h;

	if (!s->begun || s->ended || s->out.n > 0)
		return; /* when the terminal has taken what there is, it is drawn */
	s->dirty = false;
	s->drawn = world_clock(&l->world);
	console_size(&s->console, &w, &h);
	grid_begin(&s->grid, w, h);
	view_draw(s->view, &s->grid);
	paint(&s->paint, &s->console.can, &s->grid, &s->out);
	title_write(s);
	out_flush(s);
	world_timer(&l->world, &s->minute, view_patience(s->view));
}

/* Its memory goes when neither the caller nor the loop knows it any more. */
static bool screen_gone(struct screen *s)
{
	if (!s->freed || s->handles > 0 || s->turning)
		return false;
	mem_free(s);
	return true;
}

static void turn_ends(struct post *p)
{
	struct screen *s = holder_of(p, struct screen, turn);
	msec since = world_clock(&s->loop->world) - s->drawn;

	s->turning = false;
	if (screen_gone(s) || s->ended || !s->dirty)
		return;
	if (s->drawn && since < DRAW_MS)
		world_timer(&s->loop->world, &s->pace, DRAW_MS - since);
	else
		draw(s);
}

static void on_pace(struct timer *t) { draw(holder_of(t, struct screen, pace)); }
static void on_minute(struct timer *t) { draw(holder_of(t, struct screen, minute)); }

static void on_changed(void *arg)
{
	struct screen *s = arg;

	s->dirty = true;
	if (!s->begun || s->ended || s->turning)
		return;
	s->turning = true;
	world_later(&s->loop->world, &s->turn);
}

/* ---- what the view wants */

static void on_attention(void *arg, struct conversation *v, struct str who, struct str text)
{
	struct screen *s = arg;

	if (!s->begun || s->ended || s->out.n > ATTENTION_MAX)
		return;
	buf_byte(&s->out, '\a');
	if (s->setup.notify && s->console.titles) {
		buf_lit(&s->out, "\x1b]9;Anser: ");
		for (size_t at = 0; at < who.n && at < 100;) {
			struct glyph g = glyph_at(who, at);

			buf_add(&s->out, g.cell.text, g.cell.n);
			at += g.n;
		}
		buf_byte(&s->out, '\a');
	}
	out_flush(s);
}

static void on_anew(void *arg)
{
	struct screen *s = arg;

	paint_forget(&s->paint);
	on_changed(s);
}

static void typed_keep(struct screen *s)
{
	own_buf lines = { 0 };

	if (!s->unkept || !s->keep)
		return;
	s->unkept = false;
	view_history_write(s->view, &lines);
	keep_value_set(s->keep, STR("typed"), buf_all(&lines)); /* that it could not be kept hurts nobody */
}

static void on_typed_timer(struct timer *t) { typed_keep(holder_of(t, struct screen, typed)); }

static void on_typed(void *arg)
{
	struct screen *s = arg;

	s->unkept = true;
	world_timer(&s->loop->world, &s->typed, TYPED_MS);
}

static void terminal_again(struct screen *s)
{
	console_begin(&s->console);
	paint_forget(&s->paint);
	on_changed(s);
}

/* Somebody has stopped and continued us without asking: the shell has set its own modes meanwhile. */
static void terminal_changed(struct screen *s)
{
	console_end(&s->console);
	terminal_again(s);
}

static void on_suspend(void *arg)
{
	struct screen *s = arg;

	typed_keep(s);
	buf_clear(&s->out);
	console_end(&s->console);
	kill(0, SIGTSTP); /* goes on here when the shell says so; at once where there is no shell */
	terminal_again(s);
}

static void on_quit(void *arg, int status)
{
	struct screen *s = arg;

	screen_end(s);
	s->setup.quit(s->setup.arg, status);
}

static const struct view_ops view_ops = { on_changed, on_attention, on_suspend, on_anew, on_typed, on_quit };

/* ---- reading */

static void stop(struct screen *s)
{
	if (!s->stopping)
		client_stop(s->client, QUIT_OK);
	s->stopping = true;
}

static void on_key(void *arg, const struct key *k)
{
	struct screen *s = arg;

	if (!s->ended)
		view_key(s->view, k);
}

static void on_patience(struct timer *t)
{
	struct screen *s = holder_of(t, struct screen, patience);

	keys_timeout(&s->keys, on_key, s);
}

static void terminal_gone(struct screen *s)
{
	s->gone = true;
	uv_poll_stop(&s->poll);
	stop(s);
}

static void in_read(struct screen *s)
{
	char bytes[4096];
	ssize_t n = read(s->console.fd, bytes, sizeof bytes);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		terminal_gone(s);
		return;
	}
	if (n < 0)
		return;
	world_stop(&s->loop->world, &s->patience);
	keys_feed(&s->keys, str_n(bytes, (size_t)n), on_key, s);
	secret_wipe(bytes, sizeof bytes);
	if (!s->ended && keys_waiting(&s->keys))
		world_timer(&s->loop->world, &s->patience, KEYS_PATIENCE);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct screen *s = p->data;

	if (status < 0) {
		terminal_gone(s);
		return;
	}
	if (events & UV_WRITABLE) {
		out_flush(s);
		if (s->out.n == 0 && s->dirty)
			draw(s);
	}
	if (events & UV_READABLE)
		in_read(s);
}

static void out_watch(struct screen *s)
{
	int events = UV_READABLE | (s->out.n ? UV_WRITABLE : 0);

	if (!s->begun || s->ended || s->gone || events == s->events)
		return;
	s->events = events;
	uv_poll_start(&s->poll, events, on_poll);
}

static void on_signal(uv_signal_t *h, int number)
{
	struct screen *s = h->data;

	if (number == SIGWINCH)
		on_changed(s);
	else if (s->console.begun)
		terminal_changed(s);
}

/* ---- beginning and end */

static bool colours_wanted(const struct screen_setup *setup)
{
	const char *no = getenv("NO_COLOR");

	return setup->colours == SCREEN_COLOURS_YES || (setup->colours == SCREEN_COLOURS_AUTO && !(no && *no));
}

static int refuse(const struct screen_setup *setup, enum text t, const char *value, struct buf *why, int verdict)
{
	text_put(why, setup->chinese, t, str_z(value ? value : ""), STR_NONE, STR_NONE);
	return verdict;
}

int screen_new(struct screen **ret, const struct screen_setup *setup, struct loop *loop, struct buf *why)
{
	struct screen *s;

	if (!isatty(setup->in) || !isatty(setup->out))
		return refuse(setup, TEXT_screen_no_terminal, NULL, why, SCREEN_NO_TERMINAL);
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return refuse(setup, TEXT_screen_not_utf8, nl_langinfo(CODESET), why, SCREEN_NOT_UTF8);
	s = mem_new(struct screen);
	if (!console_open(&s->console, setup->in, colours_wanted(setup), setup->mouse)) {
		mem_free(s);
		return refuse(setup, TEXT_screen_dumb, getenv("TERM"), why, SCREEN_DUMB);
	}
	s->setup = *setup;
	s->loop = loop;
	s->turn.run = turn_ends;
	s->pace.fire = on_pace;
	s->patience.fire = on_patience;
	s->minute.fire = on_minute;
	s->typed.fire = on_typed_timer;
	s->view = view_new(&(struct view_setup){ .ops = &view_ops, .arg = s, .world = &loop->world, .mode = setup->mode,
		.bell = setup->bell, .chinese = setup->chinese,
						 .ascii = s->console.ascii });
	*ret = s;
	return 0;
}

struct face *screen_face(struct screen *s) { return view_face(s->view); }

void screen_begin(struct screen *s, struct client *c, struct keep *keep)
{
	own_buf typed = { 0 };

	assert(!s->begun);
	s->client = c;
	s->keep = keep;
	if (keep && keep_value(keep, STR("typed"), &typed) == 0)
		view_history_read(s->view, buf_all(&typed));
	uv_poll_init(&s->loop->uv, &s->poll, s->console.fd);
	s->poll.data = s;
	for (size_t i = 0; i < countof(watched); i++) {
		uv_signal_init(&s->loop->uv, &s->signals[i]);
		s->signals[i].data = s;
		uv_signal_start(&s->signals[i], on_signal, watched[i]);
	}
	s->handles = 1 + countof(watched);
	s->begun = true;
	view_begin(s->view, c);
	terminal_again(s);
	out_watch(s);
}

static void on_closed(uv_handle_t *h)
{
	struct screen *s = h->data;

	s->handles--;
	screen_gone(s);
}

void screen_end(struct screen *s)
{
	struct timer *timers[] = { &s->pace, &s->patience, &s->minute, &s->typed };

	if (!s->begun || s->ended)
		return;
	s->ended = true;
	typed_keep(s);
	for (size_t i = 0; i < countof(timers); i++)
		world_stop(&s->loop->world, timers[i]);
	uv_close((uv_handle_t *)&s->poll, on_closed);
	for (size_t i = 0; i < countof(watched); i++)
		uv_close((uv_handle_t *)&s->signals[i], on_closed);
	console_end(&s->console);
}

struct screen *screen_free(struct screen *s)
{
	if (!s)
		return NULL;
	assert(!s->begun || s->ended);
	view_free(s->view);
	keys_free(&s->keys);
	paint_free(&s->paint);
	grid_free(&s->grid);
	buf_free(&s->out);
	buf_free(&s->title);
	console_close(&s->console);
	s->freed = true;
	screen_gone(s);
	return NULL;
}
