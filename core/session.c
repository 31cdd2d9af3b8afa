/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

#include <assert.h>

#include "base/log.h"
#include "core/inside.h"

/* From session_open() until `opened` ran. */
struct session_opening {
	struct job job;
	struct session *session; /* NULL: closed meanwhile */
	struct core *core;
	struct user *user;
	struct post post;
	struct user_wait wait;
	int64_t account;
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

/* Whoever has this address already must go. Should its door take its time, the address is free all the same. */
static void conflict_end(struct session *s)
{
	struct core *c = s->core;
	struct session *old;

	bus_publish(c->bus, jid_full(s->jid), &(struct parcel){ .kind = PARCEL_KICK, .number = KICK_CONFLICT });
	old = map_find(&c->sessions, jid_full(s->jid), struct session, place);
	if (old) {
		map_remove(&c->sessions, &old->place);
		old->place.key = STR_NONE;
	}
}

static int session_begin(struct session *s, struct user *u, struct session_opening *o)
{
	struct core *c = s->core;
	unsigned n = 0;

	if (u->state == USER_FAILED)
		return SESSION_STORE;
	if (u->state == USER_ABSENT || u->id != o->account)
		return SESSION_GONE;
	list_each(other, &u->sessions, struct session, here)
		n++;
	if (n >= c->settings.sessions_max)
		return SESSION_TOO_MANY;
	if (!o->resource.n) {
		mem_free((void *)o->resource.p);
		resource_make(c, &o->resource);
	}
	address_set(s, str_z(u->name), o->resource);
	conflict_end(s);
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
	return 0;
}

static void opening_free(struct job *j)
{
	struct session_opening *o = holder_of(j, struct session_opening, job);

	mem_free((void *)o->resource.p);
	mem_free(o);
}

static void user_ready(struct user_wait *w, struct user *u)
{
	struct session_opening *o = holder_of(w, struct session_opening, wait);
	struct session *s = o->session;
	int verdict = 0;

	if (s) {
		s->opening = NULL;
		verdict = session_begin(s, u, o);
	}
	user_release(u);
	if (s)
		o->opened(s, verdict);
	job_end(&o->job);
	opening_free(&o->job);
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
	job_begin(c, &o->job, opening_free);
	o->session = s;
	o->core = c;
	o->account = account->id;
	o->opened = opened;
	o->resource = str_n(str_dup(resource), resource.n);
	o->wait.ready = user_ready;
	o->post.run = opening_run;
	o->user = user_get(c, account->name);
	user_hold(o->user);
	world_later(c->world, &o->post);
}

static void seen_write(struct session *s, struct str status)
{
	struct core *c = s->core;
	struct store_request *r;

	if (c->ending || s->user->gone || core_interest(c, 'u', str_z(s->user->name)) > 0)
		return;
	r = store_ask(c->store, STORE_ACCOUNT_SEEN, NULL, NULL);
	r->account.id = s->user->id;
	r->account.seen = core_now(c);
	r->account.seen_status = store_str(r, status.p ? status : STR(""));
	store_submit(r);
}

void session_close(struct session *s, struct str status)
{
	struct core *c = s->core;
	struct user *u = s->user;

	if (s->opening) {
		s->opening->session = NULL;
		s->opening = NULL;
	}
	if (!s->opened)
		return;
	s->opened = false;
	presence_end(s, status);
	route_orphan(s);
	offline_close(s);
	list_remove(&s->here);
	list_remove(&s->watching);
	if (s->place.key.p)
		map_remove(&c->sessions, &s->place);
	core_want(c, 'u', str_z(u->name), false);
	bus_unsubscribe(c->bus, jid_full(s->jid));
	core_count_up(c, COUNT_SESSIONS, -1);
	if (s->detached)
		core_count_up(c, COUNT_DETACHED, -1);
	seen_write(s, status);
	for (size_t i = 0; i < s->directed_n; i++)
		mem_free((void *)s->directed[i].p);
	mem_free(s->directed);
	s->directed = NULL;
	s->directed_n = 0;
	mem_free(s->address);
	s->address = NULL;
	s->jid = (struct jid){ 0 };
	s->user = NULL;
	user_release(u);
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
		if (!p->bytes.n || str_eq(jid_resource(s->jid), p->bytes))
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
}

void session_attach(struct session *s)
{
	if (s->detached)
		core_count_up(s->core, COUNT_DETACHED, -1);
	s->detached = false;
}

int64_t session_account(const struct session *s) { return s->user->id; }
struct str session_name(const struct session *s) { return jid_local(s->jid); }

struct session *session_find(struct core *c, struct str full)
{
	return map_find(&c->sessions, full, struct session, place);
}
