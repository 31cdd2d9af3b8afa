/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

#include <assert.h>

#include "base/log.h"
#include "core/inside.h"

/* An address whose session has ended and that is not free yet. */
struct leaving {
	struct job job;
	struct core *core;
	struct user *user;
	struct timer again;
	struct str address; /* own memory */
};

/* From session_open() until `opened` ran. */
struct session_opening {
	struct job job;
	struct session *session; /* NULL: closed meanwhile */
	struct core *core;
	struct user *user;
	struct post post;
	struct user_wait wait;
	struct timer again;  /* the address is not free yet */
	unsigned tries;
	int64_t account;
	uint64_t mark;
	void (*opened)(struct session *s, int verdict);
	struct str resource; /* own memory */
};

static void resource_make(struct core *c, struct str *ret)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t bytes[12];
	char *p = mem_raw(sizeof bytes);

	world_random(c->world, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		p[i] = letters[bytes[i] & 31];
	*ret = str_n(p, sizeof bytes);
}

static void address_set(struct session *s, struct str name, struct str resource)
{
	struct str domain = s->core->settings.domain;
	size_t n = name.n + 1 + domain.n + 1 + resource.n;
	char *p = mem_raw(n + 1);

	s->address = p;
	memcpy(p, name.p, name.n);
	p[name.n] = '@';
	memcpy(p + name.n + 1, domain.p, domain.n);
	p[name.n + 1 + domain.n] = '/';
	memcpy(p + name.n + domain.n + 2, resource.p, resource.n);
	p[n] = 0;
	s->jid = (struct jid){ p, (uint16_t)name.n, (uint16_t)domain.n, (uint16_t)resource.n };
}

static void address_drop(struct session *s)
{
	mem_free(s->address);
	s->address = NULL;
	s->jid = (struct jid){ 0 };
}

enum { FREE_CHECK_MS = 5, FREE_TRIES = 1000 };

/* Whoever has this address must go, and what he was given and did not take must be in the queue, before the next one reads it: his core keeps
 * the address wanted until then (address_release). False: not yet. */
static bool address_is_free(struct core *c, struct session *s, struct session_opening *o)
{
	struct session *old;

	if (!bus_interest(c->bus, jid_full(s->jid)))
		return true;
	if (o->tries++ == 0)
		bus_publish(c->bus, jid_full(s->jid), &(struct parcel){ .kind = PARCEL_KICK, .number = KICK_CONFLICT });
	if (bus_interest(c->bus, jid_full(s->jid)) && o->tries < FREE_TRIES)
		return false;
	/* Should a door never let go, the address is free all the same. */
	old = map_find(&c->sessions, jid_full(s->jid), struct session, place);
	if (old) {
		map_remove(&c->sessions, &old->place);
		old->place.key = STR_NONE;
	}
	return true;
}

static int may_begin(struct session *s, struct user *u, struct session_opening *o)
{
	unsigned n = 0;

	if (u->state == USER_FAILED)
		return SESSION_STORE;
	if (u->state != USER_READY || u->id != o->account)
		return SESSION_GONE;
	if (o->mark && o->mark != u->mark)
		return SESSION_PASSWORD;
	list_each(other, &u->sessions, struct session, here)
		n++;
	return n >= s->core->settings.sessions_max ? SESSION_TOO_MANY : 0;
}

static void session_begin(struct session *s, struct user *u)
{
	struct core *c = s->core;

	s->user = u;
	user_hold(u);
	list_append(&u->sessions, &s->here);
	map_add(&c->sessions, &s->place, jid_full(s->jid));
	core_want(c, 'u', str_z(u->name), true);
	bus_subscribe(c->bus, jid_full(s->jid));
	if (!s->ops->subscribes)
		list_append(&c->watchers, &s->watching);
	s->since = core_now(c);
	s->opened = true;
	core_count_up(c, COUNT_SESSIONS, 1);
}

static void opening_free(struct job *j)
{
	struct session_opening *o = holder_of(j, struct session_opening, job);

	world_stop(o->core->world, &o->again);
	list_remove(&j->here);
	mem_free((void *)o->resource.p);
	mem_free(o);
}

static void opening_end(struct session_opening *o, int verdict)
{
	struct session *s = o->session;
	struct user *u = o->user;

	if (s)
		s->opening = NULL;
	if (s && verdict)
		address_drop(s);
	else if (s)
		session_begin(s, u);
	user_release(u);
	if (s)
		o->opened(s, verdict);
	opening_free(&o->job);
}

static void opening_again(struct timer *t);

static void user_ready(struct user_wait *w, struct user *u)
{
	struct session_opening *o = holder_of(w, struct session_opening, wait);
	struct session *s = o->session;
	int verdict = s ? may_begin(s, u, o) : 0;

	if (!s || verdict) {
		opening_end(o, verdict);
		return;
	}
	if (!o->resource.n) {
		mem_free((void *)o->resource.p);
		resource_make(o->core, &o->resource);
	}
	if (!s->address)
		address_set(s, str_z(u->name), o->resource);
	if (address_is_free(o->core, s, o)) {
		opening_end(o, 0);
		return;
	}
	o->again.fire = opening_again;
	world_timer(o->core->world, &o->again, FREE_CHECK_MS);
}

static void opening_again(struct timer *t)
{
	struct session_opening *o = holder_of(t, struct session_opening, again);

	user_when_ready(o->user, &o->wait);
}

static void opening_run(struct post *p)
{
	struct session_opening *o = holder_of(p, struct session_opening, post);

	user_when_ready(o->user, &o->wait);
}

void session_open(struct core *c, struct session *s, const struct session_ops *ops, const struct account *account,
		  struct str resource, void (*opened)(struct session *s, int verdict))
{
	struct session_opening *o = mem_new(struct session_opening);

	assert(!s->opened && !s->opening);
	s->ops = ops;
	s->core = c;
	s->opening = o;
	list_init(&s->here);
	list_init(&s->watching);
	list_init(&s->transits);
	list_init(&s->tickets);
	list_init(&s->rooms);
	job_begin(c, &o->job, opening_free);
	o->session = s;
	o->core = c;
	o->account = account->id;
	o->mark = account->mark;
	o->opened = opened;
	o->resource = str_n(str_dup(resource), resource.n);
	o->wait.ready = user_ready;
	o->post.run = opening_run;
	o->user = user_get(c, account->name);
	user_hold(o->user);
	world_later(c->world, &o->post);
}

static void leaving_free(struct job *j)
{
	struct leaving *l = holder_of(j, struct leaving, job);

	world_stop(l->core->world, &l->again);
	list_remove(&j->here);
	mem_free((void *)l->address.p);
	mem_free(l);
}

static void leaving_check(struct timer *t)
{
	struct leaving *l = holder_of(t, struct leaving, again);

	if (l->user->late) {
		world_timer(l->core->world, t, FREE_CHECK_MS);
		return;
	}
	bus_unsubscribe(l->core->bus, l->address);
	user_release(l->user);
	leaving_free(&l->job);
}

/* The next holder of the address may read what waits once all that this one did not take is in the queue. */
static void address_release(struct session *s)
{
	struct leaving *l;

	if (!s->user->late || s->core->ending) {
		bus_unsubscribe(s->core->bus, jid_full(s->jid));
		return;
	}
	l = mem_new(struct leaving);
	job_begin(s->core, &l->job, leaving_free);
	l->core = s->core;
	l->user = s->user;
	user_hold(l->user);
	l->address = str_n(str_dup(jid_full(s->jid)), jid_full(s->jid).n);
	l->again.fire = leaving_check;
	world_timer(l->core->world, &l->again, FREE_CHECK_MS);
}

static void seen_write(struct session *s, struct str status)
{
	struct core *c = s->core;

	if (!c->ending && !s->user->gone && core_interest(c, 'u', str_z(s->user->name)) == 0)
		seen_note(s->user, status.p ? status : STR(""));
}

void session_close(struct session *s, struct str status)
{
	struct core *c = s->core;
	struct user *u = s->user;
	own_buf at = { 0 };

	if (s->opening) {
		s->opening->session = NULL;
		s->opening = NULL;
		address_drop(s);
	}
	if (!s->opened)
		return;
	s->opened = false;
	s->ops->describe(s, &at);
	log_event(logout, "door=%s user=%.*s resource=%.*s at=\"%s\"", s->ops->door, STR_ARG(jid_local(s->jid)),
		  STR_ARG(jid_resource(s->jid)), buf_z(&at));
	route_hurry(s);
	push_session(s);
	push_forget(s);
	room_here_close(s);
	presence_end(s, status);
	route_orphan(s);
	offline_close(s);
	pep_forget(s);
	list_remove(&s->here);
	list_remove(&s->watching);
	if (s->place.key.p)
		map_remove(&c->sessions, &s->place);
	core_want(c, 'u', str_z(u->name), false);
	address_release(s);
	core_count_up(c, COUNT_SESSIONS, -1);
	if (s->detached)
		core_count_up(c, COUNT_DETACHED, -1);
	seen_write(s, status);
	for (size_t i = 0; i < s->directed_n; i++)
		mem_free((void *)s->directed[i].p);
	mem_free(s->directed);
	s->directed = NULL;
	s->directed_n = 0;
	address_drop(s);
	s->user = NULL;
	user_release(u);
}

static bool is_meant(const struct session *s, const struct parcel *p)
{
	if (p->flags & PARCEL_DEVICE)
		return s->agent && str_eq(s->agent->device, p->bytes);
	return !p->bytes.n || str_eq(jid_resource(s->jid), p->bytes) == !(p->flags & PARCEL_OTHERS);
}

void session_kick_in(struct core *c, const struct parcel *p)
{
	enum kick_why why = (enum kick_why)p->number;
	struct user *u;

	if (subject_is_full(p->subject)) {
		struct session *s = map_find(&c->sessions, p->subject, struct session, place);
		if (s)
			s->ops->kick(s, why);
		return;
	}
	u = user_here(c, parcel_name(p));
	if (!u)
		return;
	user_hold(u);
	list_each(s, &u->sessions, struct session, here)
		if (is_meant(s, p))
			s->ops->kick(s, why);
	user_release(u);
}

void session_end_all(struct core *c)
{
	/* A door that answers by closing later is not waited for: nothing comes later. */
	for (struct map_node *node; (node = map_next(&c->sessions, NULL));) {
		struct session *s = holder_of(node, struct session, place);
		s->ops->kick(s, KICK_SHUTDOWN);
		if (map_next(&c->sessions, NULL) == node) {
			map_remove(&c->sessions, node);
			s->place.key = STR_NONE;
		}
	}
}

void session_detach(struct session *s)
{
	if (!s->detached)
		core_count_up(s->core, COUNT_DETACHED, 1);
	s->detached = true;
	s->left = core_now(s->core);
	if (s->opened)
		push_session(s);
}

void session_attach(struct session *s)
{
	if (s->detached)
		core_count_up(s->core, COUNT_DETACHED, -1);
	s->detached = false;
	if (s->opened)
		push_session(s);
}

int64_t session_account(const struct session *s) { return s->user->id; }
struct str session_name(const struct session *s) { return jid_local(s->jid); }
uint32_t session_flags(const struct session *s) { return s->user->flags; }

struct session *session_find(struct core *c, struct str full)
{
	return map_find(&c->sessions, full, struct session, place);
}
