/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/pep.h"

/* ---- discovery -------------------------------------------------------------------------------------------------- */

static void disco_nodes(struct asked *a)
{
	const struct store_request *r = a->ask.answer;
	bool own = a->q->target == TO_ACCOUNT, subscribed = own || pep_sees_presence(a->q);
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
	const struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct jid owner = a->q->target == TO_ACCOUNT ? jid_to_bare(a->q->x->session.jid) : a->q->to;
	struct pep_aged *list;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	list = pep_items_aged(r, &a->arena);
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

static void disco_ids_visible(struct asked *a) { pep_items_ask(a, disco_ids); }

void pep_disco_items(struct xmpp *x, struct iq *q, struct str node)
{
	pep_visit(q, node, node.n ? disco_ids_visible : disco_nodes);
}

static void disco_node(struct asked *a)
{
	const struct pep_errand *w = a->more;
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" DISCO_INFO "'");
	xml_write_attr(&b, "node", w->node.name);
	buf_lit(&b, "><identity category='pubsub' type='leaf'/><feature var='" PUBSUB "'/>"
		    "<feature var='" DISCO_INFO "'/><feature var='" DISCO_ITEMS "'/>");
	pep_form_write(&b, PUBSUB "#meta-data", &w->node.config);
	buf_lit(&b, "</query>");
	iq_result(a->q, buf_all(&b));
}

void pep_disco_info(struct xmpp *x, struct iq *q, struct str node) { pep_visit(q, node, disco_node); }
