/* SPDX-License-Identifier: Apache-2.0
 *
 * base/arena.h - memory that goes all at once: scratch of a turn, or what lives as long as a link. An all-zero
 * struct is an empty arena. What it gives is aligned for any type and not zeroed unless said.
 */
#pragma once
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *block; /* newest first */
	char *at, *end;
};

void *arena_more(struct arena *a, size_t n); /* the slow path of arena_get */

static inline void *arena_get(struct arena *a, size_t n)
{
	n = (n + 15) & ~(size_t)15;
	if ((size_t)(a->end - a->at) >= n) {
		void *p = a->at;
		a->at += n;
		return p;
	}
	return arena_more(a, n);
}

static inline void *arena_zero(struct arena *a, size_t n) { return memset(arena_get(a, n), 0, n); }

/* A copy of `s` that lives as long as the arena. */
struct str arena_str(struct arena *a, struct str s);

/* Forgets everything but keeps one block for the next turn. */
void arena_reset(struct arena *a);

/* Forgets everything and gives the memory back. NULL is fine. */
void arena_free(struct arena *a);
