/* SPDX-License-Identifier: Apache-2.0
 *
 * Our XML against expat's. The first byte of the input says what the rest is:
 *   'e'  one element; 's' what follows a stream header; 'h' a stream from its first byte.
 * What must hold: both accept the same and see the same tree (expat with our restrictions put on top); any split of a
 * stream gives the same frames; what is written parses to the same tree; a payload means the same when it is taken out
 * of its stanza.
 */
#include <assert.h>
#include <expat.h>

#include "base/mem.h"
#include "wire/stanza.h"

#define NS_STREAM "http://etherx.jabber.org/streams"
#define STREAM "<stream:stream xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"
#define SEPARATOR '\x01' /* between namespace and name; cannot stand in XML */

/* Those of xml_parse.c. */
enum { PREFIXES_MAX = 32, NODES_MAX = 20000 };

enum { FRAME_MAX = 1 << 16 };

/* ---- our trees as bytes -------------------------------------------------------------------------------------- */

static void dump(struct buf *to, const struct xml *x);

static void dump_children(struct buf *to, const struct xml *x)
{
	for (const struct xml *c = x->children; c; c = c->next) {
		assert(c->parent == x);
		dump(to, c);
	}
}

static void dump_name(struct buf *to, struct str ns, struct str name)
{
	if (ns.n) {
		buf_str(to, ns);
		buf_byte(to, SEPARATOR);
	}
	buf_str(to, name);
}

static void dump(struct buf *to, const struct xml *x)
{
	if (!x->name.p) {
		assert(x->text.n > 0 && str_is_utf8(x->text));
		buf_byte(to, 2);
		buf_str(to, x->text);
		return;
	}
	buf_byte(to, 3);
	dump_name(to, x->ns, x->name);
	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		buf_byte(to, 4);
		dump_name(to, a->ns, a->name);
		buf_byte(to, 5);
		buf_str(to, a->value);
	}
	buf_byte(to, 6);
	dump_children(to, x);
	buf_byte(to, 7);
}

/* ---- expat, with our restrictions, as the same bytes --------------------------------------------------------- */

struct oracle {
	XML_Parser parser;
	struct str input;
	struct buf *out;
	unsigned depth;       /* of open elements, the stream is the first */
	unsigned base;        /* depth at which a stanza begins: 1 in a stream, 0 for a stream's header */
	unsigned nodes, prefixes;
	bool in_text, stopped, closed;
	size_t whole;         /* length of `out` after the last whole stanza */
	unsigned stanzas;
};

static void oracle_stop(struct oracle *o)
{
	o->stopped = true;
	XML_StopParser(o->parser, XML_FALSE);
}

static void on_namespace(void *arg, const char *prefix, const char *uri)
{
	struct oracle *o = arg;

	if (prefix && ++o->prefixes > PREFIXES_MAX)
		oracle_stop(o);
}

static void on_namespace_end(void *arg, const char *prefix)
{
	struct oracle *o = arg;

	if (prefix)
		o->prefixes--;
}

static void on_start(void *arg, const char *name, const char **attrs)
{
	struct oracle *o = arg;
	int attributes = 0;

	o->in_text = false;
	if (o->depth++ < o->base)
		return;
	if (o->depth == o->base + 1)
		o->nodes = 0;
	buf_byte(o->out, 3);
	buf_str(o->out, str_z(name));
	for (; attrs[0]; attrs += 2, attributes++)
		buf_fmt(o->out, "%c%s%c%s", 4, attrs[0], 5, attrs[1]);
	buf_byte(o->out, 6);
	if (++o->nodes > NODES_MAX || o->depth - o->base > XML_DEPTH_MAX || attributes > XML_ATTRIBUTES_MAX)
		oracle_stop(o);
}

static void on_end(void *arg, const char *name)
{
	struct oracle *o = arg;

	if (o->stopped)
		return;
	o->in_text = false;
	if (o->depth-- > o->base)
		buf_byte(o->out, 7);
	if (o->depth == o->base) {
		o->whole = o->out->n;
		o->stanzas++;
	}
	if (o->depth == 0)
		o->closed = true;
}

static void on_text(void *arg, const char *text, int n)
{
	struct oracle *o = arg;

	if (o->stopped || n == 0)
		return;
	if (o->depth <= o->base) {
		/* Between stanzas: blanks as they are, nothing written as a reference. */
		if (o->input.p[XML_GetCurrentByteIndex(o->parser)] == '&' || str_trim(str_n(text, (size_t)n)).n)
			oracle_stop(o);
		return;
	}
	if (!o->in_text) {
		buf_byte(o->out, 2);
		if (++o->nodes > NODES_MAX)
			oracle_stop(o);
	}
	o->in_text = true;
	buf_add(o->out, text, (size_t)n);
}

static void on_cdata(void *arg)
{
	struct oracle *o = arg;

	if (o->depth <= o->base)
		oracle_stop(o);
}

static void on_comment(void *arg, const char *text) { oracle_stop(arg); }
static void on_pi(void *arg, const char *target, const char *text) { oracle_stop(arg); }
static void on_doctype(void *arg, const char *a, const char *b, const char *c, int d) { oracle_stop(arg); }

static struct oracle oracle_run(struct str input, unsigned base, struct buf *out)
{
	struct oracle o = { XML_ParserCreateNS("UTF-8", SEPARATOR), input, out, .base = base };

	XML_SetUserData(o.parser, &o);
	XML_SetElementHandler(o.parser, on_start, on_end);
	XML_SetNamespaceDeclHandler(o.parser, on_namespace, on_namespace_end);
	XML_SetCharacterDataHandler(o.parser, on_text);
	XML_SetCdataSectionHandler(o.parser, on_cdata, NULL);
	XML_SetCommentHandler(o.parser, on_comment);
	XML_SetProcessingInstructionHandler(o.parser, on_pi);
	XML_SetStartDoctypeDeclHandler(o.parser, on_doctype);
	if (XML_Parse(o.parser, input.p, (int)input.n, XML_FALSE) != XML_STATUS_OK)
		o.stopped = true;
	XML_ParserFree(o.parser);
	return o;
}

/* ---- what is written is what was read ------------------------------------------------------------------------ */

static void same_tree(struct str bytes, const struct xml *expected)
{
	struct arena arena = { 0 };
	own_buf a = { 0 };
	own_buf b = { 0 };
	const struct xml *x = xml_parse(&arena, bytes, STR("jabber:client"), false);

	assert(x);
	dump(&a, expected);
	dump(&b, x);
	assert(str_eq(buf_all(&a), buf_all(&b)));
	arena_free(&arena);
}

static void forget_raw(struct xml *x)
{
	x->raw = STR_NONE;
	for (struct xml *c = x->children; c; c = c->next)
		forget_raw(c);
}

/* The children of `x`, taken out and put into something else, are the same children. */
static void same_children(struct str payload, const struct xml *x)
{
	struct arena arena = { 0 };
	own_buf wrapped = { 0 };
	own_buf a = { 0 };
	own_buf b = { 0 };
	const struct xml *w;

	buf_lit(&wrapped, "<w>");
	buf_str(&wrapped, payload);
	buf_lit(&wrapped, "</w>");
	w = xml_parse(&arena, buf_all(&wrapped), STR("jabber:client"), false);
	assert(w);
	dump_children(&a, x);
	dump_children(&b, w);
	assert(str_eq(buf_all(&a), buf_all(&b)));
	arena_free(&arena);
}

static void body_check(const struct stanza *s, struct arena *arena)
{
	own_buf wrapped = { 0 };
	own_buf body = { 0 };
	const struct xml *x, *found;

	buf_lit(&wrapped, "<w>");
	buf_str(&wrapped, s->payload);
	buf_lit(&wrapped, "</w>");
	x = xml_parse(arena, buf_all(&wrapped), STR("jabber:client"), false);
	assert(x);
	found = xml_child(x, "body", "jabber:client");
	assert(stanza_body(s, &body) == (found != NULL));
	assert(!found || str_eq(buf_all(&body), xml_text(found, arena)));
	assert(!xml_child(x, "stanza-id", "urn:xmpp:sid:0") || s->name == STANZA_IQ);
}

static void stanza_check(const struct xml *x)
{
	static const struct jid ann = { "ann@example.org/phone", 3, 11, 5 };
	struct arena arena = { 0 };
	own_buf written = { 0 };
	struct stanza *s;

	stanza_from_xml(&s, x, ann, STR("example.org"), 0, &arena);
	if (s) {
		body_check(s, &arena);
		stanza_write(&written, s, s->to, STR("<end xmlns='u'/>"));
		assert(xml_parse(&arena, buf_all(&written), STR("jabber:client"), false));
		stanza_unref(s);
	}
	arena_free(&arena);
}

static void write_check(struct xml *x)
{
	own_buf b = { 0 };

	xml_write(&b, x, STR("jabber:client"));
	same_tree(buf_all(&b), x);
	buf_clear(&b);
	xml_write_children(&b, x, STR("jabber:client"));
	same_children(buf_all(&b), x);
	stanza_check(x);
	forget_raw(x);
	buf_clear(&b);
	xml_write(&b, x, STR("jabber:client"));
	same_tree(buf_all(&b), x);
	buf_clear(&b);
	xml_write(&b, x, STR("else"));
	if (x->ns.n && !str_eq(x->ns, STR("else")) && !str_eq(x->ns, STR("http://www.w3.org/XML/1998/namespace")))
		same_tree(buf_all(&b), x);
}

/* ---- frames -------------------------------------------------------------------------------------------------- */

/* Frames of a stream that comes in pieces of `step`, as bytes: kind and length of each that is not blank. */
static enum xml_frame frames_read(struct buf *to, struct str input, size_t step, size_t max)
{
	struct xml_framer f = { 0 };
	enum xml_frame kind = XML_MORE;
	size_t start = 0, len;

	for (size_t seen = 0; seen < input.n;) {
		seen = step < input.n - seen ? seen + step : input.n;
		do {
			kind = xml_frame(&f, input.p + start, seen - start, max, &len);
			if (kind == XML_MORE)
				break;
			if (kind != XML_BLANK)
				buf_fmt(to, "%d", kind);
			if (kind >= XML_NOT_WELL_FORMED || kind == XML_STREAM_CLOSE)
				return kind;
			assert(len > 0 && len <= seen - start);
			if (kind != XML_BLANK)
				buf_fmt(to, ":%zu+%zu ", start, len);
			start += len;
		} while (start < seen);
	}
	return XML_MORE;
}

static void splits_check(struct str input, size_t max)
{
	static const size_t steps[] = { 1, 2, 3, 7, 16, 33, 128 };
	own_buf whole = { 0 };

	frames_read(&whole, input, input.n, max);
	for (size_t i = 0; i < countof(steps); i++) {
		own_buf pieces = { 0 };

		frames_read(&pieces, input, steps[i], max);
		assert(str_eq(buf_all(&whole), buf_all(&pieces)));
	}
}

/* ---- the three kinds of input -------------------------------------------------------------------------------- */

static void element_check(struct str input)
{
	struct arena arena = { 0 };
	own_buf stream = { 0 };
	own_buf theirs = { 0 };
	own_buf ours = { 0 };
	struct xml *x = xml_parse(&arena, input, STR("jabber:client"), true);
	struct oracle o;
	bool taken;

	buf_lit(&stream, STREAM);
	buf_str(&stream, input);
	buf_lit(&stream, "</stream:stream>");
	o = oracle_run(buf_all(&stream), 1, &theirs);
	/* One element and nothing around it; what closes the stream is ours. */
	taken = !o.stopped && o.closed && o.stanzas == 1 && input.n && input.p[0] == '<' && input.p[input.n - 1] == '>';
	/* "<a/></stream:stream><!--" and the like would be an error with us as well as with expat, had it seen the
	 * end. */
	if (taken && memmem(input.p, input.n, "</stream:stream", 15))
		taken = x != NULL;
	assert(taken == (x != NULL));
	if (x) {
		dump(&ours, x);
		assert(str_eq(buf_all(&ours), str_n(theirs.p, o.whole)));
		assert(str_eq(x->raw, input));
		write_check(x);
	}
	arena_free(&arena);
}

static void stream_check(struct str input)
{
	struct arena arena = { 0 };
	struct xml_framer f = { 0 };
	own_buf stream = { 0 };
	own_buf theirs = { 0 };
	own_buf ours = { 0 };
	struct oracle o;
	size_t start = 0, len;
	enum xml_frame kind;

	buf_lit(&stream, STREAM);
	buf_str(&stream, input);
	splits_check(buf_all(&stream), FRAME_MAX);
	splits_check(buf_all(&stream), 256);
	while (start < stream.n) {
		struct str frame;
		struct xml *x;

		kind = xml_frame(&f, stream.p + start, stream.n - start, FRAME_MAX, &len);
		if (kind != XML_STANZA && kind != XML_BLANK && kind != XML_STREAM_OPEN)
			break;
		frame = str_n(stream.p + start, len);
		start += len;
		if (kind == XML_STREAM_OPEN)
			assert(xml_parse_stream(&arena, frame));
		if (kind != XML_STANZA)
			continue;
		x = xml_parse(&arena, frame, STR("jabber:client"), true);
		if (!x)
			break;
		dump(&ours, x);
		write_check(x);
	}
	o = oracle_run(buf_all(&stream), 1, &theirs);
	assert(str_eq(buf_all(&ours), str_n(theirs.p, o.whole)));
	arena_free(&arena);
}

static void header_check(struct str input)
{
	struct arena arena = { 0 };
	struct xml_framer f = { 0 };
	own_buf theirs = { 0 };
	own_buf ours = { 0 };
	size_t start = 0, len = 0;
	enum xml_frame kind;
	struct str frame;
	struct xml *x;

	splits_check(input, FRAME_MAX);
	while ((kind = xml_frame(&f, input.p + start, input.n - start, FRAME_MAX, &len)) == XML_BLANK &&
		start + len < input.n)
		start += len;
	frame = str_n(input.p + start, kind == XML_STREAM_OPEN ? len : input.n - start);
	x = xml_parse_stream(&arena, frame);
	if (kind == XML_STREAM_OPEN) {
		struct oracle o = oracle_run(frame, 0, &theirs);
		bool declared = str_starts(frame, STR("<?"));

		/* Of declarations expat is told to ignore the encoding, and takes more versions. */
		assert(!x || !o.stopped);
		assert(x || o.stopped || declared || o.depth == 0);
		if (x) {
			dump(&ours, x);
			assert(str_eq(str_n(ours.p, ours.n - 1), buf_all(&theirs)));
		}
	} else {
		assert(!x || kind == XML_TOO_BIG);
	}
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str input = str_n((const char *)bytes + 1, n - 1);

	if (n < 2 || n > FRAME_MAX / 2)
		return 0;
	if (bytes[0] == 'e')
		element_check(input);
	else if (bytes[0] == 's')
		stream_check(input);
	else if (bytes[0] == 'h')
		header_check(input);
	return 0;
}
