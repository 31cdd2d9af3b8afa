/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees made bytes again. Elements never get a prefix but say their namespace where it changes; only attributes in a
 * namespace need one, declared on the spot.
 */
#include "wire/xml.h"

#include <assert.h>

#include "wire/xml_scan.h"

#define NS_XML "http://www.w3.org/XML/1998/namespace"

/* What must not stand there as it is. A CR would come back as LF, and in a value tab and LF as blanks. */
static const char *const text_escapes[128] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;", ['\r'] = "&#13;",
};
static const char *const value_escapes[128] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;", ['\r'] = "&#13;",
	['\n'] = "&#10;", ['\t'] = "&#9;",
};

static void escape(struct buf *to, struct str s, const char *const escapes[128])
{
	const char *done = s.p, *end = s.p + s.n, *p = done;

	while ((p = xml_scan_special(p, end)) < end) {
		const char *escaped = escapes[(unsigned char)*p++];
		if (!escaped)
			continue;
		buf_add(to, done, (size_t)(p - 1 - done));
		buf_str(to, str_z(escaped));
		done = p;
	}
	buf_add(to, done, (size_t)(end - done));
}

void xml_escape(struct buf *to, struct str text)
{
	if (text.n)
		escape(to, text, text_escapes);
}

void xml_write_attr(struct buf *to, const char *name, struct str value)
{
	if (!value.p)
		return;
	buf_byte(to, ' ');
	buf_str(to, str_z(name));
	buf_lit(to, "=\"");
	if (value.n)
		escape(to, value, value_escapes);
	buf_byte(to, '"');
}

/* A prefix that stands for `ns` where we are: "a<number>". */
struct prefix {
	const struct prefix *outer;
	struct str ns;
	unsigned number;
};

static const struct prefix *prefix_find(const struct prefix *p, struct str ns)
{
	while (p && !str_eq(p->ns, ns))
		p = p->outer;
	return p;
}

/* Declares what the attributes of `x` need and is not declared yet; the new prefixes stand in `own`. Never more than
 * the writer of the stanza had declared, so that what could be parsed can be parsed again. */
static const struct prefix *declare_prefixes(struct buf *to, const struct xml *x, const struct prefix *outer,
					     struct prefix own[XML_ATTRIBUTES_MAX])
{
	unsigned n = 0;

	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		if (a->ns.n == 0 || str_eq(a->ns, STR(NS_XML)) || prefix_find(outer, a->ns))
			continue;
		assert(n < XML_ATTRIBUTES_MAX);
		own[n] = (struct prefix){ outer, a->ns, outer ? outer->number + 1 : 0 };
		outer = &own[n++];
		buf_fmt(to, " xmlns:a%u=\"", outer->number);
		escape(to, a->ns, value_escapes);
		buf_byte(to, '"');
	}
	return outer;
}

static void write_attrs(struct buf *to, const struct xml *x, const struct prefix *prefixes)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next) {
		buf_byte(to, ' ');
		if (str_eq(a->ns, STR(NS_XML)))
			buf_lit(to, "xml:");
		else if (a->ns.n)
			buf_fmt(to, "a%u:", prefix_find(prefixes, a->ns)->number);
		buf_str(to, a->name);
		buf_lit(to, "=\"");
		if (a->value.n)
			escape(to, a->value, value_escapes);
		buf_byte(to, '"');
	}
}

static void write_node(struct buf *to, const struct xml *x, struct str scope, const struct prefix *outer);

static void write_element(struct buf *to, const struct xml *x, struct str scope, const struct prefix *outer)
{
	/* No element can have this namespace as its default, and none needs to: its prefix is known everywhere. */
	const char *prefix = str_eq(x->ns, STR(NS_XML)) ? "xml:" : "";
	struct prefix own[XML_ATTRIBUTES_MAX] __attribute__((uninitialized));

	buf_byte(to, '<');
	buf_str(to, str_z(prefix));
	buf_str(to, x->name);
	if (!*prefix && !str_eq(x->ns, scope)) {
		scope = x->ns.p ? x->ns : STR("");
		xml_write_attr(to, "xmlns", scope);
	}
	outer = declare_prefixes(to, x, outer, own);
	write_attrs(to, x, outer);
	if (!x->children) {
		buf_lit(to, "/>");
		return;
	}
	buf_byte(to, '>');
	for (const struct xml *c = x->children; c; c = c->next)
		write_node(to, c, scope, outer);
	buf_lit(to, "</");
	buf_str(to, str_z(prefix));
	buf_str(to, x->name);
	buf_byte(to, '>');
}

static void write_node(struct buf *to, const struct xml *x, struct str scope, const struct prefix *outer)
{
	if (!x->name.p && x->raw.p)
		buf_str(to, x->raw); /* character data means the same everywhere */
	else if (!x->name.p)
		xml_escape(to, x->text);
	else if (x->raw.p && !x->foreign && str_eq(scope, STR("jabber:client")))
		buf_str(to, x->raw);
	else
		write_element(to, x, scope, outer);
}

void xml_write(struct buf *to, const struct xml *x, struct str scope)
{
	write_node(to, x, scope, NULL);
}

/* Whether the bytes between the tags of `x` mean the same where jabber:client is the default: nothing in them is
 * declared outside. The default that holds inside of `x` is no matter, as whoever uses it and would lose it is
 * foreign. */
static bool inner_stands(const struct xml *x)
{
	if (!x->raw.p)
		return false;
	for (const struct xml *c = x->children; c; c = c->next)
		if (c->foreign)
			return false;
	return true;
}

void xml_write_children(struct buf *to, const struct xml *x, struct str scope)
{
	if (str_eq(scope, STR("jabber:client")) && inner_stands(x)) {
		buf_str(to, x->inner);
		return;
	}
	for (const struct xml *c = x->children; c; c = c->next)
		write_node(to, c, scope, NULL);
}
