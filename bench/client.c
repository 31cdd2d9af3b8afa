/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/client.h"

#include <assert.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/crypt.h"
#include "base/mem.h"
#include "wire/ws.h"

enum { FRAME_MAX = 1 << 20 };

#define NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SM "urn:xmpp:sm:3"
#define NS_FRAMING "urn:ietf:params:xml:ns:xmpp-framing"

static void fail(struct client *c, const char *what, struct str answer)
{
	snprintf(c->target->why, sizeof c->target->why, "u%u: %s: %.*s", c->number, what, (int)(answer.n > 160 ? 160 : answer.n),
		 answer.p ? answer.p : "");
	c->target->refused++;
	link_close(&c->link);
}

static void say(struct client *c, const char *text)
{
	buf_add(&c->link.out, text, strlen(text));
	link_send(&c->link);
}

static void stream_open(struct client *c)
{
	c->framer = (struct xml_framer){ .open = c->target->ws };
	c->at = CLIENT_FEATURES;
	if (c->target->ws)
		buf_fmt(&c->link.out, "<open xmlns='" NS_FRAMING "' to='%.*s' version='1.0'/>", STR_ARG(c->target->domain));
	else
		buf_fmt(&c->link.out, "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
			      "to='%.*s' version='1.0'>", STR_ARG(c->target->domain));
	link_send(&c->link);
}

/* ---- what is answered to what ---------------------------------------------------------------------------------------------- */

static void account_register(struct client *c)
{
	c->at = CLIENT_REGISTER;
	buf_fmt(&c->link.out, "<iq type='set' id='reg' to='%.*s'><query xmlns='jabber:iq:register'><username>u%u</username>"
			      "<password>%.*s</password></query></iq>", STR_ARG(c->target->domain), c->number, STR_ARG(c->target->password));
	link_send(&c->link);
}

static void on_registered(struct client *c, const struct xml *x)
{
	const struct xml *error = xml_child(x, "error", NULL);

	/* Of an earlier run: as good as new. */
	if (xml_is(x, "iq", NULL) && (!error || xml_child(error, "conflict", NULL)))
		client_bye(c);
	else
		fail(c, "no account", x->raw);
}

static bool offered(const struct xml *mechanisms, const char *name, struct arena *scratch)
{
	for (const struct xml *m = xml_child(mechanisms, "mechanism", NULL); m; m = xml_sibling(m, "mechanism", NULL))
		if (str_is(xml_text(m, scratch), name))
			return true;
	return false;
}

static void login(struct client *c, const struct xml *features)
{
	const struct xml *mechanisms = xml_child(features, "mechanisms", NS_SASL);
	uint8_t random[SCRAM_NONCE_BYTES];
	own_buf first = { 0 }, name = { 0 };
	struct arena scratch = { 0 };
	bool sha256 = !c->target->sha1 && mechanisms && offered(mechanisms, "SCRAM-SHA-256", &scratch);

	if (!sha256 && (!mechanisms || !offered(mechanisms, "SCRAM-SHA-1", &scratch))) {
		fail(c, "no SCRAM", features->raw);
		arena_free(&scratch);
		return;
	}
	arena_free(&scratch);
	c->at = CLIENT_CHALLENGE;
	if (getrandom(random, sizeof random, 0) != sizeof random)
		return fail(c, "no randomness", STR_NONE);
	buf_fmt(&name, "u%u", c->number);
	scram_client_first(&c->scram, sha256 ? HASH_SHA256 : HASH_SHA1, buf_all(&name), random, SCRAM_CANNOT_BIND, SCRAM_UNBOUND,
			   STR_NONE, &first);
	buf_fmt(&c->link.out, "<auth xmlns='" NS_SASL "' mechanism='%s'>", sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-1");
	base64_write(&c->link.out, buf_all(&first));
	say(c, "</auth>");
}

static void bind_resource(struct client *c)
{
	c->at = CLIENT_BIND;
	buf_fmt(&c->link.out, "<iq type='set' id='bind'><bind xmlns='" NS_BIND "'><resource>r%u</resource></bind></iq>", c->resource);
	link_send(&c->link);
}

static void on_features(struct client *c, const struct xml *x)
{
	if (!xml_is(x, "features", NULL))
		fail(c, "no features", x->raw);
	else if (c->target->tls == TLS_START && !c->link.secure) {
		c->at = CLIENT_TLS;
		say(c, "<starttls xmlns='" NS_TLS "'/>");
	} else if (c->registers)
		account_register(c);
	else if (!c->authenticated)
		login(c, x);
	else
		bind_resource(c);
}

static void on_proceed(struct client *c, const struct xml *x)
{
	if (xml_is(x, "proceed", NS_TLS))
		link_tls(&c->link);
	else
		fail(c, "no TLS", x->raw);
}

static void on_challenge(struct client *c, const struct xml *x)
{
	own_buf first = { 0 }, final = { 0 };
	struct arena scratch = { 0 };
	bool good = xml_is(x, "challenge", NS_SASL) && base64_read(&first, xml_text(x, &scratch)) &&
		    !scram_client_final(&c->scram, buf_all(&first), c->target->password, &c->target->salted[c->number], &final);

	arena_free(&scratch);
	if (!good)
		return fail(c, "login", x->raw);
	c->at = CLIENT_SUCCESS;
	say(c, "<response xmlns='" NS_SASL "'>");
	base64_write(&c->link.out, buf_all(&final));
	say(c, "</response>");
}

static void on_success(struct client *c, const struct xml *x)
{
	own_buf final = { 0 };
	struct arena scratch = { 0 };
	bool good = xml_is(x, "success", NS_SASL) && base64_read(&final, xml_text(x, &scratch)) &&
		    !scram_client_check(&c->scram, buf_all(&final));

	arena_free(&scratch);
	scram_client_free(&c->scram);
	if (!good)
		return fail(c, "login", x->raw);
	c->authenticated = true;
	stream_open(c);
}

static void presence_send(struct client *c)
{
	c->at = CLIENT_PRESENCE;
	c->said++;
	say(c, "<presence/>");
}

static void on_bound(struct client *c, const struct xml *x)
{
	if (!str_is(xml_attr(x, "type"), "result"))
		return fail(c, "bind", x->raw);
	if (!c->target->acks) {
		presence_send(c);
		return;
	}
	c->at = CLIENT_ENABLE;
	say(c, "<enable xmlns='" NS_SM "'/>");
}

static void on_enabled(struct client *c, const struct xml *x)
{
	if (!xml_is(x, "enabled", NS_SM))
		return fail(c, "XEP-0198", x->raw);
	c->heard = c->said = 0;
	presence_send(c);
}

static void on_presence(struct client *c, const struct xml *x)
{
	if (!xml_is(x, "presence", NULL))
		return; /* the server's own questions and greetings */
	c->at = CLIENT_READY;
	c->acts->ready(c);
}

static void on_nothing(struct client *c, const struct xml *x) {}

static void (*const on[CLIENT_STATES])(struct client *, const struct xml *) = {
	[CLIENT_CONNECT] = on_nothing,      [CLIENT_FEATURES] = on_features, [CLIENT_TLS] = on_proceed,
	[CLIENT_REGISTER] = on_registered,  [CLIENT_CHALLENGE] = on_challenge, [CLIENT_SUCCESS] = on_success,
	[CLIENT_BIND] = on_bound,           [CLIENT_ENABLE] = on_enabled,    [CLIENT_PRESENCE] = on_presence,
	[CLIENT_READY] = on_nothing,        [CLIENT_BYE] = on_nothing,
};

/* ---- stanzas as they come ---------------------------------------------------------------------------------------------------- */

static void acknowledge(struct client *c)
{
	buf_lit(&c->link.out, "<a xmlns='" NS_SM "' h='");
	buf_u64(&c->link.out, c->heard);
	say(c, "'/>");
}

static void negotiate(struct client *c, struct str stanza)
{
	struct arena arena = { 0 };
	const struct xml *x = xml_parse(&arena, stanza, STR("jabber:client"), true);

	if (!x)
		fail(c, "not well-formed", stanza);
	else if (xml_is(x, "error", "http://etherx.jabber.org/streams") && c->at != CLIENT_BYE)
		fail(c, "stream error", stanza);
	else
		on[c->at](c, x);
	arena_free(&arena);
}

static void stanza(struct client *c, struct str s)
{
	if (stanza_is(s, STR("<r")))
		acknowledge(c);
	else {
		c->heard += stanza_is(s, STR("<message")) || stanza_is(s, STR("<presence")) || stanza_is(s, STR("<iq"));
		if (c->at == CLIENT_READY)
			c->acts->stanza(c, s);
		else
			negotiate(c, s);
	}
}

static void ended(struct client *c, struct str rest)
{
	if (c->at != CLIENT_BYE)
		fail(c, "the server ended the stream", rest);
	link_close(&c->link);
}

static size_t client_bytes(struct link *l, struct str bytes)
{
	struct client *c = holder_of(l, struct client, link);
	size_t taken = 0, n;

	while (taken < bytes.n && !l->closed) {
		struct str rest = str_from(bytes, taken);
		enum xml_frame kind = xml_frame(&c->framer, rest.p, rest.n, FRAME_MAX, &n);

		if (kind == XML_MORE)
			break;
		if (kind != XML_STANZA && kind != XML_STREAM_OPEN && kind != XML_BLANK) {
			ended(c, rest);
			return bytes.n;
		}
		taken += n;
		if (kind == XML_STANZA)
			stanza(c, str_n(rest.p, n));
	}
	return l->closed ? bytes.n : taken;
}

/* ---- over WebSocket ------------------------------------------------------------------------------------------------------------ */

static void upgrade(struct client *c)
{
	buf_lit(&c->link.out, "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
			      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n");
	c->link.ready = c->link.out.n;
	link_send(&c->link);
}

/* One message for each element. Frames of a client are masked; a mask of zeros costs us nothing, and the server the same as any. */
static void frames_make(struct link *l)
{
	struct client *c = holder_of(l, struct client, link);
	struct buf *frames = &c->target->frames;
	size_t n;

	buf_clear(frames);
	for (size_t at = l->ready; at < l->out.n; at += n) {
		struct xml_framer f = { .open = true };
		size_t head = frames->n;

		if (xml_frame(&f, l->out.p + at, l->out.n - at, FRAME_MAX, &n) != XML_STANZA)
			n = l->out.n - at;
		ws_write_head(frames, WS_TEXT, n);
		frames->p[head + 1] |= (char)0x80;
		buf_lit(frames, "\0\0\0\0");
		buf_add(frames, l->out.p + at, n);
	}
	l->out.n = l->ready;
	buf_str(&l->out, buf_all(frames));
}

static void frames_send(struct link *l)
{
	if (holder_of(l, struct client, link)->target->ws)
		frames_make(l);
}

static size_t upgraded(struct client *c, struct str bytes)
{
	const char *end = memmem(bytes.p, bytes.n, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (!str_starts(bytes, STR("HTTP/1.1 101 "))) {
		fail(c, "no WebSocket", bytes);
		return bytes.n;
	}
	c->upgraded = true;
	stream_open(c);
	return (size_t)(end - bytes.p) + 4;
}

static void message(struct client *c, enum ws_opcode kind, struct str text)
{
	if (kind == WS_CLOSE || str_starts(text, STR("<close ")))
		ended(c, text);
	else if (kind == WS_TEXT && !str_starts(text, STR("<open ")))
		stanza(c, text);
}

/* A frame of the server: whole, not masked. Its bytes; 0: they are not all there. */
static size_t frame_read(struct client *c, struct str bytes)
{
	const uint8_t *b = (const uint8_t *)bytes.p;
	size_t head = 2, n;

	if (bytes.n < 2)
		return 0;
	n = b[1];
	head += n == 127 ? 8 : n == 126 ? 2 : 0;
	if (bytes.n < head)
		return 0;
	for (size_t i = 2, wide = 0; i < head; i++)
		n = wide = wide << 8 | b[i];
	if (bytes.n - head < n)
		return 0;
	message(c, (enum ws_opcode)(b[0] & 0x0F), str_n(bytes.p + head, n));
	return head + n;
}

static size_t frames_take(struct client *c, struct str bytes)
{
	size_t taken = c->upgraded ? 0 : upgraded(c, bytes), n;

	if (!c->upgraded)
		return taken;
	while (!c->link.closed && (n = frame_read(c, str_from(bytes, taken))))
		taken += n;
	return c->link.closed ? bytes.n : taken;
}

static size_t bytes_take(struct link *l, struct str bytes)
{
	struct client *c = holder_of(l, struct client, link);

	return c->target->ws ? frames_take(c, bytes) : client_bytes(l, bytes);
}

/* ---- its life ------------------------------------------------------------------------------------------------------------------ */

static void client_open(struct link *l)
{
	struct client *c = holder_of(l, struct client, link);

	if (c->target->ws) {
		upgrade(c);
		return;
	}
	if (!c->target->raw) {
		stream_open(c);
		return;
	}
	c->framer.open = true;
	c->at = CLIENT_READY;
	c->acts->ready(c);
}

static void client_gone(struct link *l)
{
	struct client *c = holder_of(l, struct client, link);

	scram_client_free(&c->scram);
	if (c->at == CLIENT_CONNECT && !l->secure)
		snprintf(c->target->why, sizeof c->target->why, "cannot connect");
	c->acts->gone(c);
}

static const struct link_acts client_link_acts = { .open = client_open, .bytes = bytes_take, .gone = client_gone, .frame = frames_send };

void client_begin(struct client *c)
{
	assert(c->number < c->target->accounts);
	link_connect(&c->link, &c->target->net, &client_link_acts, c->target->tls == TLS_DIRECT);
}

void client_bye(struct client *c)
{
	c->at = CLIENT_BYE;
	say(c, c->target->ws ? "<close xmlns='" NS_FRAMING "'/>" : "</stream:stream>");
}

struct str stanza_attr(struct str stanza, struct str name)
{
	struct str tag = str_n(stanza.p, str_find(stanza, '>'));
	const char *hit = memmem(tag.p, tag.n, name.p, name.n);
	struct str value;

	if (!hit || (size_t)(hit - tag.p) + name.n + 2 > tag.n)
		return STR_NONE;
	value = str_from(tag, (size_t)(hit - tag.p) + name.n + 1);
	return str_n(value.p, str_find(value, hit[name.n]));
}
