/* SPDX-License-Identifier: Apache-2.0 */
#include "core/people.h"
#include "doors/xmpp/features/bookmarks.h"
#include "doors/xmpp/features/pep.h"

/* ---- publishing ------------------------------------------------------------------------------------------------- */

static void publish_tell(struct asked *a)
{
	struct pep_errand *w = a->more;
	own_buf item = { 0 }, items = { 0 }, answer = { 0 };

	pep_item_write_as(&item, "item", w->id, w->node.config.payloads ? w->payload : STR_NONE);
	pep_items_write(&items, w->node.name, buf_all(&item));
	buf_lit(&answer, "<pubsub xmlns='" PUBSUB "'><publish");
	xml_write_attr(&answer, "node", w->node.name);
	buf_byte(&answer, '>');
	pep_item_write_as(&answer, "item", w->id, STR_NONE);
	buf_lit(&answer, "</publish></pubsub>");
	pep_event_tell(a, buf_all(&items), buf_all(&answer));
}

static void publish_kept(struct asked *a)
{
	if (!asked_failed(a))
		publish_tell(a);
}

/* There are more items than there may be: the oldest go, and the node is counted anew. */
static void publish_listed_items(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct str space = pep_space(w->node.name, &a->arena);
	struct pep_aged *list;
	size_t gone;

	if (asked_failed(a))
		return;
	list = pep_items_aged(r, &a->arena);
	gone = r->n > w->node.config.max_items ? r->n - w->node.config.max_items : 0;
	w->node.items = (uint32_t)(r->n - gone);
	w->node.bytes = 0;
	for (size_t i = 0; i < r->n; i++)
		if (i < gone)
			pep_put(a->q->x->core, w->owner, space, list[i].pair->key, STR_NONE);
		else
			w->node.bytes += list[i].pair->value.n;
	asked_again(a, publish_kept);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, pep_record(&w->node, &a->arena));
}

static void publish_kept_too_many(struct asked *a)
{
	if (!asked_failed(a))
		pep_items_ask(a, publish_listed_items);
}

/* What stood under this id is known: the new item takes its place. */
static void publish_old(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	struct str space = pep_space(w->node.name, &a->arena);
	own_buf item = { 0 }, value = { 0 };
	uint64_t was = 0;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict)
		was = a->ask.answer->value.n;
	pep_item_write_as(&item, "item", w->id, w->payload);
	pep_item_write(&value, core_stamp(x->core), buf_all(&item));
	if (w->bytes - was + value.n > PEP_BYTES_MAX) {
		pep_refuse(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has published as much as it may.",
			   NULL);
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
	pep_record_put(a);
	if (w->nick.p)
		people_name(x->core, w->owner, w->nick);
	asked_again(a, w->node.items > w->node.config.max_items ? publish_kept_too_many : publish_kept);
	item_set(x->core, &a->ask, w->owner, space, w->id, buf_all(&value));
}

static void publish_listed(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	size_t nodes;

	if (asked_failed(a))
		return;
	nodes = pep_records_got(a);
	if (!w->exists && a->q->target == TO_USER) { /* it was deleted meanwhile */
		pep_refuse_unknown(a->q);
		return;
	}
	if (!w->exists && !pep_node_may_come(a, nodes))
		return;
	if (w->exists && !pep_form_holds(&w->form, &w->node.config)) {
		pep_refuse(a->q, STANZA_ERROR_CONFLICT, "The node is configured otherwise.", "precondition-not-met");
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
		item_set(x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, pep_record(&w->node, &a->arena));
	}
}

static void publish_list(struct asked *a)
{
	struct pep_errand *w = a->more;

	asked_again(a, publish_listed);
	item_list(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE));
}

/* The one item, and in it the one payload. False when it was answered what is wrong. */
static bool publish_item(struct iq *q, const struct xml *publish, const struct xml **item, const struct xml **payload)
{
	*item = xml_child(publish, "item", PUBSUB);
	*payload = *item ? xml_child(*item, NULL, NULL) : NULL;
	if (!*item)
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "Publish an item.", "item-required");
	else if (xml_sibling(*item, "item", PUBSUB))
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "Publish one item at a time.", NULL);
	else if (!*payload)
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "The item is empty.", "payload-required");
	else if (xml_sibling(*payload, NULL, NULL))
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "An item holds one element.", "invalid-payload");
	else if (xml_attr(*item, "id").n > PEP_NAME_BYTES_MAX)
		pep_refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "The id of the item is too long.", NULL);
	else
		return true;
	return false;
}

/* It becomes items of another node (bookmarks.h). */
static void publish_list_of_bookmarks(struct xmpp *x, struct iq *q, const struct xml *item, const struct xml *payload,
				      const struct pep_form *form)
{
	struct str id = xml_attr(item, "id");
	own_buf answer = { 0 };

	if (!pep_form_holds(form, bookmarks_list_config())) {
		pep_refuse(q, STANZA_ERROR_CONFLICT, "This node is for its owner alone, and holds one item.",
			   "precondition-not-met");
		return;
	}
	if (!xml_is(payload, "storage", BOOKMARKS_LIST)) {
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "This node holds a list of bookmarks.", "invalid-payload");
		return;
	}
	buf_lit(&answer, "<pubsub xmlns='" PUBSUB "'><publish node='" BOOKMARKS_LIST "'>");
	pep_item_write_as(&answer, "item", id.n ? id : STR("current"), STR_NONE);
	buf_lit(&answer, "</publish></pubsub>");
	bookmarks_set(x, q, payload, buf_all(&answer));
}

void pep_publish(struct xmpp *x, struct iq *q, const struct xml *e)
{
	const struct xml *options = xml_child(q->child, "publish-options", PUBSUB), *item, *payload;
	struct pep_form form = { 0 };
	own_buf b = { 0 };
	struct asked *a;
	struct pep_errand *w;
	struct str node;

	if (!pep_node_name(q, e, &node) || !publish_item(q, e, &item, &payload))
		return;
	if (options && !pep_form_read(&form, options, PUBSUB "#publish-options", xmpp_scratch(x))) {
		pep_refuse(q, STANZA_ERROR_CONFLICT, "A node cannot be like this here.", "precondition-not-met");
		return;
	}
	if (q->target == TO_ACCOUNT && str_is(node, BOOKMARKS_LIST)) {
		publish_list_of_bookmarks(x, q, item, payload, &form);
		return;
	}
	xml_write(&b, payload, STR(NO_SCOPE));
	if (b.n > PEP_ITEM_BYTES_MAX) {
		pep_refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "The item is over 200 KiB.", "payload-too-big");
		return;
	}
	a = q->target == TO_USER ? pep_visit_for(q, node, pep_may_publish, publish_list)
				 : pep_errand_new(q, publish_listed, node);
	w = a->more;
	w->form = form;
	pep_form_keep(&w->form, &a->arena);
	w->payload = arena_str(&a->arena, buf_all(&b));
	w->id = arena_str(&a->arena, xml_attr(item, "id"));
	if (q->target == TO_ACCOUNT && str_is(node, NICK) && xml_is(payload, "nick", NICK))
		w->nick = arena_str(&a->arena, str_trim(xml_text(payload, xmpp_scratch(x))));
	if (!w->id.n) {
		buf_clear(&b);
		buf_u64(&b, core_stamp(x->core));
		w->id = arena_str(&a->arena, buf_all(&b));
	}
	if (q->target == TO_ACCOUNT)
		item_list(x->core, &a->ask, w->owner, STR(PEP_SPACE));
}

/* ---- taking back ------------------------------------------------------------------------------------------------ */

static void retract_done(struct asked *a)
{
	struct pep_errand *w = a->more;
	own_buf item = { 0 }, items = { 0 };

	if (asked_failed(a))
		return;
	pep_item_write_as(&item, "retract", w->id, STR_NONE);
	pep_items_write(&items, w->node.name, buf_all(&item));
	if (w->notify || w->node.config.tell_retract)
		pep_event_tell(a, buf_all(&items), STR(""));
	else
		pep_answer(a, STR(""));
}

static void retract_listed(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct pep_aged *list;
	bool found = false;

	if (asked_failed(a))
		return;
	list = pep_items_aged(r, &a->arena);
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
		pep_refuse_unknown(a->q);
		return;
	}
	pep_record_put(a);
	asked_again(a, retract_done);
	item_set(a->q->x->core, &a->ask, w->owner, pep_space(w->node.name, &a->arena), w->id, STR_NONE);
}

static void retract_got(struct asked *a)
{
	if (pep_record_got(a))
		pep_items_ask(a, retract_listed);
}

static void retract_visited(struct asked *a) { pep_items_ask(a, retract_listed); }

/* Whose an item was is not kept: so not who may only publish. */
static bool may_retract(const struct pep_config *c, const struct pep_rights *r)
{
	return r->affiliation == PEP_PUBLISHER;
}

void pep_retract(struct xmpp *x, struct iq *q, const struct xml *e)
{
	const struct xml *item = xml_child(e, "item", PUBSUB);
	struct str node, notify = xml_attr(e, "notify");
	struct asked *a;
	struct pep_errand *w;

	if (!pep_node_name(q, e, &node))
		return;
	if (!item || !xml_attr(item, "id").n || xml_sibling(item, "item", PUBSUB)) {
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "Name one item by its id.", "item-required");
		return;
	}
	a = q->target == TO_USER ? pep_visit_for(q, node, may_retract, retract_visited)
				 : pep_errand_new(q, retract_got, node);
	w = a->more;
	w->id = arena_str(&a->arena, xml_attr(item, "id"));
	w->notify = str_is(notify, "true") || str_is(notify, "1");
	if (q->target == TO_ACCOUNT)
		pep_record_ask(a);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static bool is_asked_for(const struct pep_errand *w, struct str id)
{
	for (size_t i = 0; i < w->ids_n; i++)
		if (str_eq(w->ids[i], id))
			return true;
	return !w->ids_n;
}

/* From the newest back, as long as it fits; then in the order in which they were published. */
static void items_listed(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	size_t room = core_settings(a->q->x->core)->backlog_max / ITEMS_PART, first, shown = 0;
	own_buf items = { 0 }, b = { 0 };
	struct pep_aged *list;
	uint64_t stamp;
	struct str xml;

	if (asked_failed(a))
		return;
	list = pep_items_aged(r, &a->arena);
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
		pep_refuse_unknown(a->q);
		return;
	}
	buf_lit(&b, "<pubsub xmlns='" PUBSUB "'>");
	pep_items_write(&b, w->node.name, buf_all(&items));
	buf_lit(&b, "</pubsub>");
	iq_result(a->q, buf_all(&b));
}

static void items_visible(struct asked *a) { pep_items_ask(a, items_listed); }

static void items_got(struct asked *a)
{
	if (pep_record_got(a))
		items_visible(a);
}

static void items_own(struct asked *a)
{
	asked_again(a, items_got);
	pep_record_ask(a);
}

void pep_items(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node, max = xml_attr(e, "max_items"), ids[IDS_MAX];
	uint64_t limit = 0;
	size_t n = 0;
	struct asked *a;
	struct pep_errand *w;

	if (!pep_node_name(q, e, &node))
		return;
	for (const struct xml *i = xml_child(e, "item", PUBSUB); i && n < IDS_MAX; i = xml_sibling(i, "item", PUBSUB))
		ids[n++] = xml_attr(i, "id");
	if (max.p && !str_u64(max, &limit)) {
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "max_items is a number.", NULL);
		return;
	}
	if (q->target == TO_ACCOUNT && str_is(node, BOOKMARKS)) {
		a = pep_errand_new(q, NULL, node);
		bookmarks_before(a, items_own);
	} else {
		a = pep_visit(q, node, items_visible);
	}
	w = a->more;
	w->limit = limit;
	w->ids_n = n;
	w->ids = arena_get(&a->arena, (n + 1) * sizeof *w->ids);
	for (size_t i = 0; i < n; i++)
		w->ids[i] = arena_str(&a->arena, ids[i]);
}
