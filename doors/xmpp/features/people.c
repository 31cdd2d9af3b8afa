/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/people.c - XEP-0055: finding people of this server by name, where the operator allows it. Old fields and the form are the same
 * here: whatever is given is words, and all of them must be in the name or the display name.
 */
#include "core/people.h"
#include "doors/xmpp/engine.h"
#include "doors/xmpp/features/commands.h"

#define SEARCH "jabber:iq:search"

enum { TEXT_BYTES_MAX = 1023 };

struct looking {
	struct people_ask ask;
	struct iq *q;
	bool form; /* it was a form, and so is the answer */
};

static bool people_on(const struct core *c) { return core_settings(c)->people_search; }

static void looking_gone(struct iq *q)
{
	struct looking *l = q->job;

	people_cancel(&l->ask);
	mem_free(l);
}

static void person_write(struct buf *to, const struct core *c, const struct store_person *p, bool form)
{
	struct str nick = p->display.n ? p->display : p->name;
	own_buf jid = { 0 };

	buf_fmt(&jid, "%.*s@%.*s", STR_ARG(p->name), STR_ARG(core_domain(c)));
	buf_lit(to, "<item");
	if (!form)
		xml_write_attr(to, "jid", buf_all(&jid));
	buf_byte(to, '>');
	if (form) {
		form_field(to, "jid", "jid-single", buf_all(&jid));
		form_field(to, "nick", "text-single", nick);
	} else {
		buf_lit(to, "<nick>");
		xml_escape(to, nick);
		buf_lit(to, "</nick>");
	}
	buf_lit(to, "</item>");
}

static void people_write(const struct looking *l)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" SEARCH "'>");
	if (l->form)
		buf_lit(&b, "<x xmlns='" DATA "' type='result'><field var='FORM_TYPE' type='hidden'><value>" SEARCH "</value></field>"
			    "<reported><field var='jid' label='Address' type='jid-single'/><field var='nick' label='Name' type='text-single'/></reported>");
	for (size_t i = 0; i < l->ask.n; i++)
		person_write(&b, l->q->x->core, &l->ask.people[i], l->form);
	if (l->form)
		buf_lit(&b, "</x>");
	buf_lit(&b, "</query>");
	iq_result(l->q, buf_all(&b));
}

static void people_found(struct people_ask *ask)
{
	struct looking *l = holder_of(ask, struct looking, ask);

	xmpp_go_on(l->q->x, HOLD_ASKED);
	if (!ask->verdict)
		people_write(l);
	else if (ask->verdict == PEOPLE_THROTTLED)
		iq_error(l->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "Too many searches. Try again in a few minutes.");
	else if (ask->verdict == PEOPLE_STORE)
		iq_error(l->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The server could not reach its storage. Try again later.");
	else
		iq_error(l->q, STANZA_ERROR_SERVICE_UNAVAILABLE, "Searching for people is switched off here.");
	mem_free(l);
}

/* Everything that is asked for, as one text. */
static void words_read(struct xmpp *x, const struct xml *query, struct buf *to)
{
	static const char *const fields[] = { "search", "nick", "first", "last" };
	const struct xml *form = xml_child(query, "x", DATA);

	for (size_t i = 0; i < countof(fields); i++) {
		struct str value = form ? form_value(form, fields[i], xmpp_scratch(x)) : xml_child_text(query, fields[i], SEARCH, xmpp_scratch(x));

		buf_fmt(to, "%.*s ", STR_ARG(value.p ? value : STR("")));
	}
}

static void people_look(struct xmpp *x, struct iq *q)
{
	own_buf words = { 0 };
	struct looking *l;

	words_read(x, q->child, &words);
	if (words.n > TEXT_BYTES_MAX) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "This is too much to look for.");
		return;
	}
	l = mem_new(struct looking);
	l->ask.done = people_found;
	l->form = xml_child(q->child, "x", DATA) != NULL;
	l->q = iq_keep(q);
	l->q->job = l;
	l->q->gone = looking_gone;
	xmpp_hold(x, HOLD_ASKED); /* one at a time: each walks over all names */
	people_find(x->core, &l->ask, x->session.jid, buf_all(&words));
}

static void people_form(struct xmpp *x, struct iq *q)
{
	if (people_on(x->core))
		iq_result(q, STR("<query xmlns='" SEARCH "'><instructions>Whose name has these words in it?</instructions><first/><last/><nick/>"
				 "<x xmlns='" DATA "' type='form'><title>People</title><instructions>Whose name has these words in it?</instructions>"
				 "<field var='FORM_TYPE' type='hidden'><value>" SEARCH "</value></field>"
				 "<field var='search' label='Name' type='text-single'/></x></query>"));
	else
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, "Searching for people is switched off here.");
}

const struct xmpp_feature feature_people = {
	.name = "people",
	.xep = 55,
	.version = "1.3",
	.disco = { SEARCH },
	.on = people_on,
	.iq = { { 1 << IQ_GET, "query", SEARCH, TO_SERVER, .answer = people_form },
		{ 1 << IQ_SET, "query", SEARCH, TO_SERVER, .answer = people_look } },
};
