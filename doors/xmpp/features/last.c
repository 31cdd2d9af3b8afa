/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/last.c - XEP-0012: for how long a user has been away, for those who see the user's presence;
 * and how long the server has been up, for anybody.
 */
#include "core/block.h"
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

/* What is known of a user until it is known whether the asker may know it. */
struct leave {
	struct str name;
	msec seen;
	struct str status;
};

static void last_blocks_read(struct asked *a)
{
	struct xmpp *x = a->q->x;
	const struct leave *l = a->more;

	if (asked_failed(a))
		return;
	if (!a->ask.verdict && block_kept_matches(a->ask.answer->value, x->session.jid))
		iq_error(a->q, STANZA_ERROR_SERVICE_UNAVAILABLE, NULL); /* as any request of somebody who is blocked */
	else if (directory_online(x->core, l->name))
		last_say(a->q, 0, STR(""));
	else if (!l->seen)
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "This user has never been here.");
	else
		last_say(a->q, core_now(x->core) - l->seen, l->status);
}

static void last_found(struct asked *a)
{
	const struct account *account = &a->ask.answer->account;
	struct leave *l = a->more;

	if (asked_failed(a))
		return;
	if (a->ask.verdict) { /* it has gone meanwhile */
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "There is no such user.");
		return;
	}
	l->seen = account->seen;
	l->status = arena_str(&a->arena, account->seen_status);
	asked_again(a, last_blocks_read);
	item_get(a->q->x->core, &a->ask, account->id, STR(BLOCK_SPACE), STR(""));
}

static void last_user(struct xmpp *x, struct iq *q)
{
	struct jid who = q->target == TO_USER ? q->to : x->session.jid;
	struct asked *a;
	struct leave *l;

	if (q->target == TO_USER && !(roster_state(&x->session, jid_bare(who)) & ROSTER_TO)) {
		iq_error(q, STANZA_ERROR_FORBIDDEN, "Only who sees the user's presence may ask.");
		return;
	}
	a = asked_new(q, last_found);
	l = a->more = arena_zero(&a->arena, sizeof(*l));
	l->name = arena_str(&a->arena, jid_local(who));
	account_find(x->core, &a->ask, l->name);
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
