/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/classic.c - the classic protocol as a door: from bytes to requests, and when to stop taking them.
 */
#include "doors/classic/classic.h"

#include <assert.h>

#include "base/log.h"

const struct classic_request classic_requests[] = {
	{ STR_INIT("100"), BEFORE_LOGIN | AFTER_LOGIN, false, "100|user,password  register", classic_register },
	{ STR_INIT("101"), BEFORE_LOGIN | AFTER_LOGIN, false, "101|user,password  log in", classic_login },
	{ STR_INIT("102"), AFTER_LOGIN, false, "102| or 102|#room  who is online, who is in the room", classic_online },
	{ STR_INIT("103"), AFTER_LOGIN, true, "103|from,to,content  send", classic_message },
	{ STR_INIT("104"), AFTER_LOGIN, false, "104|from,to,filename,size  offer a file", classic_offer },
	{ STR_INIT("105"), BEFORE_LOGIN | AFTER_LOGIN, false, "105|token,offset  send it, on a connection of its own",
	  classic_put },
	{ STR_INIT("106"), BEFORE_LOGIN | AFTER_LOGIN, false, "106|token,offset  fetch it, on a connection of its own",
	  classic_get },
	{ STR_INIT("107"), AFTER_LOGIN, false, "107|token  decline a file, or take back one's own", classic_decline },
	{ STR_INIT("108"), AFTER_LOGIN, false, "108|#room or 108|#room,password  join", classic_join },
	{ STR_INIT("109"), AFTER_LOGIN, false, "109|#room  leave", classic_leave },
	{ STR_INIT("110"), AFTER_LOGIN, false, "110|on or 110|off  presence events", classic_events },
	{ STR_INIT("111"), AFTER_LOGIN, false, "111|peer,count  history", classic_history },
	{ STR_INIT("112"), BEFORE_LOGIN | AFTER_LOGIN, false, "112|  log out", classic_logout },
};
const size_t classic_requests_n = countof(classic_requests);

bool classic_split(struct str *rest, struct str *first)
{
	size_t comma = str_find(*rest, ',');

	if (comma == rest->n)
		return false;
	*first = str_trim(str_n(rest->p, comma));
	*rest = str_from(*rest, comma + 1);
	return true;
}

/* ---- requests ----------------------------------------------------------------------------------------------- */

static const struct classic_request *request_find(struct str text, struct str *data)
{
	size_t bar = str_find(text, '|');

	if (bar == text.n)
		return NULL;
	*data = str_from(text, bar + 1);
	for (size_t i = 0; i < classic_requests_n; i++)
		if (str_eq(classic_requests[i].code, str_n(text.p, bar)))
			return &classic_requests[i];
	return NULL;
}

static bool must_wait(const struct classic *c)
{
	return c->unanswered || (c->logged_in && session_must_wait(&c->session));
}

/* Takes one whole request, or sets c->held: it has to wait for the replies to the messages before it. */
static void request_take(struct classic *c, struct str text)
{
	struct str data;
	const struct classic_request *rq = request_find(text, &data);

	if (!(rq && rq->overlaps) && must_wait(c))
		c->held = true;
	else if (!rq)
		classic_reply(c, "0|bad request");
	else if (!(rq->when & (c->logged_in ? AFTER_LOGIN : BEFORE_LOGIN)))
		(rq->overlaps ? classic_reply_message : classic_reply)(c, "0|log in first");
	else
		rq->take(c, data);
}

static size_t frame_max(const struct classic *c)
{
	size_t before = core_settings(c->core)->stanza_before_login;

	return c->logged_in || before > LINE_BYTES_MAX ? LINE_BYTES_MAX : before;
}

static bool may_take(const struct classic *c)
{
	return !c->busy && !c->held && !c->leaving && !c->link->closing && c->unanswered < CLASSIC_AHEAD_MAX &&
	       classic_backlog(c) < CLASSIC_REPLIES_MAX;
}

static void log_broken(struct classic *c, const char *why)
{
	own_buf address = { 0 };

	link_address(c->link, &address);
	log_event(protocol_error, "door=classic ip=%s why=\"%s\"", buf_z(&address), why);
}

/* No way to find the next request: say so and end, but not before the messages ahead have their replies. */
static void give_up(struct classic *c)
{
	if (c->unanswered) {
		c->held = true;
		return;
	}
	log_broken(c, "no frame of either framing");
	classic_reply(c, "0|bad request");
	c->leaving = true;
}

/* Takes what can be taken now; returns how many bytes that were. */
static size_t requests_take(struct classic *c, struct str bytes)
{
	own_buf room = { 0 };
	size_t at = 0, len = 0;

	while (may_take(c)) {
		struct str left = str_from(bytes, at), text;
		enum line_frame kind = line_frame(&c->framer, left.p, left.n, frame_max(c), &len);

		if (kind == LINE_MORE)
			break;
		if (kind == LINE_BAD || !line_text(&c->framer, str_n(left.p, len), &room, &text)) {
			give_up(c);
			break;
		}
		request_take(c, text);
		if (!c->held)
			at += len;
	}
	return at;
}

/* Keeps what was not taken; a connection with nothing to keep costs no memory for it. */
static void keep_rest(struct classic *c, struct str bytes, size_t took)
{
	if (c->in.n == 0) {
		buf_str(&c->in, str_from(bytes, took));
	} else {
		buf_eat(&c->in, took);
		if (c->in.n == 0)
			buf_free(&c->in);
	}
}

static void pause_rightly(struct classic *c)
{
	bool want = c->transfer ? classic_transfer_full(c) : !c->leaving && (!may_take(c) || c->breath.place != 0);

	if (want != c->paused && !c->link->closing) {
		c->paused = want;
		c->link->ops->pause(c->link, want);
	}
}

/* What belongs to a file is nothing that requests are made of. */
static void transfer_take(struct classic *c, struct str bytes)
{
	classic_transfer_feed(c, bytes);
	buf_free(&c->in);
}

static void take_all(struct classic *c, struct str bytes)
{
	if (c->transfer && !c->busy)
		transfer_take(c, bytes);
	else
		keep_rest(c, bytes, requests_take(c, bytes));
	pause_rightly(c);
}

/* ---- how fast ----------------------------------------------------------------------------------------------- */

static void breathe(struct timer *t) { pause_rightly(holder_of(t, struct classic, breath)); }

/* Who sends more than the settings allow is not read for a while. */
static void spend(struct classic *c, size_t n)
{
	int64_t rate = (int64_t)core_settings(c->core)->rate_bytes;
	msec clock = core_clock(c->core);

	if (rate == 0)
		return;
	c->allowance += (clock - c->filled) * rate / 1000;
	if (c->allowance > rate * 10)
		c->allowance = rate * 10;
	c->filled = clock;
	c->allowance -= (int64_t)n;
	if (c->allowance < 0)
		world_timer(core_world(c->core), &c->breath, -c->allowance * 1000 / rate + 1);
}

/* ---- later in the turn -------------------------------------------------------------------------------------- */

static void tickets_settle(struct classic *c)
{
	struct buf tickets = c->tickets;

	if (!c->logged_in || link_backlog(c->link) || tickets.n == 0)
		return; /* those behind files that are being looked up are not among them */
	c->tickets = (struct buf){ 0 };
	for (size_t i = 0; i < tickets.n; i += sizeof(uint64_t)) {
		uint64_t ticket;

		memcpy(&ticket, tickets.p + i, sizeof ticket);
		session_delivered(&c->session, ticket);
	}
	buf_free(&tickets);
}

static void bounces_send(struct classic *c)
{
	if (!c->logged_in || session_must_wait(&c->session))
		return;
	for (unsigned i = 0; i < c->bounces_n; i++)
		session_send(&c->session, c->bounces[i]);
	c->bounces_n = 0;
}

static void turn_end(struct post *p)
{
	struct classic *c = holder_of(p, struct classic, turn);

	c->posted = false;
	if (!c->link) {
		mem_free(c);
		return;
	}
	if (c->link->closing)
		return;
	tickets_settle(c);
	if (c->logged_in && classic_backlog(c) == 0)
		session_writable(&c->session);
	bounces_send(c);
	classic_rooms_go_on(c);
	classic_history_go_on(c);
	if (!c->unanswered)
		c->held = false;
	take_all(c, buf_all(&c->in));
	if (c->leaving)
		c->link->ops->hang_up(c->link, CLOSE_ASKED);
}

void classic_continue(struct classic *c)
{
	if (!c->posted) {
		c->posted = true;
		world_later(core_world(c->core), &c->turn);
	}
}

void classic_answer(struct classic *c, const char *reply)
{
	assert(c->busy);
	if (reply)
		classic_reply(c, reply);
	c->busy = false;
	classic_continue(c);
}

/* ---- the door ----------------------------------------------------------------------------------------------- */

static void login_late(struct timer *t)
{
	struct classic *c = holder_of(t, struct classic, deadline);

	log_broken(c, "no login in time");
	c->link->ops->hang_up(c->link, CLOSE_ASKED);
}

static int classic_open(struct link *l)
{
	struct classic *c = mem_new(struct classic);

	c->link = l;
	c->core = l->core;
	c->turn.run = turn_end;
	c->deadline.fire = login_late;
	c->breath.fire = breathe;
	list_init(&c->rooms);
	list_init(&c->coming);
	c->filled = core_clock(c->core);
	c->allowance = (int64_t)core_settings(c->core)->rate_bytes * 10;
	l->state = c;
	world_timer(core_world(c->core), &c->deadline, core_settings(c->core)->login_deadline_ms);
	return 0;
}

static int classic_feed(struct link *l, const char *bytes, size_t n)
{
	struct classic *c = l->state;

	if (!c->transfer)
		spend(c, n);
	if (c->in.n) {
		buf_add(&c->in, bytes, n);
		take_all(c, buf_all(&c->in));
	} else {
		take_all(c, str_n(bytes, n));
	}
	return c->leaving ? DOOR_CLOSE : 0;
}

static void classic_written(struct link *l)
{
	struct classic *c = l->state;

	tickets_settle(c);
	if (c->logged_in && classic_backlog(c) == 0)
		session_writable(&c->session);
	if (c->transfer)
		classic_transfer_written(c);
	if (c->paused || c->telling)
		classic_continue(c);
}

static void classic_close(struct link *l, enum close_why why)
{
	struct classic *c = l->state;

	(void)why;
	account_cancel(&c->account);
	ask_cancel(&c->asking);
	classic_offer_free(c);
	classic_show_free(c);
	classic_transfer_free(c);
	world_stop(core_world(c->core), &c->deadline);
	world_stop(core_world(c->core), &c->breath);
	if (c->begun)
		session_close(&c->session, STR_NONE);
	for (unsigned i = 0; i < c->bounces_n; i++)
		stanza_unref(c->bounces[i]);
	c->bounces_n = 0;
	classic_rooms_free(c);
	mem_free((char *)c->peer.p);
	buf_free(&c->in);
	buf_free(&c->tickets);
	c->link = NULL;
	l->state = NULL;
	if (!c->posted)
		mem_free(c); /* else by the turn that is still to come */
}

const struct door classic_door = {
	.name = "classic",
	.open = classic_open,
	.feed = classic_feed,
	.written = classic_written,
	.close = classic_close,
};
