/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/component/test_component.c - XEP-0114 in dialogues: the handshake and what is wrong with one, stanzas both
 * ways, a program that goes away, comes twice, does not read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/service.h"
#include "doors/component/component.h"
#include "tests/dialogue.h"

#define HEADER COMPONENT_HEADER("irc.test")

#define ends_with(line, condition) ends_with_at(__LINE__, line, condition)
static void ends_with_at(int at, struct line *l, const char *condition)
{
	char element[200];

	snprintf(element, sizeof element, "<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text ", condition);
	hears_at(at, l, (const char *[]){ element, "</text></stream:error></stream:stream>", NULL });
	if (!talk_closed(l))
		fail_msg("line %d: the line is still open", at);
}

static const struct component_key keys[] = { { STR_INIT("irc.test"), STR_INIT("a secret") }, { STR_INIT("push.test"), STR_INIT("another one") } };

static struct talk *begin(unsigned cores)
{
	struct core_settings settings = talk_settings();
	struct talk *t;

	settings.components = keys;
	settings.components_n = countof(keys);
	settings.login_deadline_ms = 1000;
	t = talk_new_with(cores, NULL, &settings);
	components_begin(talk_core(t, 0));
	talk_account(t, "tom", "secret");
	talk_run(t);
	return t;
}

static struct line *connects(struct talk *t) { return component_connects(t, "irc.test", "a secret"); }

/* ---- the handshake ----------------------------------------------------------------------------------------------- */

static void the_handshake(void **state)
{
	struct talk *t = begin(1);
	struct line *l = talk_open(t, 0, &component_door, TALK_HERE);

	talk_say(l, HEADER);
	hears(l, "<?xml version='1.0'?><stream:stream ", "xmlns='jabber:component:accept' from='irc.test' id='");
	talk_free(t);
	t = begin(1);
	connects(t);
	talk_free(t);
}

static void headers_that_are_refused(void **state)
{
	static const struct {
		const char *said, *condition;
	} rows[] = {
		{ COMPONENT_HEADER("other.test"), "host-unknown" },
		{ COMPONENT_HEADER("anser.test"), "host-unknown" },
		{ COMPONENT_HEADER("@"), "host-unknown" },
		{ "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>", "host-unknown" },
		{ "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='irc.test'>", "invalid-namespace" },
		{ "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://example.org' to='irc.test'>", "invalid-namespace" },
		{ "<stream:flood xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='irc.test'>", "invalid-namespace" },
		{ "<stream:stream xmlns='jabber:component:accept' to='irc.test'>", "not-well-formed" },
		{ "GET / HTTP/1.1\r\n\r\n", "not-well-formed" },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]>", "restricted-xml" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct talk *t = begin(1);
		struct line *l = talk_open(t, 0, &component_door, TALK_HERE);

		talk_say(l, rows[i].said);
		ends_with(l, rows[i].condition);
		talk_free(t);
	}
}

static void who_is_not_let_in(void **state)
{
	struct talk *t = begin(1);
	struct line *l = talk_open(t, 0, &component_door, TALK_HERE);
	own_buf big = { 0 };

	talk_say(l, HEADER);
	shake(l, "another one"); /* that of another component */
	ends_with(l, "not-authorized");
	l = talk_open(t, 0, &component_door, TALK_HERE);
	talk_say(l, HEADER "<handshake/>");
	ends_with(l, "not-authorized");
	l = talk_open(t, 0, &component_door, TALK_HERE);
	talk_say(l, HEADER "<message from='a@irc.test' to='tom@anser.test'><body>x</body></message>");
	ends_with(l, "not-authorized");
	l = talk_open(t, 0, &component_door, TALK_HERE);
	buf_lit(&big, HEADER "<handshake>");
	for (unsigned i = 0; i < 20000; i++)
		buf_byte(&big, 'a');
	talk_say(l, buf_z(&big));
	ends_with(l, "policy-violation");
	l = talk_open(t, 0, &component_door, TALK_HERE);
	talk_ask(l, HEADER);
	talk_wait(t, 1100);
	ends_with(l, "connection-timeout");
	l = talk_open(t, 0, &component_door, TALK_HERE);
	talk_wait(t, 1100);
	ends_with(l, "connection-timeout");
	l = connects(t);
	talk_wait(t, 10000);
	assert_false(talk_closed(l));
	talk_free(t);
}

static void a_second_one(void **state)
{
	struct talk *t = begin(1);
	struct line *old = connects(t), *fresh = connects(t), *tom;

	ends_with(old, "conflict");
	tom = enters(t, 0, "tom", "a");
	talk_ask(tom, "<message to='x@irc.test'><body>to the new one</body></message>");
	hears(fresh, "to the new one");
	talk_free(t);
}

static void any_split(void **state)
{
	for (size_t cut = 1; cut < sizeof HEADER - 1; cut += 3) {
		struct talk *t = begin(1);
		struct line *l = talk_open(t, 0, &component_door, TALK_HERE);

		talk_say_n(l, HEADER, cut);
		hears_nothing(l);
		talk_say(l, &HEADER[cut]);
		shake(l, "a secret");
		hears(l, "<handshake/>");
		talk_say_n(l, "<iq type='get' id='1' from='irc.test' to='tom@anser.test/a'><q xmlns='q'/></iq>", 1 + cut % 70);
		hears_nothing(l);
		talk_say(l, &"<iq type='get' id='1' from='irc.test' to='tom@anser.test/a'><q xmlns='q'/></iq>"[1 + cut % 70]);
		hears(l, "<iq ", "type='error'");
		talk_free(t);
	}
}

/* ---- stanzas ----------------------------------------------------------------------------------------------------- */

static void both_ways(unsigned core, unsigned cores)
{
	struct talk *t = begin(cores);
	struct line *irc = connects(t), *tom = enters(t, core, "tom", "a");

	talk_ask(tom, "<presence/>");
	talk_say(tom, "<presence to='#chan@irc.test/tom'/>");
	hears(irc, "<presence from='tom@anser.test/a' to='#chan@irc.test/tom'/>");
	talk_say(irc, "<presence from='#chan@irc.test/tom' to='tom@anser.test/a'><x xmlns='http://jabber.org/protocol/muc#user'>"
		      "<item affiliation='none' role='participant'/><status code='110'/></x></presence>");
	hears(tom, "<presence from='#chan@irc.test/tom' to='tom@anser.test/a'><x xmlns='http://jabber.org/protocol/muc#user'>");
	talk_say(tom, "<message to='#chan@irc.test' type='groupchat' id='1'><body>hello &amp; good day</body></message>");
	hears(irc, "<message from='tom@anser.test/a' to='#chan@irc.test' id='1' type='groupchat'><body>hello &amp; good day</body></message>");
	talk_say(irc, "<message from='#chan@irc.test/tom' to='tom@anser.test/a' type='groupchat' id='1'><body>hello &amp; good day</body></message>");
	hears(tom, "type='groupchat'", "<body>hello &amp; good day</body></message>");
	talk_say(tom, "<iq to='irc.test' type='get' id='i'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	hears(irc, "<iq from='tom@anser.test/a' to='irc.test' id='i' type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	talk_say(irc, "<iq from='irc.test' to='tom@anser.test/a' type='result' id='i'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
	hears(tom, "<iq from='irc.test' to='tom@anser.test/a' id='i' type='result'>");
	talk_say(irc, "<message from='x@irc.test' to='tom@anser.test' type='chat'><body>kept</body></message>");
	hears(tom, "<body>kept</body>", "<stanza-id ");
	talk_cut(tom);
	hears(irc, "<presence from='tom@anser.test/a' to='#chan@irc.test/tom' ", "type='unavailable'");
	talk_free(t);
}

static void both_ways_here(void **state) { both_ways(0, 1); }
static void both_ways_across(void **state) { both_ways(1, 2); }

/* Libraries that write the namespace of the stream at every stanza mean what is in jabber:client elsewhere. */
static void namespaces(void **state)
{
	struct talk *t = begin(1);
	struct line *irc = connects(t), *tom = enters(t, 0, "tom", "a");

	talk_ask(tom, "<presence/>");
	talk_say(irc, "<message xmlns='jabber:component:accept' from='x@irc.test' to='tom@anser.test' type='chat'><body>one</body>"
		      "<x xmlns='other'><y/><body xmlns='jabber:component:accept'/></x></message>");
	hears(tom, "<body>one</body><x xmlns='other'><y/><body xmlns='jabber:client'/></x>");
	talk_say(irc, "<message from='x@irc.test' to='tom@anser.test' type='chat'><body>two</body><x xmlns='other'/></message>");
	hears(tom, "<body>two</body><x xmlns='other'/>");
	talk_free(t);
}

/* It may say of itself what is for servers to say, and nothing in our name. */
static void what_it_may_say(void **state)
{
	struct talk *t = begin(1);
	struct line *irc = connects(t), *tom = enters(t, 0, "tom", "a");

	talk_ask(tom, "<presence/>");
	talk_say(irc, "<message from='r@irc.test/n' to='tom@anser.test/a' type='groupchat'><body>x</body>"
		      "<stanza-id xmlns='urn:xmpp:sid:0' by='r@irc.test' id='good'/><stanza-id xmlns='urn:xmpp:sid:0' by='tom@anser.test' id='bad1'/>"
		      "<stanza-id xmlns='urn:xmpp:sid:0' id='bad2'/><delay xmlns='urn:xmpp:delay' from='irc.test' stamp='2001-01-01T00:00:00Z'/>"
		      "<delay xmlns='urn:xmpp:delay' from='anser.test' stamp='2002-01-01T00:00:00Z'/><delay xmlns='urn:xmpp:delay' stamp='2003-01-01T00:00:00Z'/>"
		      "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o'/><sent xmlns='urn:xmpp:carbons:2'/></message>");
	hears(tom, "<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='r@irc.test' id='good'/>"
		   "<delay xmlns='urn:xmpp:delay' from='irc.test' stamp='2001-01-01T00:00:00Z'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o'/></message>");
	talk_free(t);
}

static void addresses_that_are_refused(void **state)
{
	static const struct {
		const char *said, *condition;
	} rows[] = {
		{ "<message to='tom@anser.test'><body>x</body></message>", "invalid-from" },
		{ "<message from='ann@anser.test' to='tom@anser.test'><body>x</body></message>", "invalid-from" },
		{ "<message from='x@push.test' to='tom@anser.test'><body>x</body></message>", "invalid-from" },
		{ "<message from='x@sub.irc.test' to='tom@anser.test'><body>x</body></message>", "invalid-from" },
		{ "<message from='@' to='tom@anser.test'><body>x</body></message>", "invalid-from" },
		{ "<message from='x@irc.test'><body>x</body></message>", "improper-addressing" },
		{ "<what from='x@irc.test' to='tom@anser.test'/>", "unsupported-stanza-type" },
		{ "<!-- x -->", "restricted-xml" },
		{ "<a></b>", "not-well-formed" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct talk *t = begin(1);
		struct line *irc = connects(t);

		talk_say(irc, rows[i].said);
		ends_with(irc, rows[i].condition);
		talk_free(t);
	}
}

static void errors_come_back(void **state)
{
	struct talk *t = begin(2);
	struct line *irc = connects(t);

	talk_say(irc, "<message from='x@irc.test/r' to='nobody@anser.test' id='1' type='chat'><body>x</body></message>");
	hears(irc, "<message from='nobody@anser.test' to='x@irc.test/r' id='1' type='error'>", "<service-unavailable ");
	talk_say(irc, "<message from='x@irc.test/r' to='a@far.test' id='2' type='chat'><body>x</body></message>");
	hears(irc, "id='2' type='error'", "<remote-server-not-found ");
	talk_say(irc, "<iq from='irc.test' to='anser.test' id='3' type='get'><q xmlns='q'/></iq>");
	hears(irc, "<iq from='anser.test' to='irc.test' id='3' type='error'>", "<service-unavailable ");
	talk_say(irc, "<iq from='irc.test' to='tom@anser.test' id='4' type='get'><q xmlns='q'/></iq>");
	hears(irc, "id='4' type='error'");
	talk_say(irc, "<iq from='irc.test' to='tom@anser.test/a' type='get'><q xmlns='q'/></iq>");
	hears(irc, "<bad-request ");
	talk_say(irc, "<message from='x@irc.test/r' to='@' id='5'><body>x</body></message>");
	hears(irc, "id='5' type='error'", "<jid-malformed ");
	talk_say(irc, "<message from='x@irc.test/r' to='nobody@anser.test' id='6' type='error'/>");
	talk_say(irc, "<iq from='irc.test' to='tom@anser.test/a' id='7' type='result'/>");
	hears_nothing(irc);
	talk_free(t);
}

static void while_it_is_away(void **state)
{
	struct talk *t = begin(2);
	struct line *tom = enters(t, 1, "tom", "a"), *irc;

	talk_say(tom, "<message to='x@irc.test' id='1'><body>x</body></message>");
	hears(tom, "id='1' type='error'", "type='wait'", "<remote-server-timeout ");
	talk_say(tom, "<iq to='x@irc.test' id='2' type='get'><q xmlns='q'/></iq>");
	hears(tom, "id='2' type='error'", "<remote-server-timeout ");
	talk_say(tom, "<presence to='r@irc.test/n' id='3'/>");
	hears(tom, "id='3' type='error'", "<remote-server-timeout ");
	talk_say(tom, "<iq type='get' id='i' to='anser.test'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
	hears(tom, "<item jid='");
	irc = connects(t);
	talk_ask(tom, "<message to='x@irc.test' id='4'><body>x</body></message>");
	hears(irc, "id='4'");
	talk_cut(irc);
	talk_run(t);
	talk_say(tom, "<message to='x@irc.test' id='5'><body>x</body></message>");
	hears(tom, "id='5' type='error'", "<remote-server-timeout ");
	talk_say(tom, "<presence to='r@irc.test/n' type='unavailable' id='3'/>");
	hears_nothing(tom);
	talk_free(t);
}

/* It reads nothing: what waits for it has an end. */
static void a_component_that_does_not_read(void **state)
{
	struct talk *t = begin(1);
	struct line *irc = connects(t), *tom = enters(t, 0, "tom", "a");
	own_buf message = { 0 };
	unsigned sent = 0;

	talk_stall(irc, true);
	buf_lit(&message, "<message to='x@irc.test' type='groupchat'><body>");
	for (unsigned i = 0; i < 50000; i++)
		buf_byte(&message, 'a');
	buf_lit(&message, "</body></message>");
	while (!talk_closed(irc) && sent++ < 2000)
		assert_string_equal(talk_ask(tom, buf_z(&message)), "");
	assert_true(talk_closed(irc));
	assert_in_range(sent, 100, 1000);
	talk_say(tom, "<message to='x@irc.test' id='5'><body>x</body></message>");
	hears(tom, "id='5' type='error'", "<remote-server-timeout ");
	talk_free(t);
}

/* It sends faster than the disk takes: it is read more slowly, and nothing is lost or out of order. */
static void a_component_that_floods(void **state)
{
	enum { MANY = 3000 };
	struct talk *t = begin(1);
	struct line *irc = connects(t), *tom;
	own_buf all = { 0 };
	const char *heard;

	for (unsigned i = 0; i < MANY; i++)
		buf_fmt(&all, "<message from='x@irc.test' to='tom@anser.test' type='chat' id='m%u'><body>x</body></message>", i);
	talk_say(irc, buf_z(&all));
	talk_turn(t);
	assert_true(talk_paused(irc));
	talk_run(t);
	assert_false(talk_paused(irc));
	hears_nothing(irc);
	tom = enters(t, 0, "tom", "a");
	talk_say(tom, "<presence/>");
	heard = quoted(talk_hear(tom));
	for (unsigned i = 0; i < MANY; i++) {
		char id[30];

		snprintf(id, sizeof id, " id='m%u'", i);
		heard = strstr(heard, id);
		assert_non_null(heard);
	}
	talk_free(t);
}

/* Its connection breaks, or the server ends, while messages of it are on their way. */
static void gone_in_the_midst(void **state)
{
	struct talk *t = begin(1);
	struct line *irc = connects(t), *tom;

	talk_say(irc, "<message from='x@irc.test' to='tom@anser.test' type='chat' id='m'><body>x</body></message>");
	talk_turn(t);
	talk_cut(irc);
	talk_run(t);
	tom = enters(t, 0, "tom", "a");
	talk_say(tom, "<presence/>");
	hears(tom, "id='m'");
	irc = connects(t);
	for (unsigned i = 0; i < 1200; i++)
		talk_say(irc, "<message from='x@irc.test' to='tom@anser.test' type='chat' id='m'><body>x</body></message>");
	talk_turn(t);
	talk_free(t);
}

static void the_end(void **state)
{
	struct talk *t = begin(1);
	struct line *irc = connects(t);

	talk_say(irc, "</stream:stream>");
	hears(irc, "</stream:stream>");
	assert_true(talk_closed(irc));
	talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_handshake), cmocka_unit_test(headers_that_are_refused), cmocka_unit_test(who_is_not_let_in),
		cmocka_unit_test(a_second_one), cmocka_unit_test(any_split), cmocka_unit_test(both_ways_here), cmocka_unit_test(both_ways_across),
		cmocka_unit_test(namespaces), cmocka_unit_test(what_it_may_say), cmocka_unit_test(addresses_that_are_refused),
		cmocka_unit_test(errors_come_back), cmocka_unit_test(while_it_is_away), cmocka_unit_test(a_component_that_does_not_read),
		cmocka_unit_test(a_component_that_floods), cmocka_unit_test(gone_in_the_midst), cmocka_unit_test(the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
