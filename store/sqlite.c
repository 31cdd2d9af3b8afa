/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite.c - the SQLite driver: "sqlite:PATH"; behind the path "?pages=N" sets a ceiling of N pages of 4 KiB, and for tests "?fold=N"
 * folds every N messages (sqlite_tail.h), "?search=N" gives a search N milliseconds. WAL and synchronous=FULL: when COMMIT returns, the group is on disk. Nothing but the prepared
 * statements of sqlite_statements.h is asked while serving.
 */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/driver.h"

enum { SEARCH_MS = 1000 };

struct gone {
	struct map_node node;
	int64_t id;
};

/* ---- statements ------------------------------------------------------------------------------------------------- */

static const char *const sql[STATEMENTS] = {
#define STATEMENT(name, text) [ST_##name] = text,
#include "store/sqlite_statements.h"
#undef STATEMENT
};

int sqlite_verdict(struct sqlite *s, int code)
{
	if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
		return 0;
	buf_clear(&s->reason);
	buf_fmt(&s->reason, "%s (%d, errno %d)", sqlite3_errmsg(s->db), sqlite3_extended_errcode(s->db),
		sqlite3_system_errno(s->db));
	if (s->give_up && s->gave_up)
		return sqlite_unready(s);
	return (code & 0xff) == SQLITE_FULL ? STORE_FULL : STORE_FAILED;
}

sqlite3_stmt *sqlite_start(struct sqlite *s, enum statement which)
{
	sqlite3_stmt **st = &s->statements[which];

	if (!*st) {
		if (sqlite_verdict(s, sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL)))
			return NULL;
	} else {
		sqlite3_reset(*st);
	}
	return *st;
}

void bind_text(sqlite3_stmt *st, int n, struct str s)
{
	if (s.p)
		sqlite3_bind_text(st, n, s.p, (int)s.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, n);
}

void bind_bytes(sqlite3_stmt *st, int n, struct str s)
{
	if (s.p)
		sqlite3_bind_blob(st, n, s.n ? s.p : "", (int)s.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, n);
}

struct str column_bytes(sqlite3_stmt *st, int n)
{
	const char *p = sqlite3_column_blob(st, n);

	if (!p && sqlite3_column_type(st, n) != SQLITE_NULL)
		p = "";
	return str_n(p, (size_t)sqlite3_column_bytes(st, n));
}

int sqlite_step(struct sqlite *s, sqlite3_stmt *st)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (code == SQLITE_ROW) {
		s->rows = true;
		return 0;
	}
	if (code == SQLITE_DONE) {
		sqlite3_reset(st);
		return STORE_NOT_FOUND;
	}
	code = st ? sqlite_verdict(s, code) : sqlite_unready(s);
	sqlite3_reset(st);
	return code;
}

int sqlite_do(struct sqlite *s, sqlite3_stmt *st)
{
	int verdict = sqlite_step(s, st);

	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

int sqlite_ask_numbers(struct sqlite *s, enum statement which, sqlite3_stmt **st, int n, const int64_t *values)
{
	*st = sqlite_start(s, which);
	for (int i = 0; *st && i < n; i++)
		bind_number(*st, i + 1, values[i]);
	return sqlite_step(s, *st);
}

int sqlite_do_numbers(struct sqlite *s, enum statement which, int n, const int64_t *values)
{
	sqlite3_stmt *st;
	int verdict = sqlite_ask_numbers(s, which, &st, n, values);

	return verdict == STORE_NOT_FOUND ? 0 : verdict;
}

int sqlite_bare(struct sqlite *s, enum statement which) { return sqlite_do(s, sqlite_start(s, which)); }

/* ---- accounts --------------------------------------------------------------------------------------------------- */

static const struct {
	enum { SHA1 = SCRAM_SHA1, SHA256 = SCRAM_SHA256 } hash;
	size_t key_bytes;
} scram[SCRAM_HASHES] = { { SHA1, 20 }, { SHA256, 32 } };

/* Binds the verifiers, four values each, from the n-th on. */
static void bind_verifiers(sqlite3_stmt *st, int n, const struct account *a)
{
	for (size_t i = 0; i < SCRAM_HASHES; i++) {
		const struct verifier *v = &a->verifier[scram[i].hash];

		bind_number(st, n++, v->iterations);
		bind_bytes(st, n++, verifier_salt(v));
		bind_bytes(st, n++, str_n((const char *)v->stored_key, scram[i].key_bytes));
		bind_bytes(st, n++, str_n((const char *)v->server_key, scram[i].key_bytes));
	}
}

static void column_copy(sqlite3_stmt *st, int n, uint8_t *to, size_t room)
{
	struct str s = column_bytes(st, n);

	memcpy(to, s.p ? s.p : "", s.n < room ? s.n : room);
}

static void account_read(sqlite3_stmt *st, struct arena *arena, struct account *a)
{
	int n = 6;

	*a = (struct account){ .id = column_number(st, 0),
			       .name = arena_str(arena, column_bytes(st, 1)),
			       .flags = (uint32_t)column_number(st, 2),
			       .created = column_number(st, 3),
			       .seen = column_number(st, 4),
			       .seen_status = arena_str(arena, column_bytes(st, 5)) };
	for (size_t i = 0; i < SCRAM_HASHES; i++) {
		struct verifier *v = &a->verifier[scram[i].hash];

		v->iterations = (uint32_t)column_number(st, n++);
		v->salt_n = column_bytes(st, n).n <= sizeof v->salt ? (uint8_t)column_bytes(st, n).n : 0;
		column_copy(st, n++, v->salt, sizeof v->salt);
		column_copy(st, n++, v->stored_key, scram[i].key_bytes);
		column_copy(st, n++, v->server_key, scram[i].key_bytes);
	}
}

int sqlite_change_one(struct sqlite *s, sqlite3_stmt *st)
{
	int verdict = sqlite_do(s, st);

	return verdict ? verdict : sqlite3_changes(s->db) ? 0 : STORE_NOT_FOUND;
}

static int account_add(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_ADD);
	const struct account *a = &r->account;
	int verdict = sqlite_invite_admits(s, r);

	if (verdict)
		return verdict;
	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, a->name);
	bind_number(st, 2, a->flags);
	bind_number(st, 3, a->created);
	bind_number(st, 4, a->seen);
	bind_text(st, 5, a->seen_status);
	bind_verifiers(st, 6, a);
	verdict = sqlite_change_one(s, st);
	if (!verdict)
		r->account.id = sqlite3_last_insert_rowid(s->db);
	return verdict == STORE_NOT_FOUND ? STORE_EXISTS : verdict;
}

static int account_get(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_GET);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, r->account.name);
	verdict = sqlite_step(s, st);
	if (!verdict)
		account_read(st, &r->arena, &r->account);
	return verdict;
}

void *sqlite_list_grow(struct store_request *r, void *list, size_t size)
{
	void *to;

	if (r->n && (r->n < 8 || (r->n & (r->n - 1))))
		return list;
	to = arena_get(&r->arena, (r->n < 8 ? 8 : r->n * 2) * size);
	if (r->n)
		memcpy(to, list, r->n * size);
	return to;
}

/* No more rows is a good end. */
static int list_end(int verdict) { return verdict == STORE_NOT_FOUND ? 0 : verdict; }

static int account_list(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_LIST);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, r->after_name.p ? r->after_name : STR(""));
	bind_number(st, 2, r->account.flags & ACCOUNT_KINDS);
	bind_number(st, 3, r->limit ? (int64_t)r->limit : -1);
	while (!(verdict = sqlite_step(s, st))) {
		r->accounts = sqlite_list_grow(r, r->accounts, sizeof *r->accounts);
		account_read(st, &r->arena, &r->accounts[r->n++]);
	}
	return list_end(verdict);
}

static int account_verify(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_VERIFY);

	if (!st)
		return STORE_FAILED;
	bind_verifiers(st, 1, &r->account);
	bind_number(st, 9, r->account.id);
	return sqlite_change_one(s, st);
}

static int account_seen(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_SEEN);

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, r->account.seen);
	bind_text(st, 2, r->account.seen_status);
	bind_number(st, 3, r->account.id);
	return sqlite_change_one(s, st);
}

static int account_flags(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_FLAGS);

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, r->account.flags);
	bind_number(st, 2, r->account.id);
	return sqlite_change_one(s, st);
}

static void going_add(struct sqlite *s, int64_t id)
{
	if (s->going_n == s->going_room) {
		s->going_room = s->going_room ? s->going_room * 2 : 8;
		s->going = mem_grow(s->going, s->going_room * sizeof *s->going);
	}
	s->going[s->going_n++] = id;
}

static int account_delete(struct sqlite *s, struct store_request *r)
{
	static const enum statement everything[] = { ST_ROSTER_HEAD_DELETE, ST_ROSTER_DELETE, ST_ITEM_DELETE, ST_INVITE_DELETE, ST_FILE_LEAVE_ALL };
	int64_t id = r->account.id;
	sqlite3_stmt *st = sqlite_start(s, ST_ACCOUNT_DELETE);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, id);
	verdict = sqlite_change_one(s, st);
	for (size_t i = 0; i < countof(everything) && !verdict; i++)
		verdict = do_numbers(s, everything[i], id);
	if (!verdict)
		verdict = sqlite_forget_messages(s, id);
	if (!verdict)
		going_add(s, id);
	return verdict;
}

static struct str gone_key(const int64_t *id) { return str_n((const char *)id, sizeof *id); }

bool sqlite_gone(struct sqlite *s, int64_t account)
{
	for (size_t i = 0; i < s->going_n; i++)
		if (s->going[i] == account)
			return true;
	return map_get(&s->gone, gone_key(&account)) != NULL;
}

/* ---- rosters ---------------------------------------------------------------------------------------------------- */

static int head_get(void *db, int64_t owner, struct roster_head *ret)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers((struct sqlite *)db, ST_ROSTER_HEAD, &st, owner);

	*ret = (struct roster_head){ 0 };
	if (!verdict)
		*ret = (struct roster_head){ (uint64_t)column_number(st, 0), (uint64_t)column_number(st, 1) };
	return list_end(verdict);
}

static int head_put(void *db, int64_t owner, const struct roster_head *head)
{
	return do_numbers((struct sqlite *)db, ST_ROSTER_HEAD_PUT, owner, (int64_t)head->version, (int64_t)head->forgotten);
}

static void contact_read(sqlite3_stmt *st, struct arena *arena, struct roster_item *ret)
{
	*ret = (struct roster_item){ .contact = arena_str(arena, column_bytes(st, 0)),
				     .name = arena_str(arena, column_bytes(st, 1)),
				     .groups = arena_str(arena, column_bytes(st, 2)),
				     .request = arena_str(arena, column_bytes(st, 3)),
				     .state = (uint32_t)column_number(st, 4),
				     .version = (uint64_t)column_number(st, 5) };
}

static int contact_find(void *db, int64_t owner, struct str contact, struct arena *arena, struct roster_item *ret)
{
	struct sqlite *s = db;
	sqlite3_stmt *st = sqlite_start(s, ST_ROSTER_GET);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, owner);
	bind_text(st, 2, contact);
	verdict = sqlite_step(s, st);
	if (!verdict)
		contact_read(st, arena, ret);
	return verdict;
}

static int contact_put(void *db, int64_t owner, const struct roster_item *item)
{
	struct sqlite *s = db;
	sqlite3_stmt *st = sqlite_start(s, ST_ROSTER_PUT);

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, owner);
	bind_text(st, 2, item->contact);
	bind_text(st, 3, item->name);
	bind_bytes(st, 4, item->groups);
	bind_text(st, 5, item->request);
	bind_number(st, 6, item->state);
	bind_number(st, 7, (int64_t)item->version);
	return sqlite_do(s, st);
}

static int contact_drop(void *db, int64_t owner, struct str contact)
{
	struct sqlite *s = db;
	sqlite3_stmt *st = sqlite_start(s, ST_ROSTER_DROP);

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, owner);
	bind_text(st, 2, contact);
	return sqlite_do(s, st);
}

static int contact_count(void *db, int64_t owner, size_t *live, size_t *gone)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers((struct sqlite *)db, ST_ROSTER_COUNT, &st, owner);

	if (!verdict) {
		*gone = (size_t)column_number(st, 1);
		*live = (size_t)column_number(st, 0) - *gone;
	}
	return verdict;
}

static int contact_oldest_gone(void *db, int64_t owner, struct arena *arena, struct roster_item *ret)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers((struct sqlite *)db, ST_ROSTER_OLDEST_GONE, &st, owner);

	if (!verdict)
		contact_read(st, arena, ret);
	return verdict;
}

static int contact_list(void *db, struct store_request *r, uint64_t after)
{
	struct sqlite *s = db;
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_ROSTER_LIST, &st, r->owner, (int64_t)after);

	for (; !verdict; verdict = sqlite_step(s, st)) {
		r->items = sqlite_list_grow(r, r->items, sizeof *r->items);
		contact_read(st, &r->arena, &r->items[r->n++]);
	}
	return list_end(verdict);
}

static const struct roster_rows roster_rows = { head_get,      head_put,            contact_find, contact_put, contact_drop,
						contact_count, contact_oldest_gone, contact_list };

static int roster(struct sqlite *s, struct store_request *r) { return rules_roster(&roster_rows, s, r); }

/* ---- small things ----------------------------------------------------------------------------------------------- */

static sqlite3_stmt *item_start(struct sqlite *s, enum statement which, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, which);

	if (st) {
		bind_number(st, 1, r->owner);
		bind_text(st, 2, r->space);
		bind_text(st, 3, r->key);
	}
	return st;
}

static int item_get(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = item_start(s, ST_ITEM_GET, r);
	int verdict = sqlite_step(s, st);

	if (!verdict)
		r->value = store_str(r, column_bytes(st, 0));
	return verdict;
}

static int item_differs(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = item_start(s, ST_ITEM_GET, r);
	int verdict = sqlite_step(s, st);

	if (verdict && verdict != STORE_NOT_FOUND)
		return verdict;
	return str_eq(verdict ? STR("") : column_bytes(st, 0), r->was) ? 0 : STORE_EXISTS;
}

static int item_set(struct sqlite *s, struct store_request *r)
{
	int verdict = r->was.p ? item_differs(s, r) : 0;
	sqlite3_stmt *st;

	if (verdict)
		return verdict;
	st = item_start(s, r->value.p ? ST_ITEM_SET : ST_ITEM_DROP, r);
	if (st && r->value.p)
		bind_bytes(st, 4, r->value);
	return sqlite_do(s, st);
}

static int item_list(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_ITEM_LIST);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_number(st, 1, r->owner);
	bind_text(st, 2, r->space);
	while (!(verdict = sqlite_step(s, st))) {
		r->pairs = sqlite_list_grow(r, r->pairs, sizeof *r->pairs);
		r->pairs[r->n].key = store_str(r, column_bytes(st, 0));
		r->pairs[r->n++].value = store_str(r, column_bytes(st, 1));
	}
	return list_end(verdict);
}

/* ---- the driver ------------------------------------------------------------------------------------------------- */

/* Each answers 0 or a verdict of any kind. */
static const struct {
	int (*run)(struct sqlite *s, struct store_request *r);
	bool several; /* reads with more than one statement: they must see one state */
} by_op[STORE_OPS] = {
	[STORE_ACCOUNT_ADD] = { account_add },
	[STORE_ACCOUNT_GET] = { account_get },
	[STORE_ACCOUNT_LIST] = { account_list },
	[STORE_ACCOUNT_VERIFY] = { account_verify },
	[STORE_ACCOUNT_SEEN] = { account_seen },
	[STORE_ACCOUNT_FLAGS] = { account_flags },
	[STORE_ACCOUNT_DELETE] = { account_delete },
	[STORE_ROSTER_LOAD] = { roster, .several = true },
	[STORE_ROSTER_SET] = { roster },
	[STORE_ROSTER_REMOVE] = { roster },
	[STORE_ROSTER_APPLY] = { roster },
	[STORE_ITEM_GET] = { item_get },
	[STORE_ITEM_SET] = { item_set },
	[STORE_ITEM_LIST] = { item_list },
	[STORE_INVITE_ADD] = { sqlite_people },
	[STORE_INVITE_GET] = { sqlite_people },
	[STORE_INVITE_USE] = { sqlite_people },
	[STORE_INVITE_LIST] = { sqlite_people },
	[STORE_INVITE_REMOVE] = { sqlite_people },
	[STORE_PEOPLE_NAME] = { sqlite_people },
	[STORE_PEOPLE_FIND] = { sqlite_people },
	[STORE_KEEP] = { sqlite_keep },
	[STORE_QUEUE_READ] = { sqlite_queue_read, .several = true },
	[STORE_QUEUE_DONE] = { sqlite_queue_done },
	[STORE_ARCHIVE_READ] = { sqlite_archive, .several = true },
	[STORE_ARCHIVE_ENDS] = { sqlite_archive, .several = true },
	[STORE_ARCHIVE_REPLACE] = { sqlite_archive_replace },
	[STORE_ARCHIVE_TRIM] = { sqlite_archive_trim },
	[STORE_FILE_ADD] = { sqlite_file },
	[STORE_FILE_GET] = { sqlite_file },
	[STORE_FILE_WHOLE] = { sqlite_file },
	[STORE_FILE_LIST] = { sqlite_file },
	[STORE_FILE_REMOVE] = { sqlite_file },
	[STORE_FILE_EXPIRE] = { sqlite_file },
	[STORE_FILE_HELD] = { sqlite_file },
};

/* No statement stands on a row when a request is done: it would keep the WAL from starting again. */
static void stop_all(struct sqlite *s)
{
	for (size_t i = 0; i < STATEMENTS && s->rows; i++)
		sqlite3_reset(s->statements[i]);
	s->rows = false;
}

static int sqlite_run(void *db, struct store_request *r)
{
	struct sqlite *s = db;
	int verdict = 0;

	if (rules_needs_owner(r->op) && sqlite_gone(s, r->owner)) {
		r->answer = STORE_NOT_FOUND;
		return 0;
	}
	if (by_op[r->op].several)
		verdict = sqlite_bare(s, ST_BEGIN_READ);
	if (!verdict)
		verdict = by_op[r->op].run(s, r);
	stop_all(s);
	if (by_op[r->op].several && !sqlite3_get_autocommit(s->db))
		sqlite_bare(s, ST_COMMIT);
	if (verdict == STORE_FULL || verdict == STORE_FAILED)
		return verdict;
	if (verdict)
		r->answer = verdict;
	return 0;
}

static int sqlite_begin(void *db)
{
	struct sqlite *s = db;

	sqlite_fold(s, false);
	return sqlite_bare(s, ST_BEGIN_WRITE);
}

static enum idle sqlite_idle(void *db, bool quiet)
{
	struct sqlite *s = db;

	if (sqlite_fold(s, true) || (quiet && sqlite_index(s)))
		return IDLE_MORE;
	return sqlite_index_wanted(s) ? IDLE_WHEN_QUIET : IDLE_NOTHING;
}

static void gone_keep(struct sqlite *s)
{
	while (s->going_n) {
		struct gone *g = mem_new(struct gone);

		g->id = s->going[--s->going_n];
		map_add(&s->gone, &g->node, gone_key(&g->id));
	}
}

int sqlite_commit(void *db)
{
	struct sqlite *s = db;
	int verdict = sqlite_taken_write(s);

	if (!verdict)
		verdict = sqlite_bare(s, ST_COMMIT);
	if (verdict)
		return verdict;
	gone_keep(s);
	tail_commit(s->tail);
	checkpointer_look(s->checkpointer, s->db, s->wal_pages);
	return 0;
}

void sqlite_rollback(void *db)
{
	struct sqlite *s = db;

	stop_all(s);
	s->going_n = 0;
	buf_clear(&s->taken);
	tail_rollback(s->tail);
	/* Some errors have rolled back already. */
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static uint64_t sqlite_last_stamp(void *db)
{
	struct sqlite *s = db;
	sqlite3_stmt *st = NULL;
	uint64_t last = 0;

	if (sqlite3_prepare_v2(s->db, "SELECT max(stamp) FROM message", -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		last = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return last;
}

static struct str sqlite_reason(void *db) { return buf_all(&((struct sqlite *)db)->reason); }

static void sqlite_close(void *db)
{
	struct sqlite *s = db;
	struct map_node *node;

	checkpointer_free(s->checkpointer);
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->statements[i]);
	sqlite3_close(s->db);
	while ((node = map_drain(&s->gone)))
		mem_free(holder_of(node, struct gone, node));
	map_free(&s->gone);
	if (s->lock >= 0)
		close(s->lock);
	mem_free(s->going);
	buf_free(&s->taken);
	tail_rows_free(&s->newest);
	tail_rows_free(&s->fold.rows);
	if (!s->reads)
		tail_free(s->tail);
	buf_free(&s->reason);
	mem_free(s);
}

/* secure_delete: what is deleted is overwritten; somebody who deletes an account means it. It costs only where something is deleted,
 * and messages that come and go leave their pages seldom: bench_store shows no difference beyond its noise between ON, FAST and OFF.
 * Checkpoints: sqlite_checkpoint.c. journal_size_limit: what a long read let the WAL grow to is given back. */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
			      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 0;"
			      "PRAGMA journal_size_limit = 67108864;";

static int pages_limit(struct sqlite *s, uint64_t pages)
{
	own_buf pragma = { 0 };

	buf_fmt(&pragma, "PRAGMA max_page_count = %d", (int)(pages < INT32_MAX ? pages : INT32_MAX));
	return sqlite3_exec(s->db, buf_z(&pragma), NULL, NULL, NULL);
}

/* "?pages=N", "?fold=N", "?search=N", joined by '&'. What is not known is refused: it may be a mistake in a file name. */
static int options(struct sqlite *s, struct str text)
{
	static const struct str pages = STR_INIT("pages="), fold = STR_INIT("fold="), search = STR_INIT("search=");
	int code = SQLITE_OK;

	while (text.n && code == SQLITE_OK) {
		size_t end;
		struct str option;
		uint64_t n;

		text = str_from(text, 1);
		end = str_find(text, '&');
		option = str_n(text.p, end);
		text = str_from(text, end);
		if (str_starts(option, pages) && str_u64(str_from(option, pages.n), &n))
			code = pages_limit(s, n);
		else if (str_starts(option, fold) && str_u64(str_from(option, fold.n), &n))
			s->fold.each = (size_t)n;
		else if (str_starts(option, search) && str_u64(str_from(option, search.n), &n))
			s->search_ms = (unsigned)n;
		else
			code = SQLITE_MISUSE;
	}
	return code;
}

static void configure(void)
{
	/* Each handle stays with one thread at a time, and nobody asks how much memory SQLite uses: no locks for either. */
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
	((struct sqlite *)arg)->wal_pages = pages;
	return SQLITE_OK;
}

/* A connection for one thread; NULL and a sentence when it cannot be made. */
static sqlite3 *connect(const char *file, struct buf *why)
{
	sqlite3 *db;

	if (sqlite3_open_v2(file, &db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(db, 5000) == SQLITE_OK && sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK)
		return db;
	buf_fmt(why, "cannot open the database %s: %s", file, sqlite3_errmsg(db));
	sqlite3_close(db);
	return NULL;
}

/* What is newest is known in the memory of the process that writes: a second one would be told wrong, and write wrong. (A file of its own:
 * SQLite's locks on the database end when any descriptor of it is closed.) */
static int lock(struct sqlite *s, const char *file, struct buf *why)
{
	own_buf name = { 0 };

	buf_fmt(&name, "%s-lock", file);
	s->lock = open(buf_z(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0) {
		buf_fmt(why, "cannot open %s: %s", buf_z(&name), strerror(errno));
		return STORE_FAILED;
	}
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	buf_fmt(why, "the database %s is in use by another process", file);
	return STORE_FAILED;
}

/* Nobody else on this machine has to read what people write to each other. SQLite gives its other files the mode of this one. */
static int make(const char *file, struct buf *why)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		buf_fmt(why, "cannot open the database %s: %s", file, strerror(errno));
		return STORE_FAILED;
	}
	close(fd);
	return 0;
}

static int writer_open(struct sqlite *s, const char *file, struct str option, struct buf *why)
{
	sqlite3 *second;

	if (lock(s, file, why) || make(file, why))
		return STORE_FAILED;
	s->db = connect(file, why);
	if (!s->db || sqlite_schema(s->db, str_z(file), why))
		return STORE_FAILED;
	if (options(s, option) != SQLITE_OK) {
		buf_fmt(why, "\"%.*s\" is no option of a database", STR_ARG(option));
		return STORE_FAILED;
	}
	if (sqlite_tail_open(s)) {
		buf_fmt(why, "cannot read the database %s: %.*s", file, STR_ARG(buf_all(&s->reason)));
		return STORE_FAILED;
	}
	sqlite3_wal_hook(s->db, wal_grew, s);
	second = connect(file, why);
	s->checkpointer = second ? checkpointer_new(second) : NULL;
	if (second && !s->checkpointer)
		buf_lit(why, "the store cannot start a thread");
	return s->checkpointer ? 0 : STORE_FAILED;
}

static int reader_open(struct sqlite *s, const char *file, struct sqlite *writer, struct buf *why)
{
	s->reads = true;
	s->tail = writer->tail;
	s->search_ms = writer->search_ms;
	s->db = connect(file, why);
	return s->db ? 0 : STORE_FAILED;
}

static int sqlite_open(void **ret, struct str path, void *writer, struct buf *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t option = str_find(path, '?');
	struct sqlite *s = mem_new(struct sqlite);
	own_buf file = { 0 };

	pthread_once(&once, configure);
	s->lock = -1;
	s->search_ms = SEARCH_MS;
	buf_str(&file, str_n(path.p, option));
	if (writer ? reader_open(s, buf_z(&file), writer, why)
		   : writer_open(s, buf_z(&file), str_from(path, option), why)) {
		sqlite_close(s);
		return STORE_FAILED;
	}
	*ret = s;
	return 0;
}

static struct store_manner sqlite_manner(struct str path) { return (struct store_manner){ .threaded = true }; }

const struct store_driver store_sqlite = {
	.scheme = "sqlite",
	.manner = sqlite_manner,
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.run = sqlite_run,
	.reason = sqlite_reason,
	.last_stamp = sqlite_last_stamp,
	.idle = sqlite_idle,
};
