/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/pep.h"

#include <stdlib.h>

#include "core/block.h"
#include "core/roster.h"

/* ---- errors ----------------------------------------------------------------------------------------------------- */

void pep_refuse(struct iq *q, enum stanza_error_condition condition, const char *text, const char *own)
{
	own_buf detail = { 0 };

	if (own)
		buf_fmt(&detail, "<%s xmlns='" ERRORS "'/>", own);
	iq_error_with(q, condition, STANZA_ERROR_USUAL, text, buf_all(&detail));
}

void pep_refuse_unknown(struct iq *q)
{
	pep_refuse(q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node or item.", NULL);
}

/* The name in the attribute `node`; false when it was answered that there is none. */
bool pep_node_name(struct iq *q, const struct xml *e, struct str *ret)
{
	*ret = xml_attr(e, "node");
	if (!ret->n)
		pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "Name the node.", "nodeid-required");
	else if (ret->n > PEP_NAME_BYTES_MAX)
		pep_refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "The name of the node is too long.", NULL);
	return ret->n && ret->n <= PEP_NAME_BYTES_MAX;
}

struct asked *pep_errand_new(struct iq *q, void (*then)(struct asked *a), struct str node)
{
	struct asked *a = asked_new(q, then);
	struct pep_errand *w = a->more = arena_zero(&a->arena, sizeof *w);

	w->node.name = arena_str(&a->arena, node);
	w->node.config = pep_default;
	w->owner = session_account(&a->q->x->session);
	w->at = a->q->target == TO_USER ? a->q->to : jid_to_bare(a->q->x->session.jid);
	w->at.p = arena_str(&a->arena, jid_full(w->at)).p; /* it outlives the request */
	w->may = pep_may_see;
	w->rights.affiliation = a->q->target == TO_USER ? PEP_NONE : PEP_OWNER;
	return a;
}

/* ---- the node's own record -------------------------------------------------------------------------------------- */

struct str pep_record(const struct pep_node *n, struct arena *arena)
{
	own_buf b = { 0 };

	pep_node_write(&b, n);
	return arena_str(arena, buf_all(&b));
}

/* With what else this turn writes; the answer is waited for with something that is written behind it. */
void pep_record_put(struct asked *a)
{
	struct pep_errand *w = a->more;

	pep_put(a->q->x->core, w->owner, STR(PEP_SPACE), w->node.name, pep_record(&w->node, &a->arena));
}

/* Takes over from the store's answer what must outlive it. */
static bool pep_record_take(struct asked *a, struct str value)
{
	struct pep_errand *w = a->more;
	struct pep_node n;

	if (!pep_node_read(&n, &(struct store_pair){ w->node.name, arena_str(&a->arena, value) }))
		return false;
	w->node = n;
	w->exists = true;
	return true;
}

void pep_record_ask(struct asked *a)
{
	struct pep_errand *w = a->more;

	item_get(a->q->x->core, &a->ask, w->owner, STR(PEP_SPACE), w->node.name);
}

/* After pep_record_ask(): false when it was answered that there is no such node. */
bool pep_record_got(struct asked *a)
{
	if (asked_failed(a))
		return false;
	if (!a->ask.verdict && pep_record_take(a, a->ask.answer->value))
		return true;
	pep_refuse_unknown(a->q);
	return false;
}

void pep_items_ask(struct asked *a, void (*then)(struct asked *a))
{
	struct pep_errand *w = a->more;

	asked_again(a, then);
	item_list(a->q->x->core, &a->ask, w->owner, pep_space(w->node.name, &a->arena));
}

/* All nodes of the account were listed: the one of this errand, and what all of them hold. */
size_t pep_records_got(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;

	for (size_t i = 0; i < r->n; i++) {
		struct pep_node n;

		if (!pep_node_read(&n, &r->pairs[i]))
			continue;
		w->bytes += n.bytes;
		if (str_eq(n.name, w->node.name))
			pep_record_take(a, r->pairs[i].value);
	}
	return r->n;
}

/* False when it was answered that there are as many nodes as there may be. */
bool pep_node_may_come(struct asked *a, size_t nodes)
{
	if (nodes < PEP_NODES_MAX)
		return true;
	pep_refuse(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has as many nodes as it may.", NULL);
	return false;
}

static int aged_cmp(const void *a, const void *b)
{
	const struct pep_aged *left = a, *right = b;

	return (left->stamp > right->stamp) - (left->stamp < right->stamp);
}

/* What the store listed, by the time of publication. */
struct pep_aged *pep_items_aged(const struct store_request *r, struct arena *arena)
{
	struct pep_aged *list = arena_get(arena, (r->n + 1) * sizeof *list);
	struct str xml;

	for (size_t i = 0; i < r->n; i++) {
		list[i] = (struct pep_aged){ 0, &r->pairs[i] };
		pep_item_read(r->pairs[i].value, &list[i].stamp, &xml);
	}
	qsort(list, r->n, sizeof *list, aged_cmp);
	return list;
}

/* ---- visits: who may what -----------------------------------------------------------------------------------------
 */

bool pep_sees_presence(struct iq *q) { return roster_state(&q->x->session, jid_bare(q->to)) & ROSTER_TO; }

void pep_refuse_stranger(struct iq *q)
{
	pep_refuse(q, STANZA_ERROR_NOT_AUTHORIZED, "This is for those who see the presence of this user.",
		   "presence-subscription-required");
}

/* Why somebody who sees the owner's presence may not see the node (XEP-0060, 6.5.9). */
static void refuse_reader(struct iq *q, const struct pep_errand *w)
{
	if (w->rights.affiliation == PEP_OUTCAST || w->rights.affiliation == PEP_PUBLISH_ONLY)
		pep_refuse(q, STANZA_ERROR_FORBIDDEN, "The owner of the node does not let you.", NULL);
	else if (w->node.config.access == PEP_ROSTER)
		pep_refuse(q, STANZA_ERROR_NOT_AUTHORIZED, "This is for some groups of contacts.",
			   "not-in-roster-group");
	else if (w->node.config.access == PEP_AUTHORIZE)
		pep_refuse(q, STANZA_ERROR_NOT_AUTHORIZED, "Subscribe, and wait until you are let in.",
			   "not-subscribed");
	else
		pep_refuse(q, STANZA_ERROR_NOT_ALLOWED, "The node is for those on its list.", "closed-node");
}

static void visit_rights(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (asked_failed(a))
		return;
	if (w->may(&w->node.config, &w->rights))
		w->then(a);
	else if (w->id.p) /* of the item that was to be changed */
		pep_refuse(a->q, STANZA_ERROR_FORBIDDEN, "The node is not yours to change.", NULL);
	else if (!w->rights.sees_presence && w->node.config.access != PEP_AUTHORIZE)
		pep_refuse_stranger(a->q);
	else
		refuse_reader(a->q, w);
}

static void visit_node(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	bool own = a->q->target == TO_ACCOUNT;

	if (asked_failed(a))
		return;
	w->rights.sees_presence = own || pep_sees_presence(a->q);
	if (a->ask.verdict || !pep_record_take(a, a->ask.answer->value)) {
		if (w->rights.sees_presence)
			pep_refuse_unknown(a->q);
		else
			pep_refuse_stranger(a->q);
		return;
	}
	if (own) {
		w->then(a);
		return;
	}
	asked_again(a, visit_rights);
	pep_rights_ask(x->core, &a->ask, w->owner, &w->node, x->session.jid, session_account(&x->session), &w->rights);
}

/* With a node: whether it may be seen. Without: w->then gets the list of them. */
static void visit_enter(struct asked *a)
{
	struct pep_errand *w = a->more;
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
		pep_refuse_stranger(a->q);
	else
		visit_enter(a);
}

static void visit_found(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		pep_refuse_stranger(a->q);
		return;
	}
	w->owner = a->ask.answer->account.id;
	asked_again(a, visit_blocks);
	item_get(a->q->x->core, &a->ask, w->owner, STR(BLOCK_SPACE), STR(""));
}

struct asked *pep_visit_for(struct iq *q, struct str node,
			    bool (*may)(const struct pep_config *c, const struct pep_rights *r),
			    void (*then)(struct asked *a))
{
	bool own = q->target == TO_ACCOUNT;
	struct asked *a = pep_errand_new(q, own ? (node.n ? visit_node : then) : visit_found, node);
	struct pep_errand *w = a->more;
	struct core *c = q->x->core;

	w->then = then;
	w->may = may;
	if (!own)
		account_find(c, &a->ask, arena_str(&a->arena, jid_local(q->to)));
	else if (node.n)
		pep_record_ask(a);
	else
		item_list(c, &a->ask, w->owner, STR(PEP_SPACE));
	return a;
}

struct asked *pep_visit(struct iq *q, struct str node, void (*then)(struct asked *a))
{
	return pep_visit_for(q, node, pep_may_see, then);
}
