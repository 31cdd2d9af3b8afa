/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory_people.h"

#include <endian.h>
#include <stdlib.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "store/rules.h"

enum { OLD_MS = 24 * 60 * 60 * 1000 }; /* an invitation is forgotten so long after it has expired */

static struct str key_of(struct buf *space, char table, struct str rest)
{
	buf_clear(space);
	buf_byte(space, table);
	buf_str(space, rest);
	return buf_all(space);
}

static bool is_of(const struct row *row, char table) { return row && row->key.n && row->key.p[0] == table; }

/* Walks a table, with the right to remove `row`. */
#define each_of(rows, row, letter)                                                                     \
	for (struct row *row = ordered_seek((rows), STR(letter)), *row##_next = NULL;                   \
	     is_of(row, letter[0]) && (row##_next = ordered_next(row), true); row = row##_next)

/* ---- accounts, as store/memory.c writes them -------------------------------------------------------------------- */

static struct account account(const struct row *row)
{
	struct account a;

	memcpy(&a, row->value->bytes, sizeof a);
	return a;
}

static int64_t account_id(const struct row *row) { return account(row).id; }

static bool is_room(const struct row *row) { return account(row).flags & ACCOUNT_ROOM; }

static struct str account_name(const struct row *row) { return str_from(row->key, 1); }

static struct row *display_row(struct ordered *rows, int64_t id, struct buf *space)
{
	uint64_t big = htobe64((uint64_t)id);

	return ordered_get(rows, key_of(space, 'D', str_n((const char *)&big, sizeof big)));
}

static struct str display_of(struct ordered *rows, int64_t id, struct arena *arena)
{
	own_buf key = { 0 };
	struct row *row = display_row(rows, id, &key);

	return row ? arena_str(arena, str_n(row->value->bytes, row->value->n)) : STR_NONE;
}

/* ---- invitations ------------------------------------------------------------------------------------------------ */

/* A row's bytes: the struct, then the name. */
static struct store_invite at(const struct row *row)
{
	struct store_invite v;

	memcpy(&v, row->value->bytes, sizeof v);
	v.token = str_from(row->key, 1);
	if (v.name.p)
		v.name.p = row->value->bytes + sizeof v;
	return v;
}

static void put(struct ordered *rows, struct str hash, const struct store_invite *v)
{
	own_buf key = { 0 }, bytes = { 0 };

	buf_add(&bytes, v, sizeof *v);
	buf_str(&bytes, v->name);
	ordered_put(rows, key_of(&key, 'T', hash), value_make(buf_all(&bytes), 0, NULL));
}

/* What a row says, and who invites, as an answer. */
static struct store_invite tell(struct ordered *rows, struct store_request *r, struct store_invite v)
{
	v.name = store_str(r, v.name);
	v.token = store_str(r, v.token);
	v.owner_name = v.owner_display = STR_NONE;
	each_of (rows, row, "A")
		if (v.owner && account_id(row) == v.owner) {
			v.owner_name = store_str(r, account_name(row));
			v.owner_display = display_of(rows, v.owner, &r->arena);
		}
	return v;
}

static bool name_free(struct ordered *rows, struct str name, msec now, struct str hash)
{
	own_buf key = { 0 };

	if (ordered_get(rows, key_of(&key, 'A', name)))
		return false;
	each_of (rows, row, "T")
		if (now && str_eq(at(row).name, name) && at(row).expires > now && !str_eq(at(row).token, hash))
			return false;
	return true;
}

static int add(struct ordered *rows, struct store_request *r)
{
	struct store_invite v = r->invite;
	uint8_t hash[INVITE_HASH_BYTES];
	size_t n = 0;

	each_of (rows, row, "T") {
		n += at(row).owner == r->owner && at(row).expires > v.created;
		if (at(row).expires <= v.created - OLD_MS)
			ordered_remove(rows, row);
	}
	if (v.name.n && !name_free(rows, v.name, v.created, STR("")))
		return STORE_EXISTS;
	if (r->limit && n >= r->limit)
		return STORE_LIMIT;
	rules_invite_hash(v.token, hash);
	v.owner = r->owner;
	put(rows, str_bytes(hash, sizeof hash), &v);
	return 0;
}

static struct row *find(struct ordered *rows, struct str token)
{
	uint8_t hash[INVITE_HASH_BYTES];
	own_buf key = { 0 };

	rules_invite_hash(token, hash);
	return ordered_get(rows, key_of(&key, 'T', str_bytes(hash, sizeof hash)));
}

static int look(struct ordered *rows, struct store_request *r, int64_t owner)
{
	struct row *row = find(rows, r->invite.token);
	struct str token = r->invite.token;

	if (!row || (r->after && at(row).expires <= (msec)r->after) || (owner && at(row).owner != owner))
		return STORE_NOT_FOUND;
	r->invite = tell(rows, r, at(row));
	r->invite.token = token;
	return 0;
}

static int get(struct ordered *rows, struct store_request *r) { return look(rows, r, 0); }

/* One use fewer; the last one ends it. */
static int spend(struct ordered *rows, struct str token)
{
	struct row *row = find(rows, token);
	struct store_invite v;
	own_buf hash = { 0 };

	if (!row)
		return STORE_NOT_FOUND;
	v = at(row);
	buf_str(&hash, v.token);
	if (--v.uses)
		put(rows, buf_all(&hash), &v);
	else
		ordered_remove(rows, row);
	return 0;
}

static int use(struct ordered *rows, struct store_request *r)
{
	int verdict = look(rows, r, r->owner);

	if (!verdict)
		verdict = spend(rows, r->invite.token);
	if (!verdict)
		r->invite.uses--;
	return verdict;
}

int memory_invite_admits(struct ordered *rows, struct store_request *r)
{
	struct str token = r->account_invite;
	uint8_t hash[INVITE_HASH_BYTES];

	if (token.p)
		rules_invite_hash(token, hash);
	if (!name_free(rows, r->account.name, (msec)r->after, token.p ? str_bytes(hash, sizeof hash) : STR("")))
		return STORE_EXISTS;
	return token.p ? spend(rows, token) : 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct store_invite *x = a, *y = b;

	if (x->created != y->created)
		return x->created < y->created ? 1 : -1;
	return str_cmp(x->token, y->token);
}

static int list(struct ordered *rows, struct store_request *r)
{
	size_t n = 0;

	each_of (rows, row, "T")
		n++;
	r->invites = arena_get(&r->arena, n * sizeof *r->invites);
	each_of (rows, row, "T") {
		own_buf hex = { 0 };

		if (at(row).owner != r->owner || at(row).expires <= (msec)r->after)
			continue;
		r->invites[r->n] = tell(rows, r, at(row));
		hex_write(&hex, at(row).token);
		r->invites[r->n++].token = store_str(r, buf_all(&hex));
	}
	qsort(r->invites, r->n, sizeof *r->invites, newest_first);
	return 0;
}

static int drop(struct ordered *rows, struct store_request *r)
{
	own_buf hash = { 0 }, key = { 0 };
	struct row *row;

	if (!hex_read(&hash, r->invite.token))
		return STORE_NOT_FOUND;
	row = ordered_get(rows, key_of(&key, 'T', buf_all(&hash)));
	if (!row || at(row).owner != r->owner)
		return STORE_NOT_FOUND;
	ordered_remove(rows, row);
	return 0;
}

/* ---- people ----------------------------------------------------------------------------------------------------- */

static int people_name(struct ordered *rows, struct store_request *r)
{
	own_buf key = { 0 };
	struct row *row = display_row(rows, r->owner, &key);

	if (r->people_text.p)
		ordered_put(rows, buf_all(&key), value_make(r->people_text, 0, NULL));
	else if (row)
		ordered_remove(rows, row);
	return 0;
}

static int people_find(struct ordered *rows, struct store_request *r)
{
	struct people_words words;
	size_t n = 0;

	rules_people_words(&words, r->people_text, &r->arena);
	each_of (rows, row, "A")
		n++;
	r->people = arena_get(&r->arena, n * sizeof *r->people);
	each_of (rows, row, "A") {
		struct store_person p = { account_id(row), account_name(row), display_of(rows, account_id(row), &r->arena) };

		if (r->limit && r->n >= r->limit)
			break;
		if (is_room(row) || str_cmp(p.name, r->people_after) <= 0 || !rules_people_fit(&words, p.name, p.display))
			continue;
		p.name = store_str(r, p.name);
		r->people[r->n++] = p;
	}
	return 0;
}

void memory_people_leave(struct ordered *rows, int64_t owner)
{
	own_buf key = { 0 };
	struct row *display = display_row(rows, owner, &key);

	if (display)
		ordered_remove(rows, display);
	each_of (rows, row, "T")
		if (at(row).owner == owner)
			ordered_remove(rows, row);
}

int memory_people(struct ordered *rows, struct store_request *r)
{
	static int (*const by_op[STORE_OPS])(struct ordered *rows, struct store_request *r) = {
		[STORE_INVITE_ADD] = add,   [STORE_INVITE_GET] = get,     [STORE_INVITE_USE] = use,
		[STORE_INVITE_LIST] = list, [STORE_INVITE_REMOVE] = drop, [STORE_PEOPLE_NAME] = people_name,
		[STORE_PEOPLE_FIND] = people_find,
	};

	return by_op[r->op](rows, r);
}
