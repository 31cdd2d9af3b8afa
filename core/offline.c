/* SPDX-License-Identifier: Apache-2.0
 *
 * core/offline.c - from the queue to a client (XEP-0160), and out of the queue once the client has it.
 *
 * A ticket is one delivery that a session has been given and not yet acknowledged. Its message is in the store's queue, or - when it was
 * relayed without the disk - in the ticket itself, and goes to the queue should the session end first.
 *
 * Catching up: pages of what waits are delivered with as much pace as the client reads; what arrives meanwhile is in the queue as well and
 * comes in its turn. `cursor` says up to where it has come.
 */
#include <assert.h>

#include "core/inside.h"

enum {
	PAGE = 50,
	RECENT = 256,
	HELD_MAX = 1000,
	AGAIN_MS = 1000,    /* after the store failed */
	HEAD = 512,         /* about what a door writes around a payload */
	OVERLAP_MS = 10000, /* how far apart stamp and commit may be between cores; far more than a commit takes */
};

enum catching {
	CATCH_NOT,
	CATCH_READING, /* a page is asked for */
	CATCH_PACING,  /* the client has to read first */
	CATCH_LATE,    /* something of this account is still on its way into the queue */
};

struct ticket {
	struct list here; /* in session->tickets */
	uint64_t stamp;
	struct stanza *st; /* NULL: it is in the queue */
	bool held;         /* not delivered yet: behind what is being caught up with */
};

/* What a session needs that has found something waiting. The last stamps it was given are remembered, because a message that
 * was read here right after its commit may still be on its way as a parcel. */
struct page {
	struct ask ask;
	struct timer again;  /* the store failed */
	struct session *session;
	uint64_t *recent; /* RECENT of them, a ring; NULL while it is empty */
	unsigned recent_n;
};

/* ---- tickets -------------------------------------------------------------------------------------------------------- */

static struct ticket *ticket_open(struct session *s, uint64_t stamp, struct stanza *keep)
{
	struct ticket *t = mem_new(struct ticket);

	t->stamp = stamp;
	t->st = keep ? stanza_ref(keep) : NULL;
	list_append(&s->tickets, &t->here);
	s->under_way++;
	return t;
}

static struct ticket *ticket_find(struct session *s, uint64_t stamp)
{
	list_each(t, &s->tickets, struct ticket, here)
		if (t->stamp == stamp)
			return t;
	return NULL;
}

static void ticket_close(struct session *s, struct ticket *t)
{
	list_remove(&t->here);
	stanza_unref(t->st);
	mem_free(t);
	s->under_way--;
}

/* Acknowledgements of one account in one turn: one request takes the run. Until the store has answered, and again and again while it
 * fails, they are remembered here: what the client has is not read to it again. */
struct settling {
	struct job job;
	struct list here; /* core->settled.under_way */
	struct core *core;
	struct user *user;
	struct timer again;
	size_t n;
	uint64_t stamps[64];
};

static void settling_free(struct job *j)
{
	struct settling *g = holder_of(j, struct settling, job);

	world_stop(g->core->world, &g->again);
	list_remove(&g->here);
	list_remove(&j->here);
	if (!g->core->ending)
		user_release(g->user);
	mem_free(g);
}

static void settling_submit(struct settling *g);

static void settling_again(struct timer *t) { settling_submit(holder_of(t, struct settling, again)); }

static struct page *page_of(struct session *s)
{
	if (!s->page) {
		s->page = mem_new(struct page);
		s->page->session = s;
	}
	return s->page;
}

static void remember(struct session *s, uint64_t stamp)
{
	struct page *p = page_of(s);

	if (!p->recent)
		p->recent = mem_alloc(RECENT * sizeof *p->recent);
	p->recent[p->recent_n++ % RECENT] = stamp;
}

/* A page that was read before this commit still has these rows, and comes after it. */
static void settling_remember(struct settling *g)
{
	list_each(s, &g->user->sessions, struct session, here)
		for (size_t i = 0; i < g->n && s->catching_up == CATCH_READING; i++)
			remember(s, g->stamps[i]);
}

static void settling_done(struct store_request *r)
{
	struct settling *g = r->arg;

	if (!r->answer) {
		settling_remember(g);
		settling_free(&g->job);
		return;
	}
	g->again.fire = settling_again;
	world_timer(g->core->world, &g->again, AGAIN_MS);
}

static void settling_submit(struct settling *g)
{
	struct store_request *r = store_ask(g->core->store, STORE_QUEUE_DONE, settling_done, g);
	uint64_t *stamps = arena_get(&r->arena, g->n * sizeof *stamps);

	memcpy(stamps, g->stamps, g->n * sizeof *stamps);
	r->owner = g->user->id;
	r->stamps = stamps;
	r->stamps_n = g->n;
	store_submit(r);
}

static void settled_submit(struct core *c)
{
	struct settling *g = c->settled.now;

	c->settled.now = NULL;
	if (g)
		settling_submit(g);
}

static void settled_turn_end(struct post *p)
{
	struct core *c = holder_of(p, struct core, settled.post);

	c->settled.posted = false;
	settled_submit(c);
}

static void settle(struct core *c, struct user *u, uint64_t stamp)
{
	struct settling *g = c->settled.now;

	if (g && (g->user != u || g->n == countof(g->stamps))) {
		settled_submit(c);
		g = NULL;
	}
	if (!g) {
		g = c->settled.now = mem_new(struct settling);
		g->core = c;
		g->user = u;
		user_hold(u);
		job_begin(c, &g->job, settling_free);
		list_append(&c->settled.under_way, &g->here);
	}
	g->stamps[g->n++] = stamp;
	if (c->settled.posted)
		return;
	c->settled.posted = true;
	c->settled.post.run = settled_turn_end;
	world_later(c->world, &c->settled.post);
}

static bool is_settling(struct core *c, const struct user *u, uint64_t stamp)
{
	list_each(g, &c->settled.under_way, struct settling, here)
		for (size_t i = 0; i < g->n && g->user == u; i++)
			if (g->stamps[i] == stamp)
				return true;
	return false;
}

void offline_settle(struct core *c, struct user *u, uint64_t stamp) { settle(c, u, stamp); }

void session_delivered(struct session *s, uint64_t stamp)
{
	struct ticket *t = s->opened ? ticket_find(s, stamp) : NULL;
	bool queued;

	if (!t)
		return;
	/* Relayed, and kept after all by another core, whose writing may come behind our removing (route_keep_late): then it is not read to this session. */
	queued = t->st && (__atomic_fetch_or(&t->st->fate, STANZA_TAKEN, __ATOMIC_RELAXED) & STANZA_QUEUED);
	if (queued)
		remember(s, stamp);
	if (!t->st || queued)
		settle(s->core, s->user, stamp);
	ticket_close(s, t);
}

void session_undelivered(struct session *s, uint64_t stamp)
{
	struct ticket *t = s->opened ? ticket_find(s, stamp) : NULL;

	if (!t)
		return;
	for (unsigned i = 0; s->page && s->page->recent && i < RECENT; i++)
		if (s->page->recent[i] == stamp)
			s->page->recent[i] = 0;
	if (!s->missed_from || stamp < s->missed_from)
		s->missed_from = stamp;
	if (t->st)
		route_keep_late(s->core, s->user, t->st);
	ticket_close(s, t);
}

void offline_close(struct session *s)
{
	struct ticket *t;

	while ((t = list_first(&s->tickets, struct ticket, here))) {
		if (t->st && !PLANTED(PLANT_RELAYED_DROPPED))
			route_keep_late(s->core, s->user, t->st);
		ticket_close(s, t);
	}
	s->catching_up = CATCH_NOT;
	if (s->page) {
		ask_cancel(&s->page->ask);
		world_stop(s->core->world, &s->page->again);
		mem_free(s->page->recent);
		mem_free(s->page);
		s->page = NULL;
	}
}

/* ---- live ----------------------------------------------------------------------------------------------------------- */

static bool is_recent(const struct session *s, uint64_t stamp)
{
	for (unsigned i = 0; s->page && s->page->recent && i < RECENT; i++)
		if (s->page->recent[i] == stamp)
			return true;
	return false;
}

static void give(struct session *s, struct stanza *st, uint64_t ticket, bool archived, bool waited)
{
	core_count_up(s->core, COUNT_DELIVERED, 1);
	if (PLANTED(PLANT_POP_ON_SEND) && ticket)
		settle(s->core, s->user, ticket);
	s->ops->deliver(s, &(struct delivery){ .stanza = st, .ticket = ticket, .archived = archived, .waited = waited });
}

/* Relayed while the session is catching up: it must not overtake what waits. */
static void hold_back(struct session *s, struct stanza *st)
{
	if (s->under_way >= HELD_MAX)
		route_keep_late(s->core, s->user, st);
	else
		ticket_open(s, st->stamp, st)->held = true;
}

/* It is in the queue and will be read. */
static void skipped(struct session *s, uint64_t stamp)
{
	if (stamp && (!s->again_from || stamp < s->again_from))
		s->again_from = stamp;
}

void offline_deliver(struct session *s, const struct parcel *p)
{
	struct stanza *st = p->stanza;
	bool queued = p->flags & PARCEL_QUEUED, promised = queued || route_is_worth_keeping(st);

	/* What the door let go is read again: what comes after it stays behind it. */
	if (queued && s->missed_from && p->number > s->missed_from)
		return;
	/* Behind the cursor it may be, where stamps of several cores mix: but not before what was passed over and is read again. */
	if (queued && s->catching_up && (p->number > s->cursor || (s->again_from && p->number > s->again_from))) {
		skipped(s, PLANTED(PLANT_READ_THEN_SUBSCRIBE) ? 0 : p->number);
		return;
	}
	if (queued && (is_recent(s, p->number) || (s->catching_up && ticket_find(s, p->number))))
		return;
	if (!queued && promised && (s->catching_up || s->missed_from)) {
		hold_back(s, st);
		return;
	}
	if (promised)
		ticket_open(s, st->stamp, queued ? NULL : st);
	give(s, st, promised ? st->stamp : 0, p->flags & PARCEL_ARCHIVED, false);
}

/* ---- catching up ---------------------------------------------------------------------------------------------------- */

static void page_ask(struct session *s);

static void caught_up(struct session *s)
{
	s->catching_up = CATCH_NOT;
	list_each(t, &s->tickets, struct ticket, here)
		if (t->held) {
			t->held = false;
			give(s, t->st, t->stamp, false, false);
		}
	/* Who found nothing needs no memory for it; who did may meet the parcel of what it has read. */
	if (s->page && !s->page->recent_n) {
		mem_free(s->page->recent);
		mem_free(s->page);
		s->page = NULL;
	}
}

static bool page_give(struct session *s, struct stanza *st)
{
	s->cursor = st->stamp;
	if (ticket_find(s, st->stamp) || is_recent(s, st->stamp) || is_settling(s->core, s->user, st->stamp))
		return false;
	remember(s, st->stamp);
	ticket_open(s, st->stamp, NULL);
	give(s, st, st->stamp, archive_wants(s->user, jid_bare(st->from)), true);
	return true;
}

/* The end was reached, and more has come. Stamps of several cores do not reach the disk in their order, so what came may be before the
 * cursor, and something that belongs before it too: the last seconds are read again. Only from the end, so that there is always progress. */
static void go_back(struct session *s)
{
	uint64_t overlap = (uint64_t)OVERLAP_MS << 20, from = s->cursor > overlap ? s->cursor - overlap : 0;

	if (s->again_from <= from)
		from = s->again_from - 1;
	s->cursor = from;
	s->again_from = 0;
}

static void page_again(struct timer *t)
{
	struct session *s = holder_of(t, struct page, again)->session;

	if (s->catching_up == CATCH_LATE)
		page_ask(s);
}

static void page_done(struct ask *a)
{
	struct page *page = holder_of(a, struct page, ask);
	struct session *s = page->session;
	/* A page must not by itself make the link look like one that nobody reads. */
	int64_t room = (int64_t)s->core->settings.backlog_max / 4;
	size_t i = 0;
	bool whole, any = false;

	if (a->verdict) {
		/* The store cannot be read now. What waits goes on waiting, and what comes, behind it. */
		s->catching_up = CATCH_LATE;
		page->again.fire = page_again;
		world_timer(s->core->world, &page->again, AGAIN_MS);
		return;
	}
	for (; i < a->answer->n && s->opened && room > 0; i++) {
		struct stanza *st = a->answer->stanzas[PLANTED(PLANT_WRONG_ORDER) ? a->answer->n - 1 - i : i];

		room -= (int64_t)st->payload.n + HEAD;
		any |= page_give(s, st);
	}
	if (!s->opened)
		return;
	whole = i == a->answer->n && !a->answer->more;
	if (whole && !s->again_from) {
		caught_up(s);
		return;
	}
	if (whole)
		go_back(s);
	if (any)
		s->catching_up = CATCH_PACING;
	else
		page_ask(s);
}

/* Something of this account is on its way into the queue that was relayed before. */
static bool is_late(const struct user *u)
{
	return u->late || (core_count(u->core) > 1 && core_interest(u->core, 'l', str_z(u->name)));
}

static void page_ask(struct session *s)
{
	if (is_late(s->user)) {
		s->catching_up = CATCH_LATE;
		return;
	}
	world_stop(s->core->world, &s->page->again); /* the page may be freed once it is answered */
	/* Something reached the disk behind the cursor after it had passed: what its sender said next must not come before it. */
	if (s->again_from && s->again_from <= s->cursor) {
		s->cursor = s->again_from - 1;
		s->again_from = 0;
	}
	s->catching_up = CATCH_READING;
	s->page->ask.done = page_done;
	queue_read(s->core, &s->page->ask, s->user->id, s->cursor, PAGE);
}

/* Sessions on all cores wait for what is late on any: "l.NAME" is only to see it there, as nothing is ever published to it. */
void offline_late_begin(struct user *u)
{
	if (core_count(u->core) > 1)
		core_want(u->core, 'l', str_z(u->name), true);
}

static void late_done(struct user *u)
{
	list_each(s, &u->sessions, struct session, here)
		if (s->catching_up == CATCH_LATE)
			page_ask(s);
}

void offline_late_done(struct user *u)
{
	if (core_count(u->core) > 1) {
		core_want(u->core, 'l', str_z(u->name), false);
		core_tell(u->core, 'c', str_z(u->name), &(struct parcel){ .kind = PARCEL_LATE_DONE });
	} else {
		late_done(u);
	}
}

void offline_late_done_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));

	if (u)
		late_done(u);
}

void session_catch_up(struct session *s, uint64_t cursor)
{
	const uint64_t overlap = (uint64_t)OVERLAP_MS << 20;

	page_of(s);
	/* What this session has had is not read to it again: only from the first that it let go, and what may have reached the disk before that with a lower
	 * stamp, and is not here yet (go_back). */
	if (s->missed_from && cursor + overlap < s->missed_from)
		cursor = s->missed_from - overlap - 1;
	s->missed_from = 0;
	if (cursor < s->cursor || !s->catching_up)
		s->cursor = cursor;
	if (ask_busy(&s->page->ask)) {
		skipped(s, cursor + 1);
		return;
	}
	page_ask(s);
}

void session_writable(struct session *s)
{
	if (s->opened && s->catching_up == CATCH_PACING && !s->detached)
		page_ask(s);
}
