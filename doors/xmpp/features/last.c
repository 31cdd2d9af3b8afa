/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/last.c - XEP-0012: for how long a user has been away, for those who see the user's presence; and how long the
 * server has been up, for anybody.
 */
#include "core/directory.h"
#include "core/roster.h"
#include "doors/xmpp/features/asked.h"

#define LAST "jabber:iq:last"

static void last_say(struct iq *q, msec ms, struct str status)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" LAST "' seconds='");
	buf_u64(&b, ms > 0 ? (uint64_t)ms / 1000 : 0);
	buf_lit(&b, "'>");
	xml_escape(&b, status);
	buf_lit(&b, "</query>");
	iq_result(q, buf_all(&b));
}

static void last_server(struct xmpp *x, struct iq *q)
{
	last_say(q, core_clock(x->core) - core_started(x->core), STR(""));
}

static void last_found(struct asked *a)
{
	struct core *c = a->q->x->core;

	if (asked_failed(a))
		return;
	if (a->ask.verdict || !a->ask.answer->account.seen) /* it has gone meanwhile, or never was here */
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "This user has never been here.");
	else
		last_say(a->q, core_now(c) - a->ask.answer->account.seen, a->ask.answer->account.seen_status);
}

static void last_user(struct xmpp *x, struct iq *q)
{
	struct jid who = q->target == TO_USER ? q->to : x->session.jid;
	struct asked *a;

	if (q->target == TO_USER && !(roster_state(&x->session, jid_bare(who)) & ROSTER_TO)) {
		iq_error(q, STANZA_ERROR_FORBIDDEN, "Only who sees the user's presence may ask.");
		return;
	}
	if (directory_online(x->core, jid_local(who))) {
		last_say(q, 0, STR(""));
		return;
	}
	a = asked_new(q, last_found);
	account_find(x->core, &a->ask, arena_str(&a->arena, jid_local(who)));
}

const struct xmpp_feature feature_last = {
	.name = "last",
	.xep = 12,
	.version = "2.0",
	.disco = { LAST },
	.disco_account = { LAST },
	.iq = { { 1 << IQ_GET, "query", LAST, TO_SERVER, .answer = last_server },
		{ 1 << IQ_GET, "query", LAST, TO_ACCOUNT | TO_USER, .answer = last_user } },
};
