/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/muc.c - a stanza comes in; what the door keeps for rooms once per core; and small things that several
 * files here need.
 */
#include "doors/xmpp/muc/muc.h"

#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/rooms.h"

#define DOOR "muc"

/* ---- per core -------------------------------------------------------------------------------------------------- */

struct muc_home {
	struct list asked;
};

static void home_drop(void *arg)
{
	struct muc_home *h = arg;

	list_each(a, &h->asked, struct muc_asked, here)
		muc_asked_free(a);
	mem_free(h);
}

struct muc_asked *muc_asked(const struct muc *m, void (*done)(struct ask *a))
{
	struct muc_home *h = core_door_state(m->core, DOOR);
	struct muc_asked *a = mem_new(struct muc_asked);

	a->ask.done = done;
	a->what = (struct muc){ .core = m->core, .st = stanza_ref(m->st), .from = m->from };
	list_append(&h->asked, &a->here);
	return a;
}

void muc_asked_free(struct muc_asked *a)
{
	ask_cancel(&a->ask);
	list_remove(&a->here);
	stanza_unref(a->what.st);
	arena_free(&a->arena);
	mem_free(a);
}

/* ---- coming in ------------------------------------------------------------------------------------------------- */

/* The payload as a tree; everything was well-formed when it came in from outside. */
static const struct xml *payload_parse(const struct stanza *st, struct arena *arena)
{
	own_buf whole = { 0 };

	buf_room(&whole, st->payload.n + 16);
	buf_lit(&whole, "<stanza>");
	buf_str(&whole, st->payload);
	buf_lit(&whole, "</stanza>");
	return xml_parse(arena, arena_str(arena, buf_all(&whole)), STR(NS_CLIENT_SCOPE), false);
}

static void come(struct core *c, struct room *r, struct stanza *st, struct service_sender from)
{
	static void (*const to_room[])(struct muc *m) = {
		[STANZA_MESSAGE] = muc_message, [STANZA_PRESENCE] = muc_presence, [STANZA_IQ] = muc_iq,
	};
	struct arena arena = { 0 };
	struct muc m = { .core = c, .room = r, .st = st, .from = from, .arena = &arena };

	m.x = payload_parse(st, &arena);
	if (!m.x)
		muc_error(&m, STANZA_ERROR_BAD_REQUEST, "This is not well-formed.");
	else if (r)
		to_room[st->name](&m);
	else if (st->name == STANZA_IQ)
		muc_service_iq(&m);
	else if (st->name == STANZA_MESSAGE)
		muc_error(&m, STANZA_ERROR_SERVICE_UNAVAILABLE, "Messages go to rooms.");
	arena_free(&arena);
}

static void take(struct room *r, struct stanza *st, struct service_sender from) { come(room_core(r), r, st, from); }

static void service(struct core *c, struct stanza *st, struct service_sender from) { come(c, NULL, st, from); }

void muc_begin(struct core *c)
{
	static const struct room_syntax syntax = { .take = take, .service = service };
	struct muc_home *h;

	if (!core_settings(c)->rooms_domain.n)
		return;
	h = mem_new(struct muc_home);
	list_init(&h->asked);
	core_door_register(c, DOOR, NULL, h, home_drop);
	rooms_begin(c, &syntax);
}

/* What the server sends in the name of an account (core/offer.h) comes from its bare address: any client of it that is in will do. */
static struct seat *any_seat(const struct muc *m)
{
	for (struct occupant *o = room_next(m->room, NULL); o; o = room_next(m->room, o))
		if (jid_same_bare(o->jid, m->st->from))
			return list_first(&o->seats, struct seat, here);
	return NULL;
}

struct seat *muc_seat(const struct muc *m)
{
	bool own = m->st->name == STANZA_MESSAGE && !m->st->from.resource && str_eq(jid_domain(m->st->from), core_domain(m->core));

	return own ? any_seat(m) : room_seat(m->room, m->st->from);
}

/* ---- what several need ----------------------------------------------------------------------------------------- */

void muc_text(struct buf *to, const char *element, struct str text)
{
	if (!text.n)
		return;
	buf_fmt(to, "<%s>", element);
	xml_escape(to, text);
	buf_fmt(to, "</%s>", element);
}

/* What only rooms say, or what is said to the room and to nobody else (XEP-0045, 17.3; XEP-0421, 5; XEP-0317). */
static bool is_rooms_own(const struct xml *c)
{
	static const struct {
		const char *name, *ns;
	} own[] = {
		{ "x", MUC },
		{ "x", MUC_USER },
		{ "occupant-id", OCCUPANT_ID },
		{ "hats", HATS },
		{ "addresses", "http://jabber.org/protocol/address" },
		{ "moderated", MODERATE },
		{ "retracted", RETRACT },
	};

	for (size_t i = 0; i < countof(own); i++)
		if (xml_is(c, own[i].name, own[i].ns))
			return true;
	return xml_is(c, "apply-to", FASTEN) && xml_child(c, "moderated", MODERATE_OLD);
}

void muc_payload(const struct muc *m, struct buf *to)
{
	for (const struct xml *c = m->x->children; c; c = c->next)
		if (!c->name.p || !is_rooms_own(c))
			xml_write(to, c, STR(NS_CLIENT_SCOPE));
}

struct stanza *muc_with_payload(const struct stanza *st, struct str payload)
{
	return stanza_make(&(struct stanza_init){
		.name = (enum stanza_name)st->name,
		.type = (enum stanza_type)st->type,
		.traits = st->traits,
		.stamp = st->stamp,
		.time = st->time,
		.from = st->from,
		.to = st->to,
		.id = st->id,
		.lang = st->lang,
		.origin_id = st->origin_id,
		.payload = payload,
	});
}

int muc_jid(const struct xml *x, const char *attr, struct jid *ret, struct arena *arena)
{
	struct str text = xml_attr(x, attr);

	*ret = (struct jid){ 0 };
	if (!text.n)
		return 0;
	return jid_parse(ret, text, arena) ? 1 : -1;
}

bool muc_flag(struct str text, bool *ret)
{
	*ret = str_is(text, "1") || str_is(text, "true");
	return *ret || str_is(text, "0") || str_is(text, "false");
}

const struct xml *muc_form(const struct xml *parent, const char *form_type, struct arena *arena)
{
	for (const struct xml *x = xml_child(parent, "x", DATA); x; x = xml_sibling(x, "x", DATA)) {
		struct str said = form_value(x, "FORM_TYPE", arena);
		if (!said.p || str_is(said, form_type))
			return x;
	}
	return NULL;
}
