/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/time.c - XEP-0202: the server's time. It has no zone: it says UTC.
 */
#include "doors/xmpp/features/when.h"
#include "doors/xmpp/xmpp.h"

static void time_answer(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	buf_lit(&b, "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>");
	when_write(&b, core_now(x->core));
	buf_lit(&b, "</utc></time>");
	iq_result(q, buf_all(&b));
}

const struct xmpp_feature feature_time = {
	.name = "time",
	.xep = 202,
	.version = "2.0",
	.disco = { "urn:xmpp:time" },
	.iq = { { 1 << IQ_GET, "time", "urn:xmpp:time", TO_SERVER, .answer = time_answer } },
};
