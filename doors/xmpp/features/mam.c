/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/xmpp/features/mam.c - XEP-0313: reading the own archive, page by page (XEP-0059), and searching in it (XEP-0431,
 * docs/protocol-search.md); XEP-0441: what goes into it. The id of a message in the archive is its stamp in decimal; the same stands in the <stanza-id/> it was
 * delivered with.
 */
#include "core/archive.h"
#include "doors/xmpp/features/asked.h"
#include "doors/xmpp/features/when.h"
#include "model/stamp.h"

#define MAM "urn:xmpp:mam:2"
#define RSM "http://jabber.org/protocol/rsm"
#define DATA "jabber:x:data"
#define FULLTEXT "urn:xmpp:fulltext:0"
#define FILES "urn:anser:mam:0"

enum {
	PAGE = 50,     /* messages of a page where the client names no number */
	PAGE_MAX = 100,
	PAGE_PART = 8, /* of what a link may have unread: a page of large messages ends early */
	RESULT_HEAD = 512, /* about what is written around a payload */
	IDS_MAX = 100,
	TEXT_MAX = 1000, /* bytes to search for */
	PREFS_MAX = 1000,
};

/* One query while it is under way. Lives in the arena of its struct asked. */
struct page {
	struct archive_query query;
	struct str queryid; /* absent when the client gave none */
	size_t limit;
	bool count_only;    /* max=0: how many are there? */
	bool flipped;
	uint64_t also[2];   /* ids named twice over: they must exist too, although the other one bounds the page */
	size_t also_n;
};

/* Where reading a request may end. */
enum { READ_OK, READ_BAD, READ_UNSUPPORTED, READ_NOT_FOUND, READ_TOO_MANY, READ_TOO_LONG };

/* ---- what is asked ---------------------------------------------------------------------------------------------- */

static bool id_read(struct str text, uint64_t *ret) { return str_u64(text, ret) && *ret && *ret <= INT64_MAX; }

/* A bound on the ids, exclusive. Where there is one already, the tighter holds and the other must exist, too. */
static int id_bound(struct page *p, struct str text, uint64_t *bound, bool upper)
{
	uint64_t id, old = *bound;

	if (!id_read(text, &id))
		return READ_NOT_FOUND;
	*bound = !old || (upper ? id < old : id > old) ? id : old;
	if (old && old != id)
		p->also[p->also_n++] = *bound == id ? old : id;
	return READ_OK;
}

/* Stamps hold times until the year 2298; beyond is after everything. */
static msec time_bound(msec t)
{
	const msec end = STAMP_EPOCH + ((msec)1 << 43) - 2;

	return t < end ? t : end;
}

static int read_with(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	struct jid jid;

	if (!jid_parse(&jid, value, &a->arena))
		return READ_BAD;
	/* A copy: the tree has gone when there is a second step. */
	p->query.with = arena_str(&a->arena, jid_full(jid));
	return READ_OK;
}

static int read_start(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	msec t;

	if (!when_read(value, &t))
		return READ_BAD;
	p->query.from = stamp_floor(time_bound(t));
	return READ_OK;
}

static int read_end(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	msec t;

	if (!when_read(value, &t))
		return READ_BAD;
	p->query.to = stamp_floor(time_bound(t) + 1);
	p->query.to = p->query.to ? p->query.to - 1 : 1; /* 0 would mean open; nothing has the stamp 1 */
	return READ_OK;
}

static int read_before_id(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	return id_bound(p, value, &p->query.before, true);
}

static int read_after_id(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	return id_bound(p, value, &p->query.after, false);
}

static int read_ids(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	uint64_t *ids = arena_get(&a->arena, IDS_MAX * sizeof(*ids));

	p->query.ids = ids;
	p->query.ids_n = 0;
	for (const struct xml *v = xml_child(field, "value", DATA); v; v = xml_sibling(v, "value", DATA)) {
		if (p->query.ids_n == IDS_MAX)
			return READ_TOO_MANY;
		if (!id_read(xml_text(v, &a->arena), &ids[p->query.ids_n++]))
			return READ_NOT_FOUND;
	}
	return p->query.ids_n ? READ_OK : READ_BAD;
}

static int read_text(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	if (value.n > TEXT_MAX)
		return READ_TOO_LONG;
	p->query.text = arena_str(&a->arena, str_trim(value));
	return READ_OK;
}

static int read_files(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	value = str_trim(value);
	p->query.files = str_is(value, "1") || str_is(value, "true");
	return p->query.files || str_is(value, "0") || str_is(value, "false") ? READ_OK : READ_BAD;
}

static int read_form_type(struct page *p, struct asked *a, const struct xml *field, struct str value)
{
	return str_is(value, MAM) ? READ_OK : READ_BAD;
}

/* The fields of the form; the first value is given along. */
static const struct form_field {
	const char *var, *type;
	int (*read)(struct page *p, struct asked *a, const struct xml *field, struct str value);
} form[] = {
	{ "FORM_TYPE", "hidden", read_form_type },
	{ "with", "jid-single", read_with },
	{ "start", "text-single", read_start },
	{ "end", "text-single", read_end },
	{ "before-id", "text-single", read_before_id },
	{ "after-id", "text-single", read_after_id },
	{ "ids", "list-multi", read_ids },
	{ "{" FULLTEXT "}fulltext", "text-single", read_text },
	{ "{" FILES "}files", "boolean", read_files },
};

static int read_field(struct page *p, struct asked *a, const struct xml *field, unsigned *seen)
{
	const struct xml *value = xml_child(field, "value", DATA);

	for (size_t i = 0; i < countof(form); i++)
		if (str_is(xml_attr(field, "var"), form[i].var)) {
			if (*seen & 1u << i || !value)
				return READ_BAD;
			*seen |= 1u << i;
			return form[i].read(p, a, field, xml_text(value, &a->arena));
		}
	return READ_UNSUPPORTED;
}

static int read_form(struct page *p, struct asked *a, const struct xml *x)
{
	unsigned seen = 0;
	int r = READ_OK;

	if (!x)
		return READ_OK;
	if (!str_is(xml_attr(x, "type"), "submit"))
		return READ_BAD;
	for (const struct xml *f = xml_child(x, "field", DATA); f && !r; f = xml_sibling(f, "field", DATA))
		r = read_field(p, a, f, &seen);
	return r ? r : seen & 1 ? READ_OK : READ_BAD; /* the first field is FORM_TYPE */
}

/* XEP-0059: max, after, before. */
static int read_set(struct page *p, struct asked *a, const struct xml *set)
{
	const struct xml *max = xml_child(set, "max", RSM), *after = xml_child(set, "after", RSM);
	const struct xml *before = xml_child(set, "before", RSM);
	uint64_t n;
	int r = READ_OK;

	if (xml_child(set, "index", RSM))
		return READ_UNSUPPORTED;
	if (max) {
		if (!str_u64(str_trim(xml_text(max, &a->arena)), &n))
			return READ_BAD;
		p->limit = n < PAGE_MAX ? n : PAGE_MAX;
		p->count_only = !n;
	}
	if (after)
		r = id_bound(p, xml_text(after, &a->arena), &p->query.after, false);
	if (before) {
		struct str id = xml_text(before, &a->arena);

		p->query.backwards = true; /* empty: the last page */
		if (id.n && !r)
			r = id_bound(p, id, &p->query.before, true);
	}
	return r;
}

static int read_query(struct page *p, struct asked *a, const struct xml *query)
{
	const struct xml *set = xml_child(query, "set", RSM);
	struct str queryid = xml_attr(query, "queryid");
	int r;

	p->limit = PAGE;
	p->flipped = xml_child(query, "flip-page", MAM);
	if (queryid.p)
		p->queryid = arena_str(&a->arena, queryid);
	if (xml_attr(query, "node").n)
		return READ_NOT_FOUND;
	r = read_form(p, a, xml_child(query, "x", DATA));
	if (!r && set)
		r = read_set(p, a, set);
	/* Counting costs the store a scan: once at the beginning of paging, and when it is all that was asked. */
	p->query.count = p->count_only || (!p->query.after && !p->query.before);
	return r;
}

/* ---- what is answered ------------------------------------------------------------------------------------------- */

static void message_write(struct buf *to, const struct stanza *s)
{
	const char *type = stanza_type_text(s->type);

	buf_lit(to, "<message xmlns='jabber:client'");
	xml_write_attr(to, "from", jid_full(s->from));
	if (s->to.p)
		xml_write_attr(to, "to", jid_full(s->to));
	if (type)
		xml_write_attr(to, "type", str_z(type));
	xml_write_attr(to, "id", s->id);
	xml_write_attr(to, "xml:lang", s->lang);
	buf_byte(to, '>');
	buf_str(to, s->payload);
	buf_lit(to, "</message>");
}

static void result_push(struct xmpp *x, const struct page *p, const struct stanza *s)
{
	own_buf b = { 0 };

	buf_lit(&b, "<message");
	xml_write_attr(&b, "from", jid_bare(x->session.jid));
	xml_write_attr(&b, "to", jid_full(x->session.jid));
	buf_lit(&b, "><result xmlns='" MAM "'");
	xml_write_attr(&b, "queryid", p->queryid);
	buf_lit(&b, " id='");
	buf_u64(&b, s->stamp);
	buf_lit(&b, "'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='");
	when_write(&b, s->time);
	buf_lit(&b, "'/>");
	message_write(&b, s);
	buf_lit(&b, "</forwarded></result></message>");
	xmpp_push(x, buf_all(&b));
}

/* The part of an answer that is shown: at least one message, then no more than the bytes allow, from the end it is
 * read from. */
struct shown {
	struct stanza **first;
	size_t n;
	bool complete;
	size_t index;
};

static struct shown page_cut(const struct page *p, const struct store_request *r, size_t bytes_max)
{
	struct shown s = { .first = r->stanzas, .complete = !r->more, .index = r->first_index };
	size_t bytes = 0;

	for (; s.n < r->n; s.n++) {
		bytes += r->stanzas[p->query.backwards ? r->n - 1 - s.n : s.n]->payload.n + RESULT_HEAD;
		if (s.n && bytes > bytes_max)
			break;
	}
	if (s.n < r->n)
		s.complete = false;
	if (p->query.backwards) {
		s.first += r->n - s.n;
		s.index += r->n - s.n;
	}
	return s;
}

static void set_write(struct buf *to, const struct page *p, const struct shown *s, size_t total)
{
	buf_lit(to, "<set xmlns='" RSM "'>");
	if (s->n) {
		buf_lit(to, "<first");
		if (p->query.count)
			buf_fmt(to, " index='%zu'", s->index);
		buf_fmt(to, ">%llu</first><last>%llu</last>", (unsigned long long)s->first[0]->stamp,
			(unsigned long long)s->first[s->n - 1]->stamp);
	}
	if (p->query.count)
		buf_fmt(to, "<count>%zu</count>", total);
	buf_lit(to, "</set>");
}

static void page_answer(struct asked *a)
{
	const struct page *p = a->more;
	const struct store_request *r = a->ask.answer;
	struct shown s = { .complete = true };
	own_buf b = { 0 };

	if (a->ask.verdict == STORE_LIMIT) {
		iq_error(a->q, STANZA_ERROR_RESOURCE_CONSTRAINT,
			 "The search takes too long. Look for fewer or longer words, or in a shorter time.");
		return;
	}
	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "The archive has no message of this id.");
		return;
	}
	if (p->count_only)
		s.complete = !r->total;
	else
		s = page_cut(p, r, core_settings(a->q->x->core)->backlog_max / PAGE_PART);
	for (size_t i = 0; i < s.n; i++)
		result_push(a->q->x, p, s.first[p->flipped ? s.n - 1 - i : i]);
	buf_lit(&b, "<fin xmlns='" MAM "'");
	if (s.complete)
		buf_lit(&b, " complete='true'");
	buf_byte(&b, '>');
	set_write(&b, p, &s, r->total);
	buf_lit(&b, "</fin>");
	iq_result(a->q, buf_all(&b));
}

static void page_ask(struct asked *a)
{
	const struct page *p = a->more;
	struct xmpp *x = a->q->x;

	archive_read(x->core, &a->ask, session_account(&x->session), &p->query, p->count_only ? 1 : p->limit);
}

/* The ids that bound nothing exist. */
static void page_checked(struct asked *a)
{
	if (asked_failed(a))
		return;
	if (a->ask.verdict) {
		iq_error(a->q, STANZA_ERROR_ITEM_NOT_FOUND, "The archive has no message of this id.");
		return;
	}
	asked_again(a, page_answer);
	page_ask(a);
}

static void page_refuse(struct asked *a, int why)
{
	static const struct {
		enum stanza_error_condition condition;
		const char *text;
	} table[] = {
		[READ_BAD] = { STANZA_ERROR_BAD_REQUEST, "The query is not of the form of XEP-0313." },
		[READ_UNSUPPORTED] = { STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
				       "The query uses what this archive does not support." },
		[READ_NOT_FOUND] = { STANZA_ERROR_ITEM_NOT_FOUND, "The archive has no message of this id." },
		[READ_TOO_MANY] = { STANZA_ERROR_POLICY_VIOLATION, "Ask for 100 ids at most." },
		[READ_TOO_LONG] = { STANZA_ERROR_POLICY_VIOLATION, "Search for 1000 bytes of text at most." },
	};

	iq_error(a->q, table[why].condition, table[why].text);
}

static void mam_query(struct xmpp *x, struct iq *q)
{
	const struct xml *query = q->child; /* gone from the copy that is kept */
	struct asked *a = asked_new(q, page_answer);
	struct page *p = a->more = arena_zero(&a->arena, sizeof(*p));
	int why = read_query(p, a, query);

	if (why) {
		page_refuse(a, why);
		asked_drop(a);
	} else if (p->also_n) {
		struct archive_query check = { .ids = p->also, .ids_n = p->also_n };

		a->then = page_checked;
		archive_read(x->core, &a->ask, session_account(&x->session), &check, p->also_n);
	} else {
		page_ask(a);
	}
}

/* ---- the form, and the ends ------------------------------------------------------------------------------------- */

static void mam_form(struct xmpp *x, struct iq *q)
{
	own_buf b = { 0 };

	buf_lit(&b, "<query xmlns='" MAM "'><x xmlns='" DATA
		    "' type='form'><field var='FORM_TYPE' type='hidden'><value>" MAM "</value></field>");
	for (size_t i = 1; i < countof(form); i++) {
		buf_fmt(&b, "<field var='%s' type='%s'", form[i].var, form[i].type);
		if (!strcmp(form[i].type, "list-multi"))
			buf_lit(&b, "><validate xmlns='http://jabber.org/protocol/xdata-validate' "
				    "datatype='xs:string'><open/></validate></field>");
		else
			buf_lit(&b, "/>");
	}
	buf_lit(&b, "</x></query>");
	iq_result(q, buf_all(&b));
}

static void end_write(struct buf *to, const char *which, const struct stanza *s)
{
	buf_fmt(to, "<%s id='%llu' timestamp='", which, (unsigned long long)s->stamp);
	when_write(to, s->time);
	buf_lit(to, "'/>");
}

static void ends_answer(struct asked *a)
{
	const struct store_request *r = a->ask.answer;
	own_buf b = { 0 };

	if (asked_failed(a))
		return;
	buf_lit(&b, "<metadata xmlns='" MAM "'>");
	if (r->n) {
		end_write(&b, "start", r->stanzas[0]);
		end_write(&b, "end", r->stanzas[r->n - 1]);
	}
	buf_lit(&b, "</metadata>");
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
