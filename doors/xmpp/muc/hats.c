/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/muc/hats.c - hats (XEP-0317) by ad-hoc commands: who wears which. A hat is what somebody wears: it begins
 * with the first who gets it and ends with the last who loses it, so there is no list of hats to be made or destroyed.
 */
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/muc/muc.h"

enum { HATS_MAX = 10 /* of one person */, HAT_BYTES_MAX = 512 };

struct hat_command {
	const char *node, *name;
	void (*run)(struct muc *m, const struct hat_command *c, const struct xml *form);
};

static void assign(struct muc *m, const struct hat_command *c, const struct xml *form);
static void unassign(struct muc *m, const struct hat_command *c, const struct xml *form);
static void list_hats(struct muc *m, const struct hat_command *c, const struct xml *form);
static void list_assigned(struct muc *m, const struct hat_command *c, const struct xml *form);

static const struct hat_command commands[] = {
	{ HATS_COMMANDS ":assign", "Give a hat", assign },
	{ HATS_COMMANDS ":unassign", "Take a hat away", unassign },
	{ HATS_COMMANDS ":list", "Hats", list_hats },
	{ HATS_COMMANDS ":list-assigned", "Who wears which hat", list_assigned },
};

/* 13: who may change affiliations gives hats; looking shows addresses, so it is theirs, too. */
static bool may(const struct muc *m) { return room_standing(m->room, m->st->from).affiliation >= AFFILIATION_ADMIN; }

static const struct hat_command *command_find(const struct muc *m, struct str node)
{
	for (size_t i = 0; i < countof(commands); i++)
		if (str_is(node, commands[i].node) && may(m))
			return &commands[i];
	return NULL;
}

bool muc_command_info(const struct muc *m, struct str node, struct buf *to)
{
	const struct hat_command *c = command_find(m, node);

	if (!c && !str_is(node, COMMANDS))
		return false;
	buf_fmt(to, "<identity category='automation' type='%s' name='%s'/>", c ? "command-node" : "command-list",
		c ? c->name : "Commands");
	buf_lit(to, "<feature var='" COMMANDS "'/><feature var='" DATA "'/>");
	return true;
}

bool muc_command_items(const struct muc *m, struct str node, struct buf *to)
{
	if (!str_is(node, COMMANDS))
		return command_find(m, node) != NULL;
	for (size_t i = 0; i < countof(commands) && may(m); i++) {
		buf_lit(to, "<item");
		xml_write_attr(to, "jid", jid_bare(room_jid(m->room)));
		xml_write_attr(to, "node", str_z(commands[i].node));
		xml_write_attr(to, "name", str_z(commands[i].name));
		buf_lit(to, "/>");
	}
	return true;
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* The client's, or one that tells this execution from others. */
static void session_write(struct buf *to, const struct muc *m)
{
	struct str said = xml_attr(m->child, "sessionid");

	if (said.n) {
		xml_write_attr(to, "sessionid", said);
		return;
	}
	buf_lit(to, " sessionid='");
	buf_u64(to, (uint64_t)core_clock(m->core));
	buf_byte(to, '\'');
}

static void head_write(struct buf *to, const struct muc *m, const struct hat_command *c, const char *status)
{
	buf_fmt(to, "<command xmlns='" COMMANDS "' node='%s' status='%s'", c->node, status);
	session_write(to, m);
	buf_byte(to, '>');
}

/* A command has ended well. The head is made before, since the request is gone then. */
static bool completed(struct muc_call *k, int verdict)
{
	const struct str *head = k->more;
	own_buf b = { 0 };

	if (verdict) {
		muc_refuse(&k->what, verdict);
		return false;
	}
	buf_str(&b, *head);
	buf_lit(&b, "</command>");
	muc_result(&k->what, buf_all(&b));
	return false;
}

static void form_ask(struct muc *m, const struct hat_command *c, bool titles)
{
	own_buf b = { 0 };

	head_write(&b, m, c, "executing");
	buf_fmt(&b,
		"<actions execute='complete'><complete/></actions><x xmlns='" DATA "' type='form'><title>%s</title>",
		c->name);
	form_field(&b, "FORM_TYPE", "hidden", STR(HATS_COMMANDS));
	buf_lit(&b, "<field var='hats#jid' type='jid-single' label='Address'><required/></field>"
		    "<field var='hats#uri' type='text-single' label='URI of the hat'><required/></field>");
	if (titles)
		buf_lit(&b, "<field var='hats#title' type='text-single' label='What is written on it'/>");
	buf_lit(&b, "</x></command>");
	muc_result(m, buf_all(&b));
}

/* ---- hats of a person: URI and title of each, zero-terminated -------------------------------------------------- */

struct hat {
	struct str uri, title;
};

static bool hat_next(struct str *rest, struct hat *ret)
{
	if (!rest->n)
		return false;
	ret->uri = str_n(rest->p, str_find(*rest, 0));
	*rest = str_from(*rest, ret->uri.n + 1);
	ret->title = str_n(rest->p, str_find(*rest, 0));
	*rest = str_from(*rest, ret->title.n + 1);
	return true;
}

static void hat_add(struct buf *to, struct str uri, struct str title)
{
	buf_str(to, uri);
	buf_byte(to, 0);
	buf_str(to, title);
	buf_byte(to, 0);
}

/* Those of a person without the one of this URI. */
static size_t hats_without(struct buf *to, struct str hats, struct str uri, bool *had)
{
	struct hat h;
	size_t n = 0;

	*had = false;
	while (hat_next(&hats, &h)) {
		if (str_eq(h.uri, uri)) {
			*had = true;
			continue;
		}
		hat_add(to, h.uri, h.title);
		n++;
	}
	return n;
}

/* Calls `show` for every hat that somebody wears, by affiliation and address; until it says so. */
static void hats_each(const struct muc *m, bool (*show)(void *arg, struct str jid, const struct hat *h), void *arg)
{
	for (unsigned a = 0; a < AFFILIATIONS; a++) {
		struct room_person p = { 0 };

		while (room_person_next(m->room, (enum affiliation)a, p.jid, &p)) {
			struct str rest = p.hats;
			struct hat h;

			while (hat_next(&rest, &h))
				if (show(arg, p.jid, &h))
					return;
		}
	}
}

/* ---- giving and taking ----------------------------------------------------------------------------------------- */

struct given {
	struct jid who;
	struct str uri, title;
};

static bool title_same(void *arg, struct str jid, const struct hat *h)
{
	struct given *g = arg;

	if (str_eq(h->uri, g->uri))
		g->title = h->title;
	return g->title.n > 0;
}

/* Zero bytes cannot be in XML, so not in what is kept here. */
static bool given_read(const struct muc *m, const struct xml *form, struct given *ret)
{
	struct str jid = form_value(form, "hats#jid", m->arena);

	*ret = (struct given){ .uri = form_value(form, "hats#uri", m->arena),
			       .title = form_value(form, "hats#title", m->arena) };
	if (!jid.n || !jid_parse(&ret->who, jid, m->arena) || !ret->uri.n || ret->uri.n > HAT_BYTES_MAX ||
	    ret->title.n > HAT_BYTES_MAX)
		return false;
	ret->who = jid_to_bare(ret->who);
	return true;
}

static void hats_change(struct muc *m, const struct hat_command *c, const struct given *g, const struct buf *hats)
{
	struct muc_call *k = muc_call(m, completed);
	own_buf head = { 0 };
	struct str *more = k->more = arena_get(&k->arena, sizeof(*more));

	head_write(&head, m, c, "completed");
	*more = arena_str(&k->arena, buf_all(&head));
	room_hats(m->room, m->st->from, g->who, buf_all(hats), &k->call);
}

static void assign(struct muc *m, const struct hat_command *c, const struct xml *form)
{
	struct given g;
	own_buf hats = { 0 };
	bool had;

	if (!form) {
		form_ask(m, c, true);
		return;
	}
	if (!given_read(m, form, &g)) {
		muc_refuse(m, ROOM_BAD);
		return;
	}
	if (!g.title.n) /* one that others wear */
		hats_each(m, title_same, &g);
	if (!g.title.n)
		muc_error(m, STANZA_ERROR_ITEM_NOT_FOUND, "Nobody wears this hat yet: say what is written on it.");
	else if (hats_without(&hats, room_person(m->room, g.who).hats, g.uri, &had) >= HATS_MAX)
		muc_refuse(m, ROOM_TOO_MANY);
	else {
		hat_add(&hats, g.uri, g.title);
		hats_change(m, c, &g, &hats);
	}
}

static void unassign(struct muc *m, const struct hat_command *c, const struct xml *form)
{
	struct given g;
	own_buf hats = { 0 };
	bool had;

	if (!form) {
		form_ask(m, c, false);
		return;
	}
	if (!given_read(m, form, &g)) {
		muc_refuse(m, ROOM_BAD);
		return;
	}
	hats_without(&hats, room_person(m->room, g.who).hats, g.uri, &had);
	if (had)
		hats_change(m, c, &g, &hats);
	else
		muc_refuse(m, ROOM_NO_OCCUPANT);
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

struct listing {
	struct buf *to;
	bool with_people;
	struct str seen[256]; /* of `list`: each hat once */
	size_t seen_n;
};

static bool hat_show(void *arg, struct str jid, const struct hat *h)
{
	struct listing *l = arg;

	for (size_t i = 0; i < l->seen_n; i++)
		if (str_eq(l->seen[i], h->uri))
			return false;
	if (!l->with_people)
		l->seen[l->seen_n++] = h->uri;
	buf_lit(l->to, "<item>");
	if (l->with_people)
		form_field(l->to, "hats#jid", "jid-single", jid);
	form_field(l->to, "hats#uri", "text-single", h->uri);
	form_field(l->to, "hats#title", "text-single", h->title);
	buf_lit(l->to, "</item>");
	return l->seen_n == countof(l->seen);
}

static void hats_list(struct muc *m, const struct hat_command *c, bool with_people)
{
	own_buf b = { 0 };
	struct listing l = { .to = &b, .with_people = with_people };

	head_write(&b, m, c, "completed");
	buf_fmt(&b,
		"<x xmlns='" DATA
		"' type='result'><title>%s</title><reported>%s<field var='hats#uri'/><field var='hats#title'/></reported>",
		c->name, with_people ? "<field var='hats#jid'/>" : "");
	hats_each(m, hat_show, &l);
	buf_lit(&b, "</x></command>");
	muc_result(m, buf_all(&b));
}

static void list_hats(struct muc *m, const struct hat_command *c, const struct xml *form) { hats_list(m, c, false); }

static void list_assigned(struct muc *m, const struct hat_command *c, const struct xml *form) { hats_list(m, c, true); }

/* ---- executing ------------------------------------------------------------------------------------------------- */

void muc_command(struct muc *m)
{
	const struct hat_command *c = command_find(m, xml_attr(m->child, "node"));
	const struct xml *form = xml_child(m->child, "x", DATA);
	own_buf b = { 0 };

	if (!c && !may(m)) {
		muc_refuse(m, ROOM_FORBIDDEN);
	} else if (!c) {
		muc_error(m, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such command.");
	} else if (str_is(xml_attr(m->child, "action"), "cancel") ||
		   (form && str_is(xml_attr(form, "type"), "cancel"))) {
		head_write(&b, m, c, "canceled");
		buf_lit(&b, "</command>");
		muc_result(m, buf_all(&b));
	} else {
		c->run(m, c, form);
	}
}
