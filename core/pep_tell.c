/* SPDX-License-Identifier: Apache-2.0
 *
 * core/pep_tell.c - who hears of what was published. The roster and the blocks of the owner are in memory where it has
 * a session; for others who may publish at its address they are read, as rights always are.
 */
#include "core/inside.h"
#include "core/pep_inside.h"

enum tell_step { TELL_RIGHTS, TELL_ROSTER, TELL_BLOCKS, TELL_STEPS };

struct telling {
	struct job job;
	struct core *core;
	struct ask *ask; /* NULL: nobody waits for it any more; it is done all the same */
	struct arena arena;
	struct pep_node node;
	struct stanza *st;
	struct store_request *got[TELL_STEPS];
	int64_t owner;
	int step;
	bool failed; /* who may see it is not known: then only the owner is told */
};

static void telling_free(struct job *j)
{
	struct telling *t = holder_of(j, struct telling, job);

	for (size_t i = 0; i < TELL_STEPS; i++)
		if (t->got[i])
			store_drop(t->got[i]);
	arena_free(&t->arena);
	stanza_unref(t->st);
	mem_free(t);
}

/* ---- one receiver ------------------------------------------------------------------------------------------------ */

/* The node, a zero byte, and the one device of who subscribed (empty: all). */
static void tell(struct telling *t, struct str name, const struct pep_right *subscribed, unsigned flags)
{
	own_buf bytes = { 0 };
	struct parcel p = { .kind = PARCEL_PEP, .stanza = t->st, .flags = flags };

	buf_str(&bytes, t->node.name);
	buf_byte(&bytes, 0);
	if (subscribed) {
		buf_str(&bytes, subscribed->resource);
		p.number = (uint64_t)subscribed->account;
		p.flags |= PARCEL_BARE;
	}
	p.bytes = buf_all(&bytes);
	core_tell(t->core, 'u', name, &p);
}

/* What stands in the store of one address at this node; *subscribed: filled in, or NULL. */
static struct pep_rights rights_of(struct telling *t, struct str bare, struct pep_right *right,
				   struct pep_right **subscribed)
{
	const struct store_request *r = t->got[TELL_RIGHTS];
	struct pep_rights rights = { 0 };

	*subscribed = NULL;
	for (size_t i = 0; r && i < r->n; i++) {
		struct pep_right one;

		if (!pep_right_read(&one, &r->pairs[i]) || !str_eq(one.node, t->node.name) || !str_eq(one.bare, bare))
			continue;
		if (!one.subscribes) {
			rights.affiliation = one.affiliation;
		} else if (one.subscription == PEP_SUBSCRIBED) {
			rights.subscription = one.subscription;
			*right = one;
			*subscribed = right;
		}
	}
	return rights;
}

static bool is_blocked(struct telling *t, const struct user *u, struct jid who)
{
	const struct store_request *r = t->got[TELL_BLOCKS];

	return u ? block_matches(u, who) : r && !r->answer && block_kept_matches(r->value, who);
}

/* The local part; absent: it is not of ours. */
static struct str local_of(const struct core *c, struct str bare)
{
	size_t at = str_find(bare, '@');

	return str_eq(str_from(bare, at + 1), c->settings.domain) ? str_n(bare.p, at) : STR_NONE;
}

static struct jid bare_jid(const struct core *c, struct str local)
{
	return (struct jid){ local.p, (uint16_t)local.n, (uint16_t)c->settings.domain.n, 0 };
}

static void tell_contact(struct telling *t, const struct user *u, const struct roster_item *item)
{
	struct str local = local_of(t->core, item->contact);
	struct pep_right right, *subscribed;
	struct pep_rights rights;

	if (!(item->state & ROSTER_FROM) || !local.p || is_blocked(t, u, bare_jid(t->core, local)))
		return;
	rights = rights_of(t, item->contact, &right, &subscribed);
	rights.sees_presence = true;
	rights.in_group = pep_groups_meet(t->node.config.groups, item->groups);
	if (pep_may_see(&t->node.config, &rights))
		tell(t, local, subscribed, 0);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static bool is_contact(struct telling *t, const struct user *u, struct str bare)
{
	const struct store_request *r = t->got[TELL_ROSTER];
	const struct contact *k = u ? user_contact(u, bare) : NULL;

	for (size_t i = 0; !u && r && !r->answer && i < r->n; i++)
		if (str_eq(r->items[i].contact, bare))
			return r->items[i].state & ROSTER_FROM;
	return k && k->item.state & ROSTER_FROM;
}

static void tell_contacts(struct telling *t, const struct user *u)
{
	const struct store_request *r = t->got[TELL_ROSTER];

	for (struct map_node *at = u ? map_next(&u->roster, NULL) : NULL; at; at = map_next(&u->roster, at))
		tell_contact(t, u, &holder_of(at, struct contact, node)->item);
	for (size_t i = 0; !u && r && !r->answer && i < r->n; i++)
		tell_contact(t, u, &r->items[i]);
}

/* Who subscribed and is no contact; those were told already. */
static void tell_subscribers(struct telling *t, const struct user *u, struct str owner)
{
	const struct store_request *r = t->got[TELL_RIGHTS];

	for (size_t i = 0; r && i < r->n; i++) {
		struct pep_right one, right, *subscribed;
		struct pep_rights rights;
		struct str local;

		if (!pep_right_read(&one, &r->pairs[i]) || !one.subscribes || !str_eq(one.node, t->node.name))
			continue;
		local = local_of(t->core, one.bare);
		if (!local.p || str_eq(local, owner) || is_contact(t, u, one.bare) ||
		    is_blocked(t, u, bare_jid(t->core, local)))
			continue;
		rights = rights_of(t, one.bare, &right, &subscribed);
		if (subscribed && pep_may_see(&t->node.config, &rights))
			tell(t, local, subscribed, 0);
	}
}

static void tell_all(struct telling *t)
{
	struct str owner = jid_local(t->st->from);
	const struct user *u = t->got[TELL_ROSTER] ? NULL : user_here(t->core, owner);
	struct pep_right right, *subscribed;

	if (t->failed) {
		tell(t, owner, NULL, PARCEL_OWN);
		return;
	}
	if (t->node.config.access != PEP_WHITELIST || (t->got[TELL_RIGHTS] && t->got[TELL_RIGHTS]->n))
		tell_contacts(t, u);
	tell_subscribers(t, u, owner);
	rights_of(t, jid_bare(t->st->from), &right, &subscribed);
	tell(t, owner, subscribed, PARCEL_OWN);
}

static void telling_end(struct telling *t)
{
	struct ask *a = t->ask;

	job_end(&t->job);
	telling_free(&t->job);
	if (!a)
		return;
	a->request = NULL;
	a->verdict = 0;
	a->answer = NULL;
	a->done(a);
}

/* Whether all is known that has to be. */
static bool telling_knows(const struct telling *t)
{
	return t->step == TELL_STEPS || (t->step == TELL_ROSTER && user_here(t->core, jid_local(t->st->from)));
}

static void telling_next(struct telling *t);

static void telling_got(struct store_request *r)
{
	struct telling *t = r->held;
	int step = t->step++;

	if (!r->arg)
		t->ask = NULL;
	t->failed |= r->answer && r->answer != STORE_NOT_FOUND;
	t->got[step] = r;
	if (telling_knows(t)) {
		tell_all(t);
		t->got[step] = NULL; /* it goes when this returns */
		telling_end(t);
		return;
	}
	store_take(r);
	telling_next(t);
}

static void telling_next(struct telling *t)
{
	static const enum store_op ops[TELL_STEPS] = {
		[TELL_RIGHTS] = STORE_ITEM_LIST, [TELL_ROSTER] = STORE_ROSTER_LOAD, [TELL_BLOCKS] = STORE_ITEM_GET
	};
	struct store_request *r = store_ask(t->core->store, ops[t->step], telling_got, t->ask);

	r->held = t;
	r->owner = t->owner;
	if (t->step != TELL_ROSTER)
		r->space = t->step == TELL_RIGHTS ? STR(PEP_RIGHTS_SPACE) : STR(BLOCK_SPACE);
	if (t->step == TELL_BLOCKS)
		r->key = STR("");
	if (t->ask)
		t->ask->request = r;
	store_submit(r);
}

void pep_tell(struct core *c, struct ask *a, int64_t owner, const struct pep_node *node, struct stanza *st)
{
	struct telling *t = mem_new(struct telling);

	job_begin(c, &t->job, telling_free);
	t->core = c;
	t->ask = a;
	t->owner = owner;
	t->st = stanza_ref(st);
	t->node.name = arena_str(&t->arena, node->name);
	t->node.config = node->config;
	t->node.config.groups = arena_str(&t->arena, node->config.groups);
	telling_next(t);
}

void pep_tell_one(struct core *c, struct str name, struct stanza *st)
{
	core_tell(c, 'u', name,
		  &(struct parcel){
			  .kind = PARCEL_PEP, .stanza = st, .bytes = STR("\0"), .flags = PARCEL_BARE | PARCEL_OWN });
}

/* ---- what arrives -------------------------------------------------------------------------------------------------
 */

void pep_in(struct core *c, const struct parcel *p)
{
	struct user *u = user_here(c, parcel_name(p));
	struct jid from = p->stanza->from;
	struct contact *k = u ? user_contact(u, jid_bare(from)) : NULL;
	struct str node = str_n(p->bytes.p, str_find(p->bytes, 0)), resource = str_from(p->bytes, node.n + 1);
	bool sees = p->flags & PARCEL_OWN || (k && k->item.state & ROSTER_TO), subscribed;

	if (!u || (!(p->flags & PARCEL_OWN) && block_matches(u, from)))
		return;
	subscribed = p->flags & PARCEL_BARE && (!p->number || (int64_t)p->number == u->id);
	list_each(s, &u->sessions, struct session, here) {
		bool wants = sees && s->presence && s->ops->wants && s->ops->wants(s, node);

		if (wants || (subscribed && (!resource.n || str_eq(resource, jid_resource(s->jid)))))
			s->ops->deliver(s, &(struct delivery){ .stanza = p->stanza });
	}
}

/* ---- letters ------------------------------------------------------------------------------------------------------
 */

struct letter {
	struct job job;
	struct user_wait wait;
	struct core *core;
	struct user *user;
	struct stanza *st;
};

static void letter_free(struct job *j)
{
	struct letter *l = holder_of(j, struct letter, job);

	list_remove(&l->wait.here);
	stanza_unref(l->st);
	mem_free(l);
}

static void letter_go(struct user_wait *w, struct user *u)
{
	struct letter *l = holder_of(w, struct letter, wait);

	if (u->state == USER_READY) {
		l->st->stamp = core_stamp(l->core);
		if (!user_interest(u) || !route_tell(u, &(struct parcel){ .kind = PARCEL_MESSAGE, .stanza = l->st }))
			route_keep_late(l->core, u, l->st);
	}
	job_end(&l->job);
	letter_free(&l->job);
	user_release(u);
}

void pep_write_to(struct core *c, struct str name, struct stanza *st)
{
	struct letter *l = mem_new(struct letter);
	struct user *u = user_get(c, name);

	job_begin(c, &l->job, letter_free);
	l->core = c;
	l->st = st;
	l->wait.ready = letter_go;
	user_hold(u);
	user_when_ready(u, &l->wait);
}
