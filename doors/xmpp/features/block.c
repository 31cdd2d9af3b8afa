/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/block.c - XEP-0191: the list of blocked addresses, and XEP-0377: why somebody is on it. What a
 * block does is in core/block.h.
 */
#include "core/block.h"

#include "core/pep.h"
#include "core/report.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/features.h"

#define BLOCKING "urn:xmpp:blocking"
#define REPORTING "urn:xmpp:reporting:1"
#define REPORTING_REASON "urn:xmpp:reporting:"
#define SID "urn:xmpp:sid:0"

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

/* ---- what is said of them (XEP-0377) ------------------------------------------------------------------------------
 */

struct blocking {
	struct str *addresses;
	size_t n;
	struct str *reports; /* as they are kept */
	size_t reports_n;
	bool blocked;
};

/* The ids of messages in archives that were meant. */
static void messages_write(struct buf *to, const struct xml *report)
{
	size_t most = REPORT_MESSAGES_MAX;

	for (const struct xml *i = xml_child(report, "stanza-id", SID); i && most;
	     i = xml_sibling(i, "stanza-id", SID), most--) {
		struct str id = xml_attr(i, "id");

		if (!id.n || id.n > 64)
			continue;
		if (to->n)
			buf_byte(to, ' ');
		buf_str(to, id);
	}
}

/* False: there is none, or it says no reason. */
static bool report_take(const struct xml *item, struct str about, struct buf *to, struct arena *arena)
{
	static const struct str prefix = STR_INIT(REPORTING_REASON);
	const struct xml *e = xml_child(item, "report", REPORTING);
	struct str reason = e ? xml_attr(e, "reason") : STR_NONE;
	own_buf messages = { 0 };
	struct report r = { .about = about };

	if (!reason.n || reason.n > 255)
		return false;
	r.reason = str_starts(reason, prefix) ? str_from(reason, prefix.n) : reason;
	r.text = str_trim(xml_child_text(e, "text", REPORTING, arena));
	while (r.text.n > REPORT_TEXT_BYTES_MAX || !str_is_utf8(r.text))
		r.text.n = r.text.n > REPORT_TEXT_BYTES_MAX ? REPORT_TEXT_BYTES_MAX : r.text.n - 1;
	messages_write(&messages, e);
	r.messages = buf_all(&messages);
	report_write(to, &r);
	return true;
}

/* They are on the disk together with the block. */
static void reports_listed(struct asked *a)
{
	struct blocking *b = a->more;
	const struct store_request *r = a->ask.answer;
	struct xmpp *x = a->q->x;
	size_t gone;

	if (asked_failed(a))
		return;
	gone = r->n + b->reports_n > REPORTS_MAX ? r->n + b->reports_n - REPORTS_MAX : 0;
	for (size_t i = 0; i < gone && i < r->n; i++)
		pep_put(x->core, session_account(&x->session), STR(REPORT_SPACE), r->pairs[i].key, STR_NONE);
	for (size_t i = 0; i < b->reports_n; i++) {
		own_buf key = { 0 };

		report_key(&key, core_stamp(x->core));
		pep_put(x->core, session_account(&x->session), STR(REPORT_SPACE), buf_all(&key), b->reports[i]);
	}
	asked_again(a, block_done);
	block_set(&x->session, &a->ask, b->addresses, b->n, b->blocked);
}

/* ---- changing -----------------------------------------------------------------------------------------------------
 */

static void block_change(struct xmpp *x, struct iq *q, bool blocked)
{
	size_t n = items_count(q->child), k = 0;
	struct str *addresses = arena_get(xmpp_scratch(x), (n + 1) * sizeof(*addresses));
	struct blocking *b;
	struct asked *a;

	if (n > BLOCKS_MAX || (blocked && n + block_count(&x->session) > BLOCKS_MAX)) {
		iq_error(q, STANZA_ERROR_RESOURCE_CONSTRAINT, "An account may block 1000 addresses.");
		return;
	}
	for (const struct xml *i = xml_child(q->child, "item", BLOCKING); i; i = xml_sibling(i, "item", BLOCKING))
		if (!block_read(x, q, i, &addresses[k++]))
			return;
	a = asked_new(q, block_done);
	b = a->more = arena_zero(&a->arena, sizeof *b);
	b->addresses = arena_get(&a->arena, (n + 1) * sizeof *b->addresses);
	b->reports = arena_get(&a->arena, (n + 1) * sizeof *b->reports);
	b->n = n;
	b->blocked = blocked;
	k = 0;
	for (const struct xml *i = xml_child(q->child, "item", BLOCKING); i;
	     i = xml_sibling(i, "item", BLOCKING), k++) {
		own_buf report = { 0 };

		b->addresses[k] = arena_str(&a->arena, addresses[k]);
		if (blocked && b->reports_n < REPORTS_MAX && report_take(i, addresses[k], &report, xmpp_scratch(x)))
			b->reports[b->reports_n++] = arena_str(&a->arena, buf_all(&report));
	}
	if (!b->reports_n) {
		block_set(&x->session, &a->ask, b->addresses, n, blocked);
		return;
	}
	a->then = reports_listed;
	item_list(x->core, &a->ask, session_account(&x->session), STR(REPORT_SPACE));
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

const struct xmpp_feature feature_report = {
	.name = "reports", .xep = 377, .version = "0.4.1", .disco = { REPORTING }
};
