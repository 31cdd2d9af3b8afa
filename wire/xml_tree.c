/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/xml.h"

bool xml_is(const struct xml *x, const char *name, const char *ns)
{
	return x && x->name.p && (!name || str_is(x->name, name)) && (!ns || str_is(x->ns, ns));
}

static struct xml *first_fit(struct xml *x, const char *name, const char *ns)
{
	while (x && !xml_is(x, name, ns))
		x = x->next;
	return x;
}

struct xml *xml_child(const struct xml *x, const char *name, const char *ns)
{
	return first_fit(x->children, name, ns);
}

struct xml *xml_sibling(const struct xml *x, const char *name, const char *ns)
{
	return first_fit(x->next, name, ns);
}

struct str xml_attr(const struct xml *x, const char *name)
{
	return xml_attr_ns(x, name, "");
}

struct str xml_attr_ns(const struct xml *x, const char *name, const char *ns)
{
	for (const struct xml_attr *a = x->attrs; a; a = a->next)
		if (str_is(a->name, name) && str_is(a->ns, ns))
			return a->value;
	return STR_NONE;
}

struct str xml_text(const struct xml *x, struct arena *arena)
{
	const struct xml *only = NULL;
	size_t n = 0, count = 0;
	char *p;

	for (const struct xml *c = x->children; c; c = c->next) {
		if (c->name.p)
			continue;
		only = c;
		n += c->text.n;
		count++;
	}
	if (count < 2)
		return only ? only->text : STR("");
	p = arena_get(arena, n);
	n = 0;
	for (const struct xml *c = x->children; c; c = c->next) {
		if (!c->name.p && c->text.n) {
			memcpy(p + n, c->text.p, c->text.n);
			n += c->text.n;
		}
	}
	return str_n(p, n);
}

struct str xml_child_text(const struct xml *x, const char *name, const char *ns, struct arena *arena)
{
	const struct xml *c = xml_child(x, name, ns);

	return c ? xml_text(c, arena) : STR_NONE;
}
