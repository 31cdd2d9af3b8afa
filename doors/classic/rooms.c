/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/rooms.c - rooms: 108, 109, 102 with #room, and what rooms say to this client. It speaks to them as
 * every client does, by stanzas (XEP-0045); one question at a time, whose answer is the reply to a request. What is
 * asked while the core calls goes out at the end of the turn.
 */
#include <stdlib.h>

#include "base/crypt.h"
#include "doors/classic/classic.h"
#include "wire/xml.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

#define MUC "http://jabber.org/protocol/muc"
#define MUC_USER MUC "#user"
#define ITEMS "http://jabber.org/protocol/disco#items"
#define ERRORS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define CONFERENCE "jabber:x:conference"

enum { ASK_NOTHING, ASK_JOIN, ASK_OPEN /* the room we have made */, ASK_LEAVE, ASK_WHO };

/* ---- rooms we are in, or on the way to ------------------------------------------------------------------------- */

struct classic_room {
	struct list here;
	char *bare;          /* the room's address */
	struct str nick;     /* ours there; own memory */
	struct buf password; /* while we are on the way */
	bool in;
};

static struct classic_room *room_find(const struct classic *c, struct str bare)
{
	list_each (r, &c->rooms, struct classic_room, here)
		if (str_is(bare, r->bare))
			return r;
	return NULL;
}

bool classic_room_in(const struct classic *c, struct str bare)
{
	const struct classic_room *r = room_find(c, bare);

	return r && r->in;
}

static void nick_set(struct classic_room *r, struct str nick)
{
	char *copy = str_dup(nick);

	mem_free((char *)r->nick.p);
	r->nick = str_n(copy, nick.n);
}

static struct classic_room *room_new(struct classic *c, struct jid jid)
{
	struct classic_room *r = mem_new(struct classic_room);

	r->bare = str_dup(jid_bare(jid));
	list_append(&c->rooms, &r->here);
	c->rooms_n++;
	return r;
}

static void room_drop(struct classic *c, struct classic_room *r)
{
	list_remove(&r->here);
	c->rooms_n--;
	mem_free(r->bare);
	mem_free((char *)r->nick.p);
	buf_wipe(&r->password);
	mem_free(r);
}

void classic_rooms_free(struct classic *c)
{
	for (struct classic_room *r; (r = list_first(&c->rooms, struct classic_room, here));)
		room_drop(c, r);
	c->later = stanza_unref(c->later);
	c->room_question = stanza_unref(c->room_question);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

bool classic_room_jid(const struct classic *c, struct str name, struct jid *ret, struct arena *arena)
{
	struct str domain = core_settings(c->core)->rooms_domain, local;

	if (!domain.n || !classic_is_room(name) || !jid_local_prepare(&local, str_from(name, 1), arena))
		return false;
	*ret = jid_make(local, domain, STR(""), arena);
	return ret->p != NULL;
}

/* A push is parsed by its @, a list by its commas: where a nickname has them they are written wide. */
static void nick_write(struct buf *to, struct str nick, bool list)
{
	for (size_t i = 0; i < nick.n; i++)
		if (nick.p[i] == '@')
			buf_lit(to, "\xEF\xBC\xA0");
		else if (nick.p[i] == ',' && list)
			buf_lit(to, "\xEF\xBC\x8C");
		else
			buf_byte(to, nick.p[i]);
}

static bool is_of_room(const struct classic *c, struct jid j)
{
	struct str domain = core_settings(c->core)->rooms_domain;

	return domain.n && j.local && str_eq(jid_domain(j), domain);
}

void classic_sender(const struct classic *c, struct jid from, struct buf *to)
{
	if (!is_of_room(c, from)) {
		buf_str(to, from.local ? jid_local(from) : STR("Server"));
		return;
	}
	buf_byte(to, '#');
	buf_str(to, jid_local(from));
	if (from.resource) {
		buf_byte(to, '/');
		nick_write(to, jid_resource(from), false);
	}
}

/* The room itself tells something. */
static void room_tells(struct classic *c, struct jid from, struct str text)
{
	own_buf sender = { 0 };

	classic_sender(c, jid_to_bare(from), &sender);
	classic_push(c, "103", buf_all(&sender), text, 0);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static struct stanza *stanza_to(struct classic *c, enum stanza_name name, enum stanza_type type, struct str to, struct str payload)
{
	own_arena arena = { 0 };
	own_buf id = { 0 };
	struct jid jid;

	if (!jid_parse(&jid, to, &arena))
		return NULL;
	classic_id(c, &id);
	return stanza_make(&(struct stanza_init){ .name = name, .type = type, .time = core_now(c->core), .from = c->session.jid, .to = jid,
						  .id = buf_all(&id), .payload = payload });
}

static void answer(struct classic *c, const char *reply)
{
	c->room_ask = ASK_NOTHING;
	c->room = NULL;
	c->room_question = stanza_unref(c->room_question);
	classic_answer(c, reply);
}

/* What was asked has come to nothing. */
static void fail(struct classic *c, const char *reply)
{
	if (c->room && !c->room->in)
		room_drop(c, c->room);
	answer(c, reply);
}

/* At the end of the turn; its answer is the reply to the request. */
static void ask(struct classic *c, uint8_t what, struct stanza *st)
{
	if (!st) {
		fail(c, "0|not possible");
		return;
	}
	stanza_unref(c->later);
	stanza_unref(c->room_question);
	c->later = st;
	c->room_question = stanza_ref(st);
	c->room_ask = what;
	classic_continue(c);
}

void classic_rooms_go_on(struct classic *c)
{
	struct stanza *st = c->later;

	if (!st || !c->logged_in || session_must_wait(&c->session))
		return;
	c->later = NULL;
	session_send(&c->session, st);
}

/* The name of the error in a payload. */
static struct str condition_of(const struct xml *x)
{
	const struct xml *error = xml_child(x, "error", NULL), *condition = error ? xml_child(error, NULL, ERRORS) : NULL;

	while (condition && str_is(condition->name, "text"))
		condition = xml_sibling(condition, NULL, ERRORS);
	return condition ? condition->name : STR("");
}

static const char *reason_of(struct str condition)
{
	static const struct {
		const char *condition, *reply;
	} replies[] = {
		{ "item-not-found", "0|no such room" },
		{ "forbidden", "0|you are banned from this room" },
		{ "registration-required", "0|only members may enter this room" },
		{ "not-authorized", "0|this room has a password: 108|#room,password" },
		{ "conflict", "0|your name is taken in this room" },
		{ "service-unavailable", "0|this room is full" },
		{ "not-allowed", "0|you may not make rooms" },
		{ "resource-constraint", "0|too many rooms" },
		{ "gone", "0|no such room" },
		{ "not-acceptable", "0|you are not in this room" },
		{ "internal-server-error", "0|try again later" },
	};

	for (size_t i = 0; i < countof(replies); i++)
		if (str_is(condition, replies[i].condition))
			return replies[i].reply;
	return "0|not possible";
}

/* What was asked did not even get there. */
void classic_room_sent(struct classic *c, const struct stanza *st, enum sent_verdict verdict)
{
	if (verdict != SENT_OK && c->room_question && str_eq(st->id, c->room_question->id))
		fail(c, verdict == SENT_TOO_MANY ? "0|too many rooms" : "0|not possible");
}

/* ---- 108, 109, 102 ------------------------------------------------------------------------------------------------ */

/* Our name; should somebody else have it there, with a number behind it. */
static void join_try(struct classic *c)
{
	struct classic_room *r = c->room;
	own_buf to = { 0 }, payload = { 0 }, nick = { 0 };

	buf_str(&nick, session_name(&c->session));
	if (c->room_tries++)
		buf_u64(&nick, c->room_tries);
	nick_set(r, buf_all(&nick));
	buf_fmt(&to, "%s/%.*s", r->bare, STR_ARG(r->nick));
	buf_lit(&payload, "<x xmlns='" MUC "'>");
	if (r->password.n) {
		buf_lit(&payload, "<password>");
		xml_escape(&payload, buf_all(&r->password));
		buf_lit(&payload, "</password>");
	}
	buf_lit(&payload, "</x>");
	ask(c, ASK_JOIN, stanza_to(c, STANZA_PRESENCE, PRESENCE_AVAILABLE, buf_all(&to), buf_all(&payload)));
}

/* False: it was answered. */
static bool room_read(struct classic *c, struct str name, struct jid *ret, struct arena *arena)
{
	if (!core_settings(c->core)->rooms_domain.n)
		classic_reply(c, "0|there are no rooms here");
	else if (!classic_is_room(name))
		classic_reply(c, "0|bad request");
	else if (!classic_room_jid(c, name, ret, arena))
		classic_reply(c, "0|this cannot be the name of a room");
	else
		return true;
	return false;
}

void classic_join(struct classic *c, struct str data)
{
	own_arena arena = { 0 };
	struct str name = str_trim(data), password = STR("");
	struct jid jid;

	if (classic_split(&data, &name))
		password = data;
	if (!classic_is_text(password)) {
		classic_reply(c, "0|bad request");
		return;
	}
	if (!room_read(c, name, &jid, &arena))
		return;
	if (room_find(c, jid_bare(jid))) {
		classic_reply(c, "1|");
		return;
	}
	if (c->rooms_n >= CLASSIC_ROOMS_MAX) {
		classic_reply(c, "0|too many rooms");
		return;
	}
	c->busy = true;
	c->room = room_new(c, jid);
	c->room_tries = 0;
	buf_str(&c->room->password, password);
	join_try(c);
}

void classic_leave(struct classic *c, struct str data)
{
	own_arena arena = { 0 };
	own_buf to = { 0 };
	struct jid jid;

	if (!room_read(c, str_trim(data), &jid, &arena))
		return;
	c->room = room_find(c, jid_bare(jid));
	if (!c->room) {
		classic_reply(c, "0|you are not in this room");
		return;
	}
	c->busy = true;
	buf_fmt(&to, "%s/%.*s", c->room->bare, STR_ARG(c->room->nick));
	ask(c, ASK_LEAVE, stanza_to(c, STANZA_PRESENCE, PRESENCE_UNAVAILABLE, buf_all(&to), STR("")));
}

void classic_room_who(struct classic *c, struct str data)
{
	own_arena arena = { 0 };
	struct jid jid;

	if (!room_read(c, str_trim(data), &jid, &arena))
		return;
	if (!classic_room_in(c, jid_bare(jid))) {
		classic_reply(c, "0|you are not in this room");
		return;
	}
	c->busy = true;
	ask(c, ASK_WHO, stanza_to(c, STANZA_IQ, IQ_GET, jid_bare(jid), STR("<query xmlns='" ITEMS "'/>")));
}

/* ---- what comes back ---------------------------------------------------------------------------------------------- */

const struct xml *classic_payload(const struct stanza *st, struct arena *arena)
{
	own_buf whole = { 0 };

	buf_lit(&whole, "<x>");
	buf_str(&whole, st->payload);
	buf_lit(&whole, "</x>");
	return xml_parse(arena, arena_str(arena, buf_all(&whole)), STR("jabber:client"), false);
}

static bool has_status(const struct xml *user, const char *code)
{
	for (const struct xml *s = user ? xml_child(user, "status", MUC_USER) : NULL; s; s = xml_sibling(s, "status", MUC_USER))
		if (str_is(xml_attr(s, "code"), code))
			return true;
	return false;
}

/* We are in. Who makes a room here wants it as rooms are by default (XEP-0045, 10.1.2). */
static void entered(struct classic *c, struct classic_room *r, const struct xml *user, struct jid at)
{
	own_buf text = { 0 };

	r->in = true;
	buf_wipe(&r->password);
	nick_set(r, jid_resource(at));
	if (c->room != r || c->room_ask != ASK_JOIN)
		return;
	if (has_status(user, "201")) {
		ask(c, ASK_OPEN, stanza_to(c, STANZA_IQ, IQ_SET, str_z(r->bare),
					   STR("<query xmlns='" MUC "#owner'><x xmlns='jabber:x:data' type='submit'/></query>")));
			return;
	}
	answer(c, "1|");
	if (str_eq(r->nick, session_name(&c->session)))
		return;
	buf_lit(&text, "your name is taken here: you are ");
	nick_write(&text, r->nick, false);
	room_tells(c, at, buf_all(&text));
}

/* Why we are not in the room any more: by the first status that is there (XEP-0045, 15.6.2). */
static void removed_tell(struct classic *c, const struct xml *user, struct jid at, struct arena *arena)
{
	static const struct {
		const char *code, *text;
	} causes[] = {
		{ "301", "you were banned from this room" },
		{ "307", "you were removed from this room" },
		{ "321", "you are no longer in this room: you are not a member any more" },
		{ "322", "you are no longer in this room: it is for its members now" },
		{ "332", "you are no longer in this room: the server stops" },
	};
	const struct xml *destroyed = user ? xml_child(user, "destroy", MUC_USER) : NULL, *item = user ? xml_child(user, "item", MUC_USER) : NULL;
	struct str reason = STR("");
	own_buf text = { 0 };

	for (size_t i = countof(causes); i-- > 0;)
		if (has_status(user, causes[i].code)) {
			buf_clear(&text);
			buf_str(&text, str_z(causes[i].text));
		}
	if (destroyed)
		buf_lit(&text, "this room was closed");
	else if (!text.n)
		buf_lit(&text, "you are no longer in this room");
	if (destroyed || item)
		reason = xml_child_text(destroyed ? destroyed : item, "reason", MUC_USER, arena);
	if (reason.n)
		buf_fmt(&text, ": %.*s", STR_ARG(reason));
	room_tells(c, at, buf_all(&text));
}

static void left(struct classic *c, struct classic_room *r, const struct xml *user, struct jid at, struct arena *arena)
{
	const struct xml *item = user ? xml_child(user, "item", MUC_USER) : NULL;
	bool asked = c->room == r, leaving = asked && c->room_ask == ASK_LEAVE;

	if (has_status(user, "303") && item && xml_attr(item, "nick").n) {
		nick_set(r, xml_attr(item, "nick"));
		return;
	}
	if (!leaving)
		removed_tell(c, user, at, arena);
	room_drop(c, r);
	if (asked)
		answer(c, leaving ? "1|" : "0|not possible");
}

static void refused(struct classic *c, const struct xml *x)
{
	struct str condition = condition_of(x);

	if (str_is(condition, "conflict") && c->room_tries < 9)
		join_try(c);
	else
		fail(c, reason_of(condition));
}

static void room_presence(struct classic *c, struct classic_room *r, const struct stanza *st)
{
	bool joining = c->room == r && c->room_ask == ASK_JOIN, mine = str_eq(jid_resource(st->from), r->nick);
	own_arena arena = { 0 };
	const struct xml *x, *user;

	/* Of the others there may be a thousand. */
	if (!mine && !joining)
		return;
	x = classic_payload(st, &arena);
	if (!x)
		return;
	user = xml_child(x, "x", MUC_USER);
	if (st->type == PRESENCE_ERROR && joining && !r->in)
		refused(c, x);
	else if (st->type == PRESENCE_UNAVAILABLE && mine && r->in)
		left(c, r, user, st->from, &arena);
	else if (st->type == PRESENCE_AVAILABLE && has_status(user, "110"))
		entered(c, r, user, st->from);
}

static int name_cmp(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static void who_tell(struct classic *c, const struct xml *x, struct jid room)
{
	const struct xml *query = xml_child(x, "query", ITEMS), *first = query ? xml_child(query, "item", ITEMS) : NULL;
	own_buf list = { 0 }, sender = { 0 };
	struct str *names;
	size_t n = 0, at = 0;

	for (const struct xml *i = first; i; i = xml_sibling(i, "item", ITEMS))
		n++;
	names = mem_alloc((n + 1) * sizeof *names);
	for (const struct xml *i = first; i; i = xml_sibling(i, "item", ITEMS)) {
		struct str jid = xml_attr(i, "jid");

		names[at++] = str_from(jid, str_find(jid, '/') + 1);
	}
	qsort(names, n, sizeof *names, name_cmp);
	for (size_t i = 0; i < n; i++) {
		if (list.n)
			buf_byte(&list, ',');
		nick_write(&list, names[i], true);
	}
	mem_free(names);
	classic_sender(c, jid_to_bare(room), &sender);
	classic_push_list(c, "102", buf_all(&sender), buf_all(&list));
}

static bool is_answer(const struct classic *c, const struct stanza *st)
{
	return c->room_question && (st->type == IQ_RESULT || st->type == IQ_ERROR) && str_eq(st->id, c->room_question->id) &&
	       str_eq(jid_full(st->from), jid_full(c->room_question->to));
}

static bool classic_room_answer(struct classic *c, const struct stanza *st)
{
	own_arena arena = { 0 };
	const struct xml *x;

	if (!is_answer(c, st))
		return false;
	x = classic_payload(st, &arena);
	if (x && st->type == IQ_RESULT && c->room_ask == ASK_WHO)
		who_tell(c, x, st->from);
	answer(c, !x ? "0|not possible" : st->type == IQ_ERROR ? reason_of(condition_of(x)) : c->room_ask == ASK_WHO ? NULL : "1|");
	return true;
}

/* ---- what is said ------------------------------------------------------------------------------------------------- */

/* An invitation: of a room in somebody's name (XEP-0045, 7.8.2), or somebody's own (XEP-0249). */
struct invitation {
	struct str room, password, reason;
	struct jid by;
};

static bool invitation_read(const struct stanza *st, const struct xml *x, struct arena *arena, struct invitation *ret)
{
	const struct xml *user = xml_child(x, "x", MUC_USER), *invite = user ? xml_child(user, "invite", MUC_USER) : NULL;
	const struct xml *direct = xml_child(x, "x", CONFERENCE);

	*ret = (struct invitation){ .by = st->from };
	if (invite) {
		ret->room = jid_bare(st->from);
		ret->password = xml_child_text(user, "password", MUC_USER, arena);
		ret->reason = xml_child_text(invite, "reason", MUC_USER, arena);
		return jid_parse(&ret->by, xml_attr(invite, "from"), arena);
	}
	if (!direct)
		return false;
	ret->room = xml_attr(direct, "jid");
	ret->password = xml_attr(direct, "password");
	ret->reason = xml_attr(direct, "reason");
	return true;
}

static bool invitation_show(struct classic *c, const struct stanza *st, const struct xml *x, struct arena *arena)
{
	own_buf text = { 0 }, sender = { 0 }, room = { 0 };
	struct invitation v;
	struct jid jid;

	if (!invitation_read(st, x, arena, &v) || !jid_parse(&jid, v.room, arena) || !is_of_room(c, jid))
		return false;
	classic_sender(c, v.by, &sender);
	classic_sender(c, jid_to_bare(jid), &room);
	buf_fmt(&text, "invites you to %s", buf_z(&room));
	if (v.reason.n)
		buf_fmt(&text, " (%.*s)", STR_ARG(v.reason));
	buf_fmt(&text, ": 108|%s", buf_z(&room));
	if (v.password.n)
		buf_fmt(&text, ",%.*s", STR_ARG(v.password));
	classic_push(c, "103", buf_all(&sender), buf_all(&text), st->time);
	return true;
}

/* Our own message, come back from a room to the connection that said it: its reply was enough. */
static bool is_echo(const struct classic *c, const struct classic_room *r, const struct delivery *d)
{
	const struct stanza *st = d->stanza;
	own_buf mark = { 0 };

	buf_fmt(&mark, "c%llx.", (unsigned long long)c->mark);
	return !d->waited && str_eq(jid_resource(st->from), r->nick) && str_starts(st->id, buf_all(&mark));
}

static void said_show(struct classic *c, const struct classic_room *r, const struct delivery *d)
{
	const struct stanza *st = d->stanza;
	own_arena arena = { 0 };
	own_buf body = { 0 }, sender = { 0 };
	const struct xml *x;

	if (st->type == MESSAGE_GROUPCHAT && is_echo(c, r, d))
		return;
	classic_sender(c, st->from, &sender);
	if (classic_push_message(c, "103", buf_all(&sender), st->type == MESSAGE_GROUPCHAT ? "" : "(only to you) ", st))
		return;
	x = st->type == MESSAGE_GROUPCHAT && (st->traits & STANZA_SUBJECT) ? classic_payload(st, &arena) : NULL;
	if (!x || !xml_child_text(x, "subject", "jabber:client", &arena).n)
		return;
	buf_lit(&body, "subject: ");
	buf_str(&body, xml_child_text(x, "subject", "jabber:client", &arena));
	classic_push(c, "103", buf_all(&sender), buf_all(&body), st->time);
}

static bool may_invite(const struct stanza *st)
{
	return memmem(st->payload.p, st->payload.n, MUC_USER, sizeof MUC_USER - 1) ||
	       memmem(st->payload.p, st->payload.n, CONFERENCE, sizeof CONFERENCE - 1);
}

bool classic_room_deliver(struct classic *c, const struct delivery *d)
{
	const struct stanza *st = d->stanza;
	struct classic_room *r = is_of_room(c, st->from) ? room_find(c, jid_bare(st->from)) : NULL;
	own_arena arena = { 0 };
	const struct xml *x;

	if (st->name == STANZA_PRESENCE && r)
		room_presence(c, r, st);
	if (st->name == STANZA_IQ)
		return classic_room_answer(c, st);
	if (st->name != STANZA_MESSAGE || st->type == MESSAGE_ERROR)
		return is_of_room(c, st->from);
	if (st->type != MESSAGE_GROUPCHAT && d->kind == DELIVERY_PLAIN && st->payload.n && may_invite(st)) {
		x = classic_payload(st, &arena);
		if (x && invitation_show(c, st, x, &arena))
			return true;
	}
	if (r && r->in && d->kind == DELIVERY_PLAIN)
		said_show(c, r, d);
	return is_of_room(c, st->from);
}
