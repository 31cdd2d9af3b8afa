/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/stanza.h"

static struct arena arena;
static const struct jid ann = { "ann@example.org/phone", 3, 11, 5 };
static const struct jid bob = { "bob@example.org", 3, 11, 0 };

static int forget(void **unused)
{
	arena_free(&arena);
	return 0;
}

static int take(struct stanza **ret, struct str bytes)
{
	struct xml *x = xml_parse(&arena, bytes, STR("jabber:client"), true);

	assert_non_null(x);
	return stanza_from_xml(ret, x, ann, STR("example.org"), 1000, &arena);
}

static void test_head(void **unused)
{
	struct stanza *s;

	assert_int_equal(take(&s, STR("<message to='Bob@Example.org/x' from='eve@a' type='chat' id='1&amp;2' "
		"xml:lang='de'><body>a</body></message>")), 0);
	assert_int_equal(s->name, STANZA_MESSAGE);
	assert_int_equal(s->type, MESSAGE_CHAT);
	assert_true(str_is(jid_full(s->to), "bob@example.org/x"));
	assert_true(jid_eq(s->from, ann));
	assert_true(str_is(s->id, "1&2") && str_is(s->lang, "de") && !s->origin_id.p);
	assert_true(str_is(s->payload, "<body>a</body>"));
	assert_true(s->time == 1000 && s->stamp == 0);
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<presence/>")), 0);
	assert_true(s->name == STANZA_PRESENCE && s->type == PRESENCE_AVAILABLE && !s->to.p && !s->id.p &&
		s->payload.n == 0);
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<message type='shout'/>")), 0);
	assert_int_equal(s->type, MESSAGE_NORMAL);
	stanza_unref(s);
}

static void test_verdicts(void **unused)
{
	static const struct { const char *bytes; int verdict; bool made; } samples[] = {
		{ "<message to='a@b@c'/>", STANZA_ERROR_JID_MALFORMED, true },
		{ "<message to=''/>", STANZA_ERROR_JID_MALFORMED, true },
		{ "<presence type='available'/>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<presence type='probe'/>", 0, true },
		{ "<iq type='get' id='1'><q xmlns='u'/></iq>", 0, true },
		{ "<iq type='get'><q xmlns='u'/></iq>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<iq id='1'><q xmlns='u'/></iq>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<iq type='ask' id='1'><q xmlns='u'/></iq>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<iq type='get' id='1'/>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<iq type='set' id='1'><q xmlns='u'/><q xmlns='u'/></iq>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<iq type='set' id='1'> <q xmlns='u'/>\n</iq>", 0, true },
		{ "<iq type='result' id='1'/>", 0, true },
		{ "<iq type='result' id='1'><q xmlns='u'/></iq>", 0, true },
		{ "<iq type='result' id='1'><q xmlns='u'/><q xmlns='u'/></iq>", STANZA_ERROR_BAD_REQUEST, true },
		{ "<iq type='error' id='1'><q xmlns='u'/><error type='cancel'/></iq>", 0, true },
		{ "<mess/>", STANZA_ERROR_BAD_REQUEST, false },
		{ "<message xmlns='u'/>", STANZA_ERROR_BAD_REQUEST, false },
		{ "<stream:message/>", STANZA_ERROR_BAD_REQUEST, false },
	};

	for (size_t i = 0; i < countof(samples); i++) {
		struct stanza *s;
		int verdict = take(&s, str_z(samples[i].bytes));

		if (verdict != samples[i].verdict || (s != NULL) != samples[i].made)
			fail_msg("%s: %d", samples[i].bytes, verdict);
		if (verdict == STANZA_ERROR_JID_MALFORMED)
			assert_null(s->to.p);
		stanza_unref(s);
	}
}

/* Everything that only a server may say, 0, 1 and 2 times, alone and between other things. */
static void test_stripped(void **unused)
{
	static const char *const owned[] = {
		"<stanza-id xmlns='urn:xmpp:sid:0' by='example.org' id='1'/>",
		"<stanza-id xmlns='urn:xmpp:sid:0' by='ann@example.org' id='1'/>",
		"<stanza-id xmlns='urn:xmpp:sid:0' by='else.where' id='1'/>",
		"<p:stanza-id xmlns:p='urn:xmpp:sid:0' by='example.org' id='1'/>",
		"<stanza-id xmlns='urn:xmpp:sid&#58;0' by='example.org' id='1'/>",
		"<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='EXAMPLE.org' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='rooms.example.org' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='bob@example.org' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='@' stamp='2026-01-01T00:00:00Z'/>",
		"<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></received>",
		"<sent xmlns='urn:xmpp:carbons:2'/>",
		"<result xmlns='urn:xmpp:mam:2' queryid='1' id='2'/>",
		"<occupant-id xmlns='urn:xmpp:occupant-id:0' id='1'/>",
	};

	for (size_t i = 0; i < countof(owned); i++) {
		for (int copies = 0; copies < 3; copies++) {
			const char *one = copies > 0 ? owned[i] : "", *two = copies > 1 ? owned[i] : "";
			own_buf b = { 0 };
			struct stanza *s;

			buf_fmt(&b, "<message>%s<body  >a</body>%s<x xmlns='u'/></message>", one, two);
			assert_int_equal(take(&s, buf_all(&b)), 0);
			if (!str_is(s->payload, "<body  >a</body><x xmlns='u'/>"))
				fail_msg("%.*s", STR_ARG(s->payload));
			assert_int_equal(s->traits, STANZA_BODY);
			stanza_unref(s);
			buf_clear(&b);
			buf_fmt(&b, "<presence>%s%s</presence>", one, two);
			assert_int_equal(take(&s, buf_all(&b)), 0);
			assert_int_equal(s->payload.n, 0);
			stanza_unref(s);
		}
	}
}

static void test_left_alone(void **unused)
{
	static const char *const payloads[] = {
		"<origin-id xmlns='urn:xmpp:sid:0' id='1'/>",
		"<delay xmlns='urn:xmpp:delay' from='ann@example.org/phone' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='else.where' stamp='2026-01-01T00:00:00Z'/>",
		"<delay xmlns='urn:xmpp:delay' from='notexample.org' stamp='2026-01-01T00:00:00Z'/>",
		"<addresses xmlns='http://jabber.org/protocol/address'/>",
		"<x xmlns='http://jabber.org/protocol/muc#user'><invite to='a@b'/></x>",
		"<x xmlns='u'><stanza-id xmlns='urn:xmpp:sid:0' by='example.org' id='1'/></x>",
		"<stanza-id xmlns='urn:xmpp:sid:1'/>",
		"<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='x'/></forwarded>",
		"<body>\r\n&lt;<![CDATA[x]]></body  >",
	};
	struct stanza *s;

	for (size_t i = 0; i < countof(payloads); i++) {
		own_buf b = { 0 };

		buf_fmt(&b, "<message>%s</message>", payloads[i]);
		assert_int_equal(take(&s, buf_all(&b)), 0);
		if (!str_is(s->payload, payloads[i]))
			fail_msg("%.*s", STR_ARG(s->payload));
		stanza_unref(s);
	}
	/* What an IQ carries is between the two who talk. */
	assert_int_equal(take(&s, STR("<iq type='set' id='1'><result xmlns='urn:xmpp:mam:2'/></iq>")), 0);
	assert_true(str_is(s->payload, "<result xmlns='urn:xmpp:mam:2'/>"));
	stanza_unref(s);
}

static void test_made_complete(void **unused)
{
	own_buf body = { 0 };
	struct stanza *s;

	assert_int_equal(take(&s, STR("<message xmlns:c='jabber:client' xmlns:p='u'><c:body>a&amp;b</c:body><p:x/> "
		"<y/></message>")), 0);
	assert_true(str_is(s->payload, "<body>a&amp;b</body><x xmlns=\"u\"/> <y/>"));
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<message><body:body xmlns:body='jabber:client'>a&amp;b</body:body></message>")),
		0);
	assert_true(s->traits & STANZA_BODY);
	assert_true(stanza_body(s, &body));
	assert_true(str_is(buf_all(&body), "a&b"));
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<c:message xmlns:c='jabber:client' xmlns='u'><x/><c:body>b</c:body>"
		"</c:message>")), 0);
	assert_true(str_is(s->payload, "<x xmlns=\"u\"/><body>b</body>"));
	stanza_unref(s);
}

static void test_traits(void **unused)
{
	static const struct { const char *payload; unsigned traits; } samples[] = {
		{ "", 0 },
		{ "<body>a</body>", STANZA_BODY },
		{ "<body/>", 0 },
		{ "<body><![CDATA[]]></body>", 0 },
		{ "<body xmlns='u'>a</body>", 0 },
		{ "<subject>a</subject>", STANZA_SUBJECT },
		{ "<subject/><body>a</body>", STANZA_SUBJECT | STANZA_BODY },
		{ "<composing xmlns='http://jabber.org/protocol/chatstates'/>", STANZA_CHATSTATE_ONLY },
		{ "<thread>1</thread><paused xmlns='http://jabber.org/protocol/chatstates'/>", STANZA_CHATSTATE_ONLY },
		{ "<active xmlns='http://jabber.org/protocol/chatstates'/><body>a</body>", STANZA_BODY },
		{ "<gone xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/>",
			STANZA_CHATSTATE_ONLY | STANZA_NO_STORE },
		{ "<gone xmlns='http://jabber.org/protocol/chatstates'/><x xmlns='u'/>", 0 },
		{ "<no-permanent-store xmlns='urn:xmpp:hints'/>", STANZA_NO_STORE },
		{ "<no-copy xmlns='urn:xmpp:hints'/>", STANZA_NO_COPY },
		{ "<private xmlns='urn:xmpp:carbons:2'/>", STANZA_NO_COPY },
		{ "<store xmlns='urn:xmpp:hints'/>", STANZA_STORE },
		{ "<received xmlns='urn:xmpp:receipts' id='1'/>", STANZA_RECEIPT | STANZA_WORTH_KEEPING },
		{ "<request xmlns='urn:xmpp:receipts'/>", 0 },
		{ "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", STANZA_RECEIPT | STANZA_WORTH_KEEPING },
		{ "<markable xmlns='urn:xmpp:chat-markers:0'/>", 0 },
		{ "<encryption xmlns='urn:xmpp:eme:0'/>", STANZA_ENCRYPTED },
		{ "<encrypted xmlns='eu.siacs.conversations.axolotl'/>", STANZA_ENCRYPTED },
		{ "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>", STANZA_WORTH_KEEPING },
		{ "<replace xmlns='urn:xmpp:message-correct:0' id='1'/><body>b</body>",
			STANZA_WORTH_KEEPING | STANZA_BODY },
		{ "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>", STANZA_WORTH_KEEPING },
		{ "<apply-to xmlns='urn:xmpp:fasten:0' id='1'/>", STANZA_WORTH_KEEPING },
	};

	for (size_t i = 0; i < countof(samples); i++) {
		own_buf b = { 0 };
		struct stanza *s;

		buf_fmt(&b, "<message>%s</message>", samples[i].payload);
		assert_int_equal(take(&s, buf_all(&b)), 0);
		if (s->traits != samples[i].traits)
			fail_msg("%s: %x", samples[i].payload, s->traits);
		stanza_unref(s);
	}
}

/* Whatever the length of its name, a namespace that means nothing to us is compared with those that are as long. */
static void test_foreign_namespaces(void **unused)
{
	for (int n = 1; n < 48; n++) {
		own_buf b = { 0 };
		struct stanza *s;

		buf_fmt(&b, "<message><x xmlns='%0*d'/></message>", n, 0);
		assert_int_equal(take(&s, buf_all(&b)), 0);
		assert_int_equal(s->traits, 0);
		stanza_unref(s);
	}
}

static void test_origin_id(void **unused)
{
	struct stanza *s;

	assert_int_equal(take(&s, STR("<message><origin-id xmlns='urn:xmpp:sid:0' id='a&amp;b'/></message>")), 0);
	assert_true(str_is(s->origin_id, "a&b"));
	stanza_unref(s);
}

static void written(const struct stanza *s, struct jid to, struct str extra, const char *expected)
{
	own_buf b = { 0 };

	stanza_write(&b, s, to, extra);
	assert_string_equal(buf_z(&b), expected);
}

static void test_written(void **unused)
{
	struct stanza *s;

	assert_int_equal(take(&s, STR("<message type='chat' id='&lt;1' xml:lang='de' to='bob@example.org'><body>"
		"a</body></message>")), 0);
	written(s, s->to, STR_NONE, "<message from=\"ann@example.org/phone\" to=\"bob@example.org\" id=\"&lt;1\" "
		"type=\"chat\" xml:lang=\"de\">"
		"<body>a</body></message>");
	written(s, (struct jid){ 0 }, STR("<x/>"), "<message from=\"ann@example.org/phone\" id=\"&lt;1\" "
		"type=\"chat\" xml:lang=\"de\">"
		"<body>a</body><x/></message>");
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<presence/>")), 0);
	written(s, bob, STR_NONE, "<presence from=\"ann@example.org/phone\" to=\"bob@example.org\"/>");
	written(s, bob, STR("<x/>"), "<presence from=\"ann@example.org/phone\" to=\"bob@example.org\"><x/></presence>");
	stanza_unref(s);
}

static void test_errors(void **unused)
{
	struct stanza *s, *e;

	assert_int_equal(take(&s, STR("<iq type='get' id='1' to='bob@example.org'><q xmlns='u'/></iq>")), 0);
	e = stanza_error(s, STANZA_ERROR_ITEM_NOT_FOUND, STANZA_ERROR_USUAL, NULL);
	written(e, e->to, STR_NONE, "<iq from=\"bob@example.org\" to=\"ann@example.org/phone\" id=\"1\" "
		"type=\"error\"><error type=\"cancel\">"
		"<item-not-found xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></error></iq>");
	assert_null(stanza_error(e, STANZA_ERROR_ITEM_NOT_FOUND, STANZA_ERROR_USUAL, NULL));
	stanza_unref(e);
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<message/>")), 0);
	e = stanza_error(s, STANZA_ERROR_RESOURCE_CONSTRAINT, STANZA_ERROR_MODIFY, "a < b");
	written(e, e->to, STR_NONE, "<message from=\"ann@example.org\" to=\"ann@example.org/phone\" type=\"error\">"
		"<error type=\"modify\">"
		"<resource-constraint xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/>"
		"<text xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\" xml:lang=\"en\">a &lt; b</text></error>"
		"</message>");
	stanza_unref(e);
	stanza_unref(s);
	assert_int_equal(take(&s, STR("<iq type='result' id='1'/>")), 0);
	assert_null(stanza_error(s, STANZA_ERROR_CONFLICT, STANZA_ERROR_USUAL, NULL));
	stanza_unref(s);
	for (int c = 1; c < STANZA_ERROR_CONDITIONS; c++)
		assert_true(strlen(stanza_error_name((enum stanza_error_condition)c)) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_head, forget),
		cmocka_unit_test_teardown(test_verdicts, forget),
		cmocka_unit_test_teardown(test_stripped, forget),
		cmocka_unit_test_teardown(test_left_alone, forget),
		cmocka_unit_test_teardown(test_made_complete, forget),
		cmocka_unit_test_teardown(test_traits, forget),
		cmocka_unit_test_teardown(test_foreign_namespaces, forget),
		cmocka_unit_test_teardown(test_origin_id, forget),
		cmocka_unit_test_teardown(test_written, forget),
		cmocka_unit_test_teardown(test_errors, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
