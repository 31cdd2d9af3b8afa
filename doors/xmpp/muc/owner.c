/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/owner.c - how a room shall be (XEP-0045, 10.1, 10.2), and its end (10.9). The fields are a table;
 * those of our own are described in docs/protocol-rooms.md.
 */
#include <stdlib.h>

#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/muc/muc.h"

enum kind { TEXT, LONG_TEXT, FLAG, NUMBER, WORD };

static const char *const yes_or_no_addresses[] = { "anyone", "moderators", NULL };
static const char *const who_whispers[] = {
	[ROOM_PM_ANYONE] = "anyone", [ROOM_PM_PARTICIPANTS] = "participants", [ROOM_PM_MODERATORS] = "moderators",
	[ROOM_PM_NONE] = "none", NULL
};
static const char *const crowds[] = { "10", "20", "50", "100", "200", "500", "1000", "2000", NULL };

#define FIELD(member) offsetof(struct room_config, member)

static const struct field {
	const char *var, *label;
	enum kind kind;
	size_t at;
	uint32_t least, most;     /* of a number; the bytes of a text */
	const char *const *words; /* to choose from; of a number: what is offered, with "none" for the most */
} fields[] = {
	{ "muc#roomconfig_roomname", "Name", TEXT, FIELD(title), 0, ROOM_TITLE_BYTES_MAX },
	{ "muc#roomconfig_roomdesc", "What it is about", TEXT, FIELD(description), 0, ROOM_TEXT_BYTES_MAX },
	{ "muc#roomconfig_lang", "Language", TEXT, FIELD(language), 0, 35 },
	{ "muc#roomconfig_persistentroom", "The room stays when everybody has left", FLAG, FIELD(persistent) },
	{ "muc#roomconfig_publicroom", "Everybody can find the room", FLAG, FIELD(listed) },
	{ "muc#roomconfig_membersonly", "Only members may enter", FLAG, FIELD(members_only) },
	{ "muc#roomconfig_allowinvites", "Members may invite others", FLAG, FIELD(members_invite) },
	{ "muc#roomconfig_moderatedroom", "Only who has voice may speak", FLAG, FIELD(moderated) },
	{ "{" ROOMS_OWN "}voice_requests", "Visitors may ask for voice", FLAG, FIELD(voice_requests) },
	{ "muc#roomconfig_changesubject", "Everybody who may speak may change the subject", FLAG, FIELD(subject_by_all) },
	{ "muc#roomconfig_whois", "Who sees real addresses", WORD, FIELD(anonymous), .words = yes_or_no_addresses },
	{ "muc#roomconfig_allowpm", "Who may send private messages", WORD, FIELD(pm), .words = who_whispers },
	{ "muc#roomconfig_maxusers", "How many may be in the room", NUMBER, FIELD(occupants_max), 1, ROOM_OCCUPANTS_MAX, crowds },
	{ "muc#roomconfig_enablelogging", "Messages are kept and can be read later", FLAG, FIELD(archived) },
	{ "muc#maxhistoryfetch", "Messages shown to who enters", NUMBER, FIELD(history), 0, ROOM_HISTORY_MAX },
	{ "{" ROOMS_OWN "}keep_days", "Days after which messages go; 0: as everywhere on this server", NUMBER, FIELD(keep_days), 0, 36500 },
	{ "{" ROOMS_OWN "}slow_mode", "Seconds between two messages of one person; 0: no matter", NUMBER, FIELD(slow_s), 0, 86400 },
};

#define PROTECTED "muc#roomconfig_passwordprotectedroom"
#define SECRET "muc#roomconfig_roomsecret"
#define ADMINS "muc#roomconfig_roomadmins"
#define OWNERS "muc#roomconfig_roomowners"

/* ---- showing --------------------------------------------------------------------------------------------------- */

static uint64_t field_get(const struct room_config *c, const struct field *f)
{
	const char *at = (const char *)c + f->at;

	return f->kind == NUMBER ? *(const uint32_t *)(const void *)at : *(const uint8_t *)at;
}

static void options_write(struct buf *to, const struct field *f)
{
	for (size_t i = 0; f->words && f->words[i]; i++)
		buf_fmt(to, "<option label='%s'><value>%s</value></option>", f->words[i], f->words[i]);
	if (f->kind == NUMBER && f->words)
		buf_lit(to, "<option label='none'><value>none</value></option>");
}

static void field_write(struct buf *to, const struct room_config *c, const struct field *f)
{
	static const char *const types[] = { [TEXT] = "text-single",
					     [LONG_TEXT] = "text-multi",
					     [FLAG] = "boolean",
					     [NUMBER] = "text-single",
					     [WORD] = "list-single" };

	buf_fmt(to, "<field var='%s' type='%s' label='%s'>", f->var, f->words ? "list-single" : types[f->kind], f->label);
	options_write(to, f);
	buf_lit(to, "<value>");
	if (f->kind == TEXT)
		xml_escape(to, *(const struct str *)(const void *)((const char *)c + f->at));
	else if (f->kind == WORD)
		buf_str(to, str_z(f->words[field_get(c, f)]));
	else if (f->words && field_get(c, f) == f->most)
		buf_lit(to, "none");
	else
		buf_u64(to, field_get(c, f));
	buf_lit(to, "</value></field>");
}

static void people_write(struct buf *to, const struct muc *m, const char *var, const char *label, enum affiliation a)
{
	struct room_person p = { 0 };

	buf_fmt(to, "<field var='%s' type='jid-multi' label='%s'>", var, label);
	while (room_person_next(m->room, a, p.jid, &p))
		muc_text(to, "value", p.jid);
	buf_lit(to, "</field>");
}

static void form_write(struct buf *to, const struct muc *m)
{
	const struct room_config *c = room_config(m->room);

	buf_lit(to, "<x xmlns='" DATA "' type='form'><title>");
	xml_escape(to, jid_bare(room_jid(m->room)));
	buf_lit(to, "</title><instructions>How this room shall be.</instructions>");
	form_field(to, "FORM_TYPE", "hidden", STR(MUC_ROOMCONFIG));
	for (size_t i = 0; i < countof(fields); i++)
		field_write(to, c, &fields[i]);
	buf_fmt(to, "<field var='" PROTECTED "' type='boolean' label='A password is needed to enter'><value>%d</value></field>", c->password.n > 0);
	buf_lit(to, "<field var='" SECRET "' type='text-private' label='Password'><value>");
	xml_escape(to, c->password);
	buf_lit(to, "</value></field>");
	people_write(to, m, ADMINS, "Admins", AFFILIATION_ADMIN);
	people_write(to, m, OWNERS, "Owners", AFFILIATION_OWNER);
	buf_lit(to, "</x>");
}

static bool may(const struct muc *m, enum room_verb verb)
{
	return room_may(room_config(m->room), room_standing(m->room, m->st->from), verb);
}

void muc_owner_get(struct muc *m)
{
	own_buf b = { 0 };

	if (!may(m, ROOM_VERB_CONFIGURE)) {
		muc_refuse(m, ROOM_FORBIDDEN);
		return;
	}
	buf_lit(&b, "<query xmlns='" MUC_OWNER "'>");
	form_write(&b, m);
	buf_lit(&b, "</query>");
	muc_result(m, buf_all(&b));
}

/* ---- changing -------------------------------------------------------------------------------------------------- */

static bool number_read(const struct field *f, struct str text, struct room_config *c)
{
	uint64_t n;

	if (f->words && (str_is(text, "none") || !text.n))
		n = f->most;
	else if (!str_u64(text, &n) || n < f->least)
		return false;
	*(uint32_t *)(void *)((char *)c + f->at) = n > f->most ? f->most : (uint32_t)n;
	return true;
}

static bool word_read(const struct field *f, struct str text, struct room_config *c)
{
	for (uint8_t i = 0; f->words[i]; i++)
		if (str_is(text, f->words[i])) {
			*((uint8_t *)c + f->at) = i;
			return true;
		}
	return false;
}

static bool value_read(const struct field *f, struct str text, struct room_config *c)
{
	bool flag;

	switch (f->kind) {
	case NUMBER: return number_read(f, text, c);
	case WORD: return word_read(f, text, c);
	case FLAG:
		if (!muc_flag(text, &flag))
			return false;
		*((bool *)c + f->at) = flag;
		return true;
	default:
		if (text.n > f->most)
			return false;
		*(struct str *)(void *)((char *)c + f->at) = text;
		return true;
	}
}

/* A form is filled in anew as a whole, or in part: what it does not name stays. */
static bool config_read(const struct muc *m, const struct xml *form, struct room_config *c)
{
	struct str secret = form_value(form, SECRET, m->arena), asked = form_value(form, PROTECTED, m->arena);
	bool protected;

	for (size_t i = 0; i < countof(fields); i++) {
		struct str text = form_value(form, fields[i].var, m->arena);
		if (text.p && !value_read(&fields[i], text, c))
			return false;
	}
	if (secret.p)
		c->password = secret;
	if (!asked.p)
		return true;
	if (!muc_flag(asked, &protected))
		return false;
	if (!protected)
		c->password = STR("");
	return !protected || c->password.n; /* 10.1.3: a protected room without a password */
}

/* ---- who else is owner or admin: these lists are whole --------------------------------------------------------- */

struct people {
	struct room_affiliate *items;
	size_t n, room;
	bool good;
};

static void people_add(struct people *p, struct jid who, enum affiliation a)
{
	if (p->n == p->room)
		p->good = false;
	else
		p->items[p->n++] = (struct room_affiliate){ .who = who, .affiliation = a };
}

static int by_address(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The list may be as long as a stanza, and so may that of those who are there. */
static void list_read(const struct muc *m, const struct xml *field, enum affiliation a, struct people *ret)
{
	struct room_person p = { 0 };
	struct str *named;
	struct jid jid;
	size_t n = 0;

	for (const struct xml *v = xml_child(field, "value", DATA); v; v = xml_sibling(v, "value", DATA))
		n++;
	named = arena_get(m->arena, (n + 1) * sizeof(*named));
	n = 0;
	for (const struct xml *v = xml_child(field, "value", DATA); v; v = xml_sibling(v, "value", DATA)) {
		struct str text = str_trim(xml_text(v, m->arena));

		if (!text.n)
			continue;
		if (!jid_parse(&jid, text, m->arena)) {
			ret->good = false;
			return;
		}
		named[n++] = jid_bare(jid);
		if (room_person(m->room, jid_to_bare(jid)).affiliation != a)
			people_add(ret, jid_to_bare(jid), a);
	}
	qsort(named, n, sizeof(*named), by_address);
	while (ret->good && room_person_next(m->room, a, p.jid, &p))
		if (!bsearch(&p.jid, named, n, sizeof(*named), by_address) && jid_parse(&jid, p.jid, m->arena))
			people_add(ret, jid, AFFILIATION_NONE);
}

/* Whether the same person is named with a higher standing, or was with this one already. */
static bool is_outdone(const struct people *p, size_t i)
{
	const struct room_affiliate *one = &p->items[i];

	for (size_t k = 0; k < p->n; k++)
		if (str_eq(jid_bare(p->items[k].who), jid_bare(one->who)) &&
		    (p->items[k].affiliation > one->affiliation || (p->items[k].affiliation == one->affiliation && k < i)))
			return true;
	return false;
}

/* Who goes from one list to the other does not leave in between; each is there once. */
static void people_settle(struct people *p, struct arena *arena)
{
	struct room_affiliate *kept = arena_get(arena, (p->n + 1) * sizeof(*kept));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!is_outdone(p, i))
			kept[n++] = p->items[i];
	p->items = kept;
	p->n = n;
}

static void people_read(const struct muc *m, const struct xml *form, struct people *ret)
{
	*ret = (struct people){ .good = true, .room = 200 };
	ret->items = arena_get(m->arena, ret->room * sizeof(*ret->items));
	for (const struct xml *f = xml_child(form, "field", DATA); f; f = xml_sibling(f, "field", DATA)) {
		if (str_is(xml_attr(f, "var"), ADMINS))
			list_read(m, f, AFFILIATION_ADMIN, ret);
		else if (str_is(xml_attr(f, "var"), OWNERS))
			list_read(m, f, AFFILIATION_OWNER, ret);
	}
	people_settle(ret, m->arena);
}

/* Someone must own it afterwards. */
static bool has_owner(const struct muc *m, const struct people *p)
{
	struct room_person owner = { 0 };

	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].affiliation == AFFILIATION_OWNER)
			return true;
	while (room_person_next(m->room, AFFILIATION_OWNER, owner.jid, &owner)) {
		bool goes = false;

		for (size_t i = 0; i < p->n; i++)
			goes |= str_eq(jid_bare(p->items[i].who), owner.jid);
		if (!goes)
			return true;
	}
	return false;
}

/* ---- the form comes back --------------------------------------------------------------------------------------- */

/* First who, since only an owner may say how; the room is not left without one in between. */
struct filled_in {
	struct room *room;
	struct room_config config;
	struct jid by;
};

static bool configured(struct muc_call *k, int verdict)
{
	muc_answer_verdict(&k->what, verdict);
	return false;
}

static bool appointed(struct muc_call *k, int verdict)
{
	struct filled_in *f = k->more;

	if (verdict)
		return configured(k, verdict);
	k->then = configured;
	room_configure(f->room, f->by, &f->config, &k->call);
	return true;
}

static struct room_config config_copy(const struct room_config *c, struct arena *arena)
{
	struct room_config copy = *c;
	struct str *const texts[] = {
		&copy.title, &copy.description, &copy.language, &copy.password, &copy.avatar, &copy.avatar_hash
	};

	for (size_t i = 0; i < countof(texts); i++)
		*texts[i] = arena_str(arena, *texts[i]);
	return copy;
}

static void submit(struct muc *m, const struct xml *form)
{
	struct room_config config = *room_config(m->room);
	struct people people;
	struct filled_in *f;
	struct muc_call *k;

	people_read(m, form, &people);
	if (!config_read(m, form, &config) || !people.good) {
		muc_refuse(m, ROOM_BAD);
		return;
	}
	if (!has_owner(m, &people)) {
		muc_error(m, STANZA_ERROR_CONFLICT, "A room has an owner.");
		return;
	}
	if (!people.n) {
		room_configure(m->room, m->st->from, &config, &muc_call(m, NULL)->call);
		return;
	}
	k = muc_call(m, appointed);
	f = k->more = arena_get(&k->arena, sizeof(*f));
	*f = (struct filled_in){ .room = m->room, .config = config_copy(&config, &k->arena), .by = k->what.st->from };
	room_affiliate(m->room, m->st->from, people.items, people.n, &k->call);
}

static void cancel(struct muc *m)
{
	if (room_is_locked(m->room)) /* 10.1.3 */
		room_destroy(m->room, m->st->from, (struct jid){ 0 }, STR(""), &muc_call(m, NULL)->call);
	else
		muc_result(m, STR(""));
}

static void destroy(struct muc *m, const struct xml *d)
{
	struct str reason = str_trim(xml_child_text(d, "reason", MUC_OWNER, m->arena));
	struct jid alternative;

	if (muc_jid(d, "jid", &alternative, m->arena) < 0)
		muc_error(m, STANZA_ERROR_JID_MALFORMED, "The other room has no address of this form.");
	else
		room_destroy(m->room, m->st->from, alternative, reason.p ? reason : STR(""), &muc_call(m, NULL)->call);
}

void muc_owner_set(struct muc *m)
{
	const struct xml *d = xml_child(m->child, "destroy", MUC_OWNER), *form = xml_child(m->child, "x", DATA);

	if (!may(m, d ? ROOM_VERB_DESTROY : ROOM_VERB_CONFIGURE))
		muc_refuse(m, ROOM_FORBIDDEN);
	else if (d)
		destroy(m, d);
	else if (form && str_is(xml_attr(form, "type"), "cancel"))
		cancel(m);
	else if (form && str_is(xml_attr(form, "type"), "submit") &&
		 muc_form(m->child, MUC_ROOMCONFIG, m->arena) == form)
		submit(m, form);
	else
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "This is no form about a room.");
}
