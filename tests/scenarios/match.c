/* SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

#include <assert.h>

#include "wire/xml.h"

void names_bind(struct names *names, struct str name, struct str value)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_eq(names->known[i].name, name)) {
			names->known[i].value = arena_str(&names->arena, value);
			return;
		}
	assert(names->n < NAMES_MAX);
	names->known[names->n].name = arena_str(&names->arena, name);
	names->known[names->n++].value = arena_str(&names->arena, value);
}

struct str names_value(const struct names *names, struct str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_eq(names->known[i].name, name))
			return names->known[i].value;
	return STR_NONE;
}

/* "{name}" at the beginning of `s`: its length, and the name in *name; else 0. */
static size_t name_at(struct str s, struct str *name)
{
	size_t end = str_find(s, '}');

	if (!s.n || s.p[0] != '{' || end == s.n || end == 1)
		return 0;
	for (size_t i = 1; i < end; i++)
		if (s.p[i] <= ' ' || s.p[i] == '{' || s.p[i] == '"' || s.p[i] == '<')
			return 0;
	*name = str_n(s.p + 1, end - 1);
	return end + 1;
}

void names_fill(const struct names *names, struct str text, bool xml, struct buf *to)
{
	for (size_t i = 0, n; i < text.n; i += n) {
		struct str name, value = STR_NONE;

		n = name_at(str_from(text, i), &name);
		if (n)
			value = names_value(names, name);
		if (!value.p) {
			n = 1;
			buf_byte(to, text.p[i]);
		} else if (xml) {
			xml_escape(to, value);
		} else {
			buf_str(to, value);
		}
	}
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

bool match_text(struct names *names, struct str pattern, struct str text)
{
	size_t n, known = names->n;
	struct str name, value;

	if (!pattern.n)
		return !text.n;
	n = name_at(pattern, &name);
	if (n && (value = names_value(names, name)).p)
		return str_starts(text, value) && match_text(names, str_from(pattern, n), str_from(text, value.n));
	if (n) {
		for (size_t i = 0; i <= text.n; i++) {
			names_bind(names, name, str_n(text.p ? text.p : "", i));
			if (match_text(names, str_from(pattern, n), str_from(text, i)))
				return true;
			names->n = known;
		}
		return false;
	}
	if (pattern.p[0] == '*') {
		for (size_t i = 0; i <= text.n; i++)
			if (match_text(names, str_from(pattern, 1), str_from(text, i)))
				return true;
		return false;
	}
	return text.n && text.p[0] == pattern.p[0] && match_text(names, str_from(pattern, 1), str_from(text, 1));
}

/* ---- XML -------------------------------------------------------------------------------------------------------- */

struct comparing {
	struct names *names;
	struct arena scratch;
	struct buf *why;
};

static bool differ(struct comparing *c, const char *what, struct str pattern, struct str heard)
{
	buf_clear(c->why);
	buf_fmt(c->why, "%s: wanted \"%.*s\", heard \"%.*s\"", what, STR_ARG(pattern.p ? pattern : STR("")),
		STR_ARG(heard.p ? heard : STR("nothing")));
	return false;
}

static struct xml_attr *attr_find(const struct xml *x, const struct xml_attr *like)
{
	for (struct xml_attr *a = x->attrs; a; a = a->next)
		if (str_eq(a->name, like->name) && str_eq(a->ns, like->ns))
			return a;
	return NULL;
}

static bool attrs_match(struct comparing *c, const struct xml *pattern, const struct xml *heard)
{
	bool more = xml_attr(pattern, "_").p;

	for (const struct xml_attr *a = pattern->attrs; a; a = a->next) {
		const struct xml_attr *h = attr_find(heard, a);

		if (str_is(a->name, "_"))
			continue;
		if (!h)
			return differ(c, "an attribute is missing", a->name, STR_NONE);
		if (!match_text(c->names, a->value, h->value))
			return differ(c, "an attribute", a->value, h->value);
	}
	for (const struct xml_attr *h = heard->attrs; h && !more; h = h->next)
		if (!attr_find(pattern, h))
			return differ(c, "an attribute more", STR(""), h->name);
	return true;
}

static bool is_rest(const struct xml *x) { return str_is(x->name, "_"); }

static bool element_matches(struct comparing *c, const struct xml *pattern, const struct xml *heard);

/* In order; where the pattern has <_/>, heard children that fit nothing are passed over. */
static bool children_match(struct comparing *c, const struct xml *pattern, const struct xml *heard)
{
	const struct xml *h = xml_child(heard, NULL, NULL);
	bool more = xml_child(pattern, "_", NULL);

	for (const struct xml *p = xml_child(pattern, NULL, NULL); p; p = xml_sibling(p, NULL, NULL)) {
		size_t known = c->names->n;

		if (is_rest(p))
			continue;
		while (h && !element_matches(c, p, h)) {
			if (!more)
				return false;
			c->names->n = known;
			h = xml_sibling(h, NULL, NULL);
		}
		if (!h)
			return differ(c, "an element is missing", p->name, STR_NONE);
		h = xml_sibling(h, NULL, NULL);
	}
	return !h || more || differ(c, "an element more", STR(""), h->name);
}

static bool element_matches(struct comparing *c, const struct xml *pattern, const struct xml *heard)
{
	struct str text = xml_text(pattern, &c->scratch), has = xml_text(heard, &c->scratch);

	if (!match_text(c->names, pattern->name, heard->name))
		return differ(c, "the element", pattern->name, heard->name);
	if (!match_text(c->names, pattern->ns, heard->ns))
		return differ(c, "the namespace", pattern->ns, heard->ns);
	if (!attrs_match(c, pattern, heard))
		return false;
	if (!str_trim(text).n ? str_trim(has).n > 0 && !xml_child(pattern, "_", NULL)
			      : !match_text(c->names, text, has))
		return differ(c, "the text", text, has);
	return children_match(c, pattern, heard);
}

static struct xml *tree(struct arena *arena, struct str bytes, bool open)
{
	return open ? xml_parse_stream(arena, bytes) : xml_parse(arena, bytes, STR("jabber:client"), true);
}

bool match_xml(struct names *names, struct str pattern, struct str bytes, bool open, struct buf *why)
{
	struct comparing c = { .names = names, .why = why };
	size_t known = names->n;
	struct xml *p = tree(&c.scratch, pattern, open), *h = tree(&c.scratch, bytes, open);
	bool same = false;

	if (!p)
		differ(&c, "the script's XML is not well-formed", pattern, STR_NONE);
	else if (!h)
		differ(&c, "what was heard is not well-formed", STR(""), bytes);
	else
		same = element_matches(&c, p, h);
	if (!same)
		names->n = known;
	arena_free(&c.scratch);
	return same;
}
