/* SPDX-License-Identifier: Apache-2.0
 *
 * BOSH (XEP-0124, XEP-0206) in dialogues, each on one core and on two, where requests arrive at either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tests/talk.h"

#define BODY "<body xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' "
#define BEGIN BODY "rid='1000' to='anser.test' wait='60' hold='1' ver='1.11' xml:lang='en' xmpp:version='1.0'/>"
#define AUTH(text) "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" text "</auth>"
#define AUTH_TOM AUTH("AHRvbQBzZWNyZXQ=") /* tom, secret */
#define AUTH_ANN AUTH("AGFubgBzZWNyZXQ=") /* ann, secret */
#define BIND                                                                                                          \
	"<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"                 \
	"<resource>web</resource></bind></iq>"
#define MESSAGE(to, id, text)                                                                                         \
	"<message xmlns='jabber:client' to='" to "' type='chat' id='" id "'><body>" text "</body></message>"
#define HEADER                                                                                                        \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " \
	"to='anser.test' version='1.0'>"
#define END "</body>"

/* ---- a client with connections to every core --------------------------------------------------------------------- */

enum { LINES = 4 };

struct client {
	struct talk *t;
	unsigned cores, next;
	enum talk_from from;
	struct line *line[LINES];
	bool busy[LINES]; /* it waits for its answer */
	char sid[80];
	unsigned rid;
};

static void post_fields(struct line *l, const char *fields, const char *body)
{
	own_buf b = { 0 };

	buf_fmt(&b,
		"POST /http-bind HTTP/1.1\r\nHost: chat.lan:5281\r\nContent-Type: text/xml; charset=utf-8\r\n%s"
		"Content-Length: %zu\r\n\r\n%s",
		fields, strlen(body), body);
	talk_say_n(l, b.p, b.n);
}

static void post(struct line *l, const char *body) { post_fields(l, "", body); }

/* The bodies of the answers that have come; "" when none has. */
static const char *answered(struct line *l)
{
	const char *heard = talk_hear(l), *body;

	if (!*heard)
		return heard;
	if (strncmp(heard, "HTTP/1.1 200 ", 13))
		return heard;
	assert_non_null(strcasestr(heard, "\r\nContent-Type: text/xml; charset=utf-8\r\n"));
	body = strstr(heard, "\r\n\r\n");
	assert_non_null(body);
	return body + 4;
}

static struct client client_new(struct talk *t, unsigned cores, enum talk_from from)
{
	struct client c = { .t = t, .cores = cores, .from = from, .rid = 1000 };

	for (unsigned i = 0; i < LINES; i++)
		c.line[i] = talk_open(t, i % cores, &web_door, from);
	return c;
}

static unsigned line_free_of(struct client *c)
{
	for (unsigned i = 0; i < LINES; i++) {
		unsigned at = (c->next + i) % LINES;

		if (c->busy[at])
			continue;
		c->next = at + 1;
		if (talk_closed(c->line[at])) /* it was idle for too long */
			c->line[at] = talk_open(c->t, at % c->cores, &web_door, c->from);
		return at;
	}
	fail_msg("no connection is free");
	return 0;
}

/* Sends a body with the next number, over the next connection; returns which. */
static unsigned send(struct client *c, const char *attributes, const char *content)
{
	unsigned at = line_free_of(c);
	own_buf b = { 0 };

	buf_fmt(&b, BODY "rid='%u' sid='%s' %s>%s" END, ++c->rid, c->sid, attributes, content);
	post(c->line[at], buf_z(&b));
	c->busy[at] = true;
	talk_run(c->t);
	return at;
}

/* All that has come over all connections, in the order of the connections from the one that waited longest. */
static const char *hear(struct client *c, struct buf *to)
{
	buf_clear(to);
	for (unsigned i = 0; i < LINES; i++) {
		unsigned at = (c->next + i) % LINES;
		const char *heard = c->busy[at] ? answered(c->line[at]) : "";

		if (*heard)
			c->busy[at] = false;
		buf_str(to, str_z(heard));
	}
	return buf_z(to);
}

static unsigned waiting(const struct client *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LINES; i++)
		n += c->busy[i];
	return n;
}

static const char *ask(struct client *c, const char *attributes, const char *content, struct buf *to)
{
	send(c, attributes, content);
	return hear(c, to);
}

/* Sends, and goes on asking as a client does until `what` has been said. */
static void until(int at, struct client *c, const char *attributes, const char *content, const char *what)
{
	own_buf heard = { 0 };
	own_buf all = { 0 };

	buf_str(&all, str_z(ask(c, attributes, content, &heard)));
	for (int i = 0; !strstr(buf_z(&all), what); i++) {
		if (i == 8)
			fail_msg("line %d: \"%s\" is not in \"%s\"", at, what, buf_z(&all));
		if (!waiting(c))
			send(c, "", "");
		buf_str(&all, str_z(hear(c, &heard)));
	}
}
#define until_hears(c, attributes, content, what) until(__LINE__, c, attributes, content, what)

static void has(int at, const char *heard, const char *const *what)
{
	const char *from = heard;

	for (; *what; what++) {
		const char *hit = strstr(from, *what);

		if (!hit)
			fail_msg("line %d: \"%s\" is not in (or not behind what comes before it in) \"%s\"", at, *what,
				 heard);
		from = hit + strlen(*what);
	}
}
#define HAS(heard, ...) has(__LINE__, heard, (const char *[]){ __VA_ARGS__, NULL })

static void begin(struct client *c)
{
	unsigned at = line_free_of(c);
	const char *heard, *sid;

	post(c->line[at], BEGIN);
	heard = answered(c->line[at]);
	HAS(heard, "<body xmlns='http://jabber.org/protocol/httpbind'", " sid='", " from=\"anser.test\"",
	    "<stream:features xmlns:stream=", "SCRAM-SHA-256", "</stream:features></body>");
	sid = strstr(heard, " sid='") + 6;
	snprintf(c->sid, sizeof c->sid, "%.*s", (int)strcspn(sid, "'"), sid);
}

static struct talk *server(unsigned cores)
{
	struct talk *t = talk_new(cores, NULL);

	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	return t;
}

static struct client online(struct talk *t, unsigned cores, const char *name)
{
	struct client c = client_new(t, cores, TALK_TLS);

	begin(&c);
	until_hears(&c, "", strcmp(name, "tom") ? AUTH_ANN : AUTH_TOM, "<success ");
	until_hears(&c, "to='anser.test' xmpp:restart='true'", "", "<bind ");
	until_hears(&c, "", BIND, "/web</jid>");
	until_hears(&c, "", "<presence xmlns='jabber:client'/>", "<presence ");
	return c;
}

static struct line *line_online(struct talk *t, unsigned core, const char *name)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);

	talk_say(l, HEADER);
	talk_say(l, strcmp(name, "tom") ? AUTH_ANN : AUTH_TOM);
	talk_say(l, HEADER BIND "<presence/>");
	HAS(talk_hear(l), "<success", "<jid>");
	return l;
}

/* ---- what works -------------------------------------------------------------------------------------------------- */

static void the_first_answer(void **state)
{
	struct talk *t = server(2);
	struct line *l = talk_open(t, 1, &web_door, TALK_TLS);
	const char *heard;

	post(l, BEGIN);
	heard = answered(l);
	HAS(heard, " sid='1.", " wait='60' hold='1' requests='2' inactivity='60' maxpause='120' ver='1.11'",
	    " xmpp:version='1.0' xmpp:restartlogic='true'", " authid=\"", " from=\"anser.test\"");
	assert_null(strstr(heard, "starttls"));
	assert_null(strstr(heard, "-PLUS"));
	post(talk_open(t, 1, &web_door, TALK_TLS), BODY "rid='7' to='anser.test' wait='5' hold='0' ver='1.6'/>");
	post(l, BODY "rid='7' to='anser.test' wait='500' hold='9' ver='1.6'/>");
	HAS(answered(l), " wait='60' hold='1' requests='2' inactivity='60' maxpause='120' ver='1.6'");
	post(l, BODY "rid='7' to='other.test' ver='1.6'/>");
	HAS(answered(l), " type='terminate' condition='remote-stream-error'",
	    "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><host-unknown ");
	talk_free(t);
}

static void chat_both_ways(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = server(cores);
		struct client c = online(t, cores, "tom");
		struct line *ann = line_online(t, 0, "ann");
		own_buf heard = { 0 };
		char text[200];

		for (int i = 0; i < 20; i++) {
			snprintf(text, sizeof text, MESSAGE("ann@anser.test", "%d", "from the page %d"), i, i);
			ask(&c, "", text, &heard);
			snprintf(text, sizeof text, "<body>from the page %d</body>", i);
			HAS(talk_hear(ann), "<message", "from=\"tom@anser.test/web\"", text);
			assert_true(waiting(&c) <= 1);
			if (!waiting(&c))
				ask(&c, "", "", &heard);
			assert_int_equal(waiting(&c), 1);
			snprintf(text, sizeof text,
				 "<message to='tom@anser.test' type='chat'><body>to the page %d</body></message>", i);
			talk_ask(ann, text);
			snprintf(text, sizeof text, "<body>to the page %d</body>", i);
			HAS(hear(&c, &heard),
			    "<body xmlns='http://jabber.org/protocol/httpbind'><message xmlns='jabber:client' ", text,
			    "</message></body>");
			assert_int_equal(waiting(&c), 0);
		}
		talk_free(t);
	}
}

static void many_in_one_body(void **state)
{
	struct talk *t = server(2);
	struct client c = online(t, 2, "tom");
	struct line *ann = line_online(t, 0, "ann");
	own_buf body = { 0 }, heard = { 0 };
	const char *at;

	for (int i = 0; i < 50; i++) {
		buf_fmt(&body, " \n" MESSAGE("ann@anser.test", "%d", "number %d"), i, i);
		/* Each must wait for the disk, or for those before it. */
		buf_fmt(&body, "<iq xmlns='jabber:client' type='get' id='i%d'><ping xmlns='urn:xmpp:ping'/></iq>", i);
	}
	until_hears(&c, "", buf_z(&body), "id=\"i49\"");
	at = talk_hear(ann);
	for (int i = 0; i < 50; i++) {
		buf_clear(&heard);
		buf_fmt(&heard, ">number %d<", i);
		at = strstr(at, buf_z(&heard));
		assert_non_null(at);
	}
	talk_free(t);
}

/* Without a namespace elements have that of the body (XEP-0206). */
static void elements_of_no_namespace_of_their_own(void **state)
{
	struct talk *t = server(1);
	struct client c = online(t, 1, "tom");
	struct line *ann = line_online(t, 0, "ann");
	own_buf heard = { 0 };

	ask(&c, "", "<message to='ann@anser.test' type='chat'><body>plain &amp; <!-- --></body></message>", &heard);
	HAS(buf_z(&heard), "HTTP/1.1 400 ");
	c.rid--;
	ask(&c, "",
	    "<message to='ann@anser.test' type='chat'><body>plain &amp; simple</body><x xmlns='urn:x'><y/></x>"
	    "</message>",
	    &heard);
	HAS(talk_hear(ann), "<body>plain &amp; simple</body>", "<x xmlns=", "urn:x", "<y/>");
	ask(&c, "xmlns:c='jabber:client'",
	    "<c:message to='ann@anser.test' type='chat'><c:body>with a prefix</c:body></c:message>", &heard);
	HAS(talk_hear(ann), "with a prefix");
	talk_free(t);
}

/* The oldest request is answered when its time is over, and when there are more than are to be held. */
static void waiting_and_holding(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = server(cores);
		struct client c = online(t, cores, "tom");
		own_buf heard = { 0 };

		if (!waiting(&c))
			send(&c, "", "");
		assert_string_equal(hear(&c, &heard), "");
		talk_wait(t, 59 * 1000);
		assert_string_equal(hear(&c, &heard), "");
		talk_wait(t, 2 * 1000);
		assert_string_equal(hear(&c, &heard), "<body xmlns='http://jabber.org/protocol/httpbind'/>");
		send(&c, "", "");
		assert_string_equal(hear(&c, &heard), "");
		send(&c, "", "");
		assert_string_equal(hear(&c, &heard), "<body xmlns='http://jabber.org/protocol/httpbind'/>");
		assert_int_equal(waiting(&c), 1);
		talk_free(t);
	}
}

/* Numbers decide, not the order of arrival. */
static void requests_that_overtake(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = server(cores);
		struct client c = online(t, cores, "tom");
		struct line *ann = line_online(t, 0, "ann");
		own_buf heard = { 0 };

		if (!waiting(&c))
			send(&c, "", "");
		talk_wait(t, 61 * 1000);
		hear(&c, &heard);
		assert_int_equal(waiting(&c), 0);
		c.rid++;
		send(&c, "", MESSAGE("ann@anser.test", "2", "second"));
		assert_string_equal(talk_hear(ann), "");
		c.rid -= 2;
		send(&c, "", MESSAGE("ann@anser.test", "1", "first"));
		HAS(talk_hear(ann), "first", "second");
		talk_free(t);
	}
}

/* An answer that did not arrive is given again, word for word, and what was asked is not done again. */
static void what_was_lost_is_said_again(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = server(cores);
		struct client c = online(t, cores, "tom");
		struct line *ann = line_online(t, 0, "ann"), *again;
		own_buf heard = { 0 }, first = { 0 }, body = { 0 };

		if (!waiting(&c))
			send(&c, "", "");
		talk_ask(ann, MESSAGE("tom@anser.test/web", "1", "lost on the way"));
		buf_str(&first, str_z(hear(&c, &heard)));
		HAS(buf_z(&first), "lost on the way");
		again = talk_open(t, cores - 1, &web_door, TALK_TLS);
		buf_fmt(&body, BODY "rid='%u' sid='%s'/>", c.rid, c.sid);
		post(again, buf_z(&body));
		assert_string_equal(answered(again), buf_z(&first));
		/* The same with a request that sends something: its connection breaks before the answer. */
		talk_cut(c.line[send(&c, "", MESSAGE("ann@anser.test", "2", "once"))]);
		HAS(talk_hear(ann), "once");
		buf_clear(&body);
		buf_fmt(&body, BODY "rid='%u' sid='%s'>" MESSAGE("ann@anser.test", "2", "once") END, c.rid, c.sid);
		post(again, buf_z(&body));
		assert_string_equal(answered(again), "");
		assert_string_equal(talk_hear(ann), "");
		talk_ask(ann, MESSAGE("tom@anser.test/web", "3", "to the new one"));
		HAS(answered(again), "to the new one");
		talk_free(t);
	}
}

static void the_client_ends(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = server(cores);
		struct client c = online(t, cores, "tom");
		own_buf heard = { 0 };

		if (!waiting(&c))
			send(&c, "", "");
		send(&c, "type='terminate'", "<presence xmlns='jabber:client' type='unavailable'/>");
		HAS(hear(&c, &heard), " type='terminate'");
		assert_null(strstr(buf_z(&heard), "condition"));
		assert_int_equal(waiting(&c), 0);
		assert_int_equal(core_counter(talk_core(t, 0), COUNT_SESSIONS), 0);
		HAS(ask(&c, "", "", &heard), " type='terminate' condition='item-not-found'/>");
		talk_free(t);
	}
}

/* A client that is gone ends its session; one that said so has longer. */
static void inactivity(void **state)
{
	struct talk *t = server(2);
	struct client c = online(t, 2, "tom"), p = online(t, 2, "ann");
	own_buf heard = { 0 };

	if (!waiting(&c))
		send(&c, "", "");
	if (!waiting(&p))
		send(&p, "", "");
	send(&p, "pause='120'", "");
	hear(&p, &heard);
	assert_int_equal(waiting(&p), 0);
	talk_wait(t, 61 * 1000);
	hear(&c, &heard);
	talk_wait(t, 50 * 1000);
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_SESSIONS), 2);
	until_hears(&p, "", "<iq xmlns='jabber:client' type='get' id='here'><ping xmlns='urn:xmpp:ping'/></iq>",
		    "id=\"here\"");
	talk_wait(t, 11 * 1000);
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_SESSIONS), 1);
	HAS(ask(&c, "", "", &heard), "item-not-found");
	talk_free(t);
}

/* What nobody fetched is in the store. */
static void nothing_is_lost_with_a_session(void **state)
{
	struct talk *t = server(1);
	struct client c = online(t, 1, "tom");
	struct line *ann = line_online(t, 0, "ann"), *tom;
	own_buf heard = { 0 };

	if (!waiting(&c))
		send(&c, "", "");
	talk_wait(t, 61 * 1000);
	hear(&c, &heard);
	talk_ask(ann, MESSAGE("tom@anser.test", "1", "for nobody yet"));
	talk_wait(t, 61 * 1000);
	tom = talk_open(t, 0, &xmpp_door, TALK_HERE);
	HAS(talk_ask(tom, HEADER AUTH_TOM HEADER BIND "<presence/>"), "for nobody yet");
	talk_free(t);
}

static void an_engine_that_ends(void **state)
{
	struct talk *t = server(2);
	struct client c = online(t, 2, "tom"), other;
	own_buf heard = { 0 };

	if (!waiting(&c))
		send(&c, "", "");
	other = online(t, 2, "tom"); /* the same resource */
	HAS(hear(&c, &heard), " type='terminate' condition='remote-stream-error'",
	    "<stream:error xmlns:stream=", "<conflict ");
	assert_false(strstr(ask(&other, "", "", &heard), "terminate"));
	talk_free(t);
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static void requests_that_are_refused(void **state)
{
	static const struct {
		const char *body, *answer;
	} rows[] = {
		{ "", "HTTP/1.1 400 " },
		{ "hello", "HTTP/1.1 400 " },
		{ "<body/>", "HTTP/1.1 400 " },
		{ "<body xmlns='urn:other' rid='1'/>", "HTTP/1.1 400 " },
		{ "<message xmlns='http://jabber.org/protocol/httpbind'/>", "HTTP/1.1 400 " },
		{ BEGIN BEGIN, "HTTP/1.1 400 " },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]>" BEGIN, "HTTP/1.1 400 " },
		{ BODY "rid='1' to='anser.test'>&b;" END, "HTTP/1.1 400 " },
		{ BODY "rid='1' to='anser.test'><!-- -->" END, "HTTP/1.1 400 " },
		{ BODY "to='anser.test'/>", " type='terminate' condition='bad-request'" },
		{ BODY "rid='0' to='anser.test'/>", " type='terminate' condition='bad-request'" },
		{ BODY "rid='-1' to='anser.test'/>", " type='terminate' condition='bad-request'" },
		{ BODY "rid='9007199254740993' to='anser.test'/>", " type='terminate' condition='bad-request'" },
		{ BODY "rid='1' sid='0.abc'/>", " type='terminate' condition='item-not-found'" },
		{ BODY "rid='1' sid=''/>", " type='terminate' condition='item-not-found'" },
		{ BODY "rid='1' sid='7.abc'/>", " type='terminate' condition='item-not-found'" },
		{ BODY "rid='1' sid='1.abc'/>", " type='terminate' condition='item-not-found'" },
		{ BODY "rid='1' to='anser.test'>text" END, "<bad-format " },
		{ BODY "rid='1' to='anser.test'><message xmlns='jabber:client'/>" END, "<not-authorized " },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct talk *t = server(2);
		struct line *l = talk_open(t, 0, &web_door, TALK_TLS);

		post(l, rows[i].body);
		talk_wait(t, 6000);
		if (!strstr(answered(l), rows[i].answer))
			fail_msg("row %zu: %s instead of %s", i, talk_heard(l), rows[i].answer);
		talk_free(t);
	}
}

static void numbers_out_of_the_window(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct talk *t = server(2);
		struct client c = online(t, 2, "tom");
		own_buf heard = { 0 };

		c.rid = i == 0 ? c.rid + 100 : i == 1 ? 1000 : c.rid;
		send(&c, i == 2 ? "rid='a'" : "", "");
		hear(&c, &heard);
		HAS(buf_z(&heard), i == 2 ? "HTTP/1.1 400 " : "condition='item-not-found'");
		if (i < 2)
			assert_int_equal(core_counter(talk_core(t, 0), COUNT_SESSIONS), 0);
		talk_free(t);
	}
}

/* What began with TLS is not given away without it. */
static void a_session_stays_safe(void **state)
{
	struct talk *t = server(2);
	struct client c = online(t, 2, "tom");
	own_buf body = { 0 };

	buf_fmt(&body, BODY "rid='%u' sid='%s'/>", c.rid + 1, c.sid);
	for (unsigned core = 0; core < 2; core++) {
		struct line *l = talk_open(t, core, &web_door, TALK_AWAY);

		post(l, buf_z(&body));
		HAS(answered(l), "condition='item-not-found'");
	}
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_SESSIONS), 1);
	talk_free(t);
}

static void without_tls_scram_only(void **state)
{
	struct talk *t = server(1);
	struct line *l = talk_open(t, 0, &web_door, TALK_AWAY);
	const char *heard;

	post(l, BEGIN);
	heard = answered(l);
	HAS(heard, "SCRAM-SHA-256<");
	assert_null(strstr(heard, "PLAIN"));
	assert_null(strstr(heard, "register"));
	talk_free(t);
}

static void origins(void **state)
{
	static const struct {
		const char *origins, *sent, *status, *allowed;
	} rows[] = {
		{ "", "", "200", NULL },
		{ "", "Origin: https://chat.lan:5281\r\n", "200", "https://chat.lan:5281" },
		{ "", "Origin: https://evil.example\r\n", "403", NULL },
		{ "", "Origin: null\r\n", "403", NULL },
		{ "https://a.example", "Origin: https://a.example\r\n", "200", "https://a.example" },
		{ "https://a.example", "Origin: https://b.example\r\n", "403", NULL },
		{ "*", "Origin: https://b.example\r\n", "200", "https://b.example" },
	};

	for (size_t i = 0; i < 2 * countof(rows); i++) {
		struct core_settings settings = talk_settings();
		struct talk *t;
		struct line *l;
		const char *heard, *status = rows[i / 2].status;
		own_buf text = { 0 };

		settings.web_origins = str_z(rows[i / 2].origins);
		t = talk_new_with(1, NULL, &settings);
		l = talk_open(t, 0, &web_door, TALK_TLS);
		if (i & 1) {
			buf_fmt(&text, "OPTIONS /http-bind HTTP/1.1\r\nHost: chat.lan:5281\r\n%s\r\n",
				rows[i / 2].sent);
			talk_say(l, buf_z(&text));
			status = strcmp(status, "200") ? status : "204";
		} else {
			post_fields(l, rows[i / 2].sent, BEGIN);
		}
		heard = talk_hear(l);
		if (strncmp(heard, "HTTP/1.1 ", 9) || strncmp(heard + 9, status, 3))
			fail_msg("row %zu: %s instead of %s", i, heard, status);
		buf_clear(&text);
		buf_fmt(&text, "\r\nAccess-Control-Allow-Origin: %s\r\n",
			rows[i / 2].allowed ? rows[i / 2].allowed : "");
		assert_int_equal(strcasestr(heard, "\r\nAccess-Control-Allow-Origin:") != NULL,
				 rows[i / 2].allowed != NULL);
		if (rows[i / 2].allowed)
			assert_non_null(strcasestr(heard, buf_z(&text)));
		talk_free(t);
	}
}

/* Sessions that nobody logs in to end by themselves, and one address has no more than a share of them. */
static void sessions_without_end(void **state)
{
	struct talk *t = server(1);
	struct line *l = talk_open(t, 0, &web_door, TALK_TLS);
	unsigned begun = 0, refused = 0;

	for (int i = 0; i < 120; i++) {
		const char *heard;

		post(l, BEGIN);
		heard = answered(l);
		begun += strstr(heard, " sid='") != NULL;
		refused += strstr(heard, "policy-violation") != NULL;
	}
	assert_int_equal(begun, 100);
	assert_int_equal(refused, 20);
	talk_wait(t, 31 * 1000);
	l = talk_open(t, 0, &web_door, TALK_TLS);
	talk_wait(t, 61 * 1000);
	l = talk_open(t, 0, &web_door, TALK_TLS);
	post(l, BEGIN);
	HAS(answered(l), " sid='");
	talk_free(t);
}

/* Who asks for nothing has no more kept in memory for him than anybody who does not read. */
static void nobody_asks(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	struct client c;
	struct line *ann, *tom;
	own_buf heard = { 0 }, m = { 0 };
	unsigned n = 0;

	settings.backlog_max = 20000;
	t = talk_new_with(1, NULL, &settings);
	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	c = online(t, 1, "tom");
	ann = line_online(t, 0, "ann");
	if (!waiting(&c))
		send(&c, "", "");
	talk_wait(t, 61 * 1000);
	hear(&c, &heard);
	buf_lit(&m, "<message to='tom@anser.test'><body>");
	for (int i = 0; i < 2000; i++)
		buf_byte(&m, 'x');
	buf_lit(&m, "</body></message>");
	for (int i = 0; i < 40; i++)
		talk_ask(ann, buf_z(&m));
	assert_int_equal(core_counter(talk_core(t, 0), COUNT_SESSIONS), 1);
	tom = talk_open(t, 0, &xmpp_door, TALK_HERE);
	for (const char *at = talk_ask(tom, HEADER AUTH_TOM HEADER BIND "<presence/>"); (at = strstr(at, "xxx</body>"));
	     at++)
		n++;
	assert_int_equal(n, 40);
	talk_free(t);
}

/* The XMPP door was there first, so it stands first among those who end. */
static void the_server_ends_under_a_session(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = server(cores);
		struct client tom, nobody;

		for (unsigned i = 0; i < cores; i++)
			talk_ask(talk_open(t, i, &xmpp_door, TALK_HERE), HEADER);
		tom = online(t, cores, "tom");
		nobody = client_new(t, cores, TALK_TLS);
		begin(&nobody);
		assert_true(*tom.sid && *nobody.sid);
		talk_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_answer),
		cmocka_unit_test(chat_both_ways),
		cmocka_unit_test(many_in_one_body),
		cmocka_unit_test(elements_of_no_namespace_of_their_own),
		cmocka_unit_test(waiting_and_holding),
		cmocka_unit_test(requests_that_overtake),
		cmocka_unit_test(what_was_lost_is_said_again),
		cmocka_unit_test(the_client_ends),
		cmocka_unit_test(inactivity),
		cmocka_unit_test(nothing_is_lost_with_a_session),
		cmocka_unit_test(an_engine_that_ends),
		cmocka_unit_test(requests_that_are_refused),
		cmocka_unit_test(numbers_out_of_the_window),
		cmocka_unit_test(a_session_stays_safe),
		cmocka_unit_test(without_tls_scram_only),
		cmocka_unit_test(origins),
		cmocka_unit_test(sessions_without_end),
		cmocka_unit_test(nobody_asks),
		cmocka_unit_test(the_server_ends_under_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
