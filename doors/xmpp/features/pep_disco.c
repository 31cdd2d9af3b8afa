/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/pep.h"

/* ---- discovery -------------------------------------------------------------------------------------------------- */

struct listing {
	struct pep_node *nodes;
	size_t n;
};

static void nodes_say(struct asked *a, const struct listing *l, const struct store_request *rights)
{
	const struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" DISCO_ITEMS "'>");
	for (size_t i = 0; i < l->n; i++) {
		struct pep_rights own = { .affiliation = PEP_OWNER },
				  r = { .sees_presence = rights && pep_sees_presence(a->q) };

		for (size_t k = 0; rights && k < rights->n; k++)
			pep_rights_add(&r, &rights->pairs[k], l->nodes[i].name, jid_bare(x->session.jid),
				       session_account(&x->session));
		if (!pep_may_see(&l->nodes[i].config, rights ? &r : &own))
			continue;
		buf_lit(&b, "<item");
		xml_write_attr(&b, "jid", jid_full(w->at));
		xml_write_attr(&b, "node", l->nodes[i].name);
		if (l->nodes[i].config.title.n)
			xml_write_attr(&b, "name", l->nodes[i].config.title);
		buf_lit(&b, "/>");
	}
	buf_lit(&b, "</query>");
	iq_result(a->q, buf_all(&b));
}

static void nodes_rights(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (!asked_failed(a))
		nodes_say(a, w->more, a->ask.answer);
}

/* What is for some groups of contacts is not in the list of others' nodes: they find it by its name. */
static void disco_nodes(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct listing *l = w->more = arena_zero(&a->arena, sizeof *l);

	if (asked_failed(a))
		return;
	l->nodes = arena_get(&a->arena, (r->n + 1) * sizeof *l->nodes);
	for (size_t i = 0; i < r->n; i++) {
		struct store_pair kept = { arena_str(&a->arena, r->pairs[i].key),
					   arena_str(&a->arena, r->pairs[i].value) };

		l->n += pep_node_read(&l->nodes[l->n], &kept);
	}
	if (a->q->target == TO_ACCOUNT) {
		nodes_say(a, l, NULL);
		return;
	}
	asked_again(a, nodes_rights);
	item_list(a->q->x->core, &a->ask, w->owner, STR(PEP_RIGHTS_SPACE));
}

static void disco_ids(struct asked *a)
{
	const struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
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
		xml_write_attr(&b, "jid", jid_full(w->at));
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
