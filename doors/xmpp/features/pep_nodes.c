/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/pep.h"

/* ---- emptying and deleting ----------------------------------------------------------------------------------------
 */

static void clear_told(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct pep_right right;

	if (asked_failed(a))
		return;
	for (size_t i = 0; i < r->n; i++)
		if (pep_right_read(&right, &r->pairs[i]) && str_eq(right.node, w->node.name))
			pep_put(a->q->x->core, w->owner, STR(PEP_RIGHTS_SPACE), r->pairs[i].key, STR_NONE);
	pep_answer(a, STR(""));
}

/* Who subscribed is told, and then forgotten with all that the owner said about others: a new node of the same name
 * begins without them. */
static void rights_clear(struct asked *a)
{
	struct pep_errand *w = a->more;

	asked_again(a, clear_told);
	item_list(a->q->x->core, &a->ask, w->owner, STR(PEP_RIGHTS_SPACE));
}

/* Everything in the node, or the node itself. */
static void clear_done(struct asked *a)
{
	struct pep_errand *w = a->more;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_fmt(&b, "<%s", w->exists ? "purge" : "delete");
	xml_write_attr(&b, "node", w->node.name);
	buf_lit(&b, "/>");
	if (w->exists || w->node.config.tell_delete)
		pep_event_tell(a, buf_all(&b), STR(""));
	else
		rights_clear(a);
}

static void clear_items(struct asked *a)
{
	struct pep_errand *w = a->more;
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
		 w->exists ? pep_record(&w->node, &a->arena) : STR_NONE);
}

static void purge_got(struct asked *a)
{
	if (pep_record_got(a))
		pep_items_ask(a, clear_items);
}

static void delete_got(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (!pep_record_got(a))
		return;
	w->exists = false;
	w->after = rights_clear;
	pep_items_ask(a, clear_items);
}

void pep_purge(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node;

	if (pep_node_name(q, e, &node))
		pep_record_ask(pep_errand_new(q, purge_got, node));
}

void pep_delete(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node;

	if (pep_node_name(q, e, &node))
		pep_record_ask(pep_errand_new(q, delete_got, node));
}

/* ---- making and configuring ------------------------------------------------------------------------------------- */

static void done(struct asked *a)
{
	if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

static void created(struct asked *a)
{
	struct pep_errand *w = a->more;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_lit(&b, "<pubsub xmlns='" PUBSUB "'><create");
	xml_write_attr(&b, "node", w->node.name);
	buf_lit(&b, "/></pubsub>");
	iq_result(a->q, w->made ? buf_all(&b) : STR(""));
}

static void create_listed(struct asked *a)
{
	struct pep_errand *w = a->more;
	size_t nodes;

	if (asked_failed(a))
		return;
	nodes = pep_records_got(a);
	if (w->exists)
		pep_refuse(a->q, STANZA_ERROR_CONFLICT, "There is such a node.", NULL);
	if (w->exists || !pep_node_may_come(a, nodes))
		return;
	pep_form_apply(&w->form, &w->node.config);
	asked_again(a, created);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, pep_record(&w->node, &a->arena));
}

void pep_create(struct xmpp *x, struct iq *q, const struct xml *e)
{
	const struct xml *configure = xml_child(q->child, "configure", PUBSUB);
	struct pep_form form = { 0 };
	struct asked *a;
	struct pep_errand *w;
	struct str node = xml_attr(e, "node");
	own_buf made = { 0 };

	if (!node.n) { /* an instant node (8.1.2) */
		buf_fmt(&made, "%llx", (unsigned long long)core_stamp(x->core));
		node = buf_all(&made);
	} else if (!pep_node_name(q, e, &node)) {
		return;
	}
	if (configure && !pep_form_read(&form, configure, PUBSUB "#node_config", xmpp_scratch(x))) {
		pep_refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "A node cannot be like this here.", NULL);
		return;
	}
	a = pep_errand_new(q, create_listed, node);
	w = a->more;
	w->made = made.n > 0;
	w->form = form;
	pep_form_keep(&w->form, &a->arena);
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
	struct pep_errand *w = a->more;

	if (pep_record_got(a))
		configure_say(a->q, "configure", w->node.name, &w->node.config);
}

void pep_configure_get(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct str node;

	if (pep_node_name(q, e, &node))
		pep_record_ask(pep_errand_new(q, configure_got, node));
}

void pep_default_get(struct xmpp *x, struct iq *q, const struct xml *e)
{
	configure_say(q, "default", STR_NONE, &pep_default);
}

static void configure_done(struct asked *a)
{
	struct pep_errand *w = a->more;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_lit(&b, "<configuration");
	xml_write_attr(&b, "node", w->node.name);
	buf_byte(&b, '>');
	pep_form_write(&b, PUBSUB "#meta-data", &w->node.config);
	buf_lit(&b, "</configuration>");
	pep_event_tell(a, buf_all(&b), STR(""));
}

static void configure_change(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (!pep_record_got(a))
		return;
	pep_form_apply(&w->form, &w->node.config);
	asked_again(a, w->node.config.tell_config ? configure_done : done);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name, pep_record(&w->node, &a->arena));
}

void pep_configure_set(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct pep_form form = { 0 };
	struct asked *a;
	struct pep_errand *w;
	struct str node;

	if (!pep_node_name(q, e, &node))
		return;
	if (!pep_form_read(&form, e, PUBSUB "#node_config", xmpp_scratch(x))) {
		pep_refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "A node cannot be like this here.", NULL);
		return;
	}
	a = pep_errand_new(q, configure_change, node);
	w = a->more;
	w->form = form;
	pep_form_keep(&w->form, &a->arena);
	pep_record_ask(a);
}
