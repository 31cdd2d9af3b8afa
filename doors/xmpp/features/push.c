/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/push.c - XEP-0357: what a client asks for. When which service is told: core/push.h.
 */
#include "core/push.h"

#include "core/service.h"
#include "doors/xmpp/features/asked.h"

#define PUSH "urn:xmpp:push:0"
#define OPTIONS "http://jabber.org/protocol/pubsub#publish-options"

static void done(struct asked *a)
{
	if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

/* The service and its node; false: it has been answered. */
static bool place_read(struct iq *q, struct jid *service, struct str *node)
{
	*node = xml_attr(q->child, "node");
	if (!jid_parse(service, xml_attr(q->child, "jid"), xmpp_scratch(q->x))) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "\"jid\" must be the address of a push service.");
		return false;
	}
	if (node->n <= PUSH_NODE_BYTES_MAX)
		return true;
	iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The name of the node is too long.");
	return false;
}

static bool is_options(const struct xml *form, struct arena *arena)
{
	for (const struct xml *f = xml_child(form, "field", "jabber:x:data"); f; f = xml_sibling(f, "field", "jabber:x:data"))
		if (str_is(xml_attr(f, "var"), "FORM_TYPE"))
			return str_is(xml_child_text(f, "value", "jabber:x:data", arena), OPTIONS);
	return false;
}

static void enable(struct xmpp *x, struct iq *q)
{
	const struct xml *form = xml_child(q->child, "x", "jabber:x:data");
	own_buf options = { 0 };
	struct jid service;
	struct str node;
	struct asked *a;

	if (!place_read(q, &service, &node))
		return;
	if (!service_is(x->core, jid_domain(service))) {
		iq_error(q, STANZA_ERROR_REMOTE_SERVER_NOT_FOUND, "This server does not reach that push service.");
		return;
	}
	if (form && !is_options(form, xmpp_scratch(x))) {
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "A form here must be one of " OPTIONS ".");
		return;
	}
	if (form)
		xml_write(&options, form, STR("jabber:client"));
	if (options.n > PUSH_OPTIONS_BYTES_MAX) {
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "The publish options are too big.");
		return;
	}
	a = asked_new(q, done);
	if (push_enable(&x->session, &a->ask, service, node.p ? node : STR(""), buf_all(&options)))
		return;
	iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT, "The account has as many push services as it may.");
	asked_drop(a);
}

static void disable(struct xmpp *x, struct iq *q)
{
	struct jid service;
	struct str node;
	struct asked *a;

	if (!place_read(q, &service, &node))
		return;
	a = asked_new(q, done);
	if (push_disable(&x->session, &a->ask, service, node))
		return;
	iq_result(a->q, STR(""));
	asked_drop(a);
}

const struct xmpp_feature feature_push = {
	.name = "push notifications",
	.xep = 357,
	.version = "0.4.1",
	.disco_account = { PUSH },
	.iq = { { 1 << IQ_SET, "enable", PUSH, TO_ACCOUNT, .answer = enable },
		{ 1 << IQ_SET, "disable", PUSH, TO_ACCOUNT, .answer = disable } },
};
