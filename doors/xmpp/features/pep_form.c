/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/pep_form.h"

#include "base/mem.h"

#define DATA "jabber:x:data"

enum field {
	ACCESS,
	PUBLISHERS,
	SEND_LAST,
	PERSIST,
	PAYLOADS,
	TELL_RETRACT,
	TELL_DELETE,
	TELL_CONFIG,
	MAX_ITEMS,
	GROUPS,
	TITLE,
	ABOUT,
	TYPE,
	FIELDS
};

static const char *const accesses[] = { [PEP_PRESENCE] = "presence",   [PEP_OPEN] = "open",
					[PEP_WHITELIST] = "whitelist", [PEP_ROSTER] = "roster",
					[PEP_AUTHORIZE] = "authorize", NULL };
static const char *const lasts[] = { [PEP_LAST_ON_PRESENCE] = "on_sub_and_presence",
				     [PEP_LAST_ON_SUBSCRIPTION] = "on_sub",
				     [PEP_LAST_NEVER] = "never",
				     NULL };
static const char *const publishers[] = {
	[PEP_BY_PUBLISHERS] = "publishers", [PEP_BY_SUBSCRIBERS] = "subscribers", [PEP_BY_ALL] = "open", NULL
};

enum kind { WORD, FLAG, NUMBER, TEXT, LIST };

static const struct {
	const char *var, *label;
	enum kind kind;
	const char *const *words; /* WORD: to choose from */
} fields[FIELDS] = {
	[ACCESS] = { "pubsub#access_model", "Who may see it", WORD, accesses },
	[PUBLISHERS] = { "pubsub#publish_model", "Who may publish", WORD, publishers },
	[SEND_LAST] = { "pubsub#send_last_published_item", "When the newest item is sent", WORD, lasts },
	[PERSIST] = { "pubsub#persist_items", "Whether items are kept", FLAG, NULL },
	[PAYLOADS] = { "pubsub#deliver_payloads", "Whether notifications carry what was published", FLAG, NULL },
	[TELL_RETRACT] = { "pubsub#notify_retract", "Whether it is told that an item was taken back", FLAG, NULL },
	[TELL_DELETE] = { "pubsub#notify_delete", "Whether it is told that the node was deleted", FLAG, NULL },
	[TELL_CONFIG] = { "pubsub#notify_config", "Whether it is told that the node was changed", FLAG, NULL },
	[MAX_ITEMS] = { "pubsub#max_items", "How many items are kept", NUMBER, NULL },
	[GROUPS] = { "pubsub#roster_groups_allowed", "Groups of contacts who may see it (roster)", LIST, NULL },
	[TITLE] = { "pubsub#title", "Title", TEXT, NULL },
	[ABOUT] = { "pubsub#description", "Description", TEXT, NULL },
	[TYPE] = { "pubsub#type", "Namespace of what is published", TEXT, NULL },
};

static uint64_t field_get(const struct pep_config *c, enum field f)
{
	const uint64_t values[FIELDS] = {
		[ACCESS] = c->access,           [PUBLISHERS] = c->publishers,   [SEND_LAST] = c->send_last,
		[PERSIST] = c->persist,         [PAYLOADS] = c->payloads,       [TELL_RETRACT] = c->tell_retract,
		[TELL_DELETE] = c->tell_delete, [TELL_CONFIG] = c->tell_config, [MAX_ITEMS] = c->max_items
	};

	return values[f];
}

static void field_set(struct pep_config *c, enum field f, uint64_t value)
{
	switch (f) {
	case ACCESS: c->access = (enum pep_access)value; break;
	case PUBLISHERS: c->publishers = (enum pep_publishers)value; break;
	case SEND_LAST: c->send_last = (enum pep_last)value; break;
	case PERSIST: c->persist = value; break;
	case PAYLOADS: c->payloads = value; break;
	case TELL_RETRACT: c->tell_retract = value; break;
	case TELL_DELETE: c->tell_delete = value; break;
	case TELL_CONFIG: c->tell_config = value; break;
	case MAX_ITEMS: c->max_items = (uint32_t)value; break;
	default: break;
	}
}

/* The texts; NULL for the others. */
static struct str *field_text(struct pep_config *c, enum field f)
{
	struct str *const texts[FIELDS] = {
		[GROUPS] = &c->groups, [TITLE] = &c->title, [ABOUT] = &c->about, [TYPE] = &c->type
	};

	return texts[f];
}

static bool field_same(const struct pep_config *one, const struct pep_config *other, enum field f)
{
	struct pep_config left = *one, right = *other;
	struct str *text = field_text(&left, f);

	return text ? str_eq(*text, *field_text(&right, f)) : field_get(one, f) == field_get(other, f);
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

	if (fields[f].kind == WORD)
		return word_read(fields[f].words, text, ret);
	if (fields[f].kind == NUMBER) {
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

/* All values of a field, each followed by a zero byte, or the one; false: too long. */
static bool text_read(const struct xml *field, enum kind kind, struct str *ret, struct arena *arena)
{
	own_buf b = { 0 };

	for (const struct xml *v = xml_child(field, "value", DATA); v; v = xml_sibling(v, "value", DATA)) {
		struct str one = xml_text(v, arena);

		buf_str(&b, one);
		if (kind == TEXT)
			break;
		if (one.n)
			buf_byte(&b, 0);
	}
	*ret = arena_str(arena, buf_all(&b));
	return b.n <= PEP_TEXT_BYTES_MAX;
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
		if (field_text(&form->config, (enum field)f)) {
			if (!text_read(field, fields[f].kind, field_text(&form->config, (enum field)f), arena))
				return false;
			form->given |= 1u << f;
			continue;
		}
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
		if (form->given & 1u << f && !field_same(&form->config, c, (enum field)f))
			return false;
	return true;
}

void pep_form_apply(const struct pep_form *form, struct pep_config *c)
{
	struct pep_config from = form->config;

	for (int f = 0; f < FIELDS; f++) {
		struct str *text = field_text(c, (enum field)f);

		if (!(form->given & 1u << f))
			continue;
		if (text)
			*text = *field_text(&from, (enum field)f);
		else
			field_set(c, (enum field)f, field_get(&form->config, (enum field)f));
	}
}

void pep_form_keep(struct pep_form *form, struct arena *arena)
{
	for (int f = 0; f < FIELDS; f++) {
		struct str *text = field_text(&form->config, (enum field)f);

		if (text && form->given & 1u << f)
			*text = arena_str(arena, *text);
	}
}

static void value_write(struct buf *to, struct str text)
{
	buf_lit(to, "<value>");
	xml_escape(to, text);
	buf_lit(to, "</value>");
}

static void field_write(struct buf *to, enum field f, const struct pep_config *c, bool asks)
{
	static const char *const types[] = { [WORD] = "list-single",
					     [FLAG] = "boolean",
					     [NUMBER] = "text-single",
					     [TEXT] = "text-single",
					     [LIST] = "text-multi" };
	struct pep_config config = *c;
	const char *const *words = fields[f].words;
	struct str *text = field_text(&config, f);
	own_buf number = { 0 };

	buf_fmt(to, "<field var='%s'", fields[f].var);
	if (asks)
		buf_fmt(to, " type='%s' label='%s'", types[fields[f].kind], fields[f].label);
	buf_byte(to, '>');
	for (size_t i = 0; asks && words && words[i]; i++)
		buf_fmt(to, "<option><value>%s</value></option>", words[i]);
	if (fields[f].kind == LIST) {
		for (struct str rest = *text; rest.n; rest = str_from(rest, str_find(rest, 0) + 1))
			value_write(to, str_n(rest.p, str_find(rest, 0)));
	} else if (text) {
		value_write(to, *text);
	} else {
		buf_u64(&number, field_get(c, f));
		value_write(to, words ? str_z(words[field_get(c, f)]) : buf_all(&number));
	}
	buf_lit(to, "</field>");
}

void pep_form_write(struct buf *to, const char *type, const struct pep_config *c)
{
	bool asks = strstr(type, "#node_config") != NULL;

	buf_fmt(to, "<x xmlns='" DATA "' type='%s'><field var='FORM_TYPE' type='hidden'><value>%s</value></field>",
		asks ? "form" : "result", type);
	for (int f = 0; f < FIELDS; f++)
		field_write(to, (enum field)f, c, asks);
	buf_lit(to, "</x>");
}
