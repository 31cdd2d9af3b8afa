/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/transfer_out.c - XEP-0227, outwards: an account step by step, each a question to the store, archive and queue page
 * by page, so that it costs the same memory whatever there is.
 */
#include "doors/xmpp/transfer.h"

#include <stdlib.h>

#include "base/crypt.h"
#include "core/archive.h"
#include "core/block.h"
#include "core/pep.h"
#include "doors/xmpp/features/pep_form.h"
#include "doors/xmpp/features/when.h"
#include "doors/xmpp/transfer_inside.h"
#include "wire/stanza.h"

enum { PAGE = 50 };

static const struct step {
	void (*ask)(struct transfer_work *w);
	bool (*write)(struct transfer_work *w, struct buf *to); /* false: the step goes on with another question */
} steps[];

struct transfer_work *pie_begin(struct transfer *t)
{
	struct transfer_work *w = mem_new(struct transfer_work);

	w->t = t;
	t->work = w;
	return w;
}

void pie_end(struct transfer_work *w, const char *wrong)
{
	struct transfer *t = w->t;
	const char *note = w->note;

	t->work = NULL;
	arena_free(&w->arena);
	stanza_unref(w->st);
	mem_free(w);
	t->done(t, wrong, note);
}

static void pie_cancel(struct transfer *t)
{
	struct transfer_work *w = t->work;

	t->work = NULL;
	if (!w)
		return;
	ask_cancel(&w->ask);
	arena_free(&w->arena);
	stanza_unref(w->st);
	mem_free(w);
}

static void stepped(struct ask *a)
{
	struct transfer_work *w = holder_of(a, struct transfer_work, ask);
	own_buf b = { 0 };

	if (a->verdict && a->verdict != STORE_NOT_FOUND) {
		pie_end(w, "The store could not be read.");
		return;
	}
	w->step += steps[w->step].write(w, &b);
	w->t->piece(w->t, buf_all(&b));
}

static void next(struct transfer *t)
{
	struct transfer_work *w = t->work;

	if (!steps[w->step].ask) {
		pie_end(w, NULL);
		return;
	}
	w->ask.done = stepped;
	steps[w->step].ask(w);
}

/* ---- the account ------------------------------------------------------------------------------------------------- */

static void account_ask(struct transfer_work *w) { account_find(w->t->core, &w->ask, w->name); }

static void base64_element(struct buf *to, const char *name, struct str bytes)
{
	buf_fmt(to, "<%s>", name);
	base64_write(to, bytes);
	buf_fmt(to, "</%s>", name);
}

static bool account_write(struct transfer_work *w, struct buf *to)
{
	static const struct {
		const char *mechanism;
		unsigned place;
		size_t bytes;
	} scram[] = { { "SCRAM-SHA-1", SCRAM_SHA1, 20 }, { "SCRAM-SHA-256", SCRAM_SHA256, 32 } };
	static const uint8_t none[SCRAM_KEY_BYTES_MAX];
	const struct account *a = &w->ask.answer->account;

	if (w->ask.verdict)
		return true; /* it was deleted meanwhile: an element with nothing inside would make it anew */
	w->owner = a->id;
	buf_lit(to, "<user");
	xml_write_attr(to, "name", w->name);
	buf_lit(to, ">\n");
	for (size_t i = 0; i < countof(scram); i++) {
		const struct verifier *v = &a->verifier[scram[i].place];

		if (!memcmp(v->stored_key, none, sizeof none))
			continue;
		buf_fmt(to, "<scram-credentials xmlns='" PIE_SCRAM "' mechanism='%s'><iter-count>%u</iter-count>",
			scram[i].mechanism, v->iterations);
		base64_element(to, "salt", verifier_salt(v));
		base64_element(to, "server-key", str_bytes(v->server_key, scram[i].bytes));
		base64_element(to, "stored-key", str_bytes(v->stored_key, scram[i].bytes));
		buf_lit(to, "</scram-credentials>\n");
	}
	return true;
}

/* ---- contacts and requests --------------------------------------------------------------------------------------- */

static void roster_ask(struct transfer_work *w) { transfer_contacts(w->t->core, &w->ask, w->owner); }

static void contact_write(struct buf *to, const struct roster_item *i)
{
	buf_lit(to, "<item");
	xml_write_attr(to, "jid", i->contact);
	if (i->name.n)
		xml_write_attr(to, "name", i->name);
	xml_write_attr(to, "subscription", str_z(roster_subscription(i->state)));
	if (i->state & ROSTER_ASK)
		xml_write_attr(to, "ask", STR("subscribe"));
	if (i->state & ROSTER_APPROVED)
		xml_write_attr(to, "approved", STR("true"));
	buf_byte(to, '>');
	for (struct str rest = i->groups; rest.n; rest = str_from(rest, str_find(rest, 0) + 1)) {
		buf_lit(to, "<group>");
		xml_escape(to, str_n(rest.p, str_find(rest, 0)));
		buf_lit(to, "</group>");
	}
	buf_lit(to, "</item>");
}

static bool roster_write(struct transfer_work *w, struct buf *to)
{
	const struct store_request *r = w->ask.answer;

	buf_lit(to, "<query xmlns='jabber:iq:roster'>");
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].state & ROSTER_LISTED && !r->items[i].removed)
			contact_write(to, &r->items[i]);
	buf_lit(to, "</query>\n");
	for (size_t i = 0; i < r->n; i++) {
		if (!(r->items[i].state & ROSTER_PENDING_IN) || r->items[i].removed)
			continue;
		buf_lit(to, "<presence xmlns='jabber:client' type='subscribe'");
		xml_write_attr(to, "from", r->items[i].contact);
		buf_byte(to, '>');
		buf_str(to, r->items[i].request);
		buf_lit(to, "</presence>\n");
	}
	return true;
}

/* ---- small things ------------------------------------------------------------------------------------------------ */

static void card_ask(struct transfer_work *w) { item_get(w->t->core, &w->ask, w->owner, STR("vcard"), STR("")); }

static bool card_write(struct transfer_work *w, struct buf *to)
{
	if (!w->ask.verdict) {
		buf_str(to, w->ask.answer->value);
		buf_byte(to, '\n');
	}
	return true;
}

static void private_ask(struct transfer_work *w) { item_list(w->t->core, &w->ask, w->owner, STR("private")); }

static bool private_write(struct transfer_work *w, struct buf *to)
{
	const struct store_request *r = w->ask.answer;

	buf_lit(to, "<query xmlns='jabber:iq:private'>");
	for (size_t i = 0; i < r->n; i++)
		buf_str(to, r->pairs[i].value);
	buf_lit(to, "</query>\n");
	return true;
}

static void blocks_ask(struct transfer_work *w) { item_get(w->t->core, &w->ask, w->owner, STR(BLOCK_SPACE), STR("")); }

/* 0227 knows privacy lists: one that denies everybody who is blocked, and allows the rest. */
static bool blocks_write(struct transfer_work *w, struct buf *to)
{
	unsigned n = 0;

	if (w->ask.verdict)
		return true;
	buf_lit(to, "<query xmlns='jabber:iq:privacy'><default name='blocked'/><list name='blocked'>");
	for (struct str rest = w->ask.answer->value; rest.n; rest = str_from(rest, str_find(rest, 0) + 1)) {
		buf_lit(to, "<item type='jid' action='deny'");
		xml_write_attr(to, "value", str_n(rest.p, str_find(rest, 0)));
		buf_fmt(to, " order='%u'/>", ++n);
	}
	buf_fmt(to, "<item action='allow' order='%u'/></list></query>\n", n + 1);
	return true;
}

static void prefs_ask(struct transfer_work *w) { item_get(w->t->core, &w->ask, w->owner, STR(ARCHIVE_PREFS_SPACE), STR("")); }

static void prefs_list_write(struct buf *to, const char *list, struct str rest, char mark)
{
	buf_fmt(to, "<%s>", list);
	for (; rest.n; rest = str_from(rest, str_find(rest, 0) + 1)) {
		if (rest.p[0] != mark)
			continue;
		buf_lit(to, "<jid>");
		xml_escape(to, str_from(str_n(rest.p, str_find(rest, 0)), 1));
		buf_lit(to, "</jid>");
	}
	buf_fmt(to, "</%s>", list);
}

/* 0227 has no place for them, but allows elements of others (3): as XEP-0441 writes them, so that who wanted nothing kept does not find it kept elsewhere. */
static bool prefs_write(struct transfer_work *w, struct buf *to)
{
	struct str text = w->ask.answer->value, policy;

	if (w->ask.verdict)
		return true;
	policy = str_n(text.p, str_find(text, 0));
	buf_lit(to, "<prefs xmlns='urn:xmpp:mam:2'");
	if (!str_is(policy, "unset"))
		xml_write_attr(to, "default", policy);
	buf_byte(to, '>');
	text = str_from(text, policy.n + 1);
	prefs_list_write(to, "always", text, '+');
	prefs_list_write(to, "never", text, '-');
	buf_lit(to, "</prefs>\n");
	return true;
}

/* ---- publications ------------------------------------------------------------------------------------------------ */

static void nodes_ask(struct transfer_work *w) { item_list(w->t->core, &w->ask, w->owner, STR(PEP_SPACE)); }

static bool nodes_write(struct transfer_work *w, struct buf *to)
{
	const struct store_request *r = w->ask.answer;

	w->nodes = arena_get(&w->arena, (r->n + 1) * sizeof *w->nodes);
	if (r->n)
		buf_lit(to, "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>");
	for (size_t i = 0; i < r->n; i++) {
		struct pep_node n;

		if (!pep_node_read(&n, &r->pairs[i]))
			continue;
		w->nodes[w->nodes_n++] = arena_str(&w->arena, n.name);
		buf_lit(to, "<configure");
		xml_write_attr(to, "node", n.name);
		buf_byte(to, '>');
		pep_form_write(to, "http://jabber.org/protocol/pubsub#node_config", &n.config);
		buf_lit(to, "</configure>");
	}
	return true;
}

static void rights_ask(struct transfer_work *w) { item_list(w->t->core, &w->ask, w->owner, STR(PEP_RIGHTS_SPACE)); }

static bool rights_write(struct transfer_work *w, struct buf *to)
{
	static const char *const affiliations[] = { "none", "member", "publish-only", "publisher", "owner", "outcast" };
	const struct store_request *r = w->ask.answer;
	struct pep_right right;

	for (size_t i = 0; i < w->nodes_n; i++)
		for (int subscribes = 0; subscribes < 2; subscribes++) {
			own_buf list = { 0 };

			for (size_t k = 0; k < r->n; k++) {
				if (!pep_right_read(&right, &r->pairs[k]) || right.subscribes != subscribes ||
				    !str_eq(right.node, w->nodes[i]))
					continue;
				buf_str(&list, subscribes ? STR("<subscription") : STR("<affiliation"));
				xml_write_attr(&list, "jid", right.bare);
				if (subscribes)
					xml_write_attr(&list, "subscription",
						       right.subscription == PEP_PENDING ? STR("pending")
											 : STR("subscribed"));
				else
					xml_write_attr(&list, "affiliation", str_z(affiliations[right.affiliation]));
				buf_lit(&list, "/>");
			}
			if (!list.n)
				continue;
			buf_str(to, subscribes ? STR("<subscriptions") : STR("<affiliations"));
			xml_write_attr(to, "node", w->nodes[i]);
			buf_byte(to, '>');
			buf_str(to, buf_all(&list));
			buf_fmt(to, "</%s>", subscribes ? "subscriptions" : "affiliations");
		}
	if (w->nodes_n)
		buf_lit(to, "</pubsub>\n<pubsub xmlns='http://jabber.org/protocol/pubsub'>");
	return true;
}

static void items_ask(struct transfer_work *w)
{
	struct str none = STR("");

	item_list(w->t->core, &w->ask, w->owner, pep_space(w->node < w->nodes_n ? w->nodes[w->node] : none, &w->arena));
}

struct dated {
	uint64_t stamp;
	struct str xml;
};

static int dated_order(const void *a, const void *b)
{
	const struct dated *one = a, *other = b;

	return (one->stamp > other->stamp) - (one->stamp < other->stamp);
}

static bool items_write(struct transfer_work *w, struct buf *to)
{
	const struct store_request *r = w->ask.answer;
	struct arena arena = { 0 };
	struct dated *list = arena_get(&arena, (r->n + 1) * sizeof *list);
	size_t n = 0;

	if (w->node >= w->nodes_n) {
		arena_free(&arena);
		return true;
	}
	for (size_t i = 0; i < r->n; i++)
		n += pep_item_read(r->pairs[i].value, &list[n].stamp, &list[n].xml);
	qsort(list, n, sizeof *list, dated_order);
	buf_lit(to, "<items");
	xml_write_attr(to, "node", w->nodes[w->node]);
	buf_lit(to, ">");
	for (size_t i = 0; i < n; i++)
		buf_str(to, list[i].xml);
	buf_lit(to, "</items>");
	arena_free(&arena);
	if (++w->node < w->nodes_n)
		return false;
	buf_lit(to, "</pubsub>\n");
	return true;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void message_write(struct buf *to, const struct stanza *st, bool delay)
{
	own_buf b = { 0 }, extra = { 0 };

	if (delay) {
		buf_lit(&extra, "<delay xmlns='urn:xmpp:delay' stamp='");
		when_write(&extra, st->time);
		buf_lit(&extra, "'/>");
	}
	stanza_write(&b, st, st->to, buf_all(&extra));
	buf_lit(to, "<message xmlns='jabber:client'");
	buf_str(to, str_from(buf_all(&b), strlen("<message")));
}

static void queue_ask(struct transfer_work *w) { queue_read(w->t->core, &w->ask, w->owner, w->after, PAGE); }

static bool queue_write(struct transfer_work *w, struct buf *to)
{
	const struct store_request *r = w->ask.answer;

	if (!w->after)
		buf_lit(to, "<offline-messages>");
	for (size_t i = 0; i < r->n; i++) {
		message_write(to, r->stanzas[i], true);
		buf_byte(to, '\n');
		w->after = r->stanzas[i]->stamp;
	}
	if (r->more)
		return false;
	buf_lit(to, "</offline-messages>\n");
	w->after = 0;
	return true;
}

static void archive_ask(struct transfer_work *w)
{
	archive_read(w->t->core, &w->ask, w->owner, &(struct archive_query){ .from = w->after ? w->after + 1 : 0 },
		     PAGE);
}

static bool archive_write(struct transfer_work *w, struct buf *to)
{
	const struct store_request *r = w->ask.answer;

	if (!w->after)
		buf_lit(to, "<archive xmlns='" PIE_MAM "'>");
	for (size_t i = 0; i < r->n; i++) {
		buf_fmt(to,
			"<result xmlns='urn:xmpp:mam:2' id='%llu'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='",
			(unsigned long long)r->stanzas[i]->stamp);
		when_write(to, r->stanzas[i]->time);
		buf_lit(to, "'/>");
		message_write(to, r->stanzas[i], false);
		buf_lit(to, "</forwarded></result>\n");
		w->after = r->stanzas[i]->stamp;
	}
	if (r->more)
		return false;
	buf_lit(to, "</archive>\n</user>\n");
	return true;
}

static const struct step steps[] = {
	{ account_ask, account_write },
	{ roster_ask, roster_write },
	{ card_ask, card_write },
	{ private_ask, private_write },
	{ blocks_ask, blocks_write },
	{ prefs_ask, prefs_write },
	{ nodes_ask, nodes_write },
	{ rights_ask, rights_write },
	{ items_ask, items_write },
	{ queue_ask, queue_write },
	{ archive_ask, archive_write },
	{ NULL, NULL },
};

static void found(struct ask *a)
{
	struct transfer_work *w = holder_of(a, struct transfer_work, ask);

	if (a->verdict && a->verdict != STORE_NOT_FOUND)
		pie_end(w, "The store could not be read.");
	else if (a->verdict || (a->answer->account.flags & ACCOUNT_GUEST)) /* nothing of a guest is kept */
		pie_end(w, "There is no such account.");
	else
		stepped(a);
}

static void give(struct transfer *t, struct str name)
{
	struct transfer_work *w = pie_begin(t);

	w->name = arena_str(&w->arena, name);
	w->ask.done = found;
	account_ask(w);
}

const struct transfer_syntax xmpp_transfer = { .give = give, .next = next, .take = transfer_take, .cancel = pie_cancel };
