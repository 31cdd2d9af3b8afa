/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/test_stream.c - the XMPP engine in dialogues: streams, login, stanzas, resumption. Features have their
 * scenarios in tests/scenarios.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "core/session.h"
#include "tests/talk.h"
#include "wire/scram.h"

#define HEADER_TO(domain)                                                                                             \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " \
	"to='" domain "' version='1.0'>"
#define HEADER HEADER_TO("anser.test")
#define AUTH(mechanism, text) "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" mechanism "'>" text "</auth>"
#define AUTH_TOM AUTH("PLAIN", "AHRvbQBzZWNyZXQ=") /* tom, secret */
#define AUTH_ANN AUTH("PLAIN", "AGFubgBzZWNyZXQ=") /* ann, secret */
#define BIND(r)                                                                                                        \
	"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" r "</resource></bind></iq>"
#define MESSAGE(to, id, text) "<message to='" to "' type='chat' id='" id "'><body>" text "</body></message>"
#define R "<r xmlns='urn:xmpp:sm:3'/>"
#define A(h) "<a xmlns='urn:xmpp:sm:3' h='" h "'/>"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"

/* ---- saying what is expected ----------------------------------------------------------------------------------- */

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

/* Hears, and expects all of `...` (up to NULL) in this order. */
#define hears(line, ...) hears_at(__LINE__, line, (const char *[]){ __VA_ARGS__, NULL })
static void hears_at(int at, struct line *l, const char *const *what)
{
	const char *heard = talk_hear(l), *from = heard;

	for (; *what; what++) {
		const char *hit = strstr(from, *what);

		if (!hit)
			fail_msg("line %d: \"%s\" is not in (or not behind what comes before it in) \"%s\"", at, *what,
				 heard);
		from = hit + strlen(*what);
	}
}

#define hears_nothing(line) assert_string_equal(talk_hear(line), "")
#define hears_not(line, what) assert_null(strstr(talk_heard(line), what))

/* A stream error of this condition behind a stream header, then the end. */
#define ends_with(line, condition) ends_with_at(__LINE__, line, condition)
static void ends_with_at(int at, struct line *l, const char *condition)
{
	char element[200];

	snprintf(element, sizeof element, "<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text ",
		 condition);
	hears_at(at, l, (const char *[]){ element, "</text>", "</stream:error></stream:stream>", NULL });
	if (!talk_closed(l))
		fail_msg("line %d: the line is still open", at);
}

static struct talk *begin(unsigned cores, const char *store)
{
	struct talk *t = talk_new(cores, store);

	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	return t;
}

/* Logged in as tom or ann, nothing else. */
static struct line *log_in(struct talk *t, unsigned core, const char *name, const char *resource)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	char bind[200];

	snprintf(bind, sizeof bind, BIND("%s"), resource);
	talk_say(l, HEADER);
	talk_say(l, strcmp(name, "tom") ? AUTH_ANN : AUTH_TOM);
	talk_say(l, HEADER);
	talk_say(l, bind);
	hears(l, "<success", "<iq type='result' id=\"b\"", "<jid>");
	return l;
}

static struct line *online(struct talk *t, unsigned core, const char *name, const char *resource)
{
	struct line *l = log_in(t, core, name, resource);

	talk_ask(l, "<presence/>");
	return l;
}

/* ---- stream headers -------------------------------------------------------------------------------------------- */

static void headers_that_are_refused(void **state)
{
	static const struct {
		const char *sent, *condition;
	} cases[] = {
		{ "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
		  "improper-addressing" },
		{ HEADER_TO("other.test"), "host-unknown" },
		{ "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
		  "to='anser.test'>",
		  "unsupported-version" },
		{ "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
		  "to='anser.test' version='0.9'>",
		  "unsupported-version" },
		{ "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
		  "to='anser.test' version='1.0'>",
		  "invalid-namespace" },
		{ "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' version='1.0'>",
		  "invalid-namespace" },
		{ "<stream:stream xmlns='jabber:client' xmlns:stream='http://example.org/' to='anser.test' "
		  "version='1.0'>",
		  "invalid-namespace" },
		{ "<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams' to='anser.test' "
		  "version='1.0'>",
		  "bad-namespace-prefix" },
		{ "<stream:flood xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' "
		  "version='1.0'>",
		  "bad-format" },
		{ "<stream:stream xmlns='jabber:client' to='anser.test' version='1.0'>", "not-well-formed" },
		{ "GET / HTTP/1.1\r\n\r\n", "not-well-formed" },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]>", "restricted-xml" },
		{ "<!-- hello -->", "restricted-xml" },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct talk *t = talk_new(1, NULL);
		struct line *l = talk_open(t, 0, &xmpp_door, TALK_HERE);

		talk_say(l, cases[i].sent);
		assert_ptr_equal(strstr(talk_heard(l), "<?xml version='1.0'?><stream:stream "), talk_heard(l));
		assert_int_equal(count(talk_heard(l), "<stream:stream "), 1);
		ends_with(l, cases[i].condition);
		talk_free(t);
	}
}

static void header_is_answered(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = talk_open(t, 0, &xmpp_door, TALK_TLS);

	talk_say(l, "<stream:stream from='Tom@anser.test' to='ANSER.test' version='1.0' xml:lang='de' "
		    "xmlns='jabber:client' "
		    "xmlns:stream=\"http://etherx.jabber.org/streams\">\n");
	hears(l,
	      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
	      "xmlns:stream='http://etherx.jabber.org/streams' id='",
	      "from=\"anser.test\" to=\"tom@anser.test\" version='1.0' xml:lang='en'><stream:features>",
	      "<mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-1-PLUS</mechanism>"
	      "<mechanism>SCRAM-SHA-256</mechanism>"
	      "<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms>",
	      "<channel-binding type=\"tls-exporter\"/><channel-binding type=\"tls-server-end-point\"/>",
	      "</stream:features>");
	assert_string_equal(talk_ask(l, " \n\t "), "");
	assert_string_equal(talk_ask(l, "</stream:stream>"), "</stream:stream>");
	assert_true(talk_closed(l));
	talk_free(t);
}

/* ---- what may come when ---------------------------------------------------------------------------------------- */

/* How an element is met: the stream ends, it fails without ending it, or it is taken. */
enum met { ENDS = 'x', FAILS = 'f', TAKEN = 't', CLOSES = 'c' };

static const struct {
	const char *sent;
	const char met[6]; /* plain (away), secure, authenticated, bound, bound with XEP-0198 */
} table[] = {
	{ MESSAGE("ann@anser.test", "1", "hi"), "xxxtt" },
	{ "<presence/>", "xxxtt" },
	{ "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>", "xxxtt" },
	{ "<iq type='get' id='1' to='anser.test'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
	  "xxxtt" },
	{ "<iq type='get' id='1' to='anser.test'><query xmlns='jabber:iq:register'/></iq>", "xtxtt" },
	{ "<iq type='get' id='1' to='ann@anser.test/desk'><ping xmlns='urn:xmpp:ping'/></iq>", "xxxff" },
	{ BIND("sofa"), "xxtff" },
	{ "<iq type='set' id='1'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>", "xxxtt" },
	{ "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "ttxxx" },
	{ AUTH_TOM, "ftxxx" },
	{ AUTH("ANONYMOUS", ""), "ffxxx" },
	{ AUTH("SCRAM-SHA-256-PLUS", ""), "ffxxx" },
	{ AUTH("SCRAM-SHA-1", ""), "ftxxx" },
	{ "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "ffxxx" },
	{ "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "ffxxx" },
	{ ENABLE, "xxftf" },
	{ "<resume xmlns='urn:xmpp:sm:3' previd='0.00' h='0'/>", "xxfff" },
	{ R, "xxxxt" },
	{ A("0"), "xxxxt" },
	{ "<active xmlns='urn:xmpp:csi:0'/>", "xxxtt" },
	{ "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "xxxxx" },
	{ "<message xmlns='jabber:server' to='ann@anser.test'/>", "xxxxx" },
	{ "<auth xmlns='jabber:client' mechanism='PLAIN'/>", "xxxxx" },
	{ "<elephant/>", "xxxxx" },
	{ "<stream:error/>", "xxxxx" },
	{ "<stream:features/>", "xxxxx" },
	{ "text", "xxxxx" },
	{ "<unclosed></other>", "xxxxx" },
	{ "</stream:stream>", "ccccc" },
};

static struct line *in_state(struct talk *t, unsigned which)
{
	struct line *l = talk_open(t, 0, &xmpp_door, which ? TALK_HERE : TALK_AWAY);

	talk_say(l, HEADER);
	if (which >= 2)
		talk_say(l, AUTH_TOM HEADER);
	if (which >= 3)
		talk_say(l, BIND("sofa"));
	if (which >= 4)
		talk_say(l, ENABLE);
	talk_hear(l);
	return l;
}

static void every_state_and_element(void **state)
{
	struct talk *t = begin(1, NULL);

	for (size_t i = 0; i < countof(table); i++)
		for (unsigned which = 0; which < 5; which++) {
			struct line *l = in_state(t, which);
			const char *heard = talk_ask(l, table[i].sent);
			enum met met = TAKEN;

			if (strstr(heard, "<stream:error>"))
				met = ENDS;
			else if (strstr(heard, "<fail") || strstr(heard, "<error "))
				met = FAILS;
			else if (strstr(heard, "</stream:stream>"))
				met = CLOSES;
			if (met != (enum met)table[i].met[which] || talk_closed(l) != (met == ENDS || met == CLOSES))
				fail_msg("in state %u \"%s\" met with %c: \"%s\"", which, table[i].sent, met, heard);
			talk_ask(l, "</stream:stream>");
			talk_cut(l);
		}
	talk_free(t);
}

/* ---- TLS ------------------------------------------------------------------------------------------------------- */

static void starttls(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = talk_open(t, 0, &xmpp_door, TALK_AWAY);

	talk_say(l, HEADER);
	assert_null(strstr(talk_heard(l), "mechanism"));
	hears(l, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>");
	assert_string_equal(talk_ask(l, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
			    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
	assert_true(talk_secure(l));
	talk_say(l, HEADER);
	assert_null(strstr(talk_heard(l), "<starttls"));
	hears(l, "<stream:features>", "PLAIN");
	hears_nothing(l);
	assert_non_null(strstr(talk_ask(l, AUTH_TOM), "<success"));
	talk_free(t);
}

static void bytes_behind_starttls_are_not_taken(void **state)
{
	static const char *const behind[] = { "\n" HEADER, HEADER, AUTH_TOM, "<" };

	for (size_t i = 0; i < countof(behind); i++) {
		struct talk *t = begin(1, NULL);
		struct line *l = talk_open(t, 0, &xmpp_door, TALK_AWAY);

		talk_ask(l, HEADER);
		talk_say(l, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
		talk_say(l, behind[i]);
		hears_nothing(l);
		assert_true(talk_closed(l));
		assert_false(talk_secure(l));
		talk_free(t);
	}
}

static void a_line_ending_behind_starttls_is_dropped(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = talk_open(t, 0, &xmpp_door, TALK_AWAY);

	talk_ask(l, HEADER);
	assert_string_equal(talk_ask(l, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\n"),
			    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
	assert_true(talk_secure(l));
	talk_free(t);
}

static void no_login_without_tls(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = talk_open(t, 0, &xmpp_door, TALK_AWAY);

	talk_ask(l, HEADER);
	talk_say(l, AUTH_TOM);
	hears(l, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><encryption-required/><text xml:lang='en'>");
	talk_free(t);
}

/* ---- logging in ------------------------------------------------------------------------------------------------ */

static void sasl_write(struct line *l, const char *element, const char *mechanism, struct str message)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<%s xmlns='urn:ietf:params:xml:ns:xmpp-sasl'%s%s%s>", element, mechanism ? " mechanism='" : "",
		mechanism ? mechanism : "", mechanism ? "'" : "");
	base64_write(&b, message);
	buf_fmt(&b, "</%s>", element);
	talk_say_n(l, b.p, b.n);
}

/* What the server said in <element>…</element>, decoded; false when it said something else. */
static bool sasl_read(const char *heard, const char *element, struct buf *to)
{
	const char *open = strstr(heard, element), *begin, *end;

	if (!open)
		return false;
	begin = strchr(open, '>') + 1;
	end = strchr(begin, '<');
	return end && base64_read(to, str_n(begin, (size_t)(end - begin)));
}

struct scram_try {
	const char *mechanism, *name, *password;
	enum scram_flag flag;
	enum scram_binding binding;
	const char *data;
	const char *ends; /* "" for success, else the condition */
};

static void scram_try(struct line *l, const struct scram_try *s)
{
	static const uint8_t random[SCRAM_NONCE_BYTES] = "0123456789abcdef01";
	const struct sasl_mechanism *m = sasl_mechanism(str_z(s->mechanism));
	struct scram_client c = { 0 };
	own_buf out = { 0 }, in = { 0 };
	const char *heard;

	scram_client_first(&c, m->hash, str_z(s->name), random, s->flag, s->binding, str_z(s->data ? s->data : ""),
			   &out);
	sasl_write(l, "auth", s->mechanism, buf_all(&out));
	heard = talk_hear(l);
	if (sasl_read(heard, "<challenge", &in)) {
		assert_non_null(memmem(in.p, in.n, ",h=", 3));
		buf_clear(&out);
		assert_int_equal(scram_client_final(&c, buf_all(&in), str_z(s->password), NULL, &out), 0);
		sasl_write(l, "response", NULL, buf_all(&out));
		heard = talk_hear(l);
	}
	buf_clear(&in);
	if (!*s->ends) {
		if (!sasl_read(heard, "<success", &in))
			fail_msg("%s as %s: \"%s\"", s->mechanism, s->name, heard);
		assert_int_equal(scram_client_check(&c, buf_all(&in)), 0);
	} else if (!strstr(heard, s->ends)) {
		fail_msg("%s as %s: \"%s\" instead of %s", s->mechanism, s->name, heard, s->ends);
	}
	scram_client_free(&c);
}

static void scram(void **state)
{
	static const char exporter[] = "exported keying material....32 b",
			  certificate[] = "hash of the certificate.....32 b";
	static const struct scram_try tries[] = {
		{ "SCRAM-SHA-256", "tom", "secret", SCRAM_CANNOT_BIND, 0, NULL, "" },
		{ "SCRAM-SHA-1", "TOM", "secret", SCRAM_CANNOT_BIND, 0, NULL, "" },
		{ "SCRAM-SHA-256-PLUS", "tom", "secret", SCRAM_BIND, SCRAM_TLS_EXPORTER, exporter, "" },
		{ "SCRAM-SHA-1-PLUS", "tom", "secret", SCRAM_BIND, SCRAM_TLS_EXPORTER, exporter, "" },
		{ "SCRAM-SHA-256-PLUS", "tom", "secret", SCRAM_BIND, SCRAM_TLS_SERVER_END_POINT, certificate, "" },
		{ "SCRAM-SHA-256", "tom", "Secret", SCRAM_CANNOT_BIND, 0, NULL, "<not-authorized/>" },
		{ "SCRAM-SHA-256", "nobody", "secret", SCRAM_CANNOT_BIND, 0, NULL, "<not-authorized/>" },
		{ "SCRAM-SHA-256", "tom", "secret", SCRAM_NOT_OFFERED, 0, NULL, "<not-authorized/>" },
		{ "SCRAM-SHA-256-PLUS", "tom", "secret", SCRAM_BIND, SCRAM_TLS_EXPORTER, "of another connection",
		  "<not-authorized/>" },
		{ "SCRAM-SHA-256-PLUS", "tom", "secret", SCRAM_CANNOT_BIND, 0, NULL, "<malformed-request/>" },
	};

	for (size_t i = 0; i < countof(tries); i++) {
		struct talk *t = begin(1, NULL);
		struct line *l = talk_open(t, 0, &xmpp_door, TALK_TLS);

		talk_ask(l, HEADER);
		scram_try(l, &tries[i]);
		if (!*tries[i].ends)
			assert_non_null(strstr(talk_ask(l, HEADER BIND("sofa")), "tom@anser.test/sofa"));
		talk_free(t);
	}
}

static void failures_of_login(void **state)
{
	static const struct {
		const char *sent, *condition;
	} cases[] = {
		{ AUTH("PLAIN", "AHRvbQB3cm9uZw=="), "not-authorized" },     /* tom, wrong */
		{ AUTH("PLAIN", "AG5vYm9keQBzZWNyZXQ="), "not-authorized" }, /* nobody, secret */
		{ AUTH("PLAIN", "YW5uQGFuc2VyLnRlc3QAdG9tAHNlY3JldA=="),
		  "invalid-authzid" }, /* ann@anser.test, tom, secret */
		{ AUTH("PLAIN", "dG9tAHNlY3JldA=="), "malformed-request" },
		{ AUTH("PLAIN", "*"), "incorrect-encoding" },
		{ AUTH("PLAIN", "="), "malformed-request" },
		{ AUTH("DIGEST-MD5", ""), "invalid-mechanism" },
		{ "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "invalid-mechanism" },
		{ AUTH("SCRAM-SHA-1", "") AUTH_TOM, "malformed-request" },
		{ AUTH("SCRAM-SHA-1", "") "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "aborted" },
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct talk *t = begin(1, NULL);
		struct line *l = talk_open(t, 0, &xmpp_door, TALK_HERE);
		char element[200];

		talk_ask(l, HEADER);
		talk_say(l, cases[i].sent);
		snprintf(element, sizeof element,
			 "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><%s/><text xml:lang='en'>",
			 cases[i].condition);
		hears(l, element);
		assert_false(talk_closed(l));
		assert_non_null(
			strstr(talk_ask(l, AUTH("PLAIN", "") "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
							     "AHRvbQBzZWNyZXQ=</response>"),
			       "<success"));
		talk_free(t);
	}
}

static void five_failures_are_enough(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = talk_open(t, 0, &xmpp_door, TALK_HERE);

	talk_ask(l, HEADER);
	for (unsigned i = 0; i < 4; i++)
		assert_non_null(strstr(talk_ask(l, AUTH("PLAIN", "AHRvbQB3cm9uZw==")), "<not-authorized/>"));
	assert_false(talk_closed(l));
	talk_say(l, AUTH("PLAIN", "AHRvbQB3cm9uZw=="));
	ends_with(l, "policy-violation");
	talk_free(t);
}

static void login_must_not_take_long(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *idle = talk_open(t, 0, &xmpp_door, TALK_HERE), *there = log_in(t, 0, "tom", "sofa");

	talk_ask(idle, HEADER);
	talk_wait(t, 29 * 1000);
	assert_false(talk_closed(idle));
	talk_wait(t, 2 * 1000);
	ends_with(idle, "connection-timeout");
	assert_false(talk_closed(there));
	talk_free(t);
}

static void big_stanzas(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = talk_open(t, 0, &xmpp_door, TALK_HERE), *tom = online(t, 0, "tom", "sofa");
	own_buf big = { 0 };

	while (big.n < 10001)
		buf_lit(&big, "aaaaaaaaaaaaaaaa");
	talk_ask(l, HEADER);
	talk_say(l, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
	talk_say_n(l, big.p, big.n);
	ends_with(l, "policy-violation");
	while (big.n < 250 * 1024)
		buf_lit(&big, "aaaaaaaaaaaaaaaa");
	talk_say(tom, "<message to='tom@anser.test' id='big'><body>");
	talk_say_n(tom, big.p, big.n);
	talk_say(tom, "</body></message>");
	hears(tom, "id=\"big\"", "aaaa</body>");
	while (big.n < 260 * 1024)
		buf_lit(&big, "aaaaaaaaaaaaaaaa");
	talk_say(tom, "<message to='tom@anser.test' id='big'><body>");
	talk_say_n(tom, big.p, big.n);
	ends_with(tom, "policy-violation");
	talk_free(t);
}

/* ---- binding --------------------------------------------------------------------------------------------------- */

static void binding(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *a = talk_open(t, 0, &xmpp_door, TALK_HERE), *b = talk_open(t, 0, &xmpp_door, TALK_HERE);
	struct line *c = talk_open(t, 0, &xmpp_door, TALK_HERE);

	talk_ask(a, HEADER AUTH_TOM HEADER);
	talk_say(a, "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
	hears(a, "<iq type='result' id=\"1\" to=\"tom@anser.test/", "<jid>tom@anser.test/", "</jid></bind></iq>");
	talk_ask(b, HEADER AUTH_TOM HEADER BIND("sofa"));
	talk_say(c, HEADER AUTH_TOM HEADER BIND("sofa"));
	hears(c, "<jid>tom@anser.test/sofa</jid>");
	ends_with(b, "conflict");
	assert_false(talk_closed(a));
	talk_say(c, BIND("bed"));
	hears(c, "id=\"b\" type=\"error\"", "<service-unavailable");
	talk_free(t);
}

static void too_many_sessions(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	struct line *l;

	settings.sessions_max = 1;
	t = talk_new_with(1, NULL, &settings);
	talk_account(t, "tom", "secret");
	log_in(t, 0, "tom", "one");
	l = talk_open(t, 0, &xmpp_door, TALK_HERE);
	talk_say(l, HEADER AUTH_TOM HEADER BIND("two"));
	hears(l, "<iq type='error' id=\"b\"", "<error type=\"wait\"><resource-constraint");
	assert_false(talk_closed(l));
	talk_free(t);
}

/* ---- stanzas --------------------------------------------------------------------------------------------------- */

static void iq_errors(void **state)
{
	static const struct {
		const char *sent, *condition;
	} cases[] = {
		{ "<iq type='get' id='1'><query xmlns='no:such:thing'/></iq>", "service-unavailable" },
		{ "<iq type='set' id='1' to='anser.test'><query xmlns='no:such:thing'/></iq>", "service-unavailable" },
		{ "<iq type='get' id='1' to='ann@anser.test'><query xmlns='no:such:thing'/></iq>",
		  "service-unavailable" },
		{ "<iq type='get' id='1' to='nobody@anser.test'><query xmlns='no:such:thing'/></iq>",
		  "service-unavailable" },
		{ "<iq type='get' id='1' to='ann@anser.test/nowhere'><ping xmlns='urn:xmpp:ping'/></iq>",
		  "service-unavailable" },
		{ "<iq type='get' id='1' to='anser.test/x'><ping xmlns='urn:xmpp:ping'/></iq>", "service-unavailable" },
		{ "<iq type='get' id='1' to='other.test'><ping xmlns='urn:xmpp:ping'/></iq>",
		  "remote-server-not-found" },
		{ "<iq type='get' id='1' to='@'><ping xmlns='urn:xmpp:ping'/></iq>", "jid-malformed" },
		{ "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request" },
		{ "<iq id='1'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request" },
		{ "<iq type='want' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request" },
		{ "<iq type='get' id='1'/>", "bad-request" },
		{ "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/><ping xmlns='urn:xmpp:ping'/></iq>",
		  "bad-request" },
		{ "<message to='@'><body>hi</body></message>", "jid-malformed" },
		{ "<message to='nobody@anser.test' id='1'><body>hi</body></message>", "service-unavailable" },
		{ "<message to='ann@other.test' id='1'><body>hi</body></message>", "remote-server-not-found" },
		{ "<presence type='subscribe'/>", "bad-request" },
		{ "<presence type='waving'/>", "bad-request" },
		{ "<presence><priority>200</priority></presence>", "bad-request" },
		{ "<presence><priority/></presence>", "bad-request" },
	};
	struct talk *t = begin(1, NULL);
	struct line *l = log_in(t, 0, "tom", "sofa");

	for (size_t i = 0; i < countof(cases); i++) {
		char element[200];

		talk_say(l, cases[i].sent);
		snprintf(element, sizeof element, "<%s xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/><text ",
			 cases[i].condition);
		hears(l, "<error type=", element, "</text></error>");
	}
	/* Never answered: answers, and errors. */
	talk_say(l, "<iq type='result' id='1'/><iq type='error' id='2' to='anser.test'/>"
		    "<iq type='result' id='3' to='ann@anser.test/x'/>"
		    "<message type='error' to='nobody@anser.test'><error/></message>"
		    "<presence type='probe' to='ann@anser.test'/>");
	hears_nothing(l);
	assert_false(talk_closed(l));
	talk_free(t);
}

static void from_must_be_true(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *l = online(t, 0, "tom", "sofa");

	talk_say(l, "<message from='tom@anser.test' to='tom@anser.test' id='1'><body>a</body></message>"
		    "<message from='Tom@anser.test/sofa' to='tom@anser.test' id='2'><body>b</body></message>");
	hears(l, "from=\"tom@anser.test/sofa\"", "id=\"1\"", "from=\"tom@anser.test/sofa\"", "id=\"2\"");
	talk_say(l, "<message from='ann@anser.test' to='tom@anser.test'><body>a</body></message>");
	ends_with(l, "invalid-from");
	talk_free(t);
}

static void messages_arrive(void **state)
{
	for (unsigned core = 0; core < 2; core++) {
		struct talk *t = begin(2, NULL);
		struct line *tom = online(t, 0, "tom", "sofa"), *ann = online(t, core, "ann", "desk");

		talk_say(tom,
			 "<message to='ann@anser.test' type='chat' id='&lt;1>' xml:lang='en'><body>a &amp; b</body>"
			 "<stanza-id xmlns='urn:xmpp:sid:0' by='ann@anser.test' id='forged'/></message>");
		hears_nothing(tom);
		assert_null(strstr(talk_heard(ann), "forged"));
		hears(ann,
		      "<message from=\"tom@anser.test/sofa\" to=\"ann@anser.test\" id=\"&lt;1&gt;\" type=\"chat\" "
		      "xml:lang=\"en\">"
		      "<body>a &amp; b</body><stanza-id xmlns='urn:xmpp:sid:0' by=\"ann@anser.test\" id='",
		      "'/></message>");
		talk_say(tom, "<iq type='get' id='p' to='ann@anser.test/desk'><ping xmlns='urn:xmpp:ping'/></iq>");
		hears(ann, "<iq from=\"tom@anser.test/sofa\" to=\"ann@anser.test/desk\" id=\"p\" type=\"get\">"
			   "<ping xmlns='urn:xmpp:ping'/></iq>");
		talk_say(ann, "<iq type='result' id='p' to='tom@anser.test/sofa'/>");
		hears(tom, "<iq from=\"ann@anser.test/desk\" to=\"tom@anser.test/sofa\" id=\"p\" type=\"result\"/>");
		talk_free(t);
	}
}

static void messages_wait(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *ann;

	talk_say(tom, MESSAGE("ann@anser.test", "1", "one") MESSAGE("ann@anser.test", "2", "two"));
	hears_nothing(tom);
	talk_wait(t, 1000);
	ann = log_in(t, 0, "ann", "desk");
	talk_say(ann, "<presence/>");
	hears(ann, "<body>one</body>", "<delay xmlns='urn:xmpp:delay' from=\"anser.test\" stamp='2026-11-21T09:28:00",
	      "Z'/></message>", "<body>two</body>");
	talk_ask(ann, "</stream:stream>");
	ann = log_in(t, 0, "ann", "desk");
	talk_say(ann, "<presence/>");
	assert_null(strstr(talk_heard(ann), "<message"));
	talk_free(t);
}

/* A directed presence must not overtake messages that are being written to a slow disk. */
static void nothing_overtakes(void **state)
{
	struct talk *t = begin(1, "memory:?delay=100");
	struct line *tom, *ann;

	talk_wait(t, 1000);
	tom = talk_open(t, 0, &xmpp_door, TALK_HERE);
	ann = talk_open(t, 0, &xmpp_door, TALK_HERE);
	talk_say(tom, HEADER AUTH_TOM HEADER BIND("sofa") "<presence/>");
	talk_say(ann, HEADER AUTH_ANN HEADER BIND("desk") "<presence/>");
	talk_wait(t, 1000);
	talk_hear(tom);
	talk_hear(ann);
	talk_say(tom, MESSAGE("ann@anser.test", "1", "one") MESSAGE("ann@anser.test", "2", "two"));
	talk_say(tom, "<presence to='ann@anser.test/desk'/>");
	talk_say(tom, MESSAGE("ann@anser.test", "3", "three"));
	talk_say(tom, "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
	talk_say(tom, MESSAGE("nobody@anser.test", "4", "four") "</stream:stream>");
	hears_nothing(ann);
	hears_nothing(tom);
	assert_true(talk_paused(tom));
	talk_wait(t, 2000);
	hears(ann, "<body>one</body>", "<body>two</body>", "<presence from=\"tom@anser.test/sofa\"",
	      "<body>three</body>");
	hears(tom, "id=\"p\"", "id=\"4\" type=\"error\"", "</stream:stream>");
	talk_free(t);
}

static void who_sends_too_much_waits(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	struct line *tom;

	settings.rate_bytes = 100;
	t = talk_new_with(1, NULL, &settings);
	talk_account(t, "tom", "secret");
	tom = online(t, 0, "tom", "sofa"); /* some 600 bytes of the 1000 that may come at once */
	assert_false(talk_paused(tom));
	for (unsigned i = 0; i < 10; i++)
		talk_say(tom, MESSAGE("tom@anser.test", "1",
				      "............................................................"));
	assert_int_equal(count(talk_hear(tom), "<body>"), 10);
	assert_true(talk_paused(tom));
	talk_say(tom, MESSAGE("tom@anser.test", "2", "x"));
	hears_nothing(tom);
	talk_wait(t, 30 * 1000);
	assert_false(talk_paused(tom));
	hears(tom, "id=\"2\"");
	talk_free(t);
}

static void carbons(void **state)
{
	struct talk *t = begin(2, NULL);
	struct line *sofa = online(t, 0, "tom", "sofa"), *phone = online(t, 1, "tom", "phone"),
		    *ann = online(t, 0, "ann", "desk");

	talk_say(phone, "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
	hears(phone, "<iq type='result' id=\"c\"");
	talk_hear(sofa);
	talk_say(ann, MESSAGE("tom@anser.test/sofa", "1", "in"));
	hears(sofa, "<body>in</body>");
	hears(phone,
	      "<message from=\"tom@anser.test\" to=\"tom@anser.test/phone\" type=\"chat\"><received "
	      "xmlns='urn:xmpp:carbons:2'>"
	      "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from=\"ann@anser.test/desk\" "
	      "to=\"tom@anser.test/sofa\" id=\"1\" type=\"chat\"><body>in</body><stanza-id ",
	      "</message></forwarded></received></message>");
	talk_say(sofa, MESSAGE("ann@anser.test", "2", "out"));
	hears(phone,
	      "<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' "
	      "from=\"tom@anser.test/sofa\" to=\"ann@anser.test\" id=\"2\" type=\"chat\"><body>out</body>");
	hears_nothing(sofa);
	talk_say(phone, "<iq type='set' id='d'><disable xmlns='urn:xmpp:carbons:2'/></iq>");
	hears(phone, "<iq type='result' id=\"d\"");
	talk_ask(sofa, MESSAGE("ann@anser.test", "3", "out"));
	hears_nothing(phone);
	talk_free(t);
}

static void inactive_clients_are_left_alone(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *phone = online(t, 0, "tom", "phone"),
		    *ann = online(t, 0, "ann", "desk");

	talk_ask(phone, "<inactive xmlns='urn:xmpp:csi:0'/>");
	talk_ask(tom, "<presence><status>one</status></presence>");
	talk_ask(tom, "<presence><status>two</status></presence>");
	talk_ask(ann, "<message type='chat' to='tom@anser.test'><composing "
		      "xmlns='http://jabber.org/protocol/chatstates'/></message>");
	hears_nothing(phone);
	talk_say(phone, "<active xmlns='urn:xmpp:csi:0'/>");
	assert_null(strstr(talk_heard(phone), "one"));
	hears(phone, "<status>two</status>", "<composing");
	talk_ask(phone, "<inactive xmlns='urn:xmpp:csi:0'/>");
	talk_ask(tom, "<presence><status>three</status></presence>");
	hears_nothing(phone);
	talk_ask(ann, MESSAGE("tom@anser.test", "1", "wake up"));
	hears(phone, "<status>three</status>", "wake up");
	talk_free(t);
}

/* ---- XEP-0198 -------------------------------------------------------------------------------------------------- */

/* The id in <enabled/>. */
static void resumable(struct line *l, char id[static 100])
{
	const char *heard = talk_ask(l, ENABLE), *at = strstr(heard, " id='");

	assert_non_null(at);
	assert_non_null(strstr(heard, "<enabled xmlns='urn:xmpp:sm:3' resume='true'"));
	assert_non_null(strstr(heard, "max='600'"));
	snprintf(id, 100, "%.*s", (int)strcspn(at + 5, "'"), at + 5);
}

static struct line *resume(struct talk *t, unsigned core, const char *auth, const char *id, unsigned h)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	char text[200];

	talk_say(l, HEADER);
	talk_say(l, auth);
	talk_ask(l, HEADER);
	snprintf(text, sizeof text, "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='%u'/>", id, h);
	talk_say(l, text);
	return l;
}

static void both_sides_count(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *ann = online(t, 0, "ann", "desk");
	char id[100];

	resumable(tom, id);
	assert_string_equal(talk_ask(tom, R), "<a xmlns='urn:xmpp:sm:3' h='0'/>");
	talk_say(tom, MESSAGE("ann@anser.test", "1",
			      "hi") "<presence/><iq type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>"
				    "<iq type='get' id='3' to='ann@anser.test/x'><ping xmlns='urn:xmpp:ping'/></iq>"
				    "<message to='@'/>" R);
	hears(tom, "id=\"2\"", "id=\"3\"", "jid-malformed", "<a xmlns='urn:xmpp:sm:3' h='5'/>");
	/* Presence comes back as well: 4 stanzas, none with a ticket, so that nothing is asked. */
	talk_say(ann, MESSAGE("tom@anser.test", "4", "ho"));
	hears(tom, "<body>ho</body>", R);
	talk_say(tom, A("5") A("6"));
	ends_with(tom, "undefined-condition");
	talk_free(t);
}

static void count_too_high_is_explained(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *tom = log_in(t, 0, "tom", "sofa");

	talk_ask(tom, ENABLE);
	talk_say(tom, A("7"));
	hears(tom, "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
	      "<handled-count-too-high xmlns='urn:xmpp:sm:3' h='7' send-count='0'/></stream:error>");
	talk_free(t);
}

/* <r/> overtakes the disk, its answer does not. */
static void acknowledged_when_on_disk(void **state)
{
	struct talk *t = begin(1, "memory:?delay=100");
	struct line *tom;

	talk_wait(t, 1000);
	tom = talk_open(t, 0, &xmpp_door, TALK_HERE);
	talk_say(tom, HEADER AUTH_TOM HEADER BIND("sofa") ENABLE);
	talk_wait(t, 1000);
	hears(tom, "<enabled");
	talk_say(tom, MESSAGE("ann@anser.test", "1", "one") R MESSAGE("ann@anser.test", "2", "two") R);
	hears_nothing(tom);
	talk_wait(t, 1000);
	hears(tom, "<a xmlns='urn:xmpp:sm:3' h='2'/>");
	talk_free(t);
}

static void resumed(unsigned core, bool cut)
{
	struct talk *t = begin(2, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *ann = online(t, 0, "ann", "desk"), *again;
	char id[100];

	resumable(tom, id);
	talk_ask(tom, "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
	if (cut)
		talk_cut(tom);
	talk_ask(ann, MESSAGE("tom@anser.test", "2", "two") MESSAGE("tom@anser.test/sofa", "3", "three")
		      "<presence to='tom@anser.test/sofa'/>");
	hears_nothing(ann); /* and no unavailable presence, no error */
	again = resume(t, core, AUTH_TOM, id, 1);
	hears(again, "<resumed xmlns='urn:xmpp:sm:3' previd='", "h='1'/><message ", "<body>two</body>",
	      "<body>three</body>", "<presence from=\"ann@anser.test/desk\"", R);
	if (!cut)
		ends_with(tom, "conflict");
	talk_say(again, A("4") "<iq type='get' id='5'><ping xmlns='urn:xmpp:ping'/></iq>" R);
	hears(again, "<iq type='result' id=\"5\" to=\"tom@anser.test/sofa\"", "<a xmlns='urn:xmpp:sm:3' h='2'/>");
	talk_ask(again, MESSAGE("ann@anser.test", "6", "six"));
	hears(ann, "from=\"tom@anser.test/sofa\"", "<body>six</body>");
	talk_say(ann, MESSAGE("tom@anser.test", "7", "seven"));
	hears(again, "<body>seven</body>", R);
	/* Cut once more, and back on the other core. */
	talk_cut(again);
	again = resume(t, 1 - core, AUTH_TOM, id, 5);
	hears(again, "<resumed ", "h='3'/><message", "<body>seven</body>", R);
	assert_string_equal(talk_ask(again, A("6") "</stream:stream>"), "</stream:stream>");
	assert_true(talk_closed(again));
	/* All was acknowledged: nothing comes twice. */
	tom = log_in(t, 0, "tom", "sofa");
	talk_say(tom, "<presence/>");
	assert_null(strstr(talk_heard(tom), "<message"));
	talk_free(t);
}

static void resumption(void **state)
{
	for (unsigned core = 0; core < 2; core++) {
		resumed(core, true);
		resumed(core, false);
	}
}

static void resumption_that_fails(void **state)
{
	struct talk *t = begin(2, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *l;
	char id[100];

	resumable(tom, id);
	talk_cut(tom);
	for (unsigned core = 0; core < 2; core++) {
		l = resume(t, core, AUTH_ANN, id, 0); /* somebody else's */
		hears(l, "<failed xmlns='urn:xmpp:sm:3'><item-not-found "
			 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
		talk_say(l, BIND("den"));
		talk_wait(t, 1000); /* the other core is asked to free the address */
		hears(l, "<jid>ann@anser.test/den</jid>");
		l = resume(t, core, AUTH_TOM, "0.00", 0);
		hears(l, "<item-not-found");
		l = resume(t, core, AUTH_TOM, "9.00", 0);
		hears(l, "<item-not-found");
	}
	l = resume(t, 1, AUTH_TOM, id, 1000); /* says that it got more than there was */
	hears(l, "<handled-count-too-high ");
	assert_true(talk_closed(l));
	l = resume(t, 1, AUTH_TOM, id, 0); /* which has ended it */
	hears(l, "<item-not-found");
	talk_free(t);
}

static void a_session_waits_ten_minutes(void **state)
{
	struct talk *t = begin(2, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *sees = online(t, 0, "tom", "bed"),
		    *ann = online(t, 0, "ann", "desk");
	char id[100];

	talk_ask(sees, "<presence><priority>-1</priority></presence>");
	resumable(tom, id);
	talk_ask(tom, "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
	talk_cut(tom);
	talk_ask(ann, MESSAGE("tom@anser.test", "1", "one"));
	talk_hear(sees);
	talk_wait(t, 599 * 1000);
	hears_nothing(sees);
	talk_wait(t, 2 * 1000);
	hears(sees, "<presence from=\"tom@anser.test/sofa\"", "type=\"unavailable\"");
	hears_not(sees, "<message");
	for (unsigned core = 0; core < 2; core++)
		hears(resume(t, core, AUTH_TOM, id, 0), "<failed xmlns='urn:xmpp:sm:3' h='1'><item-not-found");
	/* Up to where something went wrong that it has not heard of. */
	tom = log_in(t, 0, "tom", "sofa");
	resumable(tom, id);
	talk_stall(tom, true);
	talk_ask(tom, MESSAGE("ann@anser.test", "2", "two") MESSAGE("nobody@anser.test", "3", "three")
			      MESSAGE("ann@anser.test", "4", "four"));
	talk_cut(tom);
	talk_wait(t, 601 * 1000);
	hears(resume(t, 0, AUTH_TOM, id, 0), "<failed xmlns='urn:xmpp:sm:3' h='1'><item-not-found");
	/* What the first was never told waits for the next one. */
	talk_say(sees, "<presence/>");
	hears(sees, "<body>one</body>", "<delay ");
	talk_free(t);
}

/* Acknowledged means on disk: the client that comes back while its message is still on the way there must not send it
 * again. */
static void resumption_waits_for_the_disk(void **state)
{
	struct talk *t = begin(1, "memory:?delay=100");
	struct line *tom, *again, *ann;
	const char *at;
	char id[100];

	talk_wait(t, 1000);
	tom = talk_open(t, 0, &xmpp_door, TALK_HERE);
	talk_say(tom, HEADER AUTH_TOM HEADER BIND("sofa") ENABLE);
	talk_wait(t, 1000);
	at = strstr(talk_hear(tom), "<enabled");
	assert_non_null(at);
	at = strstr(at, " id='") + 5;
	snprintf(id, sizeof id, "%.*s", (int)strcspn(at, "'"), at);
	again = talk_open(t, 0, &xmpp_door, TALK_HERE);
	ann = talk_open(t, 0, &xmpp_door, TALK_HERE);
	talk_say(again, HEADER AUTH_TOM HEADER);
	talk_say(ann, HEADER AUTH_ANN HEADER BIND("desk"));
	talk_wait(t, 1000);
	talk_hear(again);
	talk_say(tom, MESSAGE("ann@anser.test", "1", "one"));
	talk_run(t);
	talk_cut(tom);
	talk_say(again, "<resume xmlns='urn:xmpp:sm:3' h='0' previd='");
	talk_say(again, id);
	talk_say(again, "'/>");
	hears_nothing(again);
	talk_ask(ann, "<presence to='tom@anser.test/sofa'/>");
	hears_nothing(again);
	talk_wait(t, 1000);
	assert_int_equal(count(talk_heard(again), "<presence "), 1);
	hears(again, "<resumed ", "h='1'/><presence ");
	talk_free(t);
}

/* ---- who does not read ----------------------------------------------------------------------------------------- */

static void flood(struct line *from, unsigned n)
{
	own_buf text = { 0 };

	for (unsigned i = 0; i < n; i++) {
		buf_fmt(&text, "<message to='tom@anser.test' type='chat' id='%u'><body>%04u ", i, i);
		for (unsigned k = 0; k < 50; k++)
			buf_lit(&text, "....................");
		buf_lit(&text, "</body></message>");
	}
	talk_say_n(from, text.p, text.n);
	talk_hear(from);
}

/* All bodies, in order, each once. */
static void counts_up(struct line *l, unsigned n, bool acknowledges)
{
	unsigned next = 0;

	for (bool more = true; more;) {
		const char *at = talk_hear(l);
		unsigned stanzas = 0;

		more = *at != 0;
		for (; (at = strstr(at, "<body>")); at += 6, stanzas++)
			assert_int_equal((unsigned)atoi(at + 6), next++);
		if (acknowledges && more) {
			char ack[100];

			snprintf(ack, sizeof ack, A("%u"), next);
			talk_say(l, ack);
		}
	}
	assert_int_equal(next, n);
}

static void a_stalled_reader_is_let_go(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	struct line *tom, *ann;

	settings.backlog_max = 100 * 1000;
	t = talk_new_with(1, NULL, &settings);
	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	tom = online(t, 0, "tom", "sofa");
	ann = online(t, 0, "ann", "desk");
	talk_stall(tom, true);
	flood(ann, 200);
	assert_true(talk_closed(tom));
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_SPILLED), 1);
	tom = log_in(t, 0, "tom", "sofa");
	talk_say(tom, "<presence/>");
	counts_up(tom, 200, false);
	talk_free(t);
}

static void a_stalled_session_can_be_resumed(void **state)
{
	for (unsigned core = 0; core < 2; core++) {
		struct core_settings settings = talk_settings();
		struct talk *t;
		struct line *tom, *ann;
		char id[100];

		settings.backlog_max = 100 * 1000;
		t = talk_new_with(2, NULL, &settings);
		talk_account(t, "tom", "secret");
		talk_account(t, "ann", "secret");
		tom = online(t, 0, "tom", "sofa");
		ann = online(t, 0, "ann", "desk");
		resumable(tom, id);
		talk_stall(tom, true);
		flood(ann, 200);
		talk_cut(tom);
		tom = resume(t, core, AUTH_TOM, id, 0);
		counts_up(tom, 200, true);
		talk_free(t);
	}
}

/* One message may be larger than all that is kept of the others: it is sent when it is alone. */
static void large_messages_reach_a_session(void **state)
{
	struct core_settings settings = talk_settings();
	own_buf big = { 0 };
	struct talk *t;
	struct line *tom, *ann;

	settings.backlog_max = 300 * 1000;
	while (big.n < 100 * 1000)
		buf_lit(&big, "....................");
	t = talk_new_with(1, NULL, &settings);
	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	tom = online(t, 0, "tom", "sofa");
	ann = online(t, 0, "ann", "desk");
	talk_ask(tom, ENABLE);
	talk_ask(ann, "<presence to='tom@anser.test/sofa'/>"); /* something that is not asked for by itself */
	for (unsigned i = 0; i < 3; i++) {
		talk_say(ann, "<message to='tom@anser.test' type='chat'><body>");
		talk_say_n(ann, big.p, big.n);
		talk_ask(ann, "</body></message>");
	}
	hears(tom, "<presence ", R);
	talk_say(tom, A("1"));
	hears(tom, "<body>", R);
	hears_nothing(tom);
	talk_say(tom, A("2"));
	hears(tom, "<body>", R);
	hears_nothing(tom);
	talk_say(tom, A("3"));
	hears(tom, "<body>", R);
	talk_free(t);
}

static void no_answer_means_gone(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *ann = online(t, 0, "ann", "desk");
	char id[100];

	resumable(tom, id);
	talk_ask(ann, MESSAGE("tom@anser.test", "1", "one"));
	hears(tom, "<body>one</body>", R);
	talk_wait(t, 89 * 1000);
	assert_false(talk_closed(tom));
	talk_wait(t, 2 * 1000);
	assert_true(talk_closed(tom));
	tom = resume(t, 0, AUTH_TOM, id, 0);
	hears(tom, "<resumed", "<body>one</body>");
	talk_free(t);
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

static void the_server_says_good_bye(void **state)
{
	struct talk *t = begin(1, NULL);
	struct line *tom = online(t, 0, "tom", "sofa");

	xmpp_door.stop(talk_link(tom));
	ends_with(tom, "system-shutdown");
	talk_free(t);
}

static void the_server_ends_while_sessions_wait(void **state)
{
	struct talk *t = begin(2, NULL);
	struct line *tom = online(t, 0, "tom", "sofa"), *ann = online(t, 0, "ann", "desk"), *far;
	char id[100];

	resumable(ann, id);
	talk_cut(ann);
	resumable(tom, id);
	talk_cut(tom);
	far = resume(t, 1, AUTH_TOM, id, 0);
	hears(far, "<resumed ");
	talk_ask(far, MESSAGE("ann@anser.test", "1", "one"));
	talk_free(t); /* a leak would be found by the sanitizer */
}

static void prepare(struct talk *t) { talk_account(t, "tom", "secret"); }

static void every_split(void **state)
{
	static const char session[] = HEADER AUTH_TOM HEADER BIND("sofa") "\n" MESSAGE(
		"tom@anser.test/sofa", "1", "a &lt; b") "<iq type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq> "
							"<message to='nobody@anser.test' id='3'><body><![CDATA[ "
							"]]></body></message><presence/></stream:stream>";
	own_buf heard = { 0 };

	assert_true(talk_every_split(1, &xmpp_door, TALK_HERE, prepare, str_z(session), &heard));
	assert_non_null(strstr(buf_z(&heard), "<body>a &lt; b</body>"));
	assert_non_null(strstr(buf_z(&heard), "</stream:stream>(closed)"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_that_are_refused),
		cmocka_unit_test(header_is_answered),
		cmocka_unit_test(every_state_and_element),
		cmocka_unit_test(starttls),
		cmocka_unit_test(bytes_behind_starttls_are_not_taken),
		cmocka_unit_test(a_line_ending_behind_starttls_is_dropped),
		cmocka_unit_test(no_login_without_tls),
		cmocka_unit_test(scram),
		cmocka_unit_test(failures_of_login),
		cmocka_unit_test(five_failures_are_enough),
		cmocka_unit_test(login_must_not_take_long),
		cmocka_unit_test(big_stanzas),
		cmocka_unit_test(binding),
		cmocka_unit_test(too_many_sessions),
		cmocka_unit_test(iq_errors),
		cmocka_unit_test(from_must_be_true),
		cmocka_unit_test(messages_arrive),
		cmocka_unit_test(messages_wait),
		cmocka_unit_test(nothing_overtakes),
		cmocka_unit_test(who_sends_too_much_waits),
		cmocka_unit_test(carbons),
		cmocka_unit_test(inactive_clients_are_left_alone),
		cmocka_unit_test(both_sides_count),
		cmocka_unit_test(count_too_high_is_explained),
		cmocka_unit_test(acknowledged_when_on_disk),
		cmocka_unit_test(resumption),
		cmocka_unit_test(resumption_that_fails),
		cmocka_unit_test(a_session_waits_ten_minutes),
		cmocka_unit_test(resumption_waits_for_the_disk),
		cmocka_unit_test(a_stalled_reader_is_let_go),
		cmocka_unit_test(a_stalled_session_can_be_resumed),
		cmocka_unit_test(large_messages_reach_a_session),
		cmocka_unit_test(no_answer_means_gone),
		cmocka_unit_test(the_server_says_good_bye),
		cmocka_unit_test(the_server_ends_while_sessions_wait),
		cmocka_unit_test(every_split),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
