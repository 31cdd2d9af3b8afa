/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/mem.h"

enum { BLOCK = 16 * 1024 - 32 }; /* with malloc's head a little under four pages */

struct arena_block {
	struct arena_block *next;
	size_t size;
	_Alignas(16) char bytes[];
};

void *arena_more(struct arena *a, size_t n)
{
	size_t size = n > BLOCK ? n : BLOCK;
	struct arena_block *block = mem_raw(sizeof *block + size);

	block->next = a->block;
	block->size = size;
	a->block = block;
	a->at = block->bytes + n;
	a->end = block->bytes + size;
	return block->bytes;
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p;

	if (!s.p)
		return s;
	p = arena_get(a, s.n ? s.n : 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return str_n(p, s.n);
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL, *next;

	for (struct arena_block *b = a->block; b; b = next) {
		next = b->next;
		if (!keep && b->size == BLOCK)
			keep = b;
		else
			mem_free(b);
	}
	a->block = keep;
	a->at = a->end = NULL;
	if (keep) {
		keep->next = NULL;
		a->at = keep->bytes;
		a->end = keep->bytes + keep->size;
	}
}

void arena_free(struct arena *a)
{
	struct arena_block *next;

	if (!a)
		return;
	for (struct arena_block *b = a->block; b; b = next) {
		next = b->next;
		mem_free(b);
	}
	*a = (struct arena){ 0 };
}
