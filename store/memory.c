/* SPDX-License-Identifier: Apache-2.0
 *
 * store/memory.c - every row in one ordered list; a key begins with the letter of its table and the owner:
 *
 *	A name                  -> an account
 *	a id                    -> its name (bytes)
 *	x id                    -> this account was deleted
 *	V owner                 -> struct roster_head
 *	R owner contact         -> a roster item
 *	I owner space 0 key     -> a value
 *	M stamp                 -> the message; number: how many rows of H and Q hold it
 *	H owner stamp           -> archived; number: direction
 *	Q owner stamp           -> waiting
 *	q owner                 -> number: how many wait
 *	T hash, D id            -> store/memory_people.h
 *	F token                 -> a file (store/memory_files.c)
 */
#include "store/memory.h"

#include <assert.h>
#include <endian.h>
#include <pthread.h>

#include "base/list.h"
#include "store/driver.h"
#include "store/memory_files.h"
#include "store/memory_people.h"
#include "store/ordered.h"
#include "store/rules.h"

struct memory {
	struct ordered rows;
	int64_t last_id, last_id_was; /* when the group began */
	struct buf key; /* scratch */
	char *name;     /* NULL: private */
	bool open;
	struct list entry; /* in `named` */
	/* the walk of rules_archive() */
	struct row *at;
	int64_t owner;
	uint64_t lo, hi;
	bool backwards;
};

static struct list named = { &named, &named };
static pthread_mutex_t named_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- keys and rows -------------------------------------------------------------------------------------------- */

static void add_number(struct buf *b, uint64_t number)
{
	uint64_t big = htobe64(number); /* in this order keys sort as the numbers do */

	buf_add(b, &big, sizeof big);
}

static struct str key_id(struct memory *m, char table, int64_t id)
{
	buf_clear(&m->key);
	buf_byte(&m->key, table);
	add_number(&m->key, (uint64_t)id);
	return buf_all(&m->key);
}

static struct str key_stamp(struct memory *m, char table, int64_t owner, uint64_t stamp)
{
	key_id(m, table, owner);
	add_number(&m->key, stamp);
	return buf_all(&m->key);
}

static struct str key_text(struct memory *m, char table, int64_t owner, struct str text)
{
	key_id(m, table, owner);
	buf_str(&m->key, text);
	return buf_all(&m->key);
}

static struct str key_account(struct memory *m, struct str name)
{
	buf_clear(&m->key);
	buf_byte(&m->key, 'A');
	buf_str(&m->key, name);
	return buf_all(&m->key);
}

static struct str key_item(struct memory *m, int64_t owner, struct str space, struct str key)
{
	key_text(m, 'I', owner, space);
	buf_byte(&m->key, 0);
	buf_str(&m->key, key);
	return buf_all(&m->key);
}

/* The number at the end of a key. */
static uint64_t key_number(const struct row *row)
{
	uint64_t big;

	memcpy(&big, row->key.p + row->key.n - sizeof big, sizeof big);
	return be64toh(big);
}

static const struct value *get(struct memory *m, struct str key)
{
	struct row *row = ordered_get(&m->rows, key);

	return row ? row->value : NULL;
}

static void put(struct memory *m, struct str key, struct str bytes, uint64_t number)
{
	ordered_put(&m->rows, key, value_make(bytes, number, NULL));
}

static bool drop(struct memory *m, struct str key)
{
	struct row *row = ordered_get(&m->rows, key);

	if (row)
		ordered_remove(&m->rows, row);
	return row != NULL;
}

/* Rows of one table and owner (and more of the key) stand together: walks them, with the right to remove `row`. */
#define each_row(m, row, prefix)                                                                              \
	for (struct row *row = ordered_seek(&(m)->rows, (prefix)), *row##_next = NULL;                        \
	     row && str_starts(row->key, (prefix)) && (row##_next = ordered_next(row), true); row = row##_next)

/* A few strings behind a struct, as bytes. */
static void pack(struct buf *b, struct str s)
{
	uint32_t n = s.p ? (uint32_t)s.n : UINT32_MAX;

	buf_add(b, &n, sizeof n);
	buf_str(b, s);
}

static struct str unpack(struct str *from, struct arena *arena)
{
	uint32_t n;
	struct str s;

	memcpy(&n, from->p, sizeof n);
	*from = str_from(*from, sizeof n);
	if (n == UINT32_MAX)
		return STR_NONE;
	s = arena_str(arena, str_n(from->p, n));
	*from = str_from(*from, n);
	return s;
}

/* ---- accounts ------------------------------------------------------------------------------------------------- */

static void account_put(struct memory *m, const struct account *a)
{
	own_buf b = { 0 };

	buf_add(&b, a, sizeof *a);
	pack(&b, a->name);
	pack(&b, a->seen_status);
	put(m, key_account(m, a->name), buf_all(&b), 0);
}

static void account_get(const struct value *v, struct arena *arena, struct account *ret)
{
	struct str at = str_n(v->bytes, v->n);

	memcpy(ret, at.p, sizeof *ret);
	at = str_from(at, sizeof *ret);
	ret->name = unpack(&at, arena);
	ret->seen_status = unpack(&at, arena);
}

static bool account_by_id(struct memory *m, int64_t id, struct arena *arena, struct account *ret)
{
	const struct value *name = get(m, key_id(m, 'a', id));

	if (name)
		account_get(get(m, key_account(m, str_n(name->bytes, name->n))), arena, ret);
	return name != NULL;
}

static int account_add(struct memory *m, struct store_request *r)
{
	int verdict = memory_invite_admits(&m->rows, r);

	if (verdict)
		return verdict;
	r->account.id = ++m->last_id;
	account_put(m, &r->account);
	put(m, key_id(m, 'a', r->account.id), r->account.name, 0);
	return 0;
}

static int account_find(struct memory *m, struct store_request *r)
{
	const struct value *v = get(m, key_account(m, r->account.name));

	if (!v)
		return STORE_NOT_FOUND;
	account_get(v, &r->arena, &r->account);
	return 0;
}

static uint32_t account_flags(const struct row *row)
{
	struct account a;

	memcpy(&a, row->value->bytes, sizeof a);
	return a.flags;
}

static int account_list(struct memory *m, struct store_request *r)
{
	struct str after = key_account(m, r->after_name);
	struct row *first = ordered_seek(&m->rows, after);
	uint32_t kind = r->account.flags & ACCOUNT_KINDS;
	size_t n = 0;

	if (first && r->after_name.n && str_eq(first->key, after))
		first = ordered_next(first);
	for (struct row *row = first; row && row->key.p[0] == 'A' && (!r->limit || n < r->limit); row = ordered_next(row))
		n += (account_flags(row) & ACCOUNT_KINDS) == kind;
	r->accounts = arena_get(&r->arena, n * sizeof *r->accounts);
	for (struct row *row = first; r->n < n; row = ordered_next(row))
		if ((account_flags(row) & ACCOUNT_KINDS) == kind)
			account_get(row->value, &r->arena, &r->accounts[r->n++]);
	return 0;
}

static int account_verify(struct memory *m, struct store_request *r)
{
	struct account a;

	if (!account_by_id(m, r->account.id, &r->arena, &a))
		return STORE_NOT_FOUND;
	memcpy(a.verifier, r->account.verifier, sizeof a.verifier);
	account_put(m, &a);
	return 0;
}

static int account_seen(struct memory *m, struct store_request *r)
{
	struct account a;

	if (!account_by_id(m, r->account.id, &r->arena, &a))
		return STORE_NOT_FOUND;
	a.seen = r->account.seen;
	a.seen_status = r->account.seen_status;
	account_put(m, &a);
	return 0;
}

static int account_flag(struct memory *m, struct store_request *r)
{
	struct account a;

	if (!account_by_id(m, r->account.id, &r->arena, &a))
		return STORE_NOT_FOUND;
	a.flags = (a.flags & ACCOUNT_KINDS) | (r->account.flags & ~(uint32_t)ACCOUNT_KINDS);
	account_put(m, &a);
	return 0;
}

/* ---- messages ------------------------------------------------------------------------------------------------- */

static void message_hold(struct memory *m, uint64_t stamp, struct stanza *s, int by)
{
	struct str key = key_id(m, 'M', (int64_t)stamp);
	struct row *row = ordered_get(&m->rows, key);
	uint64_t holds = (row ? row->value->number : 0) + (uint64_t)by;

	if (!holds)
		ordered_remove(&m->rows, row);
	else
		ordered_put(&m->rows, key, value_make(STR_NONE, holds, row ? row->value->stanza : s));
}

static bool is_gone(struct memory *m, int64_t owner) { return get(m, key_id(m, 'x', owner)) != NULL; }

static bool is_there(struct memory *m, int64_t owner) { return owner && !is_gone(m, owner); }

static void archive_put(struct memory *m, int64_t owner, struct stanza *s, unsigned direction)
{
	const struct value *there = get(m, key_stamp(m, 'H', owner, s->stamp));

	if (!there)
		message_hold(m, s->stamp, s, 1);
	put(m, key_stamp(m, 'H', owner, s->stamp), STR_NONE, direction | (there ? there->number : 0));
}

static void waiting_add(struct memory *m, int64_t owner, int by)
{
	const struct value *v = get(m, key_id(m, 'q', owner));

	put(m, key_id(m, 'q', owner), STR_NONE, (v ? v->number : 0) + (uint64_t)by);
}

static int keep(struct memory *m, struct store_request *r)
{
	struct stanza *s = r->stanza;
	bool queue = is_there(m, r->queue_for) && !get(m, key_stamp(m, 'Q', r->queue_for, s->stamp));
	const struct value *waiting = queue ? get(m, key_id(m, 'q', r->queue_for)) : NULL;

	assert(s->stamp && s->stamp <= INT64_MAX);
	if (r->fresh && get(m, key_id(m, 'M', (int64_t)s->stamp)) &&
	    !rules_same_message(get(m, key_id(m, 'M', (int64_t)s->stamp))->stanza, s))
		return STORE_EXISTS;
	if (waiting && r->limit && waiting->number >= r->limit)
		return STORE_LIMIT;
	if (is_there(m, r->archive_from))
		archive_put(m, r->archive_from, s, ARCHIVE_OUT);
	if (is_there(m, r->archive_to))
		archive_put(m, r->archive_to, s, ARCHIVE_IN);
	if (queue) {
		message_hold(m, s->stamp, s, 1);
		put(m, key_stamp(m, 'Q', r->queue_for, s->stamp), STR_NONE, 0);
		waiting_add(m, r->queue_for, 1);
	}
	return 0;
}

static int queue_read(struct memory *m, struct store_request *r)
{
	struct str after = key_stamp(m, 'Q', r->owner, r->after ? r->after + 1 : 0);
	size_t room = 0;

	for (struct row *row = ordered_seek(&m->rows, after); row && !r->more; row = ordered_next(row)) {
		if (!str_starts(row->key, key_id(m, 'Q', r->owner)))
			break;
		r->more = r->limit && r->n == r->limit;
		if (!r->more)
			rules_add_stanza(r, &room,
					 stanza_ref(get(m, key_id(m, 'M', (int64_t)key_number(row)))->stanza));
	}
	return 0;
}

static int queue_done(struct memory *m, struct store_request *r)
{
	for (size_t i = 0; i < r->stamps_n; i++)
		if (drop(m, key_stamp(m, 'Q', r->owner, r->stamps[i]))) {
			message_hold(m, r->stamps[i], NULL, -1);
			waiting_add(m, r->owner, -1);
		}
	return 0;
}

static int walk_begin(void *db, int64_t owner, uint64_t lo, uint64_t hi, bool backwards, const struct search *search)
{
	struct memory *m = db;

	m->owner = owner;
	m->lo = lo;
	m->hi = hi;
	m->backwards = backwards;
	if (backwards)
		m->at = ordered_before(&m->rows, key_stamp(m, 'H', owner, hi + 1));
	else
		m->at = ordered_seek(&m->rows, key_stamp(m, 'H', owner, lo));
	return 0;
}

static void row_read(const struct row *row, struct archive_row *ret)
{
	*ret = (struct archive_row){ .stamp = key_number(row), .direction = (uint32_t)row->value->number };
}

static int walk_next(void *db, struct archive_row *ret)
{
	struct memory *m = db;

	if (!m->at || !str_starts(m->at->key, key_id(m, 'H', m->owner)))
		return STORE_NOT_FOUND;
	row_read(m->at, ret);
	if (ret->stamp < m->lo || ret->stamp > m->hi)
		return STORE_NOT_FOUND;
	m->at = m->backwards ? m->at->prev : ordered_next(m->at);
	return 0;
}

static void walk_end(void *db) { ((struct memory *)db)->at = NULL; }

static int archive_has(void *db, int64_t owner, uint64_t stamp, struct archive_row *ret)
{
	struct memory *m = db;
	struct row *row = ordered_get(&m->rows, key_stamp(m, 'H', owner, stamp));

	if (!row)
		return STORE_NOT_FOUND;
	row_read(row, ret);
	return 0;
}

static int message_get(void *db, uint64_t stamp, struct stanza **ret)
{
	struct memory *m = db;

	*ret = stanza_ref(get(m, key_id(m, 'M', (int64_t)stamp))->stanza);
	return 0;
}

static const struct archive_rows archive_rows = { walk_begin, walk_next, walk_end, archive_has, message_get };

static int archive_replace(struct memory *m, struct store_request *r)
{
	const struct stanza *with = r->stanza;
	struct stanza *now;
	const struct value *v;

	if (!get(m, key_stamp(m, 'H', r->owner, with->stamp)))
		return STORE_NOT_FOUND;
	v = get(m, key_id(m, 'M', (int64_t)with->stamp));
	now = stanza_make(&(struct stanza_init){ .name = STANZA_MESSAGE, .type = with->type, .traits = with->traits, .payload = with->payload,
						 .stamp = v->stanza->stamp, .time = v->stanza->time, .from = v->stanza->from,
						 .to = v->stanza->to, .id = v->stanza->id, .lang = v->stanza->lang,
						 .origin_id = v->stanza->origin_id });
	ordered_put(&m->rows, key_id(m, 'M', (int64_t)with->stamp), value_make(STR_NONE, v->number, now));
	stanza_unref(now);
	return 0;
}

static int archive_trim(struct memory *m, struct store_request *r)
{
	r->more = false;
	each_row(m, row, key_id(m, 'H', r->owner)) {
		uint64_t stamp = key_number(row);

		if (stamp > r->after)
			break;
		r->more = r->limit && r->n == r->limit;
		if (r->more)
			break;
		ordered_remove(&m->rows, row);
		message_hold(m, stamp, NULL, -1);
		r->n++;
	}
	return 0;
}

/* ---- rosters -------------------------------------------------------------------------------------------------- */

static int head_get(void *db, int64_t owner, struct roster_head *ret)
{
	struct memory *m = db;
	const struct value *v = get(m, key_id(m, 'V', owner));

	*ret = (struct roster_head){ 0 };
	if (v)
		memcpy(ret, v->bytes, sizeof *ret);
	return 0;
}

static int head_put(void *db, int64_t owner, const struct roster_head *head)
{
	struct memory *m = db;

	put(m, key_id(m, 'V', owner), str_n((const char *)head, sizeof *head), 0);
	return 0;
}

static void item_read(const struct value *v, struct arena *arena, struct roster_item *ret)
{
	struct str at = str_n(v->bytes, v->n);

	memcpy(ret, at.p, sizeof *ret);
	at = str_from(at, sizeof *ret);
	ret->contact = unpack(&at, arena);
	ret->name = unpack(&at, arena);
	ret->groups = unpack(&at, arena);
	ret->request = unpack(&at, arena);
}

static int contact_find(void *db, int64_t owner, struct str contact, struct arena *arena, struct roster_item *ret)
{
	struct memory *m = db;
	const struct value *v = get(m, key_text(m, 'R', owner, contact));

	if (!v)
		return STORE_NOT_FOUND;
	item_read(v, arena, ret);
	return 0;
}

static int contact_put(void *db, int64_t owner, const struct roster_item *item)
{
	struct memory *m = db;
	own_buf b = { 0 };

	buf_add(&b, item, sizeof *item);
	pack(&b, item->contact);
	pack(&b, item->name);
	pack(&b, item->groups);
	pack(&b, item->request);
	put(m, key_text(m, 'R', owner, item->contact), buf_all(&b), 0);
	return 0;
}

static int contact_drop(void *db, int64_t owner, struct str contact)
{
	struct memory *m = db;

	drop(m, key_text(m, 'R', owner, contact));
	return 0;
}

static int contact_count(void *db, int64_t owner, size_t *live, size_t *gone)
{
	struct memory *m = db;
	struct roster_item item;

	*live = *gone = 0;
	each_row(m, row, key_id(m, 'R', owner)) {
		memcpy(&item, row->value->bytes, sizeof item);
		++*(item.state ? live : gone);
	}
	return 0;
}

static int contact_oldest_gone(void *db, int64_t owner, struct arena *arena, struct roster_item *ret)
{
	struct memory *m = db;
	struct roster_item item;
	const struct value *oldest = NULL;
	uint64_t version = UINT64_MAX;

	each_row(m, row, key_id(m, 'R', owner)) {
		memcpy(&item, row->value->bytes, sizeof item);
		if (!item.state && item.version < version) {
			version = item.version;
			oldest = row->value;
		}
	}
	assert(oldest);
	item_read(oldest, arena, ret);
	return 0;
}

static int contact_list(void *db, struct store_request *r, uint64_t after)
{
	struct memory *m = db;
	size_t n = 0;

	each_row(m, row, key_id(m, 'R', r->owner))
		n++;
	r->items = arena_get(&r->arena, n * sizeof *r->items);
	each_row(m, row, key_id(m, 'R', r->owner)) {
		item_read(row->value, &r->arena, &r->items[r->n]);
		r->n += !after || r->items[r->n].version > after;
	}
	return 0;
}

static const struct roster_rows roster_rows = { head_get,      head_put,            contact_find, contact_put, contact_drop,
						contact_count, contact_oldest_gone, contact_list };

/* ---- small things --------------------------------------------------------------------------------------------- */

static int item_get(struct memory *m, struct store_request *r)
{
	const struct value *v = get(m, key_item(m, r->owner, r->space, r->key));

	if (!v)
		return STORE_NOT_FOUND;
	r->value = store_str(r, str_n(v->bytes, v->n));
	return 0;
}

static int item_set(struct memory *m, struct store_request *r)
{
	struct str key = key_item(m, r->owner, r->space, r->key);
	const struct value *v = r->was.p ? get(m, key) : NULL;

	if (r->was.p && !str_eq(v ? str_n(v->bytes, v->n) : STR(""), r->was))
		return STORE_EXISTS;
	if (r->value.p)
		put(m, key, r->value, 0);
	else
		drop(m, key);
	return 0;
}

static int item_list(struct memory *m, struct store_request *r)
{
	struct str prefix = key_item(m, r->owner, r->space, STR_NONE);
	size_t n = 0;

	each_row(m, row, prefix)
		n++;
	r->pairs = arena_get(&r->arena, n * sizeof *r->pairs);
	each_row(m, row, prefix)
		r->pairs[r->n++] = (struct store_pair){ store_str(r, str_from(row->key, prefix.n)),
							store_str(r, str_n(row->value->bytes, row->value->n)) };
	return 0;
}

/* ---- deleting an account -------------------------------------------------------------------------------------- */

static int account_delete(struct memory *m, struct store_request *r)
{
	static const char plain[] = { 'V', 'R', 'I', 'q' }, holding[] = { 'H', 'Q' };
	int64_t id = r->account.id;
	const struct value *name = get(m, key_id(m, 'a', id));

	if (!name)
		return STORE_NOT_FOUND;
	drop(m, key_account(m, str_n(name->bytes, name->n)));
	drop(m, key_id(m, 'a', id));
	for (size_t i = 0; i < sizeof plain; i++)
		each_row(m, row, key_id(m, plain[i], id))
			ordered_remove(&m->rows, row);
	for (size_t i = 0; i < sizeof holding; i++)
		each_row(m, row, key_id(m, holding[i], id)) {
			uint64_t stamp = key_number(row);

			ordered_remove(&m->rows, row);
			message_hold(m, stamp, NULL, -1);
		}
	memory_files_leave(&m->rows, id);
	memory_people_leave(&m->rows, id);
	put(m, key_id(m, 'x', id), STR_NONE, 0);
	return 0;
}

/* ---- the driver ----------------------------------------------------------------------------------------------- */

/* What each operation answers (r->answer). */
static int (*const by_op[STORE_OPS])(struct memory *m, struct store_request *r) = {
	[STORE_ACCOUNT_ADD] = account_add,   [STORE_ACCOUNT_GET] = account_find,
	[STORE_ACCOUNT_LIST] = account_list, [STORE_ACCOUNT_VERIFY] = account_verify,
	[STORE_ACCOUNT_SEEN] = account_seen, [STORE_ACCOUNT_DELETE] = account_delete,
	[STORE_ITEM_GET] = item_get,         [STORE_ITEM_SET] = item_set,
	[STORE_ITEM_LIST] = item_list,       [STORE_KEEP] = keep,
	[STORE_QUEUE_READ] = queue_read,     [STORE_QUEUE_DONE] = queue_done,
	[STORE_ACCOUNT_FLAGS] = account_flag, [STORE_ARCHIVE_REPLACE] = archive_replace,
	[STORE_ARCHIVE_TRIM] = archive_trim,
};

static int memory_run(void *db, struct store_request *r)
{
	struct memory *m = db;

	if (rules_needs_owner(r->op) && is_gone(m, r->owner))
		r->answer = STORE_NOT_FOUND;
	else if (r->op >= STORE_ROSTER_LOAD && r->op <= STORE_ROSTER_APPLY)
		return rules_roster(&roster_rows, m, r);
	else if (r->op == STORE_ARCHIVE_READ || r->op == STORE_ARCHIVE_ENDS)
		return rules_archive(&archive_rows, m, r);
	else if (r->op >= STORE_INVITE_ADD && r->op <= STORE_PEOPLE_FIND)
		r->answer = memory_people(&m->rows, r);
	else if (r->op >= STORE_FILE_ADD && r->op <= STORE_FILE_HELD)
		r->answer = memory_files(&m->rows, r);
	else
		r->answer = by_op[r->op](m, r);
	return 0;
}

static struct store_manner memory_manner(struct str path)
{
	struct str option = str_from(path, str_find(path, '?')), prefix = STR("?delay=");
	uint64_t ms = 0;

	if (str_starts(option, prefix))
		str_u64(str_from(option, prefix.n), &ms);
	return (struct store_manner){ .slow_ms = (unsigned)(ms < 60000 ? ms : 60000) };
}

static struct memory *memory_new(struct str name)
{
	struct memory *m = mem_new(struct memory);

	ordered_init(&m->rows);
	if (name.n) {
		m->name = str_dup(name);
		list_append(&named, &m->entry);
	}
	return m;
}

static void memory_free(struct memory *m)
{
	if (m->name)
		list_remove(&m->entry);
	ordered_free(&m->rows);
	buf_free(&m->key);
	mem_free(m->name);
	mem_free(m);
}

static struct memory *memory_named(struct str name)
{
	list_each (m, &named, struct memory, entry)
		if (str_is(name, m->name))
			return m;
	return NULL;
}

static int memory_open(void **ret, struct str path, void *writer, struct buf *why)
{
	struct str name = str_n(path.p, str_find(path, '?'));
	struct memory *m;
	int verdict = 0;

	assert(!writer);
	pthread_mutex_lock(&named_lock);
	m = memory_named(name);
	if (!m)
		m = memory_new(name);
	if (m->open) {
		buf_fmt(why, "the store in memory named %s is open already", m->name);
		verdict = STORE_FAILED;
	} else {
		m->open = true;
		*ret = m;
	}
	pthread_mutex_unlock(&named_lock);
	return verdict;
}

static void memory_close(void *db)
{
	struct memory *m = db;

	pthread_mutex_lock(&named_lock);
	m->open = false;
	if (!m->name)
		memory_free(m);
	pthread_mutex_unlock(&named_lock);
}

void store_memory_forget(void)
{
	struct memory *m;

	pthread_mutex_lock(&named_lock);
	while ((m = list_first(&named, struct memory, entry))) {
		assert(!m->open);
		memory_free(m);
	}
	pthread_mutex_unlock(&named_lock);
}

static int memory_begin(void *db)
{
	struct memory *m = db;

	m->last_id_was = m->last_id;
	return 0;
}

static int memory_commit(void *db)
{
	ordered_commit(&((struct memory *)db)->rows);
	return 0;
}

static void memory_rollback(void *db)
{
	struct memory *m = db;

	ordered_rollback(&m->rows);
	m->last_id = m->last_id_was;
}

static uint64_t memory_last_stamp(void *db)
{
	struct memory *m = db;
	struct row *row = ordered_before(&m->rows, key_id(m, 'M', INT64_MAX));

	return row && row->key.p[0] == 'M' ? key_number(row) : 0;
}

static struct str memory_reason(void *db) { return STR("memory does not fail"); }

const struct store_driver store_memory = {
	.scheme = "memory",
	.manner = memory_manner,
	.open = memory_open,
	.close = memory_close,
	.begin = memory_begin,
	.commit = memory_commit,
	.rollback = memory_rollback,
	.run = memory_run,
	.reason = memory_reason,
	.last_stamp = memory_last_stamp,
};
