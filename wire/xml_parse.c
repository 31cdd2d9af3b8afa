/* SPDX-License-Identifier: Apache-2.0
 *
 * From the bytes of one whole frame to a tree. Text and values that need no change stay where they are and the tree
 * points at them. The bytes are checked for UTF-8 and forbidden characters once, before anything else, so that the rest
 * may look at ASCII only. What this accepts, expat accepts too, and understands in the same way (fuzz_xml.c).
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
	uint8_t scope_depth; /* of the element that declares it; NOWHERE for jabber:client, which everybody knows */
	uint8_t lowest;      /* depth of the outermost declaration that it or anything inside needs */
	uint8_t prefixes;    /* how many there were outside of it */
};

struct parser {
	struct arena *arena;
	const char *end;
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

static bool bytes_valid(struct str s, bool *controls)
{
	size_t i = 0, len;
	uint32_t c;

	*controls = false;
	while (i < s.n) {
		if (s.n - i >= 16 && xml_plain16(s.p + i)) {
			i += 16;
		} else if (s.n >= 16 && s.n - i < 16 && xml_plain16(s.p + s.n - 16)) {
			break; /* the last 16, of which some have been seen */
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
		uint32_t small = (uint32_t)(unsigned char)*at | 0x20, d = 99;

		if (*at >= '0' && *at <= '9')
			d = (uint32_t)(*at - '0');
		else if (small >= 'a' && small <= 'f')
			d = small - 'a' + 10;
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

/* ---- names ---------------------------------------------------------------------------------------------------
 *
 * From here on functions take the place where to read and return the one behind what they have read, NULL when it is
 * wrong: kept in a register that way, not in the struct, each step costs a quarter less. */

/* The same as part_end for a part that has something else than ASCII in it. */
static const char *part_end_wide(const struct parser *ps, const char *start)
{
	const char *p = start;
	uint32_t c = 0;
	size_t len;

	while (p < ps->end) {
		if ((unsigned char)*p < 0x80) {
			if (!(xml_kinds[(unsigned char)*p] & (p == start ? XML_NAME_FIRST : XML_NAME)))
				break;
			p++;
		} else {
			len = char_decode(p, (size_t)(ps->end - p), &c);
			if (!xml_name_char(c, p == start))
				return NULL;
			p += len;
		}
	}
	return p > start ? p : NULL;
}

/* The end of the part of a name without colon that begins at p; NULL when there is none. */
static inline const char *part_end(const struct parser *ps, const char *p)
{
	const char *end = xml_scan_name(p, ps->end);

	if (end < ps->end && (unsigned char)*end >= 0x80)
		return part_end_wide(ps, p);
	return end > p && (xml_kinds[(unsigned char)*p] & XML_NAME_FIRST) ? end : NULL;
}

/* The end of "prefix:name" or "name" (Namespaces in XML, 4); *colon: where the colon is, or NULL. */
static inline const char *name_end(const struct parser *ps, const char *p, const char **colon)
{
	*colon = NULL;
	p = part_end(ps, p);
	if (!p || p == ps->end || *p != ':')
		return p;
	*colon = p;
	return part_end(ps, p + 1);
}

static inline const char *spaces_end(const struct parser *ps, const char *p)
{
	while (p < ps->end && xml_is_space(*p))
		p++;
	return p;
}

static inline struct str between(const char *from, const char *to) { return str_n(from, (size_t)(to - from)); }

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
static inline const char *value_read(struct parser *ps, const char *p, struct str *ret)
{
	char quote = p < ps->end ? *p : 0;
	const char *start = p + 1;
	bool plain = !ps->controls;

	if (quote != '"' && quote != '\'')
		return NULL;
	p = xml_scan(start, ps->end, quote, '<', '&', quote);
	if (p < ps->end && *p == '&') {
		plain = false;
		p = xml_scan(p, ps->end, quote, '<', quote, '<');
	}
	if (p == ps->end || *p == '<')
		return NULL;
	*ret = between(start, p);
	return plain || !ret->n || value_unescape(ps, *ret, ret) ? p + 1 : NULL;
}

/* The '=' between a name and its value. */
static inline const char *equals_read(const struct parser *ps, const char *p)
{
	p = spaces_end(ps, p);
	return p < ps->end && *p == '=' ? spaces_end(ps, p + 1) : NULL;
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
	for (unsigned i = o->prefixes; i < ps->prefixes; i++)
		if (str_eq(ps->prefix[i].name, name))
			return false; /* twice in one tag */
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

/* When all declarations of the tag are known: prefixes, which stood in `ns` so far, made namespaces. */
static bool attrs_resolve(struct parser *ps, struct open *o)
{
	for (struct xml_attr *a = o->x->attrs; a; a = a->next)
		if (a->ns.n && !prefix_find(ps, o, a->ns, &a->ns))
			return false;
	return true;
}

/* No name twice, also not by two prefixes that mean the same (Namespaces in XML, 6.3). */
static bool attrs_differ(const struct xml *x)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		for (const struct xml_attr *b = x->attrs; b != a; b = b->next)
			if (str_eq(a->name, b->name) && str_eq(a->ns, b->ns))
				return false;
	return true;
}

static inline bool is_xmlns(struct str s) { return s.n == 5 && memcmp(s.p, "xmlns", 5) == 0; }

/* What is known of a tag while its attributes are read. */
struct tag {
	struct xml_attr **last;
	uint64_t seen;    /* a bit for each kind of name; when one comes twice it is worth looking closer */
	unsigned attrs;
	bool prefixed, similar, scoped;
};

static inline bool attr_add(struct parser *ps, struct tag *t, struct str prefix, struct str name, struct str value)
{
	struct xml_attr *a = arena_get(ps->arena, sizeof *a);
	unsigned char first = (unsigned char)name.p[0], last = (unsigned char)name.p[name.n - 1];
	uint64_t bit = (uint64_t)1 << ((name.n + 3u * first + 7u * last) & 63);

	a->name = name;
	a->ns = prefix.n ? prefix : STR("");
	a->value = value;
	a->next = NULL;
	*t->last = a;
	t->last = &a->next;
	t->prefixed |= prefix.n > 0;
	t->similar |= (t->seen & bit) != 0;
	t->seen |= bit;
	return ++t->attrs <= XML_ATTRIBUTES_MAX;
}

/* Reads ` name="value"`* up to what is none. */
static inline const char *attrs_read(struct parser *ps, struct open *o, const char *p)
{
	struct tag t = { .last = &o->x->attrs };

	while (p < ps->end && xml_is_space(*p)) {
		const char *start = p = spaces_end(ps, p), *colon, *end;
		struct str prefix = STR_NONE, name, value;
		bool fine;

		if (p == ps->end || *p == '>' || *p == '/')
			break;
		end = name_end(ps, p, &colon);
		if (!end || !(p = equals_read(ps, end)) || !(p = value_read(ps, p, &value)))
			return NULL;
		name = between(colon ? colon + 1 : start, end);
		if (colon)
			prefix = between(start, colon);
		if (colon && is_xmlns(prefix))
			fine = declare(ps, o, name, value);
		else if (!colon && is_xmlns(name))
			fine = !t.scoped && declare(ps, o, STR_NONE, value), t.scoped = true;
		else
			fine = attr_add(ps, &t, prefix, name, value);
		if (!fine)
			return NULL;
	}
	return (!t.prefixed || attrs_resolve(ps, o)) && (!t.similar || attrs_differ(o->x)) ? p : NULL;
}

/* ---- elements and text --------------------------------------------------------------------------------------- */

static inline struct xml *node_add(struct parser *ps, struct str raw)
{
	struct open *o = &ps->open[ps->depth];
	struct xml *x;

	if (ps->nodes++ == NODES_MAX)
		return NULL;
	x = arena_get(ps->arena, sizeof *x);
	*o->last = x;
	o->last = &x->next;
	/* One by one: of a struct that is zeroed as a whole gcc makes a "rep stos", which costs as much as all the
	 * rest. */
	x->name = x->ns = x->text = x->inner = STR_NONE;
	x->attrs = NULL;
	x->children = x->next = NULL;
	x->parent = o->x;
	x->raw = raw;
	x->foreign = false;
	return x;
}

static inline const char *element_end(struct parser *ps, const char *inner_end, const char *p)
{
	struct open *o = &ps->open[ps->depth], *outer = o - 1;
	struct xml *x = o->x;

	x->raw.n = (size_t)(p - x->raw.p);
	x->inner.n = (size_t)(inner_end - x->inner.p);
	x->foreign = o->lowest < ps->depth;
	if (o->lowest < outer->lowest)
		outer->lowest = o->lowest;
	ps->prefixes = o->prefixes;
	ps->depth--;
	return p;
}

/* The namespace of an element, by its prefix or the default that holds. */
static inline bool element_resolve(struct parser *ps, struct open *o, struct str prefix)
{
	if (prefix.p)
		return prefix_find(ps, o, prefix, &o->x->ns);
	o->x->ns = o->scope;
	if (o->scope_depth < o->lowest)
		o->lowest = o->scope_depth;
	return true;
}

/* The start tag at p. `whole`: it may be an empty element; a stream's start tag may not. */
static const char *start_read(struct parser *ps, const char *p, bool whole)
{
	struct open *outer = &ps->open[ps->depth], *o = outer + 1;
	const char *start = p + 1, *colon;
	struct xml *x;

	if (ps->depth == XML_DEPTH_MAX || !(x = node_add(ps, str_n(p, 0))) || !(p = name_end(ps, start, &colon)))
		return NULL;
	ps->depth++;
	o->x = x;
	o->last = &x->children;
	o->tag = between(start, p);
	o->scope = outer->scope;
	o->scope_depth = outer->scope_depth;
	o->lowest = NOWHERE;
	o->prefixes = (uint8_t)ps->prefixes;

	x->name = between(colon ? colon + 1 : start, p);
	p = attrs_read(ps, o, p);
	if (!p || p == ps->end || !element_resolve(ps, o, colon ? between(start, colon) : STR_NONE))
		return NULL;
	if (*p == '/' && whole) {
		if (++p == ps->end || *p++ != '>')
			return NULL;
		x->inner.p = p;
		return element_end(ps, p, p);
	}
	x->inner.p = p + 1;
	return *p == '>' ? p + 1 : NULL;
}

/* The end tag at p. */
static inline const char *end_read(struct parser *ps, const char *p)
{
	struct str tag = ps->open[ps->depth].tag;
	const char *start = p;

	p += 2;
	if ((size_t)(ps->end - p) <= tag.n || memcmp(p, tag.p, tag.n) != 0)
		return NULL;
	p = spaces_end(ps, p + tag.n);
	return p < ps->end && *p == '>' ? element_end(ps, start, p + 1) : NULL;
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

/* A CDATA section at *p, appended to `to`; NULL when it is none. */
static char *cdata_read(const char **p, const char *end, char *to)
{
	const char *start = *p + 9, *stop;

	if (end - *p < 12 || memcmp(*p, "<![CDATA[", 9) != 0)
		return NULL;
	stop = memmem(start, (size_t)(end - start), "]]>", 3);
	if (!stop)
		return NULL;
	*p = stop + 3;
	return lines_put(to, start, stop);
}

/* Where the character data at p ends: at the next tag, which is no CDATA section. NULL when it does not. */
static const char *text_end(const struct parser *ps, const char *p)
{
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

/* The character data from p to `end`, the slow way: references, CDATA sections, line ends. */
static bool text_unescape(struct parser *ps, const char *p, const char *end, struct str *ret)
{
	char *made = arena_get(ps->arena, (size_t)(end - p)), *to = made;

	while (p < end) {
		if (*p == '<') {
			to = cdata_read(&p, end, to);
			if (!to)
				return false;
		} else if (*p == '&') {
			uint32_t c = reference_read(&p, end);
			if (!c)
				return false;
			to = char_encode(to, c);
		} else {
			const char *stop = xml_scan(p, end, '<', '&', '<', '&');
			if (memmem(p, (size_t)(stop - p), "]]>", 3))
				return false;
			to = lines_put(to, p, stop);
			p = stop;
		}
	}
	*ret = str_n(made, (size_t)(to - made));
	return true;
}

static inline const char *text_read(struct parser *ps, const char *p)
{
	const char *start = p;
	struct str text;
	struct xml *x;

	p = xml_scan(p, ps->end, '<', '&', ']', ps->controls ? '\r' : '<');
	text = between(start, p);
	if (ps->end - p < 2 || *p != '<' || p[1] == '!') {
		p = text_end(ps, p);
		if (!p || !text_unescape(ps, start, p, &text))
			return NULL;
		if (text.n == 0)
			return p; /* an empty CDATA section is nothing */
	}
	x = node_add(ps, between(start, p));
	if (!x)
		return NULL;
	x->text = text;
	return p;
}

/* Everything up to the end of the element that was begun. */
static const char *content_read(struct parser *ps, const char *p)
{
	while (p && ps->depth) {
		if (ps->end - p < 2)
			return NULL;
		if (*p != '<' || p[1] == '!')
			p = text_read(ps, p);
		else if (p[1] == '/')
			p = end_read(ps, p);
		else
			p = start_read(ps, p, true);
	}
	return p;
}

/* ---- the two ways in ----------------------------------------------------------------------------------------- */

static bool begin(struct parser *ps, struct arena *arena, struct str bytes, struct str scope, struct xml **root)
{
	struct open *outside = &ps->open[0];

	ps->arena = arena;
	ps->end = bytes.p + bytes.n;
	ps->depth = ps->nodes = ps->prefixes = 0;
	outside->x = NULL;
	outside->last = root;
	outside->scope = scope;
	outside->scope_depth = str_eq(scope, STR(NS_CLIENT)) ? NOWHERE : 0;
	outside->lowest = NOWHERE;
	return bytes_valid(bytes, &ps->controls);
}

struct xml *xml_parse(struct arena *arena, struct str bytes, struct str scope, bool stream)
{
	struct parser ps __attribute__((uninitialized)); /* eight kilobytes, of which a stanza needs few */
	struct xml *root = NULL;
	const char *p;

	if (bytes.n < 4 || !begin(&ps, arena, bytes, scope, &root))
		return NULL;
	if (stream)
		ps.prefix[ps.prefixes++] = (struct prefix){ STR("stream"), STR(NS_STREAM), 0 };
	if (*bytes.p != '<' || !(p = start_read(&ps, bytes.p, true)))
		return NULL;
	return content_read(&ps, p) == ps.end ? root : NULL;
}

/* ` name="value"` of the XML declaration. p itself when the next is not called so, NULL when it is wrong. */
static const char *declared(struct parser *ps, const char *p, struct str name, struct str *ret)
{
	const char *start = spaces_end(ps, p);

	if (start == p || !str_starts(between(start, ps->end), name))
		return p;
	p = equals_read(ps, start + name.n);
	return p ? value_read(ps, p, ret) : NULL;
}

/* The XML declaration (XML 1.0, 2.8), when there is one, and the blanks behind it. */
static const char *declaration_read(struct parser *ps, const char *p)
{
	struct str version = STR_NONE, encoding = STR("utf-8"), alone = STR("no");

	if (ps->end - p < 6 || memcmp(p, "<?xml", 5) != 0)
		return p;
	p = declared(ps, p + 5, STR("version"), &version);
	p = p ? declared(ps, p, STR("encoding"), &encoding) : NULL;
	p = p ? declared(ps, p, STR("standalone"), &alone) : NULL;
	if (!p || (!str_eq(version, STR("1.0")) && !str_eq(version, STR("1.1"))))
		return NULL;
	if (encoding.n != 5 || strncasecmp(encoding.p, "UTF-8", 5) != 0)
		return NULL;
	if (!str_eq(alone, STR("yes")) && !str_eq(alone, STR("no")))
		return NULL;
	p = spaces_end(ps, p);
	return ps->end - p > 2 && memcmp(p, "?>", 2) == 0 ? spaces_end(ps, p + 2) : NULL;
}

struct xml *xml_parse_stream(struct arena *arena, struct str bytes)
{
	struct parser ps __attribute__((uninitialized));
	struct xml *root = NULL;
	const char *p;

	if (bytes.n < 3 || !begin(&ps, arena, bytes, STR(""), &root) || !(p = declaration_read(&ps, bytes.p)))
		return NULL;
	if (ps.end - p < 3 || *p != '<' || start_read(&ps, p, false) != ps.end)
		return NULL;
	root->raw.n = (size_t)(ps.end - root->raw.p);
	root->text = ps.open[1].scope;
	return root;
}
