/* SPDX-License-Identifier: Apache-2.0
 *
 * core/user.c - users in memory: loaded when somebody asks, kept true by parcels, let go when idle.
 */
#include <assert.h>

#include "core/inside.h"

enum {
	IDLE_KEEP_MS = 60000, /* somebody who wrote once will write again */
	IDLE_MAX = 4096,      /* … but strangers' names must not fill the memory */
};

static void load(struct user *u);

static void roster_clear(struct user *u)
{
	for (struct map_node *node; (node = map_drain(&u->roster));)
		mem_free(holder_of(node, struct contact, node));
}

static void blocks_clear(struct user *u)
{
	for (size_t i = 0; i < u->blocks_n; i++)
		mem_free((void *)u->blocks[i].p);
	mem_free(u->blocks);
	u->blocks = NULL;
	u->blocks_n = 0;
}

static void user_free(struct user *u)
{
	assert(list_empty(&u->sessions) && list_empty(&u->waiting));
	core_want(u->core, 'c', str_z(u->name), false);
	list_remove(&u->idle);
	if (!u->gone)
		map_remove(&u->core->users, &u->node);
	roster_clear(u);
	map_free(&u->roster);
	blocks_clear(u);
	archive_prefs_load(u, STR_NONE);
	push_clear(u);
	mem_free(u->name);
	mem_free(u);
}

static void sweep(struct timer *t)
{
	struct core *c = holder_of(t, struct core, sweep);
	msec now = core_clock(c);
	struct user *u;

	while ((u = list_first(&c->idle, struct user, idle)) && now - u->used >= IDLE_KEEP_MS)
		user_free(u);
	if (u)
		world_timer(c->world, t, IDLE_KEEP_MS);
}

static void idle_begin(struct user *u)
{
	struct core *c = u->core;

	u->used = core_clock(c);
	if (u->gone) {
		user_free(u);
		return;
	}
	list_append(&c->idle, &u->idle);
	if (!c->sweep.place && !c->ending) {
		c->sweep.fire = sweep;
		world_timer(c->world, &c->sweep, IDLE_KEEP_MS);
	}
}

void user_hold(struct user *u)
{
	if (u->holds++ == 0)
		list_remove(&u->idle);
}

void user_release(struct user *u)
{
	assert(u->holds > 0);
	if (--u->holds == 0)
		idle_begin(u);
}

static void idle_bound(struct core *c)
{
	if (c->users.n > IDLE_MAX && !list_empty(&c->idle))
		user_free(list_first(&c->idle, struct user, idle));
}

struct user *user_get(struct core *c, struct str name)
{
	struct user *u = map_find(&c->users, name, struct user, node);

	if (u && (u->state == USER_READY || u->state == USER_LOADING))
		return u;
	if (!u) {
		idle_bound(c);
		u = mem_new(struct user);
		u->core = c;
		u->name = str_dup(name);
		list_init(&u->idle);
		list_init(&u->waiting);
		list_init(&u->sessions);
		list_init(&u->push);
		memcpy(u->roster.seed, c->users.seed, sizeof u->roster.seed);
		map_add(&c->users, &u->node, str_n(u->name, name.n));
		/* Listen before reading, so that no change falls between. */
		core_want(c, 'c', name, true);
	}
	/* ABSENT and FAILED are asked again: the account may have been made, the store may work again. */
	load(u);
	return u;
}

struct user *user_here(struct core *c, struct str name)
{
	struct user *u = map_find(&c->users, name, struct user, node);

	return u && u->state == USER_READY ? u : NULL;
}

/* One that is gone shares its name with whoever has registered it since. */
bool user_is_all_here(const struct user *u) { return core_count(u->core) == 1 && !u->gone; }

unsigned user_interest(const struct user *u)
{
	return user_is_all_here(u) ? !list_empty(&u->sessions) : core_interest(u->core, 'u', str_z(u->name));
}

void user_when_ready(struct user *u, struct user_wait *w)
{
	if (u->state != USER_LOADING) {
		w->ready(w, u);
		return;
	}
	list_append(&u->waiting, &w->here);
}

/* ---- loading ---------------------------------------------------------------------------------------------------- */

static void settle(struct user *u, enum user_state state)
{
	struct user_wait *w;

	u->state = state;
	while ((w = list_first(&u->waiting, struct user_wait, here)) && u->state != USER_LOADING) {
		list_remove(&w->here);
		w->ready(w, u);
	}
	user_release(u);
}

static void part_done(struct user *u, int answer)
{
	if (answer && answer != STORE_NOT_FOUND)
		u->state = USER_FAILED;
	if (--u->loading)
		return;
	if (u->again && u->state != USER_FAILED) {
		u->again = false;
		load(u);
		user_release(u);
		return;
	}
	settle(u, u->state == USER_FAILED ? USER_FAILED : USER_READY);
}

void user_roster_put(struct user *u, const struct roster_item *item)
{
	struct contact *old = user_contact(u, item->contact), *k;
	struct str *fields[4];
	char *at;

	if (old) {
		map_remove(&u->roster, &old->node);
		mem_free(old);
	}
	if (item->removed || !item->state)
		return;
	k = mem_alloc(sizeof *k + item->contact.n + item->name.n + item->groups.n + item->request.n);
	k->item = *item;
	at = k->bytes;
	fields[0] = &k->item.contact;
	fields[1] = &k->item.name;
	fields[2] = &k->item.groups;
	fields[3] = &k->item.request;
	for (size_t i = 0; i < countof(fields); i++) {
		if (fields[i]->n)
			memcpy(at, fields[i]->p, fields[i]->n);
		fields[i]->p = at;
		at += fields[i]->n;
	}
	map_add(&u->roster, &k->node, k->item.contact);
}

static void roster_loaded(struct store_request *r)
{
	struct user *u = r->arg;

	if (!r->answer) {
		roster_clear(u);
		for (size_t i = 0; i < r->n; i++)
			user_roster_put(u, &r->items[i]);
		u->roster_version = r->version;
	}
	part_done(u, r->answer);
}

static void item_loaded(struct store_request *r)
{
	struct user *u = r->arg;
	struct str value = r->answer ? STR_NONE : r->value;

	if (r->answer == 0 || r->answer == STORE_NOT_FOUND) {
		if (str_is(r->space, "blocks")) {
			blocks_clear(u);
			block_load(u, value);
		} else {
			archive_prefs_load(u, value);
		}
	}
	part_done(u, r->answer);
}

static void item_load(struct user *u, struct str space)
{
	struct store_request *r = store_ask(u->core->store, STORE_ITEM_GET, item_loaded, u);

	r->owner = u->id;
	r->space = space;
	r->key = STR("");
	u->loading++;
	store_submit(r);
}

static void push_loaded(struct store_request *r)
{
	struct user *u = r->arg;

	if (!r->answer)
		push_load(u, r->pairs, r->n);
	part_done(u, r->answer);
}

static void push_begin(struct user *u)
{
	struct store_request *r = store_ask(u->core->store, STORE_ITEM_LIST, push_loaded, u);

	r->owner = u->id;
	r->space = STR(PUSH_SPACE);
	u->loading++;
	store_submit(r);
}

static void account_loaded(struct store_request *r)
{
	struct user *u = r->arg;
	struct store_request *roster;

	u->loading--;
	if (r->answer) {
		u->again = false;
		settle(u, r->answer == STORE_NOT_FOUND ? USER_ABSENT : USER_FAILED);
		return;
	}
	u->id = r->account.id;
	u->mark = account_mark(&r->account);
	u->flags = r->account.flags;
	roster = store_ask(u->core->store, STORE_ROSTER_LOAD, roster_loaded, u);
	roster->owner = u->id;
	u->loading++;
	store_submit(roster);
	item_load(u, STR("blocks"));
	item_load(u, STR("prefs"));
	push_begin(u);
}

static void load(struct user *u)
{
	struct store_request *r = store_ask(u->core->store, STORE_ACCOUNT_GET, account_loaded, u);

	u->state = USER_LOADING;
	u->loading++;
	user_hold(u);
	r->account.name = store_str(r, str_z(u->name));
	store_submit(r);
}

/* ---- changes ---------------------------------------------------------------------------------------------------- */

static void gone(struct user *u)
{
	if (u->state == USER_LOADING) {
		u->again = true;
		return;
	}
	user_hold(u);
	list_each(s, &u->sessions, struct session, here)
		s->ops->kick(s, KICK_ACCOUNT_GONE);
	/* Whoever registers the name again is somebody else: he must not meet this one's copy. */
	if (!u->gone) {
		map_remove(&u->core->users, &u->node);
		u->gone = true;
	}
	user_release(u);
}

static void roster_changed(struct user *u, const struct parcel *p)
{
	struct roster_item item;

	if (!roster_item_read(&item, p->bytes))
		return;
	if (p->number >= u->roster_version)
		u->roster_version = p->number;
	user_roster_put(u, &item);
	if (p->flags & PARCEL_QUIET)
		return;
	list_each(s, &u->sessions, struct session, here)
		if (s->wants_roster && s->ops->notice)
			s->ops->notice(s, &(struct notice){ .kind = NOTICE_ROSTER, .item = &item, .version = p->number });
}

static void blocks_changed(struct user *u, const struct parcel *p)
{
	bool blocked = p->flags & PARCEL_OWN; /* the flag says which way: see block.c */
	struct str rest = p->bytes, list;
	size_t end;

	/* First what changed, each followed by a zero byte; after an empty one the whole list as it is now. */
	for (; rest.n && rest.p[0]; rest = str_from(rest, end + 1))
		end = str_find(rest, 0);
	list = str_from(rest, 1);
	blocks_clear(u);
	block_load(u, list);
	if (p->flags & PARCEL_QUIET)
		return;
	list_each(s, &u->sessions, struct session, here) {
		if (!s->wants_blocks || !s->ops->notice)
			continue;
		rest = p->bytes;
		if (p->flags & PARCEL_REMOVED)
			s->ops->notice(s, &(struct notice){ .kind = NOTICE_UNBLOCKED });
		for (; rest.n && rest.p[0]; rest = str_from(rest, end + 1)) {
			end = str_find(rest, 0);
			s->ops->notice(s, &(struct notice){ .kind = blocked ? NOTICE_BLOCKED : NOTICE_UNBLOCKED,
							    .name = str_n(rest.p, end) });
		}
	}
}

void user_changed(struct core *c, const struct parcel *p)
{
	struct user *u = map_find(&c->users, parcel_name(p), struct user, node);

	if (!u || u->state == USER_ABSENT || u->state == USER_FAILED)
		return;
	if (p->kind == PARCEL_GONE)
		gone(u);
	else if (u->state == USER_LOADING)
		u->again = true;
	else if (p->kind == PARCEL_PASSWORD)
		u->mark = p->number;
	else if (p->kind == PARCEL_RIGHTS)
		u->flags = (uint32_t)p->number;
	else if (p->kind == PARCEL_ROSTER)
		roster_changed(u, p);
	else if (p->kind == PARCEL_BLOCKS)
		blocks_changed(u, p);
	else if (p->kind == PARCEL_PUSH)
		push_changed(u, p);
	else
		archive_prefs_load(u, p->bytes);
}

struct contact *user_contact(const struct user *u, struct str bare)
{
	return map_find(&u->roster, bare, struct contact, node);
}

void user_free_all(struct core *c)
{
	struct map_node *node;

	world_stop(c->world, &c->sweep);
	while ((node = map_drain(&c->users))) {
		struct user *u = holder_of(node, struct user, node);

		u->gone = true; /* out of the map already */
		list_init(&u->waiting); /* those who wait are freed by their owners, or were transits: see route.c */
		user_free(u);
	}
	map_free(&c->users);
}
