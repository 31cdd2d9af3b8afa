/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rules.h"

#include <stdlib.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "model/fold.h"

bool rules_same_message(const struct stanza *one, const struct stanza *other)
{
	return one->type == other->type && str_eq(jid_full(one->from), jid_full(other->from)) && str_eq(jid_full(one->to), jid_full(other->to)) &&
	       str_eq(one->id, other->id) && str_eq(one->payload, other->payload);
}

bool rules_needs_owner(enum store_op op)
{
	return op == STORE_ROSTER_SET || op == STORE_ROSTER_REMOVE || op == STORE_ROSTER_APPLY || op == STORE_ITEM_SET ||
	       op == STORE_FILE_ADD || op == STORE_INVITE_ADD || op == STORE_PEOPLE_NAME || op == STORE_ARCHIVE_REPLACE ||
	       op == STORE_ARCHIVE_TRIM;
}

/* ---- invitations and people ----------------------------------------------------------------------------------- */

void rules_invite_hash(struct str token, uint8_t hash[static INVITE_HASH_BYTES]) { hash_sum(HASH_SHA256, token, hash); }

void rules_people_words(struct people_words *w, struct str text, struct arena *arena)
{
	own_buf folded = { 0 };

	text_fold(&folded, text.p ? text : STR(""));
	text = arena_str(arena, buf_all(&folded));
	w->n = 0;
	while (w->n < countof(w->word) && (text = str_trim(text)).n) {
		w->word[w->n] = str_n(text.p, str_find(text, ' '));
		text = str_from(text, w->word[w->n++].n);
	}
}

static bool is_in(struct str part, struct str whole) { return whole.n && memmem(whole.p, whole.n, part.p, part.n); }

bool rules_people_fit(const struct people_words *w, struct str name, struct str display)
{
	own_buf folded = { 0 };

	/* Folded both: marks are left out of what is looked for. A name has no capitals, but may have marks. */
	text_fold(&folded, name);
	buf_byte(&folded, '\n');
	text_fold(&folded, display.p ? display : STR(""));
	for (size_t i = 0; i < w->n; i++)
		if (!is_in(w->word[i], buf_all(&folded)))
			return false;
	return true;
}

/* ---- rosters -------------------------------------------------------------------------------------------------- */

static int roster_load(const struct roster_rows *rows, void *db, struct store_request *r)
{
	struct roster_head head;
	uint64_t since = r->version;
	size_t kept = 0;
	int verdict = rows->head(db, r->owner, &head);

	if (verdict)
		return verdict;
	r->version = head.version;
	/* Older than what we remember, or from another life of the database: everything. */
	r->whole = since == 0 || since < head.forgotten || since > head.version;
	verdict = rows->list(db, r, r->whole ? 0 : since);
	if (verdict)
		return verdict;
	for (size_t i = 0; i < r->n; i++) {
		struct roster_item *item = &r->items[i];

		item->removed = !r->whole && !(item->state & ROSTER_LISTED);
		if (item->state || item->removed)
			r->items[kept++] = *item;
	}
	r->n = kept;
	return 0;
}

/* Forgets the oldest removal when there are too many. */
static int roster_forget(const struct roster_rows *rows, void *db, struct store_request *r, struct roster_head *head)
{
	struct roster_item oldest;
	size_t live, gone;
	int verdict = rows->count(db, r->owner, &live, &gone);

	if (verdict || gone <= ROSTER_GONE_MAX)
		return verdict;
	verdict = rows->oldest_gone(db, r->owner, &r->arena, &oldest);
	if (verdict)
		return verdict;
	head->forgotten = oldest.version;
	return rows->drop(db, r->owner, oldest.contact);
}

/* Writes `now` where `before` was; `shown`: a client would see the difference. */
static int roster_change(const struct roster_rows *rows, void *db, struct store_request *r, struct roster_item *now, bool shown)
{
	struct roster_head head;
	int verdict = rows->head(db, r->owner, &head);

	if (verdict)
		return verdict;
	if (shown)
		now->version = ++head.version;
	r->version = head.version;
	verdict = now->state || now->version ? rows->put(db, r->owner, now) : rows->drop(db, r->owner, now->contact);
	if (!verdict && shown && !now->state)
		verdict = roster_forget(rows, db, r, &head);
	if (!verdict && shown)
		verdict = rows->head_put(db, r->owner, &head);
	return verdict;
}

/* The row there is, or an empty one that has the contact. */
static int roster_find(const struct roster_rows *rows, void *db, struct store_request *r, struct roster_item *ret)
{
	int verdict = rows->find(db, r->owner, r->item.contact, &r->arena, ret);

	if (verdict == STORE_NOT_FOUND) {
		*ret = (struct roster_item){ .contact = r->item.contact };
		verdict = 0;
	}
	return verdict;
}

/* STORE_LIMIT when there is no room for one row more. */
static int roster_room(const struct roster_rows *rows, void *db, struct store_request *r)
{
	size_t live, gone;
	int verdict;

	if (!r->limit)
		return 0;
	verdict = rows->count(db, r->owner, &live, &gone);
	return verdict ? verdict : live >= r->limit ? STORE_LIMIT : 0;
}

static int roster_nothing(const struct roster_rows *rows, void *db, struct store_request *r)
{
	struct roster_head head;
	int verdict = rows->head(db, r->owner, &head);

	r->version = head.version;
	return verdict;
}

static int roster_set(const struct roster_rows *rows, void *db, struct store_request *r)
{
	struct roster_item item;
	int verdict = roster_find(rows, db, r, &item);
	bool same;

	if (!verdict && !item.state)
		verdict = roster_room(rows, db, r);
	if (verdict)
		return verdict;
	same = item.state & ROSTER_LISTED && str_eq(item.name, r->item.name) && str_eq(item.groups, r->item.groups);
	item.name = r->item.name;
	item.groups = r->item.groups;
	item.state |= ROSTER_LISTED;
	verdict = same ? roster_nothing(rows, db, r) : roster_change(rows, db, r, &item, true);
	r->item = item;
	return verdict;
}

static int roster_remove(const struct roster_rows *rows, void *db, struct store_request *r)
{
	struct roster_item item, gone = { .contact = r->item.contact };
	int verdict = roster_find(rows, db, r, &item);

	if (verdict)
		return verdict;
	if (!(item.state & ROSTER_LISTED))
		return STORE_NOT_FOUND;
	r->item = item;
	return roster_change(rows, db, r, &gone, true);
}

static int roster_apply(const struct roster_rows *rows, void *db, struct store_request *r)
{
	struct roster_item item;
	struct str request = r->item.request;
	int verdict = roster_find(rows, db, r, &item);
	bool shown, same;

	if (verdict)
		return verdict;
	r->state_before = item.state;
	r->step = roster_step(item.state, r->event);
	if (!item.state && r->step.state)
		verdict = roster_room(rows, db, r);
	if (verdict)
		return verdict;
	/* What was listed and is not any more has changed for a client, whatever the table says. */
	shown = r->step.push || ((item.state ^ r->step.state) & ROSTER_LISTED);
	same = !shown && r->step.state == item.state;
	item.state = r->step.state;
	if (!(item.state & ROSTER_LISTED))
		item.name = item.groups = STR_NONE;
	if (!(item.state & ROSTER_PENDING_IN))
		item.request = STR_NONE;
	else if (r->event == ROSTER_IN_SUBSCRIBE && !str_eq(item.request, request)) {
		item.request = request;
		same = false;
	}
	verdict = same ? roster_nothing(rows, db, r) : roster_change(rows, db, r, &item, shown);
	r->item = item;
	return verdict;
}

int rules_roster(const struct roster_rows *rows, void *db, struct store_request *r)
{
	static int (*const by_op[STORE_OPS])(const struct roster_rows *, void *, struct store_request *) = {
		[STORE_ROSTER_LOAD] = roster_load,
		[STORE_ROSTER_SET] = roster_set,
		[STORE_ROSTER_REMOVE] = roster_remove,
		[STORE_ROSTER_APPLY] = roster_apply,
	};
	int verdict = by_op[r->op](rows, db, r);

	if (verdict == STORE_NOT_FOUND || verdict == STORE_LIMIT) {
		r->answer = verdict;
		return 0;
	}
	return verdict;
}

/* ---- the archive ---------------------------------------------------------------------------------------------- */

static uint32_t fnv(struct str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h ? h : 1;
}

static struct jid peer_of(const struct stanza *s, unsigned direction)
{
	return direction & ARCHIVE_OUT && s->to.p ? s->to : s->from;
}

uint32_t rules_peer(const struct stanza *s, unsigned direction) { return fnv(jid_bare(peer_of(s, direction))); }

struct filter {
	struct str bare, full; /* full is absent when any resource will do; both absent: everything */
	uint32_t peer;
	struct search search;
};

static void filter_with(struct filter *f, struct str with)
{
	size_t slash = str_find(with, '/');

	if (!with.p)
		return;
	f->bare = str_n(with.p, slash);
	if (slash < with.n)
		f->full = with;
	f->peer = fnv(f->bare);
}

static bool address_fits(const struct filter *f, struct jid j)
{
	return j.p && (f->full.p ? str_eq(jid_full(j), f->full) : str_eq(jid_bare(j), f->bare));
}

static bool with_fits(const struct filter *f, const struct stanza *s, unsigned direction)
{
	if (!f->bare.p)
		return true;
	/* To oneself: either end will do, where a resource was asked for. */
	if (direction == (ARCHIVE_OUT | ARCHIVE_IN))
		return address_fits(f, s->from) || address_fits(f, s->to);
	return address_fits(f, peer_of(s, direction));
}

/* One step of a walk: the next row that fits, with its message when `ret` asks for it. NOT_FOUND: no more. */
static int walk(const struct archive_rows *rows, void *db, const struct filter *f, struct archive_row *row, struct stanza **ret)
{
	int verdict;

	while (!(verdict = rows->next(db, row))) {
		bool look = f->search.on && !row->found, fits;
		struct stanza *s = NULL;

		if (f->bare.p && row->peer && row->peer != f->peer)
			continue;
		if (f->bare.p || look || ret) {
			verdict = rows->message(db, row->stamp, &s);
			if (verdict == STORE_NOT_FOUND) /* deleted since the walk began */
				continue;
			if (verdict)
				return verdict;
		}
		fits = with_fits(f, s, row->direction) && (!look || search_fits(&f->search, s));
		if (fits && ret)
			*ret = s;
		else
			stanza_unref(s);
		if (fits)
			return 0;
	}
	return verdict;
}

void rules_add_stanza(struct store_request *r, size_t *room, struct stanza *s)
{
	if (r->n == *room) {
		size_t more = *room ? *room * 2 : 16;
		struct stanza **to = arena_get(&r->arena, more * sizeof(struct stanza *));

		if (r->n)
			memcpy(to, r->stanzas, r->n * sizeof(struct stanza *));
		r->stanzas = to;
		*room = more;
	}
	r->stanzas[r->n++] = s;
}

static void reverse(struct stanza **list, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct stanza *s = list[i];

		list[i] = list[n - 1 - i];
		list[n - 1 - i] = s;
	}
}

static int archive_page(const struct archive_rows *rows, void *db, struct store_request *r, const struct filter *f, uint64_t lo,
			uint64_t hi)
{
	struct archive_row row;
	struct stanza *s;
	size_t room = 0;
	int verdict = rows->begin(db, r->owner, lo, hi, r->query.backwards, &f->search);

	while (!verdict && !r->more && !(verdict = walk(rows, db, f, &row, &s))) {
		r->more = r->limit && r->n == r->limit;
		if (r->more)
			stanza_unref(s);
		else
			rules_add_stanza(r, &room, s);
	}
	rows->end(db);
	if (r->query.backwards)
		reverse(r->stanzas, r->n);
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

/* How many fit in all, and where among them the page begins; for an empty page, where it would (XEP-0059). */
static int archive_count(const struct archive_rows *rows, void *db, struct store_request *r, const struct filter *f, uint64_t lo,
			 uint64_t hi, uint64_t page_lo)
{
	uint64_t first = r->n ? r->stanzas[0]->stamp : page_lo;
	struct archive_row row;
	int verdict = rows->begin(db, r->owner, lo, hi, false, &f->search);

	r->total = r->first_index = 0;
	while (!verdict && !(verdict = walk(rows, db, f, &row, NULL))) {
		r->total++;
		r->first_index += row.stamp < first;
	}
	rows->end(db);
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

static int stamp_cmp(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static int archive_by_ids(const struct archive_rows *rows, void *db, struct store_request *r)
{
	size_t n = r->query.ids_n, room = 0;
	uint64_t *ids = arena_get(&r->arena, n * sizeof *ids);
	struct archive_row row;
	struct stanza *s;

	memcpy(ids, r->query.ids, n * sizeof *ids);
	qsort(ids, n, sizeof *ids, stamp_cmp);
	for (size_t i = 0; i < n; i++) {
		int verdict;

		if (i && ids[i] == ids[i - 1])
			continue;
		verdict = rows->has(db, r->owner, ids[i], &row);
		if (!verdict)
			verdict = rows->message(db, ids[i], &s);
		if (verdict)
			return verdict;
		rules_add_stanza(r, &room, s);
	}
	r->total = r->n;
	return 0;
}

static int archive_read(const struct archive_rows *rows, void *db, struct store_request *r)
{
	const struct archive_query *q = &r->query;
	uint64_t lo = q->from, hi = q->to ? q->to : INT64_MAX;
	struct filter f = { 0 };
	struct archive_row row;
	int verdict = 0, search = search_read(&f.search, q, &r->arena);

	r->more = false;
	if (search == STORE_LIMIT)
		return search;
	if (q->ids_n)
		return archive_by_ids(rows, db, r);
	filter_with(&f, q->with);
	if (q->after)
		verdict = rows->has(db, r->owner, q->after, &row);
	if (q->before && !verdict)
		verdict = rows->has(db, r->owner, q->before, &row);
	if (verdict || search)
		return verdict;
	if (q->after >= lo)
		lo = q->after ? q->after + 1 : 0;
	if (q->before && q->before <= hi)
		hi = q->before - 1;
	verdict = archive_page(rows, db, r, &f, lo, hi);
	if (!verdict && q->count)
		verdict = archive_count(rows, db, r, &f, q->from, q->to ? q->to : INT64_MAX, lo);
	return verdict;
}

static int archive_ends(const struct archive_rows *rows, void *db, struct store_request *r)
{
	const struct filter all = { 0 };
	struct archive_row row;
	struct stanza *s;
	size_t room = 0;
	int verdict = 0;

	for (int backwards = 0; backwards < 2 && !verdict; backwards++) {
		verdict = rows->begin(db, r->owner, 0, INT64_MAX, backwards, &all.search);
		if (!verdict)
			verdict = walk(rows, db, &all, &row, &s);
		rows->end(db);
		if (!verdict)
			rules_add_stanza(r, &room, s);
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

int rules_archive(const struct archive_rows *rows, void *db, struct store_request *r)
{
	int verdict = r->op == STORE_ARCHIVE_READ ? archive_read(rows, db, r) : archive_ends(rows, db, r);

	if (verdict != STORE_NOT_FOUND && verdict != STORE_LIMIT)
		return verdict;
	for (size_t i = 0; i < r->n; i++)
		stanza_unref(r->stanzas[i]);
	r->n = 0;
	r->answer = verdict;
	return 0;
}
