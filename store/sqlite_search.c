/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_search.c - the index of words: an FTS5 table without texts (store/search.h makes the terms), by stamp.
 * Terms for the owners keep a search from looking at what others wrote. It says which messages may fit; whether the
 * owner has one, the table `archive` says, and whether it fits, the message itself, so that what the index has too
 * much does no harm: the terms of owners who are gone stay.
 *
 * Messages come into it after they are folded, while nothing is to be written for anybody; putting its parts together
 * is left to then, too. What is not in it yet is looked at one by one.
 */
#include "store/sqlite.h"

#include <time.h>

enum {
	/* A step, about 5 ms: what a message that comes just then waits. */
	INDEX_SLICE = 128,
	INDEX_BYTES = 32 * 1024,
	/* Pages that are written in one step of merging. */
	MERGE_PAGES = 16,
	/* So many steps of SQLite lie between two looks at the clock. */
	CLOCK_STEPS = 2000,
};

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static int words_write(struct sqlite *s, enum statement which, uint64_t stamp, struct str terms)
{
	sqlite3_stmt *st;

	if (!terms.n)
		return 0;
	st = sqlite_start(s, which);
	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, (int64_t)stamp);
	bind_text(st, 2, terms);
	return sqlite_do(s, st);
}

static void owner_add(struct buf *terms, int64_t owner)
{
	if (!owner)
		return;
	search_owner(terms, owner);
	buf_byte(terms, ' ');
}

/* Columns n and n + 1 are traits and payload. */
static void terms_read(sqlite3_stmt *st, int n, struct buf *terms)
{
	struct stanza s = { .traits = (uint16_t)column_number(st, n), .payload = column_bytes(st, n + 1) };

	search_terms(&s, terms);
}

static int terms_of(struct sqlite *s, uint64_t stamp, struct buf *terms)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_WORDS_SOURCE, &st, (int64_t)stamp);

	if (verdict)
		return verdict;
	terms_read(st, 0, terms);
	sqlite3_reset(st);
	return 0;
}

int sqlite_words_add(struct sqlite *s, uint64_t stamp, int64_t one, int64_t two, bool words)
{
	own_buf terms = { 0 };
	int verdict = terms_of(s, stamp, &terms);

	if (verdict || !terms.n)
		return verdict;
	if (words)
		buf_clear(&terms);
	owner_add(&terms, one);
	owner_add(&terms, two == one ? 0 : two);
	return words_write(s, ST_WORDS_ADD, stamp, buf_all(&terms));
}

int sqlite_words_drop(struct sqlite *s, uint64_t stamp)
{
	own_buf terms = { 0 };
	int verdict = terms_of(s, stamp, &terms);

	s->index.merging = true;
	return verdict ? verdict : words_write(s, ST_WORDS_DROP, stamp, buf_all(&terms));
}

/* ---- when nobody waits ------------------------------------------------------------------------------------------ */

/* Messages after index.upto; *upto: how far it came. */
static int slice_index(struct sqlite *s, uint64_t *upto)
{
	uint64_t end = tail_folded(s->tail);
	own_buf terms = { 0 };
	size_t n = 0, bytes = 0;
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_UNINDEXED, &st, (int64_t)s->index.upto, (int64_t)end);

	for (; !verdict && n < INDEX_SLICE && bytes < INDEX_BYTES; verdict = sqlite_step(s, st), n++) {
		int64_t from = column_number(st, 1), to = column_number(st, 2);

		*upto = (uint64_t)column_number(st, 0);
		if (!from && !to)
			continue;
		bytes += column_bytes(st, 4).n;
		buf_clear(&terms);
		terms_read(st, 3, &terms);
		if (terms.n) {
			owner_add(&terms, from);
			owner_add(&terms, to == from ? 0 : to);
		}
		verdict = words_write(s, ST_WORDS_ADD, *upto, buf_all(&terms));
		if (verdict)
			return verdict;
	}
	if (verdict == STORE_NOT_FOUND)
		*upto = end;
	else if (!verdict)
		sqlite3_reset(st);
	return verdict && verdict != STORE_NOT_FOUND ? verdict : do_numbers(s, ST_INDEXED_SET, (int64_t)*upto);
}

/* FTS5 says by how many rows it changed whether there was anything to merge. */
static int part_merge(struct sqlite *s)
{
	int before = sqlite3_total_changes(s->db), verdict = do_numbers(s, ST_WORDS_MERGE, MERGE_PAGES);

	s->index.merging = sqlite3_total_changes(s->db) - before >= 2;
	return verdict;
}

static bool is_behind(const struct sqlite *s)
{
	uint64_t folded = tail_folded(s->tail);

	return s->index.upto < folded && folded >= s->index.not_below;
}

bool sqlite_index_wanted(const struct sqlite *s) { return s->index.merging || is_behind(s); }

bool sqlite_index(struct sqlite *s)
{
	uint64_t upto = s->index.upto;
	bool merging = s->index.merging;

	if (!sqlite_index_wanted(s))
		return false;
	if (sqlite_bare(s, ST_BEGIN_WRITE) || (merging ? part_merge(s) : slice_index(s, &upto)) || sqlite_commit(s)) {
		sqlite_rollback(s);
		/* The disk is full, as it seems; messages are more important. */
		s->index.merging = false;
		s->index.not_below = tail_folded(s->tail) + 1;
		return false;
	}
	s->index.upto = upto;
	s->index.merging |= !merging;
	return true;
}

/* ---- finding ---------------------------------------------------------------------------------------------------- */

/* No text of a user comes here but as words in quotes: what is a term has no quote, no operator, nothing of FTS5's
 * language. */
static void match_add(void *arg, struct str term, bool prefix)
{
	struct buf *match = arg;

	if (match->n)
		buf_lit(match, " AND ");
	buf_byte(match, '"');
	buf_str(match, term);
	buf_byte(match, '"');
	if (prefix)
		buf_lit(match, " *");
}

int sqlite_find(struct sqlite *s, int64_t owner, uint64_t lo, uint64_t hi, bool backwards, const struct search *search)
{
	own_buf match = { 0 }, mine = { 0 };
	sqlite3_stmt *st = sqlite_start(s, backwards ? ST_FOUND_DOWN : ST_FOUND_UP);

	if (!st)
		return sqlite_unready(s);
	search_owner(&mine, owner);
	match_add(&match, buf_all(&mine), false);
	search_ask(search, match_add, &match);
	bind_number(st, 1, owner);
	bind_number(st, 2, (int64_t)lo);
	bind_number(st, 3, (int64_t)hi);
	sqlite3_bind_text(st, 4, match.p, (int)match.n, SQLITE_TRANSIENT);
	s->found = st;
	s->found_exact = search->exact;
	return 0;
}

/* ---- not for ever ----------------------------------------------------------------------------------------------- */

static msec now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int look_at_clock(void *arg)
{
	struct sqlite *s = arg;

	s->gave_up |= now() >= s->give_up;
	return s->gave_up;
}

void sqlite_search_begin(struct sqlite *s)
{
	s->gave_up = false;
	s->give_up = now() + (msec)s->search_ms;
	sqlite3_progress_handler(s->db, s->search_ms ? CLOCK_STEPS : 1, look_at_clock, s);
}

void sqlite_search_end(struct sqlite *s)
{
	if (s->give_up)
		sqlite3_progress_handler(s->db, 0, NULL, NULL);
	s->give_up = 0;
}
