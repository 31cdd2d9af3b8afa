/* SPDX-License-Identifier: Apache-2.0 */
#include "script.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/crypt.h"
#include "core/account.h"
#include "core/invite.h"
#include "match.h"
#include "model/token.h"
#include "stage.h"
#include "store/faulty.h"
#include "wire/xml.h"

#define DOMAIN "verona"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"

enum { CAST_MAX = 64, FRAME_MAX = 1 << 24 };
enum tongue { XMPP, CLASSIC, JAVA, HYBRID };

/* Somebody, or one of somebody's devices: "romeo", "romeo/phone". */
struct actor {
	struct str name, user, resource;
	enum tongue tongue;
	struct peer *peer; /* the latest link; NULL before the first */
	struct xml_framer framer;
};

struct script {
	const char *file;
	unsigned line, next_line; /* of the file, from 1 */
	const struct script_mode *mode;
	struct buf *why;
	struct core_settings settings;
	struct stage *stage; /* made by the first line that needs it */
	struct names names;
	struct arena arena;
	struct actor cast[CAST_MAX];
	size_t cast_n;
	struct str accounts[CAST_MAX];
	size_t accounts_n;
	unsigned links; /* made so far */
	unsigned cores;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct script *s, const char *fmt, ...)
{
	char text[2000];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (!s->failed)
		buf_fmt(s->why, "%s:%u: [%u core%s, %s] %s\n", s->file, s->line, s->mode->cores,
			s->mode->cores > 1 ? "s" : "", s->mode->piece ? "in pieces" : "whole", text);
	s->failed = true;
	return false;
}

static struct stage *stage(struct script *s)
{
	if (!s->stage)
		s->stage = stage_new(s->cores, &s->settings);
	return s->stage;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

/* Takes the next word of `rest`; empty at its end. */
static struct str word(struct str *rest)
{
	struct str w;

	*rest = str_trim(*rest);
	w = str_n(rest->p, str_find(*rest, ' '));
	*rest = str_trim(str_from(*rest, w.n));
	return w;
}

/* When `rest` begins with `words`: takes them away. */
static bool says(struct str *rest, const char *words)
{
	if (!str_starts(*rest, str_z(words)))
		return false;
	*rest = str_trim(str_from(*rest, strlen(words)));
	return true;
}

/* "5 times:" takes it, *n = 5; ":" alone is 1. */
static bool times(struct str *rest, uint64_t *n)
{
	struct str r = *rest;

	*n = 1;
	if (says(rest, ":"))
		return true;
	return str_u64(word(&r), n) && says(&r, "times:") && (*rest = r, true);
}

static struct actor *actor(struct script *s, struct str name)
{
	struct actor *a;
	size_t slash = str_find(name, '/');

	for (size_t i = 0; i < s->cast_n; i++)
		if (str_eq(s->cast[i].name, name))
			return &s->cast[i];
	a = &s->cast[s->cast_n < CAST_MAX - 1 ? s->cast_n++ : s->cast_n];
	a->name = name;
	a->user = str_n(name.p, slash);
	a->resource = slash < name.n ? str_from(name, slash + 1) : STR("here");
	return a;
}

/* ---- saying ----------------------------------------------------------------------------------------------------- */

static bool listens(struct script *s, struct actor *a)
{
	return a->peer || fail(s, "%.*s is not connected", STR_ARG(a->name));
}

static void show(struct script *s, struct actor *a, const char *arrow, struct str what)
{
	if (s->mode->loud)
		printf("%4u %-14.*s %s %.*s\n", s->line, STR_ARG(a->name), arrow, STR_ARG(what));
}

static bool say(struct script *s, struct actor *a, struct str text)
{
	own_buf b = { 0 }, frame = { 0 };

	if (!listens(s, a))
		return false;
	names_fill(&s->names, text, a->tongue == XMPP, &b);
	show(s, a, "->", buf_all(&b));
	if (a->tongue == JAVA) {
		buf_byte(&frame, (char)(b.n >> 8));
		buf_byte(&frame, (char)b.n);
	}
	buf_str(&frame, buf_all(&b));
	if (a->tongue == CLASSIC || a->tongue == HYBRID)
		buf_byte(&frame, '\n');
	peer_say(a->peer, buf_all(&frame));
	return true;
}

static bool say_all(struct script *s, struct actor *a, struct str rest)
{
	uint64_t n;

	if (!times(&rest, &n))
		return fail(s, "says what?");
	for (uint64_t i = 1; i <= n; i++) {
		char number[24];

		snprintf(number, sizeof number, "%llu", (unsigned long long)i);
		if (n > 1)
			names_bind(&s->names, STR("n"), str_z(number));
		if (!say(s, a, rest))
			return false;
	}
	return true;
}

static bool say_hex(struct script *s, struct actor *a, struct str rest)
{
	own_buf b = { 0 };

	if (!listens(s, a))
		return false;
	while (rest.n)
		if (!hex_read(&b, word(&rest)))
			return fail(s, "this is not hexadecimal");
	peer_say(a->peer, buf_all(&b));
	return true;
}

/* ---- hearing ---------------------------------------------------------------------------------------------------- */

enum heard { HEARD_NOTHING, HEARD_TEXT, HEARD_OPEN, HEARD_ELEMENT, HEARD_CLOSE, HEARD_RUBBISH };

/* The next line, frame or element; the bytes stay where they are until `len` of them are eaten. */
static enum heard next_line(struct actor *a, struct str *text, size_t *len)
{
	struct str all = buf_all(&a->peer->heard);
	size_t n = str_find(all, '\n');

	if (n == all.n)
		return HEARD_NOTHING;
	*text = str_n(all.p, n);
	*len = n + 1;
	return HEARD_TEXT;
}

static enum heard next_utf(struct actor *a, struct str *text, size_t *len)
{
	struct str all = buf_all(&a->peer->heard);
	size_t n = all.n < 2 ? 0 : (size_t)(uint8_t)all.p[0] << 8 | (uint8_t)all.p[1];

	if (all.n < 2 || all.n < n + 2)
		return HEARD_NOTHING;
	*text = str_n(all.p + 2, n);
	*len = n + 2;
	return HEARD_TEXT;
}

static enum heard next_xml(struct actor *a, struct str *text, size_t *len)
{
	struct buf *heard = &a->peer->heard;

	for (;;) {
		struct xml_framer framer = a->framer; /* looked at from the start each time */
		enum xml_frame f = heard->n ? xml_frame(&framer, heard->p, heard->n, FRAME_MAX, len) : XML_MORE;

		if (f == XML_MORE)
			return HEARD_NOTHING;
		*text = str_n(heard->p, *len);
		switch (f) {
		case XML_BLANK:
			buf_eat(heard, *len);
			continue;
		case XML_STREAM_OPEN:
			return HEARD_OPEN;
		case XML_STANZA:
			return HEARD_ELEMENT;
		case XML_STREAM_CLOSE:
			return HEARD_CLOSE;
		default:
			*text = buf_all(heard);
			*len = heard->n;
			return HEARD_RUBBISH;
		}
	}
}

static enum heard next(struct actor *a, struct str *text, size_t *len)
{
	static enum heard (*const by[])(struct actor *, struct str *,
					size_t *) = { [XMPP] = next_xml, [CLASSIC] = next_line, [JAVA] = next_utf, [HYBRID] = next_line };

	return by[a->tongue](a, text, len);
}

/* What was matched is taken away; elements that begin a new stream make the framer begin anew. */
static void taken(struct script *s, struct actor *a, enum heard kind, struct str text, size_t len)
{
	show(s, a, "<-", text);
	if (kind == HEARD_OPEN)
		a->framer = (struct xml_framer){ .open = true };
	if (kind == HEARD_CLOSE || str_starts(text, STR("<success xmlns='" NS_SASL)) || str_starts(text, STR("<proceed")))
		a->framer = (struct xml_framer){ 0 };
	buf_eat(&a->peer->heard, len);
}

static bool fits(struct script *s, struct str pattern, enum heard kind, struct str text, struct buf *why)
{
	bool opens = str_starts(pattern, STR("<stream:stream")) || str_starts(pattern, STR("<?xml"));
	size_t known = s->names.n;

	switch (kind) {
	case HEARD_TEXT:
		if (match_text(&s->names, pattern, text))
			return true;
		s->names.n = known;
		return false;
	case HEARD_OPEN:
		return opens && match_xml(&s->names, pattern, text, true, why);
	case HEARD_CLOSE:
		return str_is(pattern, "</stream:stream>");
	case HEARD_ELEMENT:
		return !opens && !str_starts(pattern, STR("</")) && match_xml(&s->names, pattern, text, false, why);
	default:
		return false;
	}
}

static bool hear(struct script *s, struct actor *a, struct str pattern)
{
	own_buf why = { 0 };
	struct str text = STR_NONE;
	size_t len = 0;
	enum heard kind;

	if (!listens(s, a))
		return false;
	kind = next(a, &text, &len);
	if (kind == HEARD_NOTHING)
		return fail(s, "%.*s hears nothing but should hear %.*s", STR_ARG(a->name), STR_ARG(pattern));
	if (!fits(s, pattern, kind, text, &why))
		return fail(s, "%.*s hears\n\t%.*s\n    but should hear\n\t%.*s\n    %.*s", STR_ARG(a->name),
			    STR_ARG(text), STR_ARG(pattern), STR_ARG(buf_all(&why)));
	taken(s, a, kind, text, len);
	return true;
}

static bool hear_all(struct script *s, struct actor *a, struct str rest)
{
	uint64_t n;

	if (!times(&rest, &n))
		return fail(s, "hears what?");
	for (uint64_t i = 1; i <= n; i++) {
		char number[24];

		snprintf(number, sizeof number, "%llu", (unsigned long long)i);
		if (n > 1)
			names_bind(&s->names, STR("n"), str_z(number));
		if (!hear(s, a, rest))
			return false;
	}
	return true;
}

/* `rest`: patterns, each after "\n- ". Every one is heard once, in whatever order. */
static bool hear_any_order(struct script *s, struct actor *a, struct str rest)
{
	struct str wanted[64];
	size_t n = 0;

	while (rest.n) {
		size_t end = str_find(rest, '\n');
		struct str one = str_n(rest.p, end);

		rest = str_from(rest, end + 1);
		if (says(&one, "-") && n < 64)
			wanted[n++] = one;
	}
	while (n) {
		struct str text = STR_NONE;
		size_t len = 0, i = 0;
		enum heard kind;
		own_buf why = { 0 };

		if (!listens(s, a))
			return false;
		kind = next(a, &text, &len);
		if (kind == HEARD_NOTHING)
			return fail(s, "%.*s hears nothing more but should hear %.*s", STR_ARG(a->name),
				    STR_ARG(wanted[0]));
		while (i < n && !fits(s, wanted[i], kind, text, &why))
			i++;
		if (i == n)
			return fail(s, "%.*s hears %.*s\n    which is none of what is left, such as\n\t%.*s",
				    STR_ARG(a->name), STR_ARG(text), STR_ARG(wanted[0]));
		taken(s, a, kind, text, len);
		wanted[i] = wanted[--n];
	}
	return true;
}

static bool hear_nothing(struct script *s, struct actor *a)
{
	struct str text = STR_NONE;
	size_t len;

	if (!listens(s, a))
		return false;
	if (next(a, &text, &len) != HEARD_NOTHING)
		return fail(s, "%.*s hears %.*s but should hear nothing", STR_ARG(a->name), STR_ARG(text));
	return a->peer->heard.n == 0 || fail(s, "%.*s hears half a sentence", STR_ARG(a->name));
}

static bool hear_end(struct script *s, struct actor *a)
{
	return hear_nothing(s, a) &&
	       (!a->peer->open || fail(s, "the server did not hang up on %.*s", STR_ARG(a->name)));
}

/* What is heard depends on how the bytes were split. */
static bool may_hear(struct script *s, struct actor *a, struct str rest)
{
	struct str text = STR_NONE;
	size_t len = 0;
	own_buf why = { 0 };
	enum heard kind;

	if (!listens(s, a) || !says(&rest, ":"))
		return fail(s, "may hear what?");
	kind = next(a, &text, &len);
	if (kind != HEARD_NOTHING && fits(s, rest, kind, text, &why))
		taken(s, a, kind, text, len);
	return true;
}

static bool forget(struct script *s, struct actor *a)
{
	struct str text;
	size_t len;
	enum heard kind;

	if (!listens(s, a))
		return false;
	while ((kind = next(a, &text, &len)) != HEARD_NOTHING)
		taken(s, a, kind, text, len);
	return true;
}

/* ---- accounts --------------------------------------------------------------------------------------------------- */

static void account_made(struct account_ask *ask) {}

static bool account_known(const struct script *s, struct str user)
{
	for (size_t i = 0; i < s->accounts_n; i++)
		if (str_eq(s->accounts[i], user))
			return true;
	return false;
}

/* The account, as an operator would make it; its password is "secret". */
static bool account_make(struct script *s, struct str user)
{
	struct account_ask ask = { .done = account_made, .verdict = -1 };
	struct origin here = { .loopback = true };

	if (account_known(s, user))
		return true;
	s->accounts[s->accounts_n++] = user;
	account_register(stage_core(stage(s), 0), &ask, user, STR("secret"), &here, STR_NONE, true);
	stage_settle(s->stage);
	/* Who registered during the play is there already. */
	return !ask.verdict || ask.verdict == ACCOUNT_EXISTS || fail(s, "no account for %.*s: %s", STR_ARG(user), account_verdict_text(ask.verdict));
}

struct finding {
	int64_t id;
	int answer;
};

static void found(struct store_request *r)
{
	struct finding *f = r->arg;

	f->answer = r->answer;
	f->id = r->account.id;
}

static int64_t account_id(struct script *s, struct str user)
{
	struct finding f = { 0 };
	struct store_request *r = store_ask(stage_store(stage(s)), STORE_ACCOUNT_GET, found, &f);

	r->account.name = user;
	store_submit(r);
	stage_settle(s->stage);
	return f.answer ? 0 : f.id;
}

static void applied(struct store_request *r) {}

static void roster_apply(struct script *s, struct str whose, struct str contact, enum roster_event event)
{
	struct store_request *r = store_ask(stage_store(s->stage), STORE_ROSTER_APPLY, applied, NULL);
	own_buf address = { 0 };

	buf_fmt(&address, "%.*s@" DOMAIN, STR_ARG(contact));
	r->owner = account_id(s, whose);
	r->item.contact = store_str(r, buf_all(&address));
	r->item.request = STR("");
	r->event = event;
	store_submit(r);
	stage_settle(s->stage);
}

/* Before either of them logs in. */
static bool subscribe(struct script *s, struct str viewer, struct str seen)
{
	if (!account_make(s, viewer) || !account_make(s, seen))
		return false;
	roster_apply(s, viewer, seen, ROSTER_OUT_SUBSCRIBE);
	roster_apply(s, seen, viewer, ROSTER_IN_SUBSCRIBE);
	roster_apply(s, seen, viewer, ROSTER_OUT_SUBSCRIBED);
	roster_apply(s, viewer, seen, ROSTER_IN_SUBSCRIBED);
	return true;
}

/* ---- links ------------------------------------------------------------------------------------------------------ */

/* "xmpp|classic|java|hybrid [remote] [tls]" */
static bool connects(struct script *s, struct actor *a, struct str rest)
{
	static const char *const how[] = { [XMPP] = "xmpp", [CLASSIC] = "classic", [JAVA] = "java", [HYBRID] = "hybrid" };
	static const struct door *const doors[] = { [XMPP] = &xmpp_door, [CLASSIC] = &classic_door, [JAVA] = &classic_door, [HYBRID] = &hybrid_door };
	bool remote, tls;
	size_t i = 0;

	while (i < countof(how) && !says(&rest, how[i]))
		i++;
	if (i == countof(how))
		return fail(s, "connects how?");
	remote = says(&rest, "remote");
	tls = says(&rest, "tls");
	a->tongue = (enum tongue)i;
	a->framer = (struct xml_framer){ 0 };
	/* All of the hybrid door lives on the first core. */
	a->peer = peer_open(stage(s), doors[i], a->tongue == HYBRID ? 0 : s->links++ % s->cores, remote, tls, s->mode->piece);
	return true;
}

static bool xmpp_open(struct script *s, struct actor *a)
{
	return say(s, a,
		   STR("<?xml version='1.0'?><stream:stream to='" DOMAIN "' version='1.0' xmlns='jabber:client' "
		       "xmlns:stream='http://etherx.jabber.org/streams'>")) &&
	       hear(s, a,
		    STR("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
			"_='*'>")) &&
	       hear(s, a, STR("<stream:features><_/></stream:features>"));
}

static bool xmpp_authenticate(struct script *s, struct actor *a)
{
	own_buf plain = { 0 }, text = { 0 };

	buf_fmt(&plain, "%c%.*s%csecret", 0, STR_ARG(a->user), 0);
	buf_lit(&text, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'>");
	base64_write(&text, buf_all(&plain));
	buf_lit(&text, "</auth>");
	return say(s, a, buf_all(&text)) && hear(s, a, STR("<success xmlns='" NS_SASL "'/>"));
}

static bool xmpp_bind(struct script *s, struct actor *a)
{
	own_buf text = { 0 }, full = { 0 };

	buf_fmt(&full, "%.*s@" DOMAIN "/%.*s", STR_ARG(a->user), STR_ARG(a->resource));
	buf_fmt(&text,
		"<iq type='set' id='bind'><bind "
		"xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>%.*s</resource></bind></iq>",
		STR_ARG(a->resource));
	if (!say(s, a, buf_all(&text)))
		return false;
	buf_clear(&text);
	buf_fmt(&text,
		"<iq type='result' id='bind' _='*'><bind "
		"xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>%.*s</jid></bind></iq>",
		STR_ARG(buf_all(&full)));
	names_bind(&s->names, a->name, buf_all(&full));
	return hear(s, a, buf_all(&text));
}

static bool classic_login(struct script *s, struct actor *a)
{
	own_buf text = { 0 };

	buf_fmt(&text, "101|%.*s,secret", STR_ARG(a->user));
	return say(s, a, buf_all(&text)) && hear(s, a, STR("1|"));
}

static bool hybrid_login(struct script *s, struct actor *a)
{
	own_buf text = { 0 };

	buf_fmt(&text, "auth,%.*s,secret", STR_ARG(a->user));
	if (!say(s, a, buf_all(&text)) || !hear(s, a, STR("ok")))
		return false;
	buf_clear(&text);
	buf_fmt(&text, "login,%.*s,", STR_ARG(a->user));
	return say(s, a, buf_all(&text)) && hear(s, a, STR("ok")) && hear(s, a, STR("*end"));
}

/* "[classic|java|hybrid|as a user]": connects unless that was done, and goes on until messages can be sent. */
static bool logs_in(struct script *s, struct actor *a, struct str rest)
{
	if (!account_make(s, a->user))
		return false;
	if ((!a->peer || !a->peer->open) && !connects(s, a, rest.n ? rest : STR("xmpp")))
		return false;
	if (a->tongue != XMPP)
		return a->tongue == HYBRID ? hybrid_login(s, a) : classic_login(s, a);
	return xmpp_open(s, a) && xmpp_authenticate(s, a) && xmpp_open(s, a) && xmpp_bind(s, a);
}

/* "[with priority N]": logs in unless that was done, says so, and forgets what it heard of it. */
static bool comes_online(struct script *s, struct actor *a, struct str rest)
{
	own_buf text = { 0 };

	if ((!a->peer || !a->peer->open) && !logs_in(s, a, STR("xmpp")))
		return false;
	buf_lit(&text, "<presence>");
	if (says(&rest, "with priority"))
		buf_fmt(&text, "<priority>%.*s</priority>", STR_ARG(rest));
	buf_lit(&text, "</presence>");
	return say(s, a, buf_all(&text)) && forget(s, a);
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static bool starts_tls(struct script *s, struct actor *a, struct str rest)
{
	a->framer = (struct xml_framer){ 0 };
	return listens(s, a) && (a->peer->link.secure || fail(s, "the server has not begun TLS"));
}

static bool breaks_off(struct script *s, struct actor *a, struct str rest)
{
	return listens(s, a) && (peer_cut(a->peer), true);
}

static bool stops_reading(struct script *s, struct actor *a, struct str rest)
{
	return listens(s, a) && (peer_stall(a->peer, true), true);
}

static bool reads_again(struct script *s, struct actor *a, struct str rest)
{
	return listens(s, a) && (peer_stall(a->peer, false), true);
}

/* "{name} [over tls]": {shown} is from now on what a client says to log in with the token that {name} stands for, and {answer} what it hears then. */
static bool shows(struct script *s, struct actor *a, struct str rest)
{
	struct str name = word(&rest), token = names_value(&s->names, str_n(name.p + 1, name.n - 2)), binding = STR_NONE;
	own_buf message = { 0 }, shown = { 0 }, answer = { 0 };
	uint8_t hash[TOKEN_HASH_BYTES];

	if (!token.p)
		return fail(s, "nothing is known as %.*s", STR_ARG(name));
	if (says(&rest, "over tls"))
		binding = STR("scenario's channel binding, 32 b.");
	buf_str(&message, a->user);
	buf_byte(&message, 0);
	token_hash(token, TOKEN_INITIATOR, binding, hash);
	buf_str(&message, str_bytes(hash, sizeof hash));
	base64_write(&shown, buf_all(&message));
	token_hash(token, TOKEN_RESPONDER, binding, hash);
	base64_write(&answer, str_bytes(hash, sizeof hash));
	names_bind(&s->names, STR("shown"), buf_all(&shown));
	names_bind(&s->names, STR("answer"), buf_all(&answer));
	return true;
}

static bool has_account(struct script *s, struct actor *a, struct str rest) { return account_make(s, a->user); }
static bool opens_stream(struct script *s, struct actor *a, struct str rest) { return xmpp_open(s, a); }
static bool authenticates(struct script *s, struct actor *a, struct str rest)
{
	return account_make(s, a->user) && xmpp_authenticate(s, a);
}
static bool forgets(struct script *s, struct actor *a, struct str rest) { return forget(s, a); }
static bool hears_nothing(struct script *s, struct actor *a, struct str rest) { return hear_nothing(s, a); }
static bool hears_end(struct script *s, struct actor *a, struct str rest) { return hear_end(s, a); }

static bool and_friends(struct script *s, struct actor *a, struct str rest)
{
	struct str other = word(&rest);

	if (!says(&rest, "are friends"))
		return fail(s, "and what?");
	return subscribe(s, a->user, other) && subscribe(s, other, a->user);
}

static bool sees(struct script *s, struct actor *a, struct str rest) { return subscribe(s, a->user, rest); }

static const struct verb {
	const char *words;
	bool (*act)(struct script *s, struct actor *a, struct str rest);
} verbs[] = {
	{ "says hex:", say_hex },
	{ "says", say_all },
	{ "hears in any order:", hear_any_order },
	{ "hears nothing", hears_nothing },
	{ "hears the end", hears_end },
	{ "hears", hear_all },
	{ "may hear", may_hear },
	{ "forgets", forgets },
	{ "connects", connects },
	{ "opens a stream", opens_stream },
	{ "authenticates", authenticates },
	{ "starts tls", starts_tls },
	{ "shows", shows },
	{ "logs in", logs_in },
	{ "comes online", comes_online },
	{ "breaks off", breaks_off },
	{ "stops reading", stops_reading },
	{ "reads again", reads_again },
	{ "has an account", has_account },
	{ "and", and_friends },
	{ "sees", sees },
};

/* "the server has offline_max=3": before anything else happens. */
static bool server_has(struct script *s, struct str rest)
{
	static const struct {
		const char *name;
		size_t at, size;
	} numbers[] = {
#define NUMBER(field) { #field, offsetof(struct core_settings, field), sizeof(((struct core_settings *)0)->field) }
		NUMBER(archive),
		NUMBER(registration),
		NUMBER(registration_loopback),
		NUMBER(registrations_per_hour),
		NUMBER(roster_max),
		NUMBER(offline_max),
		NUMBER(sessions_max),
		NUMBER(login_attempts),
		NUMBER(resume_ms),
		NUMBER(token_ms),
		NUMBER(backlog_max),
		NUMBER(stanza_max),
		NUMBER(stanza_before_login),
		NUMBER(rate_bytes),
		NUMBER(classic_approve),
		NUMBER(classic_require_tls),
		NUMBER(people_search),
		NUMBER(invites),
		NUMBER(invite_uses),
		NUMBER(invite_ms),
		NUMBER(rooms_admins_only),
		NUMBER(rooms_max),
		NUMBER(call_ms),
#undef NUMBER
	};
	size_t eq = str_find(rest, '=');
	struct str name = str_n(rest.p, eq);
	uint64_t v;

	if (str_is(name, "cores") && str_u64(str_from(rest, eq + 1), &v)) {
		s->cores = (unsigned)v;
		return true;
	}
	if (str_is(name, "web_address")) {
		s->settings.web_address = str_from(rest, eq + 1);
		return true;
	}
	if (str_is(name, "rooms_domain")) {
		s->settings.rooms_domain = str_from(rest, eq + 1);
		return true;
	}
	if (str_is(name, "call_servers") || str_is(name, "call_secret")) {
		*(str_is(name, "call_secret") ? &s->settings.call_secret : &s->settings.call_servers) = str_from(rest, eq + 1);
		return true;
	}
	if (str_is(name, "contacts")) {
		s->settings.contacts = str_from(rest, eq + 1);
		return true;
	}
	for (size_t i = 0; i < countof(numbers); i++)
		if (str_is(name, numbers[i].name) && str_u64(str_from(rest, eq + 1), &v)) {
			memcpy((char *)&s->settings + numbers[i].at, &v, numbers[i].size); /* little endian */
			return s->stage ? fail(s, "too late: the server is running") : true;
		}
	return fail(s, "no such setting: %.*s", STR_ARG(rest));
}

struct inviting {
	struct ask ask;
	struct script *script;
};

static void invited(struct ask *a)
{
	struct inviting *i = holder_of(a, struct inviting, ask);

	if (!a->verdict)
		names_bind(&i->script->names, STR("token"), a->answer->invite.token);
}

/* "the server invites an administrator": {token} stands for the invitation from then on. */
static bool server_invites(struct script *s, struct str rest)
{
	struct inviting i = { { .done = invited, .verdict = -1 }, s };
	uint32_t flags = says(&rest, "an administrator") ? ACCOUNT_ADMIN : 0;

	invite_make(stage_core(stage(s), 0), &i.ask, &(struct invite_wish){ .kind = INVITE_ACCOUNT, .flags = flags });
	stage_settle(s->stage);
	return !i.ask.verdict || fail(s, "no invitation");
}

static bool server_line(struct script *s, struct str rest)
{
	if (says(&rest, "has"))
		return server_has(s, rest);
	if (says(&rest, "invites"))
		return server_invites(s, rest);
	if (says(&rest, "restarts")) {
		stage_restart(stage(s));
		return true;
	}
	return fail(s, "the server does what?");
}

/* "the disk is full", "… fails", "… works again" */
static bool disk_line(struct script *s, struct str rest)
{
	stage(s);
	if (says(&rest, "is full"))
		store_faulty_set(STORE_FULL);
	else if (says(&rest, "fails"))
		store_faulty_set(STORE_FAILED);
	else if (says(&rest, "works again"))
		store_faulty_set(0);
	else
		return fail(s, "the disk does what?");
	return true;
}

/* "30 s pass" */
static bool time_line(struct script *s, struct str line, bool *was)
{
	uint64_t n;
	bool ms;

	*was = str_u64(word(&line), &n) && ((ms = says(&line, "ms pass")) || says(&line, "s pass"));
	if (*was)
		stage_pass(stage(s), (msec)n * (ms ? 1 : 1000));
	return true;
}

static bool line_play(struct script *s, struct str line)
{
	struct str rest = line;
	struct actor *a;
	bool was;

	if (says(&rest, "the server"))
		return server_line(s, rest);
	if (says(&rest, "the disk"))
		return disk_line(s, rest);
	if (!time_line(s, line, &was) || was)
		return !s->failed;
	a = actor(s, word(&rest));
	for (size_t i = 0; i < countof(verbs); i++)
		if (says(&rest, verbs[i].words))
			return verbs[i].act(s, a, rest);
	return fail(s, "not understood: %.*s", STR_ARG(line));
}

/* A line and those below it that begin with a blank: joined, with a line feed before items ("- …"), else with a blank
 * between words and with nothing between tags. */
static struct str line_take(struct script *s, struct str *text)
{
	own_buf b = { 0 };
	unsigned lines = 0;

	do {
		size_t end = str_find(*text, '\n');
		struct str one = str_trim(str_n(text->p, end));

		*text = str_from(*text, end + 1);
		lines++;
		if (one.n && one.p[0] == '#')
			continue;
		if (b.n && str_starts(one, STR("- ")))
			buf_byte(&b, '\n');
		else if (b.n && one.n && !(one.p[0] == '<' && b.p[b.n - 1] == '>'))
			buf_byte(&b, ' ');
		buf_str(&b, one);
	} while (text->n && (text->p[0] == ' ' || text->p[0] == '\t'));
	s->line = s->next_line + 1;
	s->next_line += lines;
	return arena_str(&s->arena, buf_all(&b));
}

/* Names for namespaces, so that dialogues stay readable. */
static void namespaces_bind(struct names *names)
{
	static const char *const known[][2] = {
		{ "stanzas", "urn:ietf:params:xml:ns:xmpp-stanzas" },
		{ "streams", "urn:ietf:params:xml:ns:xmpp-streams" },
		{ "sasl", NS_SASL },
		{ "sasl2", "urn:xmpp:sasl:2" },
		{ "bind2", "urn:xmpp:bind:0" },
		{ "fast", "urn:xmpp:fast:0" },
		{ "tls", "urn:ietf:params:xml:ns:xmpp-tls" },
		{ "bind", "urn:ietf:params:xml:ns:xmpp-bind" },
		{ "roster", "jabber:iq:roster" },
		{ "register", "jabber:iq:register" },
		{ "pars", "urn:xmpp:pars:0" },
		{ "invite", "urn:anser:invite:0" },
		{ "commands", "http://jabber.org/protocol/commands" },
		{ "search", "jabber:iq:search" },
		{ "cam", "urn:xmpp:cam:0" },
		{ "private", "jabber:iq:private" },
		{ "info", "http://jabber.org/protocol/disco#info" },
		{ "items", "http://jabber.org/protocol/disco#items" },
		{ "sm", "urn:xmpp:sm:3" },
		{ "csi", "urn:xmpp:csi:0" },
		{ "carbons", "urn:xmpp:carbons:2" },
		{ "forward", "urn:xmpp:forward:0" },
		{ "delay", "urn:xmpp:delay" },
		{ "sid", "urn:xmpp:sid:0" },
		{ "mam", "urn:xmpp:mam:2" },
		{ "fulltext", "{urn:xmpp:fulltext:0}fulltext" },
		{ "files", "{urn:anser:mam:0}files" },
		{ "pubsub", "http://jabber.org/protocol/pubsub" },
		{ "owner", "http://jabber.org/protocol/pubsub#owner" },
		{ "event", "http://jabber.org/protocol/pubsub#event" },
		{ "rsm", "http://jabber.org/protocol/rsm" },
		{ "muc", "http://jabber.org/protocol/muc" },
		{ "muc_user", "http://jabber.org/protocol/muc#user" },
		{ "muc_admin", "http://jabber.org/protocol/muc#admin" },
		{ "muc_owner", "http://jabber.org/protocol/muc#owner" },
		{ "occupant", "urn:xmpp:occupant-id:0" },
		{ "hats", "urn:xmpp:hats:0" },
		{ "retract", "urn:xmpp:message-retract:1" },
		{ "moderate", "urn:xmpp:message-moderate:1" },
		{ "conference", "jabber:x:conference" },
		{ "slow_mode", "{urn:anser:rooms:0}slow_mode" },
		{ "by_people", "{urn:xmpp:channel-search:0:order}nusers" },
		{ "data", "jabber:x:data" },
		{ "blocking", "urn:xmpp:blocking" },
		{ "hints", "urn:xmpp:hints" },
		{ "receipts", "urn:xmpp:receipts" },
		{ "chatstates", "http://jabber.org/protocol/chatstates" },
	};

	for (size_t i = 0; i < countof(known); i++)
		names_bind(names, str_z(known[i][0]), str_z(known[i][1]));
}

static void settings_default(struct core_settings *c)
{
	*c = (struct core_settings){
		.domain = STR(DOMAIN),
		.archive = ARCHIVE_ALWAYS,
		.registration = REGISTRATION_INVITE,
		.registration_loopback = true,
		.registrations_per_hour = 100,
		.roster_max = 1000,
		.offline_max = 1000,
		.sessions_max = 20,
		.login_attempts = 5,
		.resume_ms = 300000,
		.token_ms = (msec)60 * 24 * 60 * 60 * 1000,
		.backlog_max = 1 << 20,
		.stanza_before_login = 10000,
		.stanza_max = 1 << 18,
		.login_deadline_ms = 30000,
		.classic_approve = true,
		.people_search = true,
		.invites = true,
		.invite_ms = (msec)7 * 24 * 60 * 60 * 1000,
		.invite_uses = 1,
		.contacts = STR(""),
		.guests_max = 100,
		.hybrid_any = true,
		.hybrid_lease_ms = 90000,
		.hybrid_datagrams = 5,
		.hybrid_datagrams_all = 200,
	};
}

bool script_play(const char *file, struct str text, const struct script_mode *mode, struct buf *why)
{
	struct script s = { .file = file, .mode = mode, .why = why, .cores = mode->cores };

	settings_default(&s.settings);
	namespaces_bind(&s.names);
	while (text.n && !s.failed) {
		struct str line = line_take(&s, &text);

		if (line.n)
			line_play(&s, line);
	}
	store_faulty_set(0);
	stage_free(s.stage);
	arena_free(&s.names.arena);
	arena_free(&s.arena);
	return !s.failed;
}
