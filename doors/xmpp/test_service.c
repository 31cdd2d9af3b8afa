/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/test_service.c - services at other domains (core/service.h) in dialogues with clients: a service of the
 * test's own that writes down what it is given and answers when the test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/service.h"
#include "tests/dialogue.h"

#define DOMAIN "svc.test"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"

#define hears_not(line, what) assert_null(strstr(talk_heard(line), what))

struct probe_sender {
	struct list here;
	struct service_sender from;
};

struct probe {
	struct service v;
	struct buf taken;        /* one line for each stanza */
	struct list waiting;     /* struct probe_sender */
	enum sent_verdict at_once; /* with `answers` */
	bool answers, ended;
};

static const char *const names[] = { "message", "presence", "iq" };

static void probe_take(struct service *v, struct stanza *st, struct service_sender from)
{
	struct probe *p = holder_of(v, struct probe, v);
	const char *type = stanza_type_text((enum stanza_type)st->type);

	buf_fmt(&p->taken, "%s %s %.*s > %.*s %.*s\n", names[st->name], type ? type : "-", STR_ARG(jid_full(st->from)),
		STR_ARG(jid_full(st->to)), STR_ARG(st->id));
	if (from.number && p->answers) {
		service_answer(v->core, from, p->at_once);
	} else if (from.number) {
		struct probe_sender *s = mem_new(struct probe_sender);

		s->from = from;
		list_append(&p->waiting, &s->here);
	}
}

static void probe_end(struct service *v)
{
	struct probe *p = holder_of(v, struct probe, v);

	p->ended = true;
	service_down(v);
}

static const struct service_ops probe_ops = { .take = probe_take, .end = probe_end };

static void probe_up(struct probe *p, struct talk *t, unsigned core, const char *domain)
{
	*p = (struct probe){ .v = { .ops = &probe_ops, .domain = str_z(domain), .name = STR("A service") } };
	list_init(&p->waiting);
	assert_int_equal(service_up(talk_core(t, core), &p->v), 0);
	talk_run(t);
}

static void probe_forget(struct probe *p)
{
	for (struct probe_sender *s; (s = list_first(&p->waiting, struct probe_sender, here));) {
		list_remove(&s->here);
		mem_free(s);
	}
	buf_free(&p->taken);
}

/* Answers the one that waits longest. */
static void probe_answer(struct probe *p, enum sent_verdict verdict)
{
	struct probe_sender *s = list_first(&p->waiting, struct probe_sender, here);

	assert_non_null(s);
	list_remove(&s->here);
	service_answer(p->v.core, s->from, verdict);
	mem_free(s);
}

#define took(p, text) took_at(__LINE__, p, text)
static void took_at(int at, struct probe *p, const char *text)
{
	if (strcmp(buf_z(&p->taken), text))
		fail_msg("line %d: taken was\n%snot\n%s", at, buf_z(&p->taken), text);
	buf_clear(&p->taken);
}

static struct stanza *make(const char *from, const char *to, enum stanza_name name, enum stanza_type type, const char *id,
			   const char *payload)
{
	struct arena a = { 0 };
	struct jid f = { 0 }, o = { 0 };
	struct stanza *st;

	assert_true(jid_parse(&f, str_z(from), &a) && jid_parse(&o, str_z(to), &a));
	st = stanza_make(&(struct stanza_init){ .name = name, .type = type, .from = f, .to = o, .id = str_z(id), .payload = str_z(payload),
						.traits = strstr(payload, "<body>") ? STANZA_BODY : 0, .time = 1000 });
	arena_free(&a);
	return st;
}

/* A chat message, or another stanza, in the name of the service. */
static void says(struct probe *p, const char *to, enum stanza_name name, enum stanza_type type, const char *id, const char *payload)
{
	service_send(p->v.core, make("room@" DOMAIN "/x", to, name, type, id, payload), NULL, NULL);
}

static void ends(void *arg, enum sent_verdict verdict) { buf_fmt(arg, "%d ", (int)verdict); }

static struct talk *begin(unsigned cores)
{
	struct talk *t = talk_new(cores, NULL);

	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	return t;
}

/* ---- to a service ------------------------------------------------------------------------------------------------ */

/* Every test runs with the service on the client's core and on another. */
static void a_message_waits(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, at, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_say(tom, "<message to='room@" DOMAIN "' id='1' type='groupchat'><body>one</body></message>"
		      "<message to='room@" DOMAIN "' id='2' type='groupchat'><body>two</body></message>"
		      "<message to='other@" DOMAIN "' id='3' type='groupchat'><body>three</body></message>"
		      "<iq to='room@" DOMAIN "' id='4' type='get'><q xmlns='q'/></iq>"
		      "<presence to='room@" DOMAIN "/nick' id='5'/>");
	talk_run(t);
	/* Both go to one address; what is for another, and what is no message, waits. */
	took(&p, "message groupchat tom@anser.test/a > room@" DOMAIN " 1\nmessage groupchat tom@anser.test/a > room@" DOMAIN " 2\n");
	probe_answer(&p, SENT_OK);
	talk_run(t);
	took(&p, "");
	probe_answer(&p, SENT_NO_VOICE);
	hears(tom, "<message from='room@" DOMAIN "'", "id='2' type='error'", "<forbidden ");
	took(&p, "message groupchat tom@anser.test/a > other@" DOMAIN " 3\n");
	probe_answer(&p, SENT_TOO_FAST);
	hears(tom, "id='3'", "type='wait'", "<policy-violation ");
	took(&p, "iq get tom@anser.test/a > room@" DOMAIN " 4\npresence - tom@anser.test/a > room@" DOMAIN "/nick 5\n");
	talk_free(t);
	assert_true(p.ended);
	took(&p, "presence unavailable tom@anser.test/a > room@" DOMAIN "/nick \n");
	probe_forget(&p);
}

static void message_waits_here(void **state) { a_message_waits(1, 0); }
static void message_waits_across(void **state) { a_message_waits(2, 1); }

static void verdicts(void **state)
{
	static const struct {
		enum sent_verdict verdict;
		const char *condition;
	} rows[] = { { SENT_NO_SUCH_ROOM, "<item-not-found " }, { SENT_NOT_IN_ROOM, "<not-acceptable " }, { SENT_NO_VOICE, "<forbidden " },
		     { SENT_TOO_FAST, "<policy-violation " }, { SENT_NOT_ALLOWED, "<not-allowed " }, { SENT_BAD, "<bad-request " },
		     { SENT_NO_SUCH_USER, "<service-unavailable " }, { SENT_TIMEOUT, "<remote-server-timeout " } };
	struct talk *t = begin(1);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, 0, DOMAIN);
	p.answers = true;
	tom = enters(t, 0, "tom", "a");
	for (size_t i = 0; i < countof(rows); i++) {
		p.at_once = rows[i].verdict;
		talk_say(tom, "<message to='room@" DOMAIN "' id='1'><body>one</body></message>");
		hears(tom, "type='error'", rows[i].condition);
	}
	p.at_once = SENT_OK;
	assert_string_equal(talk_ask(tom, "<message to='room@" DOMAIN "' id='1'><body>one</body></message>"), "");
	talk_free(t);
	probe_forget(&p);
}

/* Whoever leaves without a word has left the rooms he was in - after what he said. */
static void the_end_of_a_session(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, at, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_say(tom, "<presence/><presence to='room@" DOMAIN "/old'/><presence to='room@" DOMAIN "/new'/><presence to='b@" DOMAIN "/n'/>"
		      "<presence to='c@" DOMAIN "/n'/><presence to='c@" DOMAIN "/m'/><presence to='c@" DOMAIN "/m' type='unavailable'/>");
	talk_run(t);
	buf_clear(&p.taken);
	talk_say(tom, "<message to='room@" DOMAIN "' id='1' type='groupchat'><body>one</body></message>"
		      "<message to='b@" DOMAIN "' id='2' type='groupchat'><body>bye</body></message>");
	talk_run(t);
	talk_cut(tom);
	talk_run(t);
	took(&p, "message groupchat tom@anser.test/a > room@" DOMAIN " 1\nmessage groupchat tom@anser.test/a > b@" DOMAIN " 2\n"
		 "presence unavailable tom@anser.test/a > room@" DOMAIN "/old \npresence unavailable tom@anser.test/a > room@" DOMAIN "/new \n"
		 "presence unavailable tom@anser.test/a > b@" DOMAIN "/n \n");
	probe_answer(&p, SENT_OK); /* to nobody */
	probe_answer(&p, SENT_OK);
	talk_run(t);
	talk_free(t);
	probe_forget(&p);
}

static void session_end_here(void **state) { the_end_of_a_session(1, 0); }
static void session_end_across(void **state) { the_end_of_a_session(2, 1); }

/* A detached session is still there; when its time is over it has left. */
static void session_end_detached(void **state)
{
	struct talk *t = begin(1);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, 0, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, ENABLE "<presence to='room@" DOMAIN "/n'/>");
	buf_clear(&p.taken);
	talk_cut(tom);
	talk_run(t);
	took(&p, "");
	talk_wait(t, 24 * 3600 * 1000);
	took(&p, "presence unavailable tom@anser.test/a > room@" DOMAIN "/n \n");
	talk_free(t);
	probe_forget(&p);
}

static void too_many_addresses(void **state)
{
	struct talk *t = begin(1);
	own_buf all = { 0 };
	struct probe p;
	struct line *tom;

	probe_up(&p, t, 0, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	for (unsigned i = 0; i < 2000; i++)
		buf_fmt(&all, "<presence to='r%u@" DOMAIN "/n'/>", i);
	talk_say(tom, buf_z(&all));
	assert_string_equal(talk_hear(tom), "");
	buf_clear(&p.taken);
	talk_say(tom, "<presence to='more@" DOMAIN "/n' id='m'/>");
	hears(tom, "<presence ", "type='error'", "<resource-constraint ");
	took(&p, "");
	talk_ask(tom, "<presence type='unavailable' to='r7@" DOMAIN "/n'/><presence to='more@" DOMAIN "/n'/>");
	took(&p, "presence unavailable tom@anser.test/a > r7@" DOMAIN "/n \npresence - tom@anser.test/a > more@" DOMAIN "/n \n");
	talk_free(t);
	probe_forget(&p);
}

static void service_vanishes(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, at, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, "<message to='room@" DOMAIN "' id='1'><body>one</body></message>");
	service_down(&p.v);
	hears(tom, "id='1'", "<service-unavailable ");
	probe_answer(&p, SENT_OK); /* too late */
	talk_say(tom, "<message to='room@" DOMAIN "' id='2'><body>one</body></message>");
	hears(tom, "id='2'", "<remote-server-not-found ");
	talk_free(t);
	probe_forget(&p);
}

static void vanishes_here(void **state) { service_vanishes(1, 0); }
static void vanishes_across(void **state) { service_vanishes(2, 1); }

static void domains_are_taken_once(void **state)
{
	struct talk *t = begin(2);
	struct probe p, q = { .v = { .ops = &probe_ops, .domain = STR(DOMAIN) } };
	struct line *tom;

	probe_up(&p, t, 1, DOMAIN);
	assert_int_equal(service_up(talk_core(t, 0), &q.v), SERVICE_TAKEN);
	assert_int_equal(service_up(talk_core(t, 1), &q.v), SERVICE_TAKEN);
	q.v.domain = STR("anser.test");
	assert_int_equal(service_up(talk_core(t, 0), &q.v), SERVICE_TAKEN);
	tom = enters(t, 0, "tom", "a");
	talk_say(tom, "<iq type='get' id='i' to='anser.test'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
	hears(tom, "<item jid='" DOMAIN "' name='A service'/>");
	/* It moves to another core. */
	service_down(&p.v);
	q.v.domain = STR(DOMAIN);
	talk_run(t);
	list_init(&q.waiting);
	assert_int_equal(service_up(talk_core(t, 0), &q.v), 0);
	talk_ask(tom, "<iq type='get' id='i' to='" DOMAIN "'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
	took(&q, "iq get tom@anser.test/a > " DOMAIN " i\n");
	took(&p, "");
	talk_free(t);
	probe_forget(&p);
	probe_forget(&q);
}

static void blocked(void **state)
{
	struct talk *t = begin(1);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, 0, DOMAIN);
	p.answers = true;
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, "<presence/><iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='" DOMAIN "'/></block></iq>");
	talk_say(tom, "<message to='room@" DOMAIN "' id='1'><body>one</body></message>");
	hears(tom, "<not-acceptable ", "urn:xmpp:blocking:errors");
	talk_say(tom, "<iq to='room@" DOMAIN "' id='2' type='get'><q xmlns='q'/></iq>");
	hears(tom, "id='2'", "<not-acceptable ");
	talk_say(tom, "<presence to='room@" DOMAIN "/n' id='3'/>");
	hears(tom, "id='3'", "<not-acceptable ");
	took(&p, "");
	says(&p, "tom@anser.test/a", STANZA_MESSAGE, MESSAGE_CHAT, "4", "<body>x</body>");
	says(&p, "tom@anser.test/a", STANZA_MESSAGE, MESSAGE_GROUPCHAT, "5", "<body>x</body>");
	says(&p, "tom@anser.test/a", STANZA_PRESENCE, PRESENCE_AVAILABLE, "6", "");
	says(&p, "tom@anser.test/a", STANZA_IQ, IQ_GET, "7", "<q xmlns='q'/>");
	assert_string_equal(talk_hear(tom), "");
	took(&p, "iq error tom@anser.test/a > room@" DOMAIN "/x 7\n");
	talk_free(t);
	probe_forget(&p);
}

/* ---- from a service ---------------------------------------------------------------------------------------------- */

/* One after another, whatever has to be stored before it may be seen and whatever does not. */
static void order(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, at, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, "<presence/>");
	for (int i = 0; i < 2; i++) { /* the first time the account is not in memory there */
		says(&p, "tom@anser.test/a", STANZA_MESSAGE, MESSAGE_CHAT, "m1", "<body>x</body>");
		says(&p, "tom@anser.test/a", STANZA_PRESENCE, PRESENCE_AVAILABLE, "m2", "");
		says(&p, "tom@anser.test/a", STANZA_IQ, IQ_RESULT, "m3", "");
		says(&p, "tom@anser.test/a", STANZA_MESSAGE, MESSAGE_GROUPCHAT, "m4", "<body>x</body>");
		says(&p, "tom@anser.test", STANZA_MESSAGE, MESSAGE_NORMAL, "m5", "<body>x</body>");
		says(&p, "tom@anser.test", STANZA_PRESENCE, PRESENCE_UNAVAILABLE, "m6", "");
		hears(tom, "id='m1'", "id='m2'", "id='m3'", "id='m4'", "id='m5'", "id='m6'");
	}
	talk_free(t);
	probe_forget(&p);
}

static void order_here(void **state) { order(1, 0); }
static void order_across(void **state) { order(2, 1); }

static void what_is_kept(void **state)
{
	struct talk *t = begin(2);
	own_buf end = { 0 };
	struct probe p;
	struct line *tom;

	probe_up(&p, t, 1, DOMAIN);
	p.answers = true;
	service_send(p.v.core, make("room@" DOMAIN "/x", "tom@anser.test", STANZA_MESSAGE, MESSAGE_CHAT, "1", "<body>kept</body>"), ends, &end);
	service_send(p.v.core, make("room@" DOMAIN, "tom@anser.test/a", STANZA_MESSAGE, MESSAGE_GROUPCHAT, "2", "<body>lost</body>"), ends, &end);
	service_send(p.v.core, make("room@" DOMAIN, "tom@anser.test", STANZA_MESSAGE, MESSAGE_GROUPCHAT, "3", "<body>lost</body>"), ends, &end);
	service_send(p.v.core, make("x@" DOMAIN, "nobody@anser.test", STANZA_MESSAGE, MESSAGE_CHAT, "4", "<body>lost</body>"), ends, &end);
	talk_run(t);
	/* By address: the group message waits behind what it might overtake, and so on. */
	assert_non_null(strstr(buf_z(&end), "0 "));
	assert_int_equal(strlen(buf_z(&end)), 8);
	tom = enters(t, 0, "tom", "a");
	hears(tom, "");
	talk_say(tom, "<presence/>");
	hears(tom, "id='1'", "<body>kept</body>", "<stanza-id ", "<delay ");
	hears_not(tom, "lost");
	/* What tom writes to it is in his archive, once it was taken. */
	talk_ask(tom, "<message to='x@" DOMAIN "' id='o' type='chat'><body>mine</body></message>");
	p.at_once = SENT_NO_SUCH_USER;
	talk_ask(tom, "<message to='x@" DOMAIN "' id='o' type='chat'><body>not taken</body></message>");
	talk_say(tom, "<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>");
	hears(tom, "<body>kept</body>", "<body>mine</body>", "<fin ");
	hears_not(tom, "not taken");
	talk_free(t);
	probe_forget(&p);
}

static void carbons(void **state)
{
	struct talk *t = begin(1);
	struct probe p;
	struct line *one, *two;

	probe_up(&p, t, 0, DOMAIN);
	p.answers = true;
	one = enters(t, 0, "tom", "a");
	two = enters(t, 0, "tom", "b");
	talk_ask(one, "<presence/>");
	talk_ask(two, "<presence/><iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
	talk_ask(one, "<message to='x@" DOMAIN "' id='o' type='chat'><body>mine</body></message>");
	hears(two, "<sent ", "<body>mine</body>");
	says(&p, "tom@anser.test/a", STANZA_MESSAGE, MESSAGE_CHAT, "m1", "<body>yours</body>");
	hears(one, "<body>yours</body>");
	hears(two, "<received ", "<body>yours</body>");
	talk_free(t);
	probe_forget(&p);
}

static void an_iq_to_nobody(void **state)
{
	struct talk *t = begin(2);
	struct probe p;

	probe_up(&p, t, 1, DOMAIN);
	says(&p, "tom@anser.test/a", STANZA_IQ, IQ_GET, "1", "<q xmlns='q'/>");
	says(&p, "nobody@anser.test/a", STANZA_IQ, IQ_SET, "2", "<q xmlns='q'/>");
	says(&p, "tom@elsewhere.test/a", STANZA_IQ, IQ_GET, "3", "<q xmlns='q'/>");
	says(&p, "tom@anser.test/a", STANZA_IQ, IQ_RESULT, "4", "");
	talk_run(t);
	assert_non_null(strstr(buf_z(&p.taken), "iq error tom@anser.test/a > room@" DOMAIN "/x 1\n"));
	assert_non_null(strstr(buf_z(&p.taken), "iq error nobody@anser.test/a > room@" DOMAIN "/x 2\n"));
	assert_non_null(strstr(buf_z(&p.taken), "iq error tom@elsewhere.test/a > room@" DOMAIN "/x 3\n"));
	assert_null(strstr(buf_z(&p.taken), " 4\n"));
	talk_free(t);
	probe_forget(&p);
}

/* One service writes to another. */
static void between_services(void **state)
{
	struct talk *t = begin(2);
	own_buf end = { 0 };
	struct probe p, q;

	probe_up(&p, t, 1, DOMAIN);
	probe_up(&q, t, 0, "second.test");
	service_send(p.v.core, make("room@" DOMAIN, "y@second.test", STANZA_MESSAGE, MESSAGE_CHAT, "1", "<body>x</body>"), ends, &end);
	says(&p, "y@second.test", STANZA_IQ, IQ_GET, "2", "<q xmlns='q'/>");
	talk_run(t);
	took(&q, "message chat room@" DOMAIN " > y@second.test 1\niq get room@" DOMAIN "/x > y@second.test 2\n");
	assert_int_equal(end.n, 0);
	probe_answer(&q, SENT_NO_VOICE);
	talk_run(t);
	assert_int_equal(atoi(buf_z(&end)), SENT_NO_VOICE);
	talk_free(t);
	probe_forget(&p);
	probe_forget(&q);
}

/* ---- contacts ---------------------------------------------------------------------------------------------------- */

static void a_contact(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, at, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq><presence/>");
	talk_say(tom, "<presence type='subscribe' to='x@" DOMAIN "'/>");
	hears(tom, "<item jid='x@" DOMAIN "'", "subscription='none'", "ask='subscribe'");
	took(&p, "presence subscribe tom@anser.test > x@" DOMAIN " \n");
	service_send(p.v.core, make("x@" DOMAIN "/r", "tom@anser.test", STANZA_PRESENCE, PRESENCE_SUBSCRIBED, "", ""), NULL, NULL);
	hears(tom, "subscription='to'");
	service_send(p.v.core, make("x@" DOMAIN, "tom@anser.test", STANZA_PRESENCE, PRESENCE_SUBSCRIBE, "", ""), NULL, NULL);
	hears(tom, "<presence from='x@" DOMAIN "'", "type='subscribe'");
	took(&p, "");
	talk_say(tom, "<presence type='subscribed' to='x@" DOMAIN "'/>");
	hears(tom, "subscription='both'");
	took(&p, "presence subscribed tom@anser.test > x@" DOMAIN " \npresence - tom@anser.test/a > x@" DOMAIN " \n");
	talk_ask(tom, "<presence><show>away</show></presence>");
	took(&p, "presence - tom@anser.test/a > x@" DOMAIN " \n");
	service_send(p.v.core, make("x@" DOMAIN "/r", "tom@anser.test", STANZA_PRESENCE, PRESENCE_PROBE, "", ""), NULL, NULL);
	talk_run(t);
	took(&p, "presence - tom@anser.test/a > x@" DOMAIN "/r \n");
	service_send(p.v.core, make("stranger@" DOMAIN, "tom@anser.test", STANZA_PRESENCE, PRESENCE_PROBE, "", ""), NULL, NULL);
	talk_run(t);
	took(&p, "");
	talk_cut(tom);
	talk_run(t);
	took(&p, "presence unavailable tom@anser.test/a > x@" DOMAIN " \n");
	tom = enters(t, 0, "tom", "b");
	talk_ask(tom, "<presence/><iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>");
	took(&p, "presence - tom@anser.test/b > x@" DOMAIN " \npresence probe tom@anser.test/b > x@" DOMAIN " \n");
	talk_ask(tom, "<presence type='unsubscribed' to='x@" DOMAIN "'/>");
	took(&p, "presence unavailable tom@anser.test/b > x@" DOMAIN " \npresence unsubscribed tom@anser.test > x@" DOMAIN " \n");
	talk_free(t);
	probe_forget(&p);
}

static void contact_here(void **state) { a_contact(1, 0); }
static void contact_across(void **state) { a_contact(2, 1); }

/* A gateway is a contact whose address is its domain. */
static void contact_is_a_domain(void **state)
{
	struct talk *t = begin(1);
	struct probe p;
	struct line *tom;

	probe_up(&p, t, 0, DOMAIN);
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq><presence/>");
	talk_ask(tom, "<presence type='subscribe' to='" DOMAIN "'/>");
	service_send(p.v.core, make(DOMAIN, "tom@anser.test", STANZA_PRESENCE, PRESENCE_SUBSCRIBED, "", ""), NULL, NULL);
	service_send(p.v.core, make(DOMAIN, "tom@anser.test", STANZA_PRESENCE, PRESENCE_SUBSCRIBE, "", ""), NULL, NULL);
	talk_run(t);
	talk_ask(tom, "<presence type='subscribed' to='" DOMAIN "'/>");
	took(&p, "presence subscribe tom@anser.test > " DOMAIN " \npresence subscribed tom@anser.test > " DOMAIN " \n"
		 "presence - tom@anser.test/a > " DOMAIN " \n");
	talk_ask(tom, "<iq type='set' id='d'><query xmlns='jabber:iq:roster'><item jid='" DOMAIN "' subscription='remove'/></query></iq>");
	took(&p, "presence unsubscribe tom@anser.test > " DOMAIN " \npresence unsubscribed tom@anser.test > " DOMAIN " \n");
	talk_free(t);
	probe_forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_waits_here), cmocka_unit_test(message_waits_across), cmocka_unit_test(verdicts),
		cmocka_unit_test(session_end_here), cmocka_unit_test(session_end_across), cmocka_unit_test(session_end_detached),
		cmocka_unit_test(too_many_addresses), cmocka_unit_test(vanishes_here), cmocka_unit_test(vanishes_across),
		cmocka_unit_test(domains_are_taken_once), cmocka_unit_test(blocked), cmocka_unit_test(order_here),
		cmocka_unit_test(order_across), cmocka_unit_test(what_is_kept), cmocka_unit_test(carbons), cmocka_unit_test(an_iq_to_nobody),
		cmocka_unit_test(between_services), cmocka_unit_test(contact_here), cmocka_unit_test(contact_across),
		cmocka_unit_test(contact_is_a_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
