/* SPDX-License-Identifier: Apache-2.0
 *
 * Rooms without a syntax of the outside: sessions of this file, and a syntax in which messages of type normal are
 * commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/account.h"
#include "core/ask.h"
#include "core/room.h"
#include "store/faulty.h"
#include "store/memory.h"
#include "tests/talk.h"

#define ROOM "tea@rooms.test"

/* ---- a syntax --------------------------------------------------------------------------------------------------- */

struct call {
	struct room_call call;
	struct core *core;
	struct service_sender from;
};

static int last_verdict;
static unsigned calls_open;

static enum sent_verdict sent_of(int verdict)
{
	return !verdict			   ? SENT_OK
	       : verdict == ROOM_STORE	   ? SENT_NOT_STORED
	       : verdict == ROOM_FORBIDDEN ? SENT_NO_VOICE
					   : SENT_NOT_IN_ROOM;
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
	struct room_entry e = { .from = st->from,
				.nick = jid_resource(st->to),
				.presence = st,
				.make = true,
				.history_stanzas = SIZE_MAX,
				.history_chars = SIZE_MAX };

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

/* "affiliate bob@anser.test member", "role nick none", "set persistent", "destroy", "subject text", "nick name",
 * "retract stamp" */
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

static void service(struct core *c, struct stanza *st, struct service_sender from)
{
	service_answer(c, from, SENT_UNSUPPORTED);
}

static const struct room_syntax syntax = { .take = take, .service = service };

/* ---- sessions --------------------------------------------------------------------------------------------------- */

struct ear {
	struct session session;
	struct core *core;
	struct buf heard; /* "NICK(of whom)|type|payload|*to\n" */
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

	buf_fmt(&e->heard, "%.*s|%s|%.*s%s\n", STR_ARG(jid_resource(d->stanza->from)), type ? type : "",
		STR_ARG(d->stanza->payload), d->waited ? "|waited" : "");
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

static const struct session_ops ops = { .door = "test",
					.subscribes = true,
					.deliver = on_deliver,
					.sent = on_sent,
					.kick = on_kick,
					.describe = on_describe };

static void opened(struct session *s, int verdict)
{
	assert_int_equal(verdict, 0);
	ear_of(s)->open = true;
}

/* ---- a stage ---------------------------------------------------------------------------------------------------- */

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

static void ear_close(struct ear *e)
{
	if (e->open)
		session_close(&e->session, STR_NONE);
	e->open = false;
}

static void stage_free(struct stage *g)
{
	if (g->t)
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
	session_open(e->core, &e->session, &ops, &(struct account){ .id = who + 1, .name = str_z(names[who]) },
		     str_z(resource), opened);
	for (unsigned i = 0; i < 10 && !e->open; i++)
		talk_wait(g->t, 100);
	assert_true(e->open);
	return e;
}

static void tell(struct ear *e, enum stanza_name name, enum stanza_type type, const char *to, const char *payload,
		 unsigned traits)
{
	struct stanza_init init = { .name = name,
				    .type = type,
				    .traits = traits,
				    .time = core_now(e->core),
				    .from = e->session.jid,
				    .id = STR("i"),
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

static void say(struct ear *e, const char *text)
{
	tell(e, STANZA_MESSAGE, MESSAGE_GROUPCHAT, ROOM, text, STANZA_BODY);
}
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

static int tried(struct stage *g, struct ear *e, const char *what)
{
	last_verdict = -1;
	command(e, what);
	talk_run(g->t);
	return last_verdict;
}

/* A room that ann made and opened, persistent. */
static struct ear *made(struct stage *g)
{
	struct ear *ann = ear(g, 0, ANN, "a");

	enter(ann, "Ann");
	talk_run(g->t);
	did(g, ann, "set persistent");
	heard(g, ann);
	return ann;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static void make_enter_say_leave(unsigned cores)
{
	struct stage *g = stage_new(cores, NULL, true);
	struct ear *ann = ear(g, 0, ANN, "a"), *bob = ear(g, 1, BOB, "b");
	const char *h;

	enter(ann, "Ann");
	h = heard(g, ann);
	assert_true(has(h, "Ann||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' "
			   "role='moderator' jid='ann@anser.test/a'/>"));
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
	assert_ptr_equal(strstr(h, "Ann||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' "
				   "role='moderator'/>"),
			 h);
	assert_true(has(h, "Bob||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' "
			   "role='participant' jid='bob@anser.test/b'/>"));
	assert_true(strstr(h, "<body>one</body>") > strstr(h, "code='110'") &&
		    strstr(h, "<subject/>") > strstr(h, "<body>one</body>"));
	assert_true(has(h, "|waited\n"));
	assert_true(
		has(heard(g, ann),
		    "Bob||<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant' "
		    "jid='bob@anser.test/b'/></x>"));
	say(bob, "<body>two</body>");
	assert_true(has(heard(g, ann), "Bob|groupchat|<body>two</body>"));
	assert_true(has(heard(g, bob), "Bob|groupchat|<body>two</body>"));
	leave(bob, "Bob");
	assert_true(has(
		heard(g, bob),
		"Bob|unavailable|<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none' "
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

/* What the disk did not take nobody sees, and what was behind it goes on. */
static void store_failure(void **state)
{
	struct stage *g = stage_new(2, "faulty::memory:", true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b");

	enter(bob, "Bob");
	heard(g, ann);
	heard(g, bob);
	store_faulty_set(STORE_FULL);
	say(bob, "<body>lost</body>");
	assert_string_equal(heard(g, ann), "");
	assert_int_equal(bob->last, SENT_NOT_STORED);
	assert_int_equal(tried(g, ann, "affiliate bob@anser.test outcast"), ROOM_STORE);
	assert_int_equal(tried(g, ann, "set members_only"), ROOM_STORE);
	assert_int_equal(tried(g, ann, "destroy"), ROOM_STORE);
	assert_string_equal(heard(g, bob), "");
	store_faulty_set(0);
	say(bob, "<body>kept</body>");
	assert_true(has(heard(g, ann), "<body>kept</body>"));
	assert_true(has(heard(g, bob), "<body>kept</body>"));
	stage_free(g);
}

/* A room that could not be made leaves nothing behind, and may be made later. */
static void making_fails(void **state)
{
	struct stage *g = stage_new(1, "faulty:commit@5=full:memory:", true);
	struct ear *ann = ear(g, 0, ANN, "a");

	enter(ann, "Ann"); /* four accounts; the fifth commit is that of the room's */
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_STORE);
	assert_string_equal(heard(g, ann), "");
	enter(ann, "Ann");
	talk_run(g->t);
	assert_int_equal(last_verdict, 0);
	stage_free(g);
	g = stage_new(1, "faulty:commit@6=full:memory:", true);
	ann = ear(g, 0, ANN, "a");
	enter(ann, "Ann"); /* its items */
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_STORE);
	enter(ann, "Ann");
	talk_run(g->t);
	assert_int_equal(last_verdict, 0);
	assert_true(has(heard(g, ann), "code='201'"));
	stage_free(g);
}

/* The texts said, in the order in which `e` heard them. */
static void bodies(struct stage *g, struct ear *e, struct buf *to)
{
	const char *h = heard(g, e);

	while ((h = strstr(h, "<body>"))) {
		const char *end = strstr(h, "</body>");

		buf_add(to, h + 6, (size_t)(end - h) - 6);
		buf_byte(to, ' ');
		h = end;
	}
}

/* Many on their way to a slow disk, from two cores, with presences and changes among them: all hear the same in the
 * same order. */
static void one_order(void **state)
{
	struct stage *g = stage_new(2, "memory:?delay=20", true);
	struct ear *e[PEOPLE];
	own_buf first = { 0 };
	char text[100];

	e[0] = ear(g, 0, ANN, "a");
	enter(e[0], "Ann");
	talk_wait(g->t, 2000);
	command(e[0], "set persistent");
	talk_wait(g->t, 2000);
	for (unsigned i = 1; i < PEOPLE; i++) {
		e[i] = ear(g, i, i, "r");
		enter(e[i], names[i]);
	}
	talk_wait(g->t, 2000);
	for (unsigned i = 0; i < PEOPLE; i++)
		buf_clear(&e[i]->heard);
	for (unsigned n = 0; n < 60; n++) {
		for (unsigned i = 0; i < PEOPLE; i++) {
			snprintf(text, sizeof text, "<body>%s%u</body>", names[i], n);
			say(e[(i + n) % PEOPLE], text);
		}
		if (n % 20 == 7)
			command(e[0], n % 40 == 7 ? "set slow" : "set persistent");
		if (n % 10 == 5)
			tell(e[1], STANZA_PRESENCE, PRESENCE_AVAILABLE, ROOM "/bob", "<show>away</show>", 0);
		talk_wait(g->t, 3);
	}
	talk_wait(g->t, 5000);
	bodies(g, e[0], &first);
	assert_true(first.n > 100);
	for (unsigned i = 1; i < PEOPLE; i++) {
		own_buf other = { 0 };

		bodies(g, e[i], &other);
		assert_true(str_eq(buf_all(&first), buf_all(&other)));
		assert_int_equal(e[i]->sent, 60);
	}
	stage_free(g);
}

/* Whoever is banned hears all that was said before, and nothing after; what he sends meanwhile is refused. */
static void ban_in_flight(void **state)
{
	struct stage *g = stage_new(2, "memory:?delay=20", true);
	struct ear *ann = ear(g, 0, ANN, "a"), *bob;
	const char *h;

	enter(ann, "Ann");
	talk_wait(g->t, 1000);
	command(ann, "set persistent");
	talk_wait(g->t, 1000);
	bob = ear(g, 1, BOB, "b");
	enter(bob, "Bob");
	talk_wait(g->t, 1000);
	buf_clear(&ann->heard);
	buf_clear(&bob->heard);
	say(ann, "<body>before</body>");
	command(ann, "affiliate bob@anser.test outcast");
	talk_wait(g->t, 1); /* the ban is on its way to the disk */
	say(bob, "<body>late</body>");
	talk_wait(g->t, 1);
	say(ann, "<body>after</body>");
	talk_wait(g->t, 1000);
	h = heard(g, bob);
	assert_true(has(h, "before"));
	assert_true(has(h, "<item affiliation='outcast' role='none' jid='bob@anser.test/b'><actor "
			   "nick='Ann'/></item><status code='301'/><status code='110'/>"));
	assert_false(has(h, "after"));
	assert_false(has(h, "late"));
	assert_int_equal(bob->last, SENT_NOT_IN_ROOM);
	h = heard(g, ann);
	assert_true(strstr(h, "before") < strstr(h, "301") && strstr(h, "301") < strstr(h, "after"));
	assert_false(has(h, "late"));
	enter(bob, "Bob");
	talk_wait(g->t, 1000);
	assert_int_equal(last_verdict, ROOM_BANNED);
	stage_free(g);
}

/* While a change is on its way to the disk, what waits for the room does not fill the memory; who leaves is heard all the same. */
static void too_much_waits(void **state)
{
	enum { LETTER = 128 * 1024, LETTERS = 150 };
	struct stage *g = stage_new(2, "memory:?delay=20", true);
	struct ear *ann = ear(g, 0, ANN, "a"), *bob;
	own_buf letter = { 0 };
	const char *h;

	enter(ann, "Ann");
	talk_wait(g->t, 1000);
	command(ann, "set persistent");
	talk_wait(g->t, 1000);
	bob = ear(g, 1, BOB, "b");
	enter(bob, "Bob");
	talk_wait(g->t, 1000);
	buf_clear(&ann->heard);
	buf_lit(&letter, "<body>");
	while (letter.n < LETTER)
		buf_byte(&letter, 'x');
	buf_lit(&letter, "</body>");
	command(ann, "affiliate cui@anser.test member");
	talk_wait(g->t, 1); /* it is on its way to the disk */
	for (int i = 0; i < LETTERS; i++)
		say(bob, buf_z(&letter));
	leave(bob, "Bob");
	talk_wait(g->t, 1000);
	assert_int_equal(bob->sent, LETTERS);
	assert_in_range(bob->refused, LETTERS - 128, LETTERS - 100);
	assert_int_equal(bob->last, SENT_NOT_STORED);
	h = heard(g, ann);
	assert_int_equal(times(h, "Bob|groupchat|"), LETTERS - bob->refused);
	assert_true(has(h, "Bob|unavailable|"));
	stage_free(g);
}

static void restart(void **state)
{
	struct stage *g = stage_new(2, "memory:restart", true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *cui;
	struct room_listing l;
	const char *h;

	enter(bob, "Bob");
	say(ann, "<body>kept</body>");
	did(g, ann, "affiliate cui@anser.test member");
	did(g, bob, "nick Bobby");
	tell(ann, STANZA_MESSAGE, MESSAGE_GROUPCHAT, ROOM, "<subject>About tea</subject>", STANZA_SUBJECT);
	tell(ann, STANZA_PRESENCE, PRESENCE_AVAILABLE, "gone@rooms.test/Ann", "", 0); /* temporary */
	talk_run(g->t);
	assert_int_equal(last_verdict, 0);
	stage_free(g);
	g = stage_new(2, "memory:restart", false);
	talk_wait(g->t, 1000);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(room_listing_next(talk_core(g->t, i), STR(""), &l));
		assert_true(str_is(l.name, ROOM));
		assert_false(room_listing_next(talk_core(g->t, i), l.name, &l));
	}
	cui = ear(g, 1, CUI, "c");
	enter(cui, "Bobby");
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_NICK_TAKEN);
	enter(cui, "Cui");
	h = heard(g, cui);
	assert_true(has(h, "<item affiliation='member' role='participant'"));
	assert_true(has(h, "Ann|groupchat|<body>kept</body>"));
	assert_true(has(h, "Ann|groupchat|<subject>About tea</subject>|waited"));
	ann = ear(g, 0, ANN, "a");
	enter(ann, "Ann");
	assert_true(has(heard(g, ann), "affiliation='owner'"));
	/* The temporary one is made anew. */
	tell(cui, STANZA_PRESENCE, PRESENCE_AVAILABLE, "gone@rooms.test/Cui", "", 0);
	assert_true(has(heard(g, cui), "code='201'"));
	stage_free(g);
	store_memory_forget();
}

/* A session that ends leaves, also while what is for it is on its way. */
static void session_ends(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *again;

	enter(bob, "Bob");
	heard(g, ann);
	say(ann, "<body>on its way</body>");
	ear_close(bob);
	assert_int_equal(times(heard(g, ann), "Bob|unavailable|"), 1);
	again = ear(g, 0, BOB, "b");
	enter(again, "Bob");
	talk_run(g->t);
	assert_int_equal(times(heard(g, ann), "Bob||"), 1);
	enter(ann, "Ann");
	ear_close(again);
	assert_int_equal(times(heard(g, ann), "Bob|unavailable|"), 1);
	stage_free(g);
}

/* It vanishes with the last one, and its name is free for the next. */
static void temporary(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = ear(g, 0, ANN, "a"), *bob = ear(g, 1, BOB, "b");

	enter(ann, "Ann");
	talk_run(g->t);
	leave(ann, "Ann");
	talk_run(g->t);
	enter(bob, "Bob");
	assert_true(has(heard(g, bob), "affiliation='owner' role='moderator' jid='bob@anser.test/b'/><status "
				       "code='170'/><status code='201'/>"));
	ear_close(bob);
	talk_run(g->t);
	enter(ann, "Ann");
	assert_true(has(heard(g, ann), "code='201'"));
	stage_free(g);
}

static void several_seats(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *phone = ear(g, 0, BOB, "phone"),
		   *cui = ear(g, 1, CUI, "c");
	const char *h;

	enter(bob, "Bob");
	enter(cui, "Cui");
	heard(g, bob);
	enter(phone, "Bob");
	h = heard(g, phone);
	assert_int_equal(times(h, "Bob||"), 1);
	assert_true(has(h, "Ann||") && has(h, "Cui||"));
	heard(g, bob);
	heard(g, cui);
	heard(g, ann);
	say(ann, "<body>hello</body>");
	assert_true(has(heard(g, bob), "hello") && has(heard(g, phone), "hello"));
	leave(bob, "Bob");
	assert_false(has(heard(g, cui), "Bob|unavailable"));
	assert_true(has(heard(g, bob), "Bob|unavailable|"));
	say(ann, "<body>still</body>");
	assert_string_equal(heard(g, bob), "");
	assert_true(has(heard(g, phone), "still"));
	leave(phone, "Bob");
	assert_true(has(heard(g, cui), "Bob|unavailable"));
	/* Nobody else has the nickname of somebody who is here. */
	tell(cui, STANZA_PRESENCE, PRESENCE_AVAILABLE, ROOM "/Ann", "", 0);
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_NICK_TAKEN);
	stage_free(g);
}

static void another_nick(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b");
	const char *h;

	enter(bob, "Bob");
	heard(g, ann);
	heard(g, bob);
	enter(bob, "Bert");
	h = heard(g, ann);
	assert_ptr_equal(strstr(h, "Bob|unavailable|<x xmlns='http://jabber.org/protocol/muc#user'><item "
				   "affiliation='none' role='participant' "
				   "jid='bob@anser.test/b' nick='Bert'/><status code='303'/>"),
			 h);
	assert_true(has(h, "\nBert||"));
	h = heard(g, bob);
	assert_true(has(h, "nick='Bert'/><status code='303'/><status code='110'/>") && has(h, "\nBert||") &&
		    times(h, "code='110'") == 2);
	stage_free(g);
}

/* Real addresses are for moderators, or for everybody where the room is open. */
static void who_sees(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *cui = ear(g, 0, CUI, "c");
	const char *h;

	enter(bob, "Bob");
	enter(cui, "Cui");
	h = heard(g, bob);
	assert_false(has(h, "ann@anser.test") || has(h, "cui@anser.test"));
	assert_true(has(heard(g, ann), "jid='cui@anser.test/c'"));
	heard(g, cui);
	did(g, ann, "role Bob moderator");
	h = heard(g, bob);
	assert_true(has(h, "jid='ann@anser.test/a'") && has(h, "jid='cui@anser.test/c'") && has(h, "role='moderator'"));
	assert_false(has(heard(g, cui), "jid="));
	did(g, ann, "role Bob participant");
	heard(g, bob);
	tell(cui, STANZA_PRESENCE, PRESENCE_AVAILABLE, ROOM "/Cui", "<show>away</show>", 0);
	h = heard(g, bob);
	assert_true(has(h, "Cui||<show>away</show>") && !has(h, "jid="));
	did(g, ann, "set open");
	assert_true(has(heard(g, cui), "<status code='104'/><status code='172'/>"));
	tell(bob, STANZA_PRESENCE, PRESENCE_AVAILABLE, ROOM "/Bob", "<show>away</show>", 0);
	assert_true(has(heard(g, cui), "jid='bob@anser.test/b'"));
	stage_free(g);
}

static void roles_and_affiliations(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *cui = ear(g, 0, CUI, "c");
	const char *h;

	enter(bob, "Bob");
	enter(cui, "Cui");
	talk_run(g->t);
	assert_int_equal(tried(g, bob, "role Cui none"), ROOM_FORBIDDEN);
	assert_int_equal(tried(g, bob, "affiliate cui@anser.test outcast"), ROOM_FORBIDDEN);
	assert_int_equal(tried(g, ann, "affiliate ann@anser.test member"), ROOM_NOT_ALLOWED); /* the last owner */
	did(g, ann, "affiliate bob@anser.test admin");
	assert_true(has(heard(g, cui), "<item affiliation='admin' role='moderator'><actor nick='Ann'/></item>"));
	assert_int_equal(tried(g, bob, "role Ann none"), ROOM_NOT_ALLOWED);
	assert_int_equal(tried(g, bob, "affiliate cui@anser.test admin"), ROOM_NOT_ALLOWED);
	heard(g, cui);
	did(g, bob, "role Cui visitor");
	assert_true(has(heard(g, cui), "role='visitor'"));
	say(cui, "<body>mute</body>");
	talk_run(g->t);
	assert_int_equal(cui->last, SENT_NO_VOICE);
	did(g, bob, "affiliate cui@anser.test member");
	assert_true(has(heard(g, cui), "affiliation='member' role='participant'"));
	did(g, bob, "role Cui none");
	h = heard(g, cui);
	assert_true(has(h, "<actor nick='Bob'/></item><status code='307'/><status code='110'/>"));
	say(ann, "<body>after</body>");
	assert_string_equal(heard(g, cui), "");
	heard(g, ann);
	did(g, ann, "set members_only");
	enter(cui, "Cui");
	talk_run(g->t);
	assert_int_equal(last_verdict, 0);
	did(g, bob, "affiliate cui@anser.test none");
	assert_true(has(heard(g, cui), "code='321'"));
	assert_true(has(heard(g, ann), "code='321'"));
	enter(cui, "Cui");
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_MEMBERS_ONLY);
	assert_int_equal(tried(g, cui, "nick Cui"), ROOM_NOT_ALLOWED);
	/* Who is invited becomes a member, and finds the invitation. */
	did(g, bob, "invite cui@anser.test");
	assert_true(has(heard(g, ann), "<item affiliation='member' jid='cui@anser.test' role='none'/>"));
	enter(cui, "Cui");
	talk_run(g->t);
	assert_int_equal(last_verdict, 0);
	did(g, ann, "hat cui@anser.test");
	assert_true(has(heard(g, bob), "<hats xmlns='urn:xmpp:hats:0'><hat title='Cook' uri='urn:hat'/></hats>"));
	/* Nobody of a whole domain. */
	did(g, ann, "affiliate anser.test outcast");
	heard(g, cui);
	stage_free(g);
}

static void rights_set(struct account_ask *a) { assert_int_equal(a->verdict, 0); }

/* An administrator of the server owns every room, while he is one. */
static void administrators(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b");
	struct account_ask a = { .done = rights_set };

	enter(bob, "Bob");
	assert_int_equal(tried(g, bob, "set slow"), ROOM_FORBIDDEN);
	account_admin(talk_core(g->t, 0), &a, STR("bob"), true);
	talk_run(g->t);
	assert_int_equal(tried(g, bob, "set members_only"), 0);
	assert_true(has(heard(g, ann), "<item affiliation='owner' role='moderator' jid='bob@anser.test/b'/>"));
	account_admin(talk_core(g->t, 0), &a, STR("bob"), false);
	talk_run(g->t);
	/* Then he has no business here. */
	assert_int_equal(tried(g, bob, "set slow"), ROOM_FORBIDDEN);
	assert_true(has(heard(g, bob), "<status code='321'/>"));
	say(ann, "<body>alone</body>");
	assert_string_equal(heard(g, bob), "");
	stage_free(g);
}

static void members_only_removes(void **state)
{
	struct stage *g = stage_new(1, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 0, BOB, "b");

	enter(bob, "Bob");
	heard(g, bob);
	did(g, ann, "set members_only");
	assert_true(has(heard(g, bob), "code='322'"));
	did(g, ann, "set password");
	did(g, ann, "affiliate bob@anser.test member");
	enter(bob, "Bob");
	talk_run(g->t);
	assert_int_equal(last_verdict, ROOM_PASSWORD_WRONG);
	stage_free(g);
}

static void destroyed(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b");
	struct room_listing l;

	enter(bob, "Bob");
	say(bob, "<body>old</body>");
	talk_wait(g->t, 1000);
	assert_true(room_listing_next(talk_core(g->t, 1), STR(""), &l));
	assert_int_equal(l.occupants, 2);
	assert_int_equal(tried(g, bob, "destroy"), ROOM_FORBIDDEN);
	heard(g, bob);
	did(g, ann, "destroy");
	assert_true(has(heard(g, bob), "<item affiliation='none' role='none' "
				       "jid='bob@anser.test/b'/><destroy><reason>over</reason></destroy>"));
	talk_wait(g->t, 1000);
	assert_false(room_listing_next(talk_core(g->t, 1), STR(""), &l));
	/* The name is not for everybody, until she who destroyed it has made it anew; nothing of the old room is in it. */
	enter(bob, "Bob");
	assert_false(has(heard(g, bob), "code='201'"));
	enter(ann, "Ann");
	assert_true(has(heard(g, ann), "code='201'"));
	assert_false(has(heard(g, ann), "old"));
	stage_free(g);
}

static size_t graves_n;

static void graves_listed(struct ask *a) { graves_n = a->answer->n; }

/* How many rooms are remembered that are no more. */
static size_t graves(struct stage *g)
{
	struct ask a = { .done = graves_listed };

	graves_n = 99;
	item_list(talk_core(g->t, 0), &a, 0, STR("rooms:gone"));
	talk_run(g->t);
	assert_false(ask_busy(&a));
	return graves_n;
}

static void forgotten(void **state)
{
	const msec day = (msec)24 * 3600 * 1000;
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g);

	did(g, ann, "set persistent");
	did(g, ann, "destroy");
	talk_wait(g->t, 29 * day);
	assert_int_equal(graves(g), 1);
	talk_wait(g->t, 2 * day);
	assert_int_equal(graves(g), 0);
	stage_free(g);
}

static void private_messages(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *phone = ear(g, 0, BOB, "phone");

	enter(bob, "Bob");
	enter(phone, "Bob");
	heard(g, bob);
	heard(g, phone);
	tell(ann, STANZA_MESSAGE, MESSAGE_CHAT, ROOM "/Bob", "<body>psst</body>", STANZA_BODY);
	assert_true(has(heard(g, bob), "Ann|chat|<body>psst</body>"));
	assert_true(has(heard(g, phone), "Ann|chat|<body>psst</body>"));
	assert_int_equal(ann->last, SENT_OK);
	stage_free(g);
}

static void slow_mode(void **state)
{
	struct stage *g = stage_new(1, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 0, BOB, "b");

	enter(bob, "Bob");
	did(g, ann, "set slow");
	say(bob, "<body>1</body>");
	say(bob, "<body>2</body>");
	say(ann, "<body>3</body>");
	say(ann, "<body>4</body>");
	talk_run(g->t);
	assert_int_equal(bob->refused, 1);
	assert_int_equal(ann->refused, 0);
	/* Who goes and comes again waits as before. */
	leave(bob, "Bob");
	enter(bob, "Bob");
	say(bob, "<body>2</body>");
	talk_run(g->t);
	assert_int_equal(bob->refused, 2);
	talk_wait(g->t, 10000);
	say(bob, "<body>5</body>");
	talk_run(g->t);
	assert_int_equal(bob->refused, 2);
	stage_free(g);
}

/* Voice is given and taken for longer than a visit. */
static void voices(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *cui = ear(g, 0, CUI, "c");

	enter(cui, "Cui");
	did(g, ann, "role Cui visitor");
	did(g, ann, "set moderated");
	leave(cui, "Cui");
	enter(bob, "Bob");
	assert_true(has(heard(g, bob), "affiliation='none' role='visitor'"));
	did(g, ann, "role Bob participant");
	leave(bob, "Bob");
	enter(bob, "Bobby");
	assert_true(has(heard(g, bob), "affiliation='none' role='participant' jid='bob@anser.test/b'"));
	/* Who is a member now is so from the beginning; who was silenced is not helped by coming again. */
	did(g, ann, "affiliate cui@anser.test member");
	enter(cui, "Cui");
	assert_true(has(heard(g, cui), "affiliation='member' role='participant' jid='cui@anser.test/c'"));
	did(g, ann, "role Cui visitor");
	leave(cui, "Cui");
	enter(cui, "Cui");
	assert_true(has(heard(g, cui), "affiliation='member' role='visitor' jid='cui@anser.test/c'"));
	did(g, ann, "role Cui participant");
	leave(cui, "Cui");
	enter(cui, "Cui");
	assert_true(has(heard(g, cui), "affiliation='member' role='participant' jid='cui@anser.test/c'"));
	did(g, ann, "role Bobby visitor");
	leave(bob, "Bobby");
	enter(bob, "Bob");
	assert_true(has(heard(g, bob), "affiliation='none' role='visitor' jid='bob@anser.test/b'"));
	stage_free(g);
}

/* The stamp of the last message that `h` shows. */
static uint64_t stamp_in(const char *h)
{
	const char *at = strstr(h, "by='tea@rooms.test' id='");
	uint64_t stamp = 0;

	assert_non_null(at);
	at += strlen("by='tea@rooms.test' id='");
	assert_true(str_u64(str_n(at, strcspn(at, "'")), &stamp));
	return stamp;
}

static void taken_back(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob = ear(g, 1, BOB, "b"), *cui = ear(g, 0, CUI, "c");
	char text[100];
	const char *h;

	enter(bob, "Bob");
	heard(g, bob);
	say(bob, "<body>oops</body>");
	snprintf(text, sizeof text, "retract %llu own", (unsigned long long)stamp_in(heard(g, bob)));
	assert_int_equal(tried(g, ann, text), ROOM_FORBIDDEN); /* not his */
	heard(g, ann);
	did(g, bob, text);
	assert_true(has(heard(g, ann), "Bob|groupchat|<retract/>"));
	heard(g, bob);
	say(bob, "<body>rude</body>");
	snprintf(text, sizeof text, "retract %llu", (unsigned long long)stamp_in(heard(g, bob)));
	assert_int_equal(tried(g, bob, text), ROOM_FORBIDDEN);
	did(g, ann, text);
	assert_true(has(heard(g, bob), "|groupchat|<retract/>"));
	enter(cui, "Cui");
	h = heard(g, cui);
	assert_int_equal(times(h, "Bob|groupchat|<retracted/><occupant-id"), 2);
	assert_false(has(h, "oops") || has(h, "rude"));
	assert_int_equal(tried(g, ann, "retract 12345"), ROOM_NO_OCCUPANT);
	stage_free(g);
}

/* Over its bound the archive loses what is too old, in the background. */
static void retention(void **state)
{
	struct stage *g = stage_new(2, NULL, true);
	struct ear *ann = made(g), *bob;
	const char *h;

	did(g, ann, "set days");
	say(ann, "<body>yesterday</body>");
	talk_wait(g->t, (msec)25 * 3600 * 1000);
	say(ann, "<body>today</body>");
	bob = ear(g, 1, BOB, "b");
	enter(bob, "Bob");
	h = heard(g, bob);
	assert_true(has(h, "today") && !has(h, "yesterday"));
	/* Also on disk: the room is loaded anew. */
	leave(ann, "Ann");
	leave(bob, "Bob");
	talk_wait(g->t, (msec)2 * 3600 * 1000);
	heard(g, bob);
	enter(bob, "Bob");
	h = heard(g, bob);
	assert_true(has(h, "today") && !has(h, "yesterday"));
	stage_free(g);
}

/* The core ends while everything is under way. */
static void ends_in_flight(void **state)
{
	struct stage *g = stage_new(2, "memory:?delay=50", true);
	struct ear *ann = ear(g, 0, ANN, "a");

	enter(ann, "Ann");
	talk_wait(g->t, 1000);
	command(ann, "set persistent");
	talk_wait(g->t, 1000);
	say(ann, "<body>1</body>");
	command(ann, "affiliate bob@anser.test member");
	say(ann, "<body>2</body>");
	tell(ann, STANZA_PRESENCE, PRESENCE_AVAILABLE, "other@rooms.test/Ann", "", 0);
	tell(ann, STANZA_MESSAGE, MESSAGE_NORMAL, ROOM, "destroy", 0);
	talk_wait(g->t, 60);
	buf_clear(&ann->heard);
	talk_free(g->t);
	assert_true(has(buf_z(&ann->heard), "code='332'") || !ann->heard.n);
	g->t = NULL;
	stage_free(g);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(make_enter_say_leave_one),
		cmocka_unit_test(make_enter_say_leave_two),
		cmocka_unit_test(store_failure),
		cmocka_unit_test(making_fails),
		cmocka_unit_test(one_order),
		cmocka_unit_test(ban_in_flight),
		cmocka_unit_test(too_much_waits),
		cmocka_unit_test(restart),
		cmocka_unit_test(session_ends),
		cmocka_unit_test(temporary),
		cmocka_unit_test(several_seats),
		cmocka_unit_test(another_nick),
		cmocka_unit_test(who_sees),
		cmocka_unit_test(roles_and_affiliations),
		cmocka_unit_test(administrators),
		cmocka_unit_test(members_only_removes),
		cmocka_unit_test(destroyed),
		cmocka_unit_test(forgotten),
		cmocka_unit_test(private_messages),
		cmocka_unit_test(slow_mode),
		cmocka_unit_test(voices),
		cmocka_unit_test(taken_back),
		cmocka_unit_test(retention),
		cmocka_unit_test(ends_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
