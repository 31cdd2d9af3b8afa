/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_message.c - messages: one row each, a row in `archive` for each owner, a row in `queue` while it waits.
 */
#include "store/sqlite.h"

#include <assert.h>

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
};

static int owners_get(struct sqlite *s, uint64_t stamp, struct owners *ret)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_MESSAGE_OWNERS, &st, (int64_t)stamp);

	if (!verdict)
		*ret = (struct owners){ column_number(st, 0), column_number(st, 1), column_number(st, 2) };
	return verdict;
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

/* It was there: more owners. */
static int owners_add(struct sqlite *s, uint64_t stamp, const struct owners *more)
{
	struct owners o;
	int verdict = owners_get(s, stamp, &o);

	if (verdict)
		return verdict;
	if (more->from)
		o.from = more->from;
	if (more->to)
		o.to = more->to;
	if (more->queue)
		o.queue = o.queue && o.queue != more->queue ? -1 : more->queue;
	return do_numbers(s, ST_MESSAGE_OWNERS_SET, (int64_t)stamp, o.from, o.to, o.queue);
}

/* Deletes the message when nobody holds it. */
static int message_release(struct sqlite *s, uint64_t stamp, const struct owners *o)
{
	sqlite3_stmt *st;
	int verdict = STORE_NOT_FOUND;

	if (o->from || o->to)
		return 0;
	if (o->queue == -1)
		verdict = ask_numbers(s, ST_QUEUE_HELD, &st, (int64_t)stamp);
	else if (o->queue)
		verdict = ask_numbers(s, ST_QUEUE_GET, &st, o->queue, (int64_t)stamp);
	return verdict == STORE_NOT_FOUND ? do_numbers(s, ST_MESSAGE_DELETE, (int64_t)stamp) : verdict;
}

/* ---- keeping ---------------------------------------------------------------------------------------------------- */

static int64_t there(struct sqlite *s, int64_t account) { return account && !sqlite_gone(s, account) ? account : 0; }

static int archive_add(struct sqlite *s, const struct stanza *m, int64_t owner, unsigned direction)
{
	return owner ? do_numbers(s, ST_ARCHIVE_ADD, owner, (int64_t)m->stamp, direction, rules_peer(m, direction)) : 0;
}

static int queue_room(struct sqlite *s, struct store_request *r, int64_t owner)
{
	sqlite3_stmt *st;
	int verdict;

	if (!owner || !r->limit)
		return 0;
	verdict = ask_numbers(s, ST_QUEUE_COUNT, &st, owner, (int64_t)r->limit);
	if (verdict || (size_t)column_number(st, 0) < r->limit)
		return verdict;
	/* Full; but what waits already may be kept again. */
	verdict = ask_numbers(s, ST_QUEUE_GET, &st, owner, (int64_t)r->stanza->stamp);
	return verdict == STORE_NOT_FOUND ? STORE_LIMIT : verdict;
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
	if (!verdict)
		verdict = message_add(s, m, &o);
	if (!verdict && !sqlite3_changes(s->db))
		verdict = owners_add(s, m->stamp, &o);
	if (!verdict)
		verdict = archive_add(s, m, o.from, ARCHIVE_OUT);
	if (!verdict)
		verdict = archive_add(s, m, o.to, ARCHIVE_IN);
	if (!verdict && o.queue)
		verdict = do_numbers(s, ST_QUEUE_ADD, o.queue, (int64_t)m->stamp);
	return verdict;
}

/* ---- the queue -------------------------------------------------------------------------------------------------- */

int sqlite_queue_read(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st;
	struct stanza *m;
	size_t room = 0;
	int verdict = ask_numbers(s, ST_QUEUE_LIST, &st, r->owner, (int64_t)r->after);

	for (; !verdict; verdict = sqlite_step(s, st)) {
		r->more = r->limit && r->n == r->limit;
		if (r->more)
			break;
		verdict = message_get(s, (uint64_t)column_number(st, 0), &m);
		if (verdict)
			break;
		rules_add_stanza(r, &room, m);
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

int sqlite_queue_done(struct sqlite *s, struct store_request *r)
{
	int verdict = 0;

	for (size_t i = 0; i < r->stamps_n && !verdict; i++) {
		struct owners o;

		verdict = do_numbers(s, ST_QUEUE_DROP, r->owner, (int64_t)r->stamps[i]);
		if (verdict || !sqlite3_changes(s->db))
			continue;
		verdict = owners_get(s, r->stamps[i], &o);
		if (!verdict)
			verdict = message_release(s, r->stamps[i], &o);
	}
	return verdict;
}

/* ---- the archive ------------------------------------------------------------------------------------------------ */

static void row_read(sqlite3_stmt *st, struct archive_row *ret)
{
	*ret = (struct archive_row){ (uint64_t)column_number(st, 0), (uint32_t)column_number(st, 1),
				     (uint32_t)column_number(st, 2) };
}

static int walk_begin(void *db, int64_t owner, uint64_t lo, uint64_t hi, bool backwards)
{
	struct sqlite *s = db;

	s->walk = sqlite_start(s, backwards ? ST_ARCHIVE_DOWN : ST_ARCHIVE_UP);
	if (!s->walk)
		return STORE_FAILED;
	bind_number(s->walk, 1, owner);
	bind_number(s->walk, 2, (int64_t)lo);
	bind_number(s->walk, 3, (int64_t)hi);
	return 0;
}

static int walk_next(void *db, struct archive_row *ret)
{
	struct sqlite *s = db;
	int verdict = sqlite_step(s, s->walk);

	if (!verdict)
		row_read(s->walk, ret);
	return verdict;
}

static void walk_end(void *db)
{
	struct sqlite *s = db;

	sqlite3_reset(s->walk);
	s->walk = NULL;
}

static int archive_has(void *db, int64_t owner, uint64_t stamp, struct archive_row *ret)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers((struct sqlite *)db, ST_ARCHIVE_GET, &st, owner, (int64_t)stamp);

	if (!verdict)
		row_read(st, ret);
	return verdict;
}

static const struct archive_rows archive_rows = { walk_begin, walk_next, walk_end, archive_has, message_get };

int sqlite_archive(struct sqlite *s, struct store_request *r) { return rules_archive(&archive_rows, s, r); }

/* ---- deleting --------------------------------------------------------------------------------------------------- */

/* Takes `owner` away from one message. */
static int message_leave(struct sqlite *s, int64_t owner, uint64_t stamp)
{
	struct owners o;
	int verdict = owners_get(s, stamp, &o);

	if (verdict)
		return verdict == STORE_NOT_FOUND ? 0 : verdict;
	o.from = o.from == owner ? 0 : o.from;
	o.to = o.to == owner ? 0 : o.to;
	o.queue = o.queue == owner ? 0 : o.queue;
	verdict = do_numbers(s, ST_MESSAGE_OWNERS_SET, (int64_t)stamp, o.from, o.to, o.queue);
	if (!verdict)
		verdict = do_numbers(s, ST_QUEUE_DROP, owner, (int64_t)stamp);
	return verdict ? verdict : message_release(s, stamp, &o);
}

static int leave_all(struct sqlite *s, int64_t owner, sqlite3_stmt *st, int verdict)
{
	for (; !verdict; verdict = sqlite_step(s, st)) {
		verdict = message_leave(s, owner, (uint64_t)column_number(st, 0));
		if (verdict)
			return verdict;
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

int sqlite_forget_messages(struct sqlite *s, int64_t owner)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_QUEUE_LIST, &st, owner, 0);

	verdict = leave_all(s, owner, st, verdict);
	if (!verdict)
		verdict = leave_all(s, owner, st, ask_numbers(s, ST_ARCHIVE_UP, &st, owner, 0, INT64_MAX));
	if (!verdict)
		verdict = do_numbers(s, ST_ARCHIVE_DELETE, owner);
	return verdict;
}
