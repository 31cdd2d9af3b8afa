/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_message.c - messages, the queue, the archive. A message is one row; who holds it stands in that row and in the tail in
 * memory as long as it is new (store/sqlite_tail.h says why), and in the tables `archive` and `queue` when it is folded.
 */
#include "store/sqlite.h"

#include <assert.h>
#include <endian.h>

enum {
	/* Folding begins when this many have gathered: the more, the more rows fall on one page. */
	FOLD_FROM = 8192,
	/* It is done when there is nothing else to do; but with so many, before every group. */
	FOLD_FULL = 16384,
	/* In slices of so many rows, 1 or 2 ms each: nobody waits longer for it. */
	FOLD_SLICE = 1024,
	/* The newest stay: cores do not agree on the time to the millisecond, and what comes with a stamp that is folded already
	 * costs two or three times as much. */
	FOLD_SPARE = 512,
};

/* ---- the rows --------------------------------------------------------------------------------------------------- */

/* An address that was prepared before it was kept. */
static struct jid address(struct str s)
{
	struct jid j = { 0 };
	size_t slash, at;

	if (!s.p)
		return j;
	slash = str_find(s, '/');
	at = str_find(str_n(s.p, slash), '@');
	j.p = s.p;
	j.local = (uint16_t)(at < slash ? at : 0);
	j.domain = (uint16_t)(slash - (at < slash ? at + 1 : 0));
	j.resource = (uint16_t)(slash < s.n ? s.n - slash - 1 : 0);
	return j;
}

static int message_get(void *db, uint64_t stamp, struct stanza **ret)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers((struct sqlite *)db, ST_MESSAGE_GET, &st, (int64_t)stamp);

	if (verdict)
		return verdict;
	*ret = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE,
						  .stamp = (uint64_t)column_number(st, 0),
						  .time = column_number(st, 1),
						  .type = (enum stanza_type)column_number(st, 2),
						  .traits = (unsigned)column_number(st, 3),
						  .from = address(column_bytes(st, 4)),
						  .to = address(column_bytes(st, 5)),
						  .id = column_bytes(st, 6),
						  .lang = column_bytes(st, 7),
						  .origin_id = column_bytes(st, 8),
						  .payload = column_bytes(st, 9) });
	sqlite3_reset(st);
	return 0;
}

/* Who holds a message. */
struct owners {
	int64_t from, to, queue;
	bool more;  /* somebody else in the table `queue` */
	bool words; /* in the index, though in nobody's archive any more */
};

enum { MORE_QUEUED = 1, MORE_WORDS = 2 }; /* on disk: bits of `more` */

static int owners_get(struct sqlite *s, uint64_t stamp, struct owners *ret)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_MESSAGE_OWNERS, &st, (int64_t)stamp);

	if (verdict)
		return verdict;
	*ret = (struct owners){ column_number(st, 0), column_number(st, 1), column_number(st, 2),
				(column_number(st, 3) & MORE_QUEUED) != 0, (column_number(st, 3) & MORE_WORDS) != 0 };
	sqlite3_reset(st);
	return 0;
}

static int owners_set(struct sqlite *s, uint64_t stamp, const struct owners *o)
{
	return do_numbers(s, ST_MESSAGE_OWNERS_SET, (int64_t)stamp, o->from, o->to, o->queue,
			  (o->more ? MORE_QUEUED : 0) | (o->words ? MORE_WORDS : 0));
}

static int message_add(struct sqlite *s, const struct stanza *m, const struct owners *o)
{
	sqlite3_stmt *st = sqlite_start(s, ST_MESSAGE_ADD);

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, (int64_t)m->stamp);
	bind_number(st, 2, o->from);
	bind_number(st, 3, o->to);
	bind_number(st, 4, o->queue);
	bind_number(st, 5, m->time);
	bind_number(st, 6, m->type);
	bind_number(st, 7, m->traits);
	bind_text(st, 8, jid_full(m->from));
	bind_text(st, 9, jid_full(m->to));
	bind_text(st, 10, m->id);
	bind_text(st, 11, m->lang);
	bind_text(st, 12, m->origin_id);
	bind_text(st, 13, m->payload.p ? m->payload : STR(""));
	return sqlite_do(s, st);
}

/* Does `stamp` wait for anybody? 0 or NOT_FOUND. */
static int message_waits(struct sqlite *s, uint64_t stamp, const struct owners *o)
{
	sqlite3_stmt *st;

	if (o->more)
		return ask_numbers(s, ST_QUEUE_HELD, &st, (int64_t)stamp);
	if (o->queue && stamp <= tail_folded(s->tail))
		return ask_numbers(s, ST_QUEUE_GET, &st, o->queue, (int64_t)stamp);
	return STORE_NOT_FOUND;
}

/* Deletes the message when nobody holds it any more. */
static int message_release(struct sqlite *s, uint64_t stamp, const struct owners *o)
{
	int verdict;

	if (o->from || o->to || (o->queue && tail_waits(s->tail, o->queue, stamp)))
		return 0;
	verdict = message_waits(s, stamp, o);
	if (verdict != STORE_NOT_FOUND)
		return verdict;
	verdict = o->words ? sqlite_words_drop(s, stamp) : 0;
	return verdict ? verdict : do_numbers(s, ST_MESSAGE_DELETE, (int64_t)stamp);
}

/* ---- rows in the table `queue` ---------------------------------------------------------------------------------- */

static int queued_in_table(struct sqlite *s, int64_t owner, size_t *ret)
{
	int64_t n = tail_waiting_in_table(s->tail, owner);
	sqlite3_stmt *st;
	int verdict = 0;

	if (n < 0) {
		verdict = ask_numbers(s, ST_QUEUE_COUNT, &st, owner);
		if (verdict)
			return verdict;
		n = column_number(st, 0);
		sqlite3_reset(st);
		tail_waiting_in_table_set(s->tail, owner, n);
	}
	*ret = (size_t)n;
	return verdict;
}

/* Adds or drops a row; *changed says whether there was anything to do. */
static int queue_row(struct sqlite *s, enum statement which, int64_t owner, uint64_t stamp, bool *changed)
{
	int64_t n = tail_waiting_in_table(s->tail, owner);
	int verdict = do_numbers(s, which, owner, (int64_t)stamp);

	*changed = !verdict && sqlite3_changes(s->db);
	if (*changed && n >= 0)
		tail_waiting_in_table_set(s->tail, owner, which == ST_QUEUE_ADD ? n + 1 : n - 1);
	return verdict;
}

/* ---- keeping ---------------------------------------------------------------------------------------------------- */

static int64_t there(struct sqlite *s, int64_t account) { return account && !sqlite_gone(s, account) ? account : 0; }

static int queue_room(struct sqlite *s, struct store_request *r, int64_t owner)
{
	sqlite3_stmt *st;
	size_t n;
	int verdict;

	if (!owner || !r->limit)
		return 0;
	verdict = queued_in_table(s, owner, &n);
	if (verdict || n + tail_waiting(s->tail, owner) < r->limit)
		return verdict;
	/* Full; but what waits already may be kept again. */
	if (tail_waits(s->tail, owner, r->stanza->stamp))
		return 0;
	verdict = ask_numbers(s, ST_QUEUE_GET, &st, owner, (int64_t)r->stanza->stamp);
	return verdict == STORE_NOT_FOUND ? STORE_LIMIT : verdict;
}

static void newest_add(struct sqlite *s, const struct stanza *m, const struct owners *o)
{
	struct tail_message t = { .stamp = m->stamp, .owner = { o->from, o->to, o->queue } };

	if (o->from)
		t.peer[TAIL_FROM] = rules_peer(m, ARCHIVE_OUT);
	if (o->to)
		t.peer[TAIL_TO] = rules_peer(m, ARCHIVE_IN);
	tail_add(s->tail, &t);
}

static int archive_add(struct sqlite *s, const struct stanza *m, int64_t owner, unsigned direction)
{
	return owner ? do_numbers(s, ST_ARCHIVE_ADD, owner, (int64_t)m->stamp, direction, rules_peer(m, direction)) : 0;
}

/* What is archived where all is in the index already, is so at once. `words`: its words are. */
static int words_come(struct sqlite *s, uint64_t stamp, const struct owners *o, bool words)
{
	return stamp <= s->index.upto && (o->from || o->to) ? sqlite_words_add(s, stamp, o->from, o->to, words) : 0;
}

/* Leaves in *more only those whom the message's row does not name yet; and then it does. */
static int owners_add(struct sqlite *s, uint64_t stamp, struct owners *more)
{
	struct owners o;
	int verdict = owners_get(s, stamp, &o);
	bool words = o.from || o.to || o.words;

	if (verdict)
		return verdict;
	more->from = o.from ? 0 : more->from;
	more->to = o.to ? 0 : more->to;
	if (!more->from && !more->to && (!more->queue || o.more))
		return 0;
	o.from += more->from;
	o.to += more->to;
	o.more |= more->queue != 0;
	o.words &= !o.from && !o.to;
	verdict = owners_set(s, stamp, &o);
	return verdict ? verdict : words_come(s, stamp, more, words);
}

/* What was kept before, or comes with a stamp that is folded: takes what is new to its places in the tables, but the archive
 * of what is not folded to the tail. */
static int keep_more(struct sqlite *s, const struct stanza *m, struct owners *o)
{
	bool folded = m->stamp <= tail_folded(s->tail), changed, added;
	struct owners row = { .from = o->from, .to = o->to };
	int verdict;

	if (o->queue && tail_waits(s->tail, o->queue, m->stamp))
		o->queue = 0;
	row.more = o->queue != 0;
	verdict = message_add(s, m, &row);
	added = !verdict && sqlite3_changes(s->db);
	if (!verdict && !added)
		verdict = owners_add(s, m->stamp, o);
	else if (!verdict && row.more)
		verdict = owners_set(s, m->stamp, &row);
	if (!verdict && added)
		verdict = words_come(s, m->stamp, &row, false);
	if (!verdict && o->queue)
		verdict = queue_row(s, ST_QUEUE_ADD, o->queue, m->stamp, &changed);
	o->queue = 0;
	if (!verdict && folded)
		verdict = archive_add(s, m, o->from, ARCHIVE_OUT);
	if (!verdict && folded)
		verdict = archive_add(s, m, o->to, ARCHIVE_IN);
	if (!verdict && !folded && (o->from || o->to))
		newest_add(s, m, o);
	return verdict;
}

/* The stamp is some other message's; also when that cannot be read. */
static bool is_another(struct sqlite *s, const struct stanza *m)
{
	struct stanza *kept;
	int verdict = message_get(s, m->stamp, &kept);
	bool other = verdict != STORE_NOT_FOUND;

	if (!verdict) {
		other = !rules_same_message(kept, m);
		stanza_unref(kept);
	}
	return other;
}

int sqlite_keep(struct sqlite *s, struct store_request *r)
{
	const struct stanza *m = r->stanza;
	struct owners o = { there(s, r->archive_from), there(s, r->archive_to), there(s, r->queue_for) };
	int verdict;

	assert(m->stamp && m->stamp <= INT64_MAX && m->name == STANZA_MESSAGE);
	if (!o.from && !o.to && !o.queue)
		return 0;
	verdict = queue_room(s, r, o.queue);
	if (verdict)
		return verdict;
	if (m->stamp <= tail_folded(s->tail) || tail_has(s->tail, m->stamp))
		return r->fresh && is_another(s, m) ? STORE_EXISTS : keep_more(s, m, &o);
	verdict = message_add(s, m, &o);
	if (!verdict)
		newest_add(s, m, &o);
	return verdict;
}

/* ---- the queue -------------------------------------------------------------------------------------------------- */

static int done_one(struct sqlite *s, int64_t owner, uint64_t stamp)
{
	uint64_t little = htole64(stamp);
	bool archived = false, dropped = true;
	struct owners o;
	int verdict = 0;

	if (tail_take(s->tail, owner, stamp, &archived))
		buf_add(&s->taken, &little, sizeof little);
	else
		verdict = queue_row(s, ST_QUEUE_DROP, owner, stamp, &dropped);
	if (verdict || !dropped || archived)
		return verdict;
	verdict = owners_get(s, stamp, &o);
	if (!verdict)
		verdict = message_release(s, stamp, &o);
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

int sqlite_queue_done(struct sqlite *s, struct store_request *r)
{
	int verdict = 0;

	for (size_t i = 0; i < r->stamps_n && !verdict; i++)
		verdict = done_one(s, r->owner, r->stamps[i]);
	return verdict;
}

int sqlite_taken_write(struct sqlite *s)
{
	sqlite3_stmt *st;
	int verdict;

	if (!s->taken.n)
		return 0;
	st = sqlite_start(s, ST_TAKEN_ADD);
	if (!st)
		return STORE_FAILED;
	bind_bytes(st, 1, buf_all(&s->taken));
	verdict = sqlite_do(s, st);
	buf_clear(&s->taken);
	return verdict;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* What is new of `owner`, then how far the tables reach. In this order: what is folded in between stands in both, and is left out
 * here. (The transaction has begun, but sees the database as it is at its first statement.) */
static int reading_begin(struct sqlite *s, int64_t owner)
{
	sqlite3_stmt *st;
	size_t first = 0;
	int verdict;

	tail_copy(s->tail, owner, &s->newest);
	verdict = sqlite_ask_numbers(s, ST_FOLDED, &st, 0, NULL);
	if (verdict)
		return STORE_FAILED;
	s->folded = (uint64_t)column_number(st, 0);
	s->indexed = (uint64_t)column_number(st, 1);
	while (first < s->newest.n && s->newest.rows[first].stamp <= s->folded)
		first++;
	if (first) {
		s->newest.n -= first;
		memmove(s->newest.rows, s->newest.rows + first, s->newest.n * sizeof *s->newest.rows);
	}
	return 0;
}

/* The next stamp that waits: from the table or from the tail, which comes first. 0 or NOT_FOUND. */
static int waiting_next(struct sqlite *s, sqlite3_stmt *st, int *table, uint64_t *ret)
{
	const struct tail_rows *newest = &s->newest;
	uint64_t in_table, in_tail;

	if (*table && *table != STORE_NOT_FOUND)
		return *table;
	while (s->at < newest->n && !newest->rows[s->at].waiting)
		s->at++;
	if (*table && s->at == newest->n)
		return STORE_NOT_FOUND;
	in_table = *table ? UINT64_MAX : (uint64_t)column_number(st, 0);
	in_tail = s->at < newest->n ? newest->rows[s->at].stamp : UINT64_MAX;
	*ret = in_table < in_tail ? in_table : in_tail;
	if (in_table <= in_tail)
		*table = sqlite_step(s, st);
	if (in_tail <= in_table)
		s->at++;
	return 0;
}

int sqlite_queue_read(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st;
	struct stanza *m;
	uint64_t stamp;
	size_t room = 0;
	int table, verdict = reading_begin(s, r->owner);

	if (verdict)
		return verdict;
	for (s->at = 0; s->at < s->newest.n && s->newest.rows[s->at].stamp <= r->after;)
		s->at++;
	table = ask_numbers(s, ST_QUEUE_LIST, &st, r->owner, (int64_t)r->after);
	while (!r->more && !(verdict = waiting_next(s, st, &table, &stamp))) {
		verdict = message_get(s, stamp, &m);
		if (verdict == STORE_NOT_FOUND) /* taken since we looked at the tail */
			continue;
		if (verdict)
			return verdict;
		r->more = r->limit && r->n == r->limit;
		if (r->more)
			stanza_unref(m);
		else
			rules_add_stanza(r, &room, m);
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

/* In the order of their stamps: what the index knows, in a search; what is folded; what is not. */
enum { PART_FOUND, PART_TABLE, PART_TAIL, PARTS };

static int walk_begin(void *db, int64_t owner, uint64_t lo, uint64_t hi, bool backwards, const struct search *search)
{
	struct sqlite *s = db;
	uint64_t indexed = search->on ? s->indexed : 0;

	s->at = 0;
	s->end = s->newest.n;
	while (s->at < s->end && s->newest.rows[s->at].stamp < lo)
		s->at++;
	while (s->end > s->at && s->newest.rows[s->end - 1].stamp > hi)
		s->end--;
	s->backwards = backwards;
	s->part = backwards ? PART_TAIL : PART_FOUND;
	s->found = NULL;
	s->walk = sqlite_start(s, backwards ? ST_ARCHIVE_DOWN : ST_ARCHIVE_UP);
	if (!s->walk)
		return sqlite_unready(s);
	bind_number(s->walk, 1, owner);
	bind_number(s->walk, 2, (int64_t)(lo > indexed ? lo : indexed + 1));
	/* Later rows may be there already, but do not count before they are all there. */
	bind_number(s->walk, 3, (int64_t)(hi < s->folded ? hi : s->folded));
	return lo <= indexed ? sqlite_find(s, owner, lo, hi < indexed ? hi : indexed, backwards, search) : 0;
}

static int walk_table(struct sqlite *s, sqlite3_stmt *st, struct archive_row *ret)
{
	int verdict = sqlite_step(s, st);

	if (!verdict)
		*ret = (struct archive_row){ (uint64_t)column_number(st, 0), (uint32_t)column_number(st, 1), (uint32_t)column_number(st, 2) };
	return verdict;
}

static int walk_found(struct sqlite *s, struct archive_row *ret)
{
	int verdict = s->found ? walk_table(s, s->found, ret) : STORE_NOT_FOUND;

	if (!verdict)
		ret->found = s->found_exact;
	return verdict;
}

static int walk_tail(struct sqlite *s, struct archive_row *ret)
{
	while (s->at < s->end) {
		const struct tail_row *row = &s->newest.rows[s->backwards ? --s->end : s->at++];

		if (row->direction) {
			*ret = (struct archive_row){ row->stamp, row->direction, row->peer };
			return 0;
		}
	}
	return STORE_NOT_FOUND;
}

static int walk_next(void *db, struct archive_row *ret)
{
	struct sqlite *s = db;

	for (; s->part >= 0 && s->part < PARTS; s->part += s->backwards ? -1 : 1) {
		int verdict = s->part == PART_FOUND ? walk_found(s, ret)
			      : s->part == PART_TABLE ? walk_table(s, s->walk, ret) : walk_tail(s, ret);

		if (verdict != STORE_NOT_FOUND)
			return verdict;
	}
	return STORE_NOT_FOUND;
}

static void walk_end(void *db)
{
	struct sqlite *s = db;

	sqlite3_reset(s->walk);
	sqlite3_reset(s->found);
	s->walk = s->found = NULL;
}

static int archive_has(void *db, int64_t owner, uint64_t stamp, struct archive_row *ret)
{
	static const struct search all;
	int verdict = walk_begin(db, owner, stamp, stamp, false, &all);

	if (!verdict)
		verdict = walk_next(db, ret);
	walk_end(db);
	return verdict;
}

static const struct archive_rows archive_rows = { walk_begin, walk_next, walk_end, archive_has, message_get };

int sqlite_archive(struct sqlite *s, struct store_request *r)
{
	int verdict = reading_begin(s, r->owner);

	if (verdict)
		return verdict;
	if (r->query.text.n || r->query.files)
		sqlite_search_begin(s);
	verdict = rules_archive(&archive_rows, s, r);
	sqlite_search_end(s);
	return verdict;
}

/* What stands in the message's own row and in the index is all there is of its text. */
int sqlite_archive_replace(struct sqlite *s, struct store_request *r)
{
	const struct stanza *m = r->stanza;
	bool indexed = m->stamp <= s->index.upto;
	struct owners o;
	sqlite3_stmt *st;
	int verdict = owners_get(s, m->stamp, &o);

	if (!verdict && o.from != r->owner && o.to != r->owner)
		verdict = STORE_NOT_FOUND;
	if (!verdict && indexed)
		verdict = sqlite_words_drop(s, m->stamp);
	if (verdict)
		return verdict;
	st = sqlite_start(s, ST_MESSAGE_REPLACE);
	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, (int64_t)m->stamp);
	bind_number(st, 2, m->type);
	bind_number(st, 3, m->traits);
	bind_text(st, 4, m->payload.p ? m->payload : STR(""));
	verdict = sqlite_do(s, st);
	return verdict || !indexed ? verdict : sqlite_words_add(s, m->stamp, o.from, o.to, false);
}

/* ---- folding ---------------------------------------------------------------------------------------------------- */

static int taken_again(struct sqlite *s, uint64_t upto)
{
	struct tail_rows taken = { 0 };

	tail_fold_taken(s->tail, upto, &taken);
	for (size_t i = 0; i < taken.n; i++) {
		uint64_t little = htole64(taken.rows[i].stamp);

		buf_add(&s->taken, &little, sizeof little);
	}
	tail_rows_free(&taken);
	return sqlite_bare(s, ST_TAKEN_CLEAR);
}

static int row_write(struct sqlite *s, enum statement archive, const struct tail_row *row)
{
	int verdict = 0;

	if (row->direction)
		verdict = do_numbers(s, archive, row->owner, (int64_t)row->stamp, row->direction, row->peer);
	if (row->waiting && !verdict)
		verdict = do_numbers(s, ST_QUEUE_ADD, row->owner, (int64_t)row->stamp);
	return verdict;
}

/* As a part of the open transaction: writes what waits, and the archive rows of what came with the number `from` or later; then
 * everything up to `upto` is folded. */
static int fold_end(struct sqlite *s, uint64_t upto, uint64_t from)
{
	struct tail_rows rows = { 0 };
	int verdict = 0;

	tail_fold_rows(s->tail, upto, from, true, &rows);
	for (size_t i = 0; i < rows.n && !verdict; i++)
		verdict = row_write(s, ST_ARCHIVE_ADD, &rows.rows[i]);
	tail_rows_free(&rows);
	if (!verdict)
		verdict = taken_again(s, upto);
	if (!verdict)
		verdict = do_numbers(s, ST_FOLDED_SET, (int64_t)upto);
	if (!verdict)
		tail_fold(s->tail, upto);
	return verdict;
}

static void fold_begin(struct sqlite *s, size_t n)
{
	s->fold.on = true;
	s->fold.at = 0;
	s->fold.upto = tail_fold_end(s->tail, n);
	s->fold.from = tail_next(s->tail);
	tail_fold_rows(s->tail, s->fold.upto, 0, false, &s->fold.rows);
}

/* Rows that are written before they count: readers look no further than `folded`, and after a crash they are written again. */
static int fold_slice(struct sqlite *s, size_t *at)
{
	size_t end = *at + (s->fold.each ? s->fold.each : FOLD_SLICE);
	int verdict = 0;

	for (; *at < s->fold.rows.n && *at < end && !verdict; ++*at)
		verdict = row_write(s, ST_ARCHIVE_FOLD, &s->fold.rows.rows[*at]);
	if (!verdict && *at == s->fold.rows.n)
		verdict = fold_end(s, s->fold.upto, s->fold.from);
	return verdict;
}

static bool fold_wanted(struct sqlite *s, bool idle)
{
	size_t n = tail_n(s->tail), each = s->fold.each;

	if (n < s->fold.not_below)
		return false;
	return (s->fold.on && idle) || n >= (each ? each : idle ? FOLD_FROM : FOLD_FULL);
}

bool sqlite_fold(struct sqlite *s, bool idle)
{
	size_t at, spare = s->fold.each ? s->fold.each / 4 : FOLD_SPARE;

	if (!fold_wanted(s, idle))
		return false;
	if (!s->fold.on)
		fold_begin(s, tail_n(s->tail) - spare);
	at = s->fold.at;
	s->fold.not_below = 0;
	if (sqlite_bare(s, ST_BEGIN_WRITE) || fold_slice(s, &at) || sqlite_commit(s)) {
		sqlite_rollback(s);
		/* The disk is full, as it seems. Messages go on as long as they can; the tail grows meanwhile. */
		s->fold.not_below = tail_n(s->tail) + FOLD_FROM;
		return false;
	}
	s->fold.at = at;
	s->fold.on = tail_folded(s->tail) < s->fold.upto;
	return s->fold.on;
}

/* Everything up to a stamp, as a part of the open transaction. */
static int fold_upto(struct sqlite *s, uint64_t stamp)
{
	uint64_t end = tail_fold_end(s->tail, tail_n(s->tail));

	s->fold.on = false; /* it may have rows of what is about to be deleted */
	return stamp > tail_folded(s->tail) ? fold_end(s, stamp < end ? stamp : end, 0) : 0;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static int taken_read(struct sqlite *s, struct buf *ret)
{
	sqlite3_stmt *st;
	int verdict = sqlite_ask_numbers(s, ST_TAKEN_LIST, &st, 0, NULL);

	for (; !verdict; verdict = sqlite_step(s, st))
		buf_str(ret, column_bytes(st, 0));
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

static uint32_t peer_read(sqlite3_stmt *st, unsigned direction)
{
	return rules_peer(&(struct stanza){ .from = address(column_bytes(st, 4)), .to = address(column_bytes(st, 5)) }, direction);
}

static int unfolded_read(struct sqlite *s, uint64_t folded)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_UNFOLDED, &st, (int64_t)folded);

	for (; !verdict; verdict = sqlite_step(s, st)) {
		struct tail_message m = { .stamp = (uint64_t)column_number(st, 0),
					  .owner = { column_number(st, 1), column_number(st, 2), column_number(st, 3) },
					  .peer = { peer_read(st, ARCHIVE_OUT), peer_read(st, ARCHIVE_IN) } };

		tail_add(s->tail, &m);
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

/* Who had it waiting stands in the message's own row only. */
static void taken_apply(struct sqlite *s, struct str taken)
{
	for (size_t i = 0; i + 8 <= taken.n; i += 8) {
		uint64_t little;
		bool archived;

		memcpy(&little, taken.p + i, sizeof little);
		tail_take(s->tail, tail_queued_for(s->tail, le64toh(little)), le64toh(little), &archived);
	}
}

int sqlite_tail_open(struct sqlite *s)
{
	own_buf taken = { 0 };
	sqlite3_stmt *st;
	int verdict = sqlite_ask_numbers(s, ST_FOLDED, &st, 0, NULL);

	if (verdict)
		return STORE_FAILED;
	s->tail = tail_new((uint64_t)column_number(st, 0));
	s->index.upto = (uint64_t)column_number(st, 1);
	s->index.merging = true;
	sqlite3_reset(st);
	verdict = unfolded_read(s, tail_folded(s->tail));
	if (!verdict)
		verdict = taken_read(s, &taken);
	if (verdict)
		return verdict;
	taken_apply(s, buf_all(&taken));
	tail_commit(s->tail);
	return 0;
}

/* ---- deleting --------------------------------------------------------------------------------------------------- */

/* Takes one message out of the archive of `owner`; `queue`: and out of its queue. (The rows in the table `archive` go later, all at once.) */
static int message_leave(struct sqlite *s, int64_t owner, uint64_t stamp, bool queue)
{
	struct owners o;
	int verdict = queue ? do_numbers(s, ST_QUEUE_DROP, owner, (int64_t)stamp) : 0;

	if (!verdict)
		verdict = owners_get(s, stamp, &o);
	if (verdict)
		return verdict == STORE_NOT_FOUND ? 0 : verdict;
	o.words |= stamp <= s->index.upto && (o.from || o.to);
	o.from = o.from == owner ? 0 : o.from;
	o.to = o.to == owner ? 0 : o.to;
	o.words &= !o.from && !o.to;
	o.queue = o.queue == owner && queue ? 0 : o.queue;
	verdict = owners_set(s, stamp, &o);
	return verdict ? verdict : message_release(s, stamp, &o);
}

/* Takes `owner` away from all that `which` lists; its first column is the stamp. */
static int leave_all(struct sqlite *s, int64_t owner, enum statement which, int64_t to)
{
	sqlite3_stmt *st;
	int verdict = to ? ask_numbers(s, which, &st, owner, 0, to) : ask_numbers(s, which, &st, owner, 0);

	for (; !verdict; verdict = sqlite_step(s, st)) {
		verdict = message_leave(s, owner, (uint64_t)column_number(st, 0), true);
		if (verdict)
			return verdict;
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

/* What is not folded is known by its place in the tail, which forgets in one direction only: so it is folded first. */
int sqlite_archive_trim(struct sqlite *s, struct store_request *r)
{
	uint64_t upto = r->after < INT64_MAX ? r->after : INT64_MAX, last = 0;
	int verdict = fold_upto(s, upto);
	sqlite3_stmt *st;

	r->more = false;
	if (!verdict)
		verdict = ask_numbers(s, ST_ARCHIVE_UP, &st, r->owner, 0, (int64_t)upto);
	for (; !verdict; verdict = sqlite_step(s, st)) {
		r->more = r->limit && r->n == r->limit;
		if (r->more)
			break;
		last = (uint64_t)column_number(st, 0);
		verdict = message_leave(s, r->owner, last, false);
		if (verdict)
			return verdict;
		r->n++;
	}
	if (verdict && verdict != STORE_NOT_FOUND)
		return verdict;
	if (!verdict)
		sqlite3_reset(st);
	return last ? do_numbers(s, ST_ARCHIVE_TRIM, r->owner, (int64_t)last) : 0;
}

int sqlite_forget_messages(struct sqlite *s, int64_t owner)
{
	int verdict = fold_upto(s, INT64_MAX);

	if (!verdict)
		verdict = leave_all(s, owner, ST_QUEUE_LIST, 0);
	if (!verdict)
		verdict = leave_all(s, owner, ST_ARCHIVE_UP, INT64_MAX);
	if (!verdict)
		verdict = do_numbers(s, ST_ARCHIVE_DELETE, owner);
	return verdict;
}
