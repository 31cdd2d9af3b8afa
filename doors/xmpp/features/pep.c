/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/pep.c - XEP-0163: what people publish about themselves, as a service of XEP-0060 at their own
 * bare address: the table of what can be asked. The use cases: pep_items.c, pep_nodes.c, pep_disco.c; what they share:
 * pep.h; the forms of configuration: pep_form.h. How nodes and items are kept: core/pep.h.
 */
#include "doors/xmpp/features/pep.h"

#include "doors/xmpp/features/wants.h"

/* ---- the table -------------------------------------------------------------------------------------------------- */

static const struct verb {
	const char *element, *ns;
	enum stanza_type type;
	unsigned targets;
	void (*run)(struct xmpp *x, struct iq *q, const struct xml *e);
} verbs[] = {
	{ "publish", PUBSUB, IQ_SET, TO_ACCOUNT | TO_USER, pep_publish },
	{ "retract", PUBSUB, IQ_SET, TO_ACCOUNT | TO_USER, pep_retract },
	{ "create", PUBSUB, IQ_SET, TO_ACCOUNT, pep_create },
	{ "items", PUBSUB, IQ_GET, TO_ACCOUNT | TO_USER, pep_items },
	{ "subscribe", PUBSUB, IQ_SET, TO_ACCOUNT | TO_USER, pep_subscribe },
	{ "unsubscribe", PUBSUB, IQ_SET, TO_ACCOUNT | TO_USER, pep_unsubscribe },
	{ "subscriptions", PUBSUB, IQ_GET, TO_ACCOUNT | TO_USER, pep_subscriptions },
	{ "affiliations", PUBSUB, IQ_GET, TO_ACCOUNT | TO_USER, pep_affiliations },
	{ "default", OWNER, IQ_GET, TO_ACCOUNT, pep_default_get },
	{ "configure", OWNER, IQ_GET, TO_ACCOUNT, pep_configure_get },
	{ "configure", OWNER, IQ_SET, TO_ACCOUNT, pep_configure_set },
	{ "purge", OWNER, IQ_SET, TO_ACCOUNT, pep_purge },
	{ "delete", OWNER, IQ_SET, TO_ACCOUNT, pep_delete },
	{ "subscriptions", OWNER, IQ_GET, TO_ACCOUNT, pep_subscribers_get },
	{ "subscriptions", OWNER, IQ_SET, TO_ACCOUNT, pep_subscribers_set },
	{ "affiliations", OWNER, IQ_GET, TO_ACCOUNT, pep_affiliated_get },
	{ "affiliations", OWNER, IQ_SET, TO_ACCOUNT, pep_affiliated_set },
};

/* What the XEP has and this service has not, by the name of its feature. */
static const struct {
	const char *element, *ns, *feature;
} others[] = {
	{ "options", PUBSUB, "subscription-options" },
	{ "default", PUBSUB, "retrieve-default-sub" },
};

static void refuse_verb(struct iq *q)
{
	own_buf detail = { 0 };

	buf_lit(&detail, "<unsupported xmlns='" ERRORS "'");
	for (size_t i = 0; i < countof(others); i++)
		if (xml_child(q->child, others[i].element, others[i].ns) && str_is(q->child->ns, others[i].ns))
			xml_write_attr(&detail, "feature", str_z(others[i].feature));
	buf_lit(&detail, "/>");
	iq_error_with(q, STANZA_ERROR_FEATURE_NOT_IMPLEMENTED, STANZA_ERROR_USUAL, "This service does not do that.",
		      buf_all(&detail));
}

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
		pep_refuse(q, STANZA_ERROR_FORBIDDEN, "These nodes belong to somebody else.", NULL);
	else
		refuse_verb(q);
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
	.disco_account = { PUBSUB,
			   PUBSUB "#access-authorize",
			   PUBSUB "#access-open",
			   PUBSUB "#access-roster",
			   PUBSUB "#access-whitelist",
			   PUBSUB "#config-node",
			   PUBSUB "#config-node-max",
			   PUBSUB "#create-and-configure",
			   PUBSUB "#create-nodes",
			   PUBSUB "#delete-items",
			   PUBSUB "#delete-nodes",
			   PUBSUB "#instant-nodes",
			   PUBSUB "#item-ids",
			   PUBSUB "#manage-subscriptions",
			   PUBSUB "#member-affiliation",
			   PUBSUB "#meta-data",
			   PUBSUB "#modify-affiliations",
			   PUBSUB "#multi-items",
			   PUBSUB "#outcast-affiliation",
			   PUBSUB "#persistent-items",
			   PUBSUB "#publish",
			   PUBSUB "#publish-only-affiliation",
			   PUBSUB "#publish-options",
			   PUBSUB "#publisher-affiliation",
			   PUBSUB "#purge-nodes",
			   PUBSUB "#retract-items",
			   PUBSUB "#retrieve-affiliations",
			   PUBSUB "#retrieve-default",
			   PUBSUB "#retrieve-items",
			   PUBSUB "#retrieve-subscriptions",
			   PUBSUB "#subscribe" },
	.iq = { { 1 << IQ_GET | 1 << IQ_SET, "pubsub", PUBSUB, TO_ACCOUNT | TO_USER, .answer = pubsub_answer },
		{ 1 << IQ_GET | 1 << IQ_SET, "pubsub", OWNER, TO_ACCOUNT | TO_USER, .answer = pubsub_answer } },
};

/* What needs nothing but this: keeping data for oneself, and for all. */
const struct xmpp_feature feature_pubsub_public = { .name = "public data by pubsub", .xep = 222, .version = "1.0.2" };
const struct xmpp_feature feature_pubsub_private = { .name = "private data by pubsub", .xep = 223, .version = "1.1.2" };
const struct xmpp_feature feature_nick = { .name = "nicknames", .xep = 172, .version = "1.1.1" };
