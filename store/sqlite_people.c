/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_people.c - STORE_INVITE_* and STORE_PEOPLE_*. Of a token only its SHA-256 is in the database: who reads that cannot come in with it.
 */
#include "base/crypt.h"
#include "store/sqlite.h"

enum { OLD_MS = 24 * 60 * 60 * 1000 }; /* an invitation is forgotten so long after it has expired */

static int list_end(int verdict) { return verdict == STORE_NOT_FOUND ? 0 : verdict; }

/* ---- invitations ------------------------------------------------------------------------------------------------ */

static void invite_read(sqlite3_stmt *st, struct store_request *r, struct store_invite *ret)
{
	*ret = (struct store_invite){ .kind = (enum invite_kind)column_number(st, 1),
				      .owner = column_number(st, 2),
				      .name = store_str(r, column_bytes(st, 3)),
				      .flags = (uint32_t)column_number(st, 4),
				      .uses = (unsigned)column_number(st, 5),
				      .created = column_number(st, 6),
				      .expires = column_number(st, 7),
				      .owner_name = store_str(r, column_bytes(st, 8)),
				      .owner_display = store_str(r, column_bytes(st, 9)) };
}

/* A statement whose first value is the token's hash, which must live until it is done. */
static sqlite3_stmt *token_start(struct sqlite *s, enum statement which, const uint8_t hash[static INVITE_HASH_BYTES])
{
	sqlite3_stmt *st = sqlite_start(s, which);

	if (st)
		bind_bytes(st, 1, str_bytes(hash, INVITE_HASH_BYTES));
	return st;
}

/* 0: nobody has the name, and no invitation but this one (absent: any) reserves it. */
static int name_free(struct sqlite *s, struct str name, msec now, struct str hash)
{
	sqlite3_stmt *st = sqlite_start(s, ST_NAME_TAKEN);
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, name);
	verdict = sqlite_step(s, st);
	if (verdict == STORE_NOT_FOUND && now) {
		st = sqlite_start(s, ST_NAME_RESERVED);
		if (!st)
			return STORE_FAILED;
		bind_text(st, 1, name);
		bind_number(st, 2, now);
		bind_bytes(st, 3, hash.p ? hash : STR(""));
		verdict = sqlite_step(s, st);
	}
	return verdict == STORE_NOT_FOUND ? 0 : verdict ? verdict : STORE_EXISTS;
}

static int invite_fits(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st;
	int verdict = r->invite.name.n ? name_free(s, r->invite.name, r->invite.created, STR_NONE) : 0;

	if (verdict || !r->limit)
		return verdict;
	verdict = ask_numbers(s, ST_INVITE_COUNT, &st, r->owner, r->invite.created);
	return verdict ? verdict : (uint64_t)column_number(st, 0) >= r->limit ? STORE_LIMIT : 0;
}

static int invite_add(struct sqlite *s, struct store_request *r)
{
	const struct store_invite *v = &r->invite;
	uint8_t hash[INVITE_HASH_BYTES];
	sqlite3_stmt *st;
	int verdict = do_numbers(s, ST_INVITE_OLD, v->created - OLD_MS);

	if (!verdict)
		verdict = invite_fits(s, r);
	if (verdict)
		return verdict;
	rules_invite_hash(v->token, hash);
	st = token_start(s, ST_INVITE_ADD, hash);
	if (!st)
		return STORE_FAILED;
	bind_number(st, 2, v->kind);
	bind_number(st, 3, r->owner);
	bind_text(st, 4, v->name);
	bind_number(st, 5, v->flags);
	bind_number(st, 6, v->uses);
	bind_number(st, 7, v->created);
	bind_number(st, 8, v->expires);
	verdict = sqlite_change_one(s, st);
	return verdict == STORE_NOT_FOUND ? STORE_EXISTS : verdict;
}

static int invite_look(struct sqlite *s, struct store_request *r, const uint8_t hash[static INVITE_HASH_BYTES], int64_t owner)
{
	sqlite3_stmt *st = token_start(s, ST_INVITE_GET, hash);
	struct str token = r->invite.token;
	int verdict;

	if (!st)
		return STORE_FAILED;
	bind_number(st, 2, (int64_t)r->after);
	bind_number(st, 3, owner);
	verdict = sqlite_step(s, st);
	if (!verdict)
		invite_read(st, r, &r->invite);
	r->invite.token = token;
	return verdict;
}

static int invite_get(struct sqlite *s, struct store_request *r)
{
	uint8_t hash[INVITE_HASH_BYTES];

	rules_invite_hash(r->invite.token, hash);
	return invite_look(s, r, hash, 0);
}

/* One use fewer; the last one ends it. */
static int invite_spend(struct sqlite *s, const uint8_t hash[static INVITE_HASH_BYTES])
{
	sqlite3_stmt *st = token_start(s, ST_INVITE_USED, hash);
	int verdict = st ? sqlite_change_one(s, st) : STORE_FAILED;

	if (verdict)
		return verdict;
	st = token_start(s, ST_INVITE_SPENT, hash);
	return st ? sqlite_do(s, st) : STORE_FAILED;
}

static int invite_use(struct sqlite *s, struct store_request *r)
{
	uint8_t hash[INVITE_HASH_BYTES];
	int verdict;

	rules_invite_hash(r->invite.token, hash);
	verdict = invite_look(s, r, hash, r->owner);
	if (!verdict)
		verdict = invite_spend(s, hash);
	if (!verdict)
		r->invite.uses--;
	return verdict;
}

int sqlite_invite_admits(struct sqlite *s, struct store_request *r)
{
	struct str token = r->account_invite;
	uint8_t hash[INVITE_HASH_BYTES];
	int verdict;

	if (token.p)
		rules_invite_hash(token, hash);
	verdict = name_free(s, r->account.name, (msec)r->after, token.p ? str_bytes(hash, sizeof hash) : STR_NONE);
	return verdict || !token.p ? verdict : invite_spend(s, hash);
}

static int invite_list(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st;
	int verdict = ask_numbers(s, ST_INVITE_LIST, &st, r->owner, (int64_t)r->after);

	for (; !verdict; verdict = sqlite_step(s, st)) {
		own_buf hex = { 0 };
		struct store_invite *one;

		r->invites = sqlite_list_grow(r, r->invites, sizeof *r->invites);
		one = &r->invites[r->n++];
		invite_read(st, r, one);
		hex_write(&hex, column_bytes(st, 0));
		one->token = store_str(r, buf_all(&hex));
	}
	return list_end(verdict);
}

static int invite_remove(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_INVITE_DROP);
	own_buf hash = { 0 };

	if (!hex_read(&hash, r->invite.token))
		return STORE_NOT_FOUND;
	if (!st)
		return STORE_FAILED;
	bind_bytes(st, 1, buf_all(&hash));
	bind_number(st, 2, r->owner);
	return sqlite_change_one(s, st);
}

/* ---- people ----------------------------------------------------------------------------------------------------- */

static int people_name(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_PEOPLE_NAME);

	if (!st)
		return STORE_FAILED;
	bind_text(st, 1, r->people_text);
	bind_number(st, 2, r->owner);
	return sqlite_change_one(s, st);
}

/* A walk over all names: SQLite knows capitals of ASCII only, and no index finds the middle of a word. */
static int people_find(struct sqlite *s, struct store_request *r)
{
	sqlite3_stmt *st = sqlite_start(s, ST_PEOPLE_LIST);
	struct people_words words;
	int verdict = 0;

	if (!st)
		return STORE_FAILED;
	rules_people_words(&words, r->people_text, &r->arena);
	bind_text(st, 1, r->people_after.p ? r->people_after : STR(""));
	while ((!r->limit || r->n < r->limit) && !(verdict = sqlite_step(s, st))) {
		struct str name = column_bytes(st, 1), display = column_bytes(st, 2);

		if (!rules_people_fit(&words, name, display))
			continue;
		r->people = sqlite_list_grow(r, r->people, sizeof *r->people);
		r->people[r->n++] = (struct store_person){ column_number(st, 0), store_str(r, name), store_str(r, display) };
	}
	return list_end(verdict);
}

int sqlite_people(struct sqlite *s, struct store_request *r)
{
	static int (*const by_op[STORE_OPS])(struct sqlite *s, struct store_request *r) = {
		[STORE_INVITE_ADD] = invite_add,   [STORE_INVITE_GET] = invite_get,       [STORE_INVITE_USE] = invite_use,
		[STORE_INVITE_LIST] = invite_list, [STORE_INVITE_REMOVE] = invite_remove, [STORE_PEOPLE_NAME] = people_name,
		[STORE_PEOPLE_FIND] = people_find,
	};

	return by_op[r->op](s, r);
}
