/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/pep.c - XEP-0163: what people publish about themselves, as a service of XEP-0060 at their own
 * bare address. Nodes come into being with the first publication; notifications go to who says so in its capabilities
 * (wants.h), there are no explicit subscriptions. How nodes and items are kept: core/pep.h. The forms of
 * configuration: pep_form.h.
 */
#include "core/block.h"
#include "core/people.h"
#include "core/roster.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/pep_form.h"
#include "doors/xmpp/features/wants.h"

#include <stdlib.h>

#define PUBSUB "http://jabber.org/protocol/pubsub"
#define OWNER PUBSUB "#owner"
#define EVENT PUBSUB "#event"
#define ERRORS PUBSUB "#errors"
#define NICK "http://jabber.org/protocol/nick"
#define DISCO_INFO "http://jabber.org/protocol/disco#info"
#define DISCO_ITEMS "http://jabber.org/protocol/disco#items"

/* No element has it: so each that is written says its own. */
#define NO_SCOPE "urn:anser:none"

/* Of what a link may have unread: an answer with more leaves out the oldest items. */
enum { ITEMS_PART = 2, IDS_MAX = 100 };

/* One request while it is under way. In the arena of its struct asked. */
struct errand {
	struct pep_node node; /* its name; and, once it was read, all of it */
	bool exists;
	int64_t owner;
	struct str id;        /* of the item */
	struct str payload;   /* to publish; the XML inside of <item/> */
	struct str nick;      /* XEP-0172, published with it; absent: it is something else */
	struct pep_form form; /* what was asked for the node to be */
	uint64_t bytes;       /* of all nodes of the account */
	bool notify;          /* a retraction is told, whatever the node says */
	struct str *ids;      /* items asked for; NULL: all */
	size_t ids_n;
	uint64_t limit;       /* of items asked for; 0: none */
	void (*then)(struct asked *a); /* for visits: the node may be seen */
};

/* ---- errors ----------------------------------------------------------------------------------------------------- */

static void refuse(struct iq *q, enum stanza_error_condition condition, const char *text, const char *own)
{
	own_buf detail = { 0 };

	if (own)
		buf_fmt(&detail, "<%s xmlns='" ERRORS "'/>", own);
	iq_error_with(q, condition, STANZA_ERROR_USUAL, text, buf_all(&detail));
}

static void refuse_unknown(struct iq *q)
{
	refuse(q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node or item.", NULL);
}

/* The name in the attribute `node`; false when it was answered that there is none. */
static bool node_name(struct iq *q, const struct xml *e, struct str *ret)
{
	*ret = xml_attr(e, "node");
	if (!ret->n)
		refuse(q, STANZA_ERROR_BAD_REQUEST, "Name the node.", "nodeid-required");
	else if (ret->n > PEP_NAME_BYTES_MAX)
		refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "The name of the node is too long.", NULL);
	return ret->n && ret->n <= PEP_NAME_BYTES_MAX;
}

static struct asked *errand_new(struct iq *q, void (*then)(struct asked *a), struct str node)
{
	struct asked *a = asked_new(q, then);
	struct errand *w = a->more = arena_zero(&a->arena, sizeof *w);

	w->node.name = arena_str(&a->arena, node);
	w->node.config = pep_default;
	w->owner = session_account(&a->q->x->session);
	return a;
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

/* `inside` stands in <event/>. */
static struct stanza *event_make(struct xmpp *x, struct jid from, struct str inside)
{
	own_buf b = { 0 };

	buf_lit(&b, "<event xmlns='" EVENT "'>");
	buf_str(&b, inside);
	buf_lit(&b, "</event>");
	return stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						  .type = MESSAGE_HEADLINE,
						  .time = core_now(x->core),
						  .from = from,
						  .payload = buf_all(&b) });
}

static void items_write(struct buf *to, struct str node, struct str items)
{
	buf_lit(to, "<items");
	xml_write_attr(to, "node", node);
	buf_byte(to, '>');
	buf_str(to, items);
	buf_lit(to, "</items>");
}

static void event_tell(struct xmpp *x, const struct pep_node *node, struct str inside)
{
	struct stanza *st = event_make(x, jid_to_bare(x->session.jid), inside);

	pep_tell(&x->session, node->name, node->config.access, st);
	stanza_unref(st);
}

void pep_push(struct xmpp *x, struct jid owner, struct str node, struct str item)
{
	own_buf b = { 0 }, whole = { 0 };
	struct stanza *st;

	items_write(&b, node, item);
	st = event_make(x, owner, buf_all(&b));
	stanza_write(&whole, st, x->session.jid, STR_NONE);
	xmpp_push(x, buf_all(&whole));
	stanza_unref(st);
}

static void item_write(struct buf *to, const char *element, struct str id, struct str payload)
{
	buf_byte(to, '<');
	buf_str(to, str_z(element));
	xml_write_attr(to, "id", id);
	if (!payload.n) {
		buf_lit(to, "/>");
		return;
	}
	buf_byte(to, '>');
	buf_str(to, payload);
	buf_fmt(to, "</%s>", element);
}

/* ---- the node's own record -------------------------------------------------------------------------------------- */

static struct str record_of(const struct pep_node *n, struct arena *arena)
{
	own_buf b = { 0 };

	pep_node_write(&b, n);
	return arena_str(arena, buf_all(&b));
}

/* With what else this turn writes; the answer is waited for with something that is written behind it. */
static void record_put(struct asked *a)
{
	struct errand *w = a->more;

	pep_put(a->q->x->core, w->owner, STR(PEP_SPACE), w->node.name, record_of(&w->node, &a->arena));
}

/* Takes over from the store's answer what must outlive it. */
static bool record_take(struct asked *a, struct str value)
{
	struct errand *w = a->more;
	struct pep_node n;

	if (!pep_node_read(&n, &(struct store_pair){ w->node.name, value }))
		return false;
	w->node.config = n.config;
	w->node.items = n.items;
	w->node.bytes = n.bytes;
	w->node.last = arena_str(&a->arena, n.last);
	w->exists = true;
	return true;
}

static void record_ask(struct asked *a)
{
	struct errand *w = a->more;

	item_get(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name);
}

/* After record_ask(): false when it was answered that there is no such node. */
static bool record_got(struct asked *a)
{
	if (asked_failed(a))
		return false;
	if (!a->ask.verdict && record_take(a, a->ask.answer->value))
		return true;
	refuse_unknown(a->q);
	return false;
}

static void items_ask(struct asked *a, void (*then)(struct asked *a))
{
	struct errand *w = a->more;

	asked_again(a, then);
	item_list(a->q->x->core, &a->ask, w->owner, pep_space(w->node.name, &a->arena));
}

/* All nodes of the account were listed: the one of this errand, and what all of them hold. */
static size_t records_got(struct asked *a)
{
	struct errand *w = a->more;
	const struct store_request *r = a->ask.answer;

	for (size_t i = 0; i < r->n; i++) {
		struct pep_node n;

		if (!pep_node_read(&n, &r->pairs[i]))
			continue;
		w->bytes += n.bytes;
		if (str_eq(n.name, w->node.name))
			record_take(a, r->pairs[i].value);
	}
	return r->n;
}

/* False when it was answered that there are as many nodes as there may be. */
static bool node_may_come(struct asked *a, size_t nodes)
{
	if (nodes < PEP_NODES_MAX)
		return true;
	refuse(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has as many nodes as it may.", NULL);
	return false;
}

/* ---- publishing ------------------------------------------------------------------------------------------------- */

static void publish_tell(struct asked *a)
{
	struct errand *w = a->more;
	struct xmpp *x = a->q->x;
	own_buf item = { 0 }, items = { 0 }, answer = { 0 };

	item_write(&item, "item", w->id, w->node.config.payloads ? w->payload : STR_NONE);
	items_write(&items, w->node.name, buf_all(&item));
	buf_lit(&answer, "<pubsub xmlns='" PUBSUB "'><publish");
	xml_write_attr(&answer, "node", w->node.name);
	buf_byte(&answer, '>');
	item_write(&answer, "item", w->id, STR_NONE);
	buf_lit(&answer, "</publish></pubsub>");
	event_tell(x, &w->node, buf_all(&items));
	iq_result(a->q, buf_all(&answer));
}

static void publish_kept(struct asked *a)
{
	if (!asked_failed(a))
		publish_tell(a);
}

struct aged {
	uint64_t stamp;
	const struct store_pair *pair;
};

static int aged_cmp(const void *a, const void *b)
{
	const struct aged *left = a, *right = b;

	return (left->stamp > right->stamp) - (left->stamp < right->stamp);
}

/* What the store listed, by the time of publication. */
static struct aged *items_aged(const struct store_request *r, struct arena *arena)
{
	struct aged *list = arena_get(arena, (r->n + 1) * sizeof *list);
	struct str xml;

	for (size_t i = 0; i < r->n; i++) {
		list[i] = (struct aged){ 0, &r->pairs[i] };
		pep_item_read(r->pairs[i].value, &list[i].stamp, &xml);
	}
	qsort(list, r->n, sizeof *list, aged_cmp);
	return list;
}

/* There are more items than there may be: the oldest go, and the node is counted anew. */
static void publish_listed_items(struct asked *a)
{
	struct errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct str space = pep_space(w->node.name, &a->arena);
	struct aged *list;
	size_t gone;

	if (asked_failed(a))
		return;
	list = items_aged(r, &a->arena);
	gone = r->n > w->node.config.max_items ? r->n - w->node.config.max_items : 0;
	w->node.items = (uint32_t)(r->n - gone);
	w->node.bytes = 0;
	for (size_t i = 0; i < r->n; i++)
		if (i < gone)
			pep_put(a->q->x->core, w->owner, space, list[i].pair->key, STR_NONE);
		else
			w->node.bytes += list[i].pair->value.n;
	asked_again(a, publish_kept);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, record_of(&w->node, &a->arena));
}

static void publish_kept_too_many(struct asked *a)
{
	if (!asked_failed(a))
		items_ask(a, publish_listed_items);
}

/* What stood under this id is known: the new item takes its place. */
static void publish_old(struct asked *a)
{
	struct errand *w = a->more;
	struct xmpp *x = a->q->x;
	struct str space = pep_space(w->node.name, &a->arena);
	own_buf item = { 0 }, value = { 0 };
	uint64_t was = 0;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict)
		was = a->ask.answer->value.n;
	item_write(&item, "item", w->id, w->payload);
	pep_item_write(&value, core_stamp(x->core), buf_all(&item));
	if (w->bytes - was + value.n > PEP_BYTES_MAX) {
		refuse(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has published as much as it may.", NULL);
		return;
	}
	w->node.items += a->ask.verdict != 0;
	w->node.bytes += value.n - was;
	/* The usual case, one item that is always the newest, needs no list. */
	if (w->node.config.max_items == 1 && w->node.items == 2 && w->node.last.n && !str_eq(w->node.last, w->id)) {
		pep_put(x->core, w->owner, space, w->node.last, STR_NONE);
		w->node.items = 1;
		w->node.bytes = value.n;
	}
	w->node.last = w->id;
	record_put(a);
	if (w->nick.p)
		people_name(x->core, w->owner, w->nick);
	asked_again(a, w->node.items > w->node.config.max_items ? publish_kept_too_many : publish_kept);
	item_set(x->core, &a->ask, w->owner, space, w->id, buf_all(&value));
}

static void publish_listed(struct asked *a)
{
	struct errand *w = a->more;
	struct xmpp *x = a->q->x;
	size_t nodes;

	if (asked_failed(a))
		return;
	nodes = records_got(a);
	if (!w->exists && !node_may_come(a, nodes))
		return;
	if (w->exists && !pep_form_holds(&w->form, &w->node.config)) {
		refuse(a->q, STANZA_ERROR_CONFLICT, "The node is configured otherwise.", "precondition-not-met");
		return;
	}
	if (!w->exists)
		pep_form_apply(&w->form, &w->node.config);
	if (w->node.config.persist) {
		asked_again(a, publish_old);
		item_get(x->core, &a->ask, w->owner, pep_space(w->node.name, &a->arena), w->id);
	} else if (w->exists) {
		publish_tell(a);
	} else {
		asked_again(a, publish_kept);
		item_set(x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, record_of(&w->node, &a->arena));
	}
}

/* The one item, and in it the one payload. False when it was answered what is wrong. */
static bool publish_item(struct iq *q, const struct xml *publish, const struct xml **item, const struct xml **payload)
{
	*item = xml_child(publish, "item", PUBSUB);
	*payload = *item ? xml_child(*item, NULL, NULL) : NULL;
	if (!*item)
		refuse(q, STANZA_ERROR_BAD_REQUEST, "Publish an item.", "item-required");
	else if (xml_sibling(*item, "item", PUBSUB))
		refuse(q, STANZA_ERROR_BAD_REQUEST, "Publish one item at a time.", NULL);
	else if (!*payload)
		refuse(q, STANZA_ERROR_BAD_REQUEST, "The item is empty.", "payload-required");
	else if (xml_sibling(*payload, NULL, NULL))
		refuse(q, STANZA_ERROR_BAD_REQUEST, "An item holds one element.", "invalid-payload");
	else if (xml_attr(*item, "id").n > PEP_NAME_BYTES_MAX)
		refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "The id of the item is too long.", NULL);
	else
		return true;
	return false;
}

static void publish(struct xmpp *x, struct iq *q, const struct xml *e)
{
	const struct xml *options = xml_child(q->child, "publish-options", PUBSUB), *item, *payload;
	struct pep_form form = { 0 };
	own_buf b = { 0 };
	struct asked *a;
	struct errand *w;
	struct str node;

	if (!node_name(q, e, &node) || !publish_item(q, e, &item, &payload))
		return;
	if (options && !pep_form_read(&form, options, PUBSUB "#publish-options", xmpp_scratch(x))) {
		refuse(q, STANZA_ERROR_CONFLICT, "A node cannot be like this here.", "precondition-not-met");
		return;
	}
	xml_write(&b, payload, STR(NO_SCOPE));
	if (b.n > PEP_ITEM_BYTES_MAX) {
		refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "The item is over 200 KiB.", "payload-too-big");
		return;
	}
	a = errand_new(q, publish_listed, node);
	w = a->more;
	w->form = form;
	w->payload = arena_str(&a->arena, buf_all(&b));
	w->id = arena_str(&a->arena, xml_attr(item, "id"));
	if (str_is(node, NICK) && xml_is(payload, "nick", NICK))
		w->nick = arena_str(&a->arena, str_trim(xml_text(payload, xmpp_scratch(x))));
	if (!w->id.n) {
		buf_clear(&b);
		buf_u64(&b, core_stamp(x->core));
		w->id = arena_str(&a->arena, buf_all(&b));
	}
	item_list(x->core, &a->ask, w->owner, STR(PEP_SPACE));
}

/* ---- taking back ------------------------------------------------------------------------------------------------ */

static void retract_done(struct asked *a)
{
	struct errand *w = a->more;
	own_buf item = { 0 }, items = { 0 };

	if (asked_failed(a))
		return;
	if (w->notify || w->node.config.tell_retract) {
		item_write(&item, "retract", w->id, STR_NONE);
		items_write(&items, w->node.name, buf_all(&item));
		event_tell(a->q->x, &w->node, buf_all(&items));
	}
	iq_result(a->q, STR(""));
}

static void retract_listed(struct asked *a)
{
	struct errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct aged *list;
	bool found = false;

	if (asked_failed(a))
		return;
	list = items_aged(r, &a->arena);
	w->node.items = 0;
	w->node.bytes = 0;
	w->node.last = STR("");
	for (size_t i = 0; i < r->n; i++) {
		if (str_eq(list[i].pair->key, w->id)) {
			found = true;
			continue;
		}
		w->node.items++;
		w->node.bytes += list[i].pair->value.n;
		w->node.last = list[i].pair->key;
	}
	if (!found) {
		refuse_unknown(a->q);
		return;
	}
	record_put(a);
	asked_again(a, retract_done);
	item_set(a->q->x->core, &a->ask, w->owner, pep_space(w->node.name, &a->arena), w->id, STR_NONE);
}

static void retract_got(struct asked *a)
{
	if (record_got(a))
		items_ask(a, retract_listed);
}

static void retract(struct xmpp *x, struct iq *q, const struct xml *e)
{
	const struct xml *item = xml_child(e, "item", PUBSUB);
	struct str node, notify = xml_attr(e, "notify");
	struct asked *a;
	struct errand *w;

	if (!node_name(q, e, &node))
		return;
	if (!item || !xml_attr(item, "id").n || xml_sibling(item, "item", PUBSUB)) {
		refuse(q, STANZA_ERROR_BAD_REQUEST, "Name one item by its id.", "item-required");
		return;
	}
	a = errand_new(q, retract_got, node);
	w = a->more;
	w->id = arena_str(&a->arena, xml_attr(item, "id"));
	w->notify = str_is(notify, "true") || str_is(notify, "1");
	record_ask(a);
}

/* Everything in the node, or the node itself. */
static void clear_done(struct asked *a)
{
	struct errand *w = a->more;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_fmt(&b, "<%s", w->exists ? "purge" : "delete");
	xml_write_attr(&b, "node", w->node.name);
	buf_lit(&b, "/>");
	event_tell(a->q->x, &w->node, buf_all(&b));
	iq_result(a->q, STR(""));
}

static void clear_items(struct asked *a)
{
	struct errand *w = a->more;
	const struct store_request *r = a->ask.answer;

	if (asked_failed(a))
		return;
	for (size_t i = 0; i < r->n; i++)
		pep_put(a->q->x->core, w->owner, pep_space(w->node.name, &a->arena), r->pairs[i].key, STR_NONE);
	w->node.items = 0;
	w->node.bytes = 0;
	w->node.last = STR("");
	asked_again(a, clear_done);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name,
		 w->exists ? record_of(&w->node, &a->arena) : STR_NONE);
}

static void purge_got(struct asked *a)
{
	if (record_got(a))
		items_ask(a, clear_items);
}

static void delete_got(struct asked *a)
{
	struct errand *w = a->more;

	if (!record_got(a))
		return;
	w->exists = false;
	items_ask(a, clear_items);
}

static void purge(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node;

	if (node_name(q, e, &node))
		record_ask(errand_new(q, purge_got, node));
}

static void delete(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node;

	if (node_name(q, e, &node))
		record_ask(errand_new(q, delete_got, node));
}

/* ---- nodes ------------------------------------------------------------------------------------------------------ */

static void done(struct asked *a)
{
	if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

static void create_listed(struct asked *a)
{
	struct errand *w = a->more;
	size_t nodes;

	if (asked_failed(a))
		return;
	nodes = records_got(a);
	if (w->exists)
		refuse(a->q, STANZA_ERROR_CONFLICT, "There is such a node.", NULL);
	if (w->exists || !node_may_come(a, nodes))
		return;
	pep_form_apply(&w->form, &w->node.config);
	asked_again(a, done);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, record_of(&w->node, &a->arena));
}

static void create(struct xmpp *x, struct iq *q, const struct xml *e)
{
	const struct xml *configure = xml_child(q->child, "configure", PUBSUB);
	struct pep_form form = { 0 };
	struct asked *a;
	struct errand *w;
	struct str node;

	if (!node_name(q, e, &node))
		return;
	if (configure && !pep_form_read(&form, configure, PUBSUB "#node_config", xmpp_scratch(x))) {
		refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "A node cannot be like this here.", NULL);
		return;
	}
	a = errand_new(q, create_listed, node);
	w = a->more;
	w->form = form;
	item_list(x->core, &a->ask, w->owner, STR(PEP_SPACE));
}

static void configure_say(struct iq *q, const char *element, struct str node, const struct pep_config *c)
{
	own_buf b = { 0 };

	buf_fmt(&b, "<pubsub xmlns='" OWNER "'><%s", element);
	xml_write_attr(&b, "node", node);
	buf_byte(&b, '>');
	pep_form_write(&b, PUBSUB "#node_config", c);
	buf_fmt(&b, "</%s></pubsub>", element);
	iq_result(q, buf_all(&b));
}

static void configure_got(struct asked *a)
{
	struct errand *w = a->more;

	if (record_got(a))
		configure_say(a->q, "configure", w->node.name, &w->node.config);
}

static void configure_get(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node;

	if (node_name(q, e, &node))
		record_ask(errand_new(q, configure_got, node));
}

static void default_get(struct xmpp *x, struct iq *q, const struct xml *e)
{
	configure_say(q, "default", STR_NONE, &pep_default);
}

static void configure_change(struct asked *a)
{
	struct errand *w = a->more;

	if (!record_got(a))
		return;
	pep_form_apply(&w->form, &w->node.config);
	asked_again(a, done);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, record_of(&w->node, &a->arena));
}

static void configure_set(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct pep_form form = { 0 };
	struct asked *a;
	struct str node;

	if (!node_name(q, e, &node))
		return;
	if (!pep_form_read(&form, e, PUBSUB "#node_config", xmpp_scratch(x))) {
		refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "A node cannot be like this here.", NULL);
		return;
	}
	a = errand_new(q, configure_change, node);
	((struct errand *)a->more)->form = form;
	record_ask(a);
}

/* ---- visits: who may see what ------------------------------------------------------------------------------------ */

static bool is_subscribed(struct iq *q) { return roster_state(&q->x->session, jid_bare(q->to)) & ROSTER_TO; }

/* Who sees nothing of an account learns nothing: not of its nodes, not whether it exists. */
static void refuse_stranger(struct iq *q)
{
	refuse(q, STANZA_ERROR_NOT_AUTHORIZED, "This is for those who see the presence of this user.",
	       "presence-subscription-required");
}

static void visit_node(struct asked *a)
{
	struct errand *w = a->more;
	bool own = a->q->target == TO_ACCOUNT, subscribed = own || is_subscribed(a->q), exists;

	if (asked_failed(a))
		return;
	exists = !a->ask.verdict && record_take(a, a->ask.answer->value);
	if (exists && pep_shows(&w->node.config, own, subscribed))
		w->then(a);
	else if (!subscribed)
		refuse_stranger(a->q);
	else if (exists)
		refuse(a->q, STANZA_ERROR_NOT_ALLOWED, "The node is its owner's alone.", "closed-node");
	else
		refuse_unknown(a->q);
}

/* With a node: whether it may be seen. Without: w->then gets the list of them. */
static void visit_enter(struct asked *a)
{
	struct errand *w = a->more;
	struct core *c = a->q->x->core;

	asked_again(a, w->node.name.n ? visit_node : w->then);
	if (w->node.name.n)
		item_get(c, &a->ask, w->owner, STR(PEP_SPACE), w->node.name);
	else
		item_list(c, &a->ask, w->owner, STR(PEP_SPACE));
}

static void visit_blocks(struct asked *a)
{
	if (asked_failed(a))
		return;
	if (!a->ask.verdict && block_kept_matches(a->ask.answer->value, a->q->x->session.jid))
		refuse_stranger(a->q);
	else
		visit_enter(a);
}

static void visit_found(struct asked *a)
{
	struct errand *w = a->more;

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		refuse_stranger(a->q);
		return;
	}
	w->owner = a->ask.answer->account.id;
	asked_again(a, visit_blocks);
	item_get(a->q->x->core, &a->ask, w->owner, STR(BLOCK_SPACE), STR(""));
}

/* The request is on its way with this; the caller may add to its work. */
static struct asked *visit(struct iq *q, struct str node, void (*then)(struct asked *a))
{
	bool own = q->target == TO_ACCOUNT;
	struct asked *a = errand_new(q, own ? (node.n ? visit_node : then) : visit_found, node);
	struct errand *w = a->more;
	struct core *c = q->x->core;

	w->then = then;
	if (!own)
		account_find(c, &a->ask, arena_str(&a->arena, jid_local(q->to)));
	else if (node.n)
		record_ask(a);
	else
		item_list(c, &a->ask, w->owner, STR(PEP_SPACE));
	return a;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static bool is_asked_for(const struct errand *w, struct str id)
{
	for (size_t i = 0; i < w->ids_n; i++)
		if (str_eq(w->ids[i], id))
			return true;
	return !w->ids_n;
}

/* From the newest back, as long as it fits; then in the order in which they were published. */
static void items_listed(struct asked *a)
{
	struct errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	size_t room = core_settings(a->q->x->core)->backlog_max / ITEMS_PART, first, shown = 0;
	own_buf items = { 0 }, b = { 0 };
	struct aged *list;
	uint64_t stamp;
	struct str xml;

	if (asked_failed(a))
		return;
	list = items_aged(r, &a->arena);
	for (first = r->n; first > 0 && !(w->limit && shown == w->limit); first--) {
		const struct store_pair *pair = list[first - 1].pair;

		if (!is_asked_for(w, pair->key))
			continue;
		if (shown && pair->value.n > room)
			break;
		room -= pair->value.n < room ? pair->value.n : room;
		shown++;
	}
	for (size_t i = first; i < r->n; i++)
		if (is_asked_for(w, list[i].pair->key) && pep_item_read(list[i].pair->value, &stamp, &xml))
			buf_str(&items, xml);
	if (w->ids_n && !shown) {
		refuse_unknown(a->q);
		return;
	}
	buf_lit(&b, "<pubsub xmlns='" PUBSUB "'>");
	items_write(&b, w->node.name, buf_all(&items));
	buf_lit(&b, "</pubsub>");
	iq_result(a->q, buf_all(&b));
}

static void items_visible(struct asked *a) { items_ask(a, items_listed); }

static void items(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node, max = xml_attr(e, "max_items"), ids[IDS_MAX];
	uint64_t limit = 0;
	size_t n = 0;
	struct asked *a;
	struct errand *w;

	if (!node_name(q, e, &node))
		return;
	for (const struct xml *i = xml_child(e, "item", PUBSUB); i && n < IDS_MAX; i = xml_sibling(i, "item", PUBSUB))
		ids[n++] = xml_attr(i, "id");
	if (max.p && !str_u64(max, &limit)) {
		refuse(q, STANZA_ERROR_BAD_REQUEST, "max_items is a number.", NULL);
		return;
	}
	a = visit(q, node, items_visible);
	w = a->more;
	w->limit = limit;
	w->ids_n = n;
	w->ids = arena_get(&a->arena, (n + 1) * sizeof *w->ids);
	for (size_t i = 0; i < n; i++)
		w->ids[i] = arena_str(&a->arena, ids[i]);
}

/* ---- discovery -------------------------------------------------------------------------------------------------- */

static void disco_nodes(struct asked *a)
{
	const struct store_request *r = a->ask.answer;
	bool own = a->q->target == TO_ACCOUNT, subscribed = own || is_subscribed(a->q);
	struct jid owner = own ? jid_to_bare(a->q->x->session.jid) : a->q->to;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_lit(&b, "<query xmlns='" DISCO_ITEMS "'>");
	for (size_t i = 0; i < r->n; i++) {
		struct pep_node n;

		if (!pep_node_read(&n, &r->pairs[i]) || !pep_shows(&n.config, own, subscribed))
			continue;
		buf_lit(&b, "<item");
		xml_write_attr(&b, "jid", jid_full(owner));
		xml_write_attr(&b, "node", n.name);
		buf_lit(&b, "/>");
	}
	buf_lit(&b, "</query>");
	iq_result(a->q, buf_all(&b));
}

static void disco_ids(struct asked *a)
{
	const struct errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct jid owner = a->q->target == TO_ACCOUNT ? jid_to_bare(a->q->x->session.jid) : a->q->to;
	struct aged *list;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	list = items_aged(r, &a->arena);
	buf_lit(&b, "<query xmlns='" DISCO_ITEMS "'");
	xml_write_attr(&b, "node", w->node.name);
	buf_byte(&b, '>');
	for (size_t i = 0; i < r->n; i++) {
		buf_lit(&b, "<item");
		xml_write_attr(&b, "jid", jid_full(owner));
		xml_write_attr(&b, "name", list[i].pair->key);
		buf_lit(&b, "/>");
	}
	buf_lit(&b, "</query>");
	iq_result(a->q, buf_all(&b));
}

static void disco_ids_visible(struct asked *a) { items_ask(a, disco_ids); }

void pep_disco_items(struct xmpp *x, struct iq *q, struct str node)
{
	visit(q, node, node.n ? disco_ids_visible : disco_nodes);
}

static void disco_node(struct asked *a)
{
	const struct errand *w = a->more;
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" DISCO_INFO "'");
	xml_write_attr(&b, "node", w->node.name);
	buf_lit(&b, "><identity category='pubsub' type='leaf'/><feature var='" PUBSUB "'/>"
		    "<feature var='" DISCO_INFO "'/><feature var='" DISCO_ITEMS "'/>");
	pep_form_write(&b, PUBSUB "#meta-data", &w->node.config);
	buf_lit(&b, "</query>");
	iq_result(a->q, buf_all(&b));
}

void pep_disco_info(struct xmpp *x, struct iq *q, struct str node) { visit(q, node, disco_node); }

/* ---- the table -------------------------------------------------------------------------------------------------- */

static const struct verb {
	const char *element, *ns;
	enum stanza_type type;
	unsigned targets;
	void (*run)(struct xmpp *x, struct iq *q, const struct xml *e);
} verbs[] = {
	{ "publish", PUBSUB, IQ_SET, TO_ACCOUNT, publish },
	{ "retract", PUBSUB, IQ_SET, TO_ACCOUNT, retract },
	{ "create", PUBSUB, IQ_SET, TO_ACCOUNT, create },
	{ "items", PUBSUB, IQ_GET, TO_ACCOUNT | TO_USER, items },
	{ "default", OWNER, IQ_GET, TO_ACCOUNT, default_get },
	{ "configure", OWNER, IQ_GET, TO_ACCOUNT, configure_get },
	{ "configure", OWNER, IQ_SET, TO_ACCOUNT, configure_set },
	{ "purge", OWNER, IQ_SET, TO_ACCOUNT, purge },
	{ "delete", OWNER, IQ_SET, TO_ACCOUNT, delete },
};

static void pubsub_answer(struct xmpp *x, struct iq *q)
{
	bool known = false;

	for (size_t i = 0; i < countof(verbs); i++) {
		const struct xml *e = xml_child(q->child, verbs[i].element, verbs[i].ns);

		if (!e || !str_is(q->child->ns, verbs[i].ns) || q->type != verbs[i].type)
			continue;
		if (verbs[i].targets & q->target) {
			verbs[i].run(x, q, e);
			return;
		}
		known = true;
	}
	if (known)
		refuse(q, STANZA_ERROR_FORBIDDEN, "These nodes belong to somebody else.", NULL);
	else
		refuse(q, STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
		       "This service publishes, and tells who says so in its capabilities.", "unsupported");
}

const struct xmpp_feature feature_pep = {
	.name = "personal eventing",
	.xep = 163,
	.version = "1.2.2",
	.disco_account = { PUBSUB "#access-presence", PUBSUB "#auto-create", PUBSUB "#auto-subscribe",
			   PUBSUB "#filtered-notifications", PUBSUB "#last-published", PUBSUB "#presence-notifications",
			   PUBSUB "#presence-subscribe" },
	.closed = wants_closed,
};

const struct xmpp_feature feature_pubsub = {
	.name = "publish-subscribe at accounts",
	.xep = 60,
	.version = "1.26.0",
	.disco_account = { PUBSUB, PUBSUB "#access-open", PUBSUB "#access-whitelist", PUBSUB "#config-node",
			   PUBSUB "#config-node-max", PUBSUB "#create-and-configure", PUBSUB "#create-nodes",
			   PUBSUB "#delete-items", PUBSUB "#delete-nodes", PUBSUB "#item-ids", PUBSUB "#meta-data",
			   PUBSUB "#multi-items", PUBSUB "#persistent-items", PUBSUB "#publish",
			   PUBSUB "#publish-options", PUBSUB "#purge-nodes", PUBSUB "#retract-items",
			   PUBSUB "#retrieve-default", PUBSUB "#retrieve-items" },
	.iq = { { 1 << IQ_GET | 1 << IQ_SET, "pubsub", PUBSUB, TO_ACCOUNT | TO_USER, .answer = pubsub_answer },
		{ 1 << IQ_GET | 1 << IQ_SET, "pubsub", OWNER, TO_ACCOUNT | TO_USER, .answer = pubsub_answer } },
};

/* What needs nothing but this: keeping data for oneself, and for all. */
const struct xmpp_feature feature_pubsub_public = { .name = "public data by pubsub", .xep = 222, .version = "1.0.2" };
const struct xmpp_feature feature_pubsub_private = { .name = "private data by pubsub", .xep = 223, .version = "1.1.2" };
const struct xmpp_feature feature_nick = { .name = "nicknames", .xep = 172, .version = "1.1.1" };
