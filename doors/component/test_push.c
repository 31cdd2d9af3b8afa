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

#include "core/push.h"
#include "core/service.h"
#include "doors/component/component.h"
#include "tests/dialogue.h"

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

static struct line *connects(struct talk *t) { return component_connects(t, "push.test", "a secret"); }

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

#define OWNER(fields) "<iq type='set' id='c' to='hall@rooms.anser.test'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" fields "</x></query></iq>"
#define STAND(affiliation) "<iq type='set' id='s' to='hall@rooms.anser.test'><query xmlns='http://jabber.org/protocol/muc#admin'>" \
			   "<item jid='tom@anser.test' affiliation='" affiliation "'/></query></iq>"
#define SECRET "<message to='hall@rooms.anser.test' type='groupchat'><body>unreadable</body><encryption xmlns='urn:xmpp:eme:0' namespace='x'/></message>"

/* Whom a room's word finds who belongs to it and has no session at all. */
static void says(struct talk *t, struct line *ann, struct line *push, const char *text, bool told)
{
	talk_ask(ann, text);
	talk_run(t);
	if (told)
		hears(push, "<publish node='n&lt;1&gt;'>", "<value>1</value>");
	else
		hears_nothing(push);
	talk_wait(t, 11000);
	hears_nothing(push);
}

static void named_and_away(unsigned cores, unsigned at)
{
	struct talk *t = begin(cores);
	struct line *push = connects(t), *tom = phone(t, at, "phone"), *ann = enters(t, 0, "ann", "a");

	talk_ask(ann, "<presence/><presence to='hall@rooms.anser.test/boss'><x xmlns='http://jabber.org/protocol/muc'/></presence>" OWNER(""));
	says(t, ann, push, SAY("tom?"), false); /* he looks, and does not belong here */
	talk_cut(tom);
	talk_run(t);
	says(t, ann, push, SAY("tom?"), false);
	talk_ask(ann, STAND("member"));
	says(t, ann, push, SAY("who knows about atoms?"), false);
	says(t, ann, push, SAY("Tom knows."), true);
	says(t, ann, push, SECRET, false);
	talk_ask(ann, "<iq type='set' id='n' to='hall@rooms.anser.test'><query xmlns='http://jabber.org/protocol/muc#admin'>"
		      "<item jid='tom@anser.test' affiliation='member' nick='Cañón'/></query></iq>");
	says(t, ann, push, SAY("canon, are you there?"), true);
	talk_ask(ann, OWNER("<field var='muc#roomconfig_membersonly'><value>1</value></field>"));
	says(t, ann, push, SECRET, true);
	/* Who is banned, or blocks the room, hears nothing of it. */
	talk_ask(ann, STAND("outcast"));
	says(t, ann, push, SAY("tom!"), false);
	tom = phone(t, at, "phone");
	talk_ask(tom, "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='hall@rooms.anser.test'/></block></iq>");
	talk_cut(tom);
	talk_ask(ann, STAND("member"));
	talk_wait(t, 11000);
	talk_hear(push);
	says(t, ann, push, SAY("tom!"), false);
	talk_free(t);
}

static void away_here(void **state) { named_and_away(1, 0); }
static void away_across(void **state) { named_and_away(2, 1); }

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

/* What a room says goes to sessions of this server: who has none is told so, and nobody sees him come and go. */
static void nobody_elsewhere_enters(void **state)
{
	struct talk *t = begin(2);
	struct line *push = connects(t), *ann = enters(t, 1, "ann", "a");

	talk_ask(ann, "<presence/><presence to='hall@rooms.anser.test/boss'><x xmlns='http://jabber.org/protocol/muc'/></presence>" OWNER(""));
	talk_hear(ann);
	talk_say(push, "<presence from='bot@push.test/x' to='hall@rooms.anser.test/bot'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
	hears(push, "type='error'", "<error by='hall@rooms.anser.test' type='cancel'><not-allowed ");
	hears_nothing(ann);
	talk_free(t);
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
		cmocka_unit_test(each_device_for_itself), cmocka_unit_test(named_here), cmocka_unit_test(named_across),
		cmocka_unit_test(away_here), cmocka_unit_test(away_across), cmocka_unit_test(contents),
		cmocka_unit_test(nobody_elsewhere_enters), cmocka_unit_test(asking_and_taking_back), cmocka_unit_test(what_is_refused),
		cmocka_unit_test(errors_here), cmocka_unit_test(errors_across), cmocka_unit_test(answers_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
