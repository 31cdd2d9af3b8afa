/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ordered.h"

#include "base/mem.h"
#include "model/stanza.h"

struct change {
	struct row *row;
	struct value *before; /* NULL: the row was new */
	bool removed;
};

struct value *value_make(struct str bytes, uint64_t number, struct stanza *stanza)
{
	struct value *v = mem_raw(sizeof *v + bytes.n);

	v->stanza = stanza ? stanza_ref(stanza) : NULL;
	v->number = number;
	v->n = bytes.n;
	if (bytes.n)
		memcpy(v->bytes, bytes.p, bytes.n);
	return v;
}

static void value_free(struct value *v)
{
	if (v)
		stanza_unref(v->stanza);
	mem_free(v);
}

static struct row *row_make(struct str key, unsigned levels)
{
	size_t links = levels * sizeof(struct row *);
	struct row *row = mem_alloc(sizeof *row + links + key.n);
	char *bytes = (char *)row + sizeof *row + links;

	if (key.n)
		memcpy(bytes, key.p, key.n);
	row->key = str_n(bytes, key.n);
	row->levels = levels;
	return row;
}

static void row_free(struct row *row)
{
	value_free(row->value);
	mem_free(row);
}

void ordered_init(struct ordered *o)
{
	*o = (struct ordered){ .head = row_make(STR_NONE, ORDERED_LEVELS), .seed = 2463534242u };
}

void ordered_free(struct ordered *o)
{
	struct row *next;

	ordered_rollback(o);
	for (struct row *row = o->head; row; row = next) {
		next = row->next[0];
		row_free(row);
	}
	mem_free(o->changes);
	*o = (struct ordered){ 0 };
}

/* Sets o->before for `key`. */
static void find(struct ordered *o, struct str key)
{
	struct row *at = o->head;

	if (o->finger_n && str_eq(key, str_n(o->finger, o->finger_n)))
		return;
	for (int level = ORDERED_LEVELS - 1; level >= 0; level--) {
		while (at->next[level] && str_cmp(at->next[level]->key, key) < 0)
			at = at->next[level];
		o->before[level] = at;
	}
	o->finger_n = key.n <= ORDERED_FINGER ? key.n : 0;
	if (o->finger_n)
		memcpy(o->finger, key.p, key.n);
}

struct row *ordered_seek(struct ordered *o, struct str key)
{
	find(o, key);
	return o->before[0]->next[0];
}

struct row *ordered_before(struct ordered *o, struct str key)
{
	find(o, key);
	return o->before[0] == o->head ? NULL : o->before[0];
}

struct row *ordered_get(struct ordered *o, struct str key)
{
	struct row *row = ordered_seek(o, key);

	return row && str_eq(row->key, key) ? row : NULL;
}

static void link_in(struct ordered *o, struct row *row)
{
	find(o, row->key);
	for (unsigned i = 0; i < row->levels; i++) {
		row->next[i] = o->before[i]->next[i];
		o->before[i]->next[i] = row;
	}
	row->prev = o->before[0];
	if (row->next[0])
		row->next[0]->prev = row;
	o->n++;
}

static void link_out(struct ordered *o, struct row *row)
{
	find(o, row->key);
	for (unsigned i = 0; i < row->levels; i++)
		o->before[i]->next[i] = row->next[i];
	if (row->next[0])
		row->next[0]->prev = row->prev;
	o->n--;
}

static unsigned levels_draw(struct ordered *o)
{
	unsigned levels = 1;

	o->seed ^= o->seed << 13;
	o->seed ^= o->seed >> 17;
	o->seed ^= o->seed << 5;
	for (uint32_t bits = o->seed; levels < ORDERED_LEVELS && (bits & 3) == 0; bits >>= 2)
		levels++;
	return levels;
}

static void note(struct ordered *o, struct row *row, struct value *before, bool removed)
{
	if (o->changes_n == o->changes_room) {
		o->changes_room = o->changes_room ? o->changes_room * 2 : 64;
		o->changes = mem_grow(o->changes, o->changes_room * sizeof *o->changes);
	}
	o->changes[o->changes_n++] = (struct change){ row, before, removed };
}

void ordered_put(struct ordered *o, struct str key, struct value *value)
{
	struct row *row = ordered_get(o, key);

	if (!row) {
		row = row_make(key, levels_draw(o));
		link_in(o, row);
	}
	note(o, row, row->value, false);
	row->value = value;
}

void ordered_remove(struct ordered *o, struct row *row)
{
	link_out(o, row);
	note(o, row, row->value, true);
}

void ordered_commit(struct ordered *o)
{
	for (size_t i = 0; i < o->changes_n; i++) {
		struct change *c = &o->changes[i];

		if (c->removed)
			row_free(c->row);
		else
			value_free(c->before);
	}
	o->changes_n = 0;
}

void ordered_rollback(struct ordered *o)
{
	while (o->changes_n) {
		struct change *c = &o->changes[--o->changes_n];

		if (c->removed) {
			link_in(o, c->row);
		} else if (c->before) {
			value_free(c->row->value);
			c->row->value = c->before;
		} else {
			link_out(o, c->row);
			row_free(c->row);
		}
	}
}
