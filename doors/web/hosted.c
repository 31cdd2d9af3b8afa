/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/web/hosted.h"

#include <assert.h>

#include "base/crypt.h"
#include "base/log.h"
#include "core/core.h"

#define NS_FRAMING "urn:ietf:params:xml:ns:xmpp-framing"
#define NS_XML "http://www.w3.org/XML/1998/namespace"
#define NS_CLIENT "jabber:client"
#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define HEADER "<stream:stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM "'"

enum { WARM_BYTES = 8192 /* kept for what is said next; hosted_rest() */, STREAM_ID_BYTES = 12 };

static struct hosted *hosted_of(struct link *l) { return holder_of(l, struct hosted, link); }

/* ---- out: from bytes to elements --------------------------------------------------------------------------------- */

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Where the name of the element ends that begins here. */
static size_t name_end(struct str element)
{
	size_t at = 1;

	while (at < element.n && !is_space(element.p[at]) && element.p[at] != '>' && element.p[at] != '/')
		at++;
	return at;
}

/* Whether the start tag declares a default namespace. It is well-formed, and what stands in quotes is passed over. */
static bool declares(struct str element)
{
	for (size_t at = name_end(element); at < element.n && element.p[at] != '>'; at++) {
		char c = element.p[at];

		if (c == '\'' || c == '"')
			at += 1 + str_find(str_from(element, at + 1), c);
		else if (c == 'x' && is_space(element.p[at - 1]) && str_starts(str_from(element, at), STR("xmlns=")))
			return true;
	}
	return false;
}

/* What an element takes from its stream and must say itself where there is none. */
static struct str inherited(struct str element, struct str name)
{
	static const char *const stanzas[] = { "message", "presence", "iq" };

	if (str_starts(name, STR("stream:")))
		return STR(" xmlns:stream='" NS_STREAM "'");
	for (size_t i = 0; i < countof(stanzas); i++)
		if (str_is(name, stanzas[i]))
			return declares(element) ? STR("") : STR(" xmlns='" NS_CLIENT "'");
	return STR("");
}

static void say_element(struct hosted *h, struct str element)
{
	size_t end = name_end(element);
	struct str name = str_n(element.p + 1, end - 1);

	if (str_is(name, "success")) {
		h->logged_in = true;
		h->wants_open = !str_starts(element, STR("<success xmlns='urn:xmpp:sasl:2'")); /* there the stream goes on */
	}
	h->ops->element(h, str_n(element.p, end), inherited(element, name), str_from(element, end));
}

static void say_open(struct hosted *h, struct str frame)
{
	struct arena arena = { 0 };
	struct xml *header = xml_parse_stream(&arena, frame);

	assert(header);
	h->ops->open(h, header);
	arena_free(&arena);
}

static void say(struct hosted *h, enum xml_frame kind, struct str frame)
{
	if (kind == XML_STANZA)
		say_element(h, frame);
	else if (kind == XML_STREAM_OPEN)
		say_open(h, frame);
	else if (kind == XML_STREAM_CLOSE)
		h->ops->close(h);
	else
		assert(kind == XML_BLANK);
}

void hosted_speak(struct hosted *h)
{
	struct buf *out = &h->link.out;
	size_t at = 0, len;

	if (!out->n)
		return;
	while (at < out->n) {
		enum xml_frame kind;

		/* A header: the first, or the one after login, inside of what the framer takes for a stream. */
		if (str_starts(str_n(out->p + at, out->n - at), STR("<?xml ")))
			h->framer = (struct xml_framer){ .ours = true };
		kind = xml_frame(&h->framer, out->p + at, out->n - at, SIZE_MAX, &len);
		if (kind == XML_MORE)
			break;
		say(h, kind, str_n(out->p + at, len));
		at += len;
	}
	buf_eat(out, at);
	if (!out->n && out->room > WARM_BYTES)
		buf_free(out);
	h->link.unsent = h->ops->backlog(h);
	h->ops->said(h);
}

/* ---- the link ---------------------------------------------------------------------------------------------------- */

static void later(struct post *p)
{
	struct hosted *h = holder_of(p, struct hosted, later);

	h->posted = false;
	if (h->freed) {
		h->ops->release(h);
		return;
	}
	if (!h->link.closing || h->why != CLOSE_STALLED)
		hosted_speak(h);
	if (!h->link.closing || !h->link.state)
		return;
	h->link.door->close(&h->link, h->why);
	h->link.state = NULL;
	h->ops->ended(h, h->why);
}

/* When the core ends nothing comes later (hosted_drop). */
static void post(struct hosted *h)
{
	if (h->posted || core_ending(h->link.core))
		return;
	h->posted = true;
	world_later(core_world(h->link.core), &h->later);
}

/* The door looks at the backlog right after this. */
static void on_dirty(struct link *l)
{
	struct hosted *h = hosted_of(l);

	l->unsent = h->ops->backlog(h);
	post(h);
}

static void on_start_tls(struct link *l) { assert(!"no TLS begins inside of HTTP"); }

static void on_pause(struct link *l, bool paused)
{
	struct hosted *h = hosted_of(l);

	h->paused = paused;
	h->ops->pause(h, paused);
}

static void on_hang_up(struct link *l, enum close_why why)
{
	if (l->closing)
		return;
	l->closing = true;
	hosted_of(l)->why = why;
	post(hosted_of(l));
}

/* Whoever carries us ends TLS, but the peer is a page, and a page is not told of the channel. */
static bool on_binding(struct link *l, enum binding kind, struct buf *to) { return false; }

static void on_local(struct link *l, uint8_t address[16]) { memset(address, 0, 16); }

static const struct link_ops link_ops = {
	.dirty = on_dirty,
	.start_tls = on_start_tls,
	.pause = on_pause,
	.hang_up = on_hang_up,
	.binding = on_binding,
	.local = on_local,
};

void hosted_begin(struct hosted *h, const struct hosted_ops *ops, const struct link *like)
{
	h->ops = ops;
	h->later.run = later;
	h->wants_open = true;
	h->link = (struct link){ .ops = &link_ops, .door = &xmpp_door, .core = like->core, .secure = like->secure,
				 .loopback = like->loopback, .no_starttls = true, .port = like->port };
	memcpy(h->link.address, like->address, sizeof like->address);
	h->link.door->open(&h->link);
}

size_t hosted_max(const struct hosted *h)
{
	const struct core_settings *settings = core_settings(h->link.core);

	return h->logged_in ? settings->stanza_max : settings->stanza_before_login;
}

/* ---- in: from elements to bytes ---------------------------------------------------------------------------------- */

static void feed(struct hosted *h, struct str bytes)
{
	int r;

	if (h->link.closing || !h->link.state)
		return;
	r = h->link.door->feed(&h->link, bytes.p, bytes.n);
	if (r)
		on_hang_up(&h->link, CLOSE_ASKED);
}

void hosted_open(struct hosted *h, const struct hosted_header *header)
{
	own_buf bytes = { 0 };

	if (!h->wants_open) {
		hosted_refuse(h, "bad-format", "The stream is open already.");
		return;
	}
	buf_lit(&bytes, HEADER);
	xml_write_attr(&bytes, "to", header->to);
	xml_write_attr(&bytes, "from", header->from);
	xml_write_attr(&bytes, "version", header->version);
	xml_write_attr(&bytes, "xml:lang", header->lang);
	buf_byte(&bytes, '>');
	h->wants_open = false;
	feed(h, buf_all(&bytes));
}

void hosted_element(struct hosted *h, struct str bytes)
{
	if (h->wants_open)
		hosted_refuse(h, "bad-format", "A stream is opened first.");
	else
		feed(h, bytes);
}

/* Between two headers the door does not know what an end is. */
void hosted_close(struct hosted *h)
{
	if (h->link.closing || !h->link.state)
		return;
	if (!h->wants_open) {
		feed(h, STR("</stream:stream>"));
		return;
	}
	if (h->framer.open)
		buf_lit(&h->link.out, "</stream:stream>");
	else
		h->ops->close(h);
	on_hang_up(&h->link, CLOSE_ASKED);
}

/* What of the framing itself is in this message; NULL: nothing. `arena` is its. */
static const struct xml *framing(struct str message, struct arena *arena)
{
	const struct xml *x = xml_parse(arena, message, STR(""), false);

	return x && str_is(x->ns, NS_FRAMING) && (str_is(x->name, "open") || str_is(x->name, "close")) ? x : NULL;
}

static void open_take(struct hosted *h, const struct xml *x)
{
	struct hosted_header header = { xml_attr(x, "to"), xml_attr(x, "from"), xml_attr(x, "version"),
					xml_attr_ns(x, "lang", NS_XML) };

	hosted_open(h, &header);
}

/* True: the message was of the framing, or is refused. */
static bool framing_take(struct hosted *h, struct str message)
{
	struct arena arena = { 0 };
	const struct xml *x = framing(message, &arena);

	if (x && xml_child(x, NULL, NULL))
		hosted_refuse(h, "bad-format", "There is nothing inside of <open/> and <close/>.");
	else if (x && str_is(x->name, "open"))
		open_take(h, x);
	else if (x)
		hosted_close(h);
	else if (h->wants_open)
		hosted_refuse(h, "invalid-namespace", "A stream begins with <open xmlns='" NS_FRAMING "'/>.");
	arena_free(&arena);
	return x || h->link.closing;
}

static const struct {
	const char *condition, *text;
} faults[] = {
	[XML_MORE] = { "not-well-formed", "A message holds a whole element." },
	[XML_STANZA] = { "bad-format", "A message holds one element, and nothing beside it." },
	[XML_STREAM_CLOSE] = { "bad-format", "A stream ends with <close/>." },
	[XML_BLANK] = { "bad-format", "The first character of a message is '<'." },
	[XML_NOT_WELL_FORMED] = { "not-well-formed", "This is no XML." },
	[XML_RESTRICTED] = { "restricted-xml",
			     "Comments, processing instructions and document types are not allowed." },
	[XML_TOO_BIG] = { "policy-violation", "A stanza is too big, or its elements are too deep inside one another." },
};

/* Whether it is exactly one element. The door's own framer must find the same limits: nothing may be left over that
 * would be put together with the next message. */
static bool is_one(struct hosted *h, struct str message)
{
	struct xml_framer f = { .open = true };
	size_t len = 0;
	enum xml_frame kind = xml_frame(&f, message.p, message.n, hosted_max(h) + 1, &len);

	if (kind == XML_STANZA && len == message.n)
		return true;
	hosted_refuse(h, faults[kind].condition, faults[kind].text);
	return false;
}

void hosted_take(struct hosted *h, struct str message)
{
	while (message.n && is_space(message.p[message.n - 1]))
		message.n--;
	if (h->link.closing || !h->link.state)
		return;
	/* Whether a header is due, and how large a message may be, is known from what the door has said. */
	hosted_speak(h);
	if (!is_one(h, message))
		return;
	if ((h->wants_open || str_starts(message, STR("<open")) || str_starts(message, STR("<close"))) &&
	    framing_take(h, message))
		return;
	hosted_element(h, message);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void header_write(struct hosted *h)
{
	struct buf *out = &h->link.out;
	uint8_t id[STREAM_ID_BYTES];

	world_random(core_world(h->link.core), id, sizeof id);
	buf_lit(out, "<?xml version='1.0'?>" HEADER " id='");
	hex_write(out, str_bytes(id, sizeof id));
	buf_byte(out, '\'');
	xml_write_attr(out, "from", core_domain(h->link.core));
	buf_lit(out, " version='1.0' xml:lang='en'>");
}

void hosted_refuse(struct hosted *h, const char *condition, const char *text)
{
	struct buf *out = &h->link.out;
	own_buf address = { 0 };

	if (h->link.closing || !h->link.state)
		return;
	link_address(&h->link, &address);
	log_event(protocol_error, "door=web ip=%s user=- condition=%s", buf_z(&address), condition);
	hosted_speak(h);
	if (!h->framer.open)
		header_write(h);
	buf_lit(out, "<stream:error><");
	buf_str(out, str_z(condition));
	buf_lit(out, " xmlns='" NS_STREAM_ERRORS "'/><text xmlns='" NS_STREAM_ERRORS "' xml:lang='en'>");
	xml_escape(out, str_z(text));
	buf_lit(out, "</text></stream:error></stream:stream>");
	on_hang_up(&h->link, CLOSE_ASKED);
}

void hosted_stop(struct hosted *h)
{
	if (h->link.closing || !h->link.state)
		return;
	h->link.door->stop(&h->link);
	hosted_speak(h);
}

void hosted_written(struct hosted *h)
{
	h->link.unsent = 0;
	if (h->link.state && !h->link.closing && !h->link.out.n)
		h->link.door->written(&h->link);
}

void hosted_rest(struct hosted *h)
{
	if (!h->link.out.n)
		buf_free(&h->link.out);
}

void hosted_end(struct hosted *h, enum close_why why) { on_hang_up(&h->link, why); }

void hosted_free(struct hosted *h, enum close_why why)
{
	assert(!h->freed);
	h->freed = h->link.closing = true;
	if (h->link.state)
		h->link.door->close(&h->link, why);
	h->link.state = NULL;
	buf_free(&h->link.out);
	post(h);
}

/* The stream has timers: the door must hear of the end, and it still stands (bosh.c). */
void hosted_drop(struct hosted *h)
{
	h->freed = h->link.closing = true;
	if (h->link.state)
		h->link.door->close(&h->link, CLOSE_SHUTDOWN);
	h->link.state = NULL;
	buf_free(&h->link.out);
	if (!h->posted)
		h->ops->release(h);
}
