/* SPDX-License-Identifier: Apache-2.0
 *
 * One SQLite file that this program has for itself (locking_mode EXCLUSIVE: the lock goes with the process, however it
 * ends). Every call is a transaction of its own. What a call gives back is read as a whole before the first callback,
 * so that callbacks may use the keep.
 */
#include "clients/term/keep/keep.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "clients/term/text/text.h"
#include "model/fold.h"

/* These numbers are on disks. */
_Static_assert(ENTRY_TEXT == 0 && ENTRY_FILE == 1 && ENTRY_NOTE == 2, "kinds");
_Static_assert(ENTRY_RECEIVED == 0 && ENTRY_WAITING == 1 && ENTRY_SENDING == 2 && ENTRY_RELAYED == 3 &&
		       ENTRY_DIRECT == 4 && ENTRY_DATAGRAM == 5 && ENTRY_FAILED == 6,
	       "statuses");
_Static_assert(FILE_OFFERED == 0 && FILE_HASHING == 1 && FILE_MOVING == 2 && FILE_PAUSED == 3 && FILE_DONE == 4 &&
		       FILE_DECLINED == 5 && FILE_BROKEN == 6,
	       "files");

/* Each takes the file from the version of its place to the next. Never changed, only added to. */
static const char *const migrations[] = {
	"CREATE TABLE conversation (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, draft TEXT NOT NULL DEFAULT '',"
	"  password TEXT NOT NULL DEFAULT '', unread INTEGER NOT NULL DEFAULT 0,"
	"  mentioned INTEGER NOT NULL DEFAULT 0, joined INTEGER NOT NULL DEFAULT 0) STRICT;"
	/* AUTOINCREMENT: an id that was given is never given to another, also when its entry was forgotten. */
	"CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL REFERENCES conversation,"
	"  kind INTEGER NOT NULL,"
	"  status INTEGER NOT NULL, mine INTEGER NOT NULL, relayed INTEGER NOT NULL, time INTEGER NOT NULL,"
	"  sender TEXT NOT NULL, text TEXT NOT NULL, why TEXT NOT NULL, mark TEXT NOT NULL, folded TEXT NOT NULL,"
	"  file_state INTEGER, file_name TEXT, file_path TEXT, file_size INTEGER,"
	"  file_done INTEGER, file_token TEXT) STRICT;"
	"CREATE INDEX entry_time ON entry (conversation, time, id);"
	"CREATE INDEX entry_mark ON entry (mark) WHERE mark <> '';"
	"CREATE INDEX entry_waiting ON entry (id) WHERE mine AND status IN (1, 2);"
	"CREATE INDEX entry_moving ON entry (id) WHERE file_state IN (2, 3);"
	"CREATE TABLE key (whose TEXT PRIMARY KEY, key BLOB NOT NULL, verified INTEGER NOT NULL,"
	"  since INTEGER NOT NULL) STRICT;"
	"CREATE TABLE value (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;",
};

/* Columns of an entry, in the order in which entry_read() takes them. */
#define ENTRY \
	"SELECT c.name, e.id, e.kind, e.status, e.mine, e.relayed, e.time, e.sender, e.text, e.why, e.mark, " \
	"  e.file_state, e.file_name, e.file_path, e.file_size, e.file_done, e.file_token, e.folded" \
	"  FROM entry e JOIN conversation c ON c.id = e.conversation "

enum statement {
	BEGIN, COMMIT, ROLLBACK, CONVERSATION_MAKE, ADD, UPDATE, ENTRIES, BEFORE, WAITING, FILES, HAS, SEARCH, NEWEST,
	CONVERSATION_SET, CONVERSATION_ALL, FORGET_ENTRIES, FORGET, KEY, KEY_SET, KEY_DROP, VALUE, VALUE_SET, STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[CONVERSATION_MAKE] = "INSERT INTO conversation (name) VALUES (?1) ON CONFLICT DO NOTHING",
	[ADD] = "INSERT INTO entry (conversation, kind, status, mine, relayed, time, sender, text, why, mark,"
		"  folded, file_state, file_name, file_path, file_size, file_done, file_token)"
		"  VALUES ((SELECT id FROM conversation WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		"  ?13, ?14, ?15, ?16, ?17)",
	[UPDATE] =
		"UPDATE entry SET status = ?2, why = ?3, time = ?4, relayed = ?5, file_state = ?6,"
		"  file_name = ?7, file_path = ?8, file_size = ?9, file_done = ?10, file_token = ?11 WHERE id = ?1",
	[ENTRIES] = ENTRY
	"WHERE e.conversation = (SELECT id FROM conversation WHERE name = ?1) ORDER BY e.time DESC, e.id DESC LIMIT ?2",
	[BEFORE] = ENTRY
	"WHERE e.conversation = (SELECT id FROM conversation WHERE name = ?1)"
	"  AND (e.time, e.id) < (SELECT time, id FROM entry WHERE id = ?3) ORDER BY e.time DESC, e.id DESC LIMIT ?2",
	[WAITING] = ENTRY "WHERE e.mine AND e.status IN (1, 2) AND (?1 IS NULL OR c.name = ?1) ORDER BY e.id",
	[FILES] = ENTRY "WHERE e.file_state IN (2, 3) ORDER BY e.id",
	[HAS] = "SELECT 1 FROM entry WHERE mark = ?1 AND mark <> '' LIMIT 1",
	[SEARCH] = ENTRY "WHERE (?1 IS NULL OR c.name = ?1) AND instr(e.folded, ?2) ORDER BY e.time DESC, e.id DESC",
	[NEWEST] =
		"SELECT ifnull(max(time), 0) FROM entry"
		"  WHERE conversation = (SELECT id FROM conversation WHERE name = ?1) AND ((NOT mine AND relayed) OR (mine AND status = 3))",
	[CONVERSATION_SET] =
		"INSERT INTO conversation (name, draft, password, unread, mentioned, joined) VALUES (?1, ?2, ?3, ?4,"
		"  ?5, ?6) ON CONFLICT (name) DO UPDATE SET draft = ?2, password = ?3, unread = ?4,"
		"  mentioned = ?5, joined = ?6",
	[CONVERSATION_ALL] = "SELECT name, draft, password, unread, mentioned, joined FROM conversation ORDER BY id",
	[FORGET_ENTRIES] = "DELETE FROM entry WHERE conversation = (SELECT id FROM conversation WHERE name = ?1)",
	[FORGET] = "DELETE FROM conversation WHERE name = ?1",
	[KEY] = "SELECT key, verified, since FROM key WHERE whose = ?1",
	[KEY_SET] =
		"INSERT INTO key VALUES (?1, ?2, ?3, ?4) ON CONFLICT (whose)"
		"  DO UPDATE SET key = ?2, verified = ?3, since = ?4",
	[KEY_DROP] = "DELETE FROM key WHERE whose = ?1",
	[VALUE] = "SELECT value FROM value WHERE key = ?1",
	[VALUE_SET] = "INSERT INTO value VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
};

struct keep {
	sqlite3 *db;
	char *path;
	bool chinese;
	sqlite3_stmt *made[STATEMENTS];
	struct buf why;
};

/* ---- what went wrong --------------------------------------------------------------------------------------------- */

static void say(struct keep *k, enum text t, const char *what)
{
	buf_clear(&k->why);
	text_put(&k->why, k->chinese, t, str_z(k->path), str_z(what), STR_NONE);
}

/* What SQLite says, as an errno. */
static int error_of(int code, int system)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return EACCES;
	default:
		return system == ENOSPC || system == EFBIG || system == EDQUOT ? ENOSPC : EIO;
	}
}

static int failed(struct keep *k)
{
	int code = sqlite3_errcode(k->db), error = error_of(code, sqlite3_system_errno(k->db)), kind = code & 0xff;
	struct str says = str_z(sqlite3_errmsg(k->db));
	own_buf what = { 0 };

	/* Where it has no errno of its own, SQLite's words are all there is. */
	if (error != EIO || kind == SQLITE_IOERR)
		buf_str(&what, str_z(text_error(k->chinese, error)));
	else if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
		text_put(&what, k->chinese, TEXT_keep_damaged, says, STR_NONE, STR_NONE);
	else
		text_put(&what, k->chinese, TEXT_keep_other, says, STR_NONE, STR_NONE);
	say(k, TEXT_keep_failed, buf_z(&what));
	return -error;
}

struct str keep_why(const struct keep *k) { return buf_all(&k->why); }

/* ---- statements -------------------------------------------------------------------------------------------------- */

/* NULL: it cannot be made; failed() knows why. */
static sqlite3_stmt *start(struct keep *k, enum statement which)
{
	sqlite3_stmt **st = &k->made[which];

	if (!*st && sqlite3_prepare_v3(k->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL))
		return NULL;
	return *st;
}

static void bind_str(sqlite3_stmt *st, int i, struct str s)
{
	sqlite3_bind_text(st, i, s.p ? s.p : "", (int)s.n, SQLITE_STATIC); /* what is absent is empty */
}

static void bind_absent(sqlite3_stmt *st, int i, struct str s)
{
	if (s.p)
		bind_str(st, i, s);
	else
		sqlite3_bind_null(st, i);
}

static void end(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

/* Runs one that gives no rows. */
static int run(struct keep *k, sqlite3_stmt *st)
{
	int r;

	if (!st)
		return failed(k);
	r = sqlite3_step(st) == SQLITE_DONE ? 0 : failed(k);
	end(st);
	return r;
}

static int run_plain(struct keep *k, enum statement which) { return run(k, start(k, which)); }

static int run_named(struct keep *k, enum statement which, struct str name)
{
	sqlite3_stmt *st = start(k, which);

	if (st)
		bind_str(st, 1, name);
	return run(k, st);
}

/* The end of a transaction whose last step gave `r`. What went wrong first is what is told. */
static int settle(struct keep *k, int r)
{
	if (!r)
		r = run_plain(k, COMMIT);
	if (r && !sqlite3_get_autocommit(k->db)) {
		struct buf why = k->why;

		k->why = (struct buf){ 0 };
		run_plain(k, ROLLBACK);
		buf_free(&k->why);
		k->why = why;
	}
	return r;
}

static struct str column(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_text(st, i);

	return str_n(p ? p : "", (size_t)sqlite3_column_bytes(st, i));
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static int exec(struct keep *k, const char *sql) { return sqlite3_exec(k->db, sql, NULL, NULL, NULL) ? failed(k) : 0; }

static int version_of(struct keep *k, int *ret)
{
	sqlite3_stmt *st = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(k->db, "PRAGMA user_version", -1, &st, NULL) || sqlite3_step(st) != SQLITE_ROW)
		r = failed(k);
	else
		*ret = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return r;
}

static int migrate(struct keep *k)
{
	int version = 0, last = (int)countof(migrations);
	int r = version_of(k, &version);

	if (!r && version > last) {
		say(k, TEXT_keep_newer, "");
		return -EINVAL;
	}
	for (; !r && version < last; version++) {
		own_buf set = { 0 };

		buf_fmt(&set, "PRAGMA user_version = %d", version + 1);
		r = run_plain(k, BEGIN);
		if (!r)
			r = exec(k, migrations[version]);
		if (!r)
			r = exec(k, buf_z(&set));
		r = settle(k, r);
	}
	return r;
}

/* locking_mode comes first: so the file is taken with the first look at it, and WAL needs no shared memory. FULL: what
 * was said to be on disk is. */
static int begin(struct keep *k)
{
	int r = exec(k, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			"PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 400;"
			"BEGIN EXCLUSIVE; COMMIT");

	return r ? r : migrate(k);
}

static int make_folders(const char *path)
{
	char *copy = str_dup(str_z(path));
	int r = 0;

	for (char *p = copy + 1; *p && !r; p++)
		if (*p == '/') {
			*p = 0;
			if (mkdir(copy, 0700) && errno != EEXIST)
				r = -errno;
			*p = '/';
		}
	free(copy);
	return r;
}

/* SQLite would make it readable for everybody, as the umask allows. Its other files get the same mode. */
static int make_file(const char *path)
{
	int r = make_folders(path), fd;

	if (r)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0600))
		r = -errno;
	close(fd);
	return r;
}

int keep_open(struct keep **ret, const char *path, bool chinese, struct buf *why)
{
	struct keep *k = mem_new(struct keep);
	int r = strcmp(path, ":memory:") ? make_file(path) : 0;

	k->path = str_dup(str_z(path));
	k->chinese = chinese;
	/* A limit on the size of files is an error of a write, no reason to die. */
	signal(SIGXFSZ, SIG_IGN);
	if (r)
		say(k, TEXT_keep_open_failed, text_error(chinese, -r));
	else if (sqlite3_open_v2(path, &k->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_EXRESCODE,
				 NULL))
		r = failed(k);
	else
		r = begin(k);
	if (r == -EBUSY)
		say(k, TEXT_keep_in_use, "");
	if (r) {
		buf_str(why, buf_all(&k->why));
		keep_close(k);
		return r;
	}
	*ret = k;
	return 0;
}

struct keep *keep_close(struct keep *k)
{
	if (!k)
		return NULL;
	for (unsigned i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(k->made[i]);
	sqlite3_close(k->db);
	free(k->path);
	buf_free(&k->why);
	mem_free(k);
	return NULL;
}

/* ---- rows as they are handed out --------------------------------------------------------------------------------- */

struct row {
	struct row *next;
	struct str conversation;
	struct entry entry;
	struct file_info file;
};

struct rows {
	struct arena arena;
	struct row *first, **last;
	unsigned n;
};

static void rows_free(struct rows *rows) { arena_free(&rows->arena); }

#define own_rows __attribute__((cleanup(rows_free))) struct rows

static struct str copy_of(struct rows *rows, sqlite3_stmt *st, int i)
{
	struct str s = column(st, i);
	char *p = arena_get(&rows->arena, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return str_n(p, s.n);
}

static void row_add(struct rows *rows, sqlite3_stmt *st)
{
	struct row *row = arena_get(&rows->arena, sizeof *row);
	struct entry *e = &row->entry;

	memset(row, 0, sizeof *row);
	row->conversation = copy_of(rows, st, 0);
	e->id = sqlite3_column_int64(st, 1);
	e->kind = (enum entry_kind)sqlite3_column_int(st, 2);
	e->status = (enum entry_status)sqlite3_column_int(st, 3);
	e->mine = sqlite3_column_int(st, 4);
	e->relayed = sqlite3_column_int(st, 5);
	e->time = sqlite3_column_int64(st, 6);
	e->sender = copy_of(rows, st, 7);
	e->text = copy_of(rows, st, 8);
	e->why = copy_of(rows, st, 9);
	e->mark = copy_of(rows, st, 10);
	if (sqlite3_column_type(st, 11) != SQLITE_NULL) {
		e->file = &row->file;
		row->file.state = (enum file_state)sqlite3_column_int(st, 11);
		row->file.name = copy_of(rows, st, 12);
		row->file.path = copy_of(rows, st, 13);
		row->file.size = (uint64_t)sqlite3_column_int64(st, 14);
		row->file.done = (uint64_t)sqlite3_column_int64(st, 15);
		row->file.token = copy_of(rows, st, 16);
	}
	*(rows->first ? rows->last : &rows->first) = row;
	rows->last = &row->next;
	rows->n++;
}

/* All rows, or up to `limit` of those that `wanted` (NULL: all). */
static int rows_read(struct keep *k, sqlite3_stmt *st, struct rows *rows, unsigned limit,
		     bool (*wanted)(void *arg, sqlite3_stmt *st), void *arg)
{
	int step = SQLITE_DONE, r = 0;

	if (!st)
		return failed(k);
	while (rows->n < limit && (step = sqlite3_step(st)) == SQLITE_ROW)
		if (!wanted || wanted(arg, st))
			row_add(rows, st);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		r = failed(k);
	end(st);
	return r;
}

static int rows_give(struct rows *rows, int r, void (*each)(void *arg, struct str conversation, const struct entry *e),
		     void *arg)
{
	for (struct row *row = r ? NULL : rows->first; row; row = row->next)
		each(arg, row->conversation, &row->entry);
	return r;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static void bind_file(sqlite3_stmt *st, int i, const struct file_info *f)
{
	if (!f)
		return; /* NULL, all of them */
	sqlite3_bind_int(st, i, (int)f->state);
	bind_str(st, i + 1, f->name);
	bind_str(st, i + 2, f->path);
	sqlite3_bind_int64(st, i + 3, (int64_t)f->size);
	sqlite3_bind_int64(st, i + 4, (int64_t)f->done);
	bind_str(st, i + 5, f->token);
}

static void fold(struct buf *to, const struct entry *e)
{
	text_fold(to, e->text);
	if (e->file) {
		buf_byte(to, '\n');
		text_fold(to, e->file->name);
	}
}

static int add(struct keep *k, const struct entry *e)
{
	sqlite3_stmt *st = start(k, ADD);
	own_buf folded = { 0 };

	if (!st)
		return failed(k);
	fold(&folded, e);
	bind_str(st, 1, e->conversation->name);
	sqlite3_bind_int(st, 2, (int)e->kind);
	sqlite3_bind_int(st, 3, (int)e->status);
	sqlite3_bind_int(st, 4, e->mine);
	sqlite3_bind_int(st, 5, e->relayed);
	sqlite3_bind_int64(st, 6, e->time);
	bind_str(st, 7, e->sender);
	bind_str(st, 8, e->text);
	bind_str(st, 9, e->why);
	bind_str(st, 10, e->mark);
	bind_str(st, 11, buf_all(&folded));
	bind_file(st, 12, e->file);
	return run(k, st);
}

int keep_add(struct keep *k, struct entry *e)
{
	int64_t id = 0;
	int r;

	assert(e->conversation && !e->id);
	r = run_plain(k, BEGIN);
	if (!r)
		r = run_named(k, CONVERSATION_MAKE, e->conversation->name);
	if (!r)
		r = add(k, e);
	if (!r)
		id = sqlite3_last_insert_rowid(k->db);
	r = settle(k, r);
	if (!r)
		e->id = id;
	return r;
}

int keep_update(struct keep *k, const struct entry *e)
{
	sqlite3_stmt *st = start(k, UPDATE);

	if (!st)
		return failed(k);
	sqlite3_bind_int64(st, 1, e->id);
	sqlite3_bind_int(st, 2, (int)e->status);
	bind_str(st, 3, e->why);
	sqlite3_bind_int64(st, 4, e->time);
	sqlite3_bind_int(st, 5, e->relayed);
	bind_file(st, 6, e->file);
	return run(k, st);
}

struct each_entry {
	void (*each)(void *arg, const struct entry *e);
	void *arg;
};

static void without_name(void *arg, struct str conversation, const struct entry *e)
{
	struct each_entry *to = arg;

	to->each(to->arg, e);
}

int keep_entries(struct keep *k, struct str conversation, int64_t before, unsigned limit,
		 void (*each)(void *arg, const struct entry *e), void *arg)
{
	sqlite3_stmt *st = start(k, before ? BEFORE : ENTRIES);
	struct each_entry to = { each, arg };
	own_rows rows = { 0 };

	if (st) {
		bind_str(st, 1, conversation);
		sqlite3_bind_int64(st, 2, limit);
		if (before)
			sqlite3_bind_int64(st, 3, before);
	}
	return rows_give(&rows, rows_read(k, st, &rows, limit, NULL, NULL), without_name, &to);
}

int keep_waiting(struct keep *k, struct str conversation,
		 void (*each)(void *arg, struct str conversation, const struct entry *e), void *arg)
{
	sqlite3_stmt *st = start(k, WAITING);
	own_rows rows = { 0 };

	if (st)
		bind_absent(st, 1, conversation);
	return rows_give(&rows, rows_read(k, st, &rows, UINT32_MAX, NULL, NULL), each, arg);
}

int keep_files(struct keep *k, void (*each)(void *arg, struct str conversation, const struct entry *e), void *arg)
{
	own_rows rows = { 0 };

	return rows_give(&rows, rows_read(k, start(k, FILES), &rows, UINT32_MAX, NULL, NULL), each, arg);
}

bool keep_has(struct keep *k, struct str mark)
{
	sqlite3_stmt *st = start(k, HAS);
	bool has;

	if (!st)
		return false;
	bind_str(st, 1, mark);
	has = sqlite3_step(st) == SQLITE_ROW;
	end(st);
	return has;
}

msec keep_newest(struct keep *k, struct str conversation)
{
	sqlite3_stmt *st = start(k, NEWEST);
	msec newest = 0;

	if (!st)
		return 0;
	bind_str(st, 1, conversation);
	if (sqlite3_step(st) == SQLITE_ROW)
		newest = sqlite3_column_int64(st, 0);
	end(st);
	return newest;
}

/* ---- searching --------------------------------------------------------------------------------------------------- */

enum { WORDS_MAX = 64 };

struct words {
	struct buf folded;
	struct str word[WORDS_MAX];
	size_t n, longest;
};

/* Looked for as they are, anywhere in the folded text: so it finds parts of words, and Chinese, which has no blanks. */
static bool words_cut(struct words *w, struct str text)
{
	struct str left;

	text_fold(&w->folded, text);
	for (left = str_trim(buf_all(&w->folded)); left.n; left = str_trim(left)) {
		size_t n = 0;

		while (n < left.n && !strchr(" \t\r\n", left.p[n]))
			n++;
		if (w->n == WORDS_MAX)
			return false;
		w->word[w->n] = str_n(left.p, n);
		if (n > w->word[w->longest].n)
			w->longest = w->n;
		w->n++;
		left = str_from(left, n);
	}
	return w->n > 0;
}

static bool has_all(void *arg, sqlite3_stmt *st)
{
	const struct words *w = arg;
	struct str folded = column(st, 17);

	for (size_t i = 0; i < w->n; i++)
		if (!memmem(folded.p, folded.n, w->word[i].p, w->word[i].n))
			return false;
	return true;
}

int keep_search(struct keep *k, struct str conversation, struct str words, unsigned limit,
		void (*each)(void *arg, struct str conversation, const struct entry *e), void *arg)
{
	struct words w = { 0 };
	own_rows rows = { 0 };
	sqlite3_stmt *st;
	int r = 0;

	if (words_cut(&w, words)) {
		st = start(k, SEARCH);
		if (st) {
			bind_absent(st, 1, conversation);
			bind_str(st, 2, w.word[w.longest]);
		}
		r = rows_read(k, st, &rows, limit, has_all, &w);
	}
	buf_free(&w.folded);
	return rows_give(&rows, r, each, arg);
}

/* ---- conversations ----------------------------------------------------------------------------------------------- */

int keep_conversation(struct keep *k, const struct kept_conversation *v)
{
	sqlite3_stmt *st = start(k, CONVERSATION_SET);

	if (st) {
		bind_str(st, 1, v->name);
		bind_str(st, 2, v->draft);
		bind_str(st, 3, v->password);
		sqlite3_bind_int64(st, 4, v->unread);
		sqlite3_bind_int(st, 5, v->mentioned);
		sqlite3_bind_int(st, 6, v->joined);
	}
	return run(k, st);
}

struct kept_row {
	struct kept_row *next;
	struct kept_conversation v;
};

int keep_conversations(struct keep *k, void (*each)(void *arg, const struct kept_conversation *v), void *arg)
{
	sqlite3_stmt *st = start(k, CONVERSATION_ALL);
	struct kept_row *first = NULL, **last = &first;
	own_rows rows = { 0 };
	int step;

	if (!st)
		return failed(k);
	while ((step = sqlite3_step(st)) == SQLITE_ROW) {
		struct kept_row *row = arena_get(&rows.arena, sizeof *row);

		row->v = (struct kept_conversation){ copy_of(&rows, st, 0),	copy_of(&rows, st, 1),
						     copy_of(&rows, st, 2),	(unsigned)sqlite3_column_int64(st, 3),
						     sqlite3_column_int(st, 4), sqlite3_column_int(st, 5) };
		row->next = NULL;
		*last = row;
		last = &row->next;
	}
	step = step == SQLITE_DONE ? 0 : failed(k);
	end(st);
	for (; first && !step; first = first->next)
		each(arg, &first->v);
	return step;
}

int keep_forget(struct keep *k, struct str conversation)
{
	int r = run_plain(k, BEGIN);

	if (!r)
		r = run_named(k, FORGET_ENTRIES, conversation);
	if (!r)
		r = run_named(k, FORGET, conversation);
	return settle(k, r);
}

/* ---- keys, values ------------------------------------------------------------------------------------------------ */

bool keep_key(struct keep *k, struct str whose, struct kept_key *ret)
{
	sqlite3_stmt *st = start(k, KEY);
	int step;

	if (st)
		bind_str(st, 1, whose);
	step = st ? sqlite3_step(st) : SQLITE_ERROR;
	if (step != SQLITE_DONE) {
		/* What cannot be read must not look as if it had never been seen: this is a key that nobody has. */
		*ret = (struct kept_key){ 0 };
		if (step != SQLITE_ROW)
			failed(k);
		else if (sqlite3_column_bytes(st, 0) == KEY_BYTES) {
			memcpy(ret->key, sqlite3_column_blob(st, 0), KEY_BYTES);
			ret->verified = sqlite3_column_int(st, 1);
			ret->since = sqlite3_column_int64(st, 2);
		}
	}
	if (st)
		end(st);
	return step != SQLITE_DONE;
}

int keep_key_set(struct keep *k, struct str whose, const struct kept_key *key)
{
	sqlite3_stmt *st;

	if (!key)
		return run_named(k, KEY_DROP, whose);
	st = start(k, KEY_SET);
	if (st) {
		bind_str(st, 1, whose);
		sqlite3_bind_blob(st, 2, key->key, KEY_BYTES, SQLITE_STATIC);
		sqlite3_bind_int(st, 3, key->verified);
		sqlite3_bind_int64(st, 4, key->since);
	}
	return run(k, st);
}

int keep_value(struct keep *k, struct str key, struct buf *ret)
{
	sqlite3_stmt *st = start(k, VALUE);
	int step, r = 0;

	if (!st)
		return failed(k);
	bind_str(st, 1, key);
	step = sqlite3_step(st);
	if (step == SQLITE_ROW)
		buf_str(ret, column(st, 0));
	else
		r = step == SQLITE_DONE ? -ENOENT : failed(k);
	end(st);
	return r;
}

int keep_value_set(struct keep *k, struct str key, struct str value)
{
	sqlite3_stmt *st = start(k, VALUE_SET);

	if (st) {
		bind_str(st, 1, key);
		bind_str(st, 2, value);
	}
	return run(k, st);
}
