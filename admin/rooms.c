/* SPDX-License-Identifier: Apache-2.0
 *
 * admin/rooms.c - rooms, for the operator. A room belongs to one core, whichever serves the operator: so it is spoken
 * to by stanzas (XEP-0045), by a service that lives as long as the command and counts as an administrator. Its
 * questions go one after another.
 */
#include "admin/inside.h"
#include "core/service.h"
#include "model/room.h"
#include "wire/xml.h"

#define MUC "http://jabber.org/protocol/muc"
#define OWNER MUC "#owner"
#define DATA "jabber:x:data"
#define INFO "http://jabber.org/protocol/disco#info"
#define ERRORS "urn:ietf:params:xml:ns:xmpp-stanzas"

struct admin_room {
	struct service service;
	struct admin *admin;
	char *domain;
	struct jid self, room; /* `room`: bare */
	struct arena arena;
	uint64_t asked;        /* the id of what is asked; 0: nothing */
	unsigned role;         /* occupants: which are asked for */
	/* The answer, once: its payload in `x`; `error` says that it is one. */
	void (*then)(struct admin_room *o, const struct xml *x, bool error);
};

/* ---- speaking ------------------------------------------------------------------------------------------------------ */

static void room_end(struct admin_room *o)
{
	service_down(&o->service);
	o->asked = 0;
}

static void ok(struct admin_room *o, json_t *fields)
{
	room_end(o);
	admin_ok(o->admin, fields);
}

static void refuse(struct admin_room *o, const char *code, const char *text)
{
	room_end(o);
	admin_error(o->admin, code, text);
}

/* There is none, or none any more. */
static bool is_absent(const struct xml *error)
{
	return error && (xml_child(error, "item-not-found", ERRORS) || xml_child(error, "gone", ERRORS));
}

/* What a room has against it, in its own words. */
static void refused(struct admin_room *o, const struct xml *x)
{
	const struct xml *error = xml_child(x, "error", NULL);
	own_buf text = { 0 };

	if (is_absent(error)) {
		refuse(o, "no-room", "there is no such room");
		return;
	}
	if (error)
		buf_str(&text, xml_child_text(error, "text", ERRORS, &o->arena));
	refuse(o, "refused", text.n ? buf_z(&text) : "the room refuses it");
}

static void send(struct admin_room *o, enum stanza_name name, enum stanza_type type, struct jid to, struct str payload)
{
	own_buf id = { 0 };

	buf_u64(&id, o->asked);
	service_send(o->service.core,
		     stanza_make(&(struct stanza_init){ .name = name, .type = type, .time = core_now(o->admin->core), .from = o->self, .to = to,
							.id = buf_all(&id), .payload = payload }),
		     NULL, NULL);
}

static void ask_room(struct admin_room *o, enum stanza_type type, struct str payload,
		     void (*then)(struct admin_room *o, const struct xml *x, bool error))
{
	o->asked = core_stamp(o->admin->core);
	o->then = then;
	send(o, STANZA_IQ, type, o->room, payload);
}

static bool is_answer(const struct admin_room *o, const struct stanza *st)
{
	own_buf id = { 0 };

	if (!o->asked || !jid_same_bare(st->from, o->room))
		return false;
	buf_u64(&id, o->asked);
	return st->name == STANZA_IQ && (st->type == IQ_RESULT || st->type == IQ_ERROR) && str_eq(st->id, buf_all(&id));
}

static void take(struct service *v, struct stanza *st, struct service_sender from)
{
	struct admin_room *o = holder_of(v, struct admin_room, service);
	own_buf whole = { 0 };
	const struct xml *x;

	service_answer(v->core, from, SENT_UNSUPPORTED);
	buf_lit(&whole, "<x>");
	buf_str(&whole, st->payload);
	buf_lit(&whole, "</x>");
	x = xml_parse(&o->arena, arena_str(&o->arena, buf_all(&whole)), STR("jabber:client"), false);
	if (x && is_answer(o, st)) {
		o->asked = 0;
		o->then(o, x, st->type == IQ_ERROR);
	}
}

void admin_room_free(struct admin *a)
{
	struct admin_room *o = a->room;

	if (!o)
		return;
	room_end(o);
	arena_free(&o->arena);
	mem_free(o->domain);
	mem_free(o);
	a->room = NULL;
}

/* "#den", "den" or "den@rooms.example". */
static bool room_read(struct admin_room *o, struct str said)
{
	struct str domain = core_settings(o->admin->core)->rooms_domain, local;
	size_t at = str_find(said, '@');

	if (said.n && said.p[0] == '#') {
		said = str_from(said, 1);
		at = str_find(said, '@');
	}
	if (at < said.n && !str_eq(str_from(said, at + 1), domain))
		return false;
	if (!jid_local_prepare(&local, str_n(said.p, at), &o->arena))
		return false;
	o->room = jid_make(local, domain, STR(""), &o->arena);
	return true;
}

/* The service comes up, at a domain that no other has; the room is that of the request. NULL: it was answered. */
static struct admin_room *begin(struct admin *a, bool named)
{
	static const struct service_ops ops = { .take = take };
	struct admin_room *o;
	own_buf domain = { 0 };

	admin_room_free(a);
	o = a->room = mem_new(struct admin_room);
	o->admin = a;
	buf_fmt(&domain, "%llx.anserctl.invalid", (unsigned long long)core_stamp(a->core));
	o->domain = str_dup(buf_all(&domain));
	o->service = (struct service){ .ops = &ops, .domain = str_z(o->domain), .admin = true };
	o->self = jid_make(STR("operator"), o->service.domain, STR("anserctl"), &o->arena);
	if (!core_settings(a->core)->rooms_domain.n)
		admin_error(a, "no-rooms", "this server has no rooms: rooms.domain is empty");
	else if (named && !room_read(o, admin_argument(a, "room")))
		admin_error(a, "bad-room", "this cannot be the name of a room");
	else if (service_up(a->core, &o->service))
		admin_error(a, "store", "the rooms cannot be reached");
	else
		return o;
	return NULL;
}

/* ---- forms --------------------------------------------------------------------------------------------------------- */

/* What the fields of a room's form are called here. */
static const struct {
	const char *name, *var;
} keys[] = {
	{ "title", "muc#roomconfig_roomname" }, { "description", "muc#roomconfig_roomdesc" }, { "language", "muc#roomconfig_lang" },
	{ "persistent", "muc#roomconfig_persistentroom" }, { "public", "muc#roomconfig_publicroom" },
	{ "members_only", "muc#roomconfig_membersonly" }, { "members_invite", "muc#roomconfig_allowinvites" },
	{ "moderated", "muc#roomconfig_moderatedroom" }, { "subject_by_all", "muc#roomconfig_changesubject" },
	{ "addresses", "muc#roomconfig_whois" }, { "private_messages", "muc#roomconfig_allowpm" },
	{ "occupants_max", "muc#roomconfig_maxusers" }, { "archived", "muc#roomconfig_enablelogging" },
	{ "history", "muc#maxhistoryfetch" }, { "password", "muc#roomconfig_roomsecret" }, { "owners", "muc#roomconfig_roomowners" },
	{ "admins", "muc#roomconfig_roomadmins" },
};

static struct str key_of(struct str var)
{
	size_t brace = str_find(var, '}');

	for (size_t i = 0; i < countof(keys); i++)
		if (str_is(var, keys[i].var))
			return str_z(keys[i].name);
	return brace < var.n ? str_from(var, brace + 1) : var;
}

/* Those that say the same as another one, or nothing. */
static bool is_shown(struct str var)
{
	return var.n && !str_is(var, "FORM_TYPE") && !str_is(var, "muc#roomconfig_passwordprotectedroom");
}

static const struct xml *form_of(const struct xml *x, const char *ns)
{
	const struct xml *query = xml_child(x, "query", ns);

	return query ? xml_child(query, "x", DATA) : NULL;
}

static const struct xml *field_next(const struct xml *form, const struct xml *after)
{
	return after ? xml_sibling(after, "field", DATA) : form ? xml_child(form, "field", DATA) : NULL;
}

static json_t *value_of(struct admin_room *o, const struct xml *field)
{
	struct str type = xml_attr(field, "type");
	own_buf all = { 0 };

	for (const struct xml *v = xml_child(field, "value", DATA); v; v = xml_sibling(v, "value", DATA)) {
		struct str text = xml_text(v, &o->arena);

		if (all.n)
			buf_byte(&all, ' ');
		if (str_is(type, "boolean"))
			buf_str(&all, str_is(text, "1") || str_is(text, "true") ? STR("yes") : STR("no"));
		else
			buf_str(&all, text);
	}
	return admin_text(buf_all(&all));
}

static void shown(struct admin_room *o, const struct xml *x, bool error)
{
	if (error) {
		refused(o, x);
		return;
	}
	for (const struct xml *f = field_next(form_of(x, OWNER), NULL); f; f = field_next(NULL, f))
		if (is_shown(xml_attr(f, "var")))
			admin_row(o->admin, json_pack("{s:o,s:o,s:o}", "name", admin_text(key_of(xml_attr(f, "var"))), "value", value_of(o, f),
						      "help", admin_text(xml_attr(f, "label"))));
	ok(o, json_object());
}

void admin_room_show(struct admin *a)
{
	struct admin_room *o = begin(a, true);

	if (o)
		ask_room(o, IQ_GET, STR("<query xmlns='" OWNER "'/>"), shown);
}

static void done(struct admin_room *o, const struct xml *x, bool error)
{
	if (error)
		refused(o, x);
	else
		ok(o, json_pack("{s:o}", "address", admin_text(jid_full(o->room))));
}

static void field_write(struct buf *to, struct str var, struct str value)
{
	buf_lit(to, "<field");
	xml_write_attr(to, "var", var);
	buf_lit(to, "><value>");
	xml_escape(to, value);
	buf_lit(to, "</value></field>");
}

static void form_begin(struct buf *to)
{
	buf_lit(to, "<query xmlns='" OWNER "'><x xmlns='" DATA "' type='submit'>");
	field_write(to, STR("FORM_TYPE"), STR(MUC "#roomconfig"));
}

static void form_end(struct buf *to) { buf_lit(to, "</x></query>"); }

/* A list has its parts parted by blanks; short names are people of ours. */
static void list_write(struct admin_room *o, struct buf *to, struct str var, struct str list)
{
	buf_lit(to, "<field");
	xml_write_attr(to, "var", var);
	buf_byte(to, '>');
	while ((list = str_trim(list)).n) {
		struct str one = str_n(list.p, str_find(list, ' '));

		list = str_from(list, one.n);
		buf_lit(to, "<value>");
		xml_escape(to, one);
		if (str_find(one, '@') == one.n)
			buf_fmt(to, "@%.*s", STR_ARG(core_domain(o->admin->core)));
		buf_lit(to, "</value>");
	}
	buf_lit(to, "</field>");
}

static struct str yes_or_no(struct str value)
{
	if (str_is(value, "yes") || str_is(value, "on") || str_is(value, "true"))
		return STR("1");
	return str_is(value, "no") || str_is(value, "off") || str_is(value, "false") ? STR("0") : value;
}

/* What a room can be set to, its own form says. */
static void set_known(struct admin_room *o, const struct xml *x, bool error)
{
	struct str key = admin_argument(o->admin, "key"), value = admin_argument(o->admin, "value"), type;
	const struct xml *f = error ? NULL : field_next(form_of(x, OWNER), NULL);
	own_buf b = { 0 };

	while (f && !(is_shown(xml_attr(f, "var")) && str_eq(key_of(xml_attr(f, "var")), key)))
		f = field_next(NULL, f);
	if (error) {
		refused(o, x);
		return;
	}
	if (!f) {
		refuse(o, "bad-key", "a room has no such setting");
		return;
	}
	type = xml_attr(f, "type");
	form_begin(&b);
	if (str_is(type, "jid-multi"))
		list_write(o, &b, xml_attr(f, "var"), value);
	else
		field_write(&b, xml_attr(f, "var"), str_is(type, "boolean") ? yes_or_no(value) : value);
	form_end(&b);
	ask_room(o, IQ_SET, buf_all(&b), done);
}

void admin_room_set(struct admin *a)
{
	struct admin_room *o = begin(a, true);

	if (o)
		ask_room(o, IQ_GET, STR("<query xmlns='" OWNER "'/>"), set_known);
}

/* ---- people -------------------------------------------------------------------------------------------------------- */

/* The person of the request as an address; a user of ours must be there. `then` goes on. */
static void affiliate(struct admin_room *o, struct str address)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" MUC "#admin'><item");
	xml_write_attr(&b, "affiliation", admin_argument(o->admin, "affiliation"));
	xml_write_attr(&b, "jid", address);
	buf_lit(&b, "/></query>");
	ask_room(o, IQ_SET, buf_all(&b), done);
}

static void create(struct admin_room *o);

/* Who is named is there. */
static void person_found(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);
	own_buf address = { 0 };

	if (ask->verdict) {
		bool none = ask->verdict == STORE_NOT_FOUND;

		refuse(a->room, none ? "unknown" : "store", account_verdict_text(none ? ACCOUNT_UNKNOWN : ACCOUNT_STORE));
		return;
	}
	if (str_is(str_z(a->command->name), "room create")) {
		create(a->room);
		return;
	}
	buf_fmt(&address, "%.*s@%.*s", STR_ARG(ask->answer->account.name), STR_ARG(core_domain(a->core)));
	affiliate(a->room, buf_all(&address));
}

static void person_look_up(struct admin_room *o, struct str name)
{
	struct admin *a = o->admin;
	struct str local;

	a->ask.done = person_found;
	if (!jid_local_prepare(&local, name, &o->arena))
		refuse(o, "bad-name", account_verdict_text(ACCOUNT_BAD_NAME));
	else
		account_find(a->core, &a->ask, local);
}

void admin_room_affiliate(struct admin *a)
{
	struct str name = admin_argument(a, "name");
	struct admin_room *o = begin(a, true);
	enum affiliation affiliation;

	if (!o)
		return;
	if (!affiliation_parse(&affiliation, admin_argument(a, "affiliation")))
		refuse(o, "bad-affiliation", "owner, admin, member, none or outcast");
	else if (str_find(name, '@') < name.n)
		affiliate(o, name);
	else
		person_look_up(o, name);
}

/* ---- who is there -------------------------------------------------------------------------------------------------- */

static void occupants_ask(struct admin_room *o);

static void occupants_told(struct admin_room *o, const struct xml *x, bool error)
{
	const struct xml *query = error ? NULL : xml_child(x, "query", MUC "#admin");

	if (error) {
		refused(o, x);
		return;
	}
	for (const struct xml *i = query ? xml_child(query, "item", MUC "#admin") : NULL; i; i = xml_sibling(i, "item", MUC "#admin"))
		admin_row(o->admin, json_pack("{s:o,s:o,s:o,s:o}", "name", admin_text(xml_attr(i, "nick")), "address", admin_text(xml_attr(i, "jid")),
					      "role", admin_text(xml_attr(i, "role")), "affiliation", admin_text(xml_attr(i, "affiliation"))));
	if (o->role-- > ROLE_VISITOR)
		occupants_ask(o);
	else
		ok(o, json_object());
}

static void occupants_ask(struct admin_room *o)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<query xmlns='" MUC "#admin'><item role='%s'/></query>", role_name((enum role)o->role));
	ask_room(o, IQ_GET, buf_all(&b), occupants_told);
}

void admin_room_occupants(struct admin *a)
{
	struct admin_room *o = begin(a, true);

	if (!o)
		return;
	o->role = ROLE_MODERATOR;
	occupants_ask(o);
}

/* ---- coming and going ---------------------------------------------------------------------------------------------- */

/* It is there, and stays: now whose it is. */
static void created(struct admin_room *o, const struct xml *x, bool error)
{
	own_buf b = { 0 };

	if (error) {
		refused(o, x);
		return;
	}
	form_begin(&b);
	list_write(o, &b, STR("muc#roomconfig_roomowners"), admin_argument(o->admin, "name"));
	form_end(&b);
	ask_room(o, IQ_SET, buf_all(&b), done);
}

/* Rooms are made by who enters. We are no session, so that our being there ends at once; but what makes the room stay
 * comes right behind it, and what comes while a room is made waits. */
static void not_there(struct admin_room *o, const struct xml *x, bool error)
{
	struct str title = admin_argument(o->admin, "title");
	const struct xml *why = error ? xml_child(x, "error", NULL) : NULL;
	own_buf b = { 0 };

	if (!is_absent(why)) {
		refuse(o, "room-exists", "there is such a room already");
		return;
	}
	o->asked = core_stamp(o->admin->core);
	send(o, STANZA_PRESENCE, PRESENCE_AVAILABLE, jid_make(jid_local(o->room), jid_domain(o->room), STR("operator"), &o->arena), STR("<x xmlns='" MUC "'/>"));
	form_begin(&b);
	field_write(&b, STR("muc#roomconfig_persistentroom"), STR("1"));
	if (title.n)
		field_write(&b, STR("muc#roomconfig_roomname"), title);
	if (str_is(admin_argument(o->admin, "members"), "yes"))
		field_write(&b, STR("muc#roomconfig_membersonly"), STR("1"));
	form_end(&b);
	ask_room(o, IQ_SET, buf_all(&b), created);
}

static void create(struct admin_room *o) { ask_room(o, IQ_GET, STR("<query xmlns='" INFO "'/>"), not_there); }

void admin_room_create(struct admin *a)
{
	struct admin_room *o = begin(a, true);

	if (o)
		person_look_up(o, admin_argument(a, "name"));
}

void admin_room_destroy(struct admin *a)
{
	struct admin_room *o = begin(a, true);

	if (o)
		ask_room(o, IQ_SET, STR("<query xmlns='" OWNER "'><destroy/></query>"), done);
}

/* ---- all of them --------------------------------------------------------------------------------------------------- */

static void list_next(struct admin *a);

static bool has_feature(const struct xml *query, const char *var)
{
	for (const struct xml *f = query ? xml_child(query, "feature", INFO) : NULL; f; f = xml_sibling(f, "feature", INFO))
		if (str_is(xml_attr(f, "var"), var))
			return true;
	return false;
}

static json_int_t occupants_of(struct admin_room *o, const struct xml *form)
{
	uint64_t n = 0;

	for (const struct xml *f = field_next(form, NULL); f; f = field_next(NULL, f))
		if (str_is(xml_attr(f, "var"), "muc#roominfo_occupants"))
			str_u64(xml_child_text(f, "value", DATA, &o->arena), &n);
	return (json_int_t)n;
}

static void listed(struct admin_room *o, const struct xml *x, bool error)
{
	const struct xml *query = error ? NULL : xml_child(x, "query", INFO), *identity = query ? xml_child(query, "identity", INFO) : NULL;

	/* Gone since it was listed, or not open yet. */
	if (!error)
		admin_row(o->admin, json_pack("{s:o,s:o,s:I,s:b,s:b,s:b}", "name", admin_text(jid_full(o->room)), "title",
					      admin_text(identity ? xml_attr(identity, "name") : STR("")), "occupants", occupants_of(o, form_of(x, INFO)),
					      "public", has_feature(query, "muc_public"), "members_only", has_feature(query, "muc_membersonly"),
					      "password", has_feature(query, "muc_passwordprotected")));
	buf_clear(&o->admin->name);
	buf_str(&o->admin->name, jid_full(o->room));
	arena_free(&o->arena);
	o->arena = (struct arena){ 0 };
	o->self = jid_make(STR("operator"), o->service.domain, STR("anserctl"), &o->arena);
	admin_go_on(o->admin, list_next);
}

static void list_found(struct ask *ask)
{
	struct admin *a = holder_of(ask, struct admin, ask);
	struct admin_room *o = a->room;

	if (ask->verdict)
		refuse(o, "store", account_verdict_text(ACCOUNT_STORE));
	else if (!ask->answer->n)
		ok(o, json_object());
	else if (!jid_parse(&o->room, arena_str(&o->arena, ask->answer->accounts[0].name), &o->arena))
		refuse(o, "store", account_verdict_text(ACCOUNT_STORE));
	else
		ask_room(o, IQ_GET, STR("<query xmlns='" INFO "'/>"), listed);
}

static void list_next(struct admin *a)
{
	a->ask.done = list_found;
	room_list(a->core, &a->ask, buf_all(&a->name), 1);
}

void admin_room_list(struct admin *a)
{
	if (begin(a, false))
		list_next(a);
}
