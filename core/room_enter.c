/* SPDX-License-Identifier: Apache-2.0
 *
 * core/room_enter.c - entering, leaving, and what occupants show of themselves (XEP-0045, 7.2, 7.6, 7.7, 7.14).
 */
#include <assert.h>

#include "base/crypt.h"
#include "core/room_inside.h"

/* ---- what is shown of an occupant ------------------------------------------------------------------------------- */

bool occupant_sees(const struct occupant *o)
{
	return room_may(&o->room->config, o->standing, ROOM_VERB_SEE_ADDRESSES);
}

static struct str shown_payload(const struct occupant *o)
{
	const struct seat *s = occupant_seat(o);

	return s && s->presence ? s->presence->payload : STR("");
}

/* Both ways to say the same: without and with the real address. Where everybody sees addresses that is one stanza. */
static void say_both(const struct occupant *o, enum stanza_type type, struct str payload, struct room_says says,
		     struct stanza *ret[2])
{
	const struct seat *s = occupant_seat(o);

	ret[0] = NULL;
	if (o->room->config.anonymous)
		ret[0] = occupant_presence(o, type, payload, &says);
	says.jid = s ? s->jid : o->jid;
	ret[1] = occupant_presence(o, type, payload, &says);
	if (!ret[0])
		ret[0] = stanza_ref(ret[1]);
}

static void shown_make(struct occupant *o)
{
	struct stanza *was[2] = { o->shown[0], o->shown[1] };

	say_both(o, PRESENCE_AVAILABLE, shown_payload(o), (struct room_says){ .standing = o->standing }, o->shown);
	stanza_unref(was[0]);
	stanza_unref(was[1]);
}

/* To its own seats: the same with 110, and what else they must know. */
static struct stanza *own_presence(const struct occupant *o, enum stanza_type type, struct str payload,
				   struct room_says says, unsigned extra)
{
	unsigned n = 0;

	while (says.codes[n])
		n++;
	says.codes[n++] = 110;
	if (extra)
		says.codes[n] = extra;
	says.jid = occupant_seat(o) ? occupant_seat(o)->jid : o->jid;
	return occupant_presence(o, type, payload, &says);
}

static void own_seats_tell(const struct occupant *o, struct stanza *st, const struct seat *but)
{
	list_each(s, &o->seats, struct seat, here)
		if (s != but)
			out_seat(o->room, s, stanza_ref(st));
	stanza_unref(st);
}

void occupant_show(struct occupant *o, struct str reason, struct str actor)
{
	struct room *r = o->room;
	struct room_says says = { .standing = o->standing, .reason = reason, .actor = actor };
	struct stanza *both[2];

	shown_make(o);
	if (reason.n || actor.n) {
		say_both(o, PRESENCE_AVAILABLE, shown_payload(o), says, both);
	} else {
		both[0] = stanza_ref(o->shown[0]);
		both[1] = stanza_ref(o->shown[1]);
	}
	out_all(r, both[0], both[1], o->number);
	own_seats_tell(o, own_presence(o, PRESENCE_AVAILABLE, shown_payload(o), says, 0), NULL);
}

/* ---- occupants and seats ---------------------------------------------------------------------------------------- */

static void id_make(struct occupant *o)
{
	uint8_t mac[HASH_BYTES_MAX];
	own_buf hex = { 0 };

	hash_hmac(HASH_SHA256, str_bytes(o->room->secret, sizeof o->room->secret), jid_bare(o->jid), mac);
	hex_write(&hex, str_bytes(mac, 20));
	memcpy(o->id, buf_z(&hex), hex.n + 1);
}

static void place_set(struct occupant *o, struct str nick)
{
	struct room *r = o->room;
	struct str room = jid_bare(r->jid);
	char *at = mem_raw(room.n + 1 + nick.n + 1);

	memcpy(at, room.p, room.n);
	at[room.n] = '/';
	memcpy(at + room.n + 1, nick.p, nick.n);
	if (o->at.p) {
		map_remove(&r->nicknames, &o->node);
		mem_free((void *)o->at.p);
	}
	o->at = r->jid;
	o->at.p = at;
	o->at.resource = (uint16_t)nick.n;
	o->nick = str_n(at + room.n + 1, nick.n);
	map_add(&r->nicknames, &o->node, o->nick);
}

void occupant_hats_set(struct occupant *o, struct str hats)
{
	own_buf xml = { 0 };

	room_xml_hats(&xml, hats);
	mem_free((void *)o->hats.p);
	o->hats = str_n(str_dup(buf_all(&xml)), xml.n);
}

/* Voice that was given or taken is remembered (5.1): else who may not speak would only have to come again. */
struct voice {
	struct list here; /* room->voices */
	struct room_standing standing;
	char id[sizeof((struct occupant *)0)->id];
};

enum { VOICES_MAX = 1000 };

static void voice_free(struct room *r, struct voice *v)
{
	list_remove(&v->here);
	r->voices_n--;
	mem_free(v);
}

void room_voices_drop(struct room *r)
{
	for (struct voice *v; (v = list_first(&r->voices, struct voice, here));)
		voice_free(r, v);
}

static struct voice *voice_find(const struct occupant *o)
{
	list_each(v, &o->room->voices, struct voice, here)
		if (str_is(str_z(v->id), o->id))
			return v;
	return NULL;
}

static bool is_voice(enum role role) { return role == ROLE_VISITOR || role == ROLE_PARTICIPANT; }

static void voice_keep(const struct occupant *o)
{
	struct room *r = o->room;
	struct voice *v = voice_find(o);

	if (v)
		voice_free(r, v);
	if (!is_voice(o->standing.role) || o->standing.role == room_role_on_entry(&r->config, o->standing.affiliation))
		return;
	if (r->voices_n == VOICES_MAX)
		voice_free(r, list_first(&r->voices, struct voice, here));
	v = mem_new(struct voice);
	v->standing = o->standing;
	memcpy(v->id, o->id, sizeof v->id);
	list_append(&r->voices, &v->here);
	r->voices_n++;
}

static void voice_recall(struct occupant *o)
{
	const struct voice *v = voice_find(o);

	if (v && v->standing.affiliation == o->standing.affiliation && is_voice(o->standing.role))
		o->standing.role = v->standing.role;
}

static struct occupant *occupant_new(struct room *r, struct jid real, struct str nick)
{
	struct occupant *o = mem_new(struct occupant);
	struct room_person p = room_person(r, real);

	o->room = r;
	o->number = room_number(r->rooms);
	list_init(&o->seats);
	o->jid = jid_to_bare(real);
	o->jid.p = str_dup(jid_bare(real));
	o->standing.affiliation = p.affiliation;
	o->standing.role = room_role_on_entry(&r->config, p.affiliation);
	o->spoke = INT64_MIN / 2;
	id_make(o);
	room_spoke_recall(o);
	voice_recall(o);
	place_set(o, nick);
	occupant_hats_set(o, p.hats);
	list_append(&r->occupants, &o->here);
	r->occupants_n++;
	room_list_changed(r);
	return o;
}

static void occupant_free(struct occupant *o)
{
	struct room *r = o->room;

	assert(list_empty(&o->seats));
	room_spoke_keep(o);
	voice_keep(o);
	map_remove(&r->nicknames, &o->node);
	list_remove(&o->here);
	r->occupants_n--;
	stanza_unref(o->shown[0]);
	stanza_unref(o->shown[1]);
	mem_free((void *)o->at.p);
	mem_free((void *)o->jid.p);
	mem_free((void *)o->hats.p);
	mem_free(o);
	room_list_changed(r);
}

/* The one that came last speaks for them all. */
static struct seat *seat_new(struct occupant *o, struct jid real, unsigned core)
{
	struct room *r = o->room;
	struct seat *s = mem_new(struct seat);

	s->occupant = o;
	s->core = core;
	s->number = room_number(r->rooms);
	s->jid = real;
	s->jid.p = str_dup(jid_full(real));
	list_prepend(&o->seats, &s->here);
	map_add(&r->seats, &s->node, jid_full(s->jid));
	return s;
}

static void seat_presence(struct seat *s, struct stanza *presence)
{
	stanza_unref(s->presence);
	s->presence = presence ? stanza_ref(presence) : NULL;
}

static void seat_free(struct seat *s)
{
	map_remove(&s->occupant->room->seats, &s->node);
	list_remove(&s->here);
	stanza_unref(s->presence);
	mem_free((void *)s->jid.p);
	mem_free(s);
}

/* ---- entering --------------------------------------------------------------------------------------------------- */

bool room_nick_is_free(const struct room *r, struct str nick, struct jid who)
{
	const struct occupant *o = room_named(r, nick);
	const struct map_node *registered = map_get(&r->nicks, nick);

	if (o && !jid_same_bare(o->jid, who))
		return false;
	return !registered || str_eq(holder_of(registered, struct person, nick_node)->person.jid, jid_bare(who));
}

/* What stands against it; 0: nothing. */
static int objection(const struct room *r, const struct room_entry *e)
{
	struct room_person p = room_person(r, e->from);
	struct room_standing standing = { p.affiliation, room_role_on_entry(&r->config, p.affiliation) };
	const struct seat *here = room_seat(r, e->from);

	if (!e->nick.n || e->nick.n > ROOM_NICK_BYTES_MAX)
		return ROOM_BAD;
	if (here)
		return room_nick_is_free(r, e->nick, e->from) ? 0 : ROOM_NICK_TAKEN;
	if (p.affiliation == AFFILIATION_OUTCAST)
		return ROOM_BANNED;
	if (r->locked && p.affiliation < AFFILIATION_OWNER)
		return ROOM_LOCKED;
	if (r->config.members_only && p.affiliation < AFFILIATION_MEMBER)
		return ROOM_MEMBERS_ONLY;
	if (r->config.password.n && !secret_eq(r->config.password, e->password.p ? e->password : STR("")))
		return ROOM_PASSWORD_WRONG;
	if (!room_nick_is_free(r, e->nick, e->from))
		return ROOM_NICK_TAKEN;
	if (r->occupants_n >= r->config.occupants_max && !room_may(&r->config, standing, ROOM_VERB_ENTER_FULL) &&
	    !room_named(r, e->nick))
		return ROOM_FULL;
	return r->occupants_n >= ROOM_OCCUPANTS_MAX || r->seats.n >= 2 * ROOM_OCCUPANTS_MAX ? ROOM_FULL : 0;
}

static void others_show(const struct seat *s)
{
	struct occupant *me = s->occupant;
	struct room *r = me->room;
	struct stanza **list = mem_raw((r->occupants_n + 1) * sizeof *list);
	bool sees = occupant_sees(me);
	size_t n = 0;

	for (struct occupant *o = room_next(r, NULL); o; o = room_next(r, o))
		if (o != me)
			list[n++] = stanza_ref(o->shown[sees]);
	out_many(r, s, list, n);
}

/* Everything that somebody who has just come must know, in this order (7.2.2). */
static void welcome(struct seat *s, const struct room_entry *e, bool made, bool renamed)
{
	struct occupant *o = s->occupant;
	struct room *r = o->room;
	struct room_says says = { .standing = o->standing };
	unsigned n = 0;

	if (!r->config.anonymous)
		says.codes[n++] = 100;
	if (r->config.archived)
		says.codes[n++] = 170;
	if (made)
		says.codes[n++] = 201;
	if (renamed)
		says.codes[n++] = 210;
	others_show(s);
	out_all(r, stanza_ref(o->shown[0]), stanza_ref(o->shown[1]), o->number);
	own_seats_tell(
		o,
		own_presence(o, PRESENCE_AVAILABLE, shown_payload(o), (struct room_says){ .standing = o->standing }, 0),
		s);
	out_seat(r, s, own_presence(o, PRESENCE_AVAILABLE, shown_payload(o), says, 0));
	out_history(r, s, e);
}

/* It has lost count, or lives on another core now. */
static void enter_again(struct seat *s, const struct room_entry *e)
{
	struct occupant *o = s->occupant;
	struct room *r = o->room;

	out_leave(r, s);
	s->core = r->sender.core;
	s->number = room_number(r->rooms);
	list_remove(&s->here);
	list_prepend(&o->seats, &s->here);
	seat_presence(s, e->presence);
	shown_make(o);
	out_enter(r, s, true);
	welcome(s, e, false, false);
}

void room_enter_made(struct room *r, const struct room_entry *e, unsigned core, bool made)
{
	struct occupant *o = room_named(r, e->nick);
	struct seat *s;

	if (!o)
		o = occupant_new(r, e->from, e->nick);
	s = seat_new(o, e->from, core);
	seat_presence(s, e->presence);
	shown_make(o);
	out_enter(r, s, true);
	welcome(s, e, made, false);
}

void room_enter(struct room *r, const struct room_entry *e, struct room_call *call)
{
	struct seat *s = room_seat(r, e->from);
	int verdict;

	if (r->failed) {
		room_call_end(call, ROOM_STORE);
		return;
	}
	if (!r->exists) {
		if (e->make)
			room_make(r, e, call);
		else
			room_call_end(call, ROOM_ABSENT);
		return;
	}
	verdict = objection(r, e);
	if (verdict) {
		room_call_end(call, verdict);
		return;
	}
	if (s && !str_eq(s->occupant->nick, e->nick) && !room_named(r, e->nick))
		room_rename(s, e->nick, e->presence, NULL);
	else if (s && !str_eq(s->occupant->nick, e->nick)) {
		room_leave(s, NULL);
		s = NULL;
	}
	if (s)
		enter_again(s, e);
	else
		room_enter_made(r, e, r->sender.core, false);
	out_call(r, call, 0);
}

/* ---- being there ------------------------------------------------------------------------------------------------ */

void room_show(struct seat *s, struct stanza *presence)
{
	struct occupant *o = s->occupant;

	seat_presence(s, presence);
	list_remove(&s->here);
	list_prepend(&o->seats, &s->here);
	occupant_show(o, STR_NONE, STR_NONE);
}

void room_rename(struct seat *s, struct str nick, struct stanza *presence, struct room_call *call)
{
	struct occupant *o = s->occupant;
	struct room *r = o->room;
	struct room_says says = { .standing = o->standing, .nick = nick, .codes = { 303 } };
	struct stanza *both[2], *own;

	if (!nick.n || nick.n > ROOM_NICK_BYTES_MAX) {
		room_call_end(call, ROOM_BAD);
		return;
	}
	if (!room_nick_is_free(r, nick, o->jid) || (room_named(r, nick) && room_named(r, nick) != o)) {
		room_call_end(call, ROOM_NICK_TAKEN);
		return;
	}
	if (presence)
		seat_presence(s, presence);
	if (!str_eq(nick, o->nick)) {
		say_both(o, PRESENCE_UNAVAILABLE, STR(""), says, both);
		own = own_presence(o, PRESENCE_UNAVAILABLE, STR(""), says, 0);
		out_all(r, both[0], both[1], o->number);
		own_seats_tell(o, own, NULL);
		place_set(o, nick);
	}
	occupant_show(o, STR_NONE, STR_NONE);
	out_call(r, call, 0);
}

/* A new moderator learns who they all are. */
void occupant_stand(struct occupant *o, struct room_standing now, struct str reason, struct str actor)
{
	bool saw = occupant_sees(o);

	o->standing = now;
	if (occupant_sees(o) != saw)
		list_each(s, &o->seats, struct seat, here) {
			out_enter(o->room, s, false);
			if (!saw)
				others_show(s);
		}
	occupant_show(o, reason, actor);
}

void room_sight_changed(struct room *r)
{
	for (struct occupant *o = room_next(r, NULL); o; o = room_next(r, o)) {
		shown_make(o);
		list_each(s, &o->seats, struct seat, here)
			out_enter(r, s, false);
	}
}

/* ---- leaving ---------------------------------------------------------------------------------------------------- */

static void seats_leave(struct occupant *o)
{
	struct seat *s;

	while ((s = occupant_seat(o))) {
		out_leave(o->room, s);
		seat_free(s);
	}
}

void occupant_remove(struct occupant *o, const struct room_says *says)
{
	struct room *r = o->room;
	struct stanza *both[2];

	if (!says->destroy.n) {
		say_both(o, PRESENCE_UNAVAILABLE, STR(""), *says, both);
		out_all(r, both[0], both[1], o->number);
	}
	own_seats_tell(o, own_presence(o, PRESENCE_UNAVAILABLE, STR(""), *says, 0), NULL);
	seats_leave(o);
	occupant_free(o);
}

void room_leave(struct seat *s, struct stanza *presence)
{
	struct occupant *o = s->occupant;
	struct room *r = o->room;
	struct room_says says = { .standing = { o->standing.affiliation, ROLE_NONE } };
	struct str payload = presence ? presence->payload : STR("");
	bool shown = occupant_seat(o) == s, last = o->seats.next == o->seats.prev;
	struct stanza *both[2];

	if (last) {
		say_both(o, PRESENCE_UNAVAILABLE, payload, says, both);
		out_all(r, both[0], both[1], o->number);
	}
	out_seat(r, s, own_presence(o, PRESENCE_UNAVAILABLE, payload, says, 0));
	out_leave(r, s);
	seat_free(s);
	if (last)
		occupant_free(o);
	else if (shown)
		occupant_show(o, STR_NONE, STR_NONE);
}

void room_kick_all(struct room *r, unsigned code, struct str destroy_xml)
{
	struct occupant *o;

	while ((o = room_next(r, NULL))) {
		struct room_says says = { .standing = { o->standing.affiliation, ROLE_NONE },
					  .destroy = destroy_xml,
					  .codes = { code } };

		if (destroy_xml.n)
			says.standing.affiliation = AFFILIATION_NONE;
		occupant_remove(o, &says);
	}
}
