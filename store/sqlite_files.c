/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_files.c - STORE_FILE_*: who sent which content. A row of nobody (owner 0) is of a file that is gone,
 * whose content may have to go from the disk too: it stays until that has been done, so that a crash in between leaves
 * no content behind.
 */
#include "store/sqlite.h"

static int end(int verdict) { return verdict == STORE_NOT_FOUND ? 0 : verdict; }

static void file_read(sqlite3_stmt *st, struct store_request *r, struct store_file *ret)
{
	struct str content = column_bytes(st, 7);

	*ret = (struct store_file){ .token = store_str(r, column_bytes(st, 0)), .owner = column_number(st, 1),
				    .name = store_str(r, column_bytes(st, 2)),
				    .type = store_str(r, column_bytes(st, 3)),
				    .size = (uint64_t)column_number(st, 4), .created = column_number(st, 5),
				    .expires = column_number(st, 6),
				    .whole = content.n == sizeof ret->content };
	if (ret->whole)
		memcpy(ret->content, content.p, content.n);
}

/* Room for one more in r->files. */
static struct store_file *file_more(struct store_request *r)
{
	struct store_file *more;

	if (r->n && (r->n < 8 || r->n & (r->n - 1)))
		return &r->files[r->n++];
	more = arena_get(&r->arena, (r->n ? r->n * 2 : 8) * sizeof *more);
	if (r->n)
		memcpy(more, r->files, r->n * sizeof *more);
	r->files = more;
	return &r->files[r->n++];
}

static int files_list(struct sqlite *s, struct store_request *r, enum statement which, int64_t key)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, which, &st, key, r->limit && r->limit < INT64_MAX ? (int64_t)r->limit : -1);

	while (!verdict) {
		file_read(st, r, file_more(r));
		verdict = sqlite_step(s, st);
	}
	return end(verdict);
}

static int file_list(struct sqlite *s, struct store_request *r) { return files_list(s, r, ST_FILE_LIST, r->owner); }

static int file_fits(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st;
	int verdict = r->limit ? ask_numbers(s, ST_FILE_USED, &st, r->owner) : STORE_NOT_FOUND;

	if (!verdict && (uint64_t)column_number(st, 0) + rules_file_weight(r->file.size) > r->limit)
		return STORE_LIMIT;
	return end(verdict);
}

static int file_add(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st;
	int verdict = file_fits(s, r);

	if (verdict)
		return verdict;
	st = sqlite_start(s, ST_FILE_ADD);
	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, r->file.token);
	bind_number(st, 2, r->owner);
	bind_text(st, 3, r->file.name);
	bind_text(st, 4, r->file.type);
	bind_number(st, 5, (int64_t)r->file.size);
	bind_number(st, 6, r->file.created);
	bind_number(st, 7, r->file.expires);
	verdict = sqlite_do(s, st);
	return verdict ? verdict : sqlite3_changes(s->db) ? 0 : STORE_EXISTS;
}

static int file_get(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_FILE_GET);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, r->file.token);
	verdict = sqlite_step(s, st);
	if (!verdict)
		file_read(st, r, &r->file);
	return verdict;
}

static int file_whole(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_FILE_WHOLE);
	bool changed;
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, r->file.token);
	bind_bytes(st, 2, str_n((const char *)r->file.content, sizeof r->file.content));
	bind_number(st, 3, r->file.expires);
	verdict = sqlite_do(s, st);
	if (verdict)
		return verdict;
	changed = sqlite3_changes(s->db) > 0;
	verdict = file_get(s, r);
	return verdict || changed ? verdict : STORE_EXISTS;
}

/* FILE_LEAVE or FILE_FORGET. */
static int file_end(struct sqlite *s, enum statement which, struct str token, int64_t owner)
{
	sqlite3_stmt *st = sqlite_start(s, which);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, token);
	bind_number(st, 2, owner);
	verdict = sqlite_do(s, st);
	return verdict ? verdict : sqlite3_changes(s->db) ? 0 : STORE_NOT_FOUND;
}

static int file_remove(struct sqlite *s, struct store_request *r)
{
	int verdict;

	if (!r->owner)
		return file_end(s, ST_FILE_FORGET, r->file.token, 0);
	verdict = file_get(s, r);
	return verdict ? verdict : file_end(s, ST_FILE_LEAVE, r->file.token, r->owner);
}

static int file_expire(struct sqlite *s, struct store_request *r)
{
	int verdict = files_list(s, r, ST_FILE_EXPIRED, r->file.expires);

	for (size_t i = 0; i < r->n && !verdict; i++)
		if (r->files[i].owner)
			verdict = file_end(s, ST_FILE_LEAVE, r->files[i].token, r->files[i].owner);
	return verdict;
}

static int file_held(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_FILE_HELD);

	if (!st)
		return STORE_FAILED;
	bind_bytes(st, 1, str_n((const char *)r->file.content, sizeof r->file.content));
	return sqlite_step(s, st);
}

int sqlite_file(struct sqlite *s, struct store_request *r)
{
	static int (*const by_op[STORE_OPS])(struct sqlite *s, struct store_request *r) = {
		[STORE_FILE_ADD] = file_add,       [STORE_FILE_GET] = file_get,       [STORE_FILE_WHOLE] = file_whole,
		[STORE_FILE_LIST] = file_list,     [STORE_FILE_REMOVE] = file_remove, [STORE_FILE_EXPIRE] = file_expire,
		[STORE_FILE_HELD] = file_held,
	};

	return by_op[r->op](s, r);
}
