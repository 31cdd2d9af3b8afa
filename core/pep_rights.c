/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inside.h"
#include "core/pep_inside.h"

bool pep_may_see(const struct pep_config *c, const struct pep_rights *r)
{
	switch (r->affiliation) {
	case PEP_OWNER:
	case PEP_PUBLISHER:
	case PEP_MEMBER: return true;
	case PEP_OUTCAST:
	case PEP_PUBLISH_ONLY: return false;
	default: break;
	}
	switch (c->access) {
	case PEP_OPEN: return true;
	case PEP_PRESENCE: return r->sees_presence;
	case PEP_ROSTER: return r->sees_presence && r->in_group;
	case PEP_AUTHORIZE: return r->subscription == PEP_SUBSCRIBED;
	default: return false;
	}
}

bool pep_may_publish(const struct pep_config *c, const struct pep_rights *r)
{
	switch (r->affiliation) {
	case PEP_OWNER:
	case PEP_PUBLISHER:
	case PEP_PUBLISH_ONLY: return true;
	case PEP_OUTCAST: return false;
	default: break;
	}
	return c->publishers == PEP_BY_ALL ||
	       (c->publishers == PEP_BY_SUBSCRIBERS && r->subscription == PEP_SUBSCRIBED);
}

bool pep_groups_meet(struct str some, struct str others)
{
	for (size_t end; some.n; some = str_from(some, end + 1)) {
		struct str one = str_n(some.p, end = str_find(some, 0));

		for (struct str rest = others; rest.n; rest = str_from(rest, str_find(rest, 0) + 1))
			if (str_eq(str_n(rest.p, str_find(rest, 0)), one))
				return true;
	}
	return false;
}

/* ---- in the store ----------------------------------------------------------------------------------------------- */

struct str pep_right_key(bool subscribes, struct str bare, struct str node, struct arena *arena)
{
	own_buf b = { 0 };

	buf_fmt(&b, "%c %.*s ", subscribes ? 's' : 'a', STR_ARG(bare));
	buf_str(&b, node);
	return arena_str(arena, buf_all(&b));
}

/* "AFFILIATION"; "SUBSCRIPTION ACCOUNT RESOURCE". */
struct str pep_right_value(const struct pep_right *r, struct arena *arena)
{
	own_buf b = { 0 };

	buf_u64(&b, r->subscribes ? r->subscription : r->affiliation);
	if (r->subscribes) {
		buf_fmt(&b, " %llu ", (unsigned long long)r->account);
		buf_str(&b, r->resource);
	}
	return arena_str(arena, buf_all(&b));
}

bool pep_right_read(struct pep_right *ret, const struct store_pair *pair)
{
	struct str key = pair->key, value = pair->value;
	uint64_t word, account = 0;
	size_t at = str_find(str_from(key, 2), ' '), end = str_find(value, ' ');

	*ret = (struct pep_right){ .subscribes = key.n && key.p[0] == 's', .resource = STR("") };
	if (key.n < 2 || 2 + at >= key.n || !str_u64(str_n(value.p, end), &word))
		return false;
	ret->bare = str_n(key.p + 2, at);
	ret->node = str_from(key, 2 + at + 1);
	if (!ret->subscribes) {
		ret->affiliation = word < PEP_AFFILIATIONS ? (enum pep_affiliation)word : PEP_OUTCAST;
		return true;
	}
	value = str_from(value, end + 1);
	if (word >= PEP_SUBSCRIPTIONS || !str_u64(str_n(value.p, end = str_find(value, ' ')), &account))
		return false;
	ret->subscription = (enum pep_subscription)word;
	ret->account = (int64_t)account;
	ret->resource = str_from(value, end + 1);
	return true;
}

void pep_rights_add(struct pep_rights *r, const struct store_pair *pair, struct str node, struct str bare,
		    int64_t account)
{
	struct pep_right right;

	if (!pep_right_read(&right, pair) || !str_eq(right.node, node) || !str_eq(right.bare, bare))
		return;
	if (!right.subscribes)
		r->affiliation = right.affiliation;
	else if (!right.account || right.account == account)
		r->subscription = right.subscription;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

enum rights_step { RIGHTS_AFFILIATION, RIGHTS_SUBSCRIPTION, RIGHTS_GROUPS, RIGHTS_ALL };

/* Busy as the one question that the asker put. */
struct rights_job {
	struct job job;
	struct core *core;
	struct arena arena;
	struct str bare, node, groups;
	int64_t owner, account;
	struct pep_rights *rights;
	bool roster;
	int step;
};

static void rights_free(struct job *j)
{
	struct rights_job *w = holder_of(j, struct rights_job, job);

	arena_free(&w->arena);
	mem_free(w);
}

static void rights_done(struct store_request *r);

static void rights_next(struct rights_job *w, struct ask *a)
{
	struct store_request *r = store_ask(
		w->core->store, w->step == RIGHTS_GROUPS ? STORE_ROSTER_LOAD : STORE_ITEM_GET, rights_done, a);

	a->request = r;
	r->held = w;
	r->owner = w->owner;
	if (w->step != RIGHTS_GROUPS) {
		r->space = STR(PEP_RIGHTS_SPACE);
		r->key = pep_right_key(w->step == RIGHTS_SUBSCRIPTION, w->bare, w->node, &r->arena);
	}
	store_submit(r);
}

static void rights_take(struct rights_job *w, const struct store_request *r)
{
	if (w->step != RIGHTS_GROUPS) {
		pep_rights_add(w->rights, &(struct store_pair){ r->key, r->value }, w->node, w->bare, w->account);
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->items[i].contact, w->bare))
			w->rights->in_group = pep_groups_meet(w->groups, r->items[i].groups);
}

static void rights_done(struct store_request *r)
{
	struct rights_job *w = r->held;
	struct ask *a = r->arg;
	int verdict = r->answer == STORE_NOT_FOUND ? 0 : r->answer;

	if (a && !r->answer)
		rights_take(w, r);
	w->step++;
	if (a && !verdict && (w->step < RIGHTS_GROUPS || (w->step == RIGHTS_GROUPS && w->roster))) {
		rights_next(w, a);
		return;
	}
	job_end(&w->job);
	rights_free(&w->job);
	if (!a)
		return;
	a->request = NULL;
	a->verdict = verdict;
	a->answer = r;
	a->done(a);
}

void pep_rights_ask(struct core *c, struct ask *a, int64_t owner, const struct pep_node *node, struct jid who,
		    int64_t account, struct pep_rights *rights)
{
	struct rights_job *w = mem_new(struct rights_job);

	job_begin(c, &w->job, rights_free);
	w->core = c;
	w->bare = arena_str(&w->arena, jid_bare(who));
	w->node = arena_str(&w->arena, node->name);
	w->groups = arena_str(&w->arena, node->config.groups);
	w->owner = owner;
	w->account = account;
	w->rights = rights;
	w->roster = node->config.access == PEP_ROSTER;
	rights_next(w, a);
}

/* ---- the owner decides ------------------------------------------------------------------------------------------- */

struct decision {
	struct job job;
	struct core *core;
	struct stanza *tell;
	bool allow;
};

static void decision_free(struct job *j)
{
	struct decision *d = holder_of(j, struct decision, job);

	stanza_unref(d->tell);
	mem_free(d);
}

static void decision_end(struct decision *d)
{
	job_end(&d->job);
	decision_free(&d->job);
}

static void decision_kept(struct store_request *r)
{
	struct decision *d = r->arg;

	if (!r->answer)
		pep_tell_one(d->core, jid_local(d->tell->to), d->tell);
	decision_end(d);
}

static void decision_found(struct store_request *r)
{
	struct decision *d = r->arg;
	struct pep_right right;
	struct store_request *set;

	if (r->answer || !pep_right_read(&right, &(struct store_pair){ r->key, r->value }) ||
	    right.subscription != PEP_PENDING) {
		decision_end(d);
		return;
	}
	right.subscription = PEP_SUBSCRIBED;
	set = store_ask(d->core->store, STORE_ITEM_SET, decision_kept, d);
	set->owner = r->owner;
	set->space = STR(PEP_RIGHTS_SPACE);
	set->key = store_str(set, r->key);
	set->value = d->allow ? pep_right_value(&right, &set->arena) : STR_NONE;
	store_submit(set);
}

void pep_decide(struct core *c, int64_t owner, struct str node, struct str bare, bool allow, struct stanza *tell)
{
	struct decision *d = mem_new(struct decision);
	struct store_request *r = store_ask(c->store, STORE_ITEM_GET, decision_found, d);

	job_begin(c, &d->job, decision_free);
	d->core = c;
	d->tell = tell;
	d->allow = allow;
	r->owner = owner;
	r->space = STR(PEP_RIGHTS_SPACE);
	r->key = pep_right_key(true, bare, node, &r->arena);
	store_submit(r);
}
