/* SPDX-License-Identifier: Apache-2.0
 *
 * XMPP over WebSocket (RFC 7395) in dialogues: the handshake, what may be in a message, and that the engine behind it
 * loses nothing that it does not lose over TCP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "tests/talk.h"
#include "wire/scram.h"
#include "wire/ws.h"

#define NS_FRAMING "urn:ietf:params:xml:ns:xmpp-framing"
#define OPEN "<open xmlns='" NS_FRAMING "' to='anser.test' version='1.0'/>"
#define CLOSE "<close xmlns='" NS_FRAMING "'/>"
#define AUTH(text) "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" text "</auth>"
#define AUTH_TOM AUTH("AHRvbQBzZWNyZXQ=") /* tom, secret */
#define AUTH_ANN AUTH("AGFubgBzZWNyZXQ=") /* ann, secret */
#define IQ_BIND "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>%s</resource></bind></iq>"
#define MESSAGE(to, id, text)                                                                                         \
	"<message xmlns='jabber:client' to='" to "' type='chat' id='" id "'><body>" text "</body></message>"
#define R "<r xmlns='urn:xmpp:sm:3'/>"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"
#define HEADER                                                                                                        \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " \
	"to='anser.test' version='1.0'>"
#define STREAM                                                                                                        \
	"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='anser.test' "       \
	"version='1.0'"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: xmpp\r\n"
#define UPGRADE "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
#define GET(fields) "GET /ws HTTP/1.1\r\nHost: chat.lan:5281\r\n" fields "\r\n"
#define HANDSHAKE GET(UPGRADE KEY VERSION PROTOCOL)

/* ---- a page ------------------------------------------------------------------------------------------------------ */

struct page {
	struct line *line;
	struct buf in;    /* frames that have not all come */
	struct buf heard; /* what the server said: a line per message, "(ping)", "(pong x)", "(close 1000)" */
	size_t shown;
};

static void page_free(struct page *p)
{
	buf_free(&p->in);
	buf_free(&p->heard);
}
#define own_page __attribute__((cleanup(page_free))) struct page

static void frame(struct buf *to, unsigned first, struct str payload)
{
	static const char mask[4] = { 0x11, (char)0xA2, 0x33, (char)0xC4 };

	buf_byte(to, (char)first);
	if (payload.n < 126) {
		buf_byte(to, (char)(0x80 | payload.n));
	} else if (payload.n < 65536) {
		buf_byte(to, (char)(0x80 | 126));
		buf_byte(to, (char)(payload.n >> 8));
		buf_byte(to, (char)payload.n);
	} else {
		buf_byte(to, (char)(0x80 | 127));
		for (int i = 7; i >= 0; i--)
			buf_byte(to, (char)((uint64_t)payload.n >> 8 * i));
	}
	buf_add(to, mask, 4);
	for (size_t i = 0; i < payload.n; i++)
		buf_byte(to, (char)(payload.p[i] ^ mask[i & 3]));
}

static void say_frame(struct page *p, unsigned first, struct str payload)
{
	own_buf b = { 0 };

	frame(&b, first, payload);
	talk_say_n(p->line, b.p, b.n);
}

static void say(struct page *p, const char *message) { say_frame(p, 0x81, str_z(message)); }

/* One frame of the server at the start of `in`; false: it is not all there. Servers mask nothing. */
static bool frame_read(struct buf *in, struct buf *to)
{
	const uint8_t *b = (const uint8_t *)in->p;
	size_t head = 2, n;

	if (in->n < 2)
		return false;
	assert_true(b[0] & 0x80);
	assert_false(b[1] & 0x80);
	n = b[1];
	head += n == 127 ? 8 : n == 126 ? 2 : 0;
	if (in->n < head)
		return false;
	if (head > 2)
		n = 0;
	for (size_t i = 2; i < head; i++)
		n = n << 8 | b[i];
	if (in->n < head + n)
		return false;
	if (b[0] == (0x80 | WS_TEXT))
		buf_fmt(to, "%.*s\n", (int)n, in->p + head);
	else if (b[0] == (0x80 | WS_CLOSE))
		buf_fmt(to, "(close %u)\n", n < 2 ? 1005 : (unsigned)b[head] << 8 | b[head + 1]);
	else if (b[0] == (0x80 | WS_PING))
		buf_lit(to, "(ping)\n");
	else if (b[0] == (0x80 | WS_PONG))
		buf_fmt(to, "(pong %.*s)\n", (int)n, in->p + head);
	else
		fail_msg("a frame that begins with %02x", b[0]);
	buf_eat(in, head + n);
	return true;
}

/* What was said since the last time. */
static const char *hear(struct page *p)
{
	size_t from = p->heard.n;
	struct str bytes = talk_hear_bytes(p->line);

	buf_str(&p->in, bytes);
	while (frame_read(&p->in, &p->heard))
		;
	assert_int_equal(p->in.n, 0);
	p->shown = from;
	return buf_z(&p->heard) + from;
}

static const char *ask(struct page *p, const char *message)
{
	say(p, message);
	return hear(p);
}

static void hears_all(int at, const char *heard, const char *const *what)
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
#define hears(page, ...) hears_all(__LINE__, hear(page), (const char *[]){ __VA_ARGS__, NULL })
#define line_hears(line, ...) hears_all(__LINE__, talk_hear(line), (const char *[]){ __VA_ARGS__, NULL })

static struct page page_open(struct talk *t, unsigned core, enum talk_from from)
{
	struct page p = { talk_open(t, core, &web_door, from) };
	const char *answer = talk_ask(p.line, HANDSHAKE);

	hears_all(__LINE__, answer, (const char *[]){ "HTTP/1.1 101 ", NULL });
	assert_non_null(strcasestr(answer, "\r\nUpgrade: websocket\r\n"));
	assert_non_null(strcasestr(answer, "\r\nConnection: Upgrade\r\n"));
	assert_non_null(strstr(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
	assert_non_null(strcasestr(answer, "\r\nSec-WebSocket-Protocol: xmpp\r\n"));
	return p;
}

static struct talk *begin(unsigned cores)
{
	struct talk *t = talk_new(cores, NULL);

	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	return t;
}

static void bind(struct page *p, const char *resource)
{
	char text[300];

	snprintf(text, sizeof text, "<iq xmlns='jabber:client' type='set' id='b'>" IQ_BIND, resource);
	say(p, text);
}

static struct page page_log_in(struct talk *t, unsigned core, const char *name)
{
	struct page p = page_open(t, core, TALK_TLS);

	hears_all(__LINE__, ask(&p, OPEN), (const char *[]){ "<open ", "<stream:features", NULL });
	hears_all(__LINE__, ask(&p, strcmp(name, "tom") ? AUTH_ANN : AUTH_TOM), (const char *[]){ "<success", NULL });
	hears_all(__LINE__, ask(&p, OPEN), (const char *[]){ "<open ", "<bind", NULL });
	return p;
}

static struct page page_online(struct talk *t, unsigned core, const char *name, const char *resource)
{
	struct page p = page_log_in(t, core, name);

	bind(&p, resource);
	hears(&p, "type='result'", "<jid>");
	ask(&p, "<presence xmlns='jabber:client'/>");
	return p;
}

static struct line *line_online(struct talk *t, unsigned core, const char *name, const char *resource)
{
	struct line *l = talk_open(t, core, &xmpp_door, TALK_HERE);
	char text[300];

	snprintf(text, sizeof text, "<iq type='set' id='b'>" IQ_BIND, resource);
	talk_say(l, HEADER);
	talk_say(l, strcmp(name, "tom") ? AUTH_ANN : AUTH_TOM);
	talk_say(l, HEADER);
	talk_say(l, text);
	talk_say(l, "<presence/>");
	line_hears(l, "<success", "<jid>");
	return l;
}

/* ---- the handshake ----------------------------------------------------------------------------------------------- */

static void handshakes(void **state)
{
	static const struct {
		const char *origins, *sent, *status;
	} rows[] = {
		{ "", HANDSHAKE, "101" },
		{ "", GET(UPGRADE KEY VERSION "Sec-WebSocket-Protocol: chat, xmpp\r\n"), "101" },
		{ "", GET(), "426" },
		{ "", GET(KEY VERSION PROTOCOL), "426" },
		{ "", GET(UPGRADE KEY "Sec-WebSocket-Version: 8\r\n" PROTOCOL), "426" },
		{ "", GET(UPGRADE KEY PROTOCOL), "426" },
		{ "", GET("Connection: Upgrade\r\nUpgrade: h2c\r\n" KEY VERSION PROTOCOL), "426" },
		{ "", GET(UPGRADE "Sec-WebSocket-Key: short\r\n" VERSION PROTOCOL), "400" },
		{ "", GET(UPGRADE VERSION PROTOCOL), "400" },
		{ "", GET(UPGRADE KEY VERSION), "400" },
		{ "", GET(UPGRADE KEY VERSION "Sec-WebSocket-Protocol: mqtt\r\n"), "400" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://chat.lan:5281\r\n"), "101" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://chat.lan:5282\r\n"), "403" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: http://chat.lan:5281\r\n"), "403" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://chat.lan:5281.evil.example\r\n"), "403" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://evil.example\r\n"), "403" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: null\r\n"), "403" },
		{ "", GET(UPGRADE KEY VERSION PROTOCOL "Origin: \r\n"), "403" },
		{ "https://a.example https://b.example:8443",
		  GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://b.example:8443\r\n"), "101" },
		{ "https://a.example https://b.example:8443",
		  GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://a.example\r\n"), "101" },
		{ "https://a.example https://b.example:8443",
		  GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://b.example\r\n"), "403" },
		{ "https://a.example https://b.example:8443",
		  GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://a.exampl\r\n"), "403" },
		{ "*", GET(UPGRADE KEY VERSION PROTOCOL "Origin: https://any.example\r\n"), "101" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct core_settings settings = talk_settings();
		struct talk *t;
		const char *heard;

		settings.web_origins = str_z(rows[i].origins);
		t = talk_new_with(1, NULL, &settings);
		heard = talk_ask(talk_open(t, 0, &web_door, TALK_TLS), rows[i].sent);
		if (strncmp(heard, "HTTP/1.1 ", 9) || strncmp(heard + 9, rows[i].status, 3))
			fail_msg("row %zu: %s instead of %s", i, heard, rows[i].status);
		if (!strcmp(rows[i].status, "426"))
			assert_non_null(strcasestr(heard, "\r\nSec-WebSocket-Version: 13\r\n"));
		talk_free(t);
	}
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

static void a_stream_from_open_to_close(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_open(t, 0, TALK_TLS);
	const char *heard = ask(&p, OPEN);

	assert_ptr_equal(strstr(heard, "<open xmlns='" NS_FRAMING "' id="), heard);
	hears_all(__LINE__, heard,
		  (const char *[]){ " from=\"anser.test\"", " version=\"1.0\"", "/>\n",
				    "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>",
				    "</stream:features>\n", NULL });
	assert_null(strstr(heard, "starttls"));
	assert_null(strstr(heard, "-PLUS"));
	assert_null(strstr(heard, "channel-binding"));
	hears_all(__LINE__, heard, (const char *[]){ "SCRAM-SHA-256<", "PLAIN<", NULL });
	assert_string_equal(ask(&p, AUTH_TOM), "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>\n");
	hears_all(__LINE__, ask(&p, OPEN), (const char *[]){ "<open ", "<bind", NULL });
	bind(&p, "page");
	hears(&p, "<iq xmlns='jabber:client' ", "tom@anser.test/page", "</iq>\n");
	hears_all(__LINE__, ask(&p, "<presence xmlns='jabber:client'/>"),
		  (const char *[]){ "<presence xmlns='jabber:client' ", NULL });
	assert_string_equal(ask(&p, CLOSE), CLOSE "\n(close 1000)\n");
	assert_true(talk_closed(p.line));
	talk_free(t);
}

static void chat_both_ways(void **state)
{
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct talk *t = begin(cores);
		own_page p = page_online(t, 0, "tom", "page");
		struct line *ann = line_online(t, cores - 1, "ann", "tcp");

		say(&p, MESSAGE("ann@anser.test/tcp", "1", "from the page \xE4\xBD\xA0"));
		hear(&p);
		line_hears(ann, "<message", "from=\"tom@anser.test/page\"", "<body>from the page \xE4\xBD\xA0</body>");
		talk_say(ann, MESSAGE("tom@anser.test", "2", "to the page"));
		talk_hear(ann);
		hears(&p, "<message xmlns='jabber:client'", "<body>to the page</body>", "</message>\n");
		/* What declares its namespace itself does so once. */
		assert_null(strstr(buf_z(&p.heard), "xmlns='jabber:client' xmlns='jabber:client'"));
		talk_free(t);
	}
}

/* Depth 64 is the most that a client may send; carbons put four elements around it. */
static void deep_messages_arrive(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "page"), other = page_online(t, 0, "tom", "other");
	struct line *ann = line_online(t, 0, "ann", "tcp");
	own_buf deep = { 0 };

	ask(&other, "<iq xmlns='jabber:client' type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
	buf_lit(&deep, "<message xmlns='jabber:client' type='chat' to='tom@anser.test/page'><body>deep</body>");
	for (int i = 1; i < 64; i++)
		buf_fmt(&deep, "<x%s>", i == 1 ? " xmlns='urn:x'" : "");
	for (int i = 1; i < 64; i++)
		buf_lit(&deep, "</x>");
	buf_lit(&deep, "</message>");
	talk_ask(ann, buf_z(&deep));
	hears(&p, "<body>deep</body>", "</message>\n");
	hears(&other, "<received", "<body>deep</body>", "</x></x>", "</message>\n");
	assert_false(talk_closed(other.line));
	talk_free(t);
}

/* XEP-0388: the stream goes on behind <success/>, also when it goes on with a session, wherever that is. */
static void in_one_request(void **state)
{
	static const char login[] = "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>AHRvbQBzZWNyZXQ=</initial-response>%s</authenticate>";
	struct talk *t = begin(2);
	own_page p = page_open(t, 0, TALK_TLS), again = page_open(t, 1, TALK_TLS);
	own_buf text = { 0 };
	const char *id;

	hears_all(__LINE__, ask(&p, OPEN), (const char *[]){ "<authentication xmlns='urn:xmpp:sasl:2'>", "<mechanism>HT-SHA-256-NONE</mechanism>", NULL });
	buf_fmt(&text, login, "<bind xmlns='urn:xmpp:bind:0'><tag>page</tag><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>");
	id = strstr(ask(&p, buf_z(&text)), " id='");
	assert_non_null(id);
	hears_all(__LINE__, ask(&p, "<presence xmlns='jabber:client'/>"), (const char *[]){ "<presence xmlns='jabber:client' ", NULL });
	ask(&again, OPEN);
	id += 5;
	buf_clear(&text);
	buf_fmt(&text, "<resume xmlns='urn:xmpp:sm:3' h='0' previd='%.*s'/>", (int)strcspn(id, "'"), id);
	{
		own_buf whole = { 0 };

		buf_fmt(&whole, login, buf_z(&text));
		hears_all(__LINE__, ask(&again, buf_z(&whole)),
			  (const char *[]){ "<success", "tom@anser.test/page/", "<resumed ", "</success>\n", "<presence xmlns='jabber:client' ", NULL });
	}
	hears_all(__LINE__, ask(&again, "<r xmlns='urn:xmpp:sm:3'/>"), (const char *[]){ "<a xmlns='urn:xmpp:sm:3' h='1'/>", NULL });
	talk_free(t);
}

/* A page on a network without TLS may log in so that nobody learns the password, and in no other way. */
static void without_tls_scram_only(void **state)
{
	static const uint8_t random[SCRAM_NONCE_BYTES] = "0123456789abcdef01";
	struct talk *t = begin(1);
	own_page plain = page_open(t, 0, TALK_AWAY), new = page_open(t, 0, TALK_AWAY), p = page_open(t, 0, TALK_AWAY);
	struct scram_client c = { 0 };
	own_buf first = { 0 }, last = { 0 }, in = { 0 }, text = { 0 };
	const char *heard = ask(&plain, OPEN), *at;

	assert_null(strstr(heard, "PLAIN"));
	assert_null(strstr(heard, "register"));
	assert_null(strstr(heard, "starttls"));
	assert_null(strstr(heard, "HT-SHA-256"));
	hears_all(__LINE__, heard, (const char *[]){ "SCRAM-SHA-256<", "SCRAM-SHA-1<", "<authentication", "SCRAM-SHA-256<", NULL });
	hears_all(__LINE__, ask(&plain, "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>AHRvbQBzZWNyZXQ=</initial-response></authenticate>"),
		  (const char *[]){ "<failure", "<invalid-mechanism", NULL });
	hears_all(__LINE__, ask(&plain, "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='HT-SHA-256-NONE'><initial-response>AHRvbQ==</initial-response><fast xmlns='urn:xmpp:fast:0'/></authenticate>"),
		  (const char *[]){ "<failure", "<invalid-mechanism", NULL });
	hears_all(__LINE__, ask(&plain, AUTH_TOM), (const char *[]){ "<failure", "<invalid-mechanism/>", NULL });
	hears_all(__LINE__, ask(&plain, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
		  (const char *[]){ "<failure", "(close 1000)", NULL });
	ask(&new, OPEN);
	heard = ask(&new,
		"<iq xmlns='jabber:client' type='set' id='r'><query xmlns='jabber:iq:register'><username>eve</username>"
		"<password>secret</password></query></iq>");
	hears_all(__LINE__, heard, (const char *[]){ "<stream:error", "<not-authorized", NULL });
	ask(&p, OPEN);
	scram_client_first(&c, HASH_SHA256, STR("tom"), random, SCRAM_CANNOT_BIND, 0, STR(""), &first);
	buf_lit(&text, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>");
	base64_write(&text, buf_all(&first));
	buf_lit(&text, "</auth>");
	heard = ask(&p, buf_z(&text));
	at = strchr(heard, '>');
	assert_non_null(strstr(heard, "<challenge"));
	assert_true(base64_read(&in, str_n(at + 1, strcspn(at + 1, "<"))));
	assert_int_equal(scram_client_final(&c, buf_all(&in), STR("secret"), NULL, &last), 0);
	buf_clear(&text);
	buf_lit(&text, "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>");
	base64_write(&text, buf_all(&last));
	buf_lit(&text, "</response>");
	hears_all(__LINE__, ask(&p, buf_z(&text)), (const char *[]){ "<success", NULL });
	scram_client_free(&c);
	ask(&p, OPEN);
	bind(&p, "lan");
	hears(&p, "tom@anser.test/lan");
	/* The password cannot be changed there either. */
	heard = ask(&p,
		"<iq xmlns='jabber:client' type='set' id='r'><query xmlns='jabber:iq:register'><username>tom</username>"
		"<password>other</password></query></iq>");
	hears_all(__LINE__, heard, (const char *[]){ "type='error'", "not-authorized", NULL });
	talk_free(t);
}

/* Everything at once: nothing is taken before its turn. */
static void pipelined(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_open(t, 0, TALK_TLS);

	say(&p, OPEN);
	say(&p, AUTH_TOM);
	say(&p, OPEN);
	bind(&p, "page");
	say(&p, "<presence xmlns='jabber:client'/>");
	say(&p, MESSAGE("tom@anser.test", "1", "to myself"));
	hears(&p, "<open ", "<stream:features", "<success", "<open ", "<stream:features", "tom@anser.test/page",
	      "<presence ", "to myself");
	talk_free(t);
}

static void dialogue(struct buf *to)
{
	static const char *const messages[] = {
		OPEN,
		AUTH_TOM,
		OPEN,
		"<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
		"<resource>x</resource></bind></iq>",
		"<iq xmlns='jabber:client' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>",
		CLOSE,
	};

	buf_lit(to, HANDSHAKE);
	for (size_t i = 0; i < countof(messages); i++) {
		struct str m = str_z(messages[i]);

		if (i == 1) { /* in fragments, with a ping inside */
			frame(to, 0x01, str_n(m.p, 10));
			frame(to, 0x89, STR("in between"));
			frame(to, 0x00, STR(""));
			frame(to, 0x80, str_from(m, 10));
		} else {
			frame(to, 0x81, m);
		}
	}
}

static void accounts(struct talk *t) { talk_account(t, "tom", "secret"); }

static void any_split_is_the_same(void **state)
{
	own_buf bytes = { 0 }, heard = { 0 };

	dialogue(&bytes);
	assert_true(talk_every_split(2, &web_door, TALK_TLS, accounts, buf_all(&bytes), &heard));
	assert_non_null(memmem(heard.p, heard.n, "id='p'", 6) ?: memmem(heard.p, heard.n, "id=\"p\"", 6));
	assert_non_null(memmem(heard.p, heard.n, "in between", 10));
	assert_non_null(memmem(heard.p, heard.n, "(closed)", 8));
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

/* `error`: the condition of the stream error, NULL: none; then the close code. */
static void refused(int at, struct page *p, const char *error, unsigned code)
{
	const char *heard = hear(p);
	char closed[40];

	snprintf(closed, sizeof closed, "(close %u)\n", code);
	if (error && (!strstr(heard, "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><") ||
		      !strstr(heard, error)))
		fail_msg("row %d: \"%s\" instead of %s", at, heard, error);
	if (!error && strstr(heard, "<stream:error"))
		fail_msg("row %d: \"%s\"", at, heard);
	if (!strstr(heard, closed) || !talk_closed(p->line))
		fail_msg("row %d: \"%s\", not closed with %u", at, heard, code);
}

static void first_messages_that_are_refused(void **state)
{
	static const struct {
		const char *sent, *error;
	} rows[] = {
		{ AUTH_TOM, "<invalid-namespace" },
		{ "<open xmlns='jabber:client' to='anser.test' version='1.0'/>", "<invalid-namespace" },
		{ "<open to='anser.test' version='1.0'/>", "<invalid-namespace" },
		{ "<openly xmlns='" NS_FRAMING "' to='anser.test' version='1.0'/>", "<invalid-namespace" },
		{ "<open xmlns='" NS_FRAMING "' to='anser.test' version='1.0'><x/></open>", "<bad-format" },
		{ "<open xmlns='" NS_FRAMING "' to='other.test' version='1.0'/>", "<host-unknown" },
		{ "<open xmlns='" NS_FRAMING "' version='1.0'/>", "<improper-addressing" },
		{ "<open xmlns='" NS_FRAMING "' to='anser.test'/>", "<unsupported-version" },
		{ "<open xmlns='" NS_FRAMING "' to='anser.test' version='1.0'>", "<not-well-formed" },
		{ "<open xmlns='" NS_FRAMING "' to='anser.test' to='anser.test' version='1.0'/>",
		  "<invalid-namespace" },
		{ HEADER, "<restricted-xml" },
		{ STREAM ">",
		  "<not-well-formed" },
		{ STREAM "/>",
		  "<invalid-namespace" },
		{ "</stream:stream>", "<bad-format" },
		{ OPEN OPEN, "<bad-format" },
		{ " " OPEN, "<bad-format" },
		{ "", "<not-well-formed" },
		{ "hello", "<not-well-formed" },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct talk *t = begin(1);
		own_page p = page_open(t, 0, TALK_TLS);

		say(&p, rows[i].sent);
		refused((int)i, &p, rows[i].error, 1000);
		/* The answer to a stream comes before its error (3.5). */
		assert_ptr_equal(strstr(buf_z(&p.heard), "<open "), buf_z(&p.heard));
		talk_free(t);
	}
}

/* Before login and after it. Each must end the stream, whatever follows. */
static void messages_that_are_refused(void **state)
{
	static const struct {
		const char *sent, *error;
	} rows[] = {
		{ MESSAGE("ann@anser.test", "1", "a") MESSAGE("ann@anser.test", "2", "smuggled"), "<bad-format" },
		{ MESSAGE("ann@anser.test", "1", "a") "<", "<bad-format" },
		{ MESSAGE("ann@anser.test", "1", "a") "</stream:stream>", "<bad-format" },
		{ "<message xmlns='jabber:client' to='ann@anser.test'><body>half", "<not-well-formed" },
		{ "smuggled</body></message>", "<not-well-formed" },
		{ "</body></message>", "<bad-format" },
		{ "</stream:stream>", "<bad-format" },
		{ "<stream:stream>", "<not-well-formed" },
		{ "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'><message to='ann@anser.test'/>",
		  "<not-well-formed" },
		{ OPEN, "<bad-format" },
		{ "<!-- a --><message/>", "<restricted-xml" },
		{ "<message><!-- a --></message>", "<restricted-xml" },
		{ "<?xml version='1.0'?><message/>", "<restricted-xml" },
		{ "<message><?php ?></message>", "<restricted-xml" },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]><message/>", "<restricted-xml" },
		{ "<message><!DOCTYPE a></message>", "<restricted-xml" },
		{ "<message>&b;</message>", "<not-well-formed" },
		{ "<message></presence>", "<not-well-formed" },
		{ " <message/>", "<bad-format" },
		{ "  ", "<not-well-formed" },
		{ "text", "<not-well-formed" },
		{ "<message xmlns='jabber:server'/>", NULL },
		{ "<close/>", NULL },
	};

	for (size_t i = 0; i < 2 * countof(rows); i++) {
		struct talk *t = begin(1);
		own_page p = i & 1 ? page_online(t, 0, "tom", "page") : page_open(t, 0, TALK_TLS);
		struct line *ann = line_online(t, 0, "ann", "tcp");
		const char *heard, *error;

		if (!(i & 1))
			ask(&p, OPEN);
		say(&p, rows[i / 2].sent);
		say(&p, MESSAGE("ann@anser.test", "9", "behind it"));
		/* What is no error of the framing is one of the stream, which has its own word for it. */
		error = i & 1 ? "<unsupported-stanza-type" : "<not-authorized";
		refused((int)(i / 2), &p, rows[i / 2].error ? rows[i / 2].error : error, 1000);
		heard = talk_hear(ann);
		assert_null(strstr(heard, "smuggled"));
		assert_null(strstr(heard, "behind it"));
		talk_free(t);
	}
}

static void frames_that_are_refused(void **state)
{
	struct talk *t = begin(1);
	own_page binary = page_open(t, 0, TALK_TLS), bad = page_open(t, 0, TALK_TLS), text = page_open(t, 0, TALK_TLS);
	own_buf unmasked = { 0 };

	say_frame(&binary, 0x82, STR(OPEN));
	refused(1, &binary, NULL, 1003);
	ask(&bad, OPEN);
	ws_write(&unmasked, WS_TEXT, STR(AUTH_TOM));
	talk_say_n(bad.line, unmasked.p, unmasked.n);
	refused(2, &bad, NULL, 1002);
	say_frame(&text, 0x81, STR("<open \xFF"));
	refused(3, &text, NULL, 1007);
	talk_free(t);
}

static void big(struct buf *to, size_t n)
{
	buf_lit(to, "<message xmlns='jabber:client' to='ann@anser.test'><body>");
	while (to->n < n - (sizeof "</body></message>" - 1))
		buf_byte(to, 'x');
	buf_lit(to, "</body></message>");
}

/* The limit before login is smaller; at the limit a message is taken. */
static void messages_that_are_too_big(void **state)
{
	struct core_settings settings = talk_settings();

	for (int after = 0; after <= 1; after++)
		for (int over = 0; over <= 1; over++) {
			struct talk *t = begin(1);
			size_t max = after ? settings.stanza_max : settings.stanza_before_login;
			own_page p = after ? page_online(t, 0, "tom", "page") : page_open(t, 0, TALK_TLS);
			own_buf m = { 0 };

			if (!after)
				ask(&p, OPEN);
			big(&m, max + (size_t)over);
			say(&p, buf_z(&m));
			if (over)
				refused(after, &p, "<policy-violation", 1009);
			else if (!after)
				refused(after, &p, "<not-authorized", 1000);
			else
				assert_null(strstr(hear(&p), "(close"));
			talk_free(t);
		}
}

/* ---- what XML bombs are made of: the same as over TCP ------------------------------------------------------------ */

static void repeat(struct buf *to, const char *what, size_t n)
{
	while (n--)
		buf_str(to, str_z(what));
}

static void bombs(void **state)
{
	static const struct {
		const char *head, *repeated, *tail;
		size_t n;
		const char *error;
	} rows[] = {
		{ "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY l 'l'>", "<!ENTITY m '&l;&l;&l;&l;'>",
		  "]><message>&m;</message>", 20, "<restricted-xml" },
		{ "<!DOCTYPE l SYSTEM 'file:///etc/passwd'><message>", "&l;", "</message>", 2, "<restricted-xml" },
		{ "<message>", "&lol;", "</message>", 500, "<not-well-formed" },
		{ "<message>", "<a>", "", 65, "<policy-violation" },
		{ "<message>", "<a>", "", 2000, "<policy-violation" },
		{ "<message ", "a='' ", "/>", 65, "<not-well-formed" },
		{ "<message", " xmlns:a='urn:b'", "/>", 2, "<not-well-formed" },
		{ "<message>", "<!-- -->", "</message>", 100, "<restricted-xml" },
		{ "<message><", "a", "/></message", 9000, "<not-well-formed" },
		{ "<message a='", "&lt;", "'", 2000, "<not-well-formed" },
		{ "<message>", "<a/>", "</message>", 2000, NULL },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct talk *t = begin(1);
		own_page p = page_open(t, 0, TALK_TLS);
		own_buf m = { 0 };
		const char *heard;

		ask(&p, OPEN);
		buf_str(&m, str_z(rows[i].head));
		repeat(&m, rows[i].repeated, rows[i].n);
		buf_str(&m, str_z(rows[i].tail));
		say(&p, buf_z(&m));
		heard = hear(&p);
		if (!strstr(heard, rows[i].error ? rows[i].error : "<stream:error") || !talk_closed(p.line))
			fail_msg("row %zu: %s", i, heard);
		talk_free(t);
	}
}

/* ---- what is not lost -------------------------------------------------------------------------------------------- */

static const char *sm_id(const char *heard, char id[100])
{
	const char *at = strstr(heard, "id='");

	assert_non_null(at);
	snprintf(id, 100, "%.*s", (int)strcspn(at + 4, "'"), at + 4);
	return id;
}

/* Cut in the middle, resumed at the same core and at the other one, as a page and over TCP. */
static void resumed_after_a_cut(void **state)
{
	for (unsigned core = 0; core <= 1; core++) {
		struct talk *t = begin(2);
		own_page p = page_online(t, 0, "tom", "page"), again = { 0 };
		struct line *ann = line_online(t, 0, "ann", "tcp");
		char id[100], text[300];

		hears_all(__LINE__, ask(&p, ENABLE), (const char *[]){ "<enabled xmlns='urn:xmpp:sm:3'", NULL });
		sm_id(strstr(buf_z(&p.heard), "<enabled"), id);
		talk_ask(ann, MESSAGE("tom@anser.test/page", "1", "seen"));
		hears(&p, "seen", R);
		talk_cut(p.line);
		talk_ask(ann, MESSAGE("tom@anser.test/page", "2", "missed"));
		again = page_log_in(t, core, "tom");
		snprintf(text, sizeof text, "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='1'/>", id);
		hears_all(__LINE__, ask(&again, text),
			  (const char *[]){ "<resumed xmlns='urn:xmpp:sm:3'", "/>\n", "<message xmlns='jabber:client'",
					    "missed", "</message>\n", NULL });
		assert_null(strstr(buf_z(&again.heard), "seen"));
		talk_ask(ann, MESSAGE("tom@anser.test/page", "3", "after"));
		hears(&again, "<message xmlns='jabber:client'", "after");
		say(&again, MESSAGE("ann@anser.test", "4", "back"));
		hear(&again);
		line_hears(ann, "back");
		assert_null(strstr(
			ask(&again, "<iq xmlns='jabber:client' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"),
			"(close"));
		hears_all(__LINE__, buf_z(&again.heard), (const char *[]){ "id=\"p\"", NULL });
		talk_free(t);
	}
}

/* A browser says nothing of the stream when a tab is closed: the session waits for it (3.6). */
static void resumed_after_a_close_frame(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "page"), again = { 0 };
	char id[100], text[300];

	ask(&p, ENABLE);
	sm_id(strstr(buf_z(&p.heard), "<enabled"), id);
	say_frame(&p, 0x88, STR("\x03\xE9"));
	assert_string_equal(hear(&p), "(close 1001)\n");
	assert_true(talk_closed(p.line));
	again = page_log_in(t, 0, "tom");
	snprintf(text, sizeof text, "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='0'/>", id);
	hears_all(__LINE__, ask(&again, text), (const char *[]){ "<resumed", NULL });
	talk_free(t);
}

/* Who does not read is closed, and finds everything in the store. */
static void stalled(void **state)
{
	struct core_settings settings = talk_settings();
	struct talk *t;
	own_page p = { 0 }, again = { 0 };
	struct line *ann;
	own_buf m = { 0 };
	unsigned n = 0;

	settings.backlog_max = 20000;
	t = talk_new_with(1, NULL, &settings);
	talk_account(t, "tom", "secret");
	talk_account(t, "ann", "secret");
	p = page_online(t, 0, "tom", "page");
	ann = line_online(t, 0, "ann", "tcp");
	big(&m, 2000);
	memcpy(strstr(buf_z(&m), "ann"), "tom", 3);
	talk_stall(p.line, true);
	for (int i = 0; i < 40; i++) {
		talk_say(ann, buf_z(&m));
		talk_hear(ann);
		assert_true(talk_closed(p.line) || link_backlog(talk_link(p.line)) < settings.backlog_max + 5000);
	}
	assert_true(talk_closed(p.line));
	again = page_online(t, 0, "tom", "again");
	hear(&again);
	for (const char *at = buf_z(&again.heard); (at = strstr(at, "xxx</body>")); at++)
		n++;
	assert_int_equal(n, 40);
	talk_free(t);
}

/* What the page sends while the engine wants nothing is not lost, and taken in order. */
static void paused_and_gone_on(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "page");
	struct line *ann = line_online(t, 0, "ann", "tcp");
	char text[200];
	const char *heard;

	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, MESSAGE("ann@anser.test", "%d", "number %d"), i, i);
		say(&p, text);
		say(&p,
		    "<iq xmlns='jabber:client' type='set' id='x'><query xmlns='jabber:iq:private'>"
		    "<a xmlns='urn:a'/></query></iq>");
	}
	hear(&p);
	heard = talk_hear(ann);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, ">number %d<", i);
		heard = strstr(heard, text);
		assert_non_null(heard);
	}
	assert_false(talk_closed(p.line));
	talk_free(t);
}

/* ---- pings, the end ---------------------------------------------------------------------------------------------- */

static void pings(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "page"), silent = page_online(t, 0, "ann", "page");

	say_frame(&p, 0x89, STR("are you there"));
	assert_string_equal(hear(&p), "(pong are you there)\n");
	for (int i = 0; i < 4; i++) {
		talk_wait(t, 61 * 1000);
		assert_non_null(strstr(hear(&p), "(ping)\n"));
		say_frame(&p, 0x8A, STR(""));
		hear(&p);
	}
	hears(&silent, "(ping)\n", "(ping)\n", "(close 1001)\n");
	assert_true(talk_closed(silent.line));
	assert_false(talk_closed(p.line));
	talk_free(t);
}

/* Somebody who only asks and never reads gets no answers without end. */
static void pings_of_who_does_not_read(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "page");
	char text[121];

	memset(text, 'p', sizeof text);
	talk_stall(p.line, true);
	for (int i = 0; i < 5000; i++)
		say_frame(&p, 0x89, str_n(text, 120));
	talk_run(t);
	assert_true(link_backlog(talk_link(p.line)) < 20000);
	talk_free(t);
}

static void no_login_in_time(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_open(t, 0, TALK_TLS);

	ask(&p, OPEN);
	talk_wait(t, 31 * 1000);
	refused(0, &p, "<connection-timeout", 1000);
	talk_free(t);
}

static void a_conflict_is_told(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "same"), other = page_online(t, 0, "tom", "same");

	hears(&p, "<stream:error", "<conflict", "<close", "(close 1000)");
	hear(&other);
	assert_false(talk_closed(other.line));
	talk_free(t);
}

static void the_server_stops(void **state)
{
	struct talk *t = begin(1);
	own_page p = page_online(t, 0, "tom", "page");

	web_door.stop(talk_link(p.line));
	hears(&p, "<stream:error", "<system-shutdown", "<close", "(close 1001)");
	talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshakes),
		cmocka_unit_test(a_stream_from_open_to_close),
		cmocka_unit_test(in_one_request),
		cmocka_unit_test(chat_both_ways),
		cmocka_unit_test(deep_messages_arrive),
		cmocka_unit_test(without_tls_scram_only),
		cmocka_unit_test(pipelined),
		cmocka_unit_test(any_split_is_the_same),
		cmocka_unit_test(first_messages_that_are_refused),
		cmocka_unit_test(messages_that_are_refused),
		cmocka_unit_test(frames_that_are_refused),
		cmocka_unit_test(messages_that_are_too_big),
		cmocka_unit_test(bombs),
		cmocka_unit_test(resumed_after_a_cut),
		cmocka_unit_test(resumed_after_a_close_frame),
		cmocka_unit_test(stalled),
		cmocka_unit_test(paused_and_gone_on),
		cmocka_unit_test(pings),
		cmocka_unit_test(pings_of_who_does_not_read),
		cmocka_unit_test(no_login_in_time),
		cmocka_unit_test(a_conflict_is_told),
		cmocka_unit_test(the_server_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
