/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory_files.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/rules.h"

#define PREFIX STR("F")

static struct str key_of(struct buf *space, struct str token)
{
	buf_clear(space);
	buf_str(space, PREFIX);
	buf_str(space, token);
	return buf_all(space);
}

/* A row's bytes: the struct, then name and type. The token is the key. */
static struct store_file at(const struct row *row)
{
	struct store_file f;

	memcpy(&f, row->value->bytes, sizeof f);
	f.token = str_from(row->key, PREFIX.n);
	f.name.p = row->value->bytes + sizeof f;
	f.type.p = f.name.p + f.name.n;
	return f;
}

static struct store_file copy(struct store_request *r, struct store_file f)
{
	f.token = store_str(r, f.token);
	f.name = store_str(r, f.name);
	f.type = store_str(r, f.type);
	return f;
}

static void put(struct ordered *rows, const struct store_file *f)
{
	own_buf key = { 0 }, bytes = { 0 };

	buf_add(&bytes, f, sizeof *f);
	buf_str(&bytes, f->name);
	buf_str(&bytes, f->type);
	ordered_put(rows, key_of(&key, f->token), value_make(buf_all(&bytes), 0, NULL));
}

static struct row *find(struct ordered *rows, struct str token)
{
	own_buf key = { 0 };

	return ordered_get(rows, key_of(&key, token));
}

static struct row *first(struct ordered *rows) { return ordered_seek(rows, PREFIX); }
static bool is_file(const struct row *row) { return row && str_starts(row->key, PREFIX); }

#define each_file(rows, row) for (struct row *row = first(rows), *row##_next = NULL; \
				  is_file(row) && (row##_next = ordered_next(row), true); row = row##_next)

static void leave(struct ordered *rows, struct row *row)
{
	struct store_file f = at(row);

	f.owner = 0;
	f.name = f.type = STR("");
	f.expires = FILE_GONE;
	put(rows, &f);
}

void memory_files_leave(struct ordered *rows, int64_t owner)
{
	each_file (rows, row)
		if (at(row).owner == owner)
			leave(rows, row);
}

static int add(struct ordered *rows, struct store_request *r)
{
	uint64_t used = rules_file_weight(r->file.size);

	r->file.owner = r->owner;
	if (find(rows, r->file.token))
		return STORE_EXISTS;
	each_file (rows, row)
		if (at(row).owner == r->owner)
			used += rules_file_weight(at(row).size);
	if (r->limit && used > r->limit)
		return STORE_LIMIT;
	put(rows, &r->file);
	return 0;
}

static int get(struct ordered *rows, struct store_request *r)
{
	struct row *row = find(rows, r->file.token);

	if (!row || !at(row).owner)
		return STORE_NOT_FOUND;
	r->file = copy(r, at(row));
	return 0;
}

static int whole(struct ordered *rows, struct store_request *r)
{
	struct store_file asked = r->file;
	int verdict = get(rows, r);

	if (verdict)
		return verdict;
	if (r->file.whole && memcmp(r->file.content, asked.content, sizeof asked.content))
		return STORE_EXISTS;
	r->file.whole = true;
	r->file.expires = asked.expires;
	memcpy(r->file.content, asked.content, sizeof asked.content);
	put(rows, &r->file);
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct store_file *x = a, *y = b;

	if (x->created != y->created)
		return x->created < y->created ? 1 : -1;
	return str_cmp(x->token, y->token);
}

static int oldest_first(const void *a, const void *b)
{
	const struct store_file *x = a, *y = b;

	if (x->expires != y->expires)
		return x->expires < y->expires ? -1 : 1;
	return str_cmp(x->token, y->token);
}

/* Those of an owner, or those whose time is up when `until` is set. */
static void gather(struct ordered *rows, struct store_request *r, int64_t owner, msec until)
{
	size_t n = 0;

	each_file (rows, row)
		n++;
	r->files = arena_get(&r->arena, n * sizeof *r->files);
	each_file (rows, row)
		if (until ? at(row).expires && at(row).expires <= until : at(row).owner == owner)
			r->files[r->n++] = copy(r, at(row));
	qsort(r->files, r->n, sizeof *r->files, until ? oldest_first : newest_first);
	if (r->limit && r->n > r->limit)
		r->n = r->limit;
}

static int list(struct ordered *rows, struct store_request *r)
{
	gather(rows, r, r->owner, 0);
	return 0;
}

static int drop(struct ordered *rows, struct store_request *r)
{
	struct row *row = find(rows, r->file.token);

	if (!row || at(row).owner != r->owner)
		return STORE_NOT_FOUND;
	r->file = copy(r, at(row));
	if (r->owner)
		leave(rows, row);
	else
		ordered_remove(rows, row);
	return 0;
}

static int expire(struct ordered *rows, struct store_request *r)
{
	gather(rows, r, 0, r->file.expires);
	for (size_t i = 0; i < r->n; i++)
		leave(rows, find(rows, r->files[i].token));
	return 0;
}

static int held(struct ordered *rows, struct store_request *r)
{
	each_file (rows, row)
		if (at(row).owner && at(row).whole && !memcmp(at(row).content, r->file.content, sizeof r->file.content))
			return 0;
	return STORE_NOT_FOUND;
}

int memory_files(struct ordered *rows, struct store_request *r)
{
	static int (*const by_op[STORE_OPS])(struct ordered *rows, struct store_request *r) = {
		[STORE_FILE_ADD] = add,     [STORE_FILE_GET] = get,     [STORE_FILE_WHOLE] = whole,
		[STORE_FILE_LIST] = list,   [STORE_FILE_REMOVE] = drop, [STORE_FILE_EXPIRE] = expire,
		[STORE_FILE_HELD] = held,
	};

	return by_op[r->op](rows, r);
}
