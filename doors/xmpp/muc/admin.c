/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/admin.c - lists of affiliations and roles, and changing them (XEP-0045, 8.2 to 8.5, 9, 10.3 to 10.8).
 */
#include "doors/xmpp/muc/muc.h"

enum { ITEMS_MAX = 1000 }; /* of one request */

/* ---- lists ----------------------------------------------------------------------------------------------------- */

/* 17.4: the nickname, but not of outcasts; never the role. */
static void person_write(struct buf *to, const struct room_person *p)
{
	buf_fmt(to, "<item affiliation='%s'", affiliation_name(p->affiliation));
	xml_write_attr(to, "jid", p->jid);
	if (p->nick.n && p->affiliation != AFFILIATION_OUTCAST)
		xml_write_attr(to, "nick", p->nick);
	buf_byte(to, '>');
	muc_text(to, "reason", p->reason);
	buf_lit(to, "</item>");
}

static void people_write(const struct muc *m, enum affiliation a, struct buf *to)
{
	struct room_person p = { 0 };

	while (room_person_next(m->room, a, p.jid, &p))
		person_write(to, &p);
}

/* One of several seats stands for all: the attribute holds one full address. */
static void occupants_write(const struct muc *m, enum role role, struct buf *to)
{
	for (struct occupant *o = room_next(m->room, NULL); o; o = room_next(m->room, o)) {
		struct seat *s = list_first(&o->seats, struct seat, here);

		if (o->standing.role != role)
			continue;
		buf_fmt(to, "<item affiliation='%s' role='%s'", affiliation_name(o->standing.affiliation),
			role_name(role));
		xml_write_attr(to, "nick", o->nick);
		xml_write_attr(to, "jid", s ? jid_full(s->jid) : jid_bare(o->jid));
		buf_lit(to, "/>");
	}
}

static bool may(const struct muc *m, enum room_verb verb)
{
	return room_may(room_config(m->room), room_standing(m->room, m->st->from), verb);
}

static void list_answer(struct muc *m, const struct buf *items)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" MUC_ADMIN "'>");
	buf_str(&b, buf_all(items));
	buf_lit(&b, "</query>");
	muc_result(m, buf_all(&b));
}

static void list_people(struct muc *m, enum affiliation a)
{
	static const enum room_verb verbs[AFFILIATIONS] = {
		[AFFILIATION_OUTCAST] = ROOM_VERB_LIST_OUTCASTS, [AFFILIATION_NONE] = ROOM_VERB_LIST_OUTCASTS,
		[AFFILIATION_MEMBER] = ROOM_VERB_LIST_MEMBERS, [AFFILIATION_ADMIN] = ROOM_VERB_LIST_ADMINS,
		[AFFILIATION_OWNER] = ROOM_VERB_LIST_ADMINS,
	};
	own_buf items = { 0 };

	if (!may(m, verbs[a])) {
		muc_refuse(m, ROOM_FORBIDDEN);
		return;
	}
	if (a != AFFILIATION_NONE) /* 5.2: there is no list of those without any */
		people_write(m, a, &items);
	list_answer(m, &items);
}

static void list_occupants(struct muc *m, enum role role)
{
	own_buf items = { 0 };

	if (!may(m, ROOM_VERB_LIST_ROLES)) {
		muc_refuse(m, ROOM_FORBIDDEN);
		return;
	}
	if (role != ROLE_NONE)
		occupants_write(m, role, &items);
	list_answer(m, &items);
}

void muc_admin_get(struct muc *m)
{
	const struct xml *item = xml_child(m->child, "item", MUC_ADMIN);
	struct str affiliation = item ? xml_attr(item, "affiliation") : STR_NONE,
		   role = item ? xml_attr(item, "role") : STR_NONE;
	enum affiliation a;
	enum role r;

	if (!item || xml_sibling(item, "item", MUC_ADMIN) || (affiliation.p && role.p))
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "Ask for one affiliation or one role.");
	else if (affiliation.p && affiliation_parse(&a, affiliation))
		list_people(m, a);
	else if (!affiliation.p && role_parse(&r, role))
		list_occupants(m, r);
	else
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "There is no such affiliation or role.");
}

/* ---- changes --------------------------------------------------------------------------------------------------- */

struct changes {
	struct room_affiliate *people;
	struct room_role *roles;
	size_t people_n, roles_n;
};

/* Verdicts of reading, beside those of the room. */
enum { READ_BAD = -1, READ_NO_ADDRESS = -2 };

/* By address; by nickname where the address is hidden. */
static int who_read(const struct muc *m, const struct xml *item, struct room_affiliate *ret)
{
	struct str nick = xml_attr(item, "nick");
	struct occupant *o;
	int r = muc_jid(item, "jid", &ret->who, m->arena);

	if (r < 0)
		return READ_NO_ADDRESS;
	if (r) {
		ret->who = jid_to_bare(ret->who);
		ret->nick = nick;
		/* As it stands in addresses: else nobody could ever enter under it. */
		return nick.n && !jid_resource_prepare(&ret->nick, nick, m->arena) ? READ_BAD : 0;
	}
	if (!nick.n)
		return READ_BAD;
	o = room_named(m->room, nick);
	if (!o)
		return ROOM_NO_OCCUPANT;
	ret->who = o->jid;
	return 0;
}

static int person_read(const struct muc *m, const struct xml *item, struct changes *c)
{
	struct room_affiliate *a = &c->people[c->people_n];

	*a = (struct room_affiliate){ 0 };
	if (!affiliation_parse(&a->affiliation, xml_attr(item, "affiliation")))
		return READ_BAD;
	a->reason = str_trim(xml_child_text(item, "reason", MUC_ADMIN, m->arena));
	c->people_n++;
	return who_read(m, item, a);
}

/* By nickname; some clients name the address all the same. */
static struct occupant *whom_read(const struct muc *m, const struct xml *item)
{
	struct str nick = xml_attr(item, "nick");
	struct jid jid;
	struct seat *s;

	if (nick.n)
		return room_named(m->room, nick);
	s = muc_jid(item, "jid", &jid, m->arena) > 0 ? room_seat(m->room, jid) : NULL;
	return s ? s->occupant : NULL;
}

static int role_read(const struct muc *m, const struct xml *item, struct changes *c)
{
	struct room_role *r = &c->roles[c->roles_n];

	*r = (struct room_role){ 0 };
	if (!role_parse(&r->role, xml_attr(item, "role")) || (!xml_attr(item, "nick").n && !xml_attr(item, "jid").n))
		return READ_BAD;
	r->reason = str_trim(xml_child_text(item, "reason", MUC_ADMIN, m->arena));
	r->whom = whom_read(m, item);
	c->roles_n++;
	return r->whom ? 0 : ROOM_NO_OCCUPANT;
}

/* 17.4: an item changes one or the other. All items of a request change the same, so that all or none of it happens. */
static int changes_read(const struct muc *m, struct changes *c)
{
	size_t n = 0;
	int r = 0;

	c->people = arena_get(m->arena, ITEMS_MAX * sizeof(*c->people));
	c->roles = arena_get(m->arena, ITEMS_MAX * sizeof(*c->roles));
	for (const struct xml *i = xml_child(m->child, "item", MUC_ADMIN); i && !r;
	     i = xml_sibling(i, "item", MUC_ADMIN)) {
		bool affiliation = xml_attr(i, "affiliation").p != NULL, role = xml_attr(i, "role").p != NULL;

		if (n++ == ITEMS_MAX)
			return ROOM_TOO_MANY;
		r = affiliation == role ? READ_BAD : role ? role_read(m, i, c) : person_read(m, i, c);
	}
	return r ? r : !n || (c->people_n && c->roles_n) ? READ_BAD : 0;
}

/* ---- who may not, and why -------------------------------------------------------------------------------------- */

static bool is_self(const struct muc *m, const struct room_affiliate *a)
{
	return str_eq(jid_bare(a->who), jid_bare(m->st->from));
}

/* Whether owners remain. */
static bool owners_stay(const struct muc *m, const struct changes *c)
{
	struct room_person p = { 0 };

	for (size_t i = 0; i < c->people_n; i++)
		if (c->people[i].affiliation == AFFILIATION_OWNER)
			return true;
	while (room_person_next(m->room, AFFILIATION_OWNER, p.jid, &p)) {
		bool stays = true;

		for (size_t i = 0; i < c->people_n; i++)
			stays &= !str_eq(p.jid, jid_bare(c->people[i].who));
		if (stays)
			return true;
	}
	return false;
}

/* The conditions that XEP-0045 names for what may not be: banning oneself (9.1), the last owner (10.4); who has no
 * rights at all (9), or reaches for those of owners (10.5, 10.8); somebody of higher standing (9.1). 0: nothing stands
 * against it that has a name of its own. */
static enum stanza_error_condition people_objection(const struct muc *m, const struct changes *c)
{
	enum affiliation by = room_standing(m->room, m->st->from).affiliation;

	if (by < AFFILIATION_ADMIN)
		return STANZA_ERROR_FORBIDDEN;
	for (size_t i = 0; i < c->people_n; i++)
		if (c->people[i].affiliation == AFFILIATION_OUTCAST && is_self(m, &c->people[i]))
			return STANZA_ERROR_CONFLICT;
	if (by == AFFILIATION_OWNER)
		return owners_stay(m, c) ? 0 : STANZA_ERROR_CONFLICT;
	for (size_t i = 0; i < c->people_n; i++) {
		enum affiliation from = room_standing(m->room, c->people[i].who).affiliation,
				 to = c->people[i].affiliation;

		if (to == AFFILIATION_OUTCAST && from >= AFFILIATION_ADMIN)
			return STANZA_ERROR_NOT_ALLOWED;
		if (from >= AFFILIATION_ADMIN || to >= AFFILIATION_ADMIN)
			return STANZA_ERROR_FORBIDDEN;
	}
	return 0;
}

/* 8, 9.6, 9.7: only moderators; of moderators only admins make and unmake them. Higher standing is the room's to see.
 */
static enum stanza_error_condition roles_objection(const struct muc *m, const struct changes *c)
{
	struct room_standing by = room_standing(m->room, m->st->from);

	if (by.role < ROLE_MODERATOR)
		return STANZA_ERROR_FORBIDDEN;
	for (size_t i = 0; i < c->roles_n && by.affiliation < AFFILIATION_ADMIN; i++)
		if (c->roles[i].role == ROLE_MODERATOR ||
		    (c->roles[i].role == ROLE_PARTICIPANT && c->roles[i].whom->standing.role == ROLE_MODERATOR))
			return STANZA_ERROR_FORBIDDEN;
	return 0;
}

static const char *objection_text(enum stanza_error_condition condition)
{
	return condition == STANZA_ERROR_CONFLICT      ? "Nobody bans himself, and a room has an owner." :
	       condition == STANZA_ERROR_NOT_ALLOWED   ? "Their standing in this room is too high for that." :
							 "You may not do this in this room.";
}

static void changes_apply(struct muc *m, const struct changes *c)
{
	enum stanza_error_condition why = c->people_n ? people_objection(m, c) : roles_objection(m, c);
	struct seat *s = muc_seat(m);

	if (why)
		muc_error(m, why, objection_text(why));
	else if (c->people_n)
		room_affiliate(m->room, m->st->from, c->people, c->people_n, &muc_call(m, NULL)->call);
	else if (!s)
		muc_refuse(m, ROOM_NOT_HERE);
	else
		room_roles(m->room, s, c->roles, c->roles_n, &muc_call(m, NULL)->call);
}

void muc_admin_set(struct muc *m)
{
	struct changes c = { 0 };
	int r = changes_read(m, &c);

	if (r == READ_BAD)
		muc_error(m, STANZA_ERROR_BAD_REQUEST,
			  "Each item names somebody and an affiliation or a role, all of them the same kind.");
	else if (r == READ_NO_ADDRESS)
		muc_error(m, STANZA_ERROR_JID_MALFORMED, "This is no address.");
	else if (r)
		muc_refuse(m, r);
	else
		changes_apply(m, &c);
}
