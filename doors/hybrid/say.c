/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/say.c - messages: from an entry to the core and how they ended, and what the core has for an entry:
 * `relayed` on its connection where it has spoken there, else `talk` datagrams from the port of who sends it.
 */
#include "doors/hybrid/hybrid.h"

#include <assert.h>

#include "base/log.h"
#include "wire/xml.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

/* A message on its way: who is answered when it has ended. */
struct errand {
	struct list here;
	struct kept *kept; /* NULL: its connection has gone, or it came as a datagram */
	bool talk;         /* as a datagram */
	size_t name_n;
	char name[];       /* talk: whom to; prepared */
};

/* ---- to the core ------------------------------------------------------------------------------------------------- */

/* What XML cannot hold (XML 1.0, 2.2): control characters, U+FFFE and U+FFFF. The text is UTF-8. */
static bool is_text(struct str s)
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

static void payload_write(struct buf *to, struct str content, struct str id)
{
	buf_lit(to, "<body>");
	xml_escape(to, content);
	buf_lit(to, "</body>");
	if (!id.n)
		return;
	buf_lit(to, "<origin-id xmlns='urn:xmpp:sid:0'");
	xml_write_attr(to, "id", id);
	buf_lit(to, "/>");
}

static struct stanza *message_make(struct entry *e, struct jid to, struct str content, struct str id)
{
	own_buf payload = { 0 }, made = { 0 };

	payload_write(&payload, content, id);
	buf_fmt(&made, "h%llx.%llu", (unsigned long long)e->mark, (unsigned long long)++e->said);
	return stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE, .type = MESSAGE_CHAT, .traits = STANZA_BODY, .time = core_now(e->h->core),
		.from = e->session.jid, .to = to, .id = id.n ? id : buf_all(&made),
		.origin_id = id.n ? id : STR_NONE, .payload = buf_all(&payload) });
}

static void errand_add(struct entry *e, struct kept *k, struct str name)
{
	struct errand *r = mem_alloc(sizeof *r + name.n);

	r->kept = k;
	r->talk = !k;
	r->name_n = name.n;
	memcpy(r->name, name.p, name.n);
	list_append(&e->errands, &r->here);
	e->errands_n++;
	if (k)
		k->unanswered++;
}

const char *entry_say(struct entry *e, struct kept *k, struct str to, struct str content, struct str id)
{
	own_arena arena = { 0 };
	struct str name;
	struct jid jid;

	if (!content.n || !is_text(content) || !is_text(id))
		return "bad request";
	if (!jid_local_prepare(&name, to, &arena))
		return "no such user";
	/* Counted first: `sent` may come before session_send() returns. */
	errand_add(e, k, name);
	jid = jid_make(name, core_domain(e->h->core), STR(""), &arena);
	session_send(&e->session, message_make(e, jid, content, id));
	return NULL;
}

void errands_forget(struct entry *e, const struct kept *k)
{
	list_each(r, &e->errands, struct errand, here)
		if (r->kept == k)
			r->kept = NULL;
}

/* By how the message ended; NULL where there is nothing better to say than that it did not work. */
static const char *const sent_reason[] = {
	[SENT_NO_SUCH_USER] = "no such user",
	[SENT_BLOCKED] = "no such user", /* who is blocked shall not learn that */
	[SENT_BLOCKING] = "you block this user",
	[SENT_QUEUE_FULL] = "too much waits for this user",
	[SENT_NOT_STORED] = "try again later",
	[SENT_NOT_ALLOWED] = "not allowed",
	[SENT_TIMEOUT] = "try again later",
};

static const char *reason_of(enum sent_verdict verdict)
{
	const char *reason = verdict < countof(sent_reason) ? sent_reason[verdict] : NULL;

	return reason ? reason : "not possible";
}

static void talk_to(struct entry *e, struct datagrams *from, struct str user, struct str content, msec time);

/* Words of the server's, where its client shows what belongs to that conversation. */
static void talk_failed(struct entry *e, struct str name, const char *reason)
{
	struct bridged *b = bridged_find(e->h, name);
	own_buf text = { 0 };

	if (!b || !b->datagrams || !e->endpoint.port)
		return;
	buf_fmt(&text, "(server: not delivered: %s)", reason);
	talk_to(e, b->datagrams, b->shown, buf_all(&text), core_now(e->h->core));
}

static void relay_answer(struct kept *k, enum sent_verdict verdict)
{
	own_buf reply = { 0 };

	assert(k->unanswered);
	k->unanswered--;
	if (verdict)
		buf_fmt(&reply, "no,%s", reason_of(verdict));
	else
		buf_lit(&reply, "ok");
	kept_line(k, buf_all(&reply));
	kept_continue(k);
}

static void on_sent(struct session *s, const struct stanza *stanza, enum sent_verdict verdict)
{
	struct entry *e = entry_of(s);
	struct errand *r = list_first(&e->errands, struct errand, here);

	if (stanza->name != STANZA_MESSAGE)
		return;
	assert(r);
	list_remove(&r->here);
	e->errands_n--;
	if (r->kept)
		relay_answer(r->kept, verdict);
	else if (r->talk && verdict)
		talk_failed(e, str_n(r->name, r->name_n), reason_of(verdict));
	mem_free(r);
}

static void on_drained(struct session *s)
{
	struct entry *e = entry_of(s);

	if (e->bounces_n)
		entry_continue(e);
	if (e->kept && (e->kept->held || e->kept->paused))
		kept_continue(e->kept);
}

/* ---- to the client ----------------------------------------------------------------------------------------------- */

static void talk_to(struct entry *e, struct datagrams *from, struct str user, struct str content, msec time)
{
	struct datagrams *d = from ? from : e->h->datagrams;
	bool near = endpoint_is_private(e->endpoint.address);
	own_buf when = { 0 };

	hybrid_time_write(&when, time);
	do {
		size_t n = hybrid_talk_fit(e->encoding, buf_all(&when), user, content, HYBRID_TALK_MAX);
		struct hybrid_datagram one = { .kind = HYBRID_TALK, .time = buf_all(&when), .user = user,
					       .content = str_n(content.p, n) };
		own_buf bytes = { 0 };

		hybrid_write(&bytes, e->encoding, &one);
		if (d)
			d->ops->send(d, e->local, &e->endpoint, near, buf_all(&bytes));
		content = str_from(content, n);
	} while (content.n);
}

static void relayed_one(struct kept *k, struct str user, struct str content, msec time)
{
	own_buf line = { 0 };

	k->relayed++;
	buf_lit(&line, "relayed,");
	hybrid_time_write(&line, time);
	buf_fmt(&line, ",%.*s,", STR_ARG(user));
	buf_str(&line, content);
	kept_line(k, buf_all(&line));
}

/* With its id and as one line. What is longer than a line of a client's could be is a line all the same: the client
 * reads what the server says. */
static void relayed_whole(struct kept *k, struct str user, struct str content, struct str id, msec time)
{
	own_buf line = { 0 }, escaped = { 0 };

	/* Some ids could not be told apart from what follows. */
	if (str_find(id, '\n') < id.n || str_find(id, '\r') < id.n)
		id = STR("");
	buf_fmt(&line, "id,%.*s", STR_ARG(id));
	kept_line(k, buf_all(&line));
	hybrid_escape(&escaped, content);
	relayed_one(k, user, buf_all(&escaped), time);
}

/* The first line of `rest` is cut off; at LF or CR, since clients that read lines break at either. */
static struct str line_take(struct str *rest)
{
	size_t lf = str_find(*rest, '\n'), n = str_find(str_n(rest->p, lf), '\r');
	struct str line = str_n(rest->p, n);

	if (n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = str_from(*rest, n + 1);
	return line;
}

/* What is left, as one line with blanks for its endings. */
static void relayed_joined(struct kept *k, struct str user, struct str rest, msec time)
{
	own_buf line = { 0 };

	while (rest.n) {
		buf_str(&line, line_take(&rest));
		buf_byte(&line, ' ');
	}
	relayed_one(k, user, str_trim(buf_all(&line)), time);
}

/* A line each. Beyond what anybody writes by hand the rest comes as one, so that some bytes cannot become many. */
static void relayed_lines(struct kept *k, struct str user, struct str content, msec time)
{
	size_t cost = user.n + sizeof "relayed,2026-11-21 09:28:00,,\n";
	size_t room = core_settings(k->h->core)->backlog_max / 128 + content.n;

	for (bool first = true; first || content.n; first = false) {
		if (room < cost && !first) {
			relayed_joined(k, user, content, time);
			return;
		}
		room -= room < cost ? room : cost;
		relayed_one(k, user, line_take(&content), time);
	}
}

/* Under which name the sender is known here: as he has written it himself, where he is in; what cannot stand in a list
 * is "Server". */
static struct str sender_name(const struct hybrid *h, struct jid from)
{
	const struct entry *e;

	if (!from.local || !hybrid_is_name(jid_bare(from)))
		return STR("Server");
	if (!str_eq(jid_domain(from), core_domain(h->core)))
		return jid_bare(from);
	e = entry_find(h, jid_local(from));
	return e ? e->shown : jid_local(from);
}

static struct str id_of(const struct stanza *st)
{
	if (st->origin_id.n)
		return st->origin_id;
	return st->id.p ? st->id : STR("");
}

static void message_show(struct entry *e, const struct delivery *d)
{
	const struct stanza *st = d->stanza;
	struct str user = sender_name(e->h, st->from);
	bool failed = st->type == MESSAGE_ERROR; /* something that he has sent; under its id */
	own_buf body = { 0 };

	if (failed)
		buf_lit(&body, "(server: not delivered) ");
	if (st->type == MESSAGE_GROUPCHAT || d->kind == DELIVERY_CARBON_SENT || (!stanza_body(st, &body) && !failed))
		return;
	if (!entry_is_bound(e)) {
		const struct bridged *b = bridged_find(e->h, jid_local(st->from));
		bool local = str_eq(jid_domain(st->from), core_domain(e->h->core));

		talk_to(e, local && b ? b->datagrams : NULL, user, buf_all(&body), st->time);
	} else if (e->kept->ids) {
		relayed_whole(e->kept, user, buf_all(&body), failed ? STR("") : id_of(st), st->time);
	} else {
		relayed_lines(e->kept, user, buf_all(&body), st->time);
	}
}

/* ---- what has come ----------------------------------------------------------------------------------------------- */

/* About what a message costs beside its payload. */
enum { HELD_HEAD = 256 };

/* What a guest may not get is kept as long as there is room, and goes back when he does not come for it. */
static void ticket_keep(struct entry *e, const struct delivery *d, bool said)
{
	struct ticket_given given = { .ticket = d->ticket, .line = said ? 0 : LINE_UNSAID };
	size_t cost = d->stanza->payload.n + HELD_HEAD;

	if (said && e->kept)
		given.line = e->kept->relayed;
	if (e->guest && e->held + cost <= HYBRID_HELD_MAX) {
		given.st = stanza_ref((struct stanza *)d->stanza);
		e->held += cost;
	}
	if (said || given.st)
		buf_add(&e->tickets, &given, sizeof given);
	entry_continue(e);
}

static void ticket_forget(struct entry *e, struct ticket_given *given)
{
	if (given->st)
		e->held -= given->st->payload.n + HELD_HEAD;
	given->st = stanza_unref(given->st);
}

static bool has_come(const struct entry *e, const struct ticket_given *given)
{
	if (given->line == LINE_UNSAID)
		return false;
	if (entry_is_bound(e) && e->kept->gots)
		return given->line <= e->kept->got;
	if (entry_is_bound(e))
		return e->kept->link && link_backlog(e->kept->link) == 0;
	/* A datagram. Of who has an account, or an open connection, it is taken to have come. */
	return e->kept || !given->st;
}

static void tickets_look(struct entry *e, bool lives)
{
	struct buf tickets = e->tickets;

	e->tickets = (struct buf){ 0 };
	for (size_t i = 0; i < tickets.n; i += sizeof(struct ticket_given)) {
		struct ticket_given given;

		memcpy(&given, tickets.p + i, sizeof given);
		if (lives || has_come(e, &given)) {
			session_delivered(&e->session, given.ticket);
			ticket_forget(e, &given);
		} else {
			buf_add(&e->tickets, &given, sizeof given);
		}
	}
	buf_free(&tickets);
}

void tickets_settle(struct entry *e)
{
	if (e->tickets.n)
		tickets_look(e, false);
}

void entry_lives(struct entry *e)
{
	e->heard = core_clock(e->h->core);
	e->asked = 0;
	if (e->tickets.n && !entry_is_bound(e))
		tickets_look(e, true);
}

/* Takes them all away, each to `end`. */
static void tickets_end(struct entry *e, void (*end)(struct entry *e, const struct ticket_given *given))
{
	struct buf tickets = e->tickets;

	e->tickets = (struct buf){ 0 };
	for (size_t i = 0; i < tickets.n; i += sizeof(struct ticket_given)) {
		struct ticket_given given;

		memcpy(&given, tickets.p + i, sizeof given);
		if (end)
			end(e, &given);
		ticket_forget(e, &given);
	}
	buf_free(&tickets);
}

static void undelivered(struct entry *e, const struct ticket_given *given)
{
	session_undelivered(&e->session, given->ticket);
}

void tickets_return(struct entry *e) { tickets_end(e, undelivered); }

/* RFC 6120, 8.3: what was sent, and the error; to the client that has sent it. */
static void send_back(struct entry *e, const struct ticket_given *given)
{
	static const struct str error =
		STR_INIT("<error type='cancel'><recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
			 "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>"
			 "The recipient has gone and may not have received this.</text></error>");
	const struct stanza *st = given->st;
	own_buf payload = { 0 };

	if (!st || !st->from.resource || jid_same_bare(st->from, e->session.jid))
		return;
	buf_str(&payload, st->payload);
	buf_str(&payload, error);
	errand_add(e, NULL, STR(""));
	session_send(&e->session, stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE, .type = MESSAGE_ERROR, .time = core_now(e->h->core), .from = e->session.jid,
		.to = st->from, .id = st->id, .payload = buf_all(&payload) }));
}

void tickets_bounce(struct entry *e)
{
	if (e->guest && !core_ending(e->h->core))
		tickets_end(e, send_back);
}

/* ---- what the core calls ------------------------------------------------------------------------------------------ */

/* An IQ needs an answer (RFC 6120, 8.2.3); this client knows none. Sent at the end of the turn, since the core is
 * calling. */
static void bounce(struct entry *e, const struct stanza *iq)
{
	if ((iq->type != IQ_GET && iq->type != IQ_SET) || e->bounces_n == HYBRID_BOUNCES_MAX)
		return;
	e->bounces[e->bounces_n++] = stanza_make(&(struct stanza_init){
		.name = STANZA_IQ, .type = IQ_ERROR, .time = core_now(e->h->core), .from = e->session.jid,
		.to = iq->from, .id = iq->id,
		.payload = STR("<error type='cancel'>"
			       "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>") });
	entry_continue(e);
}

/* The client does not read: its messages stay in the store, its connection goes. */
static void spill(struct entry *e)
{
	own_buf address = { 0 };

	link_address(e->kept->link, &address);
	log_event(spilled, "door=hybrid user=%.*s ip=%s", STR_ARG(e->name), buf_z(&address));
	core_count_up(e->h->core, COUNT_SPILLED, 1);
	kept_hang_up(e->kept, CLOSE_STALLED);
}

/* It is told more than it takes: bytes, or messages that it does not say `got` to. */
static bool is_behind(const struct entry *e)
{
	return link_backlog(e->kept->link) > core_settings(e->h->core)->backlog_max ||
	       e->tickets.n > HYBRID_UNGOT_MAX * sizeof(struct ticket_given);
}

static void on_deliver(struct session *s, const struct delivery *d)
{
	struct entry *e = entry_of(s);

	if (entry_is_bound(e) && (e->kept->link->closing || is_behind(e))) {
		if (d->ticket)
			ticket_keep(e, d, false);
		if (!e->kept->link->closing)
			spill(e);
		return;
	}
	if (d->stanza->name == STANZA_MESSAGE)
		message_show(e, d);
	else if (d->stanza->name == STANZA_IQ)
		bounce(e, d->stanza);
	if (d->ticket)
		ticket_keep(e, d, true);
}

void bounces_send(struct entry *e)
{
	if (session_must_wait(&e->session))
		return;
	for (unsigned i = 0; i < e->bounces_n; i++)
		session_send(&e->session, e->bounces[i]);
	e->bounces_n = 0;
}

static void on_notice(struct session *s, const struct notice *n)
{
	if (n->kind == NOTICE_ONLINE || n->kind == NOTICE_OFFLINE)
		bridge_update(entry_of(s)->h, n->name);
}

static void on_kick(struct session *s, enum kick_why why)
{
	(void)why;
	entry_leave(entry_of(s), "ended by the server");
}

static void on_describe(struct session *s, struct buf *to)
{
	struct entry *e = entry_of(s);

	if (e->endpoint.port)
		endpoint_write(to, &e->endpoint);
	else
		endpoint_address_write(to, e->endpoint.address);
	buf_str(to, e->encoding == HYBRID_UTF16 ? STR(" UTF-16") : STR(" UTF-8"));
}

const struct session_ops hybrid_session_ops = {
	.door = "hybrid",
	.deliver = on_deliver,
	.sent = on_sent,
	.drained = on_drained,
	.notice = on_notice,
	.kick = on_kick,
	.describe = on_describe,
};

void entry_say_free(struct entry *e)
{
	while (!list_empty(&e->errands)) {
		struct errand *r = list_first(&e->errands, struct errand, here);

		list_remove(&r->here);
		mem_free(r);
	}
	for (unsigned i = 0; i < e->bounces_n; i++)
		stanza_unref(e->bounces[i]);
	e->bounces_n = 0;
	tickets_end(e, NULL);
}
