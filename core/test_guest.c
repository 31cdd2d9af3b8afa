/* SPDX-License-Identifier: Apache-2.0
 *
 * Guests without a protocol of theirs: sessions of this file, as a door without contact lists has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/ask.h"
#include "core/guest.h"
#include "core/session.h"
#include "store/memory.h"
#include "tests/talk.h"

#define ASSERT_HAS(heard, what) assert_non_null(strstr(heard, what))
#define ASSERT_NOT(heard, what) assert_null(strstr(heard, what))

/* ---- a guest ----------------------------------------------------------------------------------------------------- */

struct guest {
	struct session session;
	struct account_ask ask;
	struct core *core;
	struct buf heard; /* "from|body\n", "online NAME\n", "offline NAME\n" */
	struct arena arena;
	bool answered, open, kicked;
	enum sent_verdict sent;
};

static struct guest *guest_of(struct session *s) { return holder_of(s, struct guest, session); }

static void on_deliver(struct session *s, const struct delivery *d)
{
	struct guest *g = guest_of(s);

	if (d->stanza->traits & STANZA_BODY) {
		buf_fmt(&g->heard, "%.*s|", STR_ARG(jid_bare(d->stanza->from)));
		stanza_body(d->stanza, &g->heard);
		buf_byte(&g->heard, '\n');
	}
	if (d->ticket)
		session_delivered(s, d->ticket);
}

static void on_sent(struct session *s, const struct stanza *st, enum sent_verdict verdict) { guest_of(s)->sent = verdict; }

static void on_notice(struct session *s, const struct notice *n)
{
	if (n->kind == NOTICE_ONLINE || n->kind == NOTICE_OFFLINE)
		buf_fmt(&guest_of(s)->heard, "%s %.*s\n", n->kind == NOTICE_ONLINE ? "online" : "offline", STR_ARG(n->name));
}

static void end(struct guest *g)
{
	if (!g->open)
		return;
	g->open = false;
	session_close(&g->session, STR_NONE);
	stanza_unref(g->session.presence);
	g->session.presence = NULL;
}

static void on_kick(struct session *s, enum kick_why why)
{
	guest_of(s)->kicked = true;
	end(guest_of(s));
}

static void on_describe(struct session *s, struct buf *to) { buf_lit(to, "10.0.0.7:2000"); }

static const struct session_ops ops = { .door = "hybrid", .deliver = on_deliver, .sent = on_sent, .notice = on_notice,
					.kick = on_kick, .describe = on_describe };

static void opened(struct session *s, int verdict)
{
	assert_int_equal(verdict, 0);
	guest_of(s)->open = true;
	s->wants_online = true;
	session_presence(s, stanza_make(&(struct stanza_init){ .name = STANZA_PRESENCE, .type = PRESENCE_AVAILABLE, .from = s->jid }), 0);
}

static void answered(struct account_ask *a)
{
	struct guest *g = holder_of(a, struct guest, ask);

	g->answered = true;
	if (!a->verdict)
		session_open(g->core, &g->session, &ops, &a->account, STR("hybrid"), opened);
}

static void wait_for(struct talk *t, const bool *what)
{
	for (unsigned i = 0; i < 100 && !*what; i++)
		talk_wait(t, 100);
	assert_true(*what);
}

/* The verdict. */
static int come(struct talk *t, unsigned core, struct guest *g, const char *name)
{
	memset(g, 0, sizeof *g);
	g->core = talk_core(t, core);
	g->ask.done = answered;
	guest_open(g->core, &g->ask, str_z(name));
	wait_for(t, &g->answered);
	talk_run(t);
	buf_clear(&g->heard);
	return g->ask.verdict;
}

static void gone(struct account_ask *a) { holder_of(a, struct guest, ask)->answered = true; }

static int leave(struct talk *t, struct guest *g, const char *name)
{
	end(g);
	g->answered = false;
	g->ask.done = gone;
	guest_close(g->core, &g->ask, str_z(name));
	wait_for(t, &g->answered);
	talk_run(t);
	return g->ask.verdict;
}

static void forget(struct guest *g)
{
	end(g);
	buf_free(&g->heard);
	arena_free(&g->arena);
}

static void say(struct talk *t, struct guest *g, const char *to, const char *payload)
{
	struct stanza_init init = { .name = STANZA_MESSAGE, .type = MESSAGE_CHAT, .traits = STANZA_BODY, .time = core_now(g->core),
				    .from = g->session.jid, .id = STR("1"), .payload = str_z(payload) };

	assert_true(jid_parse(&init.to, str_z(to), &g->arena));
	session_send(&g->session, stanza_make(&init));
	talk_run(t);
}

static const char *heard(struct guest *g)
{
	buf_byte(&g->heard, 0);
	buf_clear(&g->heard);
	return g->heard.p;
}

/* ---- a stage ------------------------------------------------------------------------------------------------------ */

static struct talk *stage_with(unsigned cores, const char *url, unsigned guests_max)
{
	struct core_settings s = talk_settings();

	s.guests_max = guests_max;
	s.classic_approve = true;
	s.people_search = true;
	return talk_new_with(cores, url, &s);
}

static struct talk *stage(unsigned cores) { return stage_with(cores, NULL, 3); }

static void xmpp_login(struct line *l, const char *plain)
{
	own_buf said = { 0 };

	buf_fmt(&said, "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
		"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", plain);
	talk_say(l, buf_z(&said));
	ASSERT_HAS(talk_hear(l), "<success");
	talk_say(l, "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
		 "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>"
		 "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq><presence/>");
	ASSERT_HAS(talk_hear(l), "tom@anser.test/desk");
}

#define TOM_PLAIN "AHRvbQBzZWNyZXQ=" /* tom, secret */

/* ---- tests ---------------------------------------------------------------------------------------------------------- */

static void everybody_sees_who_is_here(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = stage(cores);
		struct line *tom, *xmpp;
		struct guest ann;

		talk_account(t, "tom", "secret");
		tom = talk_open(t, 0, &classic_door, TALK_HERE);
		assert_string_equal(talk_ask(tom, "101|tom,secret\n110|on\n"), "1|\n1|\n");
		assert_int_equal(come(t, cores - 1, &ann, "Ann"), 0);
		ASSERT_HAS(talk_hear(tom), "1|110@Server@login,ann@");
		ASSERT_HAS(talk_ask(tom, "102|\n"), "@ann,tom@");
		xmpp = talk_open(t, 0, &xmpp_door, TALK_HERE);
		xmpp_login(xmpp, TOM_PLAIN);
		talk_say(xmpp, "<presence type='subscribe' to='ann@anser.test'/>");
		ASSERT_HAS(talk_heard(xmpp), "type=\"subscribed\"");
		ASSERT_HAS(talk_hear(xmpp), "<presence from=\"ann@anser.test/hybrid\"/>");
		assert_int_equal(leave(t, &ann, "ann"), 0);
		ASSERT_HAS(talk_hear(tom), "1|110@Server@logout,ann@");
		ASSERT_HAS(talk_ask(tom, "102|\n"), "@Server@tom@");
		ASSERT_HAS(talk_heard(xmpp), "type=\"unavailable\"");
		ASSERT_HAS(talk_hear(xmpp), "type=\"unsubscribed\"");
		forget(&ann);
		talk_free(t);
	}
}

static void messages_go_both_ways_and_nothing_is_left(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = stage(cores);
		struct line *tom;
		struct guest ann;

		talk_account(t, "tom", "secret");
		tom = talk_open(t, 0, &classic_door, TALK_HERE);
		assert_string_equal(talk_ask(tom, "101|tom,secret\n"), "1|\n");
		assert_int_equal(come(t, cores - 1, &ann, "ann"), 0);
		assert_string_equal(talk_ask(tom, "103|tom,ann,hello\n"), "1|\n");
		assert_string_equal(heard(&ann), "tom@anser.test|hello\n");
		say(t, &ann, "tom@anser.test", "<body>hello yourself</body>");
		assert_int_equal(ann.sent, SENT_OK);
		ASSERT_HAS(talk_hear(tom), "1|103@ann@hello yourself@");
		end(&ann);
		talk_run(t);
		/* He has an account until the door gives it back: what comes now waits, and goes with it. */
		assert_string_equal(talk_ask(tom, "103|tom,ann,too late\n"), "1|\n");
		assert_int_equal(leave(t, &ann, "ann"), 0);
		assert_string_equal(talk_ask(tom, "103|tom,ann,nobody\n"), "0|no such user\n");
		forget(&ann);
		assert_int_equal(come(t, 0, &ann, "ann"), 0);
		assert_string_equal(heard(&ann), "");
		/* Who comes under the name later has nothing of the one before; the other side has kept what it is entitled to. */
		ASSERT_HAS(talk_ask(tom, "111|ann,10\n"), "1|111@tom@hello@");
		assert_int_equal(leave(t, &ann, "ann"), 0);
		forget(&ann);
		talk_free(t);
	}
}

static size_t count;
static void counted(struct ask *a) { count = a->answer->n; }

static void nothing_is_archived_for_a_guest(void **state)
{
	struct talk *t = stage(1);
	struct line *tom;
	struct guest ann;
	struct ask ask = { 0 };
	int64_t id;

	talk_account(t, "tom", "secret");
	tom = talk_open(t, 0, &classic_door, TALK_HERE);
	talk_ask(tom, "101|tom,secret\n");
	assert_int_equal(come(t, 0, &ann, "ann"), 0);
	id = ann.ask.account.id;
	talk_ask(tom, "103|tom,ann,hello\n");
	say(t, &ann, "tom@anser.test", "<body>hello</body>");
	for (int64_t owner = 1; owner <= id; owner++) {
		ask.done = counted;
		archive_ends(talk_core(t, 0), &ask, owner);
		talk_run(t);
		assert_int_equal(count > 0, owner != id);
	}
	leave(t, &ann, "ann");
	forget(&ann);
	talk_free(t);
}

static void a_name_is_one_persons(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = stage(cores);
		struct guest ann, other;

		talk_account(t, "tom", "secret");
		assert_int_equal(come(t, 0, &ann, "ann"), 0);
		assert_int_equal(come(t, cores - 1, &other, "ANN"), ACCOUNT_EXISTS);
		assert_int_equal(come(t, cores - 1, &other, "Tom"), ACCOUNT_REGISTERED);
		assert_int_equal(come(t, cores - 1, &other, "a b"), ACCOUNT_BAD_NAME);
		assert_int_equal(come(t, cores - 1, &other, ""), ACCOUNT_BAD_NAME);
		assert_int_equal(leave(t, &other, "tom"), ACCOUNT_UNKNOWN);
		assert_int_equal(leave(t, &other, "nobody"), ACCOUNT_UNKNOWN);
		assert_int_equal(leave(t, &ann, "ann"), 0);
		assert_int_equal(leave(t, &ann, "ann"), ACCOUNT_UNKNOWN);
		forget(&ann);
		talk_free(t);
	}
}

static void two_at_the_same_moment_are_told_apart(void **state)
{
	struct talk *t = stage(2);
	struct guest one = { .core = talk_core(t, 0), .ask = { .done = answered } };
	struct guest two = { .core = talk_core(t, 1), .ask = { .done = answered } };

	guest_open(one.core, &one.ask, STR("ann"));
	guest_open(two.core, &two.ask, STR("ann"));
	wait_for(t, &one.answered);
	wait_for(t, &two.answered);
	talk_run(t);
	assert_int_equal(one.ask.verdict + two.ask.verdict, ACCOUNT_EXISTS);
	assert_int_equal(one.open + two.open, 1);
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_GUESTS), 1);
	assert_int_equal(leave(t, one.open ? &one : &two, "ann"), 0);
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_GUESTS), 0);
	forget(&one);
	forget(&two);
	talk_free(t);
}

static void there_are_only_so_many(void **state)
{
	struct talk *t = stage_with(2, NULL, 2);
	struct guest a, b, c;

	assert_int_equal(come(t, 0, &a, "a1"), 0);
	assert_int_equal(come(t, 1, &b, "b1"), 0);
	assert_int_equal(come(t, 0, &c, "c1"), ACCOUNT_FORBIDDEN);
	assert_int_equal(leave(t, &b, "b1"), 0);
	assert_int_equal(come(t, 0, &c, "c1"), 0);
	leave(t, &a, "a1");
	leave(t, &c, "c1");
	forget(&a);
	forget(&b);
	forget(&c);
	talk_free(t);
	t = stage_with(1, NULL, 0);
	assert_int_equal(come(t, 0, &a, "a1"), ACCOUNT_FORBIDDEN);
	talk_free(t);
}

static bool done;
static void finished(struct account_ask *a) { done = true; }

/* To whoever tries, a guest's name is one that nobody has; to register it, one that is taken. */
static void nobody_logs_in_as_a_guest(void **state)
{
	static const char *const plain = "AGFubgA="; /* ann and an empty password, which PLAIN has not */
	struct talk *t = stage(1);
	struct line *l;
	struct guest ann;
	struct account_ask ask = { 0 };
	const struct origin here = { .loopback = true };
	struct account as_guest, as_nobody;

	assert_int_equal(come(t, 0, &ann, "ann"), 0);
	l = talk_open(t, 0, &classic_door, TALK_HERE);
	assert_string_equal(talk_ask(l, "101|ann,\n"), "0|\n");
	assert_string_equal(talk_ask(l, "101|ann,secret\n"), "0|\n");
	ASSERT_HAS(talk_ask(l, "100|ann,secret\n"), "0|this name is taken");
	l = talk_open(t, 0, &xmpp_door, TALK_HERE);
	talk_say(l, "<stream:stream to='anser.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
		 "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
	talk_say(l, plain);
	ASSERT_NOT(talk_ask(l, "</auth>"), "<success");
	done = false;
	ask.done = finished;
	/* The exchange of SCRAM: what is made up for a guest is what is made up for nobody, iterations and all. */
	account_verifier(talk_core(t, 0), &ask, STR("ann"), &here);
	wait_for(t, &done);
	assert_int_equal(ask.verdict, ACCOUNT_REFUSED);
	as_guest = ask.account;
	assert_int_equal(as_guest.id, 0);
	assert_int_equal(leave(t, &ann, "ann"), 0);
	done = false;
	account_verifier(talk_core(t, 0), &ask, STR("ann"), &here);
	wait_for(t, &done);
	as_nobody = ask.account;
	assert_memory_equal(as_guest.verifier, as_nobody.verifier, sizeof as_guest.verifier);
	forget(&ann);
	talk_free(t);
}

static void the_operator_gives_a_guest_nothing(void **state)
{
	struct talk *t = stage(1);
	struct guest ann;
	struct account_ask ask = { 0 };

	assert_int_equal(come(t, 0, &ann, "ann"), 0);
	done = false;
	ask.done = finished;
	account_password(talk_core(t, 0), &ask, STR("ann"), STR("secret"), STR_NONE);
	wait_for(t, &done);
	assert_int_equal(ask.verdict, ACCOUNT_UNKNOWN);
	done = false;
	account_admin(talk_core(t, 0), &ask, STR("ann"), true);
	wait_for(t, &done);
	assert_int_equal(ask.verdict, ACCOUNT_UNKNOWN);
	/* But may take the name away: his sessions end. */
	assert_true(ann.open);
	done = false;
	account_delete(talk_core(t, 0), &ask, STR("ann"));
	wait_for(t, &done);
	assert_int_equal(ask.verdict, 0);
	talk_run(t);
	assert_true(ann.kicked && !ann.open);
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_GUESTS), 0);
	forget(&ann);
	talk_free(t);
}

static void who_was_left_behind_is_swept(void **state)
{
	struct talk *t = stage_with(1, "memory:swept", 2);
	struct line *tom;
	struct guest ann, bea;

	talk_account(t, "tom", "secret");
	assert_int_equal(come(t, 0, &ann, "ann"), 0);
	assert_int_equal(come(t, 0, &bea, "bea"), 0);
	end(&ann);
	end(&bea);
	t = talk_free(t); /* the process dies: nobody says that they are gone */
	forget(&ann);
	forget(&bea);
	t = stage_with(2, "memory:swept", 2);
	guest_sweep(talk_core(t, 0));
	/* Who comes while it is under way waits, and finds his name free. */
	assert_int_equal(come(t, 0, &ann, "ann"), 0);
	assert_int_equal(come(t, 1, &bea, "bea"), 0);
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_GUESTS), 2);
	tom = talk_open(t, 1, &classic_door, TALK_HERE);
	assert_string_equal(talk_ask(tom, "101|tom,secret\n"), "1|\n");
	ASSERT_HAS(talk_ask(tom, "102|\n"), "@ann,bea,tom@");
	leave(t, &ann, "ann");
	leave(t, &bea, "bea");
	forget(&ann);
	forget(&bea);
	talk_free(t);
	store_memory_forget();
}

static void a_store_that_fails_is_said(void **state)
{
	for (unsigned i = 1; i <= 3; i++) {
		char url[100];
		struct talk *t;
		struct guest ann;
		int verdict;

		snprintf(url, sizeof url, "faulty:commit@%u=failed:memory:", i);
		t = stage_with(1, url, 2);
		verdict = come(t, 0, &ann, "ann");
		assert_true(verdict == 0 || verdict == ACCOUNT_STORE);
		if (i == 1)
			assert_int_equal(verdict, ACCOUNT_STORE);
		assert_int_equal(core_counter(talk_core(t, 0), COUNT_GUESTS), verdict == 0);
		end(&ann);
		talk_run(t);
		forget(&ann);
		talk_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_sees_who_is_here),
		cmocka_unit_test(messages_go_both_ways_and_nothing_is_left),
		cmocka_unit_test(nothing_is_archived_for_a_guest),
		cmocka_unit_test(a_name_is_one_persons),
		cmocka_unit_test(two_at_the_same_moment_are_told_apart),
		cmocka_unit_test(there_are_only_so_many),
		cmocka_unit_test(nobody_logs_in_as_a_guest),
		cmocka_unit_test(the_operator_gives_a_guest_nothing),
		cmocka_unit_test(who_was_left_behind_is_swept),
		cmocka_unit_test(a_store_that_fails_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
