/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_make.c - how rooms come to be and cease (XEP-0045, 10.1, 10.9): an account with its items. Who made a room
 * has an item of the space "rooms" with its name, so that it is known how many he has. That a lasting room was destroyed is remembered for a while,
 * so that who comes later learns where the others went (RFC 6120, 8.3.3.5).
 */
#include "base/crypt.h"
#include "core/room_inside.h"

static const struct str made_space = STR_INIT("rooms");

const struct str room_graves_space = STR_INIT("rooms:gone");

enum { GRAVE_DAYS = 30 };

struct making {
	struct change change;
	struct room_entry entry;
	unsigned core;	   /* of the session */
	int64_t maker, id; /* accounts; maker 0: none of ours */
	struct str config;
	uint8_t secret[32];
};

/* ---- what there was --------------------------------------------------------------------------------------------- */

static struct str grave_next(struct str *rest)
{
	size_t n = str_find(*rest, 0);
	struct str one = str_n(rest->p, n);

	*rest = str_from(*rest, n + 1);
	return one;
}

void room_grave_set(struct room *r, struct str text)
{
	struct str rest;
	uint64_t at = 0;

	mem_free(r->grave.text);
	memset(&r->grave, 0, sizeof r->grave);
	if (!text.n)
		return;
	r->grave.text = (char *)str_dup(text);
	rest = str_n(r->grave.text, text.n);
	str_u64(grave_next(&rest), &at);
	r->grave.at = (msec)at;
	r->grave.by = grave_next(&rest);
	r->grave.alternative = grave_next(&rest);
	r->grave.reason = grave_next(&rest);
}

/* When, by whom, where to, why; each ended by a zero byte. */
static void grave_write(struct buf *to, const struct room *r, struct jid by, struct jid alternative, struct str reason)
{
	struct str parts[] = { jid_bare(by), alternative.p ? jid_bare(alternative) : STR(""), reason };

	buf_u64(to, (uint64_t)core_now(r->core));
	buf_byte(to, 0);
	for (size_t i = 0; i < countof(parts); i++) {
		buf_str(to, parts[i]);
		buf_byte(to, 0);
	}
}

static bool is_remembered(msec at, msec now) { return now - at < (msec)GRAVE_DAYS * 24 * 60 * 60 * 1000; }

bool room_grave_is_old(struct str text, msec now)
{
	uint64_t at = 0;

	return !str_u64(grave_next(&text), &at) || !is_remembered((msec)at, now);
}

bool room_is_gone(const struct room *r, struct str *alternative, struct str *reason)
{
	*alternative = r->grave.alternative;
	*reason = r->grave.reason;
	return r->grave.text && !r->exists && is_remembered(r->grave.at, core_now(r->core));
}

/* ---- making ----------------------------------------------------------------------------------------------------- */

static struct room_person owner_of(const struct making *m)
{
	return (struct room_person){ .jid = jid_bare(m->entry.from),
				     .nick = STR(""),
				     .reason = STR(""),
				     .hats = STR(""),
				     .affiliation = AFFILIATION_OWNER };
}

static void items_write(struct making *m)
{
	struct change *c = &m->change;
	struct room_person owner = owner_of(m);
	own_buf config = { 0 }, person = { 0 };

	world_random(c->room->core->world, m->secret, sizeof m->secret);
	room_config_write(&config, &room_config_default, jid_bare(m->entry.from));
	room_person_write(&person, &owner);
	m->config = arena_str(&c->arena, buf_all(&config));
	change_set(c, m->id, room_space, STR("config"), m->config);
	change_set(c, m->id, room_space, STR("secret"), str_bytes(m->secret, sizeof m->secret));
	change_set(c, m->id, room_people_space, owner.jid, buf_all(&person));
	if (c->room->grave.text)
		change_set(c, 0, room_graves_space, str_z(c->room->name), STR_NONE);
	if (m->maker)
		change_set(c, m->maker, made_space, str_z(c->room->name), STR("1"));
}

/* The account was there: its making had been interrupted. */
static void account_found(struct store_request *q)
{
	struct making *m = q->arg;

	m->id = q->account.id;
	if (!q->answer)
		items_write(m);
	change_answered(&m->change, change_verdict(q->answer));
}

static void account_added(struct store_request *q)
{
	struct making *m = q->arg;

	if (q->answer == STORE_EXISTS) {
		struct store_request *get = change_ask(&m->change, STORE_ACCOUNT_GET, account_found);

		get->account.name = store_str(get, str_z(m->change.room->name));
		store_submit(get);
	} else if (!q->answer) {
		m->id = q->account.id;
		items_write(m);
	}
	change_answered(&m->change, q->answer == STORE_EXISTS ? 0 : change_verdict(q->answer));
}

static void account_add(struct making *m)
{
	struct store_request *q = change_ask(&m->change, STORE_ACCOUNT_ADD, account_added);

	q->account = (struct account){ .name = store_str(q, str_z(m->change.room->name)),
				       .flags = ACCOUNT_ROOM,
				       .seen_status = STR(""),
				       .created = core_now(m->change.room->core) };
	store_submit(q);
}

static void made_counted(struct store_request *q)
{
	struct making *m = q->arg;
	struct room *r = m->change.room;
	bool full = !q->answer && r->core->settings.rooms_max && q->n >= r->core->settings.rooms_max &&
		    !room_by_admin(r, m->entry.from);

	if (!q->answer && !full)
		account_add(m);
	change_answered(&m->change, full ? ROOM_TOO_MANY : change_verdict(q->answer));
}

static void maker_found(struct store_request *q)
{
	struct making *m = q->arg;
	struct store_request *list;

	if (!q->answer) {
		m->maker = q->account.id;
		list = change_ask(&m->change, STORE_ITEM_LIST, made_counted);
		list->owner = m->maker;
		list->space = made_space;
		store_submit(list);
	}
	change_answered(&m->change, q->answer == STORE_NOT_FOUND ? ROOM_NOT_ALLOWED : change_verdict(q->answer));
}

static int make_begin(struct change *c)
{
	struct making *m = (struct making *)c;
	const struct core_settings *s = &c->room->core->settings;
	struct store_request *q;
	struct str where, why;

	if (room_is_gone(c->room, &where, &why) && !str_eq(c->room->grave.by, jid_bare(m->entry.from)) && !room_by_admin(c->room, m->entry.from))
		return ROOM_GONE;
	if (c->room->exists)
		return ROOM_LOCKED; /* somebody was faster: what asked waits behind him and is asked anew by its client
				     */
	if ((s->rooms_admins_only || !core_is_local(c->room->core, m->entry.from)) &&
	    !room_by_admin(c->room, m->entry.from))
		return ROOM_NOT_ALLOWED;
	if (!m->entry.nick.n || m->entry.nick.n > ROOM_NICK_BYTES_MAX)
		return ROOM_BAD;
	if (!core_is_local(c->room->core, m->entry.from)) { /* the operator's service */
		account_add(m);
		return 0;
	}
	q = change_ask(c, STORE_ACCOUNT_GET, maker_found);
	q->account.name = store_str(q, jid_local(m->entry.from));
	store_submit(q);
	return 0;
}

static void make_apply(struct change *c)
{
	struct making *m = (struct making *)c;
	struct room *r = c->room;
	struct room_person owner = owner_of(m);

	r->id = m->id;
	room_config_set(r, m->config);
	memcpy(r->secret, m->secret, sizeof r->secret);
	room_person_set(r, &owner);
	r->exists = r->locked = true;
	room_grave_set(r, STR_NONE);
	room_enter_made(r, &m->entry, m->core, true);
	stanza_unref(m->entry.presence);
	m->entry.presence = NULL;
}

static void make_fail(struct change *c)
{
	struct making *m = (struct making *)c;

	if (m->id)
		c->room->id = m->id; /* what there is of it goes when it is not needed any more */
	stanza_unref(m->entry.presence);
}

void room_make(struct room *r, const struct room_entry *e, struct room_call *call)
{
	struct making *m = change_new(r, sizeof *m, call, e->from, make_begin, make_apply);

	m->change.fail = make_fail;
	m->core = r->sender.core;
	m->entry = *e;
	m->entry.from = m->change.by;
	m->entry.nick = arena_str(&m->change.arena, e->nick);
	m->entry.password = STR_NONE;
	m->entry.presence = e->presence ? stanza_ref(e->presence) : NULL;
	change_run(&m->change);
}

/* ---- unmaking --------------------------------------------------------------------------------------------------- */

struct unmaking {
	struct change change;
	struct str destroy; /* XML for those who are here; absent: nobody is */
	struct str grave;   /* what is remembered of it; absent: nothing */
	bool moves;         /* there is another place */
};

static void rows_gone(struct store_request *q)
{
	change_answered(q->arg, q->answer == STORE_NOT_FOUND ? 0 : change_verdict(q->answer));
}

/* Its maker may have one more. He may be gone. */
static void maker_known(struct store_request *q)
{
	struct change *c = q->arg;
	struct store_request *set;

	if (!q->answer) {
		set = change_ask(c, STORE_ITEM_SET, rows_gone);
		set->owner = q->account.id;
		set->space = made_space;
		set->key = store_str(set, str_z(c->room->name));
		set->value = STR_NONE;
		store_submit(set);
	}
	change_answered(c, 0);
}

static void rows_remove(struct change *c)
{
	struct room *r = c->room;
	struct str maker = r->maker.p ? r->maker : STR("");
	struct store_request *q = change_ask(c, STORE_ACCOUNT_DELETE, rows_gone);

	q->account.id = r->id;
	store_submit(q);
	if (str_find(maker, '@') == maker.n)
		return;
	q = change_ask(c, STORE_ACCOUNT_GET, maker_known);
	q->account.name = store_str(q, str_n(maker.p, str_find(maker, '@')));
	store_submit(q);
}

static int unmake_begin(struct change *c)
{
	struct room *r = c->room;

	if (!r->id || r->occupants_n || (r->exists && r->config.persistent))
		return ROOM_ABSENT; /* somebody has come, or it stays */
	rows_remove(c);
	return 0;
}

static void unmake_apply(struct change *c)
{
	struct unmaking *u = (struct unmaking *)c;

	if (u->destroy.p)
		room_kick_all(c->room, 0, u->destroy);
	room_clear(c->room);
	room_grave_set(c->room, u->grave);
	room_list_changed(c->room);
}

static void unmake_fail(struct change *c) { c->room->stuck = true; }

void room_unmake(struct room *r)
{
	struct unmaking *u = change_new(r, sizeof *u, NULL, (struct jid){ 0 }, unmake_begin, unmake_apply);

	u->change.fail = unmake_fail;
	change_run(&u->change);
}

static int destroy_begin(struct change *c)
{
	struct unmaking *u = (struct unmaking *)c;
	struct room *r = c->room;

	if (!r->exists)
		return ROOM_ABSENT;
	if (!room_may(&r->config, room_standing(r, c->by), ROOM_VERB_DESTROY))
		return ROOM_FORBIDDEN;
	if (r->locked || !(r->config.persistent || u->moves))
		u->grave = STR_NONE; /* such rooms come and go */
	else
		change_set(c, 0, room_graves_space, str_z(r->name), u->grave);
	rows_remove(c);
	return 0;
}

static void destroy_write(struct buf *to, struct jid alternative, struct str reason)
{
	buf_lit(to, "<destroy");
	if (alternative.p)
		room_xml_attr(to, "jid", jid_bare(alternative));
	buf_byte(to, '>');
	if (reason.n) {
		buf_lit(to, "<reason>");
		room_xml_text(to, reason);
		buf_lit(to, "</reason>");
	}
	buf_lit(to, "</destroy>");
}

void room_destroy(struct room *r, struct jid by, struct jid alternative, struct str reason, struct room_call *call)
{
	own_buf xml = { 0 }, grave = { 0 };
	struct unmaking *u;

	if (reason.n > ROOM_TEXT_BYTES_MAX) { /* it is remembered */
		room_call_end(call, ROOM_BAD);
		return;
	}
	u = change_new(r, sizeof *u, call, by, destroy_begin, unmake_apply);
	destroy_write(&xml, alternative, reason);
	u->destroy = arena_str(&u->change.arena, buf_all(&xml));
	grave_write(&grave, r, by, alternative, reason.n ? reason : STR(""));
	u->grave = arena_str(&u->change.arena, buf_all(&grave));
	u->moves = alternative.p != NULL;
	change_run(&u->change);
}
