/* SPDX-License-Identifier: Apache-2.0 */
#include "core/invite.h"

#include "base/log.h"
#include "core/inside.h"

enum { QUESTIONS_MAX = 200 }; /* about invitations, from one address in five minutes: an office behind one address opens its links */

/* ---- giving ------------------------------------------------------------------------------------------------------- */

/* Of letters that nobody mistakes for one another when a link is read aloud. */
static struct str token_make(struct core *c, struct arena *arena)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t bytes[INVITE_TOKEN_CHARS];
	char *p = arena_get(arena, sizeof bytes);

	world_random(c->world, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		p[i] = letters[bytes[i] & 31];
	return str_n(p, sizeof bytes);
}

static void asked(struct store_request *r)
{
	struct ask *a = r->arg;

	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

static struct store_request *begin(struct core *c, struct ask *a, enum store_op op, int64_t owner)
{
	struct store_request *r = store_ask(c->store, op, asked, a);

	a->request = r;
	r->owner = owner;
	return r;
}

bool invite_make(struct core *c, struct ask *a, const struct invite_wish *w)
{
	struct store_request *r = begin(c, a, STORE_INVITE_ADD, w->owner);
	struct store_invite *v = &r->invite;

	*v = (struct store_invite){ .kind = w->kind, .owner = w->owner, .flags = w->flags, .created = core_now(c) };
	if (w->name.n && !jid_local_prepare(&v->name, store_str(r, w->name), &r->arena)) {
		a->request = NULL;
		store_drop(r);
		return false;
	}
	v->token = token_make(c, &r->arena);
	v->uses = w->uses ? w->uses : c->settings.invite_uses ? c->settings.invite_uses : 1;
	if (v->name.n)
		v->uses = 1;
	v->expires = v->created + (w->for_ms ? w->for_ms : c->settings.invite_ms);
	r->limit = w->owner ? INVITES_MAX : 0;
	store_submit(r);
	return true;
}

void invite_list(struct core *c, struct ask *a, int64_t owner)
{
	struct store_request *r = begin(c, a, STORE_INVITE_LIST, owner);

	r->after = (uint64_t)core_now(c);
	store_submit(r);
}

void invite_remove(struct core *c, struct ask *a, int64_t owner, struct str id)
{
	struct store_request *r = begin(c, a, STORE_INVITE_REMOVE, owner);

	r->invite.token = store_str(r, id);
	store_submit(r);
}

bool invite_allowed(const struct core *c, uint32_t flags) { return c->settings.invites || (flags & ACCOUNT_ADMIN); }

bool invite_registers(const struct core *c, const struct store_invite *v) { return c->settings.registration != REGISTRATION_CLOSED || !v->owner; }

void invite_url(const struct core *c, struct str token, struct buf *to)
{
	if (c->settings.web_address.n)
		buf_fmt(to, "%.*s/invite#%.*s", STR_ARG(c->settings.web_address), STR_ARG(token));
}

/* RFC 5122: what an address may hold and a URI may not, as %XX. */
static void uri_escape(struct buf *to, struct str s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$()*+,:";

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr(plain, s.p[i]))
			buf_byte(to, s.p[i]);
		else
			buf_fmt(to, "%%%02X", (unsigned char)s.p[i]);
}

void invite_uri(const struct core *c, const struct store_invite *v, struct buf *to)
{
	bool contact = v->kind == INVITE_CONTACT && v->owner_name.n;
	struct str local = contact ? v->owner_name : v->name;

	buf_lit(to, "xmpp:");
	if (local.n) {
		uri_escape(to, local);
		buf_byte(to, '@');
	}
	buf_fmt(to, "%.*s?%s;preauth=%.*s%s", STR_ARG(c->settings.domain), contact ? "roster" : "register", STR_ARG(v->token),
		contact && invite_registers(c, v) ? ";ibr=y" : "");
}

/* ---- asking ------------------------------------------------------------------------------------------------------- */

struct finding {
	struct core *core;
	struct origin origin;
};

static void found(struct store_request *r)
{
	struct finding *f = r->held;

	if (r->answer == STORE_NOT_FOUND)
		throttle_failed(f->core, origin_key(&f->origin));
	asked(r);
}

bool invite_find(struct core *c, struct ask *a, struct str token, const struct origin *o)
{
	struct store_request *r;
	struct finding *f;

	if (throttle_refuses(c, origin_key(o)) || !throttle_ask(c, origin_key(o), QUESTIONS_MAX))
		return false;
	r = begin(c, a, STORE_INVITE_GET, 0);
	r->done = found;
	f = r->held = arena_get(&r->arena, sizeof *f);
	*f = (struct finding){ c, *o };
	r->invite.token = store_str(r, token.p ? token : STR(""));
	r->after = (uint64_t)core_now(c);
	store_submit(r);
	return true;
}

/* ---- becoming contacts -------------------------------------------------------------------------------------------- */

/* Each approves the other before either asks, so that both requests are answered where they arrive, whoever is online. */
struct joining {
	struct job job;
	struct core *core;
	struct user *who[2];
	struct user_wait wait[2];
	unsigned ready;
};

static void joining_free(struct job *j) { mem_free(holder_of(j, struct joining, job)); }

static void depart(struct joining *j, unsigned from, enum stanza_type type)
{
	struct core *c = j->core;
	struct arena a = { 0 };
	struct jid me = jid_make(str_z(j->who[from]->name), c->settings.domain, STR_NONE, &a);
	struct jid they = jid_make(str_z(j->who[!from]->name), c->settings.domain, STR_NONE, &a);
	struct stanza *st = presence_make(c, type, me, they, STR(""));

	subscription_depart(c, j->who[from], st);
	stanza_unref(st);
	arena_free(&a);
}

static void join(struct joining *j)
{
	static const enum stanza_type road[] = { PRESENCE_SUBSCRIBED, PRESENCE_SUBSCRIBE };

	for (size_t i = 0; i < countof(road) && j->who[0]->state == USER_READY && j->who[1]->state == USER_READY; i++)
		for (unsigned who = 0; who < 2; who++)
			depart(j, who, road[i]);
	job_end(&j->job);
	user_release(j->who[0]);
	user_release(j->who[1]);
	joining_free(&j->job);
}

static void one_ready(struct joining *j)
{
	if (++j->ready == 2)
		join(j);
}

static void first_ready(struct user_wait *w, struct user *u) { one_ready(holder_of(w, struct joining, wait[0])); }
static void second_ready(struct user_wait *w, struct user *u) { one_ready(holder_of(w, struct joining, wait[1])); }

void contacts_join(struct core *c, struct str one, struct str other)
{
	struct joining *j;

	if (str_eq(one, other))
		return;
	j = mem_new(struct joining);
	job_begin(c, &j->job, joining_free);
	j->core = c;
	j->wait[0].ready = first_ready;
	j->wait[1].ready = second_ready;
	user_hold(j->who[0] = user_get(c, one));
	user_hold(j->who[1] = user_get(c, other));
	user_when_ready(j->who[0], &j->wait[0]);
	user_when_ready(j->who[1], &j->wait[1]);
}

/* ---- a request with a token --------------------------------------------------------------------------------------- */

struct redeeming {
	struct job job;
	struct core *core;
	struct user *user;  /* who asks; held */
	struct stanza *st;  /* bare to bare */
	struct str token;   /* own memory */
};

static void redeeming_free(struct job *job)
{
	struct redeeming *d = holder_of(job, struct redeeming, job);

	stanza_unref(d->st);
	mem_free((void *)d->token.p);
	mem_free(d);
}

static void redeeming_end(struct redeeming *d, bool good)
{
	if (good)
		contacts_join(d->core, jid_local(d->st->to), str_z(d->user->name));
	else
		subscription_depart(d->core, d->user, d->st);
	job_end(&d->job);
	user_release(d->user);
	redeeming_free(&d->job);
}

static void token_used(struct store_request *r)
{
	struct redeeming *d = r->arg;

	if (!r->answer)
		log_event(invited, "user=%s inviter=%.*s", d->user->name, STR_ARG(jid_local(d->st->to)));
	redeeming_end(d, !r->answer);
}

static void token_found(struct store_request *r)
{
	struct redeeming *d = r->arg;
	struct store_request *use;

	if (r->answer || r->invite.kind != INVITE_CONTACT || !str_eq(r->invite.owner_name, jid_local(d->st->to))) {
		redeeming_end(d, false);
		return;
	}
	use = store_ask(d->core->store, STORE_INVITE_USE, token_used, d);
	use->owner = r->invite.owner;
	use->after = (uint64_t)core_now(d->core);
	use->invite.token = store_str(use, d->token);
	store_submit(use);
}

void invite_subscribe(struct session *s, struct stanza *presence, struct str token)
{
	struct core *c = s->core;
	struct redeeming *d;
	struct store_request *r;

	if (!presence->to.local || !core_is_local(c, presence->to) || jid_same_bare(presence->to, s->jid)) {
		session_subscription(s, presence);
		return;
	}
	d = mem_new(struct redeeming);
	job_begin(c, &d->job, redeeming_free);
	d->core = c;
	d->user = s->user;
	user_hold(d->user);
	d->st = stanza_make(&(struct stanza_init){ .name = STANZA_PRESENCE, .type = presence->type, .time = core_now(c),
						   .from = jid_to_bare(s->jid), .to = jid_to_bare(presence->to),
						   .id = presence->id, .payload = presence->payload });
	d->token = str_n(str_dup(token), token.n);
	stanza_unref(presence);
	r = store_ask(c->store, STORE_INVITE_GET, token_found, d);
	r->after = (uint64_t)core_now(c);
	r->invite.token = store_str(r, token);
	store_submit(r);
}
