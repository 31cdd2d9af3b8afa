/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/stream.c - RFC 6120, 4: the stream as such. Bytes become frames where they lie, frames become elements,
 * and what an element may mean in which state stands in one table; whatever is not in it ends the stream.
 */
#include <assert.h>

#include "base/crypt.h"
#include "base/log.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/avatar.h"

#define NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"

enum { STREAM_ID_BYTES = 12 };

/* ---- our header, and the end ----------------------------------------------------------------------------------- */

static void header_write(struct xmpp *x, struct jid client)
{
	struct buf *out = xmpp_out(x);
	uint8_t id[STREAM_ID_BYTES];

	world_random(core_world(x->core), id, sizeof id);
	buf_lit(out, "<?xml version='1.0'?><stream:stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM "' id='");
	hex_write(out, str_bytes(id, sizeof id));
	buf_byte(out, '\'');
	xml_write_attr(out, "from", core_domain(x->core));
	if (client.p)
		xml_write_attr(out, "to", jid_bare(client));
	buf_lit(out, " version='1.0' xml:lang='en'>");
	x->opened = true;
}

static void error_write(struct buf *out, const char *condition, const char *text, struct str extra)
{
	buf_lit(out, "<stream:error><");
	buf_str(out, str_z(condition));
	buf_lit(out, " xmlns='" NS_STREAM_ERRORS "'/>");
	if (text) {
		buf_lit(out, "<text xmlns='" NS_STREAM_ERRORS "' xml:lang='en'>");
		xml_escape(out, str_z(text));
		buf_lit(out, "</text>");
	}
	buf_str(out, extra);
	buf_lit(out, "</stream:error>");
}

static void error_log(struct xmpp *x, const char *condition)
{
	own_buf address = { 0 };

	link_address(x->link, &address);
	log_event(protocol_error, "door=xmpp ip=%s user=%.*s condition=%s", buf_z(&address),
		  STR_ARG(x->account.name.p ? x->account.name : STR("-")), condition);
}

/* Behind this nothing is taken any more, and the session does not outlive the link. */
static void farewell(struct xmpp *x)
{
	struct link *l = x->link;

	buf_lit(xmpp_out(x), "</stream:stream>");
	x->ended = true;
	l->ops->dirty(l);
	l->ops->hang_up(l, CLOSE_ASKED);
}

static bool is_over(const struct xmpp *x) { return !x->link || x->link->closing || x->ended; }

static void error_end(struct xmpp *x, const char *condition, const char *text, struct str extra)
{
	x->set_aside = false; /* what was for a session that its client will never know of */
	if (!x->opened)
		header_write(x, (struct jid){ 0 });
	error_write(xmpp_out(x), condition, text, extra);
	farewell(x);
	xmpp_session_end(x);
}

void stream_error(struct xmpp *x, const char *condition, const char *text, struct str extra)
{
	if (is_over(x))
		return;
	error_log(x, condition);
	error_end(x, condition, text, extra);
}

void stream_dismiss(struct xmpp *x, const char *condition, const char *text)
{
	if (!is_over(x))
		error_end(x, condition, text, STR_NONE);
}

void stream_aside_end(struct xmpp *x)
{
	if (!x->set_aside)
		return;
	x->set_aside = false;
	buf_str(xmpp_out(x), buf_all(&x->aside));
	buf_free(&x->aside);
	xmpp_flush(x);
}

void stream_end(struct xmpp *x)
{
	if (is_over(x))
		return;
	farewell(x);
	xmpp_session_end(x);
}

/* ---- their header ---------------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The start tag without the XML declaration before it. */
static struct str start_tag(struct str raw)
{
	size_t at = 0;

	while (at + 1 < raw.n && !(raw.p[at] == '<' && raw.p[at + 1] != '?'))
		at++;
	return str_from(raw, at);
}

/* The default namespace that a start tag declares; the tree does not show it. The tag is known to be well-formed. */
static struct str default_namespace(struct str tag)
{
	for (size_t at = 0; at < tag.n; at++) {
		size_t name = at, end;

		while (at < tag.n && tag.p[at] != '=')
			at++;
		while (name < at && !is_blank(tag.p[name]))
			name++;
		struct str key = str_trim(str_n(tag.p + name, at - name));
		while (at < tag.n && tag.p[at] != '\'' && tag.p[at] != '"')
			at++;
		if (at == tag.n)
			break;
		end = at + 1 + str_find(str_from(tag, at + 1), tag.p[at]);
		if (str_is(key, "xmlns"))
			return str_n(tag.p + at + 1, end - at - 1);
		at = end;
	}
	return STR("");
}

static bool is_version_1(struct str version)
{
	size_t dot = str_find(version, '.');
	uint64_t major, minor;

	return str_u64(str_n(version.p, dot), &major) && str_u64(str_from(version, dot + 1), &minor) && major >= 1;
}

static bool is_our_domain(struct xmpp *x, struct str to)
{
	struct str domain;

	return jid_domain_prepare(&domain, to, xmpp_scratch(x)) && str_eq(domain, core_domain(x->core));
}

/* What is wrong with a stream header (4.7 to 4.9), or NULL. */
static const char *header_fault(struct xmpp *x, const struct xml *header, struct str raw, const char **ret_text)
{
	struct str tag = start_tag(raw), to = xml_attr(header, "to");

	if (!xml_is(header, NULL, NS_STREAM)) {
		*ret_text = "The namespace of the stream must be " NS_STREAM ".";
		return "invalid-namespace";
	}
	if (!str_is(header->name, "stream")) {
		*ret_text = "A stream begins with <stream:stream>.";
		return "bad-format";
	}
	if (!str_starts(tag, STR("<stream:"))) {
		*ret_text = "The prefix of the stream must be \"stream\".";
		return "bad-namespace-prefix";
	}
	if (!str_is(default_namespace(tag), NS_CLIENT)) {
		*ret_text = "The default namespace of the stream must be " NS_CLIENT ".";
		return "invalid-namespace";
	}
	if (!to.p) {
		*ret_text = "The stream header lacks \"to\".";
		return "improper-addressing";
	}
	if (!is_our_domain(x, to)) {
		*ret_text = "This server does not serve the domain.";
		return "host-unknown";
	}
	if (!is_version_1(xml_attr(header, "version"))) {
		*ret_text = "Version 1.0 is spoken here.";
		return "unsupported-version";
	}
	return NULL;
}

void stream_features(struct xmpp *x)
{
	struct buf *out = xmpp_out(x);

	buf_lit(out, "<stream:features>");
	for (size_t i = 0; xmpp_features[i]; i++)
		if (xmpp_features[i]->offer)
			xmpp_features[i]->offer(x, out);
	buf_lit(out, "</stream:features>");
	xmpp_flush(x);
}

static void from_keep(struct xmpp *x, struct jid client)
{
	mem_free((char *)x->from.p);
	x->from = STR_NONE;
	if (client.p && client.local)
		x->from = str_n(str_dup(jid_bare(client)), jid_bare(client).n);
}

static void take_open(struct xmpp *x, struct str frame)
{
	struct xml *header = xml_parse_stream(xmpp_scratch(x), frame);
	const char *text = NULL, *condition;
	struct jid client = { 0 };

	if (!header) {
		xmpp_stream_error(x, "not-well-formed", "The stream header cannot be read.");
		return;
	}
	if (!jid_parse(&client, xml_attr(header, "from"), xmpp_scratch(x)))
		client = (struct jid){ 0 };
	condition = header_fault(x, header, frame, &text);
	header_write(x, client);
	if (condition) {
		xmpp_stream_error(x, condition, text);
		return;
	}
	from_keep(x, client);
	if (x->state == XMPP_CONNECTED)
		x->state = xmpp_safe(x) ? XMPP_SECURE : XMPP_PLAIN;
	stream_features(x);
}

void stream_restart(struct xmpp *x, enum xmpp_state state)
{
	x->state = state;
	x->opened = false;
	x->framer = (struct xml_framer){ 0 };
}

/* ---- elements -------------------------------------------------------------------------------------------------- */

/* Stanzas: which, in which states. What else may come are the features' nonzas, with states of their own. */
static const struct stanza_row {
	const char *name;
	unsigned states;
	void (*take)(struct xmpp *x, const struct xml *element);
} stanza_rows[] = {
	{ "message", XMPP_BOUND, message_take },
	{ "presence", XMPP_BOUND, presence_take },
	{ "iq", XMPP_PLAIN | XMPP_SECURE | XMPP_AUTHENTICATED | XMPP_BOUND, iq_take },
};

static const struct stanza_row *stanza_row(const struct xml *element)
{
	if (str_is(element->ns, NS_CLIENT))
		for (size_t i = 0; i < countof(stanza_rows); i++)
			if (str_is(element->name, stanza_rows[i].name))
				return &stanza_rows[i];
	return NULL;
}

static void refuse(struct xmpp *x)
{
	if (x->state == XMPP_BOUND)
		xmpp_stream_error(x, "unsupported-stanza-type", "This element means nothing here.");
	else
		xmpp_stream_error(x, "not-authorized", "Not before you have logged in and bound a resource.");
}

static void take_nonza(struct xmpp *x, const struct nonza_handler *nonza, const struct xml *element)
{
	if (nonza && nonza->states & x->state)
		nonza->take(x, element);
	else
		refuse(x);
}

static void take_stanza(struct xmpp *x, const struct stanza_row *row, const struct xml *element)
{
	if (!(row->states & x->state)) {
		refuse(x);
		return;
	}
	if (x->sm)
		sm_received(x);
	row->take(x, element);
}

/* False: it must wait, since messages that were sent before it are on their way to the disk. */
static bool take_element(struct xmpp *x, struct str frame)
{
	const struct xml *element = xml_parse(xmpp_scratch(x), frame, STR(NS_CLIENT), true);
	const struct stanza_row *row;
	const struct nonza_handler *nonza;
	bool overtakes;

	if (!element) {
		xmpp_stream_error(x, "not-well-formed", "This is no XML as RFC 6120 wants it.");
		return true;
	}
	if (!sasl2_takes(x, element)) {
		xmpp_stream_error(x, "policy-violation", "Nothing else is said before the login has ended.");
		return true;
	}
	row = stanza_row(element);
	nonza = row ? NULL : home_nonza(x->home, element);
	overtakes = row == &stanza_rows[0] || (nonza && nonza->overtakes);
	if (x->state == XMPP_BOUND && !overtakes && session_must_wait(&x->session))
		return false;
	if (x->state == XMPP_BOUND && row && row->take == presence_take && !avatar_known(x))
		return false;
	if (row)
		take_stanza(x, row, element);
	else
		take_nonza(x, nonza, element);
	return true;
}

/* ---- frames ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *condition, *text;
} frame_faults[] = {
	[XML_NOT_WELL_FORMED] = { "not-well-formed", "This is no XML." },
	[XML_RESTRICTED] = { "restricted-xml",
			     "Comments, processing instructions and document types are not allowed." },
	[XML_TOO_BIG] = { "policy-violation", "A stanza is too big, or its elements are too deep inside one another." },
};

/* One whole frame. False: it must wait. */
static bool take_frame(struct xmpp *x, enum xml_frame kind, struct str frame)
{
	arena_reset(xmpp_scratch(x));
	switch (kind) {
	case XML_STANZA:
		return take_element(x, frame);
	case XML_STREAM_OPEN:
		take_open(x, frame);
		return true;
	case XML_STREAM_CLOSE:
		if (x->state == XMPP_BOUND && session_must_wait(&x->session))
			return false;
		stream_end(x);
		return true;
	case XML_BLANK:
		return true;
	default:
		xmpp_stream_error(x, frame_faults[kind].condition, frame_faults[kind].text);
		return true;
	}
}

static size_t frame_max(const struct xmpp *x)
{
	const struct core_settings *settings = core_settings(x->core);

	return x->state & (XMPP_AUTHENTICATED | XMPP_BOUND) ? settings->stanza_max : settings->stanza_before_login;
}

/* A line ending behind <starttls/>: not allowed (RFC 6120, 5.3.1), but go-sendxmpp and its kin send one. It says
 * nothing, so it may go. */
static size_t blanks(const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && (bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == ' ' || bytes[i] == '\t'))
		i++;
	return i;
}

/* TLS begins behind <starttls/>. Whatever came in the same breath was said in the clear, perhaps by somebody else: it
 * must not be taken for what the client says under TLS. */
static void tls_begin(struct xmpp *x, size_t left)
{
	struct link *l = x->link;

	x->starttls = false;
	if (left) {
		error_log(x, "bytes-after-starttls");
		x->ended = true;
		l->ops->hang_up(l, CLOSE_ASKED);
		return;
	}
	buf_lit(&l->out, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
	stream_restart(x, XMPP_CONNECTED);
	l->ops->dirty(l);
	l->ops->start_tls(l);
}

static bool takes_frames(const struct xmpp *x)
{
	return !(x->holds & ~(unsigned)HOLD_RATE) && x->state != XMPP_CLOSED && !x->link->closing && !x->ended &&
	       !x->relay;
}

/* Takes frame after frame where they lie; returns how many bytes are done. The link may belong to another stream
 * afterwards (a resumed session), and goes on there. */
static size_t take_frames(struct link *l, const char *bytes, size_t n)
{
	struct xmpp *x = l->state;
	size_t at = 0, len;

	while (at < n && takes_frames(x)) {
		struct xml_framer before = x->framer;
		enum xml_frame kind = xml_frame(&x->framer, bytes + at, n - at, frame_max(x), &len);

		if (kind == XML_MORE)
			break;
		if (!take_frame(x, kind, str_n(bytes + at, len))) {
			x->framer = before;
			xmpp_hold(x, HOLD_STORE);
			break;
		}
		at += len;
		if (x->starttls) {
			at += blanks(bytes + at, n - at);
			tls_begin(x, n - at);
		}
		x = l->state;
	}
	return at;
}

void stream_frames(struct link *l)
{
	struct xmpp *x = l->state;
	struct buf in = x->in;
	size_t done;

	xmpp_enter(x);
	x->in = (struct buf){ 0 };
	done = in.n ? take_frames(l, in.p, in.n) : 0;
	xmpp_leave(x);
	x = l->state;
	assert(!x->in.p);
	if (done)
		buf_eat(&in, done);
	if (in.n && x->state != XMPP_CLOSED)
		x->in = in;
	else
		buf_free(&in);
	xmpp_hold(x, 0);
}

void stream_feed(struct link *l, const char *bytes, size_t n)
{
	struct xmpp *x = l->state;
	size_t done;

	if (x->in.n) {
		buf_add(&x->in, bytes, n);
		if (takes_frames(x))
			stream_frames(l);
		return;
	}
	xmpp_enter(x);
	done = takes_frames(x) ? take_frames(l, bytes, n) : 0;
	xmpp_leave(x);
	x = l->state;
	if (done < n && x->state != XMPP_CLOSED)
		buf_add(&x->in, bytes + done, n - done);
}
