/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/pep_subscribe.c - who subscribed to a node, and who may what (XEP-0060, 5.6, 5.7, 6.1, 6.2, 8.6,
 * 8.8, 8.9). One subscription of an address at a node; its device, if it names one, alone is told.
 */
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/features/pep.h"

#define DATA "jabber:x:data"

static const char *const states[PEP_SUBSCRIPTIONS] = {
	[PEP_UNSUBSCRIBED] = "none", [PEP_PENDING] = "pending", [PEP_SUBSCRIBED] = "subscribed"
};
static const char *const affiliations[PEP_AFFILIATIONS] = {
	[PEP_NONE] = "none",           [PEP_MEMBER] = "member", [PEP_PUBLISH_ONLY] = "publish-only",
	[PEP_PUBLISHER] = "publisher", [PEP_OWNER] = "owner",   [PEP_OUTCAST] = "outcast",
};

static bool word_read(const char *const *words, size_t n, struct str text, unsigned *ret)
{
	for (*ret = 0; *ret < n; ++*ret)
		if (str_is(text, words[*ret]))
			return true;
	return false;
}

static void rights_list(struct asked *a, void (*then)(struct asked *a))
{
	struct pep_errand *w = a->more;

	asked_again(a, then);
	item_list(a->q->x->core, &a->ask, w->owner, STR(PEP_RIGHTS_SPACE));
}

static void right_put(struct asked *a, const struct pep_right *r, bool there)
{
	struct pep_errand *w = a->more;

	pep_put(a->q->x->core, w->owner, STR(PEP_RIGHTS_SPACE),
		pep_right_key(r->subscribes, r->bare, r->node, &a->arena),
		there ? pep_right_value(r, &a->arena) : STR_NONE);
}

static void right_set(struct asked *a, const struct pep_right *r, bool there, void (*then)(struct asked *a))
{
	struct pep_errand *w = a->more;

	asked_again(a, then);
	item_set(a->q->x->core, &a->ask, w->owner, STR(PEP_RIGHTS_SPACE),
		 pep_right_key(r->subscribes, r->bare, r->node, &a->arena),
		 there ? pep_right_value(r, &a->arena) : STR_NONE);
}

static void subscription_write(struct buf *to, const struct pep_right *r, bool node)
{
	own_buf jid = { 0 };

	buf_str(&jid, r->bare);
	if (r->resource.n) {
		buf_byte(&jid, '/');
		buf_str(&jid, r->resource);
	}
	buf_lit(to, "<subscription");
	if (node)
		xml_write_attr(to, "node", r->node);
	xml_write_attr(to, "jid", buf_all(&jid));
	xml_write_attr(to, "subscription", str_z(states[r->subscription]));
	buf_lit(to, "/>");
}

static void done(struct asked *a)
{
	if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

/* ---- subscribing ------------------------------------------------------------------------------------------------- */

/* The owner is asked (8.6), with a form that waits if need be. */
static void owner_ask(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	own_buf b = { 0 }, id = { 0 };

	buf_fmt(&id, "approve-%llu", (unsigned long long)core_stamp(x->core));
	buf_lit(&b,
		"<x xmlns='" DATA
		"' type='form'><title>Somebody wants to subscribe</title><instructions>Say whether this "
		"address may see what you publish at this node.</instructions><field var='FORM_TYPE' type='hidden'><value>" AUTHORIZATION
		"</value></field><field var='pubsub#node' type='text-single' label='Node'><value>");
	xml_escape(&b, w->node.name);
	buf_lit(&b, "</value></field><field var='pubsub#subscriber_jid' type='jid-single' label='Who'><value>");
	xml_escape(&b, w->right.bare);
	buf_lit(&b,
		"</value></field><field var='pubsub#allow' type='boolean' label='May subscribe'><value>false</value></field></x>");
	pep_write_to(x->core, jid_local(w->at), stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
										   .type = MESSAGE_NORMAL,
										   .traits = STANZA_STORE,
										   .time = core_now(x->core),
										   .from = w->at,
										   .to = w->at,
										   .id = buf_all(&id),
										   .payload = buf_all(&b) }));
}

/* Who subscribed gets what there is, unless the node says otherwise (6.1.7). */
static void subscribe_last(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	uint64_t stamp;
	struct str item;

	iq_result(a->q, w->answer);
	if (!a->ask.verdict && pep_item_read(a->ask.answer->value, &stamp, &item))
		pep_push(x, w->at, w->node.name, item);
}

static void subscribe_kept(struct asked *a)
{
	struct pep_errand *w = a->more;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_lit(&b, "<pubsub xmlns='" PUBSUB "'>");
	subscription_write(&b, &w->right, true);
	buf_lit(&b, "</pubsub>");
	if (w->right.subscription == PEP_PENDING)
		owner_ask(a);
	if (w->right.subscription == PEP_PENDING || w->node.config.send_last == PEP_LAST_NEVER || !w->node.last.n) {
		iq_result(a->q, buf_all(&b));
		return;
	}
	w->answer = arena_str(&a->arena, buf_all(&b));
	asked_again(a, subscribe_last);
	item_get(a->q->x->core, &a->ask, w->owner, pep_space(w->node.name, &a->arena), w->node.last);
}

static void subscribe_listed(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (asked_failed(a))
		return;
	if (a->ask.answer->n >= PEP_RIGHTS_MAX && !w->rights.subscription)
		pep_refuse(a->q, STANZA_ERROR_POLICY_VIOLATION, "Too many have subscribed here.",
			   "too-many-subscriptions");
	else
		right_set(a, &w->right, true, subscribe_kept);
}

static void subscribe_visited(struct asked *a)
{
	struct pep_errand *w = a->more;
	bool waits = !pep_may_see(&w->node.config, &w->rights);

	if (waits && w->rights.subscription == PEP_PENDING) {
		pep_refuse(a->q, STANZA_ERROR_NOT_AUTHORIZED, "The owner has not answered yet.",
			   "pending-subscription");
		return;
	}
	w->right.node = w->node.name;
	w->right.subscription = waits ? PEP_PENDING : PEP_SUBSCRIBED;
	rights_list(a, subscribe_listed);
}

/* Whoever may see it; and where the owner is asked, everybody may ask. */
static bool may_subscribe(const struct pep_config *c, const struct pep_rights *r)
{
	return pep_may_see(c, r) || (c->access == PEP_AUTHORIZE && r->affiliation == PEP_NONE);
}

/* The address in the attribute `jid`, which must be the asker's (6.1.3.1). False when it was answered that it is not.
 */
static bool right_read(struct xmpp *x, struct iq *q, const struct xml *e, struct jid *ret)
{
	if (jid_parse(ret, xml_attr(e, "jid"), xmpp_scratch(x)) && jid_same_bare(*ret, x->session.jid))
		return true;
	pep_refuse(q, STANZA_ERROR_BAD_REQUEST, "Subscribe with your own address.", "invalid-jid");
	return false;
}

void pep_subscribe(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct pep_errand *w;
	struct asked *a;
	struct str node;
	struct jid who;

	if (!pep_node_name(q, e, &node) || !right_read(x, q, e, &who))
		return;
	a = pep_visit_for(q, node, may_subscribe, subscribe_visited);
	w = a->more;
	w->right = (struct pep_right){ .subscribes = true,
				       .account = session_account(&x->session),
				       .bare = arena_str(&a->arena, jid_bare(who)),
				       .resource = arena_str(&a->arena, who.resource ? jid_resource(who) : STR("")) };
}

static void unsubscribe_found(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct pep_right kept;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict &&
	    pep_right_read(&kept, &(struct store_pair){ a->ask.answer->key, a->ask.answer->value }) &&
	    (kept.account == w->right.account || !kept.account))
		right_set(a, &w->right, false, done);
	else
		pep_refuse(a->q, STANZA_ERROR_UNEXPECTED_REQUEST, "You have not subscribed to this.", "not-subscribed");
}

/* Leaving needs no permission; where there is nothing to leave, everybody hears the same. */
static void unsubscribe_owner(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		pep_refuse(a->q, STANZA_ERROR_UNEXPECTED_REQUEST, "You have not subscribed to this.", "not-subscribed");
		return;
	}
	w->owner = a->ask.answer->account.id;
	asked_again(a, unsubscribe_found);
	item_get(a->q->x->core, &a->ask, w->owner, STR(PEP_RIGHTS_SPACE),
		 pep_right_key(true, w->right.bare, w->right.node, &a->arena));
}

void pep_unsubscribe(struct xmpp *x, struct iq *q, const struct xml *e)
{
	struct pep_errand *w;
	struct asked *a;
	struct str node;
	struct jid who;

	if (!pep_node_name(q, e, &node) || !right_read(x, q, e, &who))
		return;
	a = pep_errand_new(q, unsubscribe_owner, node);
	w = a->more;
	w->right = (struct pep_right){ .subscribes = true,
				       .account = session_account(&x->session),
				       .node = w->node.name,
				       .bare = arena_str(&a->arena, jid_bare(who)),
				       .resource = STR("") };
	account_find(x->core, &a->ask, arena_str(&a->arena, jid_local(w->at)));
}

/* ---- what one has here (5.6, 5.7) -------------------------------------------------------------------------------- */

static void mine_say(struct asked *a, bool subscribes)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct xmpp *x = a->q->x;
	struct pep_right right;
	own_buf b = { 0 };

	buf_fmt(&b, "<pubsub xmlns='" PUBSUB "'><%s", subscribes ? "subscriptions" : "affiliations");
	if (w->node.name.n)
		xml_write_attr(&b, "node", w->node.name);
	buf_byte(&b, '>');
	for (size_t i = 0; r && i < r->n; i++) {
		if (!pep_right_read(&right, &r->pairs[i]) || right.subscribes != subscribes ||
		    !str_eq(right.bare, jid_bare(x->session.jid)) ||
		    (w->node.name.n && !str_eq(right.node, w->node.name)) ||
		    (right.account && right.account != session_account(&x->session)))
			continue;
		if (subscribes) {
			subscription_write(&b, &right, true);
			continue;
		}
		buf_lit(&b, "<affiliation");
		xml_write_attr(&b, "node", right.node);
		buf_fmt(&b, " affiliation='%s'/>", affiliations[right.affiliation]);
	}
	buf_fmt(&b, "</%s></pubsub>", subscribes ? "subscriptions" : "affiliations");
	iq_result(a->q, buf_all(&b));
}

static void mine_listed(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (!asked_failed(a))
		mine_say(a, w->right.subscribes);
}

static void mine_owner(struct asked *a)
{
	struct pep_errand *w = a->more;

	if (asked_failed(a))
		return;
	if (a->ask.verdict) { /* nobody has anything at an account that does not exist */
		pep_refuse_stranger(a->q);
		return;
	}
	w->owner = a->ask.answer->account.id;
	rights_list(a, mine_listed);
}

static void mine(struct xmpp *x, struct iq *q, const struct xml *e, bool subscribes)
{
	struct asked *a = pep_errand_new(q, mine_owner, xml_attr(e, "node").n ? xml_attr(e, "node") : STR(""));
	struct pep_errand *w = a->more;

	w->right.subscribes = subscribes;
	account_find(x->core, &a->ask, arena_str(&a->arena, jid_local(w->at)));
}

void pep_subscriptions(struct xmpp *x, struct iq *q, const struct xml *e) { mine(x, q, e, true); }
void pep_affiliations(struct xmpp *x, struct iq *q, const struct xml *e) { mine(x, q, e, false); }

/* ---- what the owner says of others (8.8, 8.9) -------------------------------------------------------------------- */

static void others_listed(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	const char *element = w->right.subscribes ? "subscriptions" : "affiliations";
	struct pep_right right;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_fmt(&b, "<pubsub xmlns='" OWNER "'><%s", element);
	xml_write_attr(&b, "node", w->node.name);
	buf_byte(&b, '>');
	if (!w->right.subscribes) {
		buf_lit(&b, "<affiliation");
		xml_write_attr(&b, "jid", jid_full(w->at));
		buf_lit(&b, " affiliation='owner'/>");
	}
	for (size_t i = 0; i < r->n; i++) {
		if (!pep_right_read(&right, &r->pairs[i]) || right.subscribes != w->right.subscribes ||
		    !str_eq(right.node, w->node.name))
			continue;
		if (right.subscribes) {
			subscription_write(&b, &right, false);
			continue;
		}
		buf_lit(&b, "<affiliation");
		xml_write_attr(&b, "jid", right.bare);
		buf_fmt(&b, " affiliation='%s'/>", affiliations[right.affiliation]);
	}
	buf_fmt(&b, "</%s></pubsub>", element);
	iq_result(a->q, buf_all(&b));
}

static void others_got(struct asked *a)
{
	if (pep_record_got(a))
		rights_list(a, others_listed);
}

static void others_get(struct iq *q, const struct xml *e, bool subscribes)
{
	struct asked *a;
	struct str node;

	if (!pep_node_name(q, e, &node))
		return;
	a = pep_errand_new(q, others_got, node);
	((struct pep_errand *)a->more)->right.subscribes = subscribes;
	pep_record_ask(a);
}

void pep_subscribers_get(struct xmpp *x, struct iq *q, const struct xml *e) { others_get(q, e, true); }
void pep_affiliated_get(struct xmpp *x, struct iq *q, const struct xml *e) { others_get(q, e, false); }

struct changes {
	struct pep_right *list;
	size_t n;
};

/* Who waited, or was thrown out, is told (12.20). */
static void change_tell(struct asked *a, const struct pep_right *r)
{
	struct pep_errand *w = a->more;
	struct xmpp *x = a->q->x;
	own_buf b = { 0 };
	struct jid who;
	struct stanza *st;

	if (!jid_parse(&who, r->bare, &a->arena) || !str_eq(jid_domain(who), core_domain(x->core)))
		return;
	subscription_write(&b, r, true);
	st = pep_event(x, w->at, who, buf_all(&b));
	pep_tell_one(x->core, jid_local(who), st);
	stanza_unref(st);
}

static void others_kept(struct asked *a)
{
	struct pep_errand *w = a->more;
	struct changes *c = w->more;

	if (asked_failed(a))
		return;
	for (size_t i = 0; w->right.subscribes && i < c->n; i++)
		change_tell(a, &c->list[i]);
	iq_result(a->q, STR(""));
}

static void others_change(struct asked *a)
{
	struct pep_errand *w = a->more;
	const struct store_request *r = a->ask.answer;
	struct changes *c = w->more;
	struct pep_right kept;

	if (asked_failed(a))
		return;
	if (r->n + c->n > PEP_RIGHTS_MAX) {
		pep_refuse(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has as many of these as it may.", NULL);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		struct pep_right *one = &c->list[i];
		bool there = one->subscribes ? one->subscription != PEP_UNSUBSCRIBED : one->affiliation != PEP_NONE;

		one->node = w->node.name;
		for (size_t k = 0; k < r->n; k++)
			if (pep_right_read(&kept, &r->pairs[k]) && kept.subscribes == one->subscribes &&
			    str_eq(kept.node, one->node) && str_eq(kept.bare, one->bare)) {
				one->account = kept.account;
				one->resource = arena_str(&a->arena, kept.resource);
			}
		if (i + 1 < c->n)
			right_put(a, one, there);
		else
			right_set(a, one, there, others_kept);
	}
	if (!c->n)
		iq_result(a->q, STR(""));
}

static void others_checked(struct asked *a)
{
	if (pep_record_got(a))
		rights_list(a, others_change);
}

/* One element of the request; *ret says whether it changes anything. False: it cannot be. */
static bool change_read(struct xmpp *x, const struct xml *e, struct pep_right *ret, bool *changes)
{
	struct str word = xml_attr(e, ret->subscribes ? "subscription" : "affiliation");
	struct jid who;
	unsigned value;

	*changes = word.p != NULL;
	if (!jid_parse(&who, xml_attr(e, "jid"), xmpp_scratch(x)) || !who.local)
		return false;
	ret->bare = jid_bare(who);
	ret->resource = STR("");
	if (!word.p)
		return true;
	if (ret->subscribes) {
		if (!word_read(states, PEP_SUBSCRIPTIONS, word, &value) || value == PEP_PENDING)
			return false;
		ret->subscription = (enum pep_subscription)value;
		return true;
	}
	if (!word_read(affiliations, PEP_AFFILIATIONS, word, &value))
		return false;
	ret->affiliation = (enum pep_affiliation)value;
	if (jid_same_bare(who, x->session.jid)) { /* the owner is the owner, and nobody else is */
		*changes = false;
		return value == PEP_OWNER;
	}
	return value != PEP_OWNER;
}

static void others_set(struct xmpp *x, struct iq *q, const struct xml *e, bool subscribes)
{
	const char *element = subscribes ? "subscription" : "affiliation";
	struct pep_right list[IDS_MAX];
	struct pep_errand *w;
	struct changes *c;
	struct asked *a;
	struct str node;
	size_t n = 0;

	if (!pep_node_name(q, e, &node))
		return;
	for (const struct xml *i = xml_child(e, element, OWNER); i; i = xml_sibling(i, element, OWNER)) {
		bool changes;

		list[n] = (struct pep_right){ .subscribes = subscribes };
		if (n + 1 == IDS_MAX || !change_read(x, i, &list[n], &changes)) {
			pep_refuse(q, STANZA_ERROR_NOT_ACCEPTABLE, "One of these cannot be; nothing was changed.",
				   NULL);
			return;
		}
		n += changes;
	}
	a = pep_errand_new(q, others_checked, node);
	w = a->more;
	w->right.subscribes = subscribes;
	w->more = c = arena_zero(&a->arena, sizeof *c);
	c->n = n;
	c->list = arena_get(&a->arena, (n + 1) * sizeof *c->list);
	memcpy(c->list, list, n * sizeof *c->list);
	for (size_t i = 0; i < n; i++)
		c->list[i].bare = arena_str(&a->arena, list[i].bare);
	pep_record_ask(a);
}

void pep_subscribers_set(struct xmpp *x, struct iq *q, const struct xml *e) { others_set(x, q, e, true); }
void pep_affiliated_set(struct xmpp *x, struct iq *q, const struct xml *e) { others_set(x, q, e, false); }

/* ---- the owner's answer to a form of ours ------------------------------------------------------------------------ */

static struct str field_text(const struct xml *form, const char *var, struct arena *arena)
{
	for (const struct xml *f = xml_child(form, "field", DATA); f; f = xml_sibling(f, "field", DATA))
		if (str_is(xml_attr(f, "var"), var))
			return str_trim(xml_child_text(f, "value", DATA, arena));
	return STR_NONE;
}

void pep_message(struct xmpp *x, const struct xml *message, struct jid to)
{
	/* Asked first: every message comes by here. */
	bool to_self = !to.p || (!to.resource && jid_same_bare(to, x->session.jid));
	const struct xml *form = to_self ? xml_child(message, "x", DATA) : NULL;
	struct arena *arena = xmpp_scratch(x);
	struct str node, allow;
	struct pep_right right = { .subscribes = true, .resource = STR("") };
	struct jid who;
	own_buf b = { 0 };

	if (!form || !str_is(xml_attr(form, "type"), "submit") || !str_is(field_text(form, "FORM_TYPE", arena), AUTHORIZATION))
		return;
	node = field_text(form, "pubsub#node", arena);
	allow = field_text(form, "pubsub#allow", arena);
	if (!node.n || !jid_parse(&who, field_text(form, "pubsub#subscriber_jid", arena), arena))
		return;
	right.node = node;
	right.bare = jid_bare(who);
	right.subscription = str_is(allow, "1") || str_is(allow, "true") ? PEP_SUBSCRIBED : PEP_UNSUBSCRIBED;
	subscription_write(&b, &right, true);
	pep_decide(x->core, session_account(&x->session), node, right.bare, right.subscription == PEP_SUBSCRIBED,
		   pep_event(x, jid_to_bare(x->session.jid), jid_to_bare(who), buf_all(&b)));
}
