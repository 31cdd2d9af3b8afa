/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/disco.c - XEP-0030: what the server and its accounts can do, read off the feature table;
 * XEP-0157 says whom to write to (as a form of XEP-0128), and XEP-0115 sums it all up in stream features so that
 * clients need not ask.
 */
#include <stdlib.h>

#include "base/crypt.h"
#include "core/roster.h"
#include "core/service.h"
#include "doors/xmpp/features/commands.h"
#include "doors/xmpp/features/features.h"
#include "doors/xmpp/xmpp.h"

#define DISCO_INFO "http://jabber.org/protocol/disco#info"
#define DISCO_ITEMS "http://jabber.org/protocol/disco#items"
#define SERVERINFO "http://jabber.org/network/serverinfo"
#define CAPS_NODE "urn:anser"

enum { DISCO_VARS_MAX = 256 };

struct vars { /* sorted, each once */
	const char *var[DISCO_VARS_MAX];
	size_t n;
};

static int vars_order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void vars_collect(struct vars *v, const struct core *c, bool account)
{
	size_t kept = 0;

	v->n = 0;
	for (size_t i = 0; xmpp_features[i]; i++) {
		const char *const *var = account ? xmpp_features[i]->disco_account : xmpp_features[i]->disco;
		if (xmpp_features[i]->on && !xmpp_features[i]->on(c))
			continue;
		for (size_t k = 0; k < (account ? countof(xmpp_features[i]->disco_account) : countof(xmpp_features[i]->disco)) && var[k] && v->n < DISCO_VARS_MAX; k++)
			v->var[v->n++] = var[k];
	}
	qsort(v->var, v->n, sizeof(*v->var), vars_order);
	for (size_t i = 0; i < v->n; i++)
		if (!kept || strcmp(v->var[kept - 1], v->var[i]))
			v->var[kept++] = v->var[i];
	v->n = kept;
}

/* The next address of a list parted by blanks; false at its end. */
static bool contact_next(struct str *list, struct str *ret)
{
	*list = str_trim(*list);
	*ret = str_n(list->p, str_find(*list, ' '));
	*list = str_from(*list, ret->n);
	return ret->n > 0;
}

static void contacts_write(struct buf *to, struct str list)
{
	struct str one;

	if (!str_trim(list).n)
		return;
	buf_lit(to, "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>" SERVERINFO
		    "</value></field><field var='admin-addresses' type='list-multi'>");
	while (contact_next(&list, &one)) {
		buf_lit(to, "<value>");
		xml_escape(to, one);
		buf_lit(to, "</value>");
	}
	buf_lit(to, "</field></x>");
}

static int contact_order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The same for the hash: values sorted, "<" behind everything. */
static void contacts_sum(struct buf *to, struct str list)
{
	struct str one[64];
	size_t n = 0;

	while (n < countof(one) && contact_next(&list, &one[n]))
		n++;
	if (!n)
		return;
	qsort(one, n, sizeof(*one), contact_order);
	buf_lit(to, SERVERINFO "<admin-addresses<");
	for (size_t i = 0; i < n; i++) {
		buf_str(to, one[i]);
		buf_byte(to, '<');
	}
}

/* The forms that features have for themselves. */
static void forms_write(const struct core *c, struct buf *to)
{
	for (size_t i = 0; xmpp_features[i]; i++) {
		const struct xmpp_feature *f = xmpp_features[i];

		if (!f->form.type || (f->on && !f->on(c)))
			continue;
		buf_fmt(to, "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>%s</value></field>"
			"<field var='%s'><value>", f->form.type, f->form.var);
		f->form.value(c, to);
		buf_lit(to, "</value></field></x>");
	}
}

/* The same for the hash. They stand in the order of their types: "http:" of the contacts before "urn:", and so far there is only one more. */
static void forms_sum(const struct core *c, struct buf *to)
{
	for (size_t i = 0; xmpp_features[i]; i++) {
		const struct xmpp_feature *f = xmpp_features[i];

		if (!f->form.type || (f->on && !f->on(c)))
			continue;
		buf_fmt(to, "%s<%s<", f->form.type, f->form.var);
		f->form.value(c, to);
		buf_byte(to, '<');
	}
}

/* What the server is besides; one feature at most says so. `hashed`: as the hash wants it. The relay for files (XEP-0065) is looked for among the server's items
 * only, so the server is an item of itself then. */
static const struct xmpp_feature *identity_feature(const struct core *c)
{
	for (size_t i = 0; xmpp_features[i]; i++)
		if (xmpp_features[i]->identity.category && (!xmpp_features[i]->on || xmpp_features[i]->on(c)))
			return xmpp_features[i];
	return NULL;
}

static void identity_write(const struct core *c, struct buf *to, bool hashed)
{
	const struct xmpp_feature *f = identity_feature(c);

	if (f)
		buf_fmt(to, hashed ? "%s/%s//Anser<" : "<identity category='%s' type='%s' name='Anser'/>", f->identity.category, f->identity.type);
}

/* XEP-0115, 5.1: the hash over what disco_server() shows. */
static void caps_ver(struct core *c, struct buf *to)
{
	own_buf s = { 0 };
	struct vars v;
	uint8_t sum[HASH_BYTES_MAX];

	vars_collect(&v, c, false);
	identity_write(c, &s, true);
	buf_lit(&s, "server/im//Anser<");
	for (size_t i = 0; i < v.n; i++) {
		buf_str(&s, str_z(v.var[i]));
		buf_byte(&s, '<');
	}
	contacts_sum(&s, core_settings(c)->contacts);
	forms_sum(c, &s);
	hash_sum(HASH_SHA1, buf_all(&s), sum);
	base64_write(to, str_bytes(sum, hash_bytes(HASH_SHA1)));
}

static void vars_write(struct buf *to, const struct core *c, bool account)
{
	struct vars v;

	vars_collect(&v, c, account);
	for (size_t i = 0; i < v.n; i++) {
		buf_lit(to, "<feature");
		xml_write_attr(to, "var", str_z(v.var[i]));
		buf_lit(to, "/>");
	}
}

/* The server answers for itself (no node) and for the node that its caps name. */
static bool disco_node_known(struct xmpp *x, const struct iq *q, struct str node)
{
	own_buf own = { 0 };

	if (!node.n)
		return true;
	if (q->target != TO_SERVER)
		return false;
	buf_lit(&own, CAPS_NODE "#");
	caps_ver(x->core, &own);
	return str_eq(node, buf_all(&own));
}

/* Whether the asker may know anything of this account (XEP-0030, 8: who is not subscribed learns nothing, not even
 * that it exists). */
static bool disco_may_see(struct xmpp *x, const struct iq *q)
{
	return q->target != TO_USER || (roster_state(&x->session, jid_bare(q->to)) & ROSTER_TO);
}

static void query_write(struct buf *to, const char *ns, struct str node, struct str content)
{
	buf_fmt(to, "<query xmlns='%s'", ns);
	xml_write_attr(to, "node", node);
	buf_byte(to, '>');
	buf_str(to, content);
	buf_lit(to, "</query>");
}

static void disco_info(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 }, command = { 0 };
	struct str node = xml_attr(q->child, "node");

	if (!disco_may_see(x, q)) {
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL);
		return;
	}
	if (q->target == TO_SERVER && node.n && commands_info(x, node, &command)) {
		query_write(&b, DISCO_INFO, node, buf_all(&command));
		iq_result(q, buf_all(&b));
		return;
	}
	if (q->target != TO_SERVER && node.n) {
		pep_disco_info(x, q, node);
		return;
	}
	if (!disco_node_known(x, q, node)) {
		iq_error(q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node here.");
		return;
	}
	buf_lit(&b, "<query xmlns='" DISCO_INFO "'");
	xml_write_attr(&b, "node", node);
	buf_byte(&b, '>');
	if (q->target == TO_SERVER) {
		identity_write(x->core, &b, false);
		buf_lit(&b, "<identity category='server' type='im' name='Anser'/>");
	} else {
		buf_lit(&b, "<identity category='account' type='registered'/><identity category='pubsub' type='pep'/>");
	}
	vars_write(&b, x->core, q->target != TO_SERVER);
	if (q->target == TO_SERVER) {
		contacts_write(&b, core_settings(x->core)->contacts);
		forms_write(x->core, &b);
	}
	buf_lit(&b, "</query>");
	iq_result(q, buf_all(&b));
}

static void service_write(void *arg, struct str domain, struct str name)
{
	struct buf *to = arg;

	buf_lit(to, "<item");
	xml_write_attr(to, "jid", domain);
	if (name.n)
		xml_write_attr(to, "name", name);
	buf_lit(to, "/>");
}

/* The server has commands and, at other domains, services; an account what it publishes. */
static void disco_items(struct xmpp *x, struct iq *q)
{
	struct str node = xml_attr(q->child, "node");
	own_buf b = { 0 }, items = { 0 };

	if (!disco_may_see(x, q))
		iq_error(q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL);
	else if (q->target != TO_SERVER)
		pep_disco_items(x, q, node);
	else if (node.n && !(q->target == TO_SERVER && commands_items(x, node, &items)))
		iq_error(q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such node here.");
	else {
		if (!node.n && identity_feature(x->core)) {
			buf_lit(&items, "<item");
			xml_write_attr(&items, "jid", core_domain(x->core));
			buf_lit(&items, " name='Anser'/>");
		}
		if (!node.n)
			service_each(x->core, service_write, &items);
		query_write(&b, DISCO_ITEMS, node, buf_all(&items));
		iq_result(q, buf_all(&b));
	}
}

const struct xmpp_feature feature_disco = {
	.name = "disco",
	.xep = 30,
	.version = "2.5.0",
	.disco = { DISCO_INFO, DISCO_ITEMS },
	.disco_account = { DISCO_INFO, DISCO_ITEMS },
	.iq = { { 1 << IQ_GET, "query", DISCO_INFO, TO_SERVER | TO_ACCOUNT | TO_USER, .answer = disco_info },
		{ 1 << IQ_GET, "query", DISCO_ITEMS, TO_SERVER | TO_ACCOUNT | TO_USER, .answer = disco_items } },
};

static void caps_offer(struct xmpp *x, struct buf *to)
{
	if (x->state != XMPP_AUTHENTICATED)
		return;
	buf_lit(to, "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='" CAPS_NODE "' ver='");
	caps_ver(x->core, to);
	buf_lit(to, "'/>");
}

const struct xmpp_feature feature_caps = {
	.name = "caps",
	.xep = 115,
	.version = "1.6.0",
	.disco = { "http://jabber.org/protocol/caps" },
	.offer = caps_offer,
};

const struct xmpp_feature feature_forms_in_disco = { .name = "forms in disco", .xep = 128, .version = "1.0.1" };

const struct xmpp_feature feature_contacts = { .name = "contact addresses", .xep = 157, .version = "1.1.1" };
