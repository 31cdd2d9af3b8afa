/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/xmpp.c - the XMPP door (RFC 6120): a stream's beginning, its pauses, and its end.
 */
#include "doors/xmpp/xmpp.h"

#include <assert.h>

#include "base/log.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/relay.h"

enum { RATE_BURST_S = 10 };

static struct world *world_of(const struct xmpp *x) { return core_world(x->core); }

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static void login_late(struct timer *t)
{
	struct xmpp *x = holder_of(t, struct xmpp, deadline);

	xmpp_stream_error(x, "connection-timeout", "It took too long to log in.");
}

static void rate_over(struct timer *t) { xmpp_go_on(holder_of(t, struct xmpp, rate), HOLD_RATE); }

static void later_run(struct post *p)
{
	struct xmpp *x = holder_of(p, struct xmpp, later);
	unsigned does = x->later_does;

	x->later_does = 0;
	if (!x->dead && does & LATER_END)
		xmpp_session_end(x);
	if (!x->dead && does & LATER_SM && x->sm)
		sm_later(x);
	if (!x->dead && does & LATER_FRAMES && x->link)
		stream_frames(x->link);
	xmpp_leave(x);
}

void xmpp_later(struct xmpp *x, enum xmpp_later what)
{
	if (!x->later_does) {
		xmpp_enter(x);
		world_later(world_of(x), &x->later);
	}
	x->later_does |= what;
}

struct xmpp *xmpp_new(struct xmpp_home *h, struct link *l)
{
	struct xmpp *x = mem_new(struct xmpp);
	const struct core_settings *settings = core_settings(h->core);

	x->link = l;
	x->core = h->core;
	x->home = h;
	x->state = XMPP_CONNECTED;
	x->deadline.fire = login_late;
	x->rate.fire = rate_over;
	x->rate_left = (int64_t)settings->rate_bytes * RATE_BURST_S;
	x->rate_at = core_clock(h->core);
	x->later.run = later_run;
	list_init(&x->iqs);
	list_append(&h->streams, &x->here);
	return x;
}

void xmpp_release(struct xmpp *x)
{
	if (!x->dead || x->busy)
		return;
	list_remove(&x->here);
	buf_free(&x->in);
	buf_free(&x->aside);
	buf_free(&x->tickets);
	mem_free((char *)x->from.p);
	mem_free(x->agent);
	mem_free((char *)x->account.name.p);
	mem_free((char *)x->bind_id.p);
	mem_free((char *)x->status.p);
	mem_free(x);
}

void xmpp_leave(struct xmpp *x)
{
	assert(x->busy);
	x->busy--;
	xmpp_release(x);
}

void xmpp_session_end(struct xmpp *x)
{
	x->ended = true;
	x->state = XMPP_CLOSED;
	session_close(&x->session, x->status);
	list_each(q, &x->iqs, struct iq, here) {
		list_remove(&q->here);
		if (q->gone)
			q->gone(q);
		mem_free(q);
	}
	for (size_t i = 0; xmpp_features[i]; i++)
		if (xmpp_features[i]->closed)
			xmpp_features[i]->closed(x);
	world_stop(world_of(x), &x->deadline);
	world_stop(world_of(x), &x->rate);
	if (!x->link) {
		x->dead = true;
		xmpp_release(x);
	}
}

/* ---- pauses ---------------------------------------------------------------------------------------------------- */

static void pause_set(struct xmpp *x)
{
	bool pause = x->holds != 0;

	if (pause != x->paused && x->link && !x->link->closing) {
		x->paused = pause;
		x->link->ops->pause(x->link, pause);
	}
}

void xmpp_hold(struct xmpp *x, enum xmpp_hold why)
{
	x->holds |= why;
	pause_set(x);
}

void xmpp_go_on(struct xmpp *x, enum xmpp_hold why)
{
	if (!(x->holds & why))
		return;
	x->holds &= ~(unsigned)why;
	/* Not at once: who says so may be in the midst of something. Reading goes on when what waits here has been
	 * taken. */
	xmpp_later(x, LATER_FRAMES);
}

static void rate_spend(struct xmpp *x, size_t n)
{
	int64_t rate = (int64_t)core_settings(x->core)->rate_bytes;
	msec clock = core_clock(x->core);

	if (!rate)
		return;
	x->rate_left += (clock - x->rate_at) * rate / 1000;
	if (x->rate_left > rate * RATE_BURST_S)
		x->rate_left = rate * RATE_BURST_S;
	x->rate_at = clock;
	x->rate_left -= (int64_t)n;
	if (x->rate_left < 0) {
		xmpp_hold(x, HOLD_RATE);
		world_timer(world_of(x), &x->rate, -x->rate_left * 1000 / rate + 1);
	}
}

/* ---- what features use ----------------------------------------------------------------------------------------- */

struct buf *xmpp_out(struct xmpp *x)
{
	if (x->set_aside)
		return &x->aside;
	if (x->link && !x->link->closing)
		return &x->link->out;
	buf_clear(&x->home->nowhere);
	return &x->home->nowhere;
}

void xmpp_flush(struct xmpp *x)
{
	if (x->link)
		x->link->ops->dirty(x->link);
}

struct arena *xmpp_scratch(struct xmpp *x) { return &x->home->scratch; }

struct origin xmpp_origin(const struct xmpp *x)
{
	struct origin o = { .loopback = x->link && x->link->loopback };

	if (x->link)
		memcpy(o.address, x->link->address, sizeof o.address);
	return o;
}

void xmpp_stream_error(struct xmpp *x, const char *condition, const char *text)
{
	stream_error(x, condition, text, STR_NONE);
}

/* ---- the door -------------------------------------------------------------------------------------------------- */

static int xmpp_open(struct link *l)
{
	struct xmpp *x = xmpp_new(xmpp_home(l->core), l);

	l->state = x;
	world_timer(world_of(x), &x->deadline, core_settings(x->core)->login_deadline_ms);
	return 0;
}

static int xmpp_feed(struct link *l, const char *bytes, size_t n)
{
	struct xmpp *x = l->state;

	if (x->state == XMPP_CLOSED || l->closing)
		return 0;
	rate_spend(x, n);
	if (x->relay)
		relay_feed(x, bytes, n);
	else
		stream_feed(l, bytes, n);
	return 0;
}

static void tickets_settle(struct xmpp *x)
{
	struct buf all = x->tickets;
	uint64_t ticket;

	x->tickets = (struct buf){ 0 };
	for (size_t at = 0; at < all.n; at += sizeof ticket) {
		memcpy(&ticket, all.p + at, sizeof ticket);
		session_delivered(&x->session, ticket);
	}
	/* Kept from one message to the next, but a session that falls idle shall not hold much. */
	if (!x->tickets.p && all.room <= 64) {
		buf_clear(&all);
		x->tickets = all;
	} else {
		buf_free(&all);
	}
}

void xmpp_tickets_return(struct xmpp *x)
{
	struct buf all = x->tickets;
	uint64_t ticket;

	x->tickets = (struct buf){ 0 };
	for (size_t at = 0; at < all.n; at += sizeof ticket) {
		memcpy(&ticket, all.p + at, sizeof ticket);
		session_undelivered(&x->session, ticket);
	}
	buf_free(&all);
}

static void xmpp_written(struct link *l)
{
	struct xmpp *x = l->state;

	if (x->relay)
		relay_written(x);
	if (x->state != XMPP_BOUND || x->set_aside)
		return;
	if (x->tickets.n)
		tickets_settle(x);
	if (!x->sm || sm_has_room(x))
		session_writable(&x->session);
}

static void xmpp_secured(struct link *l)
{
	struct xmpp *x = l->state;

	if (x->state != XMPP_CLOSED)
		stream_restart(x, XMPP_CONNECTED);
}

static void xmpp_stop(struct link *l) { stream_dismiss(l->state, "system-shutdown", "The server is being stopped."); }

static void xmpp_close(struct link *l, enum close_why why)
{
	struct xmpp *x = l->state;
	bool stays = (why == CLOSE_PEER || why == CLOSE_STALLED) && x->state == XMPP_BOUND && !x->ended && !x->set_aside;

	l->state = NULL;
	x->link = NULL;
	x->paused = x->mute = false;
	x->holds &= ~(unsigned)HOLD_RATE;
	buf_free(&x->in);
	if (x->relay)
		relay_close(x, why);
	if (!stays || !sm_detach(x))
		xmpp_session_end(x);
}

const struct door xmpp_door = {
	.name = "xmpp",
	.open = xmpp_open,
	.feed = xmpp_feed,
	.written = xmpp_written,
	.secured = xmpp_secured,
	.stop = xmpp_stop,
	.close = xmpp_close,
};
