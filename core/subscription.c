/* SPDX-License-Identifier: Apache-2.0
 *
 * core/subscription.c - RFC 6121, 3: the road of subscribe, subscribed, unsubscribe, unsubscribed. Each end's state changes inside its own
 * store transaction (roster_step() in model/roster.h decides); this file carries the stanza from one end to the other.
 */
#include <assert.h>

#include "core/inside.h"

static const enum roster_event event_out[] = {
	[PRESENCE_SUBSCRIBE] = ROSTER_OUT_SUBSCRIBE, [PRESENCE_SUBSCRIBED] = ROSTER_OUT_SUBSCRIBED,
	[PRESENCE_UNSUBSCRIBE] = ROSTER_OUT_UNSUBSCRIBE, [PRESENCE_UNSUBSCRIBED] = ROSTER_OUT_UNSUBSCRIBED,
};
static const enum roster_event event_in[] = {
	[PRESENCE_SUBSCRIBE] = ROSTER_IN_SUBSCRIBE, [PRESENCE_SUBSCRIBED] = ROSTER_IN_SUBSCRIBED,
	[PRESENCE_UNSUBSCRIBE] = ROSTER_IN_UNSUBSCRIBE, [PRESENCE_UNSUBSCRIBED] = ROSTER_IN_UNSUBSCRIBED,
};

/* One stanza on its way to the other end's account. */
struct passage {
	struct job job;
	struct core *core;
	struct stanza *st;  /* from and to are bare */
	struct user *to;
	struct user_wait wait;
};

static void pass_in(struct core *c, struct stanza *st);

static void answer_for(struct passage *w, enum stanza_type type)
{
	struct stanza *st = presence_make(w->core, type, w->st->to, w->st->from, STR(""));

	pass_in(w->core, st);
	stanza_unref(st);
}

static void passage_free(struct job *j)
{
	struct passage *w = holder_of(j, struct passage, job);

	stanza_unref(w->st);
	mem_free(w);
}

static void passage_end(struct passage *w)
{
	job_end(&w->job);
	user_release(w->to);
	passage_free(&w->job);
}

/* What follows when the other end's state has changed: presence that begins or ceases to be visible. Where nothing has changed, nothing
 * may follow: it would tell a stranger who is online. */
static void consequences(struct passage *w, uint32_t before, uint32_t after)
{
	struct stanza *st = w->st;
	uint32_t won = after & ~before, lost = before & ~after;

	if (!core_is_local(w->core, st->from)) {
		/* A service has no state here that could say so. */
		if ((won | lost) & ROSTER_FROM)
			presence_show(w->core, st->to, st->from, lost & ROSTER_FROM);
	} else if (st->type == PRESENCE_SUBSCRIBED && won & ROSTER_TO) {
		presence_show(w->core, st->from, st->to, false);
		core_tell(w->core, 'u', jid_local(st->to), &(struct parcel){ .kind = PARCEL_PEP_SUBSCRIBED, .stanza = st });
	} else if (st->type == PRESENCE_UNSUBSCRIBED && lost & ROSTER_TO)
		presence_show(w->core, st->from, st->to, true);
	else if (st->type == PRESENCE_UNSUBSCRIBE && lost & ROSTER_FROM)
		presence_show(w->core, st->to, st->from, true);
}

static void in_applied(struct store_request *r)
{
	struct passage *w = r->arg;
	struct core *c = w->core;

	if (!r->answer) {
		roster_tell(c, str_z(w->to->name), &r->item, r->version, !r->step.push);
		if (r->step.pass)
			core_tell(c, 'u', str_z(w->to->name), &(struct parcel){ .kind = PARCEL_SUBSCRIPTION, .stanza = w->st });
		if (r->step.reply)
			answer_for(w, PRESENCE_SUBSCRIBED);
		consequences(w, r->state_before, r->step.state);
	}
	passage_end(w);
}

static void to_ready(struct user_wait *wait, struct user *u)
{
	struct passage *w = holder_of(wait, struct passage, wait);
	struct store_request *r;

	if (u->state == USER_ABSENT && w->st->type == PRESENCE_SUBSCRIBE)
		answer_for(w, PRESENCE_UNSUBSCRIBED); /* RFC 6121, 3.1.3: nobody is there to ask */
	if (u->state != USER_READY || block_matches(u, w->st->from)) {
		passage_end(w);
		return;
	}
	r = store_ask(w->core->store, STORE_ROSTER_APPLY, in_applied, w);
	r->owner = u->id;
	r->item.contact = store_str(r, jid_bare(w->st->from));
	r->item.request = store_str(r, w->st->type == PRESENCE_SUBSCRIBE ? w->st->payload : STR(""));
	r->event = event_in[w->st->type];
	r->limit = w->core->settings.roster_max;
	store_submit(r);
}

/* Brings `st` to the account it is for, and its state up to date there. */
static void pass_in(struct core *c, struct stanza *st)
{
	struct passage *w;

	if (!core_is_local(c, st->to)) {
		if (service_is(c, jid_domain(st->to)))
			service_carry(c, st, NULL);
		return;
	}
	if (!st->to.local)
		return;
	w = mem_new(struct passage);
	job_begin(c, &w->job, passage_free);
	w->core = c;
	w->st = stanza_ref(st);
	w->wait.ready = to_ready;
	w->to = user_get(c, jid_local(st->to));
	user_hold(w->to);
	user_when_ready(w->to, &w->wait);
}

void subscription_arrive(struct core *c, struct stanza *st)
{
	struct stanza *bare = stanza_make(&(struct stanza_init){
		.name = STANZA_PRESENCE, .type = (enum stanza_type)st->type, .time = st->time, .from = jid_to_bare(st->from),
		.to = jid_to_bare(st->to), .id = st->id, .payload = st->payload });

	pass_in(c, bare);
	stanza_unref(bare);
}

/* ---- outbound ----------------------------------------------------------------------------------------------------- */

struct departure {
	struct job job;
	struct core *core;
	struct user *user;
	struct stanza *st; /* bare to bare */
};

static void departure_free(struct job *j)
{
	struct departure *d = holder_of(j, struct departure, job);

	stanza_unref(d->st);
	mem_free(d);
}

/* A contact at a service: its own end cannot say that presence begins or ceases to be visible there. */
static void show_to_service(struct departure *d, uint32_t changed, bool hide)
{
	if (changed & ROSTER_FROM && !core_is_local(d->core, d->st->to))
		presence_show(d->core, d->st->from, d->st->to, hide);
}

static void out_applied(struct store_request *r)
{
	struct departure *d = r->arg;

	if (!r->answer) {
		roster_tell(d->core, str_z(d->user->name), &r->item, r->version, !r->step.push);
		show_to_service(d, r->state_before & ~r->step.state, true);
		if (r->step.pass)
			pass_in(d->core, d->st);
		show_to_service(d, r->step.state & ~r->state_before, false);
	}
	job_end(&d->job);
	user_release(d->user);
	departure_free(&d->job);
}

void subscription_depart(struct core *c, struct user *u, struct stanza *st)
{
	struct departure *d = mem_new(struct departure);
	struct store_request *r = store_ask(c->store, STORE_ROSTER_APPLY, out_applied, d);

	job_begin(c, &d->job, departure_free);
	d->core = c;
	d->user = u;
	d->st = stanza_ref(st);
	user_hold(u);
	r->owner = u->id;
	r->item.contact = store_str(r, jid_bare(st->to));
	r->item.request = STR("");
	r->event = event_out[st->type];
	r->limit = c->settings.roster_max;
	store_submit(r);
}

void session_subscription(struct session *s, struct stanza *presence)
{
	struct core *c = s->core;
	struct stanza *bare;

	assert(presence->type >= PRESENCE_SUBSCRIBE && presence->type <= PRESENCE_UNSUBSCRIBED);
	if (core_is_local(c, presence->to) ? !presence->to.local : !service_is(c, jid_domain(presence->to))) {
		s->ops->sent(s, presence, SENT_REMOTE);
		stanza_unref(presence);
		return;
	}
	if (jid_same_bare(presence->to, s->jid)) {
		stanza_unref(presence); /* everyone sees themselves already */
		return;
	}
	bare = stanza_make(&(struct stanza_init){ .name = STANZA_PRESENCE, .type = presence->type, .time = core_now(c),
						  .from = jid_to_bare(s->jid), .to = jid_to_bare(presence->to),
						  .id = presence->id, .payload = presence->payload });
	stanza_unref(presence);
	subscription_depart(c, s->user, bare);
	stanza_unref(bare);
}

/* The contact was removed, or the account: both directions end at the other side. */
void subscription_end(struct core *c, struct user *u, struct str contact, bool both)
{
	struct jid me, they = address_of(contact);
	struct arena a = { 0 };

	me = jid_make(str_z(u->name), c->settings.domain, STR_NONE, &a);
	for (int i = 0; i < (both ? 2 : 1); i++) {
		struct stanza *st = presence_make(c, i ? PRESENCE_UNSUBSCRIBED : PRESENCE_UNSUBSCRIBE, me, they, STR(""));

		pass_in(c, st);
		stanza_unref(st);
	}
	arena_free(&a);
}

/* ---- to the sessions ---------------------------------------------------------------------------------------------- */

/* Somebody who only uses doors without contact lists cannot answer; on those doors everybody sees everybody anyway. */
static bool answers_by_itself(struct core *c, const struct user *u)
{
	struct user *who = (struct user *)u;
	unsigned n = 0;

	if (!c->settings.classic_approve)
		return false;
	list_each(s, &who->sessions, struct session, here) {
		if (s->ops->subscribes)
			return false;
		n++;
	}
	return n > 0 && core_interest(c, 'u', str_z(u->name)) == 1;
}

static void approve(struct core *c, struct user *u, struct jid who)
{
	struct arena a = { 0 };
	struct jid me = jid_make(str_z(u->name), c->settings.domain, STR_NONE, &a);
	struct stanza *st = presence_make(c, PRESENCE_SUBSCRIBED, me, jid_to_bare(who), STR(""));

	subscription_depart(c, u, st);
	stanza_unref(st);
	arena_free(&a);
}

void subscription_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));

	if (!u)
		return;
	if (p->stanza->type == PRESENCE_SUBSCRIBE && answers_by_itself(c, u)) {
		approve(c, u, p->stanza->from);
		return;
	}
	/* "subscribed" and the like go to interested resources, requests to available ones (RFC 6121, 3.1.3 and 3.1.6). */
	list_each(s, &u->sessions, struct session, here)
		if (s->ops->subscribes && (p->stanza->type == PRESENCE_SUBSCRIBE ? s->presence != NULL : s->wants_roster))
			s->ops->deliver(s, &(struct delivery){ .stanza = p->stanza });
}

void subscription_waiting(struct session *s)
{
	struct core *c = s->core;
	struct user *u = s->user;
	bool itself = answers_by_itself(c, u);

	for (struct map_node *node = map_next(&u->roster, NULL); node; node = map_next(&u->roster, node)) {
		const struct roster_item *item = &holder_of(node, struct contact, node)->item;
		struct jid who = address_of(item->contact), me = jid_to_bare(s->jid);
		struct stanza *st;

		if (!(item->state & ROSTER_PENDING_IN))
			continue;
		if (itself) {
			approve(c, u, who);
			continue;
		}
		if (!s->ops->subscribes)
			continue;
		st = presence_make(c, PRESENCE_SUBSCRIBE, who, me, item->request);
		s->ops->deliver(s, &(struct delivery){ .stanza = st });
		stanza_unref(st);
	}
}
