/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/mam.c - XEP-0313: reading the own archive, page by page (XEP-0059), and searching in it (XEP-0431,
 * docs/protocol-search.md); XEP-0441: what goes into it. The id of a message in the archive is its stamp in decimal; the same stands in the <stanza-id/> it was
 * delivered with.
 */
#include "core/archive.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/mam_page.h"

enum { PREFS_MAX = 1000 };

static void result_push(struct xmpp *x, const struct mam_page *p, const struct stanza *s)
{
	own_buf b = { 0 };

	buf_lit(&b, "<message");
	xml_write_attr(&b, "from", jid_bare(x->session.jid));
	xml_write_attr(&b, "to", jid_full(x->session.jid));
	buf_byte(&b, '>');
	mam_result_write(&b, p, s, s->payload);
	buf_lit(&b, "</message>");
	xmpp_push(x, buf_all(&b));
}

static void page_refuse(struct asked *a, int why)
{
	enum stanza_error_condition condition;
	const char *text;

	mam_page_refusal(why, &condition, &text);
	iq_error(a->q, condition, text);
}

static void page_answer(struct asked *a)
{
	const struct mam_page *p = a->more;
	struct xmpp *x = a->q->x;
	struct mam_shown s;
	own_buf b = { 0 };

	if (a->ask.verdict) {
		page_refuse(a, mam_page_failed(a->ask.verdict));
		return;
	}
	s = mam_page_cut(p, a->ask.answer, core_settings(x->core)->backlog_max / MAM_PAGE_PART);
	for (size_t i = 0; i < s.n; i++)
		result_push(x, p, mam_shown_at(p, &s, i));
	mam_fin_write(&b, p, &s, a->ask.answer->total);
	iq_result(a->q, buf_all(&b));
}

static void page_ask(struct asked *a) { mam_page_ask(a->q->x->core, &a->ask, session_account(&a->q->x->session), a->more); }

/* The ids that bound nothing exist. */
static void page_checked(struct asked *a)
{
	if (a->ask.verdict) {
		page_refuse(a, mam_page_failed(a->ask.verdict));
		return;
	}
	asked_again(a, page_answer);
	page_ask(a);
}

static void mam_query(struct xmpp *x, struct iq *q)
{
	const struct xml *query = q->child; /* gone from the copy that is kept */
	struct asked *a = asked_new(q, page_answer);
	struct mam_page *p = a->more = arena_zero(&a->arena, sizeof(*p));
	int why = mam_page_read(p, &a->arena, query);

	if (why) {
		page_refuse(a, why);
		asked_drop(a);
	} else if (mam_page_checks(p)) {
		a->then = page_checked;
		mam_page_check(x->core, &a->ask, session_account(&x->session), p);
	} else {
		page_ask(a);
	}
}

static void mam_form(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	mam_form_write(&b);
	iq_result(q, buf_all(&b));
}

static void ends_answer(struct asked *a)
{
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	mam_ends_write(&b, a->ask.answer);
	iq_result(a->q, buf_all(&b));
}

static void mam_metadata(struct xmpp *x, struct iq *q)
{
	struct asked *a = asked_new(q, ends_answer);

	archive_ends(x->core, &a->ask, session_account(&x->session));
}

static void mam_foreign(struct xmpp *x, struct iq *q)
{
	iq_error(q, STANZA_ERROR_FORBIDDEN, "This archive belongs to somebody else.");
}

const struct xmpp_feature feature_mam = {
	.name = "mam",
	.xep = 313,
	.version = "1.1.3",
	.disco_account = { MAM, MAM "#extended" },
	.iq = { { 1 << IQ_SET, "query", MAM, TO_ACCOUNT, .answer = mam_query },
		{ 1 << IQ_GET, "query", MAM, TO_ACCOUNT, .answer = mam_form },
		{ 1 << IQ_GET, "metadata", MAM, TO_ACCOUNT, .answer = mam_metadata },
		{ 1 << IQ_GET | 1 << IQ_SET, NULL, MAM, TO_USER, .answer = mam_foreign } },
};

const struct xmpp_feature feature_search = {
	.name = "full text search", .xep = 431, .version = "0.2.0", .disco_account = { FULLTEXT, FILES }
};

/* RSM is announced here since nothing else uses it yet. */
const struct xmpp_feature feature_rsm = {
	.name = "result sets", .xep = 59, .version = "1.0", .disco_account = { RSM }
};
const struct xmpp_feature feature_forward = { .name = "forwarding", .xep = 297, .version = "1.0" };

/* ---- preferences (XEP-0441) ------------------------------------------------------------------------------------- */

static const struct {
	enum archive_policy policy;
	const char *word;
} policies[] = { { ARCHIVE_ALWAYS, "always" }, { ARCHIVE_ROSTER, "roster" }, { ARCHIVE_NEVER, "never" } };

static void jids_write(struct buf *to, const char *list, const struct str *jids, size_t n)
{
	buf_fmt(to, "<%s>", list);
	for (size_t i = 0; i < n; i++) {
		buf_lit(to, "<jid>");
		xml_escape(to, jids[i]);
		buf_lit(to, "</jid>");
	}
	buf_fmt(to, "</%s>", list);
}

static void prefs_say(struct iq *q, const struct archive_prefs *p)
{
	own_buf b = { 0 };

	for (size_t i = 0; i < countof(policies); i++)
		if (policies[i].policy == p->policy)
			buf_fmt(&b, "<prefs xmlns='" MAM "' default='%s'>", policies[i].word);
	jids_write(&b, "always", p->always, p->always_n);
	jids_write(&b, "never", p->never, p->never_n);
	buf_lit(&b, "</prefs>");
	iq_result(q, buf_all(&b));
}

static void prefs_get(struct xmpp *x, struct iq *q) { prefs_say(q, archive_prefs(&x->session)); }

static void prefs_applied(struct asked *a)
{
	if (!asked_failed(a))
		prefs_say(a->q, a->more);
}

/* The addresses of <always/> or <never/>; false when one is none or there are too many. */
static bool jids_read(struct asked *a, const struct xml *list, struct str **ret, size_t *n)
{
	struct jid jid;

	if (!list)
		return true;
	*ret = arena_get(&a->arena, PREFS_MAX * sizeof(**ret));
	for (const struct xml *j = xml_child(list, "jid", MAM); j; j = xml_sibling(j, "jid", MAM)) {
		if (*n == PREFS_MAX || !jid_parse(&jid, str_trim(xml_text(j, &a->arena)), &a->arena))
			return false;
		(*ret)[(*n)++] = arena_str(&a->arena, jid_bare(jid));
	}
	return true;
}

static bool prefs_read(struct asked *a, const struct xml *e, struct archive_prefs *p)
{
	for (size_t i = 0; i < countof(policies); i++)
		if (str_is(xml_attr(e, "default"), policies[i].word))
			p->policy = policies[i].policy;
	return p->policy != ARCHIVE_UNSET && jids_read(a, xml_child(e, "always", MAM), &p->always, &p->always_n) &&
	       jids_read(a, xml_child(e, "never", MAM), &p->never, &p->never_n);
}

static void prefs_set(struct xmpp *x, struct iq *q)
{
	const struct xml *e = q->child;
	struct asked *a = asked_new(q, prefs_applied);
	struct archive_prefs *p = a->more = arena_zero(&a->arena, sizeof(*p));

	if (prefs_read(a, e, p)) {
		archive_prefs_set(&x->session, &a->ask, p);
		return;
	}
	iq_error(a->q, STANZA_ERROR_BAD_REQUEST,
		 "The default is always, roster or never; the lists hold up to 1000 addresses.");
	asked_drop(a);
}

const struct xmpp_feature feature_archive_prefs = {
	.name = "archive preferences",
	.xep = 441,
	.version = "0.2.0",
	.iq = { { 1 << IQ_GET, "prefs", MAM, TO_ACCOUNT, .answer = prefs_get },
		{ 1 << IQ_SET, "prefs", MAM, TO_ACCOUNT, .answer = prefs_set } },
};
