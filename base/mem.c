/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p, size_t n)
{
	if (!p && n) {
		fprintf(stderr, "anser: out of memory (%zu bytes wanted); stopping\n", n);
		abort();
	}
	return p;
}

void *mem_alloc(size_t n) { return must(calloc(1, n), n); }
void *mem_raw(size_t n) { return must(malloc(n), n); }
void *mem_grow(void *p, size_t n) { return must(realloc(p, n), n); }

void *mem_copy(const void *p, size_t n)
{
	void *to = mem_raw(n ? n : 1);

	if (n)
		memcpy(to, p, n);
	return to;
}

void mem_free(void *p) { free(p); }
