/* SPDX-License-Identifier: Apache-2.0
 *
 * core/presence.c - who sees whom (RFC 6121, 4): broadcast to subscribers, probes, directed presence, and the end of a session.
 */
#include "core/inside.h"

struct stanza *presence_make(struct core *c, enum stanza_type type, struct jid from, struct jid to, struct str payload)
{
	return stanza_make(&(struct stanza_init){ .name = STANZA_PRESENCE, .type = type, .time = core_now(c),
						  .from = from, .to = to, .payload = payload });
}

static struct stanza *addressed(const struct stanza *st, struct jid to)
{
	return stanza_make(&(struct stanza_init){
		.name = STANZA_PRESENCE, .type = (enum stanza_type)st->type, .traits = st->traits, .time = st->time, .from = st->from,
		.to = to, .id = st->id, .lang = st->lang, .payload = st->payload });
}

/* What goes to many is one stanza; a service is told at which of its addresses it arrives. */
static void presence_to_service(struct core *c, struct jid to, struct stanza *st)
{
	struct stanza *own;

	if (!service_is(c, jid_domain(to)))
		return;
	own = st->to.p && jid_eq(st->to, to) ? stanza_ref(st) : addressed(st, to);
	service_carry(c, own, NULL);
	stanza_unref(own);
}

void presence_to(struct core *c, struct jid to, struct stanza *st)
{
	struct parcel p = { .kind = st->type == PRESENCE_PROBE ? PARCEL_PROBE : PARCEL_PRESENCE, .stanza = st };

	if (!core_is_local(c, to))
		presence_to_service(c, to, st);
	else if (to.resource && st->type != PRESENCE_PROBE)
		bus_publish(c->bus, jid_full(to), &p);
	else if (to.local)
		core_tell(c, 'u', jid_local(to), &p);
}

/* To everyone who subscribed to this user, and to the user's own sessions. */
static void broadcast(struct session *s, struct stanza *st)
{
	struct user *u = s->user;
	struct core *c = s->core;
	struct parcel p = { .kind = PARCEL_PRESENCE, .stanza = st };

	for (struct map_node *node = map_next(&u->roster, NULL); node; node = map_next(&u->roster, node)) {
		const struct roster_item *item = &holder_of(node, struct contact, node)->item;
		struct jid who = address_of(item->contact);

		if (item->state & ROSTER_FROM && !(u->blocks_n && block_matches(u, who)))
			presence_to(c, who, st);
	}
	p.flags = PARCEL_OWN;
	core_tell(c, 'u', str_z(u->name), &p);
}

static void probe(struct session *s)
{
	struct core *c = s->core;
	struct stanza *st = presence_make(c, PRESENCE_PROBE, s->jid, (struct jid){ 0 }, STR(""));
	struct parcel p = { .kind = PARCEL_PROBE, .stanza = st };

	for (struct map_node *node = map_next(&s->user->roster, NULL); node; node = map_next(&s->user->roster, node)) {
		const struct roster_item *item = &holder_of(node, struct contact, node)->item;

		if (item->state & ROSTER_TO)
			presence_to(c, address_of(item->contact), st);
	}
	p.flags = PARCEL_OWN;
	core_tell(c, 'u', str_z(s->user->name), &p);
	stanza_unref(st);
}

/* ---- directed presence (RFC 6121, 4.6) ---------------------------------------------------------------------------- */

static void directed_forget(struct session *s, struct str to)
{
	for (size_t i = 0; i < s->directed_n; i++)
		if (str_eq(s->directed[i], to)) {
			mem_free((void *)s->directed[i].p);
			s->directed[i] = s->directed[--s->directed_n];
			return;
		}
}

/* Those at an address of a service, whatever the resource: who leaves a room has no nickname there any more, not even the ones he had before. */
static void directed_forget_all(struct session *s, struct str bare)
{
	for (size_t i = s->directed_n; i-- > 0;)
		if (s->directed[i].n >= bare.n && str_eq(str_n(s->directed[i].p, bare.n), bare) &&
		    (s->directed[i].n == bare.n || s->directed[i].p[bare.n] == '/'))
			directed_forget(s, s->directed[i]);
}

/* False: it cannot be remembered. */
static bool directed_remember(struct session *s, struct str to, unsigned most)
{
	directed_forget(s, to);
	if (s->directed_n >= most)
		return false;
	s->directed = mem_grow(s->directed, (s->directed_n + 1) * sizeof *s->directed);
	s->directed[s->directed_n++] = str_n(str_dup(to), to.n);
	return true;
}

/* A room must hear of the end of everybody who is in it, so what could not be remembered is not passed on. */
static void directed_to_service(struct session *s, struct stanza *st)
{
	enum { DIRECTED_SERVICE_MAX = 2000 };

	if (s->user->blocks_n && block_matches(s->user, st->to)) {
		s->ops->sent(s, st, SENT_BLOCKING);
		return;
	}
	if (st->type == PRESENCE_UNAVAILABLE)
		directed_forget_all(s, jid_bare(st->to));
	if (st->type == PRESENCE_AVAILABLE && !directed_remember(s, jid_full(st->to), DIRECTED_SERVICE_MAX)) {
		s->ops->sent(s, st, SENT_TOO_MANY);
		return;
	}
	presence_to_service(s->core, st->to, st);
}

void presence_directed(struct session *s, struct stanza *st)
{
	enum { DIRECTED_MAX = 200 }; /* those beyond it miss the unavailable at the end, as if the link had broken */
	struct core *c = s->core;
	bool reaches = st->to.local && core_is_local(c, st->to);

	if (st->type == PRESENCE_PROBE) {
		stanza_unref(st); /* probes are the server's to send */
		return;
	}
	if (!core_is_local(c, st->to) && service_is(c, jid_domain(st->to))) {
		directed_to_service(s, st);
		stanza_unref(st);
		return;
	}
	if (reaches && !block_matches(s->user, st->to)) {
		if (st->type == PRESENCE_AVAILABLE)
			directed_remember(s, jid_full(st->to), DIRECTED_MAX);
		else if (st->type == PRESENCE_UNAVAILABLE)
			directed_forget(s, jid_full(st->to));
		presence_to(c, st->to, st);
	}
	stanza_unref(st);
}

static void directed_end(struct session *s, struct stanza *st)
{
	for (size_t i = 0; i < s->directed_n; i++) {
		struct str to = s->directed[i];
		size_t slash = str_find(to, '/');
		struct jid j = address_of(str_n(to.p, slash));

		j.resource = (uint16_t)(slash < to.n ? to.n - slash - 1 : 0);
		presence_to(s->core, j, st);
		mem_free((void *)to.p);
	}
	s->directed_n = 0;
}

/* ---- the user's own ----------------------------------------------------------------------------------------------- */

static void become_unavailable(struct session *s, struct stanza *st)
{
	if (!s->presence) {
		directed_end(s, st);
		return;
	}
	s->presence = stanza_unref(s->presence);
	s->user->available--;
	push_session(s);
	broadcast(s, st);
	directed_end(s, st);
	directory_down(s);
}

void session_presence(struct session *s, struct stanza *st, int priority)
{
	bool first = !s->presence, awake = first || s->priority < 0;

	if (st->type == PRESENCE_UNAVAILABLE) {
		become_unavailable(s, st);
		if (!first) /* RFC 6121, 4.5.2: to the resource itself, too */
			s->ops->deliver(s, &(struct delivery){ .stanza = st });
		stanza_unref(st);
		return;
	}
	stanza_unref(s->presence);
	s->presence = st;
	s->priority = (int8_t)priority;
	push_session(s);
	if (first) {
		s->user->available++;
		directory_up(s);
	}
	broadcast(s, st);
	if (first) {
		probe(s);
		subscription_waiting(s);
	}
	if (awake && priority >= 0)
		session_catch_up(s, 0);
}

void presence_end(struct session *s, struct str status)
{
	struct stanza *st;

	if (PLANTED(PLANT_UNAVAILABLE_FORGOTTEN) && s->presence) {
		s->presence = stanza_unref(s->presence);
		s->user->available--;
	}
	if (!s->presence && !s->directed_n)
		return;
	st = presence_make(s->core, PRESENCE_UNAVAILABLE, s->jid, (struct jid){ 0 }, STR(""));
	become_unavailable(s, st);
	stanza_unref(st);
}

void presence_show(struct core *c, struct jid who, struct jid viewer, bool hide)
{
	struct stanza *st;

	if (!core_is_local(c, who))
		return; /* a service shows itself */
	st = presence_make(c, PRESENCE_PROBE, who, viewer, STR(""));
	core_tell(c, 'u', jid_local(who), &(struct parcel){ .kind = PARCEL_SHOW, .stanza = st,
							     .flags = hide ? PARCEL_HIDE : 0 });
	stanza_unref(st);
}

/* ---- from the bus --------------------------------------------------------------------------------------------------- */

static void deliver(struct session *s, struct stanza *st)
{
	if (!s->user->blocks_n || !block_matches(s->user, st->from))
		s->ops->deliver(s, &(struct delivery){ .stanza = st });
}

void presence_in(struct core *c, const struct parcel *p)
{
	struct user *u;

	if (subject_is_full(p->subject)) {
		struct session *s = map_find(&c->sessions, p->subject, struct session, place);
		if (s)
			deliver(s, p->stanza);
		return;
	}
	u = user_here(c, parcel_name(p));
	if (u)
		list_each(s, &u->sessions, struct session, here)
			if (s->presence)
				deliver(s, p->stanza);
}

void presence_probe_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	struct jid asker = p->stanza->from;
	struct contact *k;

	if (!u)
		return;
	k = user_contact(u, jid_bare(asker));
	if (!(p->flags & PARCEL_OWN) && !(k && (k->item.state & ROSTER_FROM)))
		return;
	if (block_matches(u, asker))
		return;
	list_each(s, &u->sessions, struct session, here)
		if (s->presence && !jid_eq(s->jid, asker))
			presence_to(c, asker, s->presence);
}

void presence_show_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	struct jid viewer = p->stanza->to;

	if (!u || block_matches(u, viewer))
		return;
	list_each(s, &u->sessions, struct session, here) {
		struct stanza *st;

		if (!s->presence)
			continue;
		st = p->flags & PARCEL_HIDE ? presence_make(c, PRESENCE_UNAVAILABLE, s->jid, (struct jid){ 0 }, STR(""))
					    : stanza_ref(s->presence);
		presence_to(c, viewer, st);
		stanza_unref(st);
	}
}
