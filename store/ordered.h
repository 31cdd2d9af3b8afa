/* SPDX-License-Identifier: Apache-2.0
 *
 * store/ordered.h - rows in the order of their keys, in memory (a skip list with a fixed seed, so that every run is the same).
 * Changes are logged until ordered_commit() and can be taken back.
 */
#pragma once
#include "base/str.h"

/* What a row holds. Never changed, only replaced. */
struct value {
	struct stanza *stanza; /* a reference, or NULL */
	uint64_t number;
	size_t n;
	char bytes[];
};

struct row {
	struct str key;
	struct value *value;
	struct row *prev;
	uint32_t levels;
	struct row *next[];
};

struct change;

enum { ORDERED_LEVELS = 20, ORDERED_FINGER = 64 };

struct ordered {
	struct row *head, *last;
	size_t n;
	uint32_t seed;
	/* Where the last search ended: a key is mostly looked for, and then set or removed. finger_n 0: nowhere. */
	char finger[ORDERED_FINGER];
	size_t finger_n;
	struct row *before[ORDERED_LEVELS]; /* on every level the last row before it */
	struct change *changes; /* since the last commit, in order */
	size_t changes_n, changes_room;
};

void ordered_init(struct ordered *o);
void ordered_free(struct ordered *o);

struct value *value_make(struct str bytes, uint64_t number, struct stanza *stanza);

struct row *ordered_get(struct ordered *o, struct str key);

/* The first row whose key is `key` or comes after it; NULL when there is none. */
struct row *ordered_seek(struct ordered *o, struct str key);

/* The last row whose key comes before `key`. */
struct row *ordered_before(struct ordered *o, struct str key);

static inline struct row *ordered_next(const struct row *row) { return row->next[0]; }

/* Sets or replaces; takes `value`, the key is copied. */
void ordered_put(struct ordered *o, struct str key, struct value *value);

/* Takes a row out. Until the next commit its memory may still be read. */
void ordered_remove(struct ordered *o, struct row *row);

void ordered_commit(struct ordered *o);
void ordered_rollback(struct ordered *o);
