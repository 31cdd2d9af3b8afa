/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/engine/classic.c - the line to a server of the classic protocol: dialling, reconnecting, requests and
 * replies.
 */
#include "clients/term/engine/classic.h"

#include <stdio.h>
#include <time.h>

#include "base/crypt.h"

enum {
	PORT_TLS = 7789,
	PORT_PLAIN = 7788,
	AGAIN_MAX_MS = 60 * 1000,
	RETRY_MS = 3000,
	PING_MS = 60 * 1000,
	SILENT_MS = 30 * 1000
};

/* ---- reasons and times ------------------------------------------------------------------------------------------- */

void cl_reason(struct classic *l, struct buf *to, struct str reason)
{
	static const struct {
		const char *said;
		enum text text;
	} reasons[] = {
		{ "no such user", TEXT_no_such_user },
		{ "you block this user", TEXT_you_block },
		{ "too much waits for this user", TEXT_queue_full },
		{ "try again later", TEXT_try_later },
		{ "no such room", TEXT_no_such_room },
		{ "you are not in this room", TEXT_not_in_room },
		{ "you may not speak in this room", TEXT_no_voice },
		{ "too fast for this room: wait a little", TEXT_too_fast },
		{ "this room has a password: 108|#room,password", TEXT_room_password },
		{ "only members may enter this room", TEXT_room_members },
		{ "you are banned from this room", TEXT_room_banned },
		{ "this room is full", TEXT_room_full },
		{ "you may not make rooms", TEXT_room_no_making },
		{ "too many rooms", TEXT_rooms_many },
		{ "this cannot be the name of a room", TEXT_room_bad_name },
		{ "there are no rooms here", TEXT_rooms_none },
		{ "not allowed", TEXT_not_allowed },
		{ "not possible", TEXT_not_possible },
		{ "too many failed attempts; wait a few minutes and try again", TEXT_throttled },
		{ "only over TLS", TEXT_only_tls },
		{ "log in first", TEXT_try_later },
		{ "this name is taken", TEXT_register_taken },
		{ "this name belongs to an account", TEXT_register_taken },
		{ "this cannot be a user name", TEXT_register_bad_name },
		{ "this cannot be a password: it is empty, too long, or has characters that are not allowed",
		  TEXT_register_bad_password },
		{ "registration is closed; ask the administrator for an account", TEXT_register_closed },
		{ "the file is larger than this server takes", TEXT_file_too_large },
		{ "your files would be more than this server keeps for one account; remove some", TEXT_file_quota },
		{ "too many files in a short time; wait a minute", TEXT_file_too_fast },
		{ "too many of your files are offered and have not come", TEXT_file_too_many },
		{ "this server takes no files", TEXT_file_none_here },
		{ "the server's disk is nearly full; try again later", TEXT_file_disk_full },
		{ "the server could not read or write its store; try again later", TEXT_try_later },
		{ "there is no such file, or it is no longer kept", TEXT_file_gone },
		{ "another connection is sending this file right now", TEXT_file_busy },
		{ "nobody has sent you this file, or it is too long ago", TEXT_file_gone },
		{ "", TEXT_not_possible },
	};

	for (size_t i = 0; i < countof(reasons); i++)
		if (str_is(reason, reasons[i].said)) {
			text_put(to, l->c->setup.chinese, reasons[i].text, STR_NONE, STR_NONE, STR_NONE);
			return;
		}
	text_put(to, l->c->setup.chinese, TEXT_server_says, reason, STR_NONE, STR_NONE);
}

/* As if it were UTC; false: it is no time. */
static bool time_read(struct str s, struct tm *tm)
{
	own_buf text = { 0 };
	char end;

	buf_str(&text, s);
	*tm = (struct tm){ 0 };
	if (sscanf(buf_z(&text), "%4d-%2d-%2d %2d:%2d:%2d%c", &tm->tm_year, &tm->tm_mon, &tm->tm_mday, &tm->tm_hour,
		   &tm->tm_min, &tm->tm_sec, &end) != 6)
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

msec cl_time(const struct classic *l, struct str text)
{
	struct tm tm;

	if (!time_read(text, &tm))
		return 0;
	if (!l->zone_known || l->zone_ours) {
		tm.tm_isdst = -1;
		return (msec)mktime(&tm) * 1000;
	}
	return (msec)timegm(&tm) * 1000 + l->zone;
}

/* Zones differ by quarters of an hour, clocks hopefully by less. Where the server's zone is ours now, it is ours also
 * in winter and summer. */
void cl_zone_learn(struct classic *l, struct str text)
{
	const msec quarter = 15 * 60 * 1000;
	msec now = world_now(l->c->world), ours;
	struct tm tm, again;

	if (l->zone_known || !time_read(text, &tm))
		return;
	again = tm;
	again.tm_isdst = -1;
	ours = (msec)mktime(&again) * 1000 - now;
	l->zone_ours = ours > -quarter / 2 && ours < quarter / 2;
	l->zone = now - (msec)timegm(&tm) * 1000;
	l->zone = (l->zone >= 0 ? l->zone + quarter / 2 : l->zone - quarter / 2) / quarter * quarter;
	l->zone_known = true;
	l->since = cl_time(l, text);
	l->ahead_ms = now > l->since ? now - l->since : 0;
}

/* ---- requests and replies ---------------------------------------------------------------------------------------- */

struct ask *cl_ask(struct classic *l, struct str request, ask_done *done)
{
	struct ask *a = mem_new(struct ask);

	a->done = done;
	list_append(&l->asks, &a->here);
	buf_str(&l->pipe->out, request);
	buf_byte(&l->pipe->out, '\n');
	pipe_dirty(l->pipe);
	return a;
}

static void replied(struct classic *l, bool good, struct str data)
{
	struct ask *a = list_first(&l->asks, struct ask, here);

	if (!a) {
		cl_cut(l);
		return;
	}
	list_remove(&a->here);
	a->done(l, a, good, data);
	if (l->telling != a)
		mem_free(a);
}

/* Replies are "1|", "0|reason", and those that look like a push but whose type or sender only a reply has (102;
 * 104@Server). */
static void line_take(struct classic *l, struct str line)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (str_starts(line, STR("0|")))
		replied(l, false, str_from(line, 2));
	else if (str_is(line, "1|") || str_starts(line, STR("1|102@")) || str_starts(line, STR("1|104@Server@")))
		replied(l, true, str_from(line, 2));
	else if (str_starts(line, STR("1|")))
		cl_push(l, str_from(line, 2));
	else
		cl_cut(l);
}

static void on_feed(struct pipe *p, const char *bytes, size_t n)
{
	struct classic *l = p->state;
	size_t at = 0, end;

	buf_add(&l->in, bytes, n);
	cl_wait(l);
	while (l->pipe == p && (end = str_find(str_from(buf_all(&l->in), at), '\n') + at) < l->in.n) {
		struct str line = str_n(l->in.p + at, end - at);

		at = end + 1;
		line_take(l, line);
	}
	if (l->pipe != p)
		return;
	buf_eat(&l->in, at);
	if (l->in.n > CLASSIC_LINE_MAX)
		cl_cut(l);
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

static void on_up(struct pipe *p) { cl_up(p->state); }
static void on_written(struct pipe *p) { (void)p; }

static void forget_line(struct classic *l)
{
	struct world *w = l->c->world;

	l->pipe = NULL;
	l->wants_login = l->logged_in = l->settled = l->zone_known = false;
	l->ahead = 0;
	buf_clear(&l->in);
	world_stop(w, &l->retry);
	world_stop(w, &l->pinging);
	cl_ended(l);
}

static void try_later(struct classic *l, struct str why)
{
	msec ms = 1000;
	uint16_t chance;

	for (unsigned i = 0; i < l->tries && ms < AGAIN_MAX_MS; i++)
		ms *= 2;
	ms = ms > AGAIN_MAX_MS ? AGAIN_MAX_MS : ms;
	l->tries++;
	/* Up to a fifth more, so that not everybody comes back in the same moment. */
	world_random(l->c->world, &chance, sizeof chance);
	ms += ms * chance / (5 * 65536);
	world_timer(l->c->world, &l->again, ms);
	way_phase(l->c, PHASE_WAITING, why, ms);
}

static void line_gone(struct classic *l, struct str why)
{
	forget_line(l);
	if (l->leaving) {
		way_phase(l->c, PHASE_OFF, STR_NONE, 0);
		way_stopped(l->c);
	} else if (l->c->state.phase != PHASE_OFF && !l->c->asking) {
		try_later(l, why);
	}
}

static void on_down(struct pipe *p, struct str why)
{
	struct classic *l = p->state;

	if (l && l->pipe == p)
		line_gone(l, why);
}

static const struct pipe_ops line_ops = { .up = on_up, .feed = on_feed, .written = on_written, .down = on_down };
static void deaf_feed(struct pipe *p, const char *bytes, size_t n) { (void)p, (void)bytes, (void)n; }
static void deaf_down(struct pipe *p, struct str why) { (void)p, (void)why; }
/* For a pipe that we have given up. */
static const struct pipe_ops deaf_ops = {
	.up = on_written, .feed = deaf_feed, .written = on_written, .down = deaf_down
};

static void pipe_drop(struct classic *l)
{
	struct pipe *p = l->pipe;

	p->ops = &deaf_ops;
	p->state = NULL;
	pipe_hang_up(p);
}

void cl_cut(struct classic *l)
{
	if (!l->pipe)
		return;
	pipe_drop(l);
	line_gone(l, text_of(l->c, TEXT_line_cut));
}

uint16_t cl_port(const struct classic *l)
{
	const struct client_setup *s = &l->c->setup;

	return s->port ? s->port : s->plain_line ? PORT_PLAIN : PORT_TLS;
}

void cl_dial(struct classic *l)
{
	const struct client_setup *s = &l->c->setup;

	l->c->state.secure = false;
	way_phase(l->c, PHASE_CONNECTING, STR_NONE, 0);
	l->pipe = l->c->outside->ops->dial(l->c->outside, s->host, cl_port(l),
					   s->plain_line ? PIPE_PLAIN : PIPE_SERVER, &line_ops, l);
}

static void again_due(struct timer *t) { cl_dial(holder_of(t, struct classic, again)); }

static void retry_due(struct timer *t) { client_flush(holder_of(t, struct classic, retry)->c, NULL); }

static void pong(struct classic *l, struct ask *a, bool good, struct str data)
{
	(void)l, (void)a, (void)good, (void)data;
}

void cl_wait(struct classic *l) { world_timer(l->c->world, &l->pinging, PING_MS); }

/* A line on which nothing was heard for long may be dead: something is asked that must be answered. Not answered: it
 * is. */
static void ping_due(struct timer *t)
{
	struct classic *l = holder_of(t, struct classic, pinging);

	if (!list_empty(&l->asks)) {
		cl_cut(l);
		return;
	}
	if (!l->logged_in)
		return; /* the user is asked something */
	cl_ask(l, STR("110|on"), pong);
	world_timer(l->c->world, &l->pinging, SILENT_MS);
}

/* ---- the way ----------------------------------------------------------------------------------------------------- */

static void start(struct client *c)
{
	struct classic *l = mem_new(struct classic);

	l->c = c;
	l->again.fire = again_due;
	l->retry.fire = retry_due;
	l->pinging.fire = ping_due;
	list_init(&l->asks);
	list_init(&l->pushed);
	list_init(&l->transfers);
	world_random(c->world, l->names.seed, sizeof l->names.seed);
	c->way_state = l;
	cl_dial(l);
}

static void bye(struct classic *l, struct ask *a, bool good, struct str data)
{
	(void)a, (void)good, (void)data;
	if (l->pipe)
		pipe_hang_up(l->pipe);
}

static void stop(struct client *c)
{
	struct classic *l = line_of(c);

	if (!l) {
		way_stopped(c);
		return;
	}
	l->leaving = true;
	world_stop(c->world, &l->again);
	if (l->logged_in) {
		cl_ask(l, STR("112|"), bye);
		return;
	}
	if (l->pipe)
		pipe_drop(l);
	line_gone(l, STR_NONE);
}

static void way_free(struct client *c)
{
	struct classic *l = line_of(c);

	if (l->pipe)
		pipe_drop(l);
	forget_line(l);
	cl_files_end(l);
	world_stop(c->world, &l->again);
	cl_names_drop(l);
	map_free(&l->names);
	buf_free(&l->in);
	buf_free(&l->held);
	buf_wipe(&l->password);
	mem_free(l->rows);
	mem_free(l);
	c->way_state = NULL;
}

const struct way way_classic = {
	.name = "classic",
	.start = start,
	.stop = stop,
	.free = way_free,
	.send = cl_send,
	.file_get = cl_file_get,
	.file_stop = cl_file_stop,
	.who = cl_who,
	.people = cl_people,
	.join = cl_join,
	.leave = cl_leave,
	.older = cl_older,
	.online = cl_is_online,
	.names = cl_names,
};
