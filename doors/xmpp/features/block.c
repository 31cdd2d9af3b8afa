/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/block.c - XEP-0191: the list of blocked addresses. What a block does is in core/block.h.
 */
#include "core/block.h"

#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/features.h"

#define BLOCKING "urn:xmpp:blocking"

enum { BLOCKS_MAX = 1000 }; /* of one account */

static void item_write(struct buf *to, struct str address)
{
	buf_lit(to, "<item");
	xml_write_attr(to, "jid", address);
	buf_lit(to, "/>");
}

static void block_list(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	x->session.wants_blocks = true;
	buf_lit(&b, "<blocklist xmlns='" BLOCKING "'>");
	for (size_t i = 0; i < block_count(&x->session); i++)
		item_write(&b, block_at(&x->session, i));
	buf_lit(&b, "</blocklist>");
	iq_result(q, buf_all(&b));
}

void block_push(struct xmpp *x, const struct notice *n)
{
	const char *verb = n->kind == NOTICE_BLOCKED ? "block" : "unblock";
	own_buf b = { 0 };

	buf_fmt(&b, "<iq type='set' id='%s-%llu'", verb, (unsigned long long)core_stamp(x->core));
	xml_write_attr(&b, "to", jid_full(x->session.jid));
	buf_fmt(&b, "><%s xmlns='" BLOCKING "'>", verb);
	if (n->name.p)
		item_write(&b, n->name);
	buf_fmt(&b, "</%s></iq>", verb);
	xmpp_push(x, buf_all(&b));
}

static void block_done(struct asked *a)
{
	if (!asked_failed(a))
		iq_result(a->q, STR(""));
}

/* One address of the request. False when the IQ was answered with an error. */
static bool block_read(struct xmpp *x, struct iq *q, const struct xml *item, struct str *ret)
{
	struct str text = xml_attr(item, "jid");
	struct jid jid;

	if (!text.p || !text.n)
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Each item names an address.");
	else if (!jid_parse(&jid, text, xmpp_scratch(x)))
		iq_error(q, STANZA_ERROR_JID_MALFORMED, "This is no address.");
	else if (jid_same_bare(jid, x->session.jid))
		iq_error(q, STANZA_ERROR_NOT_ACCEPTABLE, "Nobody can block their own account.");
	else {
		*ret = jid_full(jid);
		return true;
	}
	return false;
}

static size_t items_count(const struct xml *list)
{
	size_t n = 0;

	for (const struct xml *i = xml_child(list, "item", BLOCKING); i; i = xml_sibling(i, "item", BLOCKING))
		n++;
	return n;
}

static void block_change(struct xmpp *x, struct iq *q, bool blocked)
{
	size_t n = items_count(q->child), k = 0;
	struct str *addresses = arena_get(xmpp_scratch(x), (n + 1) * sizeof(*addresses));
	struct asked *a;

	if (n > BLOCKS_MAX || (blocked && n + block_count(&x->session) > BLOCKS_MAX)) {
		iq_error(q, STANZA_ERROR_RESOURCE_CONSTRAINT, "An account may block 1000 addresses.");
		return;
	}
	for (const struct xml *i = xml_child(q->child, "item", BLOCKING); i; i = xml_sibling(i, "item", BLOCKING))
		if (!block_read(x, q, i, &addresses[k++]))
			return;
	a = asked_new(q, block_done);
	for (size_t i = 0; i < n; i++)
		addresses[i] = arena_str(&a->arena, addresses[i]);
	a->more = arena_get(&a->arena, (n + 1) * sizeof(*addresses));
	memcpy(a->more, addresses, n * sizeof(*addresses));
	block_set(&x->session, &a->ask, a->more, n, blocked);
}

static void block_add(struct xmpp *x, struct iq *q)
{
	if (items_count(q->child))
		block_change(x, q, true);
	else
		iq_error(q, STANZA_ERROR_BAD_REQUEST, "Name at least one address.");
}

/* Without items: everything (3.5). */
static void block_remove(struct xmpp *x, struct iq *q) { block_change(x, q, false); }

const struct xmpp_feature feature_block = {
	.name = "block",
	.xep = 191,
	.version = "1.3",
	.disco = { BLOCKING },
	.disco_account = { BLOCKING },
	.iq = { { 1 << IQ_GET, "blocklist", BLOCKING, TO_ACCOUNT, .answer = block_list },
		{ 1 << IQ_SET, "block", BLOCKING, TO_ACCOUNT, .answer = block_add },
		{ 1 << IQ_SET, "unblock", BLOCKING, TO_ACCOUNT, .answer = block_remove } },
};
