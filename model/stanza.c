/* SPDX-License-Identifier: Apache-2.0 */
#include "model/stanza.h"

#include <assert.h>

#include "base/mem.h"

/* The words of the types, in the order of the enum; NULL: nothing is written. */
static const struct {
	const char *text;
	enum stanza_name name;
} types[STANZA_TYPES] = {
	[MESSAGE_NORMAL] = { NULL, STANZA_MESSAGE },
	[MESSAGE_CHAT] = { "chat", STANZA_MESSAGE },
	[MESSAGE_GROUPCHAT] = { "groupchat", STANZA_MESSAGE },
	[MESSAGE_HEADLINE] = { "headline", STANZA_MESSAGE },
	[MESSAGE_ERROR] = { "error", STANZA_MESSAGE },
	[PRESENCE_AVAILABLE] = { NULL, STANZA_PRESENCE },
	[PRESENCE_UNAVAILABLE] = { "unavailable", STANZA_PRESENCE },
	[PRESENCE_SUBSCRIBE] = { "subscribe", STANZA_PRESENCE },
	[PRESENCE_SUBSCRIBED] = { "subscribed", STANZA_PRESENCE },
	[PRESENCE_UNSUBSCRIBE] = { "unsubscribe", STANZA_PRESENCE },
	[PRESENCE_UNSUBSCRIBED] = { "unsubscribed", STANZA_PRESENCE },
	[PRESENCE_PROBE] = { "probe", STANZA_PRESENCE },
	[PRESENCE_ERROR] = { "error", STANZA_PRESENCE },
	[IQ_GET] = { "get", STANZA_IQ },
	[IQ_SET] = { "set", STANZA_IQ },
	[IQ_RESULT] = { "result", STANZA_IQ },
	[IQ_ERROR] = { "error", STANZA_IQ },
};

const char *stanza_type_text(enum stanza_type type)
{
	return types[type].text;
}

bool stanza_type_parse(enum stanza_type *ret, enum stanza_name name, struct str text)
{
	for (unsigned i = 0; i < STANZA_TYPES; i++) {
		if (types[i].name != name)
			continue;
		if (types[i].text ? text.p && str_is(text, types[i].text)
				  : !text.p || (i == MESSAGE_NORMAL && str_is(text, "normal"))) {
			*ret = (enum stanza_type)i;
			return true;
		}
	}
	return false;
}

/* Copies `s` to *at and moves *at behind it. An absent string stays absent, an empty one stays empty. */
static struct str put(char **at, struct str s)
{
	char *p = *at;

	if (!s.p)
		return STR_NONE;
	if (s.n)
		memcpy(p, s.p, s.n);
	*at = p + s.n;
	return str_n(p, s.n);
}

static struct jid put_jid(char **at, struct jid j)
{
	j.p = put(at, jid_full(j)).p;
	return j;
}

struct stanza *stanza_make(const struct stanza_init *init)
{
	size_t bytes = jid_full(init->from).n + jid_full(init->to).n + init->id.n + init->lang.n + init->origin_id.n +
		       init->payload.n;
	struct stanza *s = mem_raw(sizeof *s + bytes + 1);
	char *at = (char *)(s + 1);

	*s = (struct stanza){
		.refs = 1,
		.name = (uint8_t)init->name,
		.type = (uint8_t)init->type,
		.traits = (uint16_t)init->traits,
		.cost = (uint32_t)(sizeof *s + bytes + 1),
		.stamp = init->stamp,
		.time = init->time,
	};
	s->from = put_jid(&at, init->from);
	s->to = put_jid(&at, init->to);
	s->id = put(&at, init->id);
	s->lang = put(&at, init->lang);
	s->origin_id = put(&at, init->origin_id);
	s->payload = put(&at, init->payload.p ? init->payload : STR(""));
	return s;
}

struct stanza *stanza_unref(struct stanza *s)
{
	if (s && __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0)
		mem_free(s);
	return NULL;
}

/* ---- the body ------------------------------------------------------------------------------------------------
 *
 * The payload was checked when it was parsed (wire/stanza.c) and its elements in jabber:client have no prefix, so
 * what is left is to walk over it: no names to check, no namespaces but the one on <body> itself. */

/* The length of the tag at the start of `s`, up to its '>'; 0 when it has no end. */
static size_t tag_length(struct str s)
{
	char quote = 0;

	for (size_t i = 1; i < s.n; i++) {
		if (quote ? s.p[i] == quote : s.p[i] == '"' || s.p[i] == '\'')
			quote = quote ? 0 : s.p[i];
		else if (!quote && s.p[i] == '>')
			return i + 1;
	}
	return 0;
}

static void utf8_put(struct buf *to, uint32_t c)
{
	char b[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		b[i] = (char)(0x80 | (c & 0x3F));
	b[0] = (char)(n == 1 ? c : (0xF00u >> n & 0xF0) | c);
	buf_add(to, b, n);
}

/* Appends what the reference in the front of `s` ("&...;") stands for and returns its length. */
static size_t reference_put(struct buf *to, struct str s)
{
	static const struct { struct str name; char c; } entities[] = {
		{ STR_INIT("&amp;"), '&' }, { STR_INIT("&lt;"), '<' }, { STR_INIT("&gt;"), '>' },
		{ STR_INIT("&quot;"), '"' }, { STR_INIT("&apos;"), '\'' },
	};
	size_t n = str_find(s, ';') + 1;
	bool hex = n > 3 && s.p[2] == 'x';
	uint32_t c = 0;

	for (size_t i = 0; i < countof(entities); i++) {
		if (str_starts(s, entities[i].name)) {
			buf_byte(to, entities[i].c);
			return entities[i].name.n;
		}
	}
	for (size_t i = hex ? 3 : 2; i + 1 < n && i < s.n && c < 0x110000; i++) {
		char d = s.p[i];
		c = c * (hex ? 16 : 10) + (uint32_t)(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	if (c < 0x110000)
		utf8_put(to, c);
	return n < s.n ? n : s.n;
}

/* Appends character data: references resolved, line ends made LF (XML 1.0, 2.11). */
static void text_put(struct buf *to, struct str s)
{
	if (!s.n || (!memchr(s.p, '&', s.n) && !memchr(s.p, '\r', s.n))) {
		buf_str(to, s);
		return;
	}
	for (size_t i = 0; i < s.n;) {
		if (s.p[i] == '&') {
			i += reference_put(to, str_from(s, i));
			continue;
		}
		if (s.p[i] != '\r')
			buf_byte(to, s.p[i]);
		else if (i + 1 == s.n || s.p[i + 1] != '\n')
			buf_byte(to, '\n');
		i++;
	}
}

static void cdata_put(struct buf *to, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			buf_byte(to, s.p[i] == '\r' ? '\n' : s.p[i]);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The value, as written, of the attribute `name` of a start tag; absent when it is not there. */
static struct str tag_attr(struct str tag, struct str name)
{
	size_t at = 1;

	while (at < tag.n && !is_blank(tag.p[at]))
		at++;
	while (at < tag.n) {
		struct str left = str_trim(str_from(tag, at));
		size_t equals = str_find(left, '=');
		struct str value = str_trim(str_from(left, equals + 1));
		struct str inside = str_from(value, 1);
		size_t n = value.n ? str_find(inside, value.p[0]) : 0;

		if (equals == left.n)
			break;
		if (str_eq(str_trim(str_n(left.p, equals)), name))
			return str_n(inside.p, n);
		at = (size_t)(inside.p - tag.p) + n + 1;
	}
	return STR_NONE;
}

/* Whether `tag` is a start tag of this name, without a prefix. */
static bool tag_is(struct str tag, struct str name)
{
	struct str left = str_from(tag, 1);

	return str_starts(left, name) && left.n > name.n && (is_blank(left.p[name.n]) || left.p[name.n] == '>' || left.p[name.n] == '/');
}

/* The same, in this namespace; it declares it itself, or names none where `ns` is the one that holds anyway. */
static bool tag_is_of(struct str tag, struct str name, struct str ns)
{
	own_buf plain = { 0 };
	struct str xmlns;

	if (!tag_is(tag, name))
		return false;
	xmlns = tag_attr(tag, STR("xmlns"));
	if (!xmlns.p)
		return str_is(ns, "jabber:client");
	text_put(&plain, xmlns);
	return str_eq(buf_all(&plain), ns);
}

static bool tag_is_body(struct str tag) { return tag_is_of(tag, STR("body"), STR("jabber:client")); }

/* One step over the payload: a tag, a CDATA section, or the text up to the next of them. */
struct step {
	struct str bytes;
	enum { STEP_TEXT, STEP_CDATA, STEP_OPEN, STEP_EMPTY, STEP_CLOSE } kind;
};

static struct step step_at(struct str s)
{
	size_t n;

	assert(s.p);
	n = str_find(s, '<');

	if (n)
		return (struct step){ str_n(s.p, n), STEP_TEXT };
	if (str_starts(s, STR("<![CDATA["))) {
		const char *end = memmem(s.p, s.n, "]]>", 3);
		return (struct step){ end ? str_n(s.p, (size_t)(end - s.p) + 3) : s, STEP_CDATA };
	}
	n = tag_length(s);
	if (n < 3)
		return (struct step){ s, STEP_CLOSE }; /* no payload of ours: ends the walk */
	return (struct step){ str_n(s.p, n), s.p[1] == '/' ? STEP_CLOSE : s.p[n - 2] == '/' ? STEP_EMPTY : STEP_OPEN };
}

bool stanza_body(const struct stanza *s, struct buf *to)
{
	struct str left = s->payload;
	unsigned depth = 0;
	bool inside = false;

	while (left.n) {
		struct step step = step_at(left);

		left = str_from(left, step.bytes.n);
		if (step.kind == STEP_TEXT && inside && depth == 1)
			text_put(to, step.bytes);
		else if (step.kind == STEP_CDATA && inside && depth == 1)
			cdata_put(to, str_n(step.bytes.p + 9, step.bytes.n < 12 ? 0 : step.bytes.n - 12));
		else if (step.kind == STEP_EMPTY && depth == 0 && tag_is_body(step.bytes))
			return true;
		else if (step.kind == STEP_OPEN && depth++ == 0)
			inside = tag_is_body(step.bytes);
		else if (step.kind == STEP_CLOSE && (depth-- <= 1))
			if (inside || depth > 0)
				return inside;
	}
	return false;
}

/* ---- what can be looked for ------------------------------------------------------------------------------------ */

/* Children of a message in which there are words, and the elements in them. */
static const struct speaking {
	struct str name, ns;
	struct str inside[2]; /* none: the text is in the child itself */
	bool file;
} speaking[] = {
	{ STR_INIT("body"), STR_INIT("jabber:client") },
	{ STR_INIT("x"), STR_INIT("jabber:x:oob"), { STR_INIT("url"), STR_INIT("desc") }, .file = true },
	{ STR_INIT("file-sharing"), STR_INIT("urn:xmpp:sfs:0"), { STR_INIT("name"), STR_INIT("desc") }, .file = true },
};

static const struct speaking *speaking_of(struct str tag)
{
	for (size_t i = 0; i < countof(speaking); i++)
		if (tag_is_of(tag, speaking[i].name, speaking[i].ns))
			return &speaking[i];
	return NULL;
}

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

/* The name of a file in an address: its last part, with %xx resolved where that gives text. */
static void url_name_put(struct buf *to, struct str url)
{
	own_buf name = { 0 };

	url = str_n(url.p, str_find(str_n(url.p, str_find(url, '#')), '?'));
	for (size_t slash; (slash = str_find(url, '/')) < url.n;)
		url = str_from(url, slash + 1);
	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] == '%' && i + 2 < url.n && hex(url.p[i + 1]) >= 0 && hex(url.p[i + 2]) >= 0) {
			buf_byte(&name, (char)(hex(url.p[i + 1]) << 4 | hex(url.p[i + 2])));
			i += 2;
		} else {
			buf_byte(&name, url.p[i]);
		}
	}
	buf_str(to, str_is_utf8(buf_all(&name)) ? buf_all(&name) : url);
}

/* Where a walk for words is. */
struct listening {
	const struct speaking *child; /* that we are in; NULL: none with words */
	unsigned depth, text_depth; /* where the text is that we want; 0: nowhere */
	struct buf text;
	bool url, had_body;
};

static void listen_open(struct listening *l, struct str tag, bool *file)
{
	if (l->depth++ == 0) {
		l->child = speaking_of(tag);
		l->url = false;
		if (l->child && !l->child->file) {
			l->text_depth = l->had_body ? 0 : 1;
			l->had_body = true;
		}
		*file |= l->child && l->child->file;
		return;
	}
	if (!l->child || l->text_depth)
		return;
	for (size_t i = 0; i < countof(l->child->inside); i++)
		if (l->child->inside[i].n && tag_is(tag, l->child->inside[i])) {
			l->text_depth = l->depth;
			l->url = str_is(l->child->inside[i], "url");
		}
}

static void listen_close(struct listening *l, struct buf *to)
{
	if (l->text_depth && l->depth == l->text_depth) {
		if (l->url)
			url_name_put(to, buf_all(&l->text));
		else
			buf_str(to, buf_all(&l->text));
		buf_byte(to, '\n');
		buf_clear(&l->text);
		l->text_depth = 0;
	}
	l->depth -= l->depth > 0;
}

void stanza_words(const struct stanza *s, struct buf *to, bool *file)
{
	struct listening l = { 0 };
	struct str left = s->payload;

	*file = false;
	if (s->traits & STANZA_ENCRYPTED)
		return;
	while (left.n) {
		struct step step = step_at(left);
		bool wanted = l.text_depth && l.depth == l.text_depth;

		left = str_from(left, step.bytes.n);
		if (step.kind == STEP_TEXT && wanted)
			text_put(&l.text, step.bytes);
		else if (step.kind == STEP_CDATA && wanted)
			cdata_put(&l.text, str_n(step.bytes.p + 9, step.bytes.n < 12 ? 0 : step.bytes.n - 12));
		else if (step.kind == STEP_OPEN || step.kind == STEP_EMPTY)
			listen_open(&l, step.bytes, file);
		if (step.kind == STEP_CLOSE || step.kind == STEP_EMPTY)
			listen_close(&l, to);
	}
	buf_free(&l.text);
}
