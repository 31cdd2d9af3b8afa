/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/carbons.c - XEP-0280: whether this client wants copies of what the account's other clients
 * send and get. Who gets which is decided in core/route.c, and wrapped up in deliver.c.
 */
#include "doors/xmpp/xmpp.h"

#define NS_CARBONS "urn:xmpp:carbons:2"

static void carbons_set(struct xmpp *x, struct iq *q)
{
	x->session.carbons = str_is(q->child->name, "enable");
	iq_result(q, STR(""));
}

const struct xmpp_feature feature_carbons = {
	.name = "carbons",
	.xep = 280,
	.version = "1.0.1",
	.disco = { NS_CARBONS, "urn:xmpp:carbons:rules:0" },
	.iq = { { 1 << IQ_SET, "enable", NS_CARBONS, TO_ACCOUNT, .answer = carbons_set },
		{ 1 << IQ_SET, "disable", NS_CARBONS, TO_ACCOUNT, .answer = carbons_set } },
};
