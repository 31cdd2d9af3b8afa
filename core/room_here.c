/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_here.c - the sessions of this core that are in rooms, of whichever core: where what a room says is spread.
 * The room's core says who comes and goes; its parcels arrive in their order, so a session is reached by exactly what
 * was said while it was in.
 */
#include <assert.h>

#include "core/room_inside.h"

/* A room that sessions of this core are in. */
struct here {
	struct map_node node; /* rooms->here */
	unsigned core;	      /* the room's */
	struct member **members;
	size_t n, room;
	char name[];
};

/* One session in one room. */
struct member {
	struct list here; /* session->rooms */
	struct here *in;
	struct session *session;
	uint64_t seat, occupant;
	size_t index; /* in in->members */
	bool sees;    /* real addresses */
};

static struct here *here_get(struct rooms *rs, struct str name, unsigned core)
{
	struct here *h = map_find(&rs->here, name, struct here, node);

	if (h)
		return h;
	h = mem_alloc(sizeof *h + name.n + 1);
	memcpy(h->name, name.p, name.n);
	h->core = core;
	map_add(&rs->here, &h->node, str_n(h->name, name.n));
	return h;
}

static struct member *member_find(const struct here *h, const struct session *s)
{
	list_each(m, &s->rooms, struct member, here)
		if (m->in == h)
			return m;
	return NULL;
}

static struct member *member_add(struct here *h, struct session *s)
{
	struct member *m = mem_new(struct member);

	if (h->n == h->room) {
		h->room = h->room ? h->room * 2 : 4;
		h->members = mem_grow(h->members, h->room * sizeof *h->members);
	}
	m->in = h;
	m->session = s;
	m->index = h->n;
	h->members[h->n++] = m;
	list_append((struct list *)&s->rooms, &m->here);
	return m;
}

static void here_free(struct rooms *rs, struct here *h)
{
	map_remove(&rs->here, &h->node);
	mem_free(h->members);
	mem_free(h);
}

/* The place is taken by the last one: among receivers there is no order. */
static void member_remove(struct rooms *rs, struct member *m)
{
	struct here *h = m->in;

	list_remove(&m->here);
	h->members[m->index] = h->members[--h->n];
	h->members[m->index]->index = m->index;
	mem_free(m);
	if (!h->n)
		here_free(rs, h);
}

static void gone_tell(struct core *c, unsigned core, struct str room, struct str full, uint64_t seat)
{
	own_buf bytes = { 0 };

	buf_fmt(&bytes, "%.*s%c%.*s%c", STR_ARG(room), 0, STR_ARG(full), 0);
	bus_send(c->bus, core, &(struct parcel){ .kind = PARCEL_ROOM_LEAVE, .number = seat, .bytes = buf_all(&bytes) });
}

void room_here_close(struct session *s)
{
	struct core *c = s->core;
	struct member *m;

	while ((m = list_first(&s->rooms, struct member, here))) {
		struct str room = str_z(m->in->name);
		char name[2048];
		uint64_t seat = m->seat;
		unsigned core = m->in->core;

		assert(room.n <= sizeof name);
		memcpy(name, room.p, room.n);
		room.p = name;
		member_remove(c->rooms, m);
		gone_tell(c, core, room, jid_full(s->jid), seat);
	}
}

/* ---- from the bus ----------------------------------------------------------------------------------------------- */

static struct str part(struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, 0));

	*rest = str_from(*rest, one.n + 1);
	return one;
}

void room_enter_in(struct core *c, const struct parcel *p)
{
	struct str rest = p->bytes, room = part(&rest), full = part(&rest);
	struct session *s = c->rooms ? session_find(c, full) : NULL;
	struct member *m;
	struct here *h;

	if (!s || !s->opened) {
		gone_tell(c, p->core, room, full, p->number);
		return;
	}
	h = here_get(c->rooms, room, p->core);
	m = member_find(h, s);
	if (!m)
		m = member_add(h, s);
	m->seat = p->number;
	m->occupant = (uint64_t)p->owner;
	m->sees = p->flags & PARCEL_SEES;
}

void room_leave_in(struct core *c, const struct parcel *p)
{
	struct str rest = p->bytes, room = part(&rest), full = part(&rest);
	struct here *h;
	struct session *s;
	struct member *m;

	if (!c->rooms)
		return;
	if (!(p->flags & PARCEL_OWN)) {
		room_gone(c->rooms, room, full, p->number);
		return;
	}
	h = map_find(&c->rooms->here, room, struct here, node);
	s = h ? session_find(c, full) : NULL;
	m = s ? member_find(h, s) : NULL;
	if (m && m->seat == p->number)
		member_remove(c->rooms, m);
}

static void give(const struct member *m, const struct parcel *p, const struct stanza *st, struct jid room)
{
	struct session *s = m->session;
	struct delivery d = { .stanza = st, .to = s->jid, .asked = p->bytes.n > 0 };

	if (p->flags & PARCEL_WAITED) {
		d.waited = true;
		d.kept_by = room;
	}
	s->ops->deliver(s, &d);
}

static void give_all(struct core *c, const struct here *h, const struct parcel *p, struct jid room)
{
	bool is_message = p->stanza->name == STANZA_MESSAGE;
	own_buf folded = { 0 };

	for (size_t i = 0; i < h->n; i++) {
		const struct member *m = h->members[i];

		if ((p->number && m->occupant == p->number) || (p->flags & PARCEL_SEES && !m->sees) ||
		    (p->flags & PARCEL_BLIND && m->sees))
			continue;
		give(m, p, p->stanza, room);
		if (is_message)
			push_said(m->session, p->stanza, &folded);
	}
	if (is_message)
		core_count_up(c, COUNT_DELIVERED, (int64_t)h->n);
}

void room_said_in(struct core *c, const struct parcel *p)
{
	struct jid room = jid_to_bare(p->stanza->from);
	struct here *h = c->rooms ? map_find(&c->rooms->here, jid_bare(room), struct here, node) : NULL;
	struct session *s;
	struct member *m;

	if (!h)
		return;
	if (!p->bytes.n) {
		give_all(c, h, p, room);
		return;
	}
	s = session_find(c, p->bytes);
	m = s ? member_find(h, s) : NULL;
	if (m)
		give(m, p, p->stanza, room);
}

void room_here_free(struct rooms *rs)
{
	struct map_node *node;

	while ((node = map_next(&rs->here, NULL))) {
		struct here *h = holder_of(node, struct here, node);

		for (size_t n = h->n; n; n--)
			member_remove(rs, h->members[0]); /* the last one takes the rest along */
	}
	map_free(&rs->here);
}
