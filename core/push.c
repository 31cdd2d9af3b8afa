/* SPDX-License-Identifier: Apache-2.0
 *
 * core/push.c - who is told that something has come (XEP-0357), and what becomes of a place that does not want to be
 * told.
 *
 * Whether the session of a place is active is seen by its interest in a subject "p.HASH" on the bus, from whichever
 * core a message is decided on.
 */
#include "core/push.h"

#include "base/crypt.h"
#include "core/inside.h"
#include "model/fold.h"
#include "wire/xml.h"

enum { REST_MS = 10000, ANSWER_MS = 60000, HASH_CHARS = 64 };

/* A place of one account. */
struct place {
	struct list here; /* user->push */
	struct user *user;
	struct timer rest;
	bool resting;     /* it was told lately; the user is held */
	unsigned count;   /* messages that it was not told of */
	struct stanza *last; /* of these, where the operator lets something of it be seen */
	struct str key, options;
	char hash[HASH_CHARS];
	char bytes[];
};

static struct str place_jid(const struct place *p) { return str_n(p->key.p, str_find(p->key, '\n')); }
static struct str place_node(const struct place *p) { return str_from(p->key, place_jid(p).n + 1); }

static void hash_of(const struct user *u, struct str key, char to[static HASH_CHARS])
{
	own_buf all = { 0 }, hex = { 0 };
	uint8_t sum[HASH_BYTES_MAX];

	buf_fmt(&all, "%s%c", u->name, 0);
	buf_str(&all, key);
	hash_sum(HASH_SHA256, buf_all(&all), sum);
	hex_write(&hex, str_bytes(sum, sizeof sum));
	memcpy(to, hex.p, HASH_CHARS);
}

static struct place *place_find(const struct user *u, struct str key)
{
	list_each(p, (struct list *)&u->push, struct place, here)
		if (str_eq(p->key, key))
			return p;
	return NULL;
}

static void rest_end(struct place *p)
{
	struct core *c = p->user->core;

	if (!p->resting)
		return;
	p->resting = false;
	world_stop(c->world, &p->rest);
	if (!c->ending)
		user_release(p->user);
}

static void place_free(struct place *p)
{
	list_remove(&p->here);
	rest_end(p);
	stanza_unref(p->last);
	mem_free(p);
}

static void rested(struct timer *t);

static void place_put(struct user *u, struct str key, struct str options)
{
	struct place *old = place_find(u, key), *p = mem_alloc(sizeof *p + key.n + options.n + 1);

	if (old)
		place_free(old);
	*p = (struct place){ .user = u, .key = str_n(p->bytes, key.n), .options = str_n(p->bytes + key.n, options.n),
			     .rest.fire = rested };
	memcpy(p->bytes, key.p, key.n);
	if (options.n)
		memcpy(p->bytes + key.n, options.p, options.n);
	hash_of(u, key, p->hash);
	list_append(&u->push, &p->here);
}

void push_clear(struct user *u)
{
	list_each(p, &u->push, struct place, here)
		place_free(p);
}

void push_load(struct user *u, const struct store_pair *pairs, size_t n)
{
	push_clear(u);
	for (size_t i = 0; i < n; i++)
		place_put(u, pairs[i].key, str_from(pairs[i].value, 1));
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void escape(struct buf *to, struct str text)
{
	static const char *const words[256] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['\''] = "&apos;", ['"'] = "&quot;",
						['\r'] = "&#13;", ['\n'] = "&#10;", ['\t'] = "&#9;" };

	for (size_t i = 0; i < text.n; i++) {
		const char *word = words[(unsigned char)text.p[i]];

		if (word)
			buf_str(to, str_z(word));
		else
			buf_byte(to, text.p[i]);
	}
}

static void field(struct buf *to, const char *name, struct str value)
{
	buf_fmt(to, "<field var='%s'><value>", name);
	escape(to, value);
	buf_lit(to, "</value></field>");
}

static void summary(struct buf *to, const struct place *p)
{
	enum push_content content = p->user->core->settings.push_content;
	own_buf count = { 0 }, body = { 0 };

	buf_u64(&count, p->count);
	buf_lit(to, "<x xmlns='jabber:x:data' type='submit'>");
	field(to, "FORM_TYPE", STR("urn:xmpp:push:summary"));
	field(to, "message-count", buf_all(&count));
	if (p->last && content >= PUSH_SENDER)
		field(to, "last-message-sender", jid_full(p->last->from));
	if (p->last && content >= PUSH_BODY && !(p->last->traits & STANZA_ENCRYPTED) && stanza_body(p->last, &body))
		field(to, "last-message-body", buf_all(&body));
	buf_lit(to, "</x>");
}

/* A notification on its way; what the service answers decides whether it gets another. */
struct notification {
	struct job job;
	struct service_ask ask;
	struct core *core;
	struct user *user;
	struct str key; /* own memory */
};

static void notification_free(struct job *j)
{
	struct notification *n = holder_of(j, struct notification, job);

	service_ask_drop(n->core, &n->ask);
	list_remove(&j->here);
	mem_free((void *)n->key.p);
	mem_free(n);
}

static void ignored(struct store_request *r) { (void)r; }

static void place_tell(struct core *c, const char *name, struct str key, struct str options, bool removed)
{
	own_buf bytes = { 0 };

	buf_str(&bytes, key);
	buf_byte(&bytes, 0);
	buf_str(&bytes, options);
	core_tell(c, 'c', str_z(name), &(struct parcel){ .kind = PARCEL_PUSH, .bytes = buf_all(&bytes),
							  .flags = removed ? PARCEL_REMOVED : 0 });
}

static void place_remove(struct user *u, struct str key)
{
	struct store_request *r = store_ask(u->core->store, STORE_ITEM_SET, ignored, NULL);

	r->owner = u->id;
	r->space = STR(PUSH_SPACE);
	r->key = store_str(r, key);
	r->value = STR_NONE;
	store_submit(r);
	place_tell(u->core, u->name, key, STR(""), true);
}

/* Errors that will be the same tomorrow; of others (the service is not there, or has a bad day) nothing follows
 * (XEP-0357, 7.1). Only the condition counts: what else is in the answer may be text of anybody, such as what we have told, sent back. */
static bool is_final(const struct stanza *answer)
{
	static const char *const conditions[] = {
		"item-not-found", "forbidden", "gone", "not-authorized", "not-allowed", "not-acceptable", "bad-request", "conflict",
		"registration-required", "feature-not-implemented", "jid-malformed", "subscription-required",
	};

	struct arena arena = { 0 };
	own_buf whole = { 0 };
	const struct xml *x, *error;
	bool final = false;

	buf_lit(&whole, "<iq>");
	buf_str(&whole, answer->payload);
	buf_lit(&whole, "</iq>");
	x = xml_parse(&arena, buf_all(&whole), STR("jabber:client"), false);
	error = x ? xml_child(x, "error", "jabber:client") : NULL;
	for (size_t i = 0; i < countof(conditions) && error && !final; i++)
		final = xml_child(error, conditions[i], "urn:ietf:params:xml:ns:xmpp-stanzas") != NULL;
	arena_free(&arena);
	return final;
}

static void answered(struct service_ask *a, const struct stanza *answer)
{
	struct notification *n = holder_of(a, struct notification, ask);
	struct user *u = n->user;

	if (answer && answer->type == IQ_ERROR && is_final(answer) && !u->gone)
		place_remove(u, n->key);
	job_end(&n->job);
	notification_free(&n->job);
	user_release(u);
}

static void tell(struct place *p)
{
	struct user *u = p->user;
	struct core *c = u->core;
	struct notification *n = mem_new(struct notification);
	own_buf payload = { 0 };
	struct str jid = place_jid(p);
	size_t slash = str_find(jid, '/');
	struct jid to = address_of(str_n(jid.p, slash));

	to.resource = (uint16_t)(slash < jid.n ? jid.n - slash - 1 : 0);
	buf_lit(&payload, "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='");
	escape(&payload, place_node(p));
	buf_lit(&payload, "'><item><notification xmlns='urn:xmpp:push:0'>");
	summary(&payload, p);
	buf_lit(&payload, "</notification></item></publish>");
	if (p->options.n)
		buf_fmt(&payload, "<publish-options>%.*s</publish-options>", STR_ARG(p->options));
	buf_lit(&payload, "</pubsub>");
	p->count = 0;
	p->last = stanza_unref(p->last);
	p->resting = true;
	user_hold(u);
	world_timer(c->world, &p->rest, REST_MS);
	job_begin(c, &n->job, notification_free);
	n->core = c;
	n->user = u;
	n->key = str_n(str_dup(p->key), p->key.n);
	n->ask.answered = answered;
	user_hold(u);
	service_ask(c, &n->ask, to, buf_all(&payload), ANSWER_MS);
}

static bool is_active(const struct place *p)
{
	return core_interest(p->user->core, 'p', str_n(p->hash, HASH_CHARS)) > 0;
}

static void rested(struct timer *t)
{
	struct place *p = holder_of(t, struct place, rest);
	struct user *u = p->user;

	p->resting = false;
	if (p->count && !u->gone && !is_active(p))
		tell(p);
	user_release(u);
}

static void note(struct place *p, struct stanza *st)
{
	p->count++;
	if (st && p->user->core->settings.push_content != PUSH_COUNT_ONLY) {
		stanza_unref(p->last);
		p->last = stanza_ref(st);
	}
	if (!p->resting)
		tell(p);
}

/* Something to read, or a call (XEP-0353 says <store/>); not that something else was read. */
static bool is_worth_telling(const struct user *u, const struct stanza *st)
{
	if ((st->type != MESSAGE_CHAT && st->type != MESSAGE_NORMAL) || st->traits & STANZA_NO_STORE)
		return false;
	if (core_is_local(u->core, st->from) && str_is(jid_local(st->from), u->name))
		return false;
	return st->traits & (STANZA_BODY | STANZA_ENCRYPTED) || (st->traits & (STANZA_STORE | STANZA_RECEIPT)) == STANZA_STORE;
}

void push_tell(struct user *u, struct stanza *st)
{
	list_each(p, &u->push, struct place, here)
		if (!is_active(p))
			note(p, st);
}

void push_consider(struct user *u, struct stanza *st)
{
	if (!list_empty(&u->push) && is_worth_telling(u, st))
		push_tell(u, st);
}

/* ---- what is said in rooms ---------------------------------------------------------------------------------------- */

static bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

/* Both folded. "ann" is not in "annual"; where words have no blanks between them (Chinese) anything goes. */
bool push_names(struct str text, struct str name)
{
	const char *hit = name.n && text.n ? memmem(text.p, text.n, name.p, name.n) : NULL;

	for (size_t i = 0; hit; hit = memmem(text.p + i + 1, text.n - i - 1, name.p, name.n)) {
		i = (size_t)(hit - text.p);
		if (!(i && is_word_byte(text.p[i - 1]) && is_word_byte(name.p[0])) &&
		    !(i + name.n < text.n && is_word_byte(text.p[i + name.n]) && is_word_byte(name.p[name.n - 1])))
			return true;
	}
	return false;
}

static bool names_folded(struct str text, struct str name)
{
	own_buf folded = { 0 };

	text_fold(&folded, name);
	return push_names(text, buf_all(&folded));
}

/* By the name of the account, or a nickname under which it is in the room: those are where it has sent presence. */
static bool is_named(const struct session *s, const struct stanza *st, struct str text)
{
	struct str room = jid_bare(st->from);

	for (size_t i = 0; i < s->directed_n; i++) {
		struct str at = s->directed[i];

		if (at.n > room.n + 1 && at.p[room.n] == '/' && str_starts(at, room) && names_folded(text, str_from(at, room.n + 1)))
			return true;
	}
	return names_folded(text, str_z(s->user->name));
}

static bool is_own(const struct session *s, const struct stanza *st)
{
	for (size_t i = 0; i < s->directed_n; i++)
		if (str_eq(s->directed[i], jid_full(st->from)))
			return true;
	return false;
}

void push_said(struct session *s, struct stanza *st, struct buf *folded)
{
	own_buf body = { 0 };

	if (!s->push || s->push_on || st->type != MESSAGE_GROUPCHAT || st->traits & STANZA_NO_STORE || is_own(s, st))
		return;
	if (!folded->n && stanza_body(st, &body))
		text_fold(folded, buf_all(&body));
	/* What is encrypted may name anybody. */
	if (!(st->traits & STANZA_ENCRYPTED) && !is_named(s, st, buf_all(folded)))
		return;
	list_each(p, &s->user->push, struct place, here)
		if (!memcmp(p->hash, s->push, HASH_CHARS))
			note(p, st);
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

void push_session(struct session *s)
{
	struct place *p = NULL;
	bool on = s->push && s->opened && s->presence && !s->detached && !s->idle;

	if (!s->push || on == s->push_on)
		return;
	s->push_on = on;
	core_want(s->core, 'p', str_n(s->push, HASH_CHARS), on);
	list_each(other, &s->user->push, struct place, here)
		if (!memcmp(other->hash, s->push, HASH_CHARS))
			p = other;
	if (!p)
		return;
	if (on) {
		p->count = 0;
		p->last = stanza_unref(p->last);
	} else if ((s->detached || !s->opened) && !list_empty(&s->tickets)) {
		note(p, NULL); /* it was thought to be there, and has not got what it was given */
	}
}

void push_forget(struct session *s)
{
	if (s->push && s->push_on)
		core_want(s->core, 'p', str_n(s->push, HASH_CHARS), false);
	s->push_on = false;
	mem_free(s->push);
	s->push = NULL;
}

void session_idle(struct session *s, bool idle)
{
	s->idle = idle;
	if (s->opened)
		push_session(s);
}

/* ---- what clients ask for ---------------------------------------------------------------------------------------- */

struct change {
	struct job job;
	struct ask *ask;
	struct user *user;
	struct str key, options; /* own memory */
	bool removed;
};

static void change_free(struct job *j)
{
	struct change *ch = holder_of(j, struct change, job);

	mem_free((void *)ch->key.p);
	mem_free((void *)ch->options.p);
	mem_free(ch);
}

static void stored(struct store_request *r)
{
	struct change *ch = r->held;
	struct user *u = ch->user;
	struct ask *a = r->arg;

	if (!r->answer)
		place_tell(u->core, u->name, ch->key, ch->options, ch->removed);
	job_end(&ch->job);
	change_free(&ch->job);
	user_release(u);
	if (!a)
		return;
	a->request = NULL;
	a->verdict = r->answer;
	a->answer = r;
	a->done(a);
}

/* `a` may be NULL: nobody waits for this one. */
static void change(struct user *u, struct ask *a, struct str key, struct str options, bool removed)
{
	struct store_request *r = store_ask(u->core->store, STORE_ITEM_SET, stored, a);
	struct change *ch = mem_new(struct change);
	own_buf value = { 0 };

	job_begin(u->core, &ch->job, change_free);
	ch->user = u;
	ch->key = str_n(str_dup(key), key.n);
	ch->options = str_n(str_dup(options), options.n);
	ch->removed = removed;
	user_hold(u);
	buf_byte(&value, '+');
	buf_str(&value, options);
	if (a)
		a->request = r;
	r->held = ch;
	r->owner = u->id;
	r->space = STR(PUSH_SPACE);
	r->key = store_str(r, key);
	r->value = removed ? STR_NONE : store_str(r, buf_all(&value));
	store_submit(r);
}

bool push_enable(struct session *s, struct ask *a, struct jid service, struct str node, struct str options)
{
	struct user *u = s->user;
	own_buf key = { 0 };
	unsigned n = 0;

	buf_fmt(&key, "%.*s\n%.*s", STR_ARG(jid_full(service)), STR_ARG(node));
	list_each(p, &u->push, struct place, here)
		n++;
	if (n >= PUSH_PLACES_MAX && !place_find(u, buf_all(&key)))
		return false;
	push_forget(s);
	s->push = mem_raw(HASH_CHARS);
	hash_of(u, buf_all(&key), s->push);
	push_session(s);
	change(u, a, buf_all(&key), options, false);
	return true;
}

bool push_disable(struct session *s, struct ask *a, struct jid service, struct str node)
{
	struct user *u = s->user;
	struct place *last = NULL;

	/* Requests of one turn are done in their order: the answer to the last is the answer to all. */
	list_each(p, &u->push, struct place, here) {
		if (!str_eq(place_jid(p), jid_full(service)) || (node.p && !str_eq(place_node(p), node)))
			continue;
		if (last)
			change(u, NULL, last->key, STR(""), true);
		if (s->push && !memcmp(s->push, p->hash, HASH_CHARS))
			push_forget(s);
		last = p;
	}
	if (last)
		change(u, a, last->key, STR(""), true);
	return last != NULL;
}

void push_changed(struct user *u, const struct parcel *p)
{
	size_t end = str_find(p->bytes, 0);
	struct str key = str_n(p->bytes.p, end);
	struct place *old = place_find(u, key);

	if (!(p->flags & PARCEL_REMOVED))
		place_put(u, key, str_from(p->bytes, end + 1));
	else if (old)
		place_free(old);
}
