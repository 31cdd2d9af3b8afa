/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/component/test_push.c - XEP-0357 in dialogues, with a push service that is a component.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "core/push.h"
#include "core/service.h"
#include "doors/component/component.h"
#include "tests/talk.h"

#define HEADER_TO(domain) "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='" domain "'>"
#define HEADER HEADER_TO("push.test")
#define CLIENT_HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' version='1.0'>"

/* With quotes of one kind. */
static const char *quoted(const char *heard)
{
	for (char *p = (char *)heard; (p = strchr(p, '"'));)
		*p = '\'';
	return heard;
}

/* Hears, and expects all of `...` (up to NULL) in this order. */
#define hears(line, ...) hears_at(__LINE__, line, (const char *[]){ __VA_ARGS__, NULL })
static void hears_at(int at, struct line *l, const char *const *what)
{
	const char *heard = quoted(talk_hear(l)), *from = heard;

	for (; *what; what++) {
		const char *hit = strstr(from, *what);

		if (!hit)
			fail_msg("line %d: \"%s\" is not in (or not behind what comes before it in) \"%s\"", at, *what, heard);
		from = hit + strlen(*what);
	}
}

#define hears_nothing(line) assert_string_equal(talk_hear(line), "")

static const struct component_key keys[] = { { STR_INIT("push.test"), STR_INIT("a secret") } };

static struct talk *begin_with(unsigned cores, enum push_content content)
{
	struct core_settings settings = talk_settings();
	struct talk *t;

	settings.push_content = content;
	settings.components = keys;
	settings.components_n = countof(keys);
	settings.login_deadline_ms = 1000;
	settings.rooms_domain = STR("rooms.anser.test");
	t = talk_new_with(cores, NULL, &settings);
	components_begin(talk_core(t, 0));
	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	talk_run(t);
	return t;
}

static struct talk *begin(unsigned cores) { return begin_with(cores, PUSH_COUNT_ONLY); }

static void shake(struct line *l, const char *secret)
{
	const char *heard = quoted(talk_hear(l)), *id = strstr(heard, " id='");
	own_buf sum = { 0 }, all = { 0 };
	uint8_t bytes[HASH_BYTES_MAX];

	assert_non_null(id);
	buf_str(&all, str_n(id + 5, strcspn(id + 5, "'")));
	buf_str(&all, str_z(secret));
	hash_sum(HASH_SHA1, buf_all(&all), bytes);
	buf_lit(&sum, "<handshake>");
	hex_write(&sum, str_bytes(bytes, hash_bytes(HASH_SHA1)));
	buf_lit(&sum, "</handshake>");
	talk_say(l, buf_z(&sum));
}

static struct line *connects(struct talk *t)
{
	struct line *l = talk_open(t, 0, &component_door, TALK_HERE);

	talk_say(l, HEADER);
	shake(l, "a secret");
	hears(l, "<handshake/>");
	return l;
}

static struct line *enters(struct talk *t, unsigned core, const char *name, const char *resource)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	own_buf bind = { 0 };

	talk_ask(l, CLIENT_HEADER);
	talk_ask(l, strcmp(name, "tom") ? "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFubgBzZWNyZXQ=</auth>"
					: "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHRvbQBzZWNyZXQ=</auth>");
	buf_fmt(&bind, CLIENT_HEADER "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>%s</resource></bind></iq>", resource);
	talk_say(l, buf_z(&bind));
	hears(l, "<jid>");
	return l;
}

#define ENABLE_AT(node) "<iq type='set' id='e'><enable xmlns='urn:xmpp:push:0' jid='push.test' node='" node "'/></iq>"
#define SM "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"
#define WRITE(id) "<message to='tom@anser.test' type='chat' id='" id "'><body>hello " id "</body></message>"

/* Tom's phone, with a place to be told. */
static struct line *phone(struct talk *t, unsigned core, const char *resource)
{
	struct line *l = enters(t, core, "tom", resource);

	talk_say(l, "<presence/>" ENABLE_AT("n&lt;1>"));
	hears(l, "<iq type='result' id='e'");
	return l;
}

/* The id of the request that was heard last. */
static void id_of(const char *heard, char id[static 100])
{
	const char *at = strstr(heard, " id='anser-ask-");

	assert_non_null(at);
	snprintf(id, 100, "%.*s", (int)strcspn(at + 5, "'"), at + 5);
}

static void answers(struct line *push, const char *type, const char *error)
{
	char id[100];
	own_buf all = { 0 };

	id_of(quoted(talk_heard(push)), id);
	buf_fmt(&all, "<iq from='push.test' to='anser.test' type='%s' id='%s'>%s</iq>", type, id, error);
	talk_hear(push);
	talk_ask(push, buf_z(&all));
}

static void one_is_told(unsigned cores, unsigned at, unsigned writer)
{
	struct talk *t = begin(cores);
	struct line *push = connects(t), *tom = phone(t, at, "phone"), *ann = enters(t, writer, "ann", "a");

	/* He looks: nothing. */
	talk_ask(ann, "<presence/>" WRITE("1"));
	hears(tom, "hello 1");
	hears_nothing(push);
	/* Nobody looks. */
	talk_ask(tom, "<inactive xmlns='urn:xmpp:csi:0'/>");
	talk_ask(ann, WRITE("2"));
	hears(push, "<iq from='anser.test' to='push.test' id='anser-ask-", "type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n&lt;1&gt;'>"
		    "<item><notification xmlns='urn:xmpp:push:0'><x xmlns='jabber:x:data' type='submit'>"
		    "<field var='FORM_TYPE'><value>urn:xmpp:push:summary</value></field><field var='message-count'><value>1</value></field></x>"
		    "</notification></item></publish></pubsub></iq>");
	/* It rests; what comes meanwhile is told together. */
	talk_ask(ann, WRITE("3") WRITE("4"));
	hears_nothing(push);
	talk_wait(t, 11000);
	hears(push, "<value>2</value>");
	talk_wait(t, 11000);
	hears_nothing(push);
	/* What nobody has to be woken for. */
	talk_ask(ann, "<message to='tom@anser.test' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
		      "<message to='tom@anser.test' type='chat'><received xmlns='urn:xmpp:receipts' id='x'/></message>"
		      "<message to='tom@anser.test' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='x'/><store xmlns='urn:xmpp:hints'/></message>"
		      "<message to='tom@anser.test' type='headline'><body>x</body></message>");
	hears_nothing(push);
	/* He looks again, and no more. */
	talk_ask(tom, "<active xmlns='urn:xmpp:csi:0'/>");
	talk_ask(ann, WRITE("5"));
	hears_nothing(push);
	talk_ask(tom, "<presence type='unavailable'/>");
	talk_ask(ann, WRITE("6"));
	hears(push, "<value>1</value>");
	talk_wait(t, 11000);
	talk_cut(tom);
	talk_run(t);
	hears_nothing(push);
	talk_ask(ann, WRITE("7"));
	hears(push, "<value>1</value>");
	talk_free(t);
}

static void told_here(void **state) { one_is_told(1, 0, 0); }
static void told_across(void **state) { one_is_told(2, 1, 0); }
static void told_across_the_other_way(void **state) { one_is_told(2, 0, 1); }

/* The line broke and nobody has noticed: what was written into it is told when it is. */
static void a_line_that_breaks(void **state)
{
	struct talk *t = begin(1);
	struct line *push = connects(t), *tom = enters(t, 0, "tom", "phone"), *ann = enters(t, 0, "ann", "a");

	talk_ask(tom, SM "<presence/>" ENABLE_AT("n"));
	talk_ask(ann, WRITE("1"));
	hears_nothing(push);
	talk_cut(tom);
	hears(push, "<value>1</value>");
	talk_wait(t, 11000);
	talk_ask(ann, WRITE("2"));
	hears(push, "<value>1</value>"); /* detached */
	talk_free(t);
}

/* Another device that is there says nothing about this one. */
static void each_device_for_itself(void **state)
{
	struct talk *t = begin(2);
	struct line *push = connects(t), *one = phone(t, 0, "phone"), *desk = enters(t, 1, "tom", "desk"), *ann = enters(t, 0, "ann", "a");

	talk_ask(desk, "<presence/>" ENABLE_AT("desk"));
	talk_ask(ann, WRITE("1"));
	hears_nothing(push);
	talk_cut(one);
	talk_run(t);
	talk_hear(push);
	talk_wait(t, 11000);
	talk_hear(push);
	talk_ask(ann, WRITE("2"));
	hears(push, "node='n&lt;1&gt;'");
	assert_null(strstr(talk_heard(push), "node='desk'"));
	/* What one writes oneself is no news. */
	talk_wait(t, 11000);
	talk_hear(push);
	talk_ask(desk, WRITE("3"));
	hears_nothing(push);
	talk_free(t);
}

#define SAY(text) "<message to='hall@rooms.anser.test' type='groupchat'><body>" text "</body></message>"

/* In a room: who is named. */
static void named_in_a_room(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct line *push = connects(t), *tom = phone(t, at, "phone"), *ann = enters(t, 0, "ann", "a");

	talk_ask(ann, "<presence/><presence to='hall@rooms.anser.test/boss'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
	talk_ask(ann, "<iq type='set' id='c' to='hall@rooms.anser.test'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>");
	talk_ask(tom, "<presence to='hall@rooms.anser.test/Cañón'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
	talk_ask(ann, SAY("tom?"));
	talk_run(t);
	hears_nothing(push); /* he looks */
	talk_ask(tom, "<inactive xmlns='urn:xmpp:csi:0'/>" SAY("I am cañón"));
	talk_run(t);
	hears_nothing(push); /* his own */
	talk_ask(ann, SAY("nobody") SAY("a canonical atom"));
	talk_run(t);
	hears_nothing(push);
	talk_ask(ann, SAY("hey CANON, look"));
	talk_run(t);
	hears(push, "<value>1</value>");
	talk_wait(t, 11000);
	talk_ask(ann, SAY("Tom: and you") SAY("大家tom好") "<message to='hall@rooms.anser.test' type='groupchat'><subject>tom</subject></message>");
	talk_run(t);
	hears(push, "<value>1</value>");
	talk_wait(t, 11000);
	hears(push, "<value>1</value>");
	talk_wait(t, 11000);
	hears_nothing(push);
	talk_free(t);
}

static void named_here(void **state) { named_in_a_room(1, 0); }
static void named_across(void **state) { named_in_a_room(2, 1); }

static void contents(void **state)
{
	static const struct {
		enum push_content content;
		const char *there, *absent;
	} rows[] = { { PUSH_COUNT_ONLY, "<value>1</value>", "ann@" }, { PUSH_SENDER, "<value>ann@anser.test/a</value>", "hello" },
		     { PUSH_BODY, "<field var='last-message-body'><value>hello &lt;b&gt;</value>", "secret" } };

	for (size_t i = 0; i < countof(rows); i++) {
		struct talk *t = begin_with(1, rows[i].content);
		struct line *push = connects(t), *tom = phone(t, 0, "phone"), *ann = enters(t, 0, "ann", "a");

		talk_cut(tom);
		talk_run(t);
		talk_ask(ann, "<message to='tom@anser.test' type='chat'><body>hello &lt;b&gt;</body></message>");
		hears(push, rows[i].there);
		assert_null(strstr(talk_heard(push), rows[i].absent));
		talk_wait(t, 11000);
		talk_ask(ann, "<message to='tom@anser.test' type='chat'><body>a secret</body><encryption xmlns='urn:xmpp:eme:0' namespace='x'/></message>");
		hears(push, "<value>1</value>");
		assert_null(strstr(talk_heard(push), "a secret"));
		talk_free(t);
	}
}

/* Options stand in every notification; the last request counts. Without a node all of a service go. */
static void asking_and_taking_back(void **state)
{
	struct talk *t = begin(2);
	struct line *push = connects(t), *tom = enters(t, 1, "tom", "a"), *ann = enters(t, 0, "ann", "a");

	talk_say(tom, "<iq type='get' id='d' to='tom@anser.test'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	hears(tom, "<feature var='urn:xmpp:push:0'/>");
	for (int i = 0; i < 2; i++) {
		talk_say(tom, i ? "<iq type='set' id='e'><enable xmlns='urn:xmpp:push:0' jid='push.test' node='o'><x xmlns='jabber:x:data' type='submit'>"
				  "<field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>"
				  "<field var='secret'><value>s&amp;t</value></field></x></enable></iq>"
				: ENABLE_AT("o"));
		hears(tom, "<iq type='result' id='e'");
	}
	talk_ask(tom, ENABLE_AT("p"));
	talk_ask(ann, WRITE("1"));
	hears(push, "node='o'", "</publish><publish-options><x xmlns='jabber:x:data' type='submit'>",
	      "<field var='secret'><value>s&amp;t</value></field></x></publish-options></pubsub>", "node='p'");
	talk_wait(t, 11000);
	talk_say(tom, "<iq type='set' id='e'><disable xmlns='urn:xmpp:push:0' jid='push.test' node='o'/></iq>");
	hears(tom, "<iq type='result' id='e'");
	talk_ask(ann, WRITE("2"));
	hears(push, "node='p'");
	talk_wait(t, 11000);
	talk_ask(tom, ENABLE_AT("q"));
	talk_say(tom, "<iq type='set' id='e'><disable xmlns='urn:xmpp:push:0' jid='push.test'/></iq>");
	hears(tom, "<iq type='result' id='e'");
	talk_ask(ann, WRITE("3"));
	hears_nothing(push);
	talk_say(tom, "<iq type='set' id='e'><disable xmlns='urn:xmpp:push:0' jid='push.test'/></iq>");
	hears(tom, "<iq type='result' id='e'");
	talk_free(t);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *said, *condition;
	} rows[] = {
		{ "<enable xmlns='urn:xmpp:push:0' node='n'/>", "<bad-request " },
		{ "<enable xmlns='urn:xmpp:push:0' jid='@' node='n'/>", "<bad-request " },
		{ "<disable xmlns='urn:xmpp:push:0' node='n'/>", "<bad-request " },
		{ "<enable xmlns='urn:xmpp:push:0' jid='push.far.test' node='n'/>", "<remote-server-not-found " },
		{ "<enable xmlns='urn:xmpp:push:0' jid='ann@anser.test' node='n'/>", "<remote-server-not-found " },
		{ "<enable xmlns='urn:xmpp:push:0' jid='push.test' node='n'><x xmlns='jabber:x:data'/></enable>", "<bad-request " },
	};
	struct talk *t = begin(1);
	struct line *tom = enters(t, 0, "tom", "a");
	own_buf one = { 0 };

	for (size_t i = 0; i < countof(rows); i++) {
		buf_clear(&one);
		buf_fmt(&one, "<iq type='set' id='e'>%s</iq>", rows[i].said);
		talk_say(tom, buf_z(&one));
		hears(tom, "<iq type='error' id='e'", rows[i].condition);
	}
	for (unsigned i = 0; i < PUSH_PLACES_MAX + 1; i++) {
		buf_clear(&one);
		buf_fmt(&one, "<iq type='set' id='e'><enable xmlns='urn:xmpp:push:0' jid='push.test' node='n%u'/></iq>", i);
		talk_say(tom, buf_z(&one));
		hears(tom, i < PUSH_PLACES_MAX ? "type='result'" : "<resource-constraint ");
	}
	talk_free(t);
}

/* A node that is not there is asked no more; a service that is not there, or has a bad day, is. */
static void errors(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct line *push = connects(t), *tom = phone(t, at, "phone"), *ann = enters(t, 0, "ann", "a");

	talk_cut(tom);
	talk_run(t);
	talk_ask(ann, WRITE("1"));
	/* What else is in the answer, such as the request itself, is not its condition: it may say anything. */
	answers(push, "error", "<pubsub xmlns='http://jabber.org/protocol/pubsub'><x>item-not-found <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></x>"
			       "</pubsub><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
			       "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>gone for lunch</text></error>");
	talk_wait(t, 11000);
	talk_ask(ann, WRITE("2"));
	answers(push, "result", "");
	talk_wait(t, 11000);
	talk_cut(push);
	talk_run(t);
	talk_ask(ann, WRITE("3"));
	talk_wait(t, 11000);
	push = connects(t);
	talk_ask(ann, WRITE("4"));
	talk_wait(t, 70000); /* no answer at all */
	talk_hear(push);
	talk_ask(ann, WRITE("5"));
	answers(push, "error", "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
	talk_wait(t, 11000);
	talk_ask(ann, WRITE("6"));
	hears_nothing(push);
	talk_free(t);
}

static void errors_here(void **state) { errors(1, 0); }
static void errors_across(void **state) { errors(2, 1); }

/* Only who was asked can answer: another address of the component is somebody else. */
static void answers_of_others(void **state)
{
	struct talk *t = begin(1);
	struct line *push = connects(t), *tom = phone(t, 0, "phone"), *ann = enters(t, 0, "ann", "a");
	own_buf all = { 0 };
	char id[100];

	talk_cut(tom);
	talk_run(t);
	talk_ask(ann, WRITE("1"));
	id_of(quoted(talk_hear(push)), id);
	buf_fmt(&all, "<iq from='other@push.test' to='anser.test' type='error' id='%s'><error type='cancel'>"
		      "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>", id);
	talk_ask(push, buf_z(&all));
	talk_ask(push, "<iq from='push.test' to='anser.test' type='result' id='anser-ask-99-0'/><iq from='push.test' to='anser.test' type='result' id='x'/>");
	talk_wait(t, 11000);
	talk_ask(ann, WRITE("2"));
	hears(push, "<value>1</value>");
	talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_here), cmocka_unit_test(told_across), cmocka_unit_test(told_across_the_other_way), cmocka_unit_test(a_line_that_breaks),
		cmocka_unit_test(each_device_for_itself), cmocka_unit_test(named_here), cmocka_unit_test(named_across), cmocka_unit_test(contents),
		cmocka_unit_test(asking_and_taking_back), cmocka_unit_test(what_is_refused),
		cmocka_unit_test(errors_here), cmocka_unit_test(errors_across), cmocka_unit_test(answers_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
