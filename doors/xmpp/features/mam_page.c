/* SPDX-License-Identifier: Apache-2.0 */
#include "doors/xmpp/features/mam_page.h"

#include "core/archive.h"
#include "doors/xmpp/features/when.h"
#include "model/stamp.h"

#define DATA "jabber:x:data"

enum {
	PAGE = 50, /* messages of a page where the client names no number */
	PAGE_MAX = 100,
	RESULT_HEAD = 512, /* about what is written around a payload */
	IDS_MAX = 100,
	TEXT_MAX = 1000, /* bytes to search for */
};

/* ---- what is asked ---------------------------------------------------------------------------------------------- */

static bool id_read(struct str text, uint64_t *ret) { return str_u64(text, ret) && *ret && *ret <= INT64_MAX; }

/* A bound on the ids, exclusive. Where there is one already, the tighter holds and the other must exist, too. */
static int id_bound(struct mam_page *p, struct str text, uint64_t *bound, bool upper)
{
	uint64_t id, old = *bound;

	if (!id_read(text, &id))
		return MAM_NOT_FOUND;
	*bound = !old || (upper ? id < old : id > old) ? id : old;
	if (old && old != id)
		p->also[p->also_n++] = *bound == id ? old : id;
	return MAM_OK;
}

/* Stamps hold times until the year 2298; beyond is after everything. */
static msec time_bound(msec t)
{
	const msec end = STAMP_EPOCH + ((msec)1 << 43) - 2;

	return t < end ? t : end;
}

static int read_with(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	struct jid jid;

	if (!jid_parse(&jid, value, arena))
		return MAM_BAD;
	/* A copy: the tree has gone when there is a second step. */
	p->query.with = arena_str(arena, jid_full(jid));
	return MAM_OK;
}

static int read_start(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	msec t;

	if (!when_read(value, &t))
		return MAM_BAD;
	p->query.from = stamp_floor(time_bound(t));
	return MAM_OK;
}

static int read_end(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	msec t;

	if (!when_read(value, &t))
		return MAM_BAD;
	p->query.to = stamp_floor(time_bound(t) + 1);
	p->query.to = p->query.to ? p->query.to - 1 : 1; /* 0 would mean open; nothing has the stamp 1 */
	return MAM_OK;
}

static int read_before_id(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	return id_bound(p, value, &p->query.before, true);
}

static int read_after_id(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	return id_bound(p, value, &p->query.after, false);
}

static int read_ids(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	uint64_t *ids = arena_get(arena, IDS_MAX * sizeof(*ids));

	p->query.ids = ids;
	p->query.ids_n = 0;
	for (const struct xml *v = xml_child(field, "value", DATA); v; v = xml_sibling(v, "value", DATA)) {
		if (p->query.ids_n == IDS_MAX)
			return MAM_TOO_MANY;
		if (!id_read(xml_text(v, arena), &ids[p->query.ids_n++]))
			return MAM_NOT_FOUND;
	}
	return p->query.ids_n ? MAM_OK : MAM_BAD;
}

static int read_text(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	if (value.n > TEXT_MAX)
		return MAM_TOO_LONG;
	p->query.text = arena_str(arena, str_trim(value));
	return MAM_OK;
}

static int read_files(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	value = str_trim(value);
	p->query.files = str_is(value, "1") || str_is(value, "true");
	return p->query.files || str_is(value, "0") || str_is(value, "false") ? MAM_OK : MAM_BAD;
}

static int read_form_type(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value)
{
	return str_is(value, MAM) ? MAM_OK : MAM_BAD;
}

/* The fields of the form; the first value is given along. */
static const struct form_field {
	const char *var, *type;
	int (*read)(struct mam_page *p, struct arena *arena, const struct xml *field, struct str value);
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

static int read_field(struct mam_page *p, struct arena *arena, const struct xml *field, unsigned *seen)
{
	const struct xml *value = xml_child(field, "value", DATA);

	for (size_t i = 0; i < countof(form); i++)
		if (str_is(xml_attr(field, "var"), form[i].var)) {
			if (*seen & 1u << i || !value)
				return MAM_BAD;
			*seen |= 1u << i;
			return form[i].read(p, arena, field, xml_text(value, arena));
		}
	return MAM_UNSUPPORTED;
}

static int read_form(struct mam_page *p, struct arena *arena, const struct xml *x)
{
	unsigned seen = 0;
	int r = MAM_OK;

	if (!x)
		return MAM_OK;
	if (!str_is(xml_attr(x, "type"), "submit"))
		return MAM_BAD;
	for (const struct xml *f = xml_child(x, "field", DATA); f && !r; f = xml_sibling(f, "field", DATA))
		r = read_field(p, arena, f, &seen);
	return r ? r : seen & 1 ? MAM_OK : MAM_BAD; /* the first field is FORM_TYPE */
}

/* XEP-0059: max, after, before. */
static int read_set(struct mam_page *p, struct arena *arena, const struct xml *set)
{
	const struct xml *max = xml_child(set, "max", RSM), *after = xml_child(set, "after", RSM);
	const struct xml *before = xml_child(set, "before", RSM);
	uint64_t n;
	int r = MAM_OK;

	if (xml_child(set, "index", RSM))
		return MAM_UNSUPPORTED;
	if (max) {
		if (!str_u64(str_trim(xml_text(max, arena)), &n))
			return MAM_BAD;
		p->limit = n < PAGE_MAX ? n : PAGE_MAX;
		p->count_only = !n;
	}
	if (after)
		r = id_bound(p, xml_text(after, arena), &p->query.after, false);
	if (before) {
		struct str id = xml_text(before, arena);

		p->query.backwards = true; /* empty: the last page */
		if (id.n && !r)
			r = id_bound(p, id, &p->query.before, true);
	}
	return r;
}

int mam_page_read(struct mam_page *p, struct arena *arena, const struct xml *query)
{
	const struct xml *set = xml_child(query, "set", RSM);
	struct str queryid = xml_attr(query, "queryid");
	int r;

	p->limit = PAGE;
	p->flipped = xml_child(query, "flip-page", MAM);
	if (queryid.p)
		p->queryid = arena_str(arena, queryid);
	if (xml_attr(query, "node").n)
		return MAM_NOT_FOUND;
	r = read_form(p, arena, xml_child(query, "x", DATA));
	if (!r && set)
		r = read_set(p, arena, set);
	/* Counting costs the store a scan: once at the beginning of paging, and when it is all that was asked. */
	p->query.count = p->count_only || (!p->query.after && !p->query.before);
	return r;
}

void mam_page_refusal(int why, enum stanza_error_condition *condition, const char **text)
{
	static const struct {
		enum stanza_error_condition condition;
		const char *text;
	} table[] = {
		[MAM_BAD] = { STANZA_ERROR_BAD_REQUEST, "The query is not of the form of XEP-0313." },
		[MAM_UNSUPPORTED] = { STANZA_ERROR_FEATURE_NOT_IMPLEMENTED,
				      "The query uses what this archive does not support." },
		[MAM_NOT_FOUND] = { STANZA_ERROR_ITEM_NOT_FOUND, "The archive has no message of this id." },
		[MAM_TOO_MANY] = { STANZA_ERROR_POLICY_VIOLATION, "Ask for 100 ids at most." },
		[MAM_TOO_LONG] = { STANZA_ERROR_POLICY_VIOLATION, "Search for 1000 bytes of text at most." },
		[MAM_TOO_SLOW] = { STANZA_ERROR_RESOURCE_CONSTRAINT,
				   "The search takes too long. Look for fewer or longer words, or in a shorter time." },
		[MAM_NO_STORAGE] = { STANZA_ERROR_RESOURCE_CONSTRAINT,
				     "The server could not reach its storage. Try again later." },
	};

	*condition = table[why].condition;
	*text = table[why].text;
}

int mam_page_failed(int verdict)
{
	static const int table[] = { [0] = MAM_OK, [STORE_NOT_FOUND] = MAM_NOT_FOUND, [STORE_LIMIT] = MAM_TOO_SLOW,
				     [STORE_FULL] = MAM_NO_STORAGE, [STORE_FAILED] = MAM_NO_STORAGE };

	return table[verdict];
}

void mam_form_write(struct buf *to)
{
	buf_lit(to, "<query xmlns='" MAM "'><x xmlns='" DATA
		    "' type='form'><field var='FORM_TYPE' type='hidden'><value>" MAM "</value></field>");
	for (size_t i = 1; i < countof(form); i++) {
		buf_fmt(to, "<field var='%s' type='%s'", form[i].var, form[i].type);
		if (!strcmp(form[i].type, "list-multi"))
			buf_lit(to, "><validate xmlns='http://jabber.org/protocol/xdata-validate' "
				    "datatype='xs:string'><open/></validate></field>");
		else
			buf_lit(to, "/>");
	}
	buf_lit(to, "</x></query>");
}

/* ---- what is answered ------------------------------------------------------------------------------------------- */

static void message_write(struct buf *to, const struct stanza *s, struct str payload)
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
	buf_str(to, payload);
	buf_lit(to, "</message>");
}

void mam_result_write(struct buf *to, const struct mam_page *p, const struct stanza *s, struct str payload)
{
	buf_lit(to, "<result xmlns='" MAM "'");
	xml_write_attr(to, "queryid", p->queryid);
	buf_lit(to, " id='");
	buf_u64(to, s->stamp);
	buf_lit(to, "'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='");
	when_write(to, s->time);
	buf_lit(to, "'/>");
	message_write(to, s, payload);
	buf_lit(to, "</forwarded></result>");
}

struct mam_shown mam_page_cut(const struct mam_page *p, const struct store_request *r, size_t bytes_max)
{
	struct mam_shown s = { .first = r->stanzas, .complete = !r->more, .index = r->first_index };
	size_t bytes = 0;

	if (p->count_only)
		return (struct mam_shown){ .complete = !r->total };
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

const struct stanza *mam_shown_at(const struct mam_page *p, const struct mam_shown *s, size_t i)
{
	return s->first[p->flipped ? s->n - 1 - i : i];
}

static void set_write(struct buf *to, const struct mam_page *p, const struct mam_shown *s, size_t total)
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

void mam_fin_write(struct buf *to, const struct mam_page *p, const struct mam_shown *s, size_t total)
{
	buf_lit(to, "<fin xmlns='" MAM "'");
	if (s->complete)
		buf_lit(to, " complete='true'");
	buf_byte(to, '>');
	set_write(to, p, s, total);
	buf_lit(to, "</fin>");
}

static void end_write(struct buf *to, const char *which, const struct stanza *s)
{
	buf_fmt(to, "<%s id='%llu' timestamp='", which, (unsigned long long)s->stamp);
	when_write(to, s->time);
	buf_lit(to, "'/>");
}

void mam_ends_write(struct buf *to, const struct store_request *r)
{
	buf_lit(to, "<metadata xmlns='" MAM "'>");
	if (r->n) {
		end_write(to, "start", r->stanzas[0]);
		end_write(to, "end", r->stanzas[r->n - 1]);
	}
	buf_lit(to, "</metadata>");
}

/* ---- asking the store ------------------------------------------------------------------------------------------- */

bool mam_page_checks(const struct mam_page *p) { return p->also_n > 0; }

void mam_page_check(struct core *c, struct ask *a, int64_t owner, const struct mam_page *p)
{
	archive_read(c, a, owner, &(struct archive_query){ .ids = p->also, .ids_n = p->also_n }, p->also_n);
}

void mam_page_ask(struct core *c, struct ask *a, int64_t owner, const struct mam_page *p)
{
	archive_read(c, a, owner, &p->query, p->count_only ? 1 : p->limit);
}
