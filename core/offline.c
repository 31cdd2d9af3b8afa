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

enum { PAGE = 50, RECENT = 64, HELD_MAX = 1000 };

enum catching { CATCH_NOT, CATCH_READING, CATCH_PACING };

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
	struct session *session;
	uint64_t recent[RECENT];
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

static void settled_submit(struct core *c)
{
	struct store_request *r;
	uint64_t *stamps;

	if (!c->settled.n)
		return;
	r = store_ask(c->store, STORE_QUEUE_DONE, NULL, NULL);
	stamps = arena_get(&r->arena, c->settled.n * sizeof *stamps);
	memcpy(stamps, c->settled.stamps, c->settled.n * sizeof *stamps);
	r->owner = c->settled.owner;
	r->stamps = stamps;
	r->stamps_n = c->settled.n;
	c->settled.n = 0;
	store_submit(r);
}

static void settled_turn_end(struct post *p)
{
	struct core *c = holder_of(p, struct core, settled.post);

	c->settled.posted = false;
	settled_submit(c);
}

/* Acknowledgements come in runs of one account: one request takes the run. */
static void settle(struct core *c, int64_t owner, uint64_t stamp)
{
	if (c->settled.n && (c->settled.owner != owner || c->settled.n == countof(c->settled.stamps)))
		settled_submit(c);
	c->settled.owner = owner;
	c->settled.stamps[c->settled.n++] = stamp;
	if (c->settled.posted)
		return;
	c->settled.posted = true;
	c->settled.post.run = settled_turn_end;
	world_later(c->world, &c->settled.post);
}

void session_delivered(struct session *s, uint64_t stamp)
{
	struct ticket *t = s->opened ? ticket_find(s, stamp) : NULL;

	if (!t)
		return;
	if (!t->st)
		settle(s->core, s->user->id, stamp);
	ticket_close(s, t);
}

void session_undelivered(struct session *s, uint64_t stamp)
{
	struct ticket *t = s->opened ? ticket_find(s, stamp) : NULL;

	if (!t)
		return;
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
		mem_free(s->page);
		s->page = NULL;
	}
}

/* ---- live ----------------------------------------------------------------------------------------------------------- */

static bool is_recent(const struct session *s, uint64_t stamp)
{
	for (unsigned i = 0; s->page && i < RECENT; i++)
		if (s->page->recent[i] == stamp)
			return true;
	return false;
}

static void give(struct session *s, struct stanza *st, uint64_t ticket, bool archived, bool waited)
{
	core_count_up(s->core, COUNT_DELIVERED, 1);
	if (PLANTED(PLANT_POP_ON_SEND) && ticket)
		settle(s->core, s->user->id, ticket);
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

void offline_deliver(struct session *s, const struct parcel *p)
{
	struct stanza *st = p->stanza;
	bool queued = p->flags & PARCEL_QUEUED, promised = queued || (st->traits & STANZA_BODY);

	if (queued && s->catching_up && p->number > s->cursor) {
		s->page_again = !PLANTED(PLANT_READ_THEN_SUBSCRIBE);
		return;
	}
	if (queued && (is_recent(s, p->number) || (s->catching_up && ticket_find(s, p->number))))
		return;
	if (!queued && promised && s->catching_up) {
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
		mem_free(s->page);
		s->page = NULL;
	}
}

static bool page_give(struct session *s, struct stanza *st)
{
	struct page *page = s->page;

	s->cursor = st->stamp;
	if (ticket_find(s, st->stamp) || is_recent(s, st->stamp))
		return false;
	page->recent[page->recent_n++ % RECENT] = st->stamp;
	ticket_open(s, st->stamp, NULL);
	give(s, st, st->stamp, archive_wants(s->user, jid_bare(st->from)), true);
	return true;
}

static void page_done(struct ask *a)
{
	struct page *page = holder_of(a, struct page, ask);
	struct session *s = page->session;
	bool any = false;

	if (a->verdict) {
		/* The store cannot be read now. What waits goes on waiting; the client gets what is live. */
		s->page_again = false;
		caught_up(s);
		return;
	}
	for (size_t i = 0; i < a->answer->n && s->opened; i++)
		any |= page_give(s, a->answer->stanzas[i]);
	if (!s->opened)
		return;
	if (!a->answer->more && !s->page_again)
		caught_up(s);
	else if (any)
		s->catching_up = CATCH_PACING;
	else
		page_ask(s);
}

static void page_ask(struct session *s)
{
	s->catching_up = CATCH_READING;
	s->page_again = false;
	s->page->ask.done = page_done;
	queue_read(s->core, &s->page->ask, s->user->id, s->cursor, PAGE);
}

void session_catch_up(struct session *s, uint64_t cursor)
{
	if (!s->page) {
		s->page = mem_new(struct page);
		s->page->session = s;
	}
	if (cursor < s->cursor || !s->catching_up)
		s->cursor = cursor;
	if (ask_busy(&s->page->ask)) {
		s->page_again = true;
		return;
	}
	page_ask(s);
}

void session_writable(struct session *s)
{
	if (s->opened && s->catching_up == CATCH_PACING && !s->detached)
		page_ask(s);
}
