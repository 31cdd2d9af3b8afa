/* SPDX-License-Identifier: Apache-2.0
 *
 * From the bytes of one whole frame to a tree. Text and values that need no change stay where they are and the tree points at them.
 * The bytes are checked for UTF-8 and forbidden characters once, before anything else, so that the rest may look at
 * ASCII only. What this accepts, expat accepts too, and understands in the same way (fuzz_xml.c).
 */
#include "wire/xml.h"

#include "base/mem.h"
#include "wire/xml_scan.h"

#define NS_XML "http://www.w3.org/XML/1998/namespace"
#define NS_XMLNS "http://www.w3.org/2000/xmlns/"
#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_CLIENT "jabber:client"

enum {
	PREFIXES_MAX = 32,  /* declared at one place: looking one up is a walk over them */
	NODES_MAX = 20000,  /* a node costs 30 times the bytes of the shortest element */
	NOWHERE = 255,      /* a depth: needs no declaration from outside */
};

const uint8_t xml_kinds[256] = {
	['a' ... 'z'] = XML_NAME | XML_NAME_FIRST, ['A' ... 'Z'] = XML_NAME | XML_NAME_FIRST,
	['_'] = XML_NAME | XML_NAME_FIRST, ['0' ... '9'] = XML_NAME, ['-'] = XML_NAME, ['.'] = XML_NAME,
	[' '] = XML_SPACE, ['\t'] = XML_SPACE, ['\r'] = XML_SPACE, ['\n'] = XML_SPACE,
};

struct prefix {
	struct str name, ns;
	uint8_t depth; /* of the element that declares it; 0: outside of the frame */
};

/* An element whose end tag has not come yet. */
struct open {
	struct xml *x;
	struct xml **last;   /* where its next child is hung */
	struct str tag;      /* its name with prefix, for the end tag */
	struct str scope;    /* the default namespace inside */
	uint8_t scope_depth; /* of the element that declares it; NOWHERE when it is jabber:client, which everybody knows */
	uint8_t lowest;      /* depth of the outermost declaration that it or anything inside needs */
	uint8_t prefixes;    /* how many there were outside of it */
};

struct parser {
	struct arena *arena;
	const char *p, *end;
	bool controls; /* there is a tab, CR or LF somewhere: values and line ends must be looked at */
	unsigned depth, nodes, prefixes;
	struct prefix prefix[PREFIXES_MAX];
	struct open open[XML_DEPTH_MAX + 1]; /* [0] is the outside */
};

/* ---- characters ---------------------------------------------------------------------------------------------- */

static bool char_allowed(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c < 0xD800 || (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c < 0x110000);
}

/* Decodes the character at p, which is not ASCII; returns its length, 0 when it is none that XML allows. */
static size_t char_decode(const char *p, size_t n, uint32_t *ret)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t len = *u >= 0xF0 ? 4 : *u >= 0xE0 ? 3 : 2;
	uint32_t c = *u & (0xFFu >> (len + 1));
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	if (*u < 0xC2 || *u > 0xF4 || n < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3F);
	}
	*ret = c;
	return c >= least[len] && char_allowed(c) ? len : 0;
}

/* Eight bytes at a time while all of them are printable ASCII. */
static inline bool eight_plain(const char *p)
{
	uint64_t x;

	memcpy(&x, p, 8);
	return (((x - 0x2020202020202020u) | x) & 0x8080808080808080u) == 0;
}

static bool bytes_valid(struct str s, bool *controls)
{
	size_t i = 0, len;
	uint32_t c;

	*controls = false;
	while (i < s.n) {
		if (s.n - i >= 8 && eight_plain(s.p + i)) {
			i += 8;
		} else if ((unsigned char)s.p[i] >= 0x80) {
			len = char_decode(s.p + i, s.n - i, &c);
			if (!len)
				return false;
			i += len;
		} else {
			if (!char_allowed((unsigned char)s.p[i]))
				return false;
			*controls |= s.p[i++] < ' ';
		}
	}
	return true;
}

static char *char_encode(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xC0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		*to++ = (char)(0xE0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		*to++ = (char)(0x80 | (c & 0x3F));
	} else {
		*to++ = (char)(0xF0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3F));
		*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		*to++ = (char)(0x80 | (c & 0x3F));
	}
	return to;
}

/* "&#...;" at *p, which is moved behind it; 0 when it is none or names no character of XML. */
static uint32_t number_read(const char **p, const char *end)
{
	const char *at = *p + 2;
	uint32_t base = at < end && *at == 'x' ? 16 : 10, c = 0;
	const char *first = at += base == 16;

	for (; at < end && *at != ';'; at++) {
		uint32_t low = (uint32_t)(unsigned char)*at | 0x20;
		uint32_t d = *at >= '0' && *at <= '9' ? (uint32_t)(*at - '0') : low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
		if (d >= base)
			return 0;
		c = c < 0x110000 ? c * base + d : c;
	}
	if (at == end || at == first || !char_allowed(c))
		return 0;
	*p = at + 1;
	return c;
}

/* "&...;" at *p, which is moved behind it; 0 when it is none. */
static uint32_t reference_read(const char **p, const char *end)
{
	static const struct {
		struct str text;
		char c;
	} entities[] = {
		{ STR_INIT("&amp;"), '&' }, { STR_INIT("&lt;"), '<' }, { STR_INIT("&gt;"), '>' },
		{ STR_INIT("&quot;"), '"' }, { STR_INIT("&apos;"), '\'' },
	};
	struct str left = str_n(*p, (size_t)(end - *p));

	if (left.n > 1 && left.p[1] == '#')
		return number_read(p, end);
	for (size_t i = 0; i < countof(entities); i++) {
		if (str_starts(left, entities[i].text)) {
			*p += entities[i].text.n;
			return (unsigned char)entities[i].c;
		}
	}
	return 0;
}

/* ---- names --------------------------------------------------------------------------------------------------- */

/* Reads the part of a name without colon; false when there is none. */
static bool part_read(struct parser *ps, struct str *ret)
{
	const char *start = ps->p, *p = start;
	uint32_t c;
	size_t len;

	for (;;) {
		while (p < ps->end && (xml_kinds[(unsigned char)*p] & XML_NAME))
			p++;
		if (p == ps->end || (unsigned char)*p < 0x80)
			break;
		len = char_decode(p, (size_t)(ps->end - p), &c);
		if (!xml_name_char(c, p == start))
			return false;
		p += len;
	}
	*ret = str_n(start, (size_t)(p - start));
	ps->p = p;
	return p > start && ((unsigned char)*start >= 0x80 || (xml_kinds[(unsigned char)*start] & XML_NAME_FIRST));
}

/* "prefix:name" or "name" (Namespaces in XML, 4). */
static inline bool name_read(struct parser *ps, struct str *prefix, struct str *name)
{
	*prefix = STR_NONE;
	if (!part_read(ps, name))
		return false;
	if (ps->p == ps->end || *ps->p != ':')
		return true;
	ps->p++;
	*prefix = *name;
	return part_read(ps, name);
}

static inline bool spaces_skip(struct parser *ps)
{
	const char *start = ps->p;

	while (ps->p < ps->end && xml_is_space(*ps->p))
		ps->p++;
	return ps->p > start;
}

/* ---- attributes ---------------------------------------------------------------------------------------------- */

/* Makes the value that the raw bytes mean (XML 1.0, 3.3.3). False when a reference is none. */
static bool value_unescape(struct parser *ps, struct str raw, struct str *ret)
{
	char *made = arena_get(ps->arena, raw.n), *to = made;
	const char *p = raw.p, *end = raw.p + raw.n;

	while (p < end) {
		if (*p == '&') {
			uint32_t c = reference_read(&p, end);
			if (!c)
				return false;
			to = char_encode(to, c);
		} else {
			if (*p == '\r' && p + 1 < end && p[1] == '\n')
				p++;
			*to++ = xml_is_space(*p) ? ' ' : *p;
			p++;
		}
	}
	*ret = str_n(made, (size_t)(to - made));
	return true;
}

/* A value between quotes. */
static bool value_read(struct parser *ps, struct str *ret)
{
	char quote = ps->p < ps->end ? *ps->p : 0;
	const char *start, *p;
	bool plain = !ps->controls;

	if (quote != '"' && quote != '\'')
		return false;
	start = ++ps->p;
	p = xml_scan(start, ps->end, quote, '<', '&', quote);
	if (p < ps->end && *p == '&') {
		plain = false;
		p = xml_scan(p, ps->end, quote, '<', quote, '<');
	}
	if (p == ps->end || *p == '<')
		return false;
	ps->p = p + 1;
	*ret = str_n(start, (size_t)(p - start));
	return plain || value_unescape(ps, *ret, ret);
}

/* A namespace declaration; an absent `name` declares the default. */
static bool declare(struct parser *ps, struct open *o, struct str name, struct str ns)
{
	bool is_xml = name.p && str_eq(name, STR("xml"));

	if (is_xml != str_eq(ns, STR(NS_XML)) || str_eq(ns, STR(NS_XMLNS)))
		return false;
	if (!name.p) {
		o->scope = ns;
		o->scope_depth = str_eq(ns, STR(NS_CLIENT)) ? NOWHERE : (uint8_t)ps->depth;
		return true;
	}
	if (ns.n == 0 || str_eq(name, STR("xmlns")) || ps->prefixes == PREFIXES_MAX)
		return false;
	if (!is_xml)
		ps->prefix[ps->prefixes++] = (struct prefix){ name, ns, (uint8_t)ps->depth };
	return true;
}

/* The namespace of a prefix, noting in `o` how far outside it was declared. */
static bool prefix_find(struct parser *ps, struct open *o, struct str name, struct str *ret)
{
	if (str_eq(name, STR("xml"))) {
		*ret = STR(NS_XML);
		return true;
	}
	for (unsigned i = ps->prefixes; i-- > 0;) {
		if (str_eq(ps->prefix[i].name, name)) {
			*ret = ps->prefix[i].ns;
			if (ps->prefix[i].depth < o->lowest)
				o->lowest = ps->prefix[i].depth;
			return true;
		}
	}
	return false;
}

/* Attributes as they are read, before all declarations of their tag are known. */
struct raw_attr {
	struct xml_attr *attr; /* NULL: a declaration */
	struct str prefix, name;
};

static bool attrs_resolve(struct parser *ps, struct open *o, struct raw_attr *raw, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct xml_attr *a = raw[i].attr;

		if (a && raw[i].prefix.p && !prefix_find(ps, o, raw[i].prefix, &a->ns))
			return false;
		for (size_t j = 0; j < i; j++) {
			const struct xml_attr *b = raw[j].attr;
			if (raw[j].name.n != raw[i].name.n || memcmp(raw[j].name.p, raw[i].name.p, raw[i].name.n) != 0)
				continue;
			/* Twice the same name: also when two prefixes mean the same (Namespaces in XML, 6.3). */
			if (a && b ? str_eq(a->ns, b->ns) : !a && !b && !raw[i].prefix.p == !raw[j].prefix.p)
				return false;
		}
	}
	return true;
}

/* Reads ` name="value"`* up to what is none. */
static bool attrs_read(struct parser *ps, struct open *o)
{
	/* Most elements have none or few. All prefixes and the default may be declared beside the attributes. */
	struct raw_attr raw[XML_ATTRIBUTES_MAX + PREFIXES_MAX + 2] __attribute__((uninitialized));
	struct xml_attr **last = &o->x->attrs;
	size_t n = 0, declarations = 0;

	while (spaces_skip(ps) && ps->p < ps->end && *ps->p != '>' && *ps->p != '/') {
		struct raw_attr *r = &raw[n];
		struct str value;

		if (n++ == countof(raw) || !name_read(ps, &r->prefix, &r->name))
			return false;
		spaces_skip(ps);
		if (ps->p == ps->end || *ps->p++ != '=')
			return false;
		spaces_skip(ps);
		if (!value_read(ps, &value))
			return false;
		r->attr = NULL;
		if (r->prefix.p ? str_eq(r->prefix, STR("xmlns")) : str_eq(r->name, STR("xmlns"))) {
			if (!declare(ps, o, r->prefix.p ? r->name : STR_NONE, value))
				return false;
			declarations++;
			continue;
		}
		if (n - declarations > XML_ATTRIBUTES_MAX)
			return false;
		r->attr = arena_get(ps->arena, sizeof *r->attr);
		*r->attr = (struct xml_attr){ .name = r->name, .ns = STR(""), .value = value };
		*last = r->attr;
		last = &r->attr->next;
	}
	return n == 0 || attrs_resolve(ps, o, raw, n);
}

/* ---- elements and text --------------------------------------------------------------------------------------- */

static struct xml *node_add(struct parser *ps)
{
	struct open *o = &ps->open[ps->depth];
	struct xml *x;

	if (ps->nodes++ == NODES_MAX)
		return NULL;
	x = arena_get(ps->arena, sizeof *x);
	*o->last = x;
	o->last = &x->next;
	return x;
}

static void element_end(struct parser *ps, struct str inner)
{
	struct open *o = &ps->open[ps->depth], *outer = o - 1;
	struct xml *x = o->x;

	x->raw.n = (size_t)(ps->p - x->raw.p);
	x->inner = inner;
	x->foreign = o->lowest < ps->depth;
	if (o->lowest < outer->lowest)
		outer->lowest = o->lowest;
	ps->prefixes = o->prefixes;
	ps->depth--;
}

/* The start tag at p. `whole`: it may be an empty element; a stream's start tag may not. */
static bool start_read(struct parser *ps, bool whole)
{
	const char *start = ps->p++;
	struct xml *x, *parent = ps->open[ps->depth].x;
	struct open *o, *outer = &ps->open[ps->depth];
	struct str prefix;

	if (ps->depth == XML_DEPTH_MAX || !(x = node_add(ps)))
		return false;
	ps->depth++;
	o = &ps->open[ps->depth];
	*x = (struct xml){ .parent = parent, .raw = { start, 0 } };
	*o = (struct open){ x, &x->children, STR_NONE, outer->scope, outer->scope_depth, NOWHERE, (uint8_t)ps->prefixes };

	if (!name_read(ps, &prefix, &x->name))
		return false;
	o->tag = str_n(start + 1, (size_t)(ps->p - start) - 1);
	if (!attrs_read(ps, o) || ps->p == ps->end)
		return false;
	if (prefix.p) {
		if (!prefix_find(ps, o, prefix, &x->ns))
			return false;
	} else {
		x->ns = o->scope;
		if (o->scope_depth < o->lowest)
			o->lowest = o->scope_depth;
	}
	if (*ps->p == '/' && whole) {
		if (++ps->p == ps->end || *ps->p++ != '>')
			return false;
		element_end(ps, str_n(ps->p, 0));
		return true;
	}
	if (*ps->p++ != '>')
		return false;
	x->inner.p = ps->p;
	return true;
}

/* The end tag at p. */
static bool end_read(struct parser *ps)
{
	const struct open *o = &ps->open[ps->depth];
	const char *inner = o->x->inner.p, *start = ps->p;

	ps->p += 2;
	if ((size_t)(ps->end - ps->p) <= o->tag.n || memcmp(ps->p, o->tag.p, o->tag.n) != 0)
		return false;
	ps->p += o->tag.n;
	if (*ps->p != '>')
		spaces_skip(ps);
	if (ps->p == ps->end || *ps->p++ != '>')
		return false;
	element_end(ps, str_n(inner, (size_t)(start - inner)));
	return true;
}

/* Appends [p, end) with line ends made LF (XML 1.0, 2.11). */
static char *lines_put(char *to, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p != '\r')
			*to++ = *p;
		else if (p + 1 == end || p[1] != '\n')
			*to++ = '\n';
	}
	return to;
}

/* A CDATA section at p, appended to `to`. */
static char *cdata_read(struct parser *ps, char *to)
{
	const char *start = ps->p + 9, *end;

	if (ps->end - ps->p < 12 || memcmp(ps->p, "<![CDATA[", 9) != 0)
		return NULL;
	end = memmem(start, (size_t)(ps->end - start), "]]>", 3);
	if (!end)
		return NULL;
	ps->p = end + 3;
	return lines_put(to, start, end);
}

/* Where the character data at p ends: at the next tag, which is no CDATA section. NULL when it does not. */
static const char *text_end(const struct parser *ps)
{
	const char *p = ps->p;

	for (;;) {
		p = xml_scan(p, ps->end, '<', '<', '<', '<');
		if (ps->end - p < 2)
			return NULL;
		if (p[1] != '!')
			return p;
		p = memmem(p, (size_t)(ps->end - p), "]]>", 3);
		if (!p)
			return NULL;
		p += 3;
	}
}

/* Character data up to `end`, the slow way: references, CDATA sections, line ends. */
static bool text_unescape(struct parser *ps, const char *end, struct str *ret)
{
	char *made = arena_get(ps->arena, (size_t)(end - ps->p)), *to = made;

	while (ps->p < end) {
		if (*ps->p == '<') {
			to = cdata_read(ps, to);
			if (!to)
				return false;
		} else if (*ps->p == '&') {
			uint32_t c = reference_read(&ps->p, end);
			if (!c)
				return false;
			to = char_encode(to, c);
		} else {
			const char *stop = xml_scan(ps->p, end, '<', '&', '<', '&');
			if (memmem(ps->p, (size_t)(stop - ps->p), "]]>", 3))
				return false;
			to = lines_put(to, ps->p, stop);
			ps->p = stop;
		}
	}
	*ret = str_n(made, (size_t)(to - made));
	return true;
}

static bool text_read(struct parser *ps)
{
	const char *start = ps->p, *stop = xml_scan(start, ps->end, '<', '&', ']', ps->controls ? '\r' : '<');
	struct str text = str_n(start, (size_t)(stop - start));
	struct xml *x;

	if (ps->end - stop >= 2 && *stop == '<' && stop[1] != '!') {
		ps->p = stop;
	} else {
		stop = text_end(ps);
		if (!stop || !text_unescape(ps, stop, &text))
			return false;
		if (text.n == 0)
			return true; /* an empty CDATA section is nothing */
	}
	x = node_add(ps);
	if (!x)
		return false;
	*x = (struct xml){
		.text = text,
		.parent = ps->open[ps->depth].x,
		.raw = { start, (size_t)(ps->p - start) },
	};
	return true;
}

static bool content_read(struct parser *ps)
{
	while (ps->depth) {
		bool fine;

		if (ps->end - ps->p < 2)
			return false;
		if (*ps->p != '<' || ps->p[1] == '!')
			fine = text_read(ps);
		else if (ps->p[1] == '/')
			fine = end_read(ps);
		else
			fine = start_read(ps, true);
		if (!fine)
			return false;
	}
	return true;
}

/* ---- the two ways in ----------------------------------------------------------------------------------------- */

static bool begin(struct parser *ps, struct arena *arena, struct str bytes, struct str scope, struct xml **root)
{
	ps->arena = arena;
	ps->p = bytes.p;
	ps->end = bytes.p + bytes.n;
	ps->depth = ps->nodes = ps->prefixes = 0;
	ps->open[0] = (struct open){ .last = root, .scope = scope, .lowest = NOWHERE };
	ps->open[0].scope_depth = str_eq(scope, STR(NS_CLIENT)) ? NOWHERE : 0;
	return bytes_valid(bytes, &ps->controls);
}

struct xml *xml_parse(struct arena *arena, struct str bytes, struct str scope, bool stream)
{
	struct parser ps __attribute__((uninitialized)); /* eight kilobytes, of which a stanza needs few */
	struct xml *root = NULL;

	if (!begin(&ps, arena, bytes, scope, &root))
		return NULL;
	if (stream)
		ps.prefix[ps.prefixes++] = (struct prefix){ STR("stream"), STR(NS_STREAM), 0 };
	if (bytes.n < 4 || *ps.p != '<' || !start_read(&ps, true) || !content_read(&ps))
		return NULL;
	return ps.p == ps.end ? root : NULL;
}

/* ` name="value"` of the XML declaration; false when the next is not called so. */
static bool declared(struct parser *ps, struct str name, struct str *ret)
{
	const char *start = ps->p;
	struct str prefix, found;

	if (spaces_skip(ps) && name_read(ps, &prefix, &found) && !prefix.p && str_eq(found, name)) {
		spaces_skip(ps);
		if (ps->p < ps->end && *ps->p == '=') {
			ps->p++;
			spaces_skip(ps);
			if (value_read(ps, ret))
				return true;
		}
	}
	ps->p = start;
	return false;
}

/* The XML declaration (XML 1.0, 2.8), when there is one. */
static bool declaration_read(struct parser *ps)
{
	struct str value;

	if (ps->end - ps->p < 6 || memcmp(ps->p, "<?xml", 5) != 0)
		return true;
	ps->p += 5;
	if (!declared(ps, STR("version"), &value) || (!str_eq(value, STR("1.0")) && !str_eq(value, STR("1.1"))))
		return false;
	if (declared(ps, STR("encoding"), &value) && (value.n != 5 || strncasecmp(value.p, "UTF-8", 5) != 0))
		return false;
	if (declared(ps, STR("standalone"), &value) && !str_eq(value, STR("yes")) && !str_eq(value, STR("no")))
		return false;
	spaces_skip(ps);
	if (ps->end - ps->p < 2 || memcmp(ps->p, "?>", 2) != 0)
		return false;
	ps->p += 2;
	spaces_skip(ps);
	return true;
}

struct xml *xml_parse_stream(struct arena *arena, struct str bytes)
{
	struct parser ps __attribute__((uninitialized));
	struct xml *root = NULL;

	if (!begin(&ps, arena, bytes, STR(""), &root) || !declaration_read(&ps))
		return NULL;
	if (ps.end - ps.p < 3 || *ps.p != '<' || !start_read(&ps, false) || ps.p != ps.end)
		return NULL;
	root->raw.n = (size_t)(ps.p - root->raw.p);
	root->text = ps.open[1].scope;
	return root;
}
