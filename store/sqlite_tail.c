/* SPDX-License-Identifier: Apache-2.0
 *
 * store/sqlite_tail.c - entries stand in a ring in the order in which they came, numbered. From each owner a chain leads from its newest
 * entry to older ones; a chain ends where it leaves the ring. Folding moves the ring's beginning on.
 */
#include "store/sqlite_tail.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/rules.h"

/* Numbers are counted from 1, so that 0 is none. */
struct entry {
	struct tail_message m;
	uint64_t before[TAIL_ROLES]; /* in the chain of that role's owner */
	uint64_t same;               /* an older entry of this stamp */
	uint64_t added, taken;       /* by which group; 0: not taken */
};

struct owner {
	uint64_t newest;
	size_t waiting;
	int64_t in_table;
};

/* Where a number (not 0) is. Nothing is ever taken out: it is made anew when the ring moves on. */
struct places {
	struct place {
		uint64_t key, value;
	} *slots;
	size_t n, room;
};

struct tail {
	pthread_mutex_t lock; /* the writer reads without: only it writes */
	struct entry *ring;
	size_t room;
	uint64_t first, next; /* numbers of the oldest entry and of the one to come */
	struct places by_stamp; /* newest entry of a stamp; the writer's */
	struct places by_owner; /* place in `owners` */
	struct owner *owners;
	size_t owners_n, owners_room;
	uint64_t folded, folding;
	uint64_t group; /* the open one; earlier ones are committed */
	uint64_t group_first; /* `next` when the group began */
	uint64_t *taken; /* numbers of entries that this group took */
	size_t taken_n, taken_room;
};

/* ---- places ----------------------------------------------------------------------------------------------------- */

static struct place *place_of(const struct places *p, uint64_t key)
{
	size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (p->room - 1);

	while (p->slots[at].key && p->slots[at].key != key)
		at = (at + 1) & (p->room - 1);
	return &p->slots[at];
}

static uint64_t place_get(const struct places *p, uint64_t key) { return p->room ? place_of(p, key)->value : 0; }

static void places_clear(struct places *p)
{
	if (p->room)
		memset(p->slots, 0, p->room * sizeof *p->slots);
	p->n = 0;
}

static void places_grow(struct places *p)
{
	struct places more = { .room = p->room ? p->room * 2 : 1024, .n = p->n };

	more.slots = mem_alloc(more.room * sizeof *more.slots);
	for (size_t i = 0; i < p->room; i++)
		if (p->slots[i].key)
			*place_of(&more, p->slots[i].key) = p->slots[i];
	mem_free(p->slots);
	*p = more;
}

static void place_set(struct places *p, uint64_t key, uint64_t value)
{
	struct place *at;

	if (p->n * 2 >= p->room)
		places_grow(p);
	at = place_of(p, key);
	p->n += !at->key;
	*at = (struct place){ key, value };
}

/* ---- entries ---------------------------------------------------------------------------------------------------- */

static struct entry *entry(const struct tail *t, uint64_t number) { return &t->ring[number & (t->room - 1)]; }

/* What the writer sees here and not in the tables. */
static bool is_live(const struct tail *t, const struct entry *e) { return e->m.stamp > tail_folded(t); }

static void ring_grow(struct tail *t)
{
	size_t room = t->room ? t->room * 2 : 1024;
	struct entry *ring = mem_raw(room * sizeof *ring);

	for (uint64_t i = t->first; i < t->next; i++)
		ring[i & (room - 1)] = *entry(t, i);
	mem_free(t->ring);
	t->ring = ring;
	t->room = room;
}

/* NULL when it has never had a row here (since the owners were made anew). */
static struct owner *owner_find(const struct tail *t, int64_t id)
{
	uint64_t place = place_get(&t->by_owner, (uint64_t)id);

	return place ? &t->owners[place - 1] : NULL;
}

static struct owner *owner_make(struct tail *t, int64_t id)
{
	struct owner *o = owner_find(t, id);

	if (o)
		return o;
	if (t->owners_n == t->owners_room) {
		t->owners_room = t->owners_room ? t->owners_room * 2 : 256;
		t->owners = mem_grow(t->owners, t->owners_room * sizeof *t->owners);
	}
	o = &t->owners[t->owners_n++];
	*o = (struct owner){ .in_table = -1 };
	place_set(&t->by_owner, (uint64_t)id, t->owners_n);
	return o;
}

/* The first role of `owner` in this entry, whose chain the entry is in; TAIL_ROLES when it has none. */
static int role_of(const struct entry *e, int64_t owner)
{
	int role = 0;

	while (role < TAIL_ROLES && e->m.owner[role] != owner)
		role++;
	return role;
}

static void entry_link(struct tail *t, uint64_t number)
{
	struct entry *e = entry(t, number);

	for (int role = 0; role < TAIL_ROLES; role++) {
		struct owner *o;

		e->before[role] = 0;
		if (!e->m.owner[role])
			continue;
		o = owner_make(t, e->m.owner[role]);
		if (role_of(e, e->m.owner[role]) == role) {
			e->before[role] = o->newest;
			o->newest = number;
		}
		o->waiting += role == TAIL_QUEUE && !e->taken && is_live(t, e);
	}
	e->same = place_get(&t->by_stamp, e->m.stamp);
	place_set(&t->by_stamp, e->m.stamp, number);
}

/* The entry in which `stamp` waits for `owner`; 0: none. */
static uint64_t waiting_find(const struct tail *t, int64_t owner, uint64_t stamp)
{
	uint64_t number = owner ? place_get(&t->by_stamp, stamp) : 0;

	for (; number >= t->first && number; number = entry(t, number)->same) {
		const struct entry *e = entry(t, number);

		if (e->m.owner[TAIL_QUEUE] == owner && !e->taken && is_live(t, e))
			return number;
	}
	return 0;
}

/* ---- the writer's ----------------------------------------------------------------------------------------------- */

struct tail *tail_new(uint64_t folded)
{
	struct tail *t = mem_new(struct tail);

	pthread_mutex_init(&t->lock, NULL);
	t->first = t->next = t->group_first = 1;
	t->folded = folded;
	t->group = 1;
	return t;
}

struct tail *tail_free(struct tail *t)
{
	if (!t)
		return NULL;
	pthread_mutex_destroy(&t->lock);
	mem_free(t->ring);
	mem_free(t->by_stamp.slots);
	mem_free(t->by_owner.slots);
	mem_free(t->owners);
	mem_free(t->taken);
	mem_free(t);
	return NULL;
}

size_t tail_n(const struct tail *t) { return (size_t)(t->next - t->first); }

uint64_t tail_folded(const struct tail *t) { return t->folding > t->folded ? t->folding : t->folded; }

void tail_add(struct tail *t, const struct tail_message *m)
{
	assert(m->stamp > tail_folded(t));
	pthread_mutex_lock(&t->lock);
	if (tail_n(t) == t->room)
		ring_grow(t);
	*entry(t, t->next) = (struct entry){ .m = *m, .added = t->group };
	entry_link(t, t->next++);
	pthread_mutex_unlock(&t->lock);
}

bool tail_has(const struct tail *t, uint64_t stamp)
{
	return stamp > tail_folded(t) && place_get(&t->by_stamp, stamp) >= t->first;
}

bool tail_waits(const struct tail *t, int64_t owner, uint64_t stamp) { return waiting_find(t, owner, stamp) != 0; }

int64_t tail_queued_for(const struct tail *t, uint64_t stamp)
{
	uint64_t number = place_get(&t->by_stamp, stamp);

	for (; number >= t->first && number; number = entry(t, number)->same)
		if (entry(t, number)->m.owner[TAIL_QUEUE])
			return entry(t, number)->m.owner[TAIL_QUEUE];
	return 0;
}

bool tail_take(struct tail *t, int64_t owner, uint64_t stamp, bool *archived)
{
	uint64_t number = waiting_find(t, owner, stamp);
	struct entry *e;

	if (!number)
		return false;
	if (t->taken_n == t->taken_room) {
		t->taken_room = t->taken_room ? t->taken_room * 2 : 64;
		t->taken = mem_grow(t->taken, t->taken_room * sizeof *t->taken);
	}
	t->taken[t->taken_n++] = number;
	e = entry(t, number);
	*archived = e->m.owner[TAIL_FROM] || e->m.owner[TAIL_TO];
	pthread_mutex_lock(&t->lock);
	e->taken = t->group;
	owner_find(t, owner)->waiting--;
	pthread_mutex_unlock(&t->lock);
	return true;
}

size_t tail_waiting(struct tail *t, int64_t owner)
{
	const struct owner *o = owner_find(t, owner);

	return o ? o->waiting : 0;
}

int64_t tail_waiting_in_table(struct tail *t, int64_t owner)
{
	const struct owner *o = owner_find(t, owner);

	return o ? o->in_table : -1;
}

void tail_waiting_in_table_set(struct tail *t, int64_t owner, int64_t n)
{
	pthread_mutex_lock(&t->lock);
	owner_make(t, owner)->in_table = n;
	pthread_mutex_unlock(&t->lock);
}

/* ---- folding ---------------------------------------------------------------------------------------------------- */

void tail_rows_add(struct tail_rows *rows, const struct tail_row *row)
{
	if (rows->n == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 64;
		rows->rows = mem_grow(rows->rows, rows->room * sizeof *rows->rows);
	}
	rows->rows[rows->n++] = *row;
}

void tail_rows_free(struct tail_rows *rows)
{
	mem_free(rows->rows);
	*rows = (struct tail_rows){ 0 };
}

static int row_cmp(const void *a, const void *b)
{
	const struct tail_row *left = a, *right = b;

	if (left->owner != right->owner)
		return left->owner < right->owner ? -1 : 1;
	return (left->stamp > right->stamp) - (left->stamp < right->stamp);
}

/* Sorts, and makes one of several rows of the same owner and stamp. */
static void rows_settle(struct tail_rows *rows)
{
	size_t n = 0;

	if (!rows->n)
		return;
	qsort(rows->rows, rows->n, sizeof *rows->rows, row_cmp);
	for (size_t i = 1; i < rows->n; i++) {
		struct tail_row *last = &rows->rows[n], *row = &rows->rows[i];

		if (row_cmp(last, row)) {
			rows->rows[++n] = *row;
			continue;
		}
		last->peer = last->direction ? last->peer : row->peer;
		last->direction |= row->direction;
		last->waiting |= row->waiting;
	}
	rows->n = n + 1;
}

/* What `owner` has of an entry. */
static struct tail_row row_of(const struct entry *e, int64_t owner, bool taken)
{
	struct tail_row row = { .owner = owner, .stamp = e->m.stamp };

	if (e->m.owner[TAIL_TO] == owner) {
		row.direction |= ARCHIVE_IN;
		row.peer = e->m.peer[TAIL_TO];
	}
	if (e->m.owner[TAIL_FROM] == owner) {
		row.direction |= ARCHIVE_OUT;
		row.peer = e->m.peer[TAIL_FROM];
	}
	row.waiting = e->m.owner[TAIL_QUEUE] == owner && !taken;
	return row;
}

uint64_t tail_next(const struct tail *t) { return t->next; }

uint64_t tail_fold_end(const struct tail *t, size_t n)
{
	uint64_t upto = tail_folded(t);

	for (uint64_t i = t->first; i < t->next && i - t->first < n; i++)
		if (entry(t, i)->m.stamp > upto)
			upto = entry(t, i)->m.stamp;
	return upto;
}

void tail_fold_rows(const struct tail *t, uint64_t upto, uint64_t from, bool waiting, struct tail_rows *rows)
{
	rows->n = 0;
	for (uint64_t i = waiting || from < t->first ? t->first : from; i < t->next; i++) {
		const struct entry *e = entry(t, i);

		for (int role = 0; role < TAIL_ROLES && is_live(t, e) && e->m.stamp <= upto; role++) {
			struct tail_row row = row_of(e, e->m.owner[role], e->taken != 0);

			if (!e->m.owner[role] || role_of(e, e->m.owner[role]) != role)
				continue;
			row.waiting &= waiting;
			if (i < from)
				row.direction = 0;
			if (row.direction || row.waiting)
				tail_rows_add(rows, &row);
		}
	}
	rows_settle(rows);
}

void tail_fold_taken(const struct tail *t, uint64_t upto, struct tail_rows *rows)
{
	rows->n = 0;
	for (uint64_t i = t->first; i < t->next; i++)
		if (entry(t, i)->taken && entry(t, i)->m.stamp > upto)
			tail_rows_add(rows, &(struct tail_row){ .stamp = entry(t, i)->m.stamp });
}

/* Makes everything that is found from the ring anew. */
static void index_again(struct tail *t)
{
	places_clear(&t->by_stamp);
	places_clear(&t->by_owner);
	t->owners_n = 0;
	for (uint64_t i = t->first; i < t->next; i++)
		entry_link(t, i);
}

void tail_fold(struct tail *t, uint64_t upto)
{
	pthread_mutex_lock(&t->lock);
	t->folding = upto;
	index_again(t); /* who waits here is counted anew; others still find all entries */
	pthread_mutex_unlock(&t->lock);
}

/* ---- groups ----------------------------------------------------------------------------------------------------- */

void tail_commit(struct tail *t)
{
	pthread_mutex_lock(&t->lock);
	t->group++;
	t->taken_n = 0;
	if (t->folding) {
		t->folded = tail_folded(t);
		t->folding = 0;
		while (t->first < t->next && !is_live(t, entry(t, t->first)))
			t->first++;
		index_again(t);
	}
	t->group_first = t->next;
	pthread_mutex_unlock(&t->lock);
}

void tail_rollback(struct tail *t)
{
	pthread_mutex_lock(&t->lock);
	t->folding = 0;
	while (t->taken_n)
		entry(t, t->taken[--t->taken_n])->taken = 0;
	t->next = t->group_first;
	index_again(t); /* and forgets what was counted in the table */
	pthread_mutex_unlock(&t->lock);
}

/* ---- anybody's -------------------------------------------------------------------------------------------------- */

void tail_copy(struct tail *t, int64_t owner, struct tail_rows *rows)
{
	const struct owner *o;

	rows->n = 0;
	pthread_mutex_lock(&t->lock);
	o = owner_find(t, owner);
	for (uint64_t number = o ? o->newest : 0; number >= t->first && number;) {
		const struct entry *e = entry(t, number);
		struct tail_row row = row_of(e, owner, e->taken && e->taken < t->group);

		if (e->added < t->group && e->m.stamp > t->folded && (row.direction || row.waiting))
			tail_rows_add(rows, &row);
		number = e->before[role_of(e, owner)];
	}
	pthread_mutex_unlock(&t->lock);
	rows_settle(rows);
}
