/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/version.c - XEP-0092. The operating system is nobody's business.
 */
#include "doors/xmpp/xmpp.h"

static void version_answer(struct xmpp *x, struct iq *q)
{
	iq_result(q, STR("<query xmlns='jabber:iq:version'><name>Anser</name><version>" ANSER_VERSION
			 "</version></query>"));
}

const struct xmpp_feature feature_version = {
	.name = "version",
	.xep = 92,
	.version = "1.1",
	.disco = { "jabber:iq:version" },
	.iq = { { 1 << IQ_GET, "query", "jabber:iq:version", TO_SERVER, .answer = version_answer } },
};
