/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/bosh_session.c - sessions of BOSH. Requests are taken in the order of their numbers; each is held until
 * there is something to say, a newer one has come, or its time is over. What was said last is kept, and said again to
 * who asks again with the same number.
 */
#include <assert.h>

#include "base/crypt.h"
#include "doors/web/bosh.h"
#include "doors/web/hosted.h"

#define NS_BOSH "http://jabber.org/protocol/httpbind"
#define NS_XBOSH "urn:xmpp:xbosh"
#define NS_XML "http://www.w3.org/XML/1998/namespace"
#define NS_CLIENT "jabber:client"

enum {
	SID_BYTES = 16,
	HOLD_MAX = 1,
	REQUESTS_MAX = HOLD_MAX + 1,
	WAIT_MAX_S = 60,
	INACTIVITY_S = 60,
	PAUSE_MAX_S = 120,
	SESSIONS_MAX = 10000,       /* of a core */
	ADDRESS_SESSIONS_MAX = 100, /* of one address; this machine is not counted */
};
#define RID_MAX (1ull << 53) /* XEP-0124, 14.1 */

struct session;

/* A request that was not answered yet. */
struct ask {
	struct session *session;
	struct map_node node; /* home->asks, while its connection is there */
	struct list here;     /* session->asks, in the order of rid */
	struct bosh_from from;
	uint64_t rid;
	struct buf body;      /* until it is taken */
	size_t done;          /* elements of it that the stream has */
	msec until;
	bool held;            /* its connection is there */
	bool taken;
	bool opened;          /* it begins a stream, and has */
};

/* What was answered, for who did not get it. */
struct past {
	uint64_t rid;
	struct buf body;
};

struct session {
	struct map_node node;
	struct list here;
	struct bosh_home *home;
	struct hosted hosted;
	struct buf sid;
	struct list asks;
	unsigned asks_n;
	struct past past[REQUESTS_MAX];
	unsigned past_at;
	struct buf out;     /* elements that wait for a request */
	size_t unconfirmed; /* bytes of answers; a newer request shows that they have arrived */
	struct buf header;  /* attributes of the first answer, until that is given */
	uint64_t rid;       /* the last that was taken */
	msec wait_ms, quiet_ms, quiet_from;
	unsigned hold;
	struct timer timer;
	struct post turn;
	const char *condition; /* with which it ends */
	bool posted;
	bool pausing;  /* all that is held is answered: the client goes away for a while */
	bool ended;    /* the stream is over: the next answer says so */
	bool told;     /* it did */
	bool released;
};

static struct session *session_of(struct hosted *h) { return holder_of(h, struct session, hosted); }
static struct world *world_of(const struct session *s) { return core_world(s->home->core); }
static msec clock_of(const struct session *s) { return core_clock(s->home->core); }
static struct str key_of(const struct bosh_from *from) { return str_n((const char *)from, sizeof *from); }

static void turn_later(struct session *s)
{
	if (s->posted)
		return;
	s->posted = true;
	world_later(world_of(s), &s->turn);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void ask_unhold(struct session *s, struct ask *a)
{
	if (a->held)
		map_remove(&s->home->asks, &a->node);
	a->held = false;
}

static void ask_free(struct session *s, struct ask *a)
{
	ask_unhold(s, a);
	list_remove(&a->here);
	buf_free(&a->body);
	mem_free(a);
	s->asks_n--;
	s->quiet_from = clock_of(s);
}

static void free_if_over(struct session *s)
{
	if (!s->released || s->posted)
		return;
	for (unsigned i = 0; i < REQUESTS_MAX; i++)
		buf_free(&s->past[i].body);
	buf_free(&s->sid);
	buf_free(&s->out);
	buf_free(&s->header);
	mem_free(s);
}

static void on_release(struct hosted *h)
{
	session_of(h)->released = true;
	free_if_over(session_of(h));
}

static void session_unlist(struct session *s)
{
	list_each(a, &s->asks, struct ask, here)
		ask_free(s, a);
	world_stop(world_of(s), &s->timer);
	map_remove(&s->home->sessions, &s->node);
	list_remove(&s->here);
}

static void session_free(struct session *s)
{
	list_each(a, &s->asks, struct ask, here)
		if (a->held)
			bosh_reply_end(s->home, a->from, "item-not-found");
	session_unlist(s);
	hosted_free(&s->hosted, CLOSE_PEER);
}

void bosh_drop(struct bosh_home *h)
{
	list_each(s, &h->all, struct session, here) {
		session_unlist(s);
		hosted_drop(&s->hosted);
	}
	map_free(&h->sessions);
	map_free(&h->asks);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static const struct past *past_find(const struct session *s, uint64_t rid)
{
	for (unsigned i = 0; i < REQUESTS_MAX; i++)
		if (s->past[i].body.n && s->past[i].rid == rid)
			return &s->past[i];
	return NULL;
}

/* The answer becomes one of the past. */
static struct str body_write(struct session *s, uint64_t rid)
{
	struct past *p = &s->past[s->past_at++ % REQUESTS_MAX];
	struct buf *to = &p->body;

	p->rid = rid;
	buf_free(to);
	buf_lit(to, "<body xmlns='" NS_BOSH "'");
	buf_str(to, buf_all(&s->header));
	buf_free(&s->header);
	if (s->ended) {
		buf_lit(to, " type='terminate'");
		if (s->condition)
			buf_fmt(to, " condition='%s'", s->condition);
		s->told = true;
	}
	if (s->out.n) {
		buf_byte(to, '>');
		buf_str(to, buf_all(&s->out));
		buf_lit(to, "</body>");
		s->unconfirmed += s->out.n;
		buf_free(&s->out);
	} else {
		buf_lit(to, "/>");
	}
	return buf_all(to);
}

static void answer(struct session *s, struct ask *a)
{
	struct str body = body_write(s, a->rid);

	if (a->held)
		bosh_reply(s->home, a->from, body);
	ask_free(s, a);
}

static unsigned taken_count(const struct session *s)
{
	unsigned n = 0;

	list_each(a, &s->asks, struct ask, here)
		n += a->taken;
	return n;
}

static void answer_what_is_due(struct session *s)
{
	struct ask *a;

	while ((a = list_first(&s->asks, struct ask, here)) && (a->taken || s->ended)) {
		if (!s->ended && !s->out.n && !s->pausing && taken_count(s) <= s->hold && clock_of(s) < a->until)
			break;
		answer(s, a);
	}
	s->pausing = false;
}

/* A request that waits for something to be said. */
static bool is_present(const struct session *s)
{
	const struct ask *a = list_first(&s->asks, struct ask, here);

	return a && a->taken && a->held;
}

/* Until the oldest request must be answered, or for want of one the client is gone. */
static msec due_at(const struct session *s)
{
	return is_present(s) ? list_first(&s->asks, struct ask, here)->until : s->quiet_from + s->quiet_ms;
}

static void timer_settle(struct session *s)
{
	msec clock = clock_of(s), due = due_at(s);

	world_timer(world_of(s), &s->timer, due > clock ? due - clock : 0);
}

static void timer_fire(struct timer *t)
{
	struct session *s = holder_of(t, struct session, timer);

	if (due_at(s) > clock_of(s))
		timer_settle(s); /* a connection has gone meanwhile */
	else if (is_present(s))
		turn_later(s);
	else if (s->ended)
		session_free(s);
	else
		hosted_end(&s->hosted, CLOSE_PEER);
}

/* ---- what the stream says ---------------------------------------------------------------------------------------- */

static void on_open(struct hosted *h, const struct xml *header)
{
	struct session *s = session_of(h);

	if (!s->header.n)
		return; /* it began again: nobody asks for that header */
	xml_write_attr(&s->header, "authid", xml_attr(header, "id"));
	xml_write_attr(&s->header, "from", xml_attr(header, "from"));
}

static void on_element(struct hosted *h, struct str start, struct str declared, struct str rest)
{
	struct session *s = session_of(h);

	if (str_is(start, "<stream:error"))
		s->condition = "remote-stream-error";
	buf_str(&s->out, start);
	buf_str(&s->out, declared);
	buf_str(&s->out, rest);
}

static void on_close(struct hosted *h) {}

static void on_said(struct hosted *h) { turn_later(session_of(h)); }

static size_t on_backlog(struct hosted *h) { return session_of(h)->out.n + session_of(h)->unconfirmed; }

static void on_pause(struct hosted *h, bool paused)
{
	if (!paused)
		turn_later(session_of(h));
}

/* Who has gone without a word is not told. Others are, by the next request if none is here. */
static void on_ended(struct hosted *h, enum close_why why)
{
	struct session *s = session_of(h);

	s->ended = true;
	if (why == CLOSE_PEER || why == CLOSE_STALLED) {
		session_free(s);
		return;
	}
	turn_later(s);
}

static const struct hosted_ops hosted_ops = {
	.open = on_open,
	.element = on_element,
	.close = on_close,
	.said = on_said,
	.backlog = on_backlog,
	.pause = on_pause,
	.ended = on_ended,
	.release = on_release,
};

/* ---- what the client says ---------------------------------------------------------------------------------------- */

/* Elements without a namespace of their own have that of the body, and mean ours (XEP-0206, 10). */
static void rename(struct xml *x)
{
	if (!x->name.p || !str_is(x->ns, NS_BOSH))
		return;
	x->ns = STR(NS_CLIENT);
	x->raw = STR_NONE;
	for (struct xml *c = x->children; c; c = c->next)
		rename(c);
}

static bool is_blank(struct str s) { return str_trim(s).n == 0; }

static void element_take(struct session *s, struct xml *x)
{
	own_buf bytes = { 0 };

	if (!x->name.p) {
		if (!is_blank(x->text))
			hosted_refuse(&s->hosted, "bad-format", "There are elements in a body, and no text.");
		return;
	}
	rename(x);
	xml_write(&bytes, x, STR(NS_CLIENT));
	hosted_speak(&s->hosted);
	if (bytes.n > hosted_max(&s->hosted))
		hosted_refuse(&s->hosted, "policy-violation", "A stanza is too big.");
	else
		hosted_element(&s->hosted, buf_all(&bytes));
}

/* False: the stream wants nothing more now. */
static bool elements_take(struct session *s, struct ask *a, const struct xml *body)
{
	size_t at = 0;

	for (struct xml *c = body->children; c; c = c->next, at++) {
		if (at < a->done)
			continue;
		if (s->hosted.paused)
			return false;
		element_take(s, c);
		a->done++;
	}
	return true;
}

static bool is_true(struct str s) { return str_is(s, "true") || str_is(s, "1"); }

/* The first request opens the stream, and the one behind a login opens it again. */
static void open_take(struct session *s, struct ask *a, const struct xml *body)
{
	struct hosted_header header = { xml_attr(body, "to"), xml_attr(body, "from"),
					xml_attr_ns(body, "version", NS_XBOSH), xml_attr_ns(body, "lang", NS_XML) };

	if (a->opened || !(!s->rid || is_true(xml_attr_ns(body, "restart", NS_XBOSH))))
		return;
	a->opened = true;
	if (!header.version.p)
		header.version = STR("1.0");
	hosted_speak(&s->hosted);
	hosted_open(&s->hosted, &header);
}

static void body_end(struct session *s, const struct xml *body)
{
	uint64_t pause;

	if (str_u64(xml_attr(body, "pause"), &pause) && pause <= PAUSE_MAX_S) {
		s->pausing = true;
		s->quiet_ms = pause > INACTIVITY_S ? (msec)pause * 1000 : INACTIVITY_S * 1000;
	} else {
		s->quiet_ms = INACTIVITY_S * 1000;
	}
	if (str_is(xml_attr(body, "type"), "terminate"))
		hosted_close(&s->hosted);
}

static bool ask_take(struct session *s, struct ask *a)
{
	struct arena arena = { 0 };
	const struct xml *body = xml_parse(&arena, buf_all(&a->body), STR(""), false);
	bool all;

	assert(body);
	open_take(s, a, body);
	all = elements_take(s, a, body);
	if (all) {
		a->taken = true;
		s->rid = a->rid;
		body_end(s, body);
		buf_free(&a->body);
	}
	arena_free(&arena);
	return all;
}

static struct ask *ask_next(const struct session *s)
{
	list_each(a, &s->asks, struct ask, here)
		if (!a->taken)
			return !s->rid || a->rid == s->rid + 1 ? a : NULL;
	return NULL;
}

static void asks_take(struct session *s)
{
	struct ask *a;

	while (!s->ended && !s->hosted.link.closing && !s->hosted.paused && (a = ask_next(s)) && ask_take(s, a))
		;
}

static void turn(struct post *p)
{
	struct session *s = holder_of(p, struct session, turn);

	s->posted = false;
	if (s->released || s->hosted.freed) {
		free_if_over(s);
		return;
	}
	asks_take(s);
	hosted_speak(&s->hosted);
	if (!s->out.n && !s->unconfirmed)
		hosted_written(&s->hosted);
	if (s->hosted.link.closing && !s->ended)
		return; /* what it has still to say comes with the news that it has ended */
	answer_what_is_due(s);
	hosted_rest(&s->hosted);
	if (s->told)
		session_free(s);
	else
		timer_settle(s);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void ask_hold(struct session *s, struct ask *a, struct bosh_from from)
{
	a->from = from;
	a->held = true;
	a->until = clock_of(s) + s->wait_ms;
	map_add(&s->home->asks, &a->node, key_of(&a->from));
}

static void ask_add(struct session *s, struct bosh_from from, uint64_t rid, struct str bytes)
{
	struct ask *a = mem_new(struct ask);
	struct list *before = &s->asks;

	a->session = s;
	a->rid = rid;
	buf_str(&a->body, bytes);
	list_each(other, &s->asks, struct ask, here)
		if (other->rid > rid) {
			before = &other->here;
			break;
		}
	list_append(before, &a->here); /* in front of it */
	s->asks_n++;
	ask_hold(s, a, from);
	turn_later(s);
}

static struct ask *ask_find(const struct session *s, uint64_t rid)
{
	list_each(a, &s->asks, struct ask, here)
		if (a->rid == rid)
			return a;
	return NULL;
}

/* The same request once more: its first connection is lost to the client. */
static void ask_again(struct session *s, struct ask *a, struct bosh_from from)
{
	bool held = a->held;
	struct bosh_from old = a->from;

	ask_unhold(s, a);
	ask_hold(s, a, from);
	if (held)
		bosh_reply(s->home, old, STR("<body xmlns='" NS_BOSH "'/>"));
	turn_later(s);
}

/* What is not as XEP-0124 wants it ends the session. */
static void session_refuse(struct session *s, struct bosh_from from, const char *condition)
{
	bosh_reply_end(s->home, from, condition);
	s->condition = condition;
	s->told = true;
	hosted_end(&s->hosted, CLOSE_ASKED);
}

void bosh_ask(struct bosh_home *h, struct bosh_from from, struct str sid, const struct xml *body, struct str bytes,
	      bool safe)
{
	struct session *s = map_find(&h->sessions, sid, struct session, node);
	const struct past *past;
	struct ask *a;
	uint64_t rid;

	/* What began in secret does not go on in the clear. */
	if (!s || (!safe && (s->hosted.link.secure || s->hosted.link.loopback))) {
		bosh_reply_end(h, from, "item-not-found");
		return;
	}
	if (!str_u64(xml_attr(body, "rid"), &rid) || rid > RID_MAX) {
		session_refuse(s, from, "bad-request");
		return;
	}
	past = past_find(s, rid);
	a = ask_find(s, rid);
	if (past)
		bosh_reply(h, from, buf_all(&past->body));
	else if (a)
		ask_again(s, a, from);
	else if (rid <= s->rid || rid > s->rid + s->hold + 1)
		session_refuse(s, from, "item-not-found");
	else if (s->asks_n > s->hold + 1)
		session_refuse(s, from, "policy-violation");
	else {
		s->unconfirmed = 0;
		ask_add(s, from, rid, bytes);
	}
}

void bosh_lost(struct bosh_home *h, struct bosh_from from)
{
	struct ask *a = map_find(&h->asks, key_of(&from), struct ask, node);

	if (!a)
		return;
	ask_unhold(a->session, a);
	a->session->quiet_from = core_clock(h->core);
}

/* ---- the beginning ----------------------------------------------------------------------------------------------- */

static bool there_is_room(const struct bosh_home *h, const struct link *like)
{
	unsigned n = 0;

	if (h->sessions.n >= SESSIONS_MAX)
		return false;
	if (like->loopback)
		return true;
	list_each(s, &h->all, struct session, here)
		n += !memcmp(s->hosted.link.address, like->address, sizeof like->address);
	return n < ADDRESS_SESSIONS_MAX;
}

static uint64_t number(const struct xml *body, const char *name, uint64_t fallback, uint64_t most)
{
	uint64_t n;

	if (!str_u64(xml_attr(body, name), &n))
		n = fallback;
	return n < most ? n : most;
}

/* 1.6 and later are spoken as 1.11 (XEP-0124, 7.2: the lower of both). */
static void header_begin(struct session *s, const struct xml *body)
{
	struct str ver = xml_attr(body, "ver");
	bool old = str_is(ver, "1.5") || str_is(ver, "1.0");

	buf_fmt(&s->header,
		" xmlns:xmpp='" NS_XBOSH "' sid='%s' wait='%u' hold='%u' requests='%u' inactivity='%u' maxpause='%u'"
		" ver='%s' xmpp:version='1.0' xmpp:restartlogic='true'",
		buf_z(&s->sid), (unsigned)(s->wait_ms / 1000), s->hold, s->hold + 1, INACTIVITY_S, PAUSE_MAX_S,
		old ? "1.5" : str_is(ver, "1.6") ? "1.6" : "1.11");
}

static struct session *session_new(struct bosh_home *h, const struct link *like, const struct xml *body)
{
	struct session *s = mem_new(struct session);
	uint8_t random[SID_BYTES];

	s->home = h;
	list_init(&s->asks);
	s->wait_ms = (msec)number(body, "wait", WAIT_MAX_S, WAIT_MAX_S) * 1000;
	s->hold = (unsigned)number(body, "hold", HOLD_MAX, HOLD_MAX);
	s->quiet_ms = INACTIVITY_S * 1000;
	s->quiet_from = clock_of(s);
	s->turn.run = turn;
	s->timer.fire = timer_fire;
	world_random(core_world(h->core), random, sizeof random);
	buf_u64(&s->sid, core_index(h->core));
	buf_byte(&s->sid, '.');
	hex_write(&s->sid, str_bytes(random, sizeof random));
	header_begin(s, body);
	map_add(&h->sessions, &s->node, buf_all(&s->sid));
	list_append(&h->all, &s->here);
	hosted_begin(&s->hosted, &hosted_ops, like);
	return s;
}

void bosh_begin(struct bosh_home *h, struct bosh_from from, const struct link *like, const struct xml *body,
		struct str bytes)
{
	uint64_t rid;

	if (!str_u64(xml_attr(body, "rid"), &rid) || !rid || rid > RID_MAX)
		bosh_reply_end(h, from, "bad-request");
	else if (!there_is_room(h, like))
		bosh_reply_end(h, from, "policy-violation");
	else
		ask_add(session_new(h, like, body), from, rid, bytes);
}
