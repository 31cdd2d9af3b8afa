/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room.c - the rooms of a core: finding and letting go, what comes to them and waits, and looking at them.
 */
#include "core/room.h"

#include <assert.h>

#include "core/room_inside.h"

enum {
	IDLE_KEEP_MS = 60000,
	IDLE_MAX = 512,	   /* rooms that nobody is in: names that strangers make up must not fill the memory */
	COMING_MAX = 5000, /* stanzas that wait for one room */
	COMING_BYTES_MAX = 16 * 1024 * 1024,
};

/* What waits to be taken. */
struct coming {
	struct list here;  /* room->in */
	struct stanza *st; /* NULL: the session of `seat` is gone */
	struct service_sender from;
	uint64_t seat;
	struct str full; /* own memory */
};

struct admin {
	struct map_node node;
	char name[];
};

static void room_rest(struct room *r);

/* ---- one room --------------------------------------------------------------------------------------------------- */

static struct room *room_new(struct rooms *rs, struct jid bare)
{
	struct room *r = mem_new(struct room);
	struct str name = jid_bare(bare);

	r->rooms = rs;
	r->core = rs->core;
	r->name = str_dup(name);
	r->jid = jid_to_bare(bare);
	r->jid.p = r->name;
	r->config = room_config_default;
	r->subject = STR_NONE;
	r->at = mem_alloc(core_count(rs->core) * sizeof *r->at);
	memcpy(r->people.seed, rs->all.seed, sizeof rs->all.seed);
	memcpy(r->nicks.seed, rs->all.seed, sizeof rs->all.seed);
	memcpy(r->seats.seed, rs->all.seed, sizeof rs->all.seed);
	memcpy(r->nicknames.seed, rs->all.seed, sizeof rs->all.seed);
	list_init(&r->occupants);
	list_init(&r->in);
	list_init(&r->changes);
	list_init(&r->out);
	list_init(&r->errands);
	list_init(&r->spoke);
	list_init(&r->voices);
	list_init(&r->idle);
	list_init(&r->dirty);
	map_add(&rs->all, &r->node, str_n(r->name, name.n));
	return r;
}

static void coming_free(struct room *r, struct coming *k)
{
	list_remove(&k->here);
	r->in_n--;
	r->in_bytes -= k->st ? k->st->cost : 0;
	stanza_unref(k->st);
	mem_free((void *)k->full.p);
	mem_free(k);
}

static void seats_free(struct room *r)
{
	for (struct map_node *node; (node = map_drain(&r->seats));) {
		struct seat *s = holder_of(node, struct seat, node);

		stanza_unref(s->presence);
		mem_free((void *)s->jid.p);
		mem_free(s);
	}
	for (struct map_node *node; (node = map_drain(&r->nicknames));) {
		struct occupant *o = holder_of(node, struct occupant, node);

		stanza_unref(o->shown[0]);
		stanza_unref(o->shown[1]);
		mem_free((void *)o->at.p);
		mem_free((void *)o->jid.p);
		mem_free((void *)o->hats.p);
		mem_free(o);
	}
	map_free(&r->seats);
	map_free(&r->nicknames);
}

static void room_free(struct room *r)
{
	if (r->dirty.next != &r->dirty && !r->core->ending)
		room_list_tell(r);
	for (struct coming *k; (k = list_first(&r->in, struct coming, here));)
		coming_free(r, k);
	changes_drop(r);
	out_drop(r);
	room_errands_drop(r);
	room_spoke_drop(r);
	room_voices_drop(r);
	seats_free(r);
	room_clear(r);
	map_free(&r->people);
	map_free(&r->nicks);
	mem_free(r->history);
	list_remove(&r->idle);
	list_remove(&r->dirty);
	map_remove(&r->rooms->all, &r->node);
	mem_free(r->at);
	mem_free(r->name);
	mem_free(r);
}

struct room *room_find(const struct rooms *rs, struct str bare) { return map_find(&rs->all, bare, struct room, node); }

struct room *room_get(struct rooms *rs, struct jid bare)
{
	struct room *r = room_find(rs, jid_bare(bare));

	if (r && !(r->failed && !room_is_busy(r)))
		return r;
	if (!r)
		r = room_new(rs, bare);
	room_load(r);
	return r;
}

uint64_t room_number(struct rooms *rs) { return ++rs->last; }

void room_call_end(struct room_call *call, int verdict)
{
	if (call)
		call->done(call, verdict);
}

/* ---- letting go ------------------------------------------------------------------------------------------------- */

static void sweep(struct timer *t)
{
	struct rooms *rs = holder_of(t, struct rooms, sweep);
	msec now = core_clock(rs->core);
	struct room *r;

	while ((r = list_first(&rs->idle, struct room, idle)) && now - r->used >= IDLE_KEEP_MS) {
		list_remove(&r->idle);
		if (r->stuck) {
			r->stuck = false;
			room_rest(r);
		} else {
			room_free(r);
		}
	}
	if (r)
		world_timer(rs->core->world, t, IDLE_KEEP_MS);
}

static bool is_needed(const struct room *r)
{
	return room_is_busy(r) || r->taking || r->occupants_n || !list_empty(&r->out) || !list_empty(&r->errands);
}

static void idle_begin(struct room *r)
{
	struct rooms *rs = r->rooms;

	r->used = core_clock(r->core);
	list_append(&rs->idle, &r->idle);
	if (!rs->sweep.place && !r->core->ending) {
		rs->sweep.fire = sweep;
		world_timer(r->core->world, &rs->sweep, IDLE_KEEP_MS);
	}
}

/* At most one goes for one that comes, and never the one that has just come. */
static void idle_bound(struct rooms *rs, const struct room *but)
{
	struct room *r = list_first(&rs->idle, struct room, idle);

	if (rs->all.n > IDLE_MAX && r && r != but && !r->stuck)
		room_free(r);
}

/* Nobody may need it any more: a temporary room goes at once, what is kept of others leaves the memory after a while.
 */
static void room_rest(struct room *r)
{
	list_remove(&r->idle);
	if (is_needed(r))
		return;
	if (r->id && !(r->exists && r->config.persistent) && !r->stuck) {
		room_unmake(r);
		return;
	}
	idle_begin(r);
	idle_bound(r->rooms, r);
}

/* ---- what comes ------------------------------------------------------------------------------------------------- */

bool room_is_busy(const struct room *r) { return r->loading || !list_empty(&r->changes) || !list_empty(&r->in); }

static void room_take(struct room *r, struct stanza *st, struct service_sender from)
{
	r->taking = true;
	r->sender = from;
	r->rooms->syntax->take(r, st, from);
	r->taking = false;
}

static void seat_gone(struct room *r, struct str full, uint64_t number)
{
	struct seat *s = map_find(&r->seats, full, struct seat, node);

	if (s && s->number == number)
		room_leave(s, NULL);
}

static void room_pump(struct room *r)
{
	struct coming *k;

	if (r->pumping || r->taking)
		return;
	r->pumping = true;
	while (!r->loading && list_empty(&r->changes) && (k = list_first(&r->in, struct coming, here))) {
		list_remove(&k->here);
		if (k->st)
			room_take(r, k->st, k->from);
		else
			seat_gone(r, k->full, k->seat);
		coming_free(r, k);
	}
	r->pumping = false;
}

void room_go_on(struct room *r)
{
	room_pump(r);
	if (!r->pumping)
		room_rest(r);
}

static struct coming *coming_add(struct room *r)
{
	struct coming *k = mem_new(struct coming);

	list_append(&r->in, &k->here);
	r->in_n++;
	return k;
}

/* While a disk is slow, or does not answer, what waits for a room must not fill the memory. Who leaves is always heard: else he would stay for ever. */
static bool is_too_much(const struct room *r, const struct stanza *st)
{
	return (r->in_n >= COMING_MAX || r->in_bytes + st->cost > COMING_BYTES_MAX) &&
	       !(st->name == STANZA_PRESENCE && st->type == PRESENCE_UNAVAILABLE && room_seat(r, st->from));
}

void room_in(struct rooms *rs, struct stanza *st, struct service_sender from)
{
	struct room *r = room_get(rs, st->to);
	struct coming *k;

	if (!room_is_busy(r) && !r->taking) {
		room_take(r, st, from);
		room_go_on(r);
		return;
	}
	if (is_too_much(r, st)) {
		service_answer(rs->core, from, SENT_NOT_STORED);
		service_bounce(rs->core, st);
		return;
	}
	k = coming_add(r);
	k->st = stanza_ref(st);
	r->in_bytes += st->cost;
	k->from = from;
}

void room_gone(struct rooms *rs, struct str room, struct str full, uint64_t seat)
{
	struct room *r = room_find(rs, room);
	struct coming *k;

	if (!r)
		return;
	if (!room_is_busy(r) && !r->taking) {
		seat_gone(r, full, seat);
		room_go_on(r);
		return;
	}
	k = coming_add(r);
	k->full = str_n(str_dup(full), full.n);
	k->seat = seat;
}

/* ---- administrators --------------------------------------------------------------------------------------------- */

/* Where he is in a room already, he stands otherwise there from now on. */
static void admin_stand(struct rooms *rs, struct jid who)
{
	for (struct map_node *node = map_next(&rs->all, NULL); node; node = map_next(&rs->all, node)) {
		struct room *r = holder_of(node, struct room, node);
		enum affiliation is = room_person(r, jid_to_bare(who)).affiliation;

		if (!r->occupants_n)
			continue;
		room_standing_changed(r, &(struct affiliation_change){ .jid = jid_bare(who), .was = is, .is = is,
								       .reason = STR(""), .actor = STR("") });
		room_go_on(r); /* it may have been for members only, and he the last one in it */
	}
}

/* Who sends something says whether he is one; so what is known of a name is true of who has it now. */
static void admin_note(struct rooms *rs, struct jid who, bool is)
{
	struct str bare = jid_bare(who);
	struct admin *a = is || rs->admins.n ? map_find(&rs->admins, bare, struct admin, node) : NULL;

	if (is == (a != NULL))
		return;
	if (a) {
		map_remove(&rs->admins, &a->node);
		mem_free(a);
	} else {
		a = mem_alloc(sizeof *a + bare.n);
		memcpy(a->name, bare.p, bare.n);
		map_add(&rs->admins, &a->node, str_n(a->name, bare.n));
	}
	admin_stand(rs, who);
}

bool room_by_admin(const struct room *r, struct jid bare)
{
	return r->rooms->admins.n && map_get(&r->rooms->admins, jid_bare(bare));
}

/* ---- beginning and end ------------------------------------------------------------------------------------------ */

static void on_take(struct service *v, struct stanza *st, struct service_sender from)
{
	struct rooms *rs = holder_of(v, struct rooms, service);

	admin_note(rs, st->from, from.admin);
	if (st->to.local)
		room_in(rs, st, from);
	else
		rs->syntax->service(rs->core, st, from);
}

static const struct service_ops service_ops = { .take = on_take };

void rooms_begin(struct core *c, const struct room_syntax *syntax)
{
	struct rooms *rs;

	if (!c->settings.rooms_domain.n)
		return;
	assert(!c->rooms);
	rs = c->rooms = mem_new(struct rooms);
	rs->core = c;
	rs->syntax = syntax;
	rs->service = (struct service){ .ops = &service_ops,
					.everywhere = true,
					.category = STR("conference"),
					.type = STR("text"),
					.name = STR("Rooms") };
	rs->service.domain = str_n(str_dup(c->settings.rooms_domain), c->settings.rooms_domain.n);
	memcpy(rs->all.seed, c->users.seed, sizeof c->users.seed);
	memcpy(rs->admins.seed, c->users.seed, sizeof c->users.seed);
	memcpy(rs->here.seed, c->users.seed, sizeof c->users.seed);
	memcpy(rs->list.map.seed, c->users.seed, sizeof c->users.seed);
	list_init(&rs->idle);
	list_init(&rs->list.dirty);
	service_up(c, &rs->service);
	room_list_begin(rs);
	room_walk_begin(rs);
}

void rooms_shut(struct core *c)
{
	struct rooms *rs = c->rooms;

	for (struct map_node *node = rs ? map_next(&rs->all, NULL) : NULL; node; node = map_next(&rs->all, node))
		room_kick_all(holder_of(node, struct room, node), 332, STR_NONE);
}

void rooms_free(struct core *c)
{
	struct rooms *rs = c->rooms;

	if (!rs)
		return;
	if (rs->syntax->drop)
		rs->syntax->drop(c);
	world_stop(c->world, &rs->sweep);
	room_walk_free(rs);
	for (struct map_node *node; (node = map_next(&rs->all, NULL));)
		room_free(holder_of(node, struct room, node));
	for (struct map_node *node; (node = map_drain(&rs->admins));)
		mem_free(holder_of(node, struct admin, node));
	room_here_free(rs);
	room_list_free(rs);
	map_free(&rs->all);
	map_free(&rs->admins);
	mem_free((void *)rs->service.domain.p);
	mem_free(rs);
	c->rooms = NULL;
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

struct core *room_core(const struct room *r) { return r->core; }
struct room *room_at(const struct core *c, struct jid bare)
{
	return c->rooms ? room_find(c->rooms, jid_bare(bare)) : NULL;
}
struct jid room_jid(const struct room *r) { return r->jid; }
bool room_exists(const struct room *r) { return r->exists; }
bool room_is_locked(const struct room *r) { return r->locked; }
int64_t room_archive(const struct room *r) { return r->id; }
const struct room_config *room_config(const struct room *r) { return &r->config; }
struct str room_subject(const struct room *r) { return r->subject.p ? r->subject : STR(""); }
unsigned room_occupants(const struct room *r) { return r->occupants_n; }

struct occupant *room_next(const struct room *r, const struct occupant *after)
{
	const struct list *next = after ? after->here.next : r->occupants.next;

	return next == &r->occupants ? NULL : holder_of(next, struct occupant, here);
}

struct seat *room_seat(const struct room *r, struct jid real_full)
{
	return map_find(&r->seats, jid_full(real_full), struct seat, node);
}

struct occupant *room_named(const struct room *r, struct str nick)
{
	return map_find(&r->nicknames, nick, struct occupant, node);
}

struct room_person room_person(const struct room *r, struct jid who)
{
	struct str bare = jid_bare(who);
	const struct person *p = room_person_find(r, bare), *domain;
	struct room_person none = {
		.jid = bare, .nick = STR(""), .reason = STR(""), .hats = STR(""), .affiliation = AFFILIATION_NONE
	};
	struct room_person ret = p ? p->person : none;

	if (r->exists && room_by_admin(r, who))
		ret.affiliation = AFFILIATION_OWNER;
	domain = ret.affiliation == AFFILIATION_NONE && who.local ? room_person_find(r, jid_domain(who)) : NULL;
	if (domain && domain->person.affiliation == AFFILIATION_OUTCAST)
		ret.affiliation = AFFILIATION_OUTCAST;
	return ret;
}

struct room_standing room_standing(const struct room *r, struct jid real)
{
	struct room_standing ret = { room_person(r, real).affiliation, ROLE_NONE };
	const struct seat *s = real.resource ? room_seat(r, real) : NULL;

	if (s)
		return s->occupant->standing;
	for (struct occupant *o = room_next(r, NULL); o && !real.resource; o = room_next(r, o))
		if (jid_same_bare(o->jid, real))
			return o->standing;
	return ret;
}

int room_may_read(const struct room *r, struct jid real)
{
	struct room_standing by = room_standing(r, real);

	if (!r->exists)
		return ROOM_ABSENT;
	if (by.affiliation == AFFILIATION_OUTCAST)
		return ROOM_BANNED;
	if (by.role != ROLE_NONE || by.affiliation >= AFFILIATION_MEMBER)
		return 0;
	if (r->locked)
		return ROOM_LOCKED;
	if (r->config.members_only)
		return ROOM_MEMBERS_ONLY;
	return r->config.password.n ? ROOM_PASSWORD_WRONG : 0;
}
