/* SPDX-License-Identifier: Apache-2.0
 *
 * Rooms without a syntax of the outside: sessions of this file, and a syntax in which messages of type normal are commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/room.h"
#include "store/faulty.h"
#include "store/memory.h"
#include "tests/talk.h"

#define ROOM "tea@rooms.test"

/* ---- a syntax ----------------------------------------------------------------------------------------------------------- */

struct call {
	struct room_call call;
	struct core *core;
	struct service_sender from;
};

static int last_verdict;
static unsigned calls_open;

static enum sent_verdict sent_of(int verdict)
{
	return !verdict ? SENT_OK : verdict == ROOM_STORE ? SENT_NOT_STORED : verdict == ROOM_FORBIDDEN ? SENT_NO_VOICE : SENT_NOT_IN_ROOM;
}

static void call_drop(struct room_call *call)
{
	calls_open--;
	mem_free(holder_of(call, struct call, call));
}

static void call_done(struct room_call *call, int verdict)
{
	struct call *k = holder_of(call, struct call, call);

	last_verdict = verdict;
	service_answer(k->core, k->from, sent_of(verdict));
	call_drop(call);
}

static struct room_call *call(struct core *c, struct service_sender from)
{
	struct call *k = mem_new(struct call);

	calls_open++;
	*k = (struct call){ { .done = call_done, .drop = call_drop }, c, from };
	return &k->call;
}

static void take_presence(struct room *r, struct stanza *st, struct service_sender from)
{
	struct seat *s = room_seat(r, st->from);
	struct room_entry e = { .from = st->from, .nick = jid_resource(st->to), .presence = st, .make = true,
				.history_stanzas = SIZE_MAX, .history_chars = SIZE_MAX };

	if (st->type == PRESENCE_UNAVAILABLE && s)
		room_leave(s, st);
	else if (st->type == PRESENCE_AVAILABLE && s && !str_eq(s->occupant->nick, e.nick))
		room_rename(s, e.nick, st, call(room_core(r), from));
	else if (st->type == PRESENCE_AVAILABLE && s && str_find(st->payload, '<') < st->payload.n)
		room_show(s, st);
	else if (st->type == PRESENCE_AVAILABLE)
		room_enter(r, &e, call(room_core(r), from));
}

static struct str word(struct str *rest)
{
	struct str one = str_n(rest->p, str_find(*rest, ' '));

	*rest = str_from(*rest, one.n + 1);
	return one;
}

/* "affiliate bob@anser.test member", "role nick none", "set persistent", "destroy", "subject text", "nick name", "retract stamp" */
static void take_command(struct room *r, struct stanza *st, struct service_sender from)
{
	struct str rest = st->payload, what = word(&rest), first = word(&rest), second = word(&rest);
	struct room_call *k = call(room_core(r), from);
	struct seat *s = room_seat(r, st->from);
	struct room_config config = *room_config(r);
	struct arena arena = { 0 };
	struct jid who = { 0 };

	if (str_is(what, "affiliate")) {
		struct room_affiliate item = { 0 };

		assert_true(jid_parse(&item.who, first, &arena));
		assert_true(affiliation_parse(&item.affiliation, second));
		room_affiliate(r, st->from, &item, 1, k);
	} else if (str_is(what, "role")) {
		struct room_role item = { .whom = room_named(r, first) };

		assert_true(item.whom && role_parse(&item.role, second));
		room_roles(r, s, &item, 1, k);
	} else if (str_is(what, "set")) {
		config.persistent |= str_is(first, "persistent");
		config.members_only |= str_is(first, "members_only");
		config.moderated |= str_is(first, "moderated");
		config.anonymous &= !str_is(first, "open");
		config.slow_s = str_is(first, "slow") ? 10 : 0;
		if (str_is(first, "days"))
			config.keep_days = 1;
		if (str_is(first, "password"))
			config.password = STR("secret");
		room_configure(r, st->from, &config, k);
	} else if (str_is(what, "destroy")) {
		room_destroy(r, st->from, who, STR("over"), k);
	} else if (str_is(what, "nick")) {
		room_register(r, st->from, first, k);
	} else if (str_is(what, "invite")) {
		assert_true(jid_parse(&who, first, &arena));
		room_invite(r, st->from, who, STR("<x>come</x>"), k);
	} else if (str_is(what, "hat")) {
		assert_true(jid_parse(&who, first, &arena));
		room_hats(r, st->from, who, str_n("urn:hat\0Cook", 13), k);
	} else if (str_is(what, "retract")) {
		uint64_t stamp;

		assert_true(str_u64(first, &stamp));
		room_retract(s, stamp, str_is(second, "own"), STR("<retracted/>"), STR("<retract/>"), st, k);
	} else {
		fail_msg("no command: %.*s", STR_ARG(st->payload));
	}
	arena_free(&arena);
}

static void take(struct room *r, struct stanza *st, struct service_sender from)
{
	struct seat *s = room_seat(r, st->from);
	struct room_message m = { .st = st, .payload = st->payload, .keep = true };

	if (st->name == STANZA_PRESENCE) {
		take_presence(r, st, from);
	} else if (st->type == MESSAGE_NORMAL) {
		take_command(r, st, from);
	} else if (st->name == STANZA_MESSAGE && !s) {
		service_answer(room_core(r), from, SENT_NOT_IN_ROOM);
	} else if (st->type == MESSAGE_GROUPCHAT) {
		if (st->traits & STANZA_SUBJECT)
			m.subject = STR("About tea");
		room_say(s, &m, call(room_core(r), from));
	} else if (st->type == MESSAGE_CHAT) {
		room_whisper(s, room_named(r, jid_resource(st->to)), st, call(room_core(r), from));
	}
}

static void service(struct core *c, struct stanza *st, struct service_sender from) { service_answer(c, from, SENT_UNSUPPORTED); }

static const struct room_syntax syntax = { .take = take, .service = service };

/* ---- sessions ------------------------------------------------------------------------------------------------------------ */

struct ear {
	struct session session;
	struct core *core;
	struct buf heard;  /* "NICK(of whom)|type|payload|*to\n" */
	unsigned sent, refused;
	enum sent_verdict last;
	bool open;
	struct arena arena;
};

static struct ear *ear_of(struct session *s) { return holder_of(s, struct ear, session); }

static void on_deliver(struct session *s, const struct delivery *d)
{
	struct ear *e = ear_of(s);
	const char *type = stanza_type_text(d->stanza->type);

	buf_fmt(&e->heard, "%.*s|%s|%.*s%s\n", STR_ARG(jid_resource(d->stanza->from)), type ? type : "", STR_ARG(d->stanza->payload),
		d->waited ? "|waited" : "");
	if (d->to.p)
		assert_true(jid_eq(d->to, s->jid));
	if (d->ticket)
		session_delivered(s, d->ticket);
}

static void on_sent(struct session *s, const struct stanza *st, enum sent_verdict verdict)
{
	ear_of(s)->last = verdict;
	ear_of(s)->sent++;
	ear_of(s)->refused += verdict != SENT_OK;
}

static void on_kick(struct session *s, enum kick_why why)
{
	session_close(s, STR_NONE);
	ear_of(s)->open = false;
}

static void on_describe(struct session *s, struct buf *to) { buf_lit(to, "here"); }

static const struct session_ops ops = { .door = "test", .subscribes = true, .deliver = on_deliver, .sent = on_sent, .kick = on_kick,
					.describe = on_describe };

static void opened(struct session *s, int verdict)
{
	assert_int_equal(verdict, 0);
	ear_of(s)->open = true;
}

/* ---- a stage -------------------------------------------------------------------------------------------------------------- */

enum { ANN, BOB, CUI, DAN, PEOPLE };
static const char *const names[PEOPLE] = { "ann", "bob", "cui", "dan" };

struct stage {
	struct talk *t;
	unsigned cores;
	struct core_settings settings;
	struct ear ears[2 * PEOPLE];
	unsigned ears_n;
};

static struct stage *stage_new(unsigned cores, const char *url, bool fresh)
{
	struct stage *g = mem_new(struct stage);

	g->cores = cores;
	g->settings = talk_settings();
	g->settings.rooms_domain = STR("");
	g->t = talk_new_with(cores, url, &g->settings);
	for (unsigned i = 0; i < PEOPLE && fresh; i++)
		talk_account(g->t, names[i], "secret");
	g->settings.rooms_domain = STR("rooms.test");
	for (unsigned i = 0; i < cores; i++) {
		core_settle(talk_core(g->t, i), &g->settings);
		rooms_begin(talk_core(g->t, i), &syntax);
	}
	talk_run(g->t);
	return g;
}

__attribute__((unused)) static void ear_close(struct ear *e)
{
	if (e->open)
		session_close(&e->session, STR_NONE);
	e->open = false;
}

static void stage_free(struct stage *g)
{
	talk_free(g->t);
	for (unsigned i = 0; i < g->ears_n; i++) {
		buf_free(&g->ears[i].heard);
		arena_free(&g->ears[i].arena);
		stanza_unref(g->ears[i].session.presence);
	}
	mem_free(g);
	assert_int_equal(calls_open, 0);
}

static struct ear *ear(struct stage *g, unsigned core, unsigned who, const char *resource)
{
	struct ear *e = &g->ears[g->ears_n++];

	e->core = talk_core(g->t, core % g->cores);
	session_open(e->core, &e->session, &ops, &(struct account){ .id = who + 1, .name = str_z(names[who]) }, str_z(resource), opened);
	talk_run(g->t);
	assert_true(e->open);
	return e;
}

static void tell(struct ear *e, enum stanza_name name, enum stanza_type type, const char *to, const char *payload, unsigned traits)
{
	struct stanza_init init = { .name = name, .type = type, .traits = traits, .time = core_now(e->core), .from = e->session.jid, .id = STR("i"),
				    .payload = str_z(payload) };

	assert_true(jid_parse(&init.to, str_z(to), &e->arena));
	session_send(&e->session, stanza_make(&init));
}

static void enter(struct ear *e, const char *nick)
{
	char to[200];

	snprintf(to, sizeof to, "%s/%s", ROOM, nick);
	tell(e, STANZA_PRESENCE, PRESENCE_AVAILABLE, to, "", 0);
}

static void leave(struct ear *e, const char *nick)
{
	char to[200];

	snprintf(to, sizeof to, "%s/%s", ROOM, nick);
	tell(e, STANZA_PRESENCE, PRESENCE_UNAVAILABLE, to, "", 0);
}

static void say(struct ear *e, const char *text) { tell(e, STANZA_MESSAGE, MESSAGE_GROUPCHAT, ROOM, text, STANZA_BODY); }
static void command(struct ear *e, const char *text) { tell(e, STANZA_MESSAGE, MESSAGE_NORMAL, ROOM, text, 0); }

/* What it has heard since it was asked last. */
static const char *heard(struct stage *g, struct ear *e)
{
	struct str all;

	talk_run(g->t);
	all = arena_str(&e->arena, str_n(buf_z(&e->heard), e->heard.n + 1));
	buf_clear(&e->heard);
	return all.p;
}

static bool has(const char *text, const char *what) { return strstr(text, what) != NULL; }

static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void did(struct stage *g, struct ear *e, const char *what)
{
	last_verdict = -1;
	command(e, what);
	talk_run(g->t);
	assert_int_equal(last_verdict, 0);
}

__attribute__((unused)) static int tried(struct stage *g, struct ear *e, const char *what)
{
	last_verdict = -1;
	command(e, what);
	talk_run(g->t);
	return last_verdict;
}

/* A room that ann made and opened, persistent. */
__attribute__((unused)) static struct ear *made(struct stage *g)
{
	struct ear *ann = ear(g, 0, ANN, "a");

	enter(ann, "Ann");
	talk_run(g->t);
	did(g, ann, "set persistent");
	heard(g, ann);
	return ann;
}

/* ---- tests ------------------------------------------------------------------------------------------------------------------ */

static void make_enter_say_leave(unsigned cores)
{
	struct stage *g = stage_new(cores, NULL, true);
	struct ear *ann = ear(g, 0, ANN, "a"), *bob = ear(g, 1, BOB, "b");
	const char *h;

	enter(ann, "Ann");
	h = heard(g, ann);
	assert_true(has(h, "Ann||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' role='moderator' jid='ann@anser.test/a'/>"));
	assert_true(has(h, "<status code='170'/><status code='201'/><status code='110'/>"));
	assert_true(has(h, "|groupchat|<subject/>"));
	enter(bob, "Bob");
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_LOCKED);
	did(g, ann, "set persistent");
	say(ann, "<body>one</body>");
	h = heard(g, ann);
	assert_true(has(h, "Ann|groupchat|<body>one</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='"));
	assert_true(has(h, "<stanza-id xmlns='urn:xmpp:sid:0' by='tea@rooms.test' id='"));
	assert_int_equal(ann->last, SENT_OK);
	enter(bob, "Bob");
	h = heard(g, bob);
	/* 7.2.2: those who are here, the own presence, history, subject; no real addresses for who may not see them. */
	assert_int_equal(times(h, "\n"), 4);
	assert_ptr_equal(strstr(h, "Ann||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' role='moderator'/>"), h);
	assert_true(has(h, "Bob||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant' jid='bob@anser.test/b'/>"));
	assert_true(strstr(h, "<body>one</body>") > strstr(h, "code='110'") && strstr(h, "<subject/>") > strstr(h, "<body>one</body>"));
	assert_true(has(h, "|waited\n"));
	assert_true(has(heard(g, ann), "Bob||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant' "
				       "jid='bob@anser.test/b'/></x>"));
	say(bob, "<body>two</body>");
	assert_true(has(heard(g, ann), "Bob|groupchat|<body>two</body>"));
	assert_true(has(heard(g, bob), "Bob|groupchat|<body>two</body>"));
	leave(bob, "Bob");
	assert_true(has(heard(g, bob), "Bob|unavailable|<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none' "
				       "jid='bob@anser.test/b'/><status code='110'/>"));
	assert_int_equal(times(heard(g, ann), "Bob|unavailable|"), 1);
	say(ann, "<body>three</body>");
	assert_string_equal(heard(g, bob), "");
	say(bob, "<body>four</body>");
	talk_run(g->t);
	assert_int_equal(bob->last, SENT_NOT_IN_ROOM);
	stage_free(g);
}

static void make_enter_say_leave_one(void **state) { make_enter_say_leave(1); }
static void make_enter_say_leave_two(void **state) { make_enter_say_leave(2); }

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(make_enter_say_leave_one),
		cmocka_unit_test(make_enter_say_leave_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
