/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/disco.c - what the service and its rooms say of themselves (XEP-0045, 6; XEP-0128), and unique names
 * (XEP-0307).
 */
#include "base/crypt.h"
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/features/mam_page.h"
#include "doors/xmpp/muc/muc.h"

enum { PAGE = 200 /* rooms of an answer */, UNIQUE_BYTES = 16 };

static void query_answer(struct muc *m, const char *ns, const struct buf *content)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<query xmlns='%s'", ns);
	xml_write_attr(&b, "node", xml_attr(m->child, "node"));
	buf_byte(&b, '>');
	buf_str(&b, buf_all(content));
	buf_lit(&b, "</query>");
	muc_result(m, buf_all(&b));
}

static void identity_write(struct buf *to, struct str name)
{
	buf_lit(to, "<identity category='conference' type='text'");
	if (name.n)
		xml_write_attr(to, "name", name);
	buf_lit(to, "/>");
}

static void features_write(struct buf *to, const char *const *vars)
{
	for (; *vars; vars++)
		buf_fmt(to, "<feature var='%s'/>", *vars);
}

/* ---- the service ----------------------------------------------------------------------------------------------- */

void muc_service_info(struct muc *m)
{
	static const char *const vars[] = {
		DISCO_INFO, DISCO_ITEMS, MUC, MUC_STABLE_ID, MUC_UNIQUE, "muc_rooms",
		OCCUPANT_ID, VCARD, CHANNEL_SEARCH, RSM, PING, NULL
	};
	own_buf b = { 0 };

	if (xml_attr(m->child, "node").n) {
		muc_error(m, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node here.");
		return;
	}
	identity_write(&b, STR("Rooms"));
	features_write(&b, vars);
	query_answer(m, DISCO_INFO, &b);
}

static void listing_write(struct buf *to, const struct room_listing *l)
{
	buf_lit(to, "<item");
	xml_write_attr(to, "jid", l->name);
	xml_write_attr(to, "name", l->title.n ? l->title : str_n(l->name.p, str_find(l->name, '@')));
	buf_lit(to, "/>");
}

/* XEP-0059 over the rooms by address: `after` names the one before. */
struct rooms_page {
	size_t max;
	struct str after, before;
	bool backwards, asked;
};

static bool page_read(const struct muc *m, const struct xml *set, struct rooms_page *p)
{
	const struct xml *max, *before;
	uint64_t n;

	*p = (struct rooms_page){ .max = PAGE, .asked = set != NULL };
	if (!set)
		return true;
	max = xml_child(set, "max", RSM);
	before = xml_child(set, "before", RSM);
	if (max && !str_u64(str_trim(xml_text(max, m->arena)), &n))
		return false;
	if (max && n < PAGE)
		p->max = n;
	p->after = xml_child_text(set, "after", RSM, m->arena);
	p->backwards = before != NULL;
	if (before)
		p->before = xml_text(before, m->arena);
	return !xml_child(set, "index", RSM);
}

static bool is_within(const struct rooms_page *p, struct str name)
{
	return (!p->after.n || str_cmp(name, p->after) > 0) && (!p->before.n || str_cmp(name, p->before) < 0);
}

void muc_service_items(struct muc *m)
{
	struct room_listing l = { 0 };
	struct rooms_page p;
	size_t all = 0, within = 0, before = 0, from, shown = 0, at = 0;
	struct str first = STR_NONE, last = STR_NONE;
	own_buf b = { 0 };

	if (xml_attr(m->child, "node").n) {
		muc_error(m, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node here.");
		return;
	}
	if (!page_read(m, xml_child(m->child, "set", RSM), &p)) {
		muc_error(m, STANZA_ERROR_BAD_REQUEST, "Pages go by address.");
		return;
	}
	for (; room_listing_next(m->core, l.name, &l); all++) {
		within += is_within(&p, l.name);
		before += !within;
	}
	from = p.backwards && within > p.max ? within - p.max : 0;
	l = (struct room_listing){ 0 };
	while (shown < p.max && room_listing_next(m->core, l.name, &l)) {
		if (!is_within(&p, l.name) || at++ < from)
			continue;
		listing_write(&b, &l);
		last = l.name;
		if (!shown++)
			first = l.name;
	}
	if (p.asked || shown < all) {
		buf_lit(&b, "<set xmlns='" RSM "'>");
		if (shown) {
			buf_fmt(&b, "<first index='%zu'>", before + from);
			xml_escape(&b, first);
			buf_lit(&b, "</first>");
			muc_text(&b, "last", last);
		}
		buf_fmt(&b, "<count>%zu</count></set>", all);
	}
	query_answer(m, DISCO_ITEMS, &b);
}

void muc_unique(struct muc *m)
{
	uint8_t bytes[UNIQUE_BYTES];
	own_buf b = { 0 };

	world_random(core_world(m->core), bytes, sizeof bytes);
	buf_lit(&b, "<unique xmlns='" MUC_UNIQUE "'>");
	hex_write(&b, str_bytes(bytes, sizeof bytes));
	buf_lit(&b, "</unique>");
	muc_result(m, buf_all(&b));
}

/* ---- a room ---------------------------------------------------------------------------------------------------- */

static void what_it_is(struct buf *to, const struct room_config *c)
{
	const char *const vars[] = {
		c->password.n ? "muc_passwordprotected" : "muc_unsecured",
		c->listed ? "muc_public" : "muc_hidden",
		c->persistent ? "muc_persistent" : "muc_temporary",
		c->members_only ? "muc_membersonly" : "muc_open",
		c->moderated ? "muc_moderated" : "muc_unmoderated",
		c->anonymous ? "muc_semianonymous" : "muc_nonanonymous",
		NULL,
	};
	static const char *const archived[] = { MAM, MAM "#extended", FULLTEXT, FILES, NULL };

	features_write(to, vars);
	if (c->archived)
		features_write(to, archived);
}

static void info_field(struct buf *to, const char *var, struct str value)
{
	if (value.n)
		form_field(to, var, "text-single", value);
}

static void info_number(struct buf *to, const char *var, uint64_t value)
{
	buf_fmt(to, "<field var='%s' type='text-single'><value>%llu</value></field>", var, (unsigned long long)value);
}

static void info_flag(struct buf *to, const char *var, bool value)
{
	buf_fmt(to, "<field var='%s' type='boolean'><value>%d</value></field>", var, value);
}

/* Whom to write to: where addresses are hidden nobody's is told here. */
static void contacts_write(struct buf *to, const struct muc *m)
{
	struct room_person p = { 0 };

	if (room_config(m->room)->anonymous)
		return;
	buf_lit(to, "<field var='muc#roominfo_contactjid' type='jid-multi'>");
	while (room_person_next(m->room, AFFILIATION_OWNER, p.jid, &p))
		muc_text(to, "value", p.jid);
	buf_lit(to, "</field>");
}

/* 13.4: what goes on in the room only for who may enter. */
static void info_form(struct buf *to, const struct muc *m)
{
	const struct room_config *c = room_config(m->room);
	bool may_know = !room_may_read(m->room, m->st->from);

	buf_lit(to, "<x xmlns='" DATA "' type='result'>");
	form_field(to, "FORM_TYPE", "hidden", STR(MUC_ROOMINFO));
	info_field(to, "muc#roomconfig_roomname", c->title);
	info_field(to, "muc#roominfo_description", c->description);
	info_field(to, "muc#roominfo_lang", c->language);
	if (may_know) {
		info_field(to, "muc#roominfo_subject", room_subject(m->room));
		info_number(to, "muc#roominfo_occupants", room_occupants(m->room));
		contacts_write(to, m);
	}
	info_flag(to, "muc#roominfo_subjectmod", c->subject_by_all);
	info_flag(to, "muc#roomconfig_changesubject", c->subject_by_all);
	info_flag(to, "muc#roomconfig_allowinvites", c->members_invite);
	info_number(to, "muc#maxhistoryfetch", c->history);
	info_number(to, "{" ROOMS_OWN "}slow_mode", c->slow_s);
	info_number(to, "{" ROOMS_OWN "}keep_days", c->keep_days);
	if (c->avatar_hash.n)
		form_field(to, "muc#roominfo_avatarhash", "text-multi", c->avatar_hash);
	buf_lit(to, "</x>");
}

static void room_itself(struct muc *m)
{
	static const char *const vars[] = {
		DISCO_INFO, DISCO_ITEMS, MUC, MUC_STABLE_ID, MUC_SELF_PING, MUC_REQUEST, MUC_REGISTER, MUC_ROOMCONFIG, MUC_ROOMINFO, REGISTER, OCCUPANT_ID,
		"urn:xmpp:sid:0", VCARD, HATS, COMMANDS, MODERATE, MODERATE_OLD, RETRACT, RETRACT "#tombstone", PING, NULL
	};
	const struct room_config *c = room_config(m->room);
	own_buf b = { 0 };

	identity_write(&b, c->title.n ? c->title : jid_local(room_jid(m->room)));
	features_write(&b, vars);
	what_it_is(&b, c);
	info_form(&b, m);
	query_answer(m, DISCO_INFO, &b);
}

/* 7.12. */
static void reserved_nick(struct muc *m)
{
	struct str nick = room_person(m->room, jid_to_bare(m->st->from)).nick;
	own_buf b = { 0 };

	if (nick.n)
		identity_write(&b, nick);
	query_answer(m, DISCO_INFO, &b);
}

void muc_room_info(struct muc *m)
{
	struct str node = xml_attr(m->child, "node");
	own_buf b = { 0 };

	if (!node.n)
		room_itself(m);
	else if (str_is(node, "x-roomuser-item"))
		reserved_nick(m);
	else if (str_is(node, MUC_TRAFFIC))
		muc_error(m, STANZA_ERROR_SERVICE_UNAVAILABLE, "Everything passes."); /* 18.1.1 */
	else if (muc_command_info(m, node, &b))
		query_answer(m, DISCO_INFO, &b);
	else
		muc_error(m, STANZA_ERROR_FEATURE_NOT_IMPLEMENTED, "There is no such node here.");
}

/* Who is here is for those who are here, and for who could come in and look. */
static void occupants_write(struct buf *to, const struct muc *m)
{
	if (room_may_read(m->room, m->st->from) || !room_config(m->room)->listed)
		if (!muc_seat(m))
			return;
	for (struct occupant *o = room_next(m->room, NULL); o; o = room_next(m->room, o)) {
		buf_lit(to, "<item");
		xml_write_attr(to, "jid", jid_full(o->at));
		xml_write_attr(to, "name", o->nick);
		buf_lit(to, "/>");
	}
}

void muc_room_items(struct muc *m)
{
	struct str node = xml_attr(m->child, "node");
	own_buf b = { 0 };

	if (node.n && !muc_command_items(m, node, &b)) {
		muc_error(m, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node here.");
		return;
	}
	if (!node.n)
		occupants_write(&b, m);
	query_answer(m, DISCO_ITEMS, &b);
}
