/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/classic/talk.c - messages, who is online: 102, 103, 110, and what the core has for the client.
 */
#include <assert.h>

#include "base/log.h"
#include "core/directory.h"
#include "doors/classic/classic.h"
#include "wire/xml.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

void classic_id(struct classic *c, struct buf *to) { buf_fmt(to, "c%llx.%llu", (unsigned long long)c->mark, (unsigned long long)++c->said); }

/* ---- 102 ---------------------------------------------------------------------------------------------------- */

static void name_add(struct str name, void *arg)
{
	struct buf *list = arg;

	if (list->n)
		buf_byte(list, ',');
	buf_str(list, name);
}

void classic_online(struct classic *c, struct str data)
{
	own_buf list = { 0 };

	if (data.n) {
		if (classic_is_room(data))
			classic_room_who(c, data);
		else
			classic_reply(c, "0|bad request");
		return;
	}
	directory_users(c->core, name_add, &list);
	classic_push_list(c, "102", STR("Server"), buf_all(&list));
}

/* ---- 103 ---------------------------------------------------------------------------------------------------- */

/* Replies by how the message ended; NULL where there is nothing better to say than that it did not work. */
static const char *const sent_reply[] = {
	[SENT_OK] = "1|",
	[SENT_NO_SUCH_USER] = "0|no such user",
	[SENT_BLOCKED] = "0|no such user", /* who is blocked shall not learn that */
	[SENT_BLOCKING] = "0|you block this user",
	[SENT_QUEUE_FULL] = "0|too much waits for this user",
	[SENT_NOT_STORED] = "0|try again later",
	[SENT_UNSUPPORTED] = NULL,
	[SENT_NO_SUCH_ROOM] = "0|no such room",
	[SENT_NOT_IN_ROOM] = "0|you are not in this room",
	[SENT_NO_VOICE] = "0|you may not speak in this room",
	[SENT_TOO_FAST] = "0|too fast for this room: wait a little",
	[SENT_NOT_ALLOWED] = "0|not allowed",
	[SENT_BAD] = "0|bad request",
	[SENT_TOO_MANY] = "0|too many rooms",
	[SENT_TIMEOUT] = "0|try again later",
};

const char *classic_sent_reply(enum sent_verdict verdict)
{
	const char *reply = verdict < countof(sent_reply) ? sent_reply[verdict] : NULL;

	return reply ? reply : "0|not possible";
}

static void on_sent(struct session *s, const struct stanza *stanza, enum sent_verdict verdict)
{
	struct classic *c = classic_of(s);

	if (stanza->name != STANZA_MESSAGE) {
		classic_room_sent(c, stanza, verdict);
		return;
	}
	if (c->offer) {
		classic_declined(c, verdict);
		return;
	}
	assert(c->unanswered);
	c->unanswered--;
	classic_reply_message(c, classic_sent_reply(verdict));
	if (c->paused || c->held)
		classic_continue(c);
}

static void on_drained(struct session *s)
{
	struct classic *c = classic_of(s);

	if (c->paused || c->held || c->bounces_n || c->later)
		classic_continue(c);
}

/* What XML cannot hold (XML 1.0, 2.2): control characters, U+FFFE and U+FFFF. The text is UTF-8. */
bool classic_is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return false;
		if (c == 0xEF && (unsigned char)s.p[i + 1] == 0xBF && (unsigned char)s.p[i + 2] >= 0xBE)
			return false;
	}
	return true;
}

/* A CR that is not escaped would come back as LF (XML 1.0, 2.11). */
static void body_write(struct buf *to, struct str content)
{
	buf_lit(to, "<body>");
	for (;;) {
		size_t n = str_find(content, '\r');

		xml_escape(to, str_n(content.p, n));
		if (n == content.n)
			break;
		buf_lit(to, "&#13;");
		content = str_from(content, n + 1);
	}
	buf_lit(to, "</body>");
}

static struct stanza *message_make(struct classic *c, struct jid to, enum stanza_type type, struct str content)
{
	own_buf payload = { 0 };
	own_buf id = { 0 };

	body_write(&payload, content);
	classic_id(c, &id);
	return stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE, .type = type, .traits = content.n ? STANZA_BODY : 0,
		.time = core_now(c->core), .from = c->session.jid, .to = to, .id = buf_all(&id),
		.payload = buf_all(&payload) });
}

/* "#room", or "#room/nick" for one of those in it. */
static const char *room_refuse(struct classic *c, struct str to, struct jid *ret, enum stanza_type *type, struct arena *arena)
{
	size_t slash = str_find(to, '/');
	struct str nick = str_from(to, slash + 1);

	if (!classic_room_jid(c, str_n(to.p, slash), ret, arena))
		return "0|no such room";
	if (!classic_room_in(c, jid_bare(*ret)))
		return "0|you are not in this room";
	*type = slash == to.n ? MESSAGE_GROUPCHAT : MESSAGE_CHAT;
	if (slash == to.n)
		return NULL;
	if (!nick.n || !jid_resource_prepare(&nick, nick, arena))
		return "0|no such user";
	*ret = jid_make(jid_local(*ret), jid_domain(*ret), nick, arena);
	return NULL;
}

const char *classic_receiver(struct classic *c, struct str from, struct str to, struct jid *ret,
			     enum stanza_type *type, struct arena *arena)
{
	struct str name;

	if (!jid_local_prepare(&name, from, arena) || !str_eq(name, session_name(&c->session)))
		return "0|not you";
	if (classic_is_room(to))
		return room_refuse(c, to, ret, type, arena);
	if (!jid_local_prepare(&name, to, arena))
		return "0|no such user";
	*ret = jid_make(name, core_domain(c->core), STR(""), arena);
	return NULL;
}

void classic_message(struct classic *c, struct str data)
{
	own_arena arena = { 0 };
	struct str from = STR_NONE, to = STR_NONE;
	struct jid jid = { 0 };
	enum stanza_type type = MESSAGE_CHAT;
	const char *refusal = "0|bad request";

	if (classic_split(&data, &from) && classic_split(&data, &to))
		refusal = classic_receiver(c, from, to, &jid, &type, &arena);
	if (!refusal && (data.n == 0 || !classic_is_text(data)))
		refusal = "0|bad request";
	if (refusal) {
		/* Replies come in the order of the requests: this one after those that wait for the disk. */
		if (c->unanswered)
			c->held = true;
		else
			classic_reply_message(c, refusal);
		return;
	}
	/* Counted first: `sent` may come before session_send() returns. */
	c->unanswered++;
	session_send(&c->session, message_make(c, jid, type, data));
}

/* ---- 110 ---------------------------------------------------------------------------------------------------- */

void classic_events(struct classic *c, struct str data)
{
	bool on = str_is(data, "on");

	if (!on && !str_is(data, "off")) {
		classic_reply(c, "0|bad request");
		return;
	}
	c->session.wants_online = on;
	classic_reply(c, "1|");
}

static void on_notice(struct session *s, const struct notice *n)
{
	own_buf content = { 0 };

	if (n->kind != NOTICE_ONLINE && n->kind != NOTICE_OFFLINE)
		return;
	buf_fmt(&content, "%s,%.*s", n->kind == NOTICE_ONLINE ? "login" : "logout", STR_ARG(n->name));
	classic_push(classic_of(s), "110", STR("Server"), buf_all(&content), 0);
}

/* ---- what the core has for the client ----------------------------------------------------------------------- */

/* An IQ needs an answer (RFC 6120, 8.2.3); this client knows none. It is sent at the end of the turn, since the core
 * is calling. */
static void bounce(struct classic *c, const struct stanza *iq)
{
	if ((iq->type != IQ_GET && iq->type != IQ_SET) || c->bounces_n == CLASSIC_BOUNCES_MAX)
		return;
	c->bounces[c->bounces_n++] = stanza_make(&(struct stanza_init){
		.name = STANZA_IQ, .type = IQ_ERROR, .time = core_now(c->core), .from = c->session.jid, .to = iq->from,
		.id = iq->id,
		.payload = STR("<error type='cancel'>"
			       "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>") });
	classic_continue(c);
}

/* The client does not read: its messages stay in the store, its link goes. */
static void spill(struct classic *c)
{
	own_buf address = { 0 };

	if (c->link->closing)
		return;
	link_address(c->link, &address);
	log_event(spilled, "door=classic user=%.*s ip=%s", STR_ARG(session_name(&c->session)), buf_z(&address));
	core_count_up(c->core, COUNT_SPILLED, 1);
	c->link->ops->hang_up(c->link, CLOSE_STALLED);
}

static void message_show(struct classic *c, const struct delivery *d)
{
	const struct stanza *st = d->stanza;
	own_buf sender = { 0 };

	if (d->kind == DELIVERY_CARBON_SENT)
		return;
	classic_sender(c, st->from, &sender);
	/* What comes back says that what was stored was not delivered after all. */
	classic_push_message(c, "103", buf_all(&sender), st->type == MESSAGE_ERROR ? "(server: not delivered) " : "", st);
}

static void on_deliver(struct session *s, const struct delivery *d)
{
	struct classic *c = classic_of(s);

	if (c->link->closing)
		return;
	if (classic_backlog(c) > core_settings(c->core)->backlog_max) {
		spill(c);
		return;
	}
	if (classic_room_deliver(c, d))
		;
	else if (d->stanza->name == STANZA_MESSAGE)
		message_show(c, d);
	else if (d->stanza->name == STANZA_IQ)
		bounce(c, d->stanza);
	if (d->ticket)
		classic_ticket(c, d->ticket);
}

static void on_kick(struct session *s, enum kick_why why)
{
	struct classic *c = classic_of(s);

	(void)why;
	if (!c->link->closing)
		c->link->ops->hang_up(c->link, CLOSE_ASKED);
}

static void on_describe(struct session *s, struct buf *address)
{
	struct classic *c = classic_of(s);

	link_address(c->link, address);
	buf_fmt(address, " %s", classic_encoding(c));
}

const struct session_ops classic_session_ops = {
	.door = "classic",
	.deliver = on_deliver,
	.sent = on_sent,
	.drained = on_drained,
	.notice = on_notice,
	.kick = on_kick,
	.describe = on_describe,
};
