/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/hybrid/kept.c - the TCP side. A client in the wild connects, says nothing, reads the list and closes. One of
 * ours keeps the connection and says lines, which are answered in their order; only messages overlap, since each waits
 * for the disk.
 */
#include "doors/hybrid/hybrid.h"

#include <assert.h>

#include "base/log.h"

#define own_arena __attribute__((cleanup(arena_free))) struct arena

struct command {
	struct str word;
	bool overlaps; /* may be taken while messages are on their way */
	/* Replies now, or sets k->busy and replies later with kept_answer(). */
	void (*take)(struct kept *k, struct str data);
};

/* ---- what it is told --------------------------------------------------------------------------------------------- */

void kept_line(struct kept *k, struct str line)
{
	if (k->link->closing)
		return;
	buf_str(&k->link->out, line);
	buf_byte(&k->link->out, '\n');
	k->link->ops->dirty(k->link);
}

static void reply(struct kept *k, const char *line) { kept_line(k, str_z(line)); }

static void refuse(struct kept *k, const char *reason)
{
	own_buf line = { 0 };

	buf_fmt(&line, "no,%s", reason);
	kept_line(k, buf_all(&line));
}

void kept_hang_up(struct kept *k, enum close_why why)
{
	if (!k->link->closing)
		k->link->ops->hang_up(k->link, why);
}

static void log_broken(struct kept *k, const char *why)
{
	own_buf address = { 0 };

	link_address(k->link, &address);
	log_event(protocol_error, "door=hybrid ip=%s why=\"%s\"", buf_z(&address), why);
}

void kept_answer(struct kept *k, const char *line)
{
	assert(k->busy);
	if (line)
		reply(k, line);
	k->busy = false;
	kept_continue(k);
}

static void deadline_set(struct kept *k)
{
	world_timer(core_world(k->h->core), &k->deadline, core_settings(k->h->core)->login_deadline_ms);
}

void kept_entered(struct kept *k, const char *refusal)
{
	struct entry *e = k->entry;

	assert(e);
	k->entering = false;
	if (refusal) {
		k->entry = NULL;
		if (k->busy) {
			refuse(k, refusal);
			kept_answer(k, NULL);
		} else if (!k->spoken) {
			/* One of the wild: nothing that it could read. */
			kept_hang_up(k, CLOSE_ASKED);
		}
		return;
	}
	world_stop(core_world(k->h->core), &k->deadline);
	if (k->busy)
		reply(k, "ok");
	list_send(e, k, k->busy ? HYBRID_UTF8 : e->encoding);
	if (k->busy)
		kept_answer(k, NULL);
	else
		kept_continue(k);
}

void kept_left(struct kept *k)
{
	k->entry = NULL;
	k->entering = false;
	k->unanswered = 0;
	if (!k->link)
		return;
	if (k->busy) {
		refuse(k, "try again later");
		kept_answer(k, NULL);
	}
	k->leaving = true;
	kept_continue(k);
}

struct kept *kept_authed(struct hybrid *h, const uint8_t address[16], struct str name)
{
	list_each(k, &h->kepts, struct kept, here)
		if (k->authed && !k->link->closing && !memcmp(k->link->address, address, 16) &&
		    str_eq(k->account.name, name))
			return k;
	return NULL;
}

/* The client of this connection is another than the silent one that it was taken for: that one has the list still to
 * come. */
static void claim_return(struct kept *k)
{
	struct entry *e = k->entry;

	e->kept = NULL;
	e->awaits = core_clock(k->h->core) + 1;
	e->heard = core_clock(k->h->core);
	k->entry = NULL;
	k->claimed = false;
	deadline_set(k);
}

/* ---- auth -------------------------------------------------------------------------------------------------------- */

static struct origin origin_of(const struct kept *k)
{
	struct origin o = { .loopback = k->link->loopback, .encoding = "utf-8" };

	memcpy(o.address, k->link->address, sizeof o.address);
	return o;
}

static void auth_refuse(struct kept *k, const char *reason)
{
	refuse(k, reason);
	if (++k->failures >= HYBRID_LOGINS_FAILED_MAX)
		k->leaving = true;
}

static void checked(struct account_ask *a)
{
	struct kept *k = holder_of(a, struct kept, ask);
	struct origin o = origin_of(k);

	if (a->verdict == 0 || a->verdict == ACCOUNT_REFUSED)
		account_outcome(k->h->core, a->account.name, &o, hybrid_door.name, a->verdict == 0);
	if (a->verdict) {
		auth_refuse(k, account_verdict_text(a->verdict));
		kept_answer(k, NULL);
		return;
	}
	mem_free((char *)k->account.name.p);
	k->account = a->account;
	k->account.seen_status = STR_NONE;
	k->account.name = str_n(str_dup(a->account.name), a->account.name.n);
	k->authed = true;
	kept_answer(k, "ok");
}

static void take_auth(struct kept *k, struct str data)
{
	size_t comma = str_find(data, ',');
	struct origin o = origin_of(k);

	if (k->entry && k->claimed)
		claim_return(k);
	if (k->entry) {
		refuse(k, "log out first");
	} else if (!k->link->secure && !k->link->loopback) {
		refuse(k, "only over TLS: starttls");
	} else if (comma == data.n) {
		refuse(k, "bad request");
	} else {
		k->authed = false;
		k->busy = true;
		k->ask.done = checked;
		account_check(k->h->core, &k->ask, str_trim(str_n(data.p, comma)), str_from(data, comma + 1), &o);
	}
}

static void take_starttls(struct kept *k, struct str data)
{
	(void)data;
	if (k->link->secure || k->link->no_starttls) {
		refuse(k, "not now");
		return;
	}
	reply(k, "ok");
	k->tls_begins = true;
}

/* ---- login, logout ----------------------------------------------------------------------------------------------- */

/* He is in, and this connection is his from now on. */
static void come_back(struct kept *k, struct entry *e)
{
	if (e->kept && e->kept != k) {
		struct kept *old = e->kept;

		tickets_settle(e);
		tickets_return(e);
		entry_unbind(e);
		kept_hang_up(old, CLOSE_ASKED);
	}
	e->kept = k;
	e->awaits = 0;
	k->entry = e;
	k->busy = true;
	kept_entered(k, NULL);
	if (e->session.missed_from)
		session_catch_up(&e->session, 0);
}

static bool endpoint_of(struct kept *k, struct str text, struct endpoint *ret)
{
	/* Without a port: none, and where he is nevertheless. */
	*ret = (struct endpoint){ .port = 0 };
	memcpy(ret->address, k->link->address, sizeof ret->address);
	return !text.n || (endpoint_parse(ret, text) && !memcmp(ret->address, k->link->address, 16));
}

/* Who has an account and keeps his connection is put out of his endpoint by nobody. */
static bool is_held(struct hybrid *h, const struct endpoint *at, struct str name)
{
	const struct entry *e = entry_at(h, at);

	return e && !e->guest && entry_is_bound(e) && !str_eq(e->name, name);
}

static void enter(struct kept *k, struct str name, struct str shown, const struct endpoint *at)
{
	struct hybrid *h = k->h;
	struct entry *old = entry_find(h, name);
	bool proved = k->authed && str_eq(k->account.name, name);
	struct entry_init init = { .name = name, .shown = shown, .endpoint = *at, .kept = k,
				   .account = proved ? &k->account : NULL };

	if (old && old->state == ENTRY_IN && old->guest != proved && endpoint_eq(&old->endpoint, at) && at->port) {
		come_back(k, old);
		return;
	}
	if (old && !proved) {
		refuse(k, "name in use");
		return;
	}
	/* As many as by UDP; who has given a password is nobody's crowd. */
	if (is_held(h, at, name) || (!proved && !hybrid_may_come(h, k->link->address))) {
		refuse(k, "try again later");
		return;
	}
	if (old)
		entry_leave(old, "logged in again");
	k->link->ops->local(k->link, init.local);
	k->busy = true;
	entry_enter(h, &init);
}

static void take_login(struct kept *k, struct str data)
{
	own_arena arena = { 0 };
	size_t comma = str_find(data, ',');
	struct str shown = str_trim(str_n(data.p, comma)), name;
	struct endpoint at;

	if (comma == data.n || !endpoint_of(k, str_trim(str_from(data, comma + 1)), &at)) {
		refuse(k, "bad request");
		return;
	}
	if (!hybrid_is_name(shown) || !jid_local_prepare(&name, shown, &arena) || !hybrid_may_be(name)) {
		refuse(k, "not a name");
		return;
	}
	if (k->entry && k->entry->state == ENTRY_IN && str_eq(k->entry->name, name) &&
	    endpoint_eq(&k->entry->endpoint, &at)) {
		come_back(k, k->entry);
		return;
	}
	if (k->entry && k->claimed)
		claim_return(k);
	if (k->entry)
		refuse(k, "log out first");
	else
		enter(k, name, shown, &at);
}

static void take_logout(struct kept *k, struct str data)
{
	(void)data;
	reply(k, "ok");
	k->leaving = true;
	if (k->entry)
		entry_leave(k->entry, "logout");
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void take_id(struct kept *k, struct str data)
{
	bool text = true;

	k->ids = true;
	k->id_next = true;
	for (size_t i = 0; i < data.n; i++)
		text = text && (unsigned char)data.p[i] > 0x20 && data.p[i] != 0x7F;
	k->id_bad = data.n > HYBRID_ID_MAX || !text;
	buf_clear(&k->id);
	buf_str(&k->id, data);
}

/* No reply: it is one. */
static void take_got(struct kept *k, struct str data)
{
	uint64_t n;

	if (!str_u64(data, &n) || n < k->got || n > k->relayed) {
		refuse(k, "bad request");
		k->leaving = true;
		return;
	}
	k->gots = true;
	k->got = n;
	if (k->entry)
		entry_continue(k->entry);
}

static const char *relay(struct kept *k, struct str data)
{
	size_t comma = str_find(data, ',');
	struct str to = str_trim(str_n(data.p, comma)), content = str_from(data, comma + 1);
	own_buf whole = { 0 };

	k->claimed = false;
	if (!k->entry || k->entry->state != ENTRY_IN)
		return "log in first";
	if (comma == data.n || (k->id_next && k->id_bad))
		return "bad request";
	if (!k->id_next)
		return entry_say(k->entry, k, to, content, STR(""));
	if (!hybrid_unescape(&whole, content))
		return "bad request";
	return entry_say(k->entry, k, to, buf_all(&whole), buf_all(&k->id));
}

static void take_relay(struct kept *k, struct str data)
{
	const char *reason = relay(k, data);

	/* Replies come in the order of the lines: this one after those that wait for the disk. */
	if (reason && k->unanswered) {
		k->held = true;
		return;
	}
	k->id_next = false;
	if (reason)
		refuse(k, reason);
}

static void take_ping(struct kept *k, struct str data)
{
	(void)data;
	reply(k, "pong");
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static const struct command commands[] = {
	{ STR_INIT("auth"), false, take_auth },
	{ STR_INIT("starttls"), false, take_starttls },
	{ STR_INIT("login"), false, take_login },
	{ STR_INIT("logout"), false, take_logout },
	{ STR_INIT("id"), true, take_id },
	{ STR_INIT("got"), true, take_got },
	{ STR_INIT("relay"), true, take_relay },
	{ STR_INIT("ping"), false, take_ping },
};

static const struct command *command_find(struct str line, struct str *data)
{
	size_t comma = str_find(line, ',');

	*data = str_from(line, comma + 1);
	for (size_t i = 0; i < countof(commands); i++)
		if (str_eq(commands[i].word, str_n(line.p, comma)))
			return &commands[i];
	return NULL;
}

/* Takes one whole line, or sets k->held: it has to wait for the replies to those before it. */
static void line_take(struct kept *k, struct str line)
{
	struct str data;
	const struct command *c = command_find(line, &data);

	if (!(c && c->overlaps) && k->unanswered) {
		k->held = true;
		return;
	}
	k->spoken = true;
	if (c)
		c->take(k, data);
	else
		refuse(k, "bad request");
}

static size_t line_max(const struct kept *k)
{
	size_t before = core_settings(k->h->core)->stanza_before_login;

	return k->entry || k->authed || before > HYBRID_LINE_MAX ? HYBRID_LINE_MAX : before;
}

static bool may_take(const struct kept *k)
{
	return !k->busy && !k->entering && !k->held && !k->leaving && !k->tls_begins && !k->link->closing &&
	       k->unanswered < HYBRID_AHEAD_MAX && link_backlog(k->link) < HYBRID_REPLIES_MAX;
}

/* No way to find the next line: says so and ends, but not before the messages ahead have their replies. */
static void give_up(struct kept *k)
{
	if (k->unanswered) {
		k->held = true;
		return;
	}
	log_broken(k, "no line");
	refuse(k, "bad request");
	k->leaving = true;
}

/* Takes what can be taken now; returns how many bytes that were. */
static size_t lines_take(struct kept *k, struct str bytes)
{
	own_buf room = { 0 };
	size_t at = 0, len = 0;

	while (may_take(k)) {
		struct str left = str_from(bytes, at), text;
		enum line_frame kind = line_frame(&k->framer, left.p, left.n, line_max(k), &len);

		if (kind == LINE_MORE)
			break;
		if (kind == LINE_BAD || !line_text(&k->framer, str_n(left.p, len), &room, &text)) {
			give_up(k);
			break;
		}
		line_take(k, text);
		if (!k->held)
			at += len;
	}
	return at;
}

static void keep_rest(struct kept *k, struct str bytes, size_t took)
{
	if (k->in.n == 0) {
		buf_str(&k->in, str_from(bytes, took));
	} else {
		buf_eat(&k->in, took);
		if (k->in.n == 0)
			buf_free(&k->in);
	}
}

static void pause_rightly(struct kept *k)
{
	bool want = !k->leaving && !k->tls_begins && (!may_take(k) || k->breath.place != 0);

	if (want != k->paused && !k->link->closing) {
		k->paused = want;
		k->link->ops->pause(k->link, want);
	}
}

/* What follows `starttls` in the clear would be taken for something said under TLS. */
static void tls_begin(struct kept *k)
{
	if (!k->tls_begins || k->link->secure)
		return;
	if (k->in.n) {
		log_broken(k, "bytes behind starttls");
		kept_hang_up(k, CLOSE_ASKED);
		return;
	}
	k->link->ops->start_tls(k->link);
}

static void take_all(struct kept *k, struct str bytes)
{
	bool beginning = k->tls_begins;

	keep_rest(k, bytes, lines_take(k, bytes));
	if (k->tls_begins && !beginning)
		tls_begin(k);
	pause_rightly(k);
}

/* ---- how fast ---------------------------------------------------------------------------------------------------- */

static void breathe(struct timer *t) { pause_rightly(holder_of(t, struct kept, breath)); }

/* Who sends more than the settings allow is not read for a while. */
static void spend(struct kept *k, size_t n)
{
	int64_t rate = (int64_t)core_settings(k->h->core)->rate_bytes;
	msec clock = core_clock(k->h->core);

	if (rate == 0)
		return;
	k->allowance += (clock - k->filled) * rate / 1000;
	if (k->allowance > rate * 10)
		k->allowance = rate * 10;
	k->filled = clock;
	k->allowance -= (int64_t)n;
	if (k->allowance < 0)
		world_timer(core_world(k->h->core), &k->breath, -k->allowance * 1000 / rate + 1);
}

/* ---- later in the turn ------------------------------------------------------------------------------------------- */

static void turn_end(struct post *p)
{
	struct kept *k = holder_of(p, struct kept, turn);

	k->posted = false;
	if (!k->link) {
		mem_free(k);
		return;
	}
	if (k->link->closing)
		return;
	if (!k->unanswered)
		k->held = false;
	take_all(k, buf_all(&k->in));
	if (k->leaving)
		kept_hang_up(k, CLOSE_ASKED);
}

void kept_continue(struct kept *k)
{
	if (!k->posted) {
		k->posted = true;
		world_later(core_world(k->h->core), &k->turn);
	}
}

/* ---- who says nothing -------------------------------------------------------------------------------------------- */

/* Somebody who logged in by UDP from here: the address is proved. */
static void claim_login(struct kept *k, struct login *l)
{
	struct hybrid *h = k->h;
	struct entry_init init = { .encoding = l->encoding, .endpoint = l->endpoint, .kept = k };
	own_buf names = { 0 };

	memcpy(init.local, l->local, sizeof init.local);
	buf_str(&names, l->name);
	buf_str(&names, l->shown);
	init.name = str_n(names.p, l->name.n);
	init.shown = str_from(buf_all(&names), l->name.n);
	login_free(l);
	if (entry_find(h, init.name) || is_held(h, &init.endpoint, init.name)) {
		datagram_reject(h, init.local, &init.endpoint, init.encoding,
				entry_find(h, init.name) ? "name in use" : "try again later", SIZE_MAX);
		kept_hang_up(k, CLOSE_ASKED);
		return;
	}
	k->claimed = true;
	entry_enter(h, &init);
}

static void claim_entry(struct kept *k, struct entry *e)
{
	/* It was asked twice and came twice: the connection from before has had its list. */
	entry_unbind(e);
	entry_lives(e);
	e->kept = k;
	e->awaits = 0;
	k->entry = e;
	k->claimed = true;
	kept_entered(k, NULL);
}

static void hushed(struct timer *t)
{
	struct kept *k = holder_of(t, struct kept, hush);
	struct login *l = login_find(k->h, k->link->address);
	struct entry *e = entry_awaiting(k->h, k->link->address);

	if (k->link->closing || k->entry)
		return;
	/* Who was asked long after the login is the one who comes. */
	if (l && !(e && e->awaits > l->accepted + HYBRID_TOGETHER_MS))
		claim_login(k, l);
	else if (e)
		claim_entry(k, e);
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

static void login_late(struct timer *t)
{
	struct kept *k = holder_of(t, struct kept, deadline);

	log_broken(k, "no login in time");
	kept_hang_up(k, CLOSE_ASKED);
}

static int kept_open(struct link *l)
{
	struct kept *k = mem_new(struct kept);

	k->link = l;
	k->h = hybrid_of(l->core);
	k->framer.framing = LINE_LF;
	k->turn.run = turn_end;
	k->hush.fire = hushed;
	k->deadline.fire = login_late;
	k->breath.fire = breathe;
	k->filled = core_clock(l->core);
	k->allowance = (int64_t)core_settings(l->core)->rate_bytes * 10;
	l->state = k;
	list_append(&k->h->kepts, &k->here);
	deadline_set(k);
	world_timer(core_world(l->core), &k->hush, HYBRID_HUSH_MS);
	if (!hybrid_serves(k->h, l->address))
		kept_hang_up(k, CLOSE_ASKED);
	return 0;
}

static int kept_feed(struct link *l, const char *bytes, size_t n)
{
	struct kept *k = l->state;

	/* Who begins to speak does not wait for a list. */
	world_stop(core_world(l->core), &k->hush);
	spend(k, n);
	if (k->in.n) {
		buf_add(&k->in, bytes, n);
		take_all(k, buf_all(&k->in));
	} else {
		take_all(k, str_n(bytes, n));
	}
	return k->leaving ? DOOR_CLOSE : 0;
}

static void kept_written(struct link *l)
{
	struct kept *k = l->state;

	if (k->entry)
		entry_continue(k->entry);
	if (k->paused)
		kept_continue(k);
}

static void kept_secured(struct link *l)
{
	struct kept *k = l->state;

	k->tls_begins = false;
	kept_continue(k);
}

static void kept_close(struct link *l, enum close_why why)
{
	struct kept *k = l->state;
	struct entry *e = k->entry;

	(void)why;
	account_cancel(&k->ask);
	world_stop(core_world(l->core), &k->deadline);
	world_stop(core_world(l->core), &k->breath);
	world_stop(core_world(l->core), &k->hush);
	k->link = NULL;
	l->state = NULL;
	/* Its presence is bound to the connection, or there is no other way to reach it. */
	if (e && (k->spoken || !e->endpoint.port))
		entry_leave(e, "connection closed");
	else if (e)
		entry_unbind(e);
	list_remove(&k->here);
	mem_free((char *)k->account.name.p);
	buf_free(&k->in);
	buf_free(&k->id);
	if (!k->posted)
		mem_free(k); /* else by the turn that is still to come */
}

const struct door hybrid_door = {
	.name = "hybrid",
	.open = kept_open,
	.feed = kept_feed,
	.written = kept_written,
	.secured = kept_secured,
	.close = kept_close,
};
