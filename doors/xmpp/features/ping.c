/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/ping.c - XEP-0199: is anybody there?
 */
#include "doors/xmpp/xmpp.h"

static void ping_answer(struct xmpp *x, struct iq *q) { iq_result(q, STR("")); }

const struct xmpp_feature feature_ping = {
	.name = "ping",
	.xep = 199,
	.version = "2.0.1",
	.disco = { "urn:xmpp:ping" },
	.disco_account = { "urn:xmpp:ping" },
	.iq = { { 1 << IQ_GET, "ping", "urn:xmpp:ping", TO_SERVER | TO_ACCOUNT, .answer = ping_answer } },
};
