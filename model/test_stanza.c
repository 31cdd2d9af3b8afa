/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/stanza.h"

static void test_copies_everything(void **unused)
{
	static const char from[] = "ann@example.org/phone", to[] = "bob@example.org";
	char payload[] = "<body>hello</body>";
	struct stanza *s = stanza_make(&(struct stanza_init){
		.name = STANZA_MESSAGE,
		.type = MESSAGE_CHAT,
		.traits = STANZA_BODY | STANZA_STORE,
		.stamp = 7,
		.time = 8,
		.from = { from, 3, 11, 5 },
		.to = { to, 3, 11, 0 },
		.id = STR("i"),
		.lang = STR(""),
		.payload = str_z(payload),
	});

	memset(payload, 'x', sizeof payload - 1);
	assert_true(str_is(jid_full(s->from), from) && s->from.p != from);
	assert_true(str_is(jid_full(s->to), to) && s->to.p != to);
	assert_true(str_is(s->id, "i"));
	assert_true(s->lang.p && s->lang.n == 0);
	assert_null(s->origin_id.p);
	assert_true(str_is(s->payload, "<body>hello</body>"));
	assert_int_equal(s->traits, STANZA_BODY | STANZA_STORE);
	assert_true(s->stamp == 7 && s->time == 8 && s->type == MESSAGE_CHAT);
	assert_true(s->cost >= sizeof *s + sizeof from + sizeof to + sizeof payload - 3);
	assert_ptr_equal(stanza_ref(s), s);
	assert_null(stanza_unref(s));
	assert_true(str_is(s->id, "i"));
	stanza_unref(s);
	assert_null(stanza_unref(NULL));
}

static void test_bare_stanza(void **unused)
{
	struct stanza *s = stanza_make(&(struct stanza_init){ .name = STANZA_PRESENCE, .type = PRESENCE_AVAILABLE });

	assert_null(s->from.p);
	assert_null(s->to.p);
	assert_true(s->payload.p && s->payload.n == 0);
	stanza_unref(s);
}

static void test_types(void **unused)
{
	enum stanza_type t;

	for (unsigned i = 0; i < STANZA_TYPES; i++) {
		enum stanza_name name = i < PRESENCE_AVAILABLE ? STANZA_MESSAGE : i < IQ_GET ? STANZA_PRESENCE :
			STANZA_IQ;

		assert_true(stanza_type_parse(&t, name, str_z(stanza_type_text((enum stanza_type)i))));
		assert_int_equal(t, i);
	}
	assert_true(stanza_type_parse(&t, STANZA_MESSAGE, STR("normal")) && t == MESSAGE_NORMAL);
	assert_false(stanza_type_parse(&t, STANZA_MESSAGE, STR("get")));
	assert_false(stanza_type_parse(&t, STANZA_MESSAGE, STR("")));
	assert_false(stanza_type_parse(&t, STANZA_PRESENCE, STR("available")));
	assert_false(stanza_type_parse(&t, STANZA_IQ, STR_NONE));
}

static void test_bodies(void **unused)
{
	static const struct { const char *payload, *body; } samples[] = {
		{ "<body>hello</body>", "hello" },
		{ "<body/>", "" },
		{ "<body></body>", "" },
		{ "<body />", "" },
		{ "", NULL },
		{ "<subject>a</subject>", NULL },
		{ "<x xmlns='u'><body>no</body></x>", NULL },
		{ "<x xmlns='u'><body>no</body></x><body>yes</body>", "yes" },
		{ "<body xmlns='u'>no</body><body>yes</body>", "yes" },
		{ "<body xmlns='jabber:client'>yes</body>", "yes" },
		{ "<body xmlns = \"jabber&#58;cl&#x69;ent\">yes</body>", "yes" },
		{ "<body xml:lang='de' xmlns='u'>no</body><body xml:lang='de'>ja</body>", "ja" },
		{ "<body a='xmlns=\"u\"'>yes</body>", "yes" },
		{ "<body a='>'>yes</body>", "yes" },
		{ "<body\n\ta = '>' >yes</body >", "yes" },
		{ "<bodyguard>no</bodyguard><body>yes</body>", "yes" },
		{ "<body>a &lt;&amp;&gt; &quot;&apos; b</body>", "a <&> \"' b" },
		{ "<body>&#65;&#x42;&#x1F600;&#xE4;&#x20AC;</body>", "AB\xF0\x9F\x98\x80\xC3\xA4\xE2\x82\xAC" },
		{ "<body>a<![CDATA[<b>&amp;]]]]>c</body>", "a<b>&amp;]]c" },
		{ "<body><![CDATA[]]></body>", "" },
		{ "<body>a\r\nb\rc&#13;d</body>", "a\nb\nc\rd" },
		{ "<body>a<b>c</b>d</body>", "ad" },
		{ "<body>one</body><body>two</body>", "one" },
		{ "text<body>one</body>", "one" },
		{ "<a b='<![CDATA['/><body>one</body>", "one" },
	};

	for (size_t i = 0; i < countof(samples); i++) {
		own_buf b = { 0 };
		struct stanza *s = stanza_make(&(struct stanza_init){ .payload = str_z(samples[i].payload) });
		bool found = stanza_body(s, &b);

		if (found != (samples[i].body != NULL) || (found && !str_is(buf_all(&b), samples[i].body)))
			fail_msg("%s: %d %.*s", samples[i].payload, found, STR_ARG(buf_all(&b)));
		stanza_unref(s);
	}
}

/* What is no XML finds no body, or some, but never reads what is not there (the sanitizer watches). */
static void test_body_of_rubbish(void **unused)
{
	static const char whole[] = "<a b='c'/><body xmlns='jabber:client' d=\"e\">x&amp;&#x41;<![CDATA[y]]><z/>"
		"</body>";

	for (size_t from = 0; from < sizeof whole; from++) {
		for (size_t to = from; to < sizeof whole; to++) {
			own_buf b = { 0 };
			struct stanza *s = stanza_make(&(struct stanza_init){ .payload = str_n(whole + from,
				to - from) });

			stanza_body(s, &b);
			assert_true(b.n <= to - from);
			stanza_unref(s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_everything),
		cmocka_unit_test(test_bare_stanza),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_body_of_rubbish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
