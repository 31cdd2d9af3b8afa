/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/pep_form.h"

#include "base/mem.h"

#define DATA "jabber:x:data"

enum field { ACCESS, SEND_LAST, PERSIST, PAYLOADS, TELL_RETRACT, MAX_ITEMS, FIELDS };

static const char *const accesses[] = {
	[PEP_PRESENCE] = "presence", [PEP_OPEN] = "open", [PEP_WHITELIST] = "whitelist", NULL
};
static const char *const lasts[] = {
	[PEP_LAST_ON_PRESENCE] = "on_sub_and_presence", [PEP_LAST_ON_SUBSCRIPTION] = "on_sub", [PEP_LAST_NEVER] = "never", NULL
};

static const struct {
	const char *var, *label;
	const char *const *words; /* to choose from; NULL: a number or yes and no */
} fields[FIELDS] = {
	[ACCESS] = { "pubsub#access_model", "Who may see it", accesses },
	[SEND_LAST] = { "pubsub#send_last_published_item", "When the newest item is sent", lasts },
	[PERSIST] = { "pubsub#persist_items", "Whether items are kept", NULL },
	[PAYLOADS] = { "pubsub#deliver_payloads", "Whether notifications carry what was published", NULL },
	[TELL_RETRACT] = { "pubsub#notify_retract", "Whether it is told that an item was taken back", NULL },
	[MAX_ITEMS] = { "pubsub#max_items", "How many items are kept", NULL },
};

static uint64_t field_get(const struct pep_config *c, enum field f)
{
	const uint64_t values[FIELDS] = { c->access,   c->send_last,    c->persist,
					  c->payloads, c->tell_retract, c->max_items };

	return values[f];
}

static void field_set(struct pep_config *c, enum field f, uint64_t value)
{
	switch (f) {
	case ACCESS: c->access = (enum pep_access)value; break;
	case SEND_LAST: c->send_last = (enum pep_last)value; break;
	case PERSIST: c->persist = value; break;
	case PAYLOADS: c->payloads = value; break;
	case TELL_RETRACT: c->tell_retract = value; break;
	case MAX_ITEMS: c->max_items = (uint32_t)value; break;
	case FIELDS: break;
	}
}

static bool word_read(const char *const *words, struct str text, uint64_t *ret)
{
	for (*ret = 0; words[*ret]; ++*ret)
		if (str_is(text, words[*ret]))
			return true;
	return false;
}

static bool value_read(enum field f, struct str text, uint64_t *ret)
{
	static const char *const no[] = { "0", "false", NULL }, *const yes[] = { "1", "true", NULL };

	if (fields[f].words)
		return word_read(fields[f].words, text, ret);
	if (f == MAX_ITEMS) {
		if (!str_is(text, "max") && !str_u64(text, ret))
			return false;
		if (str_is(text, "max") || *ret > PEP_ITEMS_MAX)
			*ret = PEP_ITEMS_MAX;
		return *ret > 0;
	}
	if (word_read(no, text, ret)) {
		*ret = 0;
		return true;
	}
	if (!word_read(yes, text, ret))
		return false;
	*ret = 1;
	return true;
}

static bool field_read(struct pep_form *form, const struct xml *field, const char *type, struct arena *arena)
{
	struct str var = xml_attr(field, "var"), text = str_trim(xml_child_text(field, "value", DATA, arena));
	uint64_t value;

	if (str_is(var, "FORM_TYPE"))
		return str_is(text, type);
	for (int f = 0; f < FIELDS; f++) {
		if (!str_is(var, fields[f].var))
			continue;
		if (!value_read((enum field)f, text, &value))
			return false;
		field_set(&form->config, (enum field)f, value);
		form->given |= 1u << f;
	}
	return true;
}

bool pep_form_read(struct pep_form *ret, const struct xml *parent, const char *type, struct arena *arena)
{
	const struct xml *x = xml_child(parent, "x", DATA);

	*ret = (struct pep_form){ 0 };
	if (!x || str_is(xml_attr(x, "type"), "cancel"))
		return true;
	for (const struct xml *f = xml_child(x, "field", DATA); f; f = xml_sibling(f, "field", DATA))
		if (!field_read(ret, f, type, arena))
			return false;
	return true;
}

bool pep_form_holds(const struct pep_form *form, const struct pep_config *c)
{
	for (int f = 0; f < FIELDS; f++)
		if (form->given & 1u << f && field_get(&form->config, (enum field)f) != field_get(c, (enum field)f))
			return false;
	return true;
}

void pep_form_apply(const struct pep_form *form, struct pep_config *c)
{
	for (int f = 0; f < FIELDS; f++)
		if (form->given & 1u << f)
			field_set(c, (enum field)f, field_get(&form->config, (enum field)f));
}

static void field_write(struct buf *to, enum field f, uint64_t value, bool asks)
{
	const char *const *words = fields[f].words;
	const char *type = words ? "list-single" : f == MAX_ITEMS ? "text-single" : "boolean";

	buf_fmt(to, "<field var='%s'", fields[f].var);
	if (asks)
		buf_fmt(to, " type='%s' label='%s'", type, fields[f].label);
	buf_byte(to, '>');
	for (size_t i = 0; asks && words && words[i]; i++)
		buf_fmt(to, "<option><value>%s</value></option>", words[i]);
	buf_lit(to, "<value>");
	if (words)
		buf_str(to, str_z(words[value]));
	else
		buf_u64(to, value);
	buf_lit(to, "</value></field>");
}

void pep_form_write(struct buf *to, const char *type, const struct pep_config *c)
{
	bool asks = strstr(type, "#node_config") != NULL;

	buf_fmt(to, "<x xmlns='" DATA "' type='%s'><field var='FORM_TYPE' type='hidden'><value>%s</value></field>",
		asks ? "form" : "result", type);
	for (int f = 0; f < FIELDS; f++)
		field_write(to, (enum field)f, field_get(c, (enum field)f), asks);
	buf_lit(to, "</x>");
}
