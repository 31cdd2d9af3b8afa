/* SPDX-License-Identifier: Apache-2.0
 *
 * base/mem.h - memory that does not fail. A messenger that is out of memory can keep none of its promises
 * half-way: it stops, loudly, in one place (mem.c), and what it acknowledged is on disk.
 */
#pragma once
#include <stddef.h>

void *mem_alloc(size_t n);              /* zeroed */
void *mem_raw(size_t n);                /* not zeroed */
void *mem_grow(void *p, size_t n);      /* as realloc */
void *mem_copy(const void *p, size_t n);
void mem_free(void *p);                 /* NULL is fine */

#define mem_new(type) ((type *)mem_alloc(sizeof(type)))

/* container_of: from a member to the struct that holds it. */
#define holder_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define countof(array) (sizeof(array) / sizeof((array)[0]))
