/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_walk.c - all rooms of this core, one after another, at the start and then now and then, in the background:
 * what is listed becomes known, what another life of the server left behind is removed, and messages that are old
 * enough go from archives. At the end what is remembered of rooms that were destroyed long ago is forgotten.
 */
#include "core/room_inside.h"

enum {
	PAGE = 100,
	TRIM = 500,	 /* messages in one transaction */
	GRAVES = 500,	 /* of one walk; the rest goes with the next */
	AGAIN_MS = 5000, /* the store failed */
	EVERY_MS = 3600 * 1000,
	DAY_MS = 24 * 3600 * 1000,
};

static void page_ask(struct rooms *rs);
static void room_next_look(struct rooms *rs);

static void timer_fired(struct timer *t) { page_ask(holder_of(t, struct rooms, walk.timer)); }

static void wait(struct rooms *rs, msec ms)
{
	rs->walk.timer.fire = timer_fired;
	world_timer(rs->core->world, &rs->walk.timer, ms);
}

static struct jid address(struct str name)
{
	size_t at = str_find(name, '@');

	return (struct jid){ name.p, (uint16_t)at, (uint16_t)(at < name.n ? name.n - at - 1 : 0), 0 };
}

/* ---- what is too old -------------------------------------------------------------------------------------------- */

struct trimming {
	struct rooms *rooms;
	int64_t owner;
	uint64_t until;
};

static void trim_ask(struct trimming t);

static void trimmed(struct store_request *q)
{
	struct trimming t = { q->arg, q->owner, q->after };

	if (!q->answer && q->more)
		trim_ask(t);
	else
		room_next_look(t.rooms);
}

static void trim_ask(struct trimming t)
{
	struct store_request *q = store_ask(t.rooms->core->store, STORE_ARCHIVE_TRIM, trimmed, t.rooms);

	q->owner = t.owner;
	q->after = t.until;
	q->limit = TRIM;
	store_submit(q);
}

static void trim(struct rooms *rs, const struct account *a, const struct room_config *c)
{
	msec now = core_now(rs->core), keep = (msec)c->keep_days * DAY_MS;

	if (keep && keep < now && stamp_floor(now - keep))
		trim_ask((struct trimming){ rs, a->id, stamp_floor(now - keep) - 1 });
	else
		room_next_look(rs);
}

/* ---- one room --------------------------------------------------------------------------------------------------- */

static void looked(struct store_request *q)
{
	struct rooms *rs = q->arg;
	const struct account *a = &rs->walk.rooms[rs->walk.at - 1];
	struct room *r = room_find(rs, a->name);
	struct room_config config;
	struct str maker;
	bool whole = !q->answer && room_config_read(&config, &maker, q->value) && config.persistent;

	if (q->answer && q->answer != STORE_NOT_FOUND) {
		room_next_look(rs);
		return;
	}
	if (whole && !r)
		room_list_kept(rs, a->name, &config);
	else if (!whole && !r)
		room_get(rs, address(a->name)); /* loading it finds that it has to go */
	if (whole)
		trim(rs, a, &config);
	else
		room_next_look(rs);
}

static bool is_mine(const struct rooms *rs, struct str name)
{
	struct jid j = address(name);

	return str_eq(jid_domain(j), rs->service.domain) && service_core(rs->core, j) == rs->core->index;
}

/* ---- what is remembered of rooms that are no more --------------------------------------------------------------- */

/* Unless the room was destroyed once more meanwhile. */
static void grave_remove(struct rooms *rs, const struct store_pair *grave)
{
	struct store_request *q = store_ask(rs->core->store, STORE_ITEM_SET, NULL, NULL);

	q->owner = 0;
	q->space = room_graves_space;
	q->key = store_str(q, grave->key);
	q->was = store_str(q, grave->value);
	q->value = STR_NONE;
	store_submit(q);
}

static void graves_come(struct store_request *q)
{
	struct rooms *rs = q->arg;
	msec now = core_now(rs->core);
	unsigned n = 0;

	for (size_t i = 0; i < q->n && !q->answer && n < GRAVES; i++)
		if (is_mine(rs, q->pairs[i].key) && room_grave_is_old(q->pairs[i].value, now)) {
			grave_remove(rs, &q->pairs[i]);
			n++;
		}
	wait(rs, EVERY_MS);
}

static void graves_ask(struct rooms *rs)
{
	struct store_request *q = store_ask(rs->core->store, STORE_ITEM_LIST, graves_come, rs);

	q->owner = 0;
	q->space = room_graves_space;
	store_submit(q);
}

/* ---- one room after another ------------------------------------------------------------------------------------- */

static void room_next_look(struct rooms *rs)
{
	struct store_request *q;

	while (rs->walk.at < rs->walk.n && !is_mine(rs, rs->walk.rooms[rs->walk.at].name))
		rs->walk.at++;
	if (rs->walk.at == rs->walk.n) {
		if (rs->walk.after.p)
			page_ask(rs);
		else
			graves_ask(rs);
		return;
	}
	q = store_ask(rs->core->store, STORE_ITEM_GET, looked, rs);
	q->owner = rs->walk.rooms[rs->walk.at++].id;
	q->space = room_space;
	q->key = STR("config");
	store_submit(q);
}

/* ---- pages ------------------------------------------------------------------------------------------------------ */

static void after_set(struct rooms *rs, struct str after)
{
	char *was = (char *)rs->walk.after.p;

	rs->walk.after = after.p ? str_n(str_dup(after), after.n) : after;
	mem_free(was);
}

static void page_come(struct store_request *q)
{
	struct rooms *rs = q->arg;
	struct arena *a = &rs->walk.arena;

	if (q->answer) {
		wait(rs, AGAIN_MS);
		return;
	}
	arena_reset(a);
	rs->walk.rooms = arena_get(a, (q->n + 1) * sizeof *rs->walk.rooms);
	rs->walk.n = q->n;
	rs->walk.at = 0;
	for (size_t i = 0; i < q->n; i++)
		rs->walk.rooms[i] =
			(struct account){ .id = q->accounts[i].id, .name = arena_str(a, q->accounts[i].name) };
	after_set(rs, q->n == PAGE ? q->accounts[q->n - 1].name : STR_NONE);
	room_next_look(rs);
}

static void page_ask(struct rooms *rs)
{
	struct store_request *q = store_ask(rs->core->store, STORE_ACCOUNT_LIST, page_come, rs);

	q->account.flags = ACCOUNT_ROOM;
	q->after_name = rs->walk.after.p ? store_str(q, rs->walk.after) : STR("");
	q->limit = PAGE;
	store_submit(q);
}

void room_walk_begin(struct rooms *rs) { page_ask(rs); }

void room_walk_free(struct rooms *rs)
{
	world_stop(rs->core->world, &rs->walk.timer);
	arena_free(&rs->walk.arena);
	after_set(rs, STR_NONE);
}
